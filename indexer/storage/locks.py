"""Locks on generations: readers share one, whoever removes a generation must have it alone.

Locks are flock(2) on a generation's manifest. The system lets go of them when a process ends, however it
ends.
"""

import os
from pathlib import Path
from typing import Self

try:
    import fcntl
except ImportError:  # pragma: no cover (Windows, where a folder in use cannot be removed anyway)
    fcntl = None  # type: ignore[assignment]

from indexer.storage.disk import open_regular
from indexer.storage.manifest import MANIFEST


class InUse(Exception):
    """Somebody else has a lock that does not admit this one."""


def is_held(path: Path) -> bool:
    """Whether some process holds a lock on a file alone; False where there is no file that can be read.

    To look, the lock is shared for an instant. Whoever wants it alone at that instant tries again.
    """
    try:
        descriptor = open_regular(path)
    except OSError:
        return False
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return fcntl is None  # where there is no flock, the file goes with the lock
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


class GenerationLock:
    """A lock on a generation, until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def shared(cls, folder: Path) -> Self:
        """For reading; any number of readers have it together.

        Raises:
            FileNotFoundError: the generation is not there, or no longer.
            InUse: it is being removed.
        """
        return cls._take(folder, alone=False)

    @classmethod
    def alone(cls, folder: Path) -> Self:
        """For removing.

        Raises:
            FileNotFoundError: the generation is not there, or no longer.
            InUse: somebody reads it.
        """
        return cls._take(folder, alone=True)

    @classmethod
    def _take(cls, folder: Path, *, alone: bool) -> Self:
        path = folder / MANIFEST
        descriptor = open_regular(path)
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            if not path.exists():
                raise FileNotFoundError(path)
        except BlockingIOError:
            os.close(descriptor)
            raise InUse(path) from None
        except OSError:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
