"""Streams out of files and archives: plain, gzip, Zstandard, and the members of a ZIP."""

import errno
import io
import lzma
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from indexer.corpus.source import DamagedArchive

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PACKINGS = (".gz", ".zst")
"""Suffixes behind the suffix of a format."""

MAX_SPOOLED = 16 * 2**30
"""What is unpacked to a temporary file at most, in bytes."""

_BUFFER = 128 * 2**10
_END_OF_ZIP, _ELSEWHERE = 22 + 2**16, 2**16 - 1
_UNZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    struct.error,
    lzma.LZMAError,
)
"""What zipfile raises at damaged archives."""

Opener = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a ZIP: its path there, its bytes, and whether they are encrypted."""

    name: str
    open: Opener
    encrypted: bool


class _Unpacking(io.RawIOBase):
    """Reads `inner`, and says DamagedArchive for each of `errors`."""

    def __init__(self, inner: IO[bytes], errors: tuple[type[Exception], ...]) -> None:
        self._inner = inner
        self._errors = errors

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except self._errors as error:
            raise DamagedArchive(str(error) or type(error).__name__) from error
        view[: len(data)] = data
        return len(data)


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """A regular file's bytes; a pipe or a device is not waited for, but an OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        yield opened


@contextmanager
def unpacked(opener: Opener, packing: str) -> Iterator[BinaryIO]:
    """The bytes that `opener` gives, without their `packing`, one of PACKINGS or empty.

    Reading raises DamagedArchive where they are truncated or something else.
    """
    with opener() as packed:
        if packing == ".gz":
            import gzip

            errors: tuple[type[Exception], ...] = (gzip.BadGzipFile, zlib.error, EOFError)
            with gzip.GzipFile(fileobj=packed) as inner:
                yield _buffered(cast("IO[bytes]", inner), errors)
        elif packing == ".zst":
            from backports import zstd

            with zstd.ZstdFile(packed) as unzipped:
                yield _buffered(cast("IO[bytes]", unzipped), (zstd.ZstdError, EOFError))
        else:
            yield packed


@contextmanager
def members(packed: BinaryIO) -> Iterator[Iterator[Member]]:
    """The files in a ZIP, sorted by name. A member can be opened until this context ends.

    Raises:
        DamagedArchive: it is no ZIP, or its directory is damaged.
    """
    try:
        archive = zipfile.ZipFile(packed)
    except _UNZIP_ERRORS as error:
        raise DamagedArchive(str(error)) from error
    with archive:
        if (announced := _announced(packed)) > (found := len(archive.infolist())):
            raise DamagedArchive(f"its directory is damaged: {found:,} of {announced:,} files are listed")
        listed = sorted((info for info in archive.infolist() if not info.is_dir()), key=_name)
        yield (Member(_name(info), _opener(archive, info), bool(info.flag_bits & 1)) for info in listed)


def _announced(packed: BinaryIO) -> int:
    """How many files the end of a ZIP says that it holds (APPNOTE 4.3.16); 0 if it says it elsewhere."""
    packed.seek(max(0, packed.seek(0, io.SEEK_END) - _END_OF_ZIP))
    end = packed.read()
    place = end.rfind(b"PK\5\6")
    count = int.from_bytes(end[place + 10 : place + 12], "little") if place >= 0 else 0
    return 0 if count == _ELSEWHERE else count


def _name(info: zipfile.ZipInfo) -> str:
    """A member's path, without steps that lead out of the archive."""
    return "/".join(part for part in info.filename.split("/") if part not in ("", ".", ".."))


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Opener:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with ExitStack() as stack:
            try:
                member = stack.enter_context(archive.open(info))
            except _UNZIP_ERRORS as error:
                raise DamagedArchive(str(error)) from error
            yield _buffered(member, (*_UNZIP_ERRORS, OSError))

    return opened


def _buffered(inner: IO[bytes], errors: tuple[type[Exception], ...]) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Unpacking(inner, errors), _BUFFER))


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """`stream`, or if it can only be read once, a temporary copy on disk.

    Raises:
        DamagedArchive: it holds more than MAX_SPOOLED.
    """
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile(prefix="hudhud-") as copy:
        size = 0
        while data := stream.read(_BUFFER):
            size += len(data)
            if size > MAX_SPOOLED:
                raise DamagedArchive(f"unpacked, it is larger than {MAX_SPOOLED // 2**30} GiB")
            copy.write(data)
        copy.seek(0)
        yield cast("BinaryIO", copy)
