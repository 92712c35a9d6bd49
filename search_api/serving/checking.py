"""Are the files of a generation what its manifest says? Compared beside what answers, in no hurry."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from indexer.storage.manifest import content_faults, damage

REST = 3.0
"""How long a check rests, as a multiple of the time that it works."""

LONGEST_REST = 1.0

_Stamp = tuple[tuple[str, int, int], ...]


class Stopped(Exception):
    """Ends a check that nobody waits for any more."""


class Checks:
    """Which generations were found damaged. They count as damaged until their files are written anew."""

    def __init__(self) -> None:
        self._damaged: dict[Path, tuple[_Stamp, list[str]]] = {}

    def check(self, folder: Path, stopped: threading.Event) -> None:
        """Compare every file with the manifest, slowly.

        Raises:
            IndexDamaged: a file differs.
            Stopped: `stopped` was set meanwhile.
        """
        stamp = _stamp(folder)
        try:
            faults = content_faults(folder, pace=_unhurried(stopped))
        except OSError as error:
            faults = [str(error)]
        if not faults:
            self._damaged.pop(folder, None)
            return
        self._damaged[folder] = (stamp, faults)
        raise damage(folder, faults)

    def require_not_damaged(self, folder: Path, stopped: threading.Event) -> None:
        """Check again what was found damaged before, if its files were written anew.

        Raises:
            IndexDamaged: it is damaged still.
            Stopped: `stopped` was set meanwhile.
        """
        if folder in self._damaged:
            stamp, faults = self._damaged[folder]
            if _stamp(folder) == stamp:
                raise damage(folder, faults)
            self.check(folder, stopped)

    def is_damaged(self, folder: Path) -> bool:
        """Whether it was found damaged, and not yet sound again."""
        return folder in self._damaged


def _unhurried(stopped: threading.Event) -> Callable[[], None]:
    """What rests after each block, for a multiple of the time that the block took."""
    since = time.monotonic()

    def pace() -> None:
        nonlocal since
        if stopped.wait(min(REST * (time.monotonic() - since), LONGEST_REST)):
            raise Stopped
        since = time.monotonic()

    return pace


def _stamp(folder: Path) -> _Stamp:
    """Names, inodes and times of change of the files: another one when any is written anew."""
    found = [(path, path.stat()) for path in sorted(folder.rglob("*"))]
    return tuple((str(path), status.st_ino, status.st_mtime_ns) for path, status in found)
