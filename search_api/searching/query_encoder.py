"""Vectors of queries and their words: those asked before from memory, those asked at once in one pass."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from indexer.core.bounded import Bounded, size_of
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import Cancelled
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors

REMEMBERED = 12_000_000
"""Bytes of vectors and their texts that are kept: some 6,000 of 384 dimensions."""

MOST_AT_ONCE = 1000
"""Characters of one pass, which cannot be stopped; a longer text has one of its own."""

_PATIENCE = 0.05
"""Seconds after which those who wait ask whether anybody waits for them."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A text that is to be encoded: its vector when there is one, and until when it is waited for."""

    vector: Future[Vectors] = field(default_factory=Future)
    deadlines: list[Deadline] = field(default_factory=list)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody waits for it still."""
        return any(deadline.left for deadline in self.deadlines)


class QueryEncoder:
    """Encodes queries for many threads, on a thread of its own.

    What is asked for while nothing runs is encoded at once; what is asked for meanwhile waits, and the
    next pass takes all that waits, as far as it stays short. So nobody waits for a batch to fill, and a
    busy server encodes together what came together. What nobody waits for any more is not encoded.
    """

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], prompt: str) -> None:
        """Encode with `encode`, each text behind `prompt`."""
        self._encode = encode
        self._prompt = prompt
        self._lock = threading.Lock()
        self._passes = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._waiting: dict[str, _Asked] = {}
        self._running: dict[str, _Asked] = {}
        self._remembered: Bounded[str, Vectors] = Bounded(REMEMBERED, "vectors")

    def vectors(self, texts: Sequence[str], deadline: Deadline = NO_DEADLINE) -> list[Vectors]:
        """The vectors of `texts`, each of shape `(dimensions,)` and unit length.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        return self.begin(texts, deadline)()

    def begin(self, texts: Sequence[str], deadline: Deadline = NO_DEADLINE) -> Callable[[], list[Vectors]]:
        """Begin to encode `texts`; what is returned waits for their vectors, as `vectors` gives them."""
        found: dict[str, Vectors | Future[Vectors]] = {}
        with self._lock:
            is_due = False
            for text in dict.fromkeys(texts):
                vector = self._remembered.get(text)
                if vector is not None:
                    found[text] = vector
                    continue
                asked = self._running.get(text)
                if asked is None:
                    is_due = is_due or text not in self._waiting
                    asked = self._waiting.setdefault(text, _Asked())
                asked.deadlines.append(deadline)
                found[text] = asked.vector
        if is_due:
            self._passes.submit(self._encode_waiting)

        def ready() -> list[Vectors]:
            vectors = {
                text: _awaited(one, deadline) if isinstance(one, Future) else one
                for text, one in found.items()
            }
            return [vectors[text] for text in texts]

        return ready

    def _encode_waiting(self) -> None:
        batch = self._batch()
        if not batch:
            return
        try:
            rows = self._encode([self._prompt + text for text in batch])
            vectors = [row.copy() for row in rows]  # a view would keep the vectors of the whole pass
        except BaseException as error:  # noqa: BLE001 (whatever it is, those who wait must hear of it)
            with self._lock:
                self._running = {}
            for asked in batch.values():
                asked.vector.set_exception(error)
            return
        with self._lock:
            self._running = {}
            for text, vector in zip(batch, vectors, strict=True):
                self._remembered.put(text, vector, size_of(text) + vector.nbytes)
        for asked, vector in zip(batch.values(), vectors, strict=True):
            asked.vector.set_result(vector)

    def _batch(self) -> dict[str, _Asked]:
        """What the next pass encodes; one more pass is due for what is left."""
        batch: dict[str, _Asked] = {}
        unwanted: list[_Asked] = []
        characters = 0
        with self._lock:
            for text, asked in self._waiting.items():
                if not asked.is_wanted:
                    unwanted.append(asked)
                elif batch and characters + len(text) > MOST_AT_ONCE:
                    break
                else:
                    batch[text] = asked
                    characters += len(text)
            gone = {*map(id, unwanted), *map(id, batch.values())}
            self._waiting = {text: asked for text, asked in self._waiting.items() if id(asked) not in gone}
            self._running = batch
            if self._waiting:
                self._passes.submit(self._encode_waiting)
        for asked in unwanted:
            asked.vector.set_exception(Cancelled("nobody waits for the vector any more"))
        return batch


def _awaited(vector: Future[Vectors], deadline: Deadline) -> Vectors:
    """A vector as soon as it is there, as long as somebody waits."""
    while True:
        try:
            return vector.result(_PATIENCE)
        except TimeoutError:
            deadline.check()
        except Cancelled:
            deadline.check()
            raise


@dataclass(frozen=True, slots=True, eq=False)
class QueryEncoders:
    """Of one model: what encodes whole queries, as exactly as it can, and what encodes their words.

    Words are encoded as those of the index were: rounded alike, like words are nearer to each other.
    """

    queries: QueryEncoder
    words: QueryEncoder

    @classmethod
    def of(cls, encoder: Encoder, prompt: str) -> Self:
        """Both, with nothing remembered yet.

        Args:
            encoder: of the model.
            prompt: what the model wants before a query.
        """
        return cls(QueryEncoder(encoder.encode_queries, prompt), QueryEncoder(encoder.encode_words, prompt))
