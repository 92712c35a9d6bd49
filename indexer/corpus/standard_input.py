"""Standard input, kept in a nameless file so that it can be read more than once, and twice at a time."""

import io
from contextlib import AbstractContextManager, closing
from typing import BinaryIO, cast


class _View(io.RawIOBase):
    """Reads a file from its beginning, whoever else reads it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        self._file.seek(self._place)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def view_of(file: BinaryIO) -> AbstractContextManager[BinaryIO]:
    """A stream of all of `file`, which stays open."""
    return closing(cast("BinaryIO", io.BufferedReader(_View(file))))
