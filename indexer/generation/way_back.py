"""What to do about an index that cannot be used: one advice, by what there is to go back to.

The library states what is wrong; whoever tells it to people, the command line and the server, adds this.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from indexer.core.errors import FormatMismatch, IndexDamaged, IndexingError
from indexer.generation.generation import Generation
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest

MAKE_ANEW = "make the index anew with `hudhud reindex PATH... --fresh`"


def told(error: Exception, layout: Layout) -> str:
    """An error in words; one of an index that is damaged, or of another format, with what to do about it."""
    if isinstance(error, IndexDamaged):
        return f"{error}: {advice(layout, error.files)}"
    return f"{error}: {advice(layout)}" if isinstance(error, FormatMismatch) else str(error)


def advice(layout: Layout, damaged: Iterable[Path] = ()) -> str:
    """How to go on where the live generation cannot be used; the arguments are those of `way_back`."""
    mismatch = _format_mismatch(layout)
    upgrade = "upgrade Hudhud, or " if mismatch and mismatch.later else ""
    if back := way_back(layout, damaged):
        return f"{upgrade}go back with `hudhud rollback {back.name}`"
    if mismatch:
        return f"{upgrade}{MAKE_ANEW}"
    return f"restore a backup with `hudhud import FILE`, or {MAKE_ANEW}"


def way_back(layout: Layout, damaged: Iterable[Path] = ()) -> Path | None:
    """The newest generation before the live one that looks sound, or of all where none is known as live.

    Args:
        layout: of the index.
        damaged: files that a look does not show to be damaged; generations that share them are passed over.
    """
    spoilt = set(_inodes(damaged))
    return next((folder for folder in _before(layout) if _looks_sound(folder, spoilt)), None)


def _before(layout: Layout) -> list[Path]:
    """The generations that may be gone back to, newest first."""
    try:
        published = layout.published()
    except OSError:
        return []
    live = layout.live_or_none()
    older = published[: published.index(live)] if live in published else published
    return older[::-1]


def _looks_sound(folder: Path, spoilt: set[tuple[int, int]]) -> bool:
    """Whether it opens, and shares none of the `spoilt` files; contents are not compared."""
    try:
        with closing(Generation(folder)) as generation:
            names = generation.manifest.files
    except (IndexingError, OSError, ValueError):
        return False
    return not (spoilt and spoilt & set(_inodes(folder / name for name in names)))


def _inodes(files: Iterable[Path]) -> Iterator[tuple[int, int]]:
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue
        yield found.st_dev, found.st_ino


def _format_mismatch(layout: Layout) -> FormatMismatch | None:
    """Why this version cannot read the live generation, if that is its format."""
    try:
        Manifest.read(layout.live() / MANIFEST)
    except FormatMismatch as error:
        return error
    except IndexingError:
        pass
    return None
