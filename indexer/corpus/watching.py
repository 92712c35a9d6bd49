"""Reads files that others may be writing: what is read is what lay there at one time, or it is told."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import source as limits
from indexer.corpus.source import DamagedArchive, Source, explained, too_large

CHANGED = "what was read of it counts; nothing of it is removed"

State = tuple[int, int, int] | None
"""Time of the last change in nanoseconds, size and inode; None if there is nothing to be seen."""

_PIECE = 2**20


def content_of(source: Source, path: Path | None) -> bytes | tuple[SkipReason, str]:
    """All bytes of a source as they were at one time, or why there are none."""
    for _ in range(2):
        before = _state(path)
        raw: bytes | tuple[SkipReason, str]
        try:
            with source.open() as opened:
                raw = _at_most(limits.MAX_BYTES, opened)
        except DamagedArchive as error:
            raw = error.reason, str(error)
        except OSError as error:
            return explained(path or Path(source.path), error)
        if _state(path) == before:
            return raw
    return SkipReason.CHANGED, "twice while it was read"


def _at_most(limit: int, stream: BinaryIO) -> bytes | tuple[SkipReason, str]:
    """All bytes of a stream that has no more of them."""
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            return SkipReason.TOO_LARGE, too_large()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def watched(
    path: Path | None, source: Source, read: Callable[[], Iterator[Record | Skipped]]
) -> Iterator[Record | Skipped]:
    """What `read` gives, and how it ended: in the middle, or with another file than it began with."""
    before = _state(path)
    try:
        yield from read()
    except DamagedArchive as error:
        yield source.skipped(error.reason, str(error))
    except OSError as error:
        yield source.skipped(*explained(path or Path(source.path), error))
    if _state(path) != before:
        yield source.skipped(SkipReason.CHANGED, CHANGED)


def _state(path: Path | None) -> State:
    """What changes when a file is written or replaced."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
