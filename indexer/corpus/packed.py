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
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from indexer.corpus.source import DamagedArchive, Inflated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PACKINGS = (".gz", ".zst")
"""Suffixes behind the suffix of a format."""

MAX_SPOOLED = 16 * 2**30
"""What is unpacked to a temporary file at most, in bytes."""

MAX_RATIO = 100
"""How much larger than packed a stream may be; text is packed to a tenth, repetitive text to a fortieth."""

FREE = 64 * 2**20
"""Bytes that a stream, or the members of an archive together, may unpack to besides."""

FREE_MEMBER = 16 * 2**20
"""Bytes of those that one member may have."""

MAX_DIRECTORY = 24 * 2**20
"""Bytes of the directory of a ZIP: half a million members at most."""

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
    """A file in a ZIP.

    Attributes:
        name: its path there.
        open: its bytes.
        packed: how many they are, packed.
        encrypted: whether they are.
        overlapping: whether some are those of another file too.
    """

    name: str
    open: Opener
    packed: int
    encrypted: bool
    overlapping: bool


class _Packed:
    """Reads a packed stream, and counts."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.taken += len(data)
        return data


class _Allowance:
    """What the members of an archive may unpack to together, besides MAX_RATIO of each."""

    def __init__(self) -> None:
        self._left = FREE

    def of(self, packed: int) -> Callable[[int], bool]:
        """Whether a member of this packed size may unpack to so much."""
        granted = MAX_RATIO * packed

        def admits(size: int) -> bool:
            nonlocal granted
            extra = size - granted
            if extra > 0 and size <= FREE_MEMBER + MAX_RATIO * packed and extra <= self._left:
                self._left -= extra
                granted = size
            return size <= granted

        return admits


class _Unpacking(io.RawIOBase):
    """Reads `inner` as far as `admits` says, and says DamagedArchive for each of `errors`."""

    def __init__(
        self, inner: IO[bytes], errors: tuple[type[Exception], ...], admits: Callable[[int], bool]
    ) -> None:
        self._inner = inner
        self._errors = errors
        self._admits = admits
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except self._errors as error:
            raise DamagedArchive(str(error) or type(error).__name__) from error
        self._size += len(data)
        if not self._admits(self._size):
            raise Inflated(f"unpacked, it is more than {MAX_RATIO} times as large as packed")
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
def unpacked(opener: Opener, packing: str, size: int | None = None) -> Iterator[BinaryIO]:
    """The bytes that `opener` gives, without their `packing`, one of PACKINGS or empty.

    `size` is how many they were at first, where they were packed before. Reading raises DamagedArchive
    where they are truncated or something else.
    """
    with opener() as file:
        packed = _Packed(file)

        def admits(unpacked: int) -> bool:
            return unpacked <= FREE + MAX_RATIO * (packed.taken if size is None else size)

        if packing == ".gz":
            import gzip

            errors: tuple[type[Exception], ...] = (gzip.BadGzipFile, zlib.error, EOFError)
            with gzip.GzipFile(fileobj=cast("BinaryIO", packed)) as inner:
                yield _buffered(cast("IO[bytes]", inner), errors, admits)
        elif packing == ".zst":
            from backports import zstd

            with zstd.ZstdFile(cast("BinaryIO", packed)) as unzipped:
                yield _buffered(cast("IO[bytes]", unzipped), (zstd.ZstdError, EOFError), admits)
        else:
            yield file


@contextmanager
def members(packed: BinaryIO) -> Iterator[Iterator[Member]]:
    """The files in a ZIP, sorted by name. A member can be opened until this context ends.

    Raises:
        DamagedArchive: it is no ZIP, or its directory is damaged.
        Inflated: there are too many.
    """
    try:
        archive = zipfile.ZipFile(cast("IO[bytes]", _Directory(packed)))
    except Inflated:
        raise
    except _UNZIP_ERRORS as error:
        raise DamagedArchive(str(error)) from error
    with archive:
        if (announced := _announced(packed)) > (found := len(archive.infolist())):
            raise DamagedArchive(f"its directory is damaged: {found:,} of {announced:,} files are listed")
        listed = sorted((info for info in archive.infolist() if not info.is_dir()), key=_name)
        size = packed.seek(0, io.SEEK_END)
        allowance, shared = _Allowance(), _overlapping(listed)
        yield (
            Member(
                _name(info),
                _opener(archive, info, allowance.of(min(info.compress_size, size))),
                min(info.compress_size, size),
                bool(info.flag_bits & 1),
                info.header_offset in shared,
            )
            for info in listed
        )


class _Directory:
    """A ZIP file whose directory is not read where it is too large; its members are read in pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable, self._file = file.seek, file.tell, file.seekable, file

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise Inflated("too many files in it")
        return self._file.read(size)


def _overlapping(listed: Sequence[zipfile.ZipInfo]) -> frozenset[int]:
    """Where those members begin that have bytes in common with the one behind: one stands for many."""
    placed = sorted((info.header_offset, info.header_offset + 30 + info.compress_size) for info in listed)
    return frozenset(
        start for (first, end), (second, _) in pairwise(placed) if end > second for start in (first, second)
    )


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


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, admits: Callable[[int], bool]) -> Opener:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with ExitStack() as stack:
            try:
                member = stack.enter_context(archive.open(info))
            except _UNZIP_ERRORS as error:
                raise DamagedArchive(str(error)) from error
            yield _buffered(member, (*_UNZIP_ERRORS, OSError), admits)

    return opened


def _buffered(
    inner: IO[bytes], errors: tuple[type[Exception], ...], admits: Callable[[int], bool]
) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Unpacking(inner, errors, admits), _BUFFER))


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
