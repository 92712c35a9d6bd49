"""Vectors of queries and their words: those asked before from memory, those asked at once in one pass."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

from indexer.core.protocols import Encoder
from indexer.core.records import Vectors

REMEMBERED = 10_000
"""Vectors kept: 15 MB with 384 dimensions."""


class QueryEncoder:
    """Encodes queries for many threads.

    Whoever comes while nothing runs encodes at once; whoever comes meanwhile waits, and the next
    pass takes all who wait. So nobody waits for a batch to fill, and a busy server encodes together
    what came together.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], prompt: str) -> None:
        """Encode with `encode`, each text behind `prompt`."""
        self._encode = encode
        self._prompt = prompt
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._waiting: dict[str, Future[Vectors]] = {}
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of `texts`, each of shape `(dimensions,)` and unit length."""
        found: dict[str, Vectors | Future[Vectors]] = {}
        with self._lock:
            for text in texts:
                if text in self._remembered:
                    self._remembered.move_to_end(text)
                    found[text] = self._remembered[text]
                else:
                    found[text] = self._waiting.setdefault(text, Future())
        futures = [future for future in found.values() if isinstance(future, Future)]
        if futures:
            with self._running:
                if not all(future.done() for future in futures):
                    self._encode_waiting()
        ready = {
            text: vector.result() if isinstance(vector, Future) else vector for text, vector in found.items()
        }
        return [ready[text] for text in texts]

    def _encode_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, {}
        try:
            vectors = self._encode([self._prompt + text for text in batch])
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


@dataclass(frozen=True, slots=True, eq=False)
class QueryEncoders:
    """Of one model: what encodes whole queries, as exactly as it can, and what encodes their words."""

    queries: QueryEncoder
    words: QueryEncoder

    @classmethod
    def of(cls, encoder: Encoder, prompt: str) -> Self:
        """Both, with nothing remembered yet.

        Args:
            encoder: of the model.
            prompt: what the model wants before a query.
        """
        return cls(QueryEncoder(encoder.encode_queries, prompt), QueryEncoder(encoder.encode, prompt))
