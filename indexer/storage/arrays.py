"""Arrays in files that are mapped into memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged

_ONE_HEADER = threading.Lock()
"""numpy reads headers with `ast`, whose count of recursions all threads share in CPython 3.11: two at once
may end in a SystemError (https://github.com/python/cpython/issues/106905)."""


def mapped(path: Path, dimensions: int = 1) -> NDArray[Any]:
    """The array in a file that `numpy.save` wrote; its pages are read when they are looked at.

    Raises:
        IndexDamaged: the file is missing, or holds no array of so many dimensions.
    """
    try:
        with _ONE_HEADER:
            array: NDArray[Any] = np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except (OSError, ValueError, EOFError, SyntaxError, TokenError) as error:
        raise IndexDamaged(f"{path} cannot be read") from error
    if array.ndim != dimensions:
        raise IndexDamaged(f"{path} has {array.ndim} dimensions instead of {dimensions}")
    return array


def mapped_starts(path: Path) -> NDArray[np.int64]:
    """The array in a file that says where each of some rows starts, and at its end where the last ends.

    Raises:
        IndexDamaged: as in `mapped`, or the array is empty.
    """
    starts = mapped(path)
    if not len(starts):
        raise IndexDamaged(f"{path} is empty")
    return starts


@contextmanager
def writing(path: Path, kind: np.dtype[Any], shape: tuple[int, ...]) -> Iterator[BinaryIO]:
    """A file that takes the bytes of an array, row after row, for `mapped` to read.

    A full disk is an OSError here, where writing to a mapped file would end the process.
    """
    with path.open("wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        yield file
