"""What is said of words, in a file that is mapped into memory: opened at once, shared between processes.

A hash table with open addressing, for what is made once per machine and only read: one lookup reads a slot or
two and the record, about as fast as a dict, and holds no object a word.
"""

import mmap
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

_HEADER = struct.Struct("=Q")
_LENGTHS = struct.Struct("=HH")
_ROOM = 2
"""Slots a record at least, so that few lookups read more than one."""


def packed(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The content of a file that says of each key its value; of equal keys the first.

    The number of slots, a power of two; the slots, each the place of a record behind them plus 1, or 0; the
    records: lengths of key and value, key, value. All in the byte order of this machine. The slot of a key is
    the CRC-32 of its bytes, or the next that is free.

    Args:
        pairs: keys and values, each shorter than 65,536 bytes.
    """
    records = bytearray()
    places: list[tuple[int, int]] = []
    for key, value in pairs:
        places.append((zlib.crc32(key), len(records)))
        records += _LENGTHS.pack(len(key), len(value)) + key + value
    size = 1 << (_ROOM * len(places)).bit_length()
    slots = [0] * size
    for digest, place in places:
        slot = digest & (size - 1)
        while slots[slot]:
            slot = (slot + 1) & (size - 1)
        slots[slot] = place + 1
    return _HEADER.pack(size) + struct.pack(f"={size}I", *slots) + bytes(records)


class WordMap:
    """Reads what `packed` made. Safe to use from several threads."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        """Read from bytes in memory or mapped."""
        (size,) = _HEADER.unpack_from(content)
        self._mask = size - 1
        self._records = _HEADER.size + 4 * size
        self._slots = memoryview(content)[_HEADER.size : self._records].cast("I")
        self._content = content

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def get(self, key: bytes) -> bytes | None:
        """What is said of `key`; None if nothing is."""
        slot = zlib.crc32(key) & self._mask
        while place := self._slots[slot]:
            start = self._records + place - 1
            length, rest = _LENGTHS.unpack_from(self._content, start)
            end = start + _LENGTHS.size + length
            if self._content[start + _LENGTHS.size : end] == key:
                return self._content[end : end + rest]
            slot = (slot + 1) & self._mask
        return None
