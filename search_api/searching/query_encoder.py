"""Vectors of queries and their words: those asked before from memory, those asked at once in one pass."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from indexer.core.protocols import Encoder
from indexer.core.records import Vectors

REMEMBERED = 10_000
"""Vectors kept: 15 MB with 384 dimensions."""


class QueryEncoder:
    """Encodes queries for many threads, on a thread of its own.

    What is asked for while nothing runs is encoded at once; what is asked for meanwhile waits, and the
    next pass takes all that waits. So nobody waits for a batch to fill, and a busy server encodes
    together what came together.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], prompt: str) -> None:
        """Encode with `encode`, each text behind `prompt`."""
        self._encode = encode
        self._prompt = prompt
        self._lock = threading.Lock()
        self._passes = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._waiting: dict[str, Future[Vectors]] = {}
        self._running: dict[str, Future[Vectors]] = {}
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of `texts`, each of shape `(dimensions,)` and unit length."""
        return self.begin(texts)()

    def begin(self, texts: Sequence[str]) -> Callable[[], list[Vectors]]:
        """Begin to encode `texts`; what is returned waits for their vectors, as `vectors` gives them."""
        found: dict[str, Vectors | Future[Vectors]] = {}
        with self._lock:
            is_due = False
            for text in texts:
                if text in self._remembered:
                    self._remembered.move_to_end(text)
                    found[text] = self._remembered[text]
                elif text in self._running:
                    found[text] = self._running[text]
                else:
                    is_due = is_due or text not in self._waiting
                    found[text] = self._waiting.setdefault(text, Future())
        if is_due:
            self._passes.submit(self._encode_waiting)

        def ready() -> list[Vectors]:
            vectors = {text: one.result() if isinstance(one, Future) else one for text, one in found.items()}
            return [vectors[text] for text in texts]

        return ready

    def _encode_waiting(self) -> None:
        with self._lock:
            batch, self._running, self._waiting = self._waiting, self._waiting, {}
        if not batch:
            return
        try:
            vectors = list(self._encode([self._prompt + text for text in batch]))
        except BaseException as error:  # noqa: BLE001 (whatever it is, those who wait must hear of it)
            with self._lock:
                self._running = {}
            for future in batch.values():
                future.set_exception(error)
            return
        with self._lock:
            self._running = {}
            for text, vector in zip(batch, vectors, strict=True):
                self._remembered[text] = vector
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        for future, vector in zip(batch.values(), vectors, strict=True):
            future.set_result(vector)


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
