"""Vectors of queries: those asked before from memory, those asked at the same time in one pass."""

import threading
from collections import OrderedDict
from concurrent.futures import Future

from indexer.records import Encoder, Vectors

REMEMBERED = 10_000
"""Vectors kept: 15 MB with 384 dimensions."""


class QueryEncoder:
    """Encodes queries for many threads.

    Whoever comes while nothing runs encodes at once; whoever comes meanwhile waits, and the next
    pass takes all who wait. So nobody waits for a batch to fill, and a busy server encodes together
    what came together.
    """

    def __init__(self, encoder: Encoder, prompt: str) -> None:
        self._encoder = encoder
        self._prompt = prompt
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._waiting: dict[str, Future[Vectors]] = {}
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def vector(self, text: str) -> Vectors:
        """The vector of `text`, shape `(dimensions,)`, unit length."""
        with self._lock:
            if text in self._remembered:
                self._remembered.move_to_end(text)
                return self._remembered[text]
            future = self._waiting.setdefault(text, Future())
        with self._running:
            if not future.done():
                self._encode_waiting()
        return future.result()

    def _encode_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, {}
        try:
            vectors = self._encoder.encode_queries([self._prompt + text for text in batch])
        except BaseException as error:  # noqa: BLE001 (whatever it is, those who wait must hear of it)
            for future in batch.values():
                future.set_exception(error)
            return
        with self._lock:
            for (text, future), vector in zip(batch.items(), vectors, strict=True):
                future.set_result(vector)
                self._remembered[text] = vector
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
