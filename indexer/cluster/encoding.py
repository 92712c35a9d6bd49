"""Texts encoded by processes on a cluster: as many blocks at once as there are processes.

A block is idempotent: what a process did not give back before it died, another one encodes again. What came
back is committed to the cache of the index, by content, as when one machine encodes; so a run that is killed
goes on where it stopped.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.cluster.library import Cluster, Gone, Process
from indexer.core.errors import HudhudError, ModelNotFound
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate

BLOCKS = 2
"""Blocks of a call for each process: the last ones are shared by those that are quick."""

LEAST = 16
"""Texts of a block: one pass of the encoder takes about as many sentences."""

PATIENCE = 30.0
"""Seconds between two lines about blocks that do not come back."""

PAUSE = 0.2
"""Seconds between two questions whether a process is back."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """What a process answers that has no encoder."""

    error: HudhudError


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

    def answer(self, texts: Sequence[str]) -> Vectors | Refused:
        """The vectors of some texts, which carry their prompt."""
        return Refused(self._failure) if self._failure else self._encoder.encode(texts)


class ClusterEncoder:
    """An `Encoder` whose passages are encoded on a cluster; queries and tokens are of this process.

    Attributes:
        repeated: blocks that were encoded again, for a process died before it gave them back.
    """

    def __init__(
        self,
        own: Encoder,
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
            cluster: where processes are started.
            model: the model.
            processes: how many; a process uses all cores that its node lets it have.
            name: folder or hub name of the model; the embedded one when None.
            cache: where nodes keep models; each user's cache folder when None.
            progress: called with a line for the user.
        """
        self._own, self._cluster, self._progress = own, cluster, progress
        arguments = (name, model.fingerprint, str(cache) if cache else None)
        self._wanted = [Process(EncoderProcess, arguments, 1, place) for place in range(processes)]
        self._processes: list[Any] = [cluster.process(None, wanted) for wanted in self._wanted]
        self.repeated = 0

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._own.dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors, for people to read."""
        return self._own.engine

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, one row per text, in the given order. Texts carry their prompt.

        Raises:
            ModelError: a node has not the model.
        """
        size = max(LEAST, -(-len(texts) // (BLOCKS * len(self._processes))))
        waiting = deque(range(0, len(texts), size))
        idle = deque(range(len(self._processes)))
        asked: dict[Any, tuple[int, int | None]] = {}
        found = np.empty((len(texts), self.dimensions), np.float32)
        while waiting or any(start is not None for _, start in asked.values()):
            while waiting and idle:
                process, start = idle.popleft(), waiting.popleft()
                block = list(texts[start : start + size])
                asked[self._cluster.ask(self._processes[process], block)] = process, start
            done = self._cluster.done([*asked], PATIENCE)
            if not done:
                self._progress(f"waiting for {len(asked)} blocks on the cluster")
            for one in done:
                process, begun = asked.pop(one)
                vectors = self._taken(one, process, is_block=begun is not None)
                if vectors is None:
                    waiting.extend([] if begun is None else [begun])
                    asked[self._cluster.ask(self._processes[process], [])] = process, None
                    continue
                idle.append(process)
                if begun is not None:
                    found[begun : begun + size] = vectors
        return found

    def _taken(self, asked: Any, process: int, *, is_block: bool) -> Vectors | None:  # noqa: ANN401
        """The vectors of a block, or of nothing; None where the process died, in whose place another comes.

        It is asked for nothing then, and is given blocks again when it answers that.
        """
        try:
            answer: Vectors | Refused = self._cluster.value(asked)
        except Gone as error:
            if is_block:
                self.repeated += 1
                self._progress(f"process {process} is gone: its block is encoded again")
            time.sleep(PAUSE)
            if error.for_good:
                self._processes[process] = self._cluster.process(None, self._wanted[process])
            return None
        if isinstance(answer, Refused):
            raise answer.error
        return answer

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for a few short texts, in this process, as exactly as its engine can."""
        return self._own.encode_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends."""
        return self._own.count_tokens(texts)
