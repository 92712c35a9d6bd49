"""The folders of shards on a machine: cut once, by whichever process comes first, and kept."""

import hashlib
import logging
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from indexer.generation.generation import Generation
from indexer.sharding.about import CUT
from indexer.sharding.cutting import cut, described
from indexer.storage.made_once import make_once

FOLDER = "shards"

_logger = logging.getLogger(__name__)


def made(
    generation: Path, place: int, shards: int, cache: Path, progress: Callable[[str], None] = _logger.info
) -> Path:
    """The folder of a shard, cut if it is not there; shards of generations that are gone are removed.

    Args:
        generation: folder of a published generation, which stays there meanwhile.
        place: which shard, from 0.
        shards: how many there are.
        cache: the folder that Hudhud keeps on this machine.
        progress: called with a line for the user before what takes seconds.

    Raises:
        IndexingError: the generation cannot be used.
        InvalidSetting: it has not enough articles for so many shards.
        ModelNotWritable: no permission or no space.
    """
    of_index = hashlib.sha256(str(generation.parent.absolute()).encode()).hexdigest()[:16]
    own = cache / FOLDER / of_index / f"{generation.name}-{place}-of-{shards}-v{CUT}"

    def write(folder: Path) -> None:
        progress(f"cutting shard {place} of {shards} out of {generation.name}")
        with closing(Generation(generation)) as whole:
            cut(whole, described(whole, place, shards), folder)

    make_once(own, write, what=f"a shard of {generation.name}", progress=progress)
    _sweep(own.parent, generation.parent)
    return own


def _sweep(folder: Path, generations: Path) -> None:
    """Remove the shards of generations that are no longer there: whoever answers from one keeps it there."""
    for shard in folder.iterdir():
        number, content = shard.name.split("-")[:2]
        if shard.is_dir() and not (generations / f"{number}-{content}").exists():
            _logger.info("removing %s, whose generation is gone", shard)
            shutil.rmtree(shard, ignore_errors=True)
