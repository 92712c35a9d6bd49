"""Sorted words in a file that is mapped into memory: word → number and back."""

import functools
import mmap
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from indexer.core.errors import IndexDamaged
from indexer.storage.arrays import mapped

_BLOCK = 64
"""Words between two that are kept in memory: a search in the file touches one page."""

_BEHIND_ALL = b"\xff"
"""Stands behind every byte of UTF-8."""


def write(words: Iterable[str], folder: Path, name: str) -> tuple[str, str]:
    """Write `words`, which are sorted by code point and differ; the names of the two files."""
    encoded = [word.encode() for word in words]
    (folder / f"{name}.txt").write_bytes(b"".join(encoded))
    np.save(folder / f"{name}.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))
    return names(name)


def names(name: str) -> tuple[str, str]:
    """The names of the two files of a vocabulary."""
    return f"{name}.txt", f"{name}.npy"


class Vocabulary:
    """Reads what `write` wrote. Numbers follow the order of code points, from 0."""

    def __init__(self, folder: Path, name: str) -> None:
        """Map the files.

        Raises:
            IndexDamaged: they are unreadable or do not fit each other.
        """
        self._ends = mapped(folder / f"{name}.npy")
        if self._ends.dtype != np.int64:
            raise IndexDamaged(f"{folder / name}.npy holds {self._ends.dtype} and no int64")
        self._places = self._ends.data
        path = folder / f"{name}.txt"
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        except OSError as error:
            raise IndexDamaged(f"{path} cannot be read") from error
        ends = int(self._ends[-1]) if len(self._ends) else None
        if ends != size:
            raise IndexDamaged(f"{path} has {size} bytes instead of {ends}")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        return self._bytes(number).decode()

    def all(self) -> list[str]:
        """All words, in order."""
        text = self._text[:]
        return [text[start:end].decode() for start, end in pairwise(self._ends.tolist())]

    def number(self, word: str) -> int | None:
        """The number of `word`; None if it is not there."""
        wanted = word.encode()
        place = self._place(wanted)
        return place if place < len(self) and self._bytes(place) == wanted else None

    def starting(self, beginning: str) -> range:
        """The numbers of the words that begin so."""
        wanted = beginning.encode()
        return range(self._place(wanted), self._place(wanted + _BEHIND_ALL))

    def _place(self, wanted: bytes) -> int:
        """The number of the first word that is not before `wanted`, or of words in all."""
        text, places = self._text, self._places
        block = max(0, bisect_right(self._firsts, wanted) - 1)
        low, high = block * _BLOCK, min((block + 1) * _BLOCK, len(self))
        while low < high:
            middle = (low + high) // 2
            if text[places[middle] : places[middle + 1]] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    @functools.cached_property
    def _firsts(self) -> list[bytes]:
        """The first word of each block."""
        return [self._bytes(number) for number in range(0, len(self), _BLOCK)]

    def _bytes(self, number: int) -> bytes:
        return self._text[self._places[number] : self._places[number + 1]]
