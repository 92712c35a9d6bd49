"""Files that are made once per machine, each in a folder of its own, and then mapped by every process."""

import logging
import mmap
from collections.abc import Callable
from pathlib import Path

from indexer.core.errors import ModelNotWritable
from indexer.storage.made_once import make_once

_logger = logging.getLogger(__name__)


def made_file(path: Path, made: Callable[[], bytes], *, what: str) -> bytes | mmap.mmap:
    """The content of a file, mapped; made first where this machine has not got it.

    Where it can be kept nowhere it is made for this process alone, and a warning says so.

    Args:
        path: where it lies, alone in its folder.
        made: gives its content.
        what: it is, for people, in the singular.
    """

    def write(aside: Path) -> None:
        (aside / path.name).write_bytes(made())

    try:
        make_once(path.parent, write, what=what, progress=_logger.info)
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (ModelNotWritable, OSError) as error:
        _logger.warning("%s is made anew for this process: %s", what, error)
        return made()
