"""Symbolic links below the PATHs of a command: whether they are followed, and which lead out."""

import itertools
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from indexer.core.records import Skipped, SkipReason
from indexer.corpus.source import printable

Followed = Mapping[str, str]
"""Links that were followed out of what was given, and where each leads."""


class Links:
    """Decides about links, and remembers those that lead out.

    A PATH that is a link itself was given by name, and is no link below one.
    """

    def __init__(self, inside: Collection[str], *, follow: bool = True) -> None:
        """Take note of links out of `inside`, which are absolute paths without links, or follow none."""
        self._inside = tuple(inside)
        self._follow = follow
        self._followed: dict[str, str] = {}

    @property
    def followed(self) -> Followed:
        """Those that lead out, so far."""
        return self._followed

    def refused(self, path: Path, folder: Path | None = None) -> Skipped | None:
        """Why an entry of a folder is not read; None where it is no link, or is followed.

        A link that is not followed holds nothing: what an index has from below it is gone.

        Args:
            path: of the entry.
            folder: the one that a pattern is looked for in; a link below it may lead to the entry.
        """
        try:
            if not any(one.is_symlink() for one in _way(folder, path)):
                return None
            target = printable(os.path.realpath(path))
        except OSError:
            return None  # reading it says what is wrong
        if not self._follow:
            return Skipped(printable(path), SkipReason.LINK, f"a link to {target}")
        if not any(target == one or target.startswith(one.rstrip(os.sep) + os.sep) for one in self._inside):
            self._followed.setdefault(printable(path), target)
        return None


def _way(folder: Path | None, path: Path) -> Iterator[Path]:
    """An entry, and the folders between it and `folder`."""
    yield path
    if folder is not None:
        yield from itertools.takewhile(lambda one: one != folder, path.parents)


FOLLOW_ALL = Links(("/",))
"""Every link is followed, and none leads out."""
