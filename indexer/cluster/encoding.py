"""Texts encoded by processes on a cluster: as many blocks at once as there are processes.

A block is some of the batches that one machine would encode the same texts in, so that its vectors are those
of one machine. It is idempotent: what a process did not give back before it died, another one encodes again.
What came back is committed to the cache of the index, by content, as when one machine encodes; so a run that
is killed goes on where it stopped.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.cluster.library import Cluster, Gone, Process
from indexer.core.errors import HudhudError, ModelNotFound
from indexer.core.protocols import BatchingEncoder
from indexer.core.records import Vectors
from indexer.models.batching import each_once
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate

BLOCKS = 2
"""Blocks of a call for each process: the last ones are shared by those that are quick."""

PATIENCE = 30.0
"""Seconds between two lines about blocks that do not come back."""

PAUSE = 0.2
"""Seconds between two questions whether a process is back."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a process answers: vectors in the precision of the cache, and what computed them."""

    vectors: NDArray[np.float16]
    engine: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What a process answers that has no encoder."""

    error: HudhudError


@dataclass(frozen=True, slots=True)
class Spread:
    """What was handed out to processes on a cluster.

    Attributes:
        processes: how many there are.
        blocks, texts: that were encoded.
        repeated_blocks, repeated_texts: of these, what was handed out again, for a process died with it; it
            may have encoded all of these texts before, or none.
        engines: what computed the vectors.
    """

    processes: int
    blocks: int
    texts: int
    repeated_blocks: int
    repeated_texts: int
    engines: tuple[str, ...]


class EncoderProcess:
    """Loads a model, once a node, and encodes. Runs on the cluster."""

    def __init__(self, name: str | None, fingerprint: str, cache: str | None) -> None:
        """Load the model of this name, which must be that with `fingerprint`."""
        self._failure: HudhudError | None = None
        try:
            folder = Path(cache) if cache else None
            model = locate(name, cache=folder)
            if model.fingerprint != fingerprint:
                raise ModelNotFound(
                    f"a node has another model {model.name}, with fingerprint {model.fingerprint[:12]} in the"
                    f" place of {fingerprint[:12]}: give all nodes the same"
                )
            self._encoder = load_encoder(model, cache=folder)
        except HudhudError as error:
            self._failure = error

    def answer(self, texts: Sequence[str]) -> Encoded | Refused:
        """The vectors of some texts, which carry their prompt; of none, whether it is ready."""
        if self._failure:
            return Refused(self._failure)
        return Encoded(self._encoder.encode(texts).astype(np.float16), self._encoder.engine)


class ClusterEncoder:
    """An `Encoder` whose passages are encoded on a cluster; queries and tokens are of this process.

    Vectors have the precision in which caches keep them. A process is handed blocks once it has said that it
    is ready, so that nobody waits for one that is still starting.
    """

    def __init__(
        self,
        own: BatchingEncoder,
        cluster: Cluster,
        model: Model,
        processes: int,
        name: str | None = None,
        cache: Path | None = None,
        progress: Callable[[str], None] = _logger.info,
    ) -> None:
        """Start processes, on one node after another; they end with this process.

        Args:
            own: the encoder of the model in this process.
            cluster: where processes are started; on its nodes with GPUs, if it has any.
            model: the model.
            processes: how many; a process uses all cores that its node lets it have, or a GPU.
            name: folder or hub name of the model; the embedded one when None.
            cache: where nodes keep models; each user's cache folder when None.
            progress: called with a line for the user.
        """
        self._own, self._cluster, self._progress = own, cluster, progress
        arguments = (name, model.fingerprint, str(cache) if cache else None)
        self._wanted = [Process(EncoderProcess, arguments, 1, turn, processes) for turn in range(processes)]
        self._processes: list[Any] = [cluster.process(None, wanted) for wanted in self._wanted]
        self._ready = deque[int]()
        self._starting: dict[Any, int] = {self._asked(process, []): process for process in range(processes)}
        self._engines = set[str]()
        self._blocks = self._texts = self._repeated_blocks = self._repeated_texts = 0

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._own.dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors on the cluster, for people to read; waits until a process has started."""
        while not self._engines:
            self._hear({})
        return ", ".join(sorted(self._engines))

    @property
    def spread(self) -> Spread:
        """What was handed out so far."""
        return Spread(
            processes=len(self._processes),
            blocks=self._blocks,
            texts=self._texts,
            repeated_blocks=self._repeated_blocks,
            repeated_texts=self._repeated_texts,
            engines=tuple(sorted(self._engines)),
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, one row per text, in the given order. Texts carry their prompt.

        Raises:
            ModelError: a node has not the model.
        """
        return each_once(texts, self._encode)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        waiting = deque(self._cut(texts))
        asked: dict[Any, tuple[int, list[int]]] = {}
        found = np.empty((len(texts), self.dimensions), np.float32)
        while waiting or asked:
            while waiting and self._ready:
                process, block = self._ready.popleft(), waiting.popleft()
                asked[self._asked(process, [texts[position] for position in block])] = process, block
            for block, vectors in self._hear(asked):
                if vectors is None:
                    waiting.append(block)
                else:
                    found[block] = vectors
        return found

    def _cut(self, texts: Sequence[str]) -> list[list[int]]:
        """The blocks of some texts, as positions: each of as many whole batches."""
        batches = self._own.batches(texts)
        size = max(1, -(-len(batches) // (BLOCKS * len(self._processes))))
        return [
            [position for batch in batches[start : start + size] for position in batch]
            for start in range(0, len(batches), size)
        ]

    def _hear(self, asked: dict[Any, tuple[int, list[int]]]) -> list[tuple[list[int], Vectors | None]]:
        """Wait for answers; which blocks came back, with their vectors, or with None where a process died.

        Blocks that came leave `asked`.
        """
        done = self._cluster.done([*asked, *self._starting], PATIENCE)
        if not done:
            self._progress(f"waiting for {len(asked)} blocks on the cluster")
        found: list[tuple[list[int], Vectors | None]] = []
        for one in done:
            process, block = asked.pop(one) if one in asked else (self._starting.pop(one), [])
            vectors = self._taken(one, process, len(block))
            if vectors is None:
                self._starting[self._asked(process, [])] = process
            else:
                self._ready.append(process)
            if block:
                found.append((block, vectors))
        return found

    def _asked(self, process: int, texts: list[str]) -> Any:  # noqa: ANN401
        """What stands for the answer of a process."""
        return self._cluster.ask(self._processes[process], texts)

    def _taken(self, asked: Any, process: int, texts: int) -> Vectors | None:  # noqa: ANN401
        """The vectors of so many texts; None where the process died, in whose place another one comes."""
        try:
            answer: Encoded | Refused = self._cluster.value(asked)
        except Gone as error:
            if texts:
                self._repeated_blocks += 1
                self._repeated_texts += texts
                self._progress(f"process {process} is gone: its block is encoded again")
            time.sleep(PAUSE)
            if error.for_good:
                self._processes[process] = self._cluster.process(None, self._wanted[process])
            return None
        if isinstance(answer, Refused):
            raise answer.error
        self._blocks += bool(texts)
        self._texts += texts
        self._engines.add(answer.engine)
        return answer.vectors.astype(np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for a few short texts, in this process, as exactly as its engine can."""
        return self._own.encode_queries(texts)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """The same for words of queries, in this process."""
        return self._own.encode_words(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends."""
        return self._own.count_tokens(texts)
