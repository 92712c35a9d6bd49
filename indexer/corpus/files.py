"""The files at and below a path, sorted, each with the id of the article it holds."""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.core.records import Skipped, SkipReason
from indexer.corpus.foreign import told_by_file
from indexer.corpus.formats import Format, FoundFile, kind_of, unsupported
from indexer.corpus.links import FOLLOW_ALL, Links
from indexer.corpus.source import explained, printable

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Start:
    """A file or folder to begin with.

    Attributes:
        path: as it was given.
        location: its absolute path, printable.
        prefix: what the ids at or below it begin with: empty, or ending in a slash.
        otherwise: the format of a file whose name tells none; None if it is then not read.
        folder: where a pattern is looked for that found it; None for what was given by its name.
    """

    path: Path
    location: str
    prefix: str
    otherwise: Format | None
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder being walked: what the ids of its entries begin with, and the entries still to come."""

    path: Path
    location: str
    prefix: str
    identity: Identity
    names: Iterator[str]


def walk(
    start: Start, roots: Collection[str] = (), links: Links = FOLLOW_ALL
) -> Iterator[FoundFile | Skipped]:
    """The files at or below a path; the entries of a folder in the order of their names.

    Links are followed as `links` say, but not into a folder that is being walked already. A file `a/b.txt`
    below a folder has the id `a/b`, behind the folder's prefix; a folder that is one of `roots` has none.
    """
    refused = links.refused(start.path, start.folder) if start.folder else None
    found = refused or _entry(start.path, start.location, start.prefix, ())
    if isinstance(found, _Folder):
        yield from _below(replace(found, prefix=start.prefix), roots, links)
    elif isinstance(found, Skipped):
        yield found
    elif start.otherwise and (found.kind.suffix == "" or not found.kind.is_read):
        yield replace(found, kind=replace(found.kind, format=start.otherwise))
    else:
        yield found if found.kind.is_read else _unsupported(found)


def _below(folder: _Folder, roots: Collection[str], links: Links) -> Iterator[FoundFile | Skipped]:
    above = [folder]
    while above:
        name = next(above[-1].names, None)
        if name is None:
            last = above.pop()
            if _identity(last.path) != last.identity:
                detail = "no longer the folder that it was when reading began"
                yield skipped(last.path, last.location, SkipReason.UNREADABLE, detail)
            continue
        found = _entry_in_folder(name, above, roots, links)
        if isinstance(found, _Folder):
            above.append(found)
        else:
            yield found


def _entry_in_folder(
    name: str, above: Sequence[_Folder], roots: Collection[str], links: Links
) -> FoundFile | _Folder | Skipped:
    """What an entry of the last folder of `above` is, by the rules for what is not given by name."""
    folder = above[-1]
    path, location = folder.path / name, below(folder.location, printable(name))
    if name.startswith("."):
        return skipped(path, location, SkipReason.HIDDEN, "its name begins with a dot")
    found = links.refused(path) or _entry(path, location, folder.prefix, above)
    if isinstance(found, _Folder):
        return replace(found, prefix="" if location in roots else f"{folder.prefix}{printable(name)}/")
    if isinstance(found, FoundFile) and not found.kind.is_read:
        return _unsupported(found)
    return found


def _entry(path: Path, location: str, prefix: str, above: Sequence[_Folder]) -> FoundFile | _Folder | Skipped:
    """What `path` is: a file whose id begins with `prefix`, or a folder, whose own prefix is still to set."""
    try:
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            kind = kind_of(path.name)
            id_, inside = prefix + printable(kind.stem), prefix + printable(path.name)
            return FoundFile(path, id_, printable(path), inside, location, kind)
        identity = (status.st_dev, status.st_ino)
        if any(folder.identity == identity for folder in above):
            return skipped(path, location, SkipReason.LINK_LOOP, "leads back to a folder that it lies in")
        return _Folder(path, location, prefix, identity, iter(sorted(entry.name for entry in path.iterdir())))
    except OSError as error:
        return skipped(path, location, *explained(path, error))


def below(location: str, name: str) -> str:
    """The path of `name` in the folder at `location`."""
    return f"{location}{name}" if location.endswith(os.sep) else f"{location}{os.sep}{name}"


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _unsupported(found: FoundFile) -> Skipped:
    detail = told_by_file(found.path) or unsupported(found.kind)
    return skipped(found.path, found.location, SkipReason.UNSUPPORTED, detail)


def skipped(path: Path, location: str, reason: SkipReason, detail: str) -> Skipped:
    """A Skipped whose fields can be stored and shown."""
    return Skipped(printable(path), reason, printable(detail), location)
