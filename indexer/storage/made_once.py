"""Folders that are made once per machine and then only read: the unpacked model, the encoder built from it.

Processes that start together make a folder once: one writes aside under a lock and renames it into
place, the others wait. A killed process leaves only the folder aside, which the next one removes.
"""

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import filelock

from indexer.core.errors import ModelNotWritable
from indexer.storage.disk import file_digest, sync

_logger = logging.getLogger(__name__)

RECORD = "complete.json"
"""Written last: size and SHA-256 of every other file."""

Record = dict[str, tuple[int, str]]
Progress = Callable[[str], None]


def read_record(folder: Path) -> Record | None:
    """What the record of `folder` says, when all files have the sizes that it gives; else None."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == size for name, (size, _) in record.items())
        return {name: (size, digest) for name, (size, digest) in record.items()} if whole else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def make_once(
    folder: Path,
    write: Callable[[Path], None],
    *,
    what: str,
    progress: Progress,
    is_whole: Callable[[Path], bool] = lambda folder: read_record(folder) is not None,
) -> None:
    """Make `folder` with `write`, unless it is there whole.

    Args:
        folder: where it shall be.
        write: fills an empty folder.
        what: what it holds, for messages: `the embedding model`.
        progress: called with a line for the user before waiting for another process.
        is_whole: whether a folder that is there can be used.

    Raises:
        ModelNotWritable: no permission or no space.
    """
    if is_whole(folder):
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder.with_name(f"{folder.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            progress(f"waiting for another process that is making {what}")
            lock.acquire()
        try:
            if not is_whole(folder):
                _make(folder, write)
        finally:
            lock.release()
    except OSError as error:
        raise ModelNotWritable(
            f"{what} cannot be written to {folder}: {error.strerror or error}; "
            "make it writable or choose another place with HUDHUD_CACHE"
        ) from error


def require_space(folder: Path, needed: int, what: str) -> None:
    """Check that `needed` bytes are free where `folder` lies.

    Raises:
        ModelNotWritable: they are not.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelNotWritable(
            f"{what} needs {needed // 10**6} MB in {folder}, where {free // 10**6} MB are free; "
            "make room or choose another place with HUDHUD_CACHE"
        )


def _make(folder: Path, write: Callable[[Path], None]) -> None:
    """Write aside, record, fsync, rename; the caller holds the lock."""
    aside = folder.with_name(f"{folder.name}.partial")
    for leftover in (aside, folder):
        if leftover.exists():
            _logger.warning("removing the incomplete or damaged folder %s", leftover)
            shutil.rmtree(leftover)
    aside.mkdir()
    try:
        write(aside)
    except BaseException:
        shutil.rmtree(aside)
        raise
    files = [path for path in sorted(aside.rglob("*")) if path.is_file()]
    record = {path.relative_to(aside).as_posix(): (path.stat().st_size, file_digest(path)) for path in files}
    (aside / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    for path in (*aside.rglob("*"), aside):
        sync(path)
    aside.rename(folder)
    sync(folder.parent)
