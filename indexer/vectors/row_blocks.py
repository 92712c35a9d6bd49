"""Rows of float16 in several files, each written once and shared by generations.

What comes is appended as a new file; rows that are no longer used stay in theirs until they are many, or
the files are. Then all are written anew, into one.

    NAME/DIGEST.npy     rows
    NAME-files.npy      names of these files, in order
    NAME-rows.npy       of each number, its row in all files one after another
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import owners_of
from indexer.core.records import Numbers
from indexer.storage.arrays import mapped, writing
from indexer.storage.sharing import share

MOST_FILES = 8
MOST_DEAD = 0.25
"""With more files, or a larger share of rows that are no longer used, all are written anew."""

_BLOCK = 8192

HalfVectors = NDArray[np.float16]


class RowBlocks:
    """Maps what `write` wrote; its pages are read when they are looked at."""

    def __init__(self, folder: Path, name: str) -> None:
        """Map the files of a name in `folder`.

        Raises:
            IndexDamaged: a file cannot be read, or they do not fit each other.
        """
        self.folder = folder
        self.files: list[str] = mapped(folder / f"{name}-files.npy").tolist()
        self.rows: NDArray[np.uint32] = mapped(folder / f"{name}-rows.npy")
        self._blocks: list[HalfVectors] = [mapped(folder / name / f"{file}.npy", 2) for file in self.files]
        self._starts = np.cumsum([0, *map(len, self._blocks)])
        if len(self.rows) and int(self.rows.max()) >= self._starts[-1]:
            raise IndexDamaged(f"{folder / name} has {self._starts[-1]} rows, and {self.rows.max()} is used")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def stored(self) -> int:
        """HalfVectors in all files, whether they are used or not."""
        return int(self._starts[-1])

    def __getitem__(self, numbers: Numbers) -> HalfVectors:
        """The rows of `numbers`, in that order."""
        rows = self.rows[numbers].astype(np.int64)
        dimensions = self._blocks[0].shape[1] if self._blocks else 0
        found = np.empty((len(rows), dimensions), np.float16)
        owners = owners_of(self._starts, rows)
        for owner in np.unique(owners).tolist():
            positions = np.flatnonzero(owners == owner)
            found[positions] = self._blocks[owner][rows[positions] - self._starts[owner]]
        return found


def write(
    folder: Path,
    name: str,
    new: HalfVectors,
    base: RowBlocks | None = None,
    kept: Numbers | None = None,
    *,
    sharing: bool = True,
) -> tuple[str, ...]:
    """Write rows under a name; the names of the files, below `folder`.

    Args:
        folder: where to write.
        name: of the rows.
        new: those that `base` does not have, in the order of their numbers.
        base: rows that lie elsewhere already.
        kept: for each number its number in `base`, or -1 for the next of `new`; all are new when None.
        sharing: whether files may be shared, with rows that are no longer used.
    """
    if base is None or kept is None:
        base, kept = None, np.full(len(new), -1, np.int64)
    (folder / name).mkdir()
    used = int(np.count_nonzero(kept >= 0))
    few = base is not None and len(base.files) < MOST_FILES and used >= (1 - MOST_DEAD) * base.stored
    if base is None or not (sharing and few):
        files = [_written(folder / name, _joined(new, base, kept), len(kept), new.shape[1])]
        rows = np.arange(len(kept))
    else:
        files = list(base.files)
        for file in files:
            share(base.folder / name / f"{file}.npy", folder / name / f"{file}.npy")
        if len(new):
            files.append(_written(folder / name, iter([new]), len(new), new.shape[1]))
        rows = np.empty(len(kept), np.int64)
        rows[kept >= 0] = base.rows[kept[kept >= 0]]
        rows[kept < 0] = base.stored + np.arange(len(new))
    np.save(folder / f"{name}-files.npy", np.array(files, np.str_))
    np.save(folder / f"{name}-rows.npy", rows.astype(np.uint32))
    listed = (f"{name}/{file}.npy" for file in dict.fromkeys(files))
    return (*listed, f"{name}-files.npy", f"{name}-rows.npy")


def _joined(new: HalfVectors, base: RowBlocks | None, kept: Numbers) -> Iterator[HalfVectors]:
    """All rows in the order of their numbers, some at a time."""
    before = np.concatenate([[0], np.cumsum(kept < 0)])
    for start in range(0, len(kept), _BLOCK):
        some = kept[start : start + _BLOCK]
        rows = np.empty((len(some), new.shape[1]), np.float16)
        rows[some < 0] = new[before[start] : before[start + len(some)]]
        if base is not None:
            rows[some >= 0] = base[some[some >= 0]]
        yield rows


def _written(folder: Path, blocks: Iterator[HalfVectors], total: int, dimensions: int) -> str:
    """Write a file; its name, which stands for its content."""
    digest = hashlib.sha256()
    aside = folder / "new.npy"
    with writing(aside, np.dtype(np.float16), (total, dimensions)) as file:
        for block in blocks:
            content = block.tobytes()
            digest.update(content)
            file.write(content)
    name = digest.hexdigest()[:16]
    aside.rename(folder / f"{name}.npy")
    return name
