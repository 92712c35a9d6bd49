"""What the PATHs of a command mean: files, folders, patterns and standard input."""

import fnmatch
import glob
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.core.errors import PathNotFound
from indexer.corpus.files import Start, below
from indexer.corpus.formats import TEXT, Format
from indexer.corpus.source import printable

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Given:
    """One PATH.

    Attributes:
        path: as it was given, or of a pattern the folder before its first wildcard.
        location: the absolute path of that, links resolved, printable.
        pattern: what is looked for in that folder, in parts; empty if it is no pattern.
        is_folder: whether it was a folder when it was given.
    """

    path: Path
    location: str
    pattern: tuple[str, ...]
    is_folder: bool

    @property
    def name(self) -> str:
        """The path, or the pattern, for messages."""
        return os.path.join(self.location, *map(printable, self.pattern))  # noqa: PTH118 (text)

    def covers(self, location: str) -> bool:
        """Whether the file that lies, or lay, at this absolute path is among what this PATH lists."""
        if not self.pattern:
            return location == self.location or is_below(location, self.location)
        if not is_below(location, self.location):
            return False
        return _fits(Path(location[len(self.location) :].strip(os.sep)).parts, self.pattern)

    def starts(self, roots: Collection[str], otherwise: Format | None) -> Iterator[Start]:
        """Where to begin walking, in order; `roots` decide the ids, else the PATH itself does."""
        if self.pattern:
            for name in _matches(self.path, self.pattern):
                location = below(self.location, printable(name))
                path = self.path / name
                root = root_of(location, roots) or self.location
                yield Start(path, location, _prefix(location, root, _is_folder(path)), None, self.path)
        else:
            own = self.location if self.is_folder else str(Path(self.location).parent)
            root = root_of(self.location, roots) or own
            yield Start(
                self.path, self.location, _prefix(self.location, root, self.is_folder), otherwise or TEXT
            )


def given(path: str | Path) -> Given:
    """What one PATH means.

    Raises:
        PathNotFound: it does not exist, or is a pattern that nothing matches.
    """
    text = os.fspath(path)
    try:
        Path(text).stat()
    except (FileNotFoundError, NotADirectoryError):
        if glob.has_magic(text):
            return _pattern(text)
        message = f"{printable(text)} does not exist: give files, folders, patterns such as '*.txt', or -"
        raise PathNotFound(message) from None
    except OSError:
        pass  # walking there says what is wrong
    return Given(Path(text), printable(os.path.realpath(text)), (), _is_folder(Path(text)))


def _pattern(text: str) -> Given:
    parts = Path(text).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    folder = Path(*parts[:fixed])
    pattern = parts[fixed:]
    if set(pattern) == {"**"} and folder.is_dir():
        return given(folder)
    if next(iter(_matches(folder, pattern)), None) is None:
        raise PathNotFound(f"nothing matches {printable(text)}")
    return Given(folder, printable(os.path.realpath(folder)), pattern, False)


def _matches(folder: Path, pattern: Sequence[str]) -> Iterator[str]:
    """What lies below `folder` and matches, sorted; hidden files only if the pattern begins with a dot."""
    found = glob.iglob("/".join(pattern), root_dir=folder, recursive=True)  # noqa: PTH207
    listed = {name.rstrip(os.sep) for name in found if name[-1:] != os.sep or _is_folder(folder / name)}
    return iter(sorted(listed - {""}))


def _fits(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Whether a pattern of these parts finds the path of these names, or a folder that it lies in."""
    if not patterns:
        return True
    if patterns == ("**",):
        return bool(names)
    visible = bool(names) and not names[0].startswith(".")
    if patterns[0] == "**":
        return _fits(names, patterns[1:]) or (visible and _fits(names[1:], patterns))
    return (
        bool(names)
        and (visible or patterns[0].startswith("."))
        and fnmatch.fnmatchcase(names[0], printable(patterns[0]))
        and _fits(names[1:], patterns[1:])
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def root_of(location: str, roots: Collection[str]) -> str | None:
    """The deepest of `roots` that is `location` or holds it."""
    above = [root for root in roots if location == root or is_below(location, root)]
    return max(above, key=len, default=None)


def is_below(location: str, folder: str) -> bool:
    """Whether an absolute path lies below a folder."""
    return location.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def roots_of(paths: Sequence[Given], known: Collection[str]) -> tuple[str, ...]:
    """The folders that give the ids of what lies at and below `paths`: those given, or known ones above."""
    roots: list[str] = []
    for path in paths:
        if path.is_folder:
            root = root_of(path.location, [*known, *roots]) or path.location
            if root not in roots:
                roots.append(root)
    return tuple(roots)


def _prefix(location: str, root: str, is_folder: bool) -> str:
    """What the ids of a file, or of what lies below a folder, begin with, reckoned from `root`."""
    relative = location[len(root) :].strip(os.sep).replace(os.sep, "/")
    if is_folder:
        return f"{relative}/" if relative else ""
    return relative[: relative.rfind("/") + 1]
