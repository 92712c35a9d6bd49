"""Arrays in files that are mapped into memory."""

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamaged


def mapped(path: Path, dimensions: int = 1) -> NDArray[Any]:
    """The array in a file that `numpy.save` wrote; its pages are read when they are looked at.

    Raises:
        IndexDamaged: the file is missing, or holds no array of so many dimensions.
    """
    try:
        array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r"))
    except (OSError, ValueError, EOFError, SyntaxError, TokenError) as error:
        raise IndexDamaged(f"{path} cannot be read: reindex, or restore it from a backup") from error
    if array.ndim != dimensions:
        raise IndexDamaged(f"{path} has {array.ndim} dimensions instead of {dimensions}: reindex")
    return array
