"""Where records come from: a stream of bytes, whatever it is packed in."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from indexer.core.records import Record, Skipped, SkipReason
from indexer.text import language, sentences

VERSION = 6
"""Raised whenever an article would be read otherwise from the same bytes, its language and title apart."""

MAX_BYTES = 64 * 2**20
"""A larger file, line or field is no article, and reading it could exhaust the memory."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, a member of an archive, or standard input.

    Attributes:
        id: of the one article in it, or what the ids of its records begin with: its path below the PATH
            given, without the suffixes that name its format.
        name: for people, `archive/2025.zip!/a.jsonl`.
        path: absolute path of the file on disk; empty for standard input.
        open: its bytes, unpacked. Raises OSError, or DamagedArchive in the middle of reading.
    """

    id: str
    name: str
    path: str
    open: Callable[[], AbstractContextManager[BinaryIO]]

    def skipped(self, reason: SkipReason, detail: str, *, at: str = "", id: str | None = None) -> Skipped:
        """The Skipped for this source, or for the place `at` in it; `id` is of the article it would be."""
        return Skipped(self.name + at, reason, printable(detail), self.path, id)


Reader = Callable[[Source], Iterator[Record | Skipped]]
"""Reads one format, streaming; a file that cannot be read at all is one Skipped with its path."""


class DamagedArchive(ValueError):
    """What a stream is packed in is truncated or not what its name says.

    Attributes:
        reason: what it is counted as.
    """

    reason = SkipReason.DAMAGED


class Inflated(DamagedArchive):
    """Unpacked, a stream is so much larger than packed that it was made to be."""

    reason = SkipReason.TOO_LARGE


def digest(*parts: bytes) -> bytes:
    """What stands for the content of a record: 16 bytes over `parts` and over the versions of reading.

    Those are ours, that of the language that is told, and that of sentences, of which a title is one.
    """
    versions = f"{VERSION} {language.VERSION} {sentences.VERSION}"
    total = hashlib.blake2b(versions.encode(), digest_size=16)
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.digest()


def too_large() -> str:
    """What is said of a file, line or field of more than MAX_BYTES."""
    return f"larger than {MAX_BYTES // 2**20} MiB"


def printable(name: Path | str) -> str:
    r"""A file name as text that can be stored: bytes that are not UTF-8 are written as \xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def explained(path: Path, error: OSError) -> tuple[SkipReason, str]:
    """Why the system does not give what lies at `path`."""
    if error.errno == errno.ELOOP:
        return SkipReason.LINK_LOOP, "a link that leads to itself"
    if error.errno == errno.ENOENT:
        return SkipReason.UNREADABLE, "a link to nothing" if path.is_symlink() else "no longer there"
    return SkipReason.UNREADABLE, error.strerror or str(error)
