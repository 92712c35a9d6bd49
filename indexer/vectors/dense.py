"""Nearest vectors with FAISS. Unit vectors and inner product: a score is a cosine, higher is better."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.core.ranges import owners_of
from indexer.core.records import Numbers, Scores, Vectors
from indexer.vectors.library import faiss
from indexer.vectors.row_blocks import RowBlocks

UNIT_TOLERANCE = 1e-3
_BLOCK = 8192


class VectorWriter:
    """Collects unit vectors, rounded to float16, for a file that is written once and then shared."""

    def __init__(self, dimensions: int) -> None:
        self._index: faiss.Index = _empty(dimensions)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: Vectors) -> None:
        """Append `vectors`, shape `(rows, dimensions)`, after the rows already there.

        Raises:
            ValueError: a vector does not have unit length.
        """
        if len(vectors) == 0:
            return
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.allclose(lengths, 1.0, atol=UNIT_TOLERANCE):
            raise ValueError(
                f"vectors of length {lengths.min():.4f} to {lengths.max():.4f} in an index of unit vectors"
            )
        self._index.add(vectors)

    def copy(self, file: "VectorFile", rows: Numbers) -> None:
        """Append the vectors in `rows` of a file, bit by bit."""
        for start in range(0, len(rows), _BLOCK):
            self._index.add(file.stored(rows[start : start + _BLOCK]))

    def save(self, path: Path) -> None:
        """Write the vectors to one file.

        Raises:
            IndexNotWritable: the disk is full or the file cannot be written.
        """
        _write(self._index, path)


class VectorFile:
    """Maps a file that `VectorWriter` wrote: its pages are read when they are looked at."""

    def __init__(self, path: Path) -> None:
        """Map the vectors in `path`.

        Raises:
            IndexDamaged: FAISS cannot read the file.
        """
        try:
            self.index: faiss.Index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except (RuntimeError, MemoryError) as error:
            raise IndexDamaged(f"{path} cannot be read") from error

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def stored(self, rows: Numbers) -> Vectors:
        """The vectors of `rows`, in that order, as they were rounded."""
        found = self.index.reconstruct_batch(np.asarray(rows, np.int64))
        return np.asarray(found, np.float32).reshape(len(rows), self.index.d)

    def vectors(self, rows: Numbers) -> Vectors:
        """The vectors of `rows`, in that order, of unit length."""
        found = self.stored(rows)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    def lengths(self, rows: Numbers) -> Scores:
        """Euclidean length of the vectors of `rows` as they were rounded."""
        return np.asarray(np.linalg.norm(self.stored(rows), axis=1), np.float32)


class RowFilter:
    """Some rows of an index, as one bit for each row of each of its files; None for a file without any."""

    def __init__(self, bits: "Sequence[NDArray[np.uint8] | None]") -> None:
        self.bits = bits


class DenseIndex:
    """An exact index over unit vectors that lie in several files, some rows of which may be dead.

    Searching reads float16; whoever compares scores takes `vectors`, which are of unit length.
    """

    def __init__(self, files: Sequence[VectorFile], rows: NDArray[np.uint32]) -> None:
        """Join `files`.

        Args:
            files: where the vectors are.
            rows: for each vector of the index, by its number, the row in all files one after another.

        Raises:
            IndexDamaged: `rows` names a row that is not there, or one twice.
        """
        self._files = files
        self._starts = np.cumsum([0, *map(len, files)], dtype=np.int64)
        self._rows = rows
        self._numbers = np.full(int(self._starts[-1]), -1, np.int64)
        if len(rows) and int(rows.max()) >= len(self._numbers):
            raise IndexDamaged(f"there are {len(self._numbers)} vectors, and row {rows.max()} is asked for")
        self._numbers[rows] = np.arange(len(rows))
        if np.count_nonzero(self._numbers >= 0) != len(rows):
            raise IndexDamaged("two numbers have one vector")
        self._all = None if len(rows) == len(self._numbers) else self.rows(np.arange(len(rows)))

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, numbers: Numbers) -> RowFilter:
        """What limits a search to `numbers`."""
        chosen = np.zeros(len(self._numbers), np.bool_)
        chosen[self._rows[numbers]] = True
        parts = (chosen[start:end] for start, end in pairwise(self._starts.tolist()))
        return RowFilter([np.packbits(part, bitorder="little") if part.any() else None for part in parts])

    def search(self, vector: Vectors, limit: int, among: RowFilter | None = None) -> tuple[Scores, Numbers]:
        """The `limit` numbers nearest to `vector`, best first, equal scores by number.

        Args:
            vector: shape `(dimensions,)`, unit length.
            limit: how many at most.
            among: only these; all when None.

        Returns:
            Cosine similarities, to float16's precision, and numbers, both of shape `(found,)` with
            `found <= limit`.
        """
        among = among or self._all
        scores, numbers = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
        for position, file in enumerate(self._files):
            bits = among.bits[position] if among else None
            if among and bits is None:
                continue
            found_scores, rows = _nearest(file.index, vector, limit, bits)
            scores.append(found_scores)
            numbers.append(self._numbers[rows + self._starts[position]])
        all_scores, all_numbers = np.concatenate(scores), np.concatenate(numbers)
        order = np.lexsort((all_numbers, -all_scores))[:limit]
        return all_scores[order], all_numbers[order]

    def vectors(self, numbers: Numbers) -> Vectors:
        """The vectors of `numbers`, in that order, of unit length."""
        dimensions = self._files[0].index.d if self._files else 0
        found = np.empty((len(numbers), dimensions), np.float32)
        for positions, file, rows in self._by_file(numbers):
            found[positions] = file.vectors(rows)
        return found

    def lengths(self, numbers: Numbers) -> Scores:
        """Euclidean length of the vectors of `numbers` as they are in the files."""
        found = np.empty(len(numbers), np.float32)
        for positions, file, rows in self._by_file(numbers):
            found[positions] = file.lengths(rows)
        return found

    def _by_file(self, numbers: Numbers) -> Iterator[tuple[Numbers, VectorFile, Numbers]]:
        rows = self._rows[numbers].astype(np.int64)
        owners = owners_of(self._starts, rows)
        for owner in np.unique(owners).tolist():
            positions = np.flatnonzero(owners == owner)
            yield positions, self._files[owner], rows[positions] - self._starts[owner]


def _write(index: faiss.Index, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise IndexNotWritable(f"{path} cannot be written: is the disk full?") from error


def _empty(dimensions: int) -> faiss.Index:
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _nearest(
    index: faiss.Index, vector: Vectors, limit: int, bits: NDArray[np.uint8] | None
) -> tuple[Scores, Numbers]:
    """The `limit` nearest rows, and all others whose score is that of the last of them."""
    parameters = faiss.SearchParameters()
    if bits is not None:
        parameters.sel = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
    total = max(index.ntotal, 1)
    wanted = min(limit + 1, total)
    while True:
        scores, rows = index.search(vector.reshape(1, -1), wanted, params=parameters)
        found = rows[0] >= 0
        if wanted == total or not found.all() or scores[0][-1] < scores[0][limit - 1]:
            return scores[0][found], rows[0][found]
        wanted = min(2 * wanted, total)


class QuantisedIndex:
    """Nearest vectors among very many, searched in 4 bits for two dimensions, then scored exactly.

    Product quantisation with fast scan (André et al., "Quicker ADC", IEEE TPAMI 2021) of the vectors less
    their mean: an inner product with what is left orders them the same way, and spends its bits on what
    tells them apart. Small indexes are searched exactly.
    """

    EXACT_BELOW = 5000
    CANDIDATES_PER_RESULT = 2
    TRAINED_ON = 16_384

    def __init__(self, vectors: RowBlocks, quantised: faiss.Index | None) -> None:
        self._vectors = vectors
        self._quantised = quantised

    @classmethod
    def write(cls, folder: Path, name: str) -> tuple[str, ...]:
        """Write an index over the `RowBlocks` of this name in `folder`; the names of the files.

        Raises:
            IndexNotWritable: the disk is full.
        """
        vectors = RowBlocks(folder, name)
        if len(vectors) < cls.EXACT_BELOW:
            return ()
        blocks = [
            np.arange(start, min(start + _BLOCK, len(vectors))) for start in range(0, len(vectors), _BLOCK)
        ]
        total = sum(vectors[block].sum(axis=0, dtype=np.float64) for block in blocks)
        mean = (total / len(vectors)).astype(np.float32)
        sample = vectors[np.arange(0, len(vectors), -(-len(vectors) // cls.TRAINED_ON))]
        dimensions = sample.shape[1]
        quantised = faiss.index_factory(dimensions, f"PQ{dimensions // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
        quantised.train(sample.astype(np.float32) - mean)
        for block in blocks:
            quantised.add(vectors[block].astype(np.float32) - mean)
        _write(quantised, folder / f"{name}.faiss")
        return (f"{name}.faiss",)

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Map an index that `write` wrote, and its vectors.

        Raises:
            IndexDamaged: a file cannot be read, or they do not fit each other.
        """
        vectors = RowBlocks(folder, name)
        quantised = None
        try:
            if len(vectors) >= cls.EXACT_BELOW:
                quantised = faiss.read_index(str(folder / f"{name}.faiss"))
        except RuntimeError as error:
            raise IndexDamaged(f"{folder / name}.faiss cannot be read") from error
        if quantised is not None and quantised.ntotal != len(vectors):
            raise IndexDamaged(f"{folder / name}.faiss has {quantised.ntotal} rows for {len(vectors)}")
        return cls(vectors, quantised)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def vectors(self) -> RowBlocks:
        """The vectors, as they were rounded."""
        return self._vectors

    def search(self, vector: Vectors, limit: int) -> tuple[Scores, Numbers]:
        """The rows nearest to `vector`, best first, equal scores by row: cosines and numbers."""
        if self._quantised is None:
            rows = np.arange(len(self))
        else:
            wanted = min(len(self), self.CANDIDATES_PER_RESULT * limit)
            _, found = self._quantised.search(vector.reshape(1, -1), wanted)
            rows = np.sort(found[0][found[0] >= 0])
        scores = np.einsum("ij,j->i", np.asarray(self._vectors[rows], np.float32), vector)
        best = np.lexsort((rows, -scores))[:limit]
        return scores[best], rows[best]
