"""The process of a shard: answers questions about it, as long as anybody asks."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.cluster.library import Process, end_this
from indexer.core.errors import HudhudError
from indexer.generation.generation import locked
from indexer.models.model import default_cache
from indexer.sharding.files import ShardFiles
from indexer.sharding.made import made
from indexer.sharding.messages import Question
from indexer.sharding.shard import Shard

LONELY = 60.0
"""Seconds without a sign of life of anybody who asks, after which it ends."""

AT_ONCE = 8
"""Questions that it answers at once."""


@dataclass(frozen=True, slots=True)
class Here:
    """A sign of life: who may ask, in no order with questions."""

    who: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody asks no more."""

    who: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is an error."""

    error: HudhudError


class ShardProcess:
    """Opens a shard, which is cut if this machine has it not, and answers. Runs on Ray.

    Where the shard cannot be opened, that is what it answers, until whoever asks gives it up.
    """

    def __init__(
        self, generation: str, place: int, shards: int, cache: str | None, lonely: float = LONELY
    ) -> None:
        """Open shard `place` of `shards` of the generation in a folder.

        Args:
            generation: the folder, which every node sees.
            place: which shard, from 0.
            shards: how many there are.
            cache: where this machine keeps it; the user's cache folder when None.
            lonely: seconds without a sign of life after which it ends.
        """
        self._failure: HudhudError | None = None
        try:
            folder = Path(generation)
            self._lock = locked(folder)
            own = made(folder, place, shards, Path(cache) if cache else default_cache())
            self._shard = Shard(ShardFiles(own))
        except HudhudError as error:
            self._failure = error
        self._seen: dict[str, float] = {"whoever started it": time.monotonic()}
        self._lonely = lonely
        threading.Thread(target=self._watch, name="watch-callers", daemon=True).start()

    def answer(self, asked: Question[Any] | Here | Leaving) -> Any:  # noqa: ANN401
        """What the shard answers; an error of Hudhud's as `Refused`."""
        if isinstance(asked, Here):
            self._seen[asked.who] = time.monotonic()
            return None
        if isinstance(asked, Leaving):
            self._seen.pop(asked.who, None)
            self._seen.pop("whoever started it", None)
            return None
        if self._failure:
            return Refused(self._failure)
        try:
            return asked.answered_by(self._shard)
        except HudhudError as error:
            return Refused(error)

    def _watch(self) -> None:
        """End when nobody is there any more."""
        while True:
            time.sleep(min(1.0, self._lonely / 4))
            latest = time.monotonic() - self._lonely
            if not any(seen >= latest for seen in [*self._seen.values()]):
                end_this()
                return


def process_of(
    generation: Path, place: int, shards: int, replica: int, cache: Path | None, lonely: float
) -> Process:
    """What is started for a replica of a shard, on another node than the one before.

    The arguments are those of `ShardProcess`.
    """
    arguments = (str(generation.absolute()), place, shards, str(cache) if cache else None, lonely)
    return Process(ShardProcess, arguments, AT_ONCE, place + replica)
