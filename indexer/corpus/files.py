"""The files at and below a path, sorted, each with the id of the article it holds."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import PathNotFound
from indexer.records import Skipped, SkipReason

SUFFIXES = frozenset({"", ".txt", ".text", ".md"})
"""What is read in a folder, in either case; a file that is itself given as a path is always read."""

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read: `path` opens it, `id` and `source` are text that can be stored and shown."""

    path: Path
    id: str

    @property
    def source(self) -> str:
        """The path as text."""
        return printable(self.path)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder being walked: what the ids of its entries begin with, and the entries still to come."""

    path: Path
    prefix: str
    identity: Identity
    names: Iterator[str]


def require(paths: Sequence[Path]) -> None:
    """Raise PathNotFound unless all of `paths` exist."""
    for path in paths:
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            message = f"{printable(path)} does not exist: give files, or folders of .txt or .md files"
            raise PathNotFound(message) from None
        except OSError:
            continue


def walk(path: Path) -> Iterator[FoundFile | Skipped]:
    """The files at or below `path`; the entries of a folder in the order of their names.

    Links are followed, but not into a folder that is being walked already. A file of the name
    `a/b.txt` below `path` has the id `a/b`; `path` itself, if it is a file, has its stem.
    """
    found = _entry(path, path.stem, "", ())
    if not isinstance(found, _Folder):
        yield found
        return
    above = [found]
    while above:
        name = next(above[-1].names, None)
        if name is None:
            above.pop()
            continue
        found = _entry_in_folder(above[-1].path / name, above)
        if isinstance(found, _Folder):
            above.append(found)
        else:
            yield found


def _entry_in_folder(path: Path, above: Sequence[_Folder]) -> FoundFile | _Folder | Skipped:
    """What an entry of the last folder of `above` is, by the rules for what is not given by name."""
    if path.name.startswith("."):
        return skipped(path, SkipReason.HIDDEN, "its name begins with a dot")
    prefix = above[-1].prefix
    found = _entry(path, prefix + path.stem, f"{prefix}{path.name}/", above)
    if isinstance(found, FoundFile) and path.suffix.lower() not in SUFFIXES:
        return skipped(path, SkipReason.UNSUPPORTED, f"{path.suffix} is not a format that is read")
    return found


def _entry(path: Path, name: str, prefix: str, above: Sequence[_Folder]) -> FoundFile | _Folder | Skipped:
    """What `path` is: a file of the id `name`, or a folder whose entries' ids begin with `prefix`."""
    try:
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            return FoundFile(path, printable(name))
        identity = (status.st_dev, status.st_ino)
        if any(folder.identity == identity for folder in above):
            return skipped(path, SkipReason.LINK_LOOP, "leads back to a folder that it lies in")
        return _Folder(path, prefix, identity, iter(sorted(entry.name for entry in path.iterdir())))
    except OSError as error:
        return unreadable(path, error)


def printable(name: Path | str) -> str:
    r"""A file name as text that can be stored: bytes that are not UTF-8 are written as \xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def skipped(path: Path, reason: SkipReason, detail: str) -> Skipped:
    """A Skipped whose fields can be stored and shown."""
    return Skipped(printable(path), reason, printable(detail))


def unreadable(path: Path, error: OSError) -> Skipped:
    """The Skipped for what the system does not give."""
    if error.errno == errno.ELOOP:
        return skipped(path, SkipReason.LINK_LOOP, "a link that leads to itself")
    if error.errno == errno.ENOENT:
        return skipped(
            path, SkipReason.UNREADABLE, "a link to nothing" if path.is_symlink() else "no longer there"
        )
    return skipped(path, SkipReason.UNREADABLE, error.strerror or str(error))
