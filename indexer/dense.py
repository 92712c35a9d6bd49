"""Nearest vectors with FAISS. Unit vectors and inner product: a score is a cosine, higher is better."""

from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.errors import IndexDamaged
from indexer.records import Numbers, Scores, Vectors

UNIT_TOLERANCE = 1e-3


class Rows:
    """Some rows of an index, as one bit for each of its rows."""

    def __init__(self, rows: Numbers, total: int) -> None:
        """Take `rows` out of `total`."""
        chosen = np.zeros(total, np.bool_)
        chosen[rows] = True
        self.bits: NDArray[np.uint8] = np.packbits(chosen, bitorder="little")


class DenseIndex:
    """An exact index over unit vectors; the row of a vector is the number of its passage or sentence."""

    def __init__(self, dimensions: int) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(dimensions)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return int(self._index.d)

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

    def search(self, vector: Vectors, limit: int, among: "Rows | None" = None) -> tuple[Scores, Numbers]:
        """The `limit` rows nearest to `vector`, best first, equal scores by row.

        Args:
            vector: shape `(dimensions,)`, unit length.
            limit: how many at most.
            among: only these rows; all when None.

        Returns:
            Cosine similarities and rows, both of shape `(found,)` with `found <= limit`.
        """
        parameters = faiss.SearchParameters()
        if among is not None:
            parameters.sel = faiss.IDSelectorBitmap(len(among.bits), faiss.swig_ptr(among.bits))
        scores, rows = self._index.search(
            vector.reshape(1, -1), min(limit, max(len(self), 1)), params=parameters
        )
        found = rows[0] >= 0
        scores, rows = scores[0][found], rows[0][found]
        order = np.lexsort((rows, -scores))
        return scores[order], rows[order]

    def vectors(self, rows: Numbers) -> Vectors:
        """The vectors of `rows`, in that order."""
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, np.int64)), np.float32).reshape(
            len(rows), self.dimensions
        )

    def lengths(self) -> NDArray[np.float32]:
        """Euclidean length of every vector, shape `(rows,)`."""
        vectors = self._index.reconstruct_n(0, len(self))
        return np.asarray(np.linalg.norm(vectors, axis=1), np.float32)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an index that `save` wrote.

        Raises:
            IndexDamaged: FAISS cannot read the file.
        """
        dense = cls.__new__(cls)
        try:
            dense._index = faiss.read_index(str(path))
        except (RuntimeError, MemoryError) as error:
            raise IndexDamaged(
                f"FAISS cannot read {path}: reindex, or restore the file from a backup"
            ) from error
        return dense


class QuantisedIndex:
    """Nearest vectors among very many, searched in 4 bits for two dimensions, then scored exactly.

    Product quantisation with fast scan (André et al., "Quicker ADC", IEEE TPAMI 2021) of the vectors less
    their mean: an inner product with what is left orders them the same way, and spends its bits on what
    tells them apart. Small indexes are searched exactly.
    """

    EXACT_BELOW = 5000
    CANDIDATES_PER_RESULT = 2

    def __init__(self, vectors: NDArray[np.float16], quantised: faiss.Index | None) -> None:
        self._vectors = vectors
        self._quantised = quantised

    @classmethod
    def write(cls, vectors: Vectors, folder: Path, name: str) -> tuple[str, ...]:
        """Write an index over `vectors`, shape `(rows, dimensions)`; the names of the files in `folder`."""
        np.save(folder / f"{name}.npy", vectors.astype(np.float16))
        if len(vectors) < cls.EXACT_BELOW:
            return (f"{name}.npy",)
        dimensions = vectors.shape[1]
        quantised = faiss.index_factory(dimensions, f"PQ{dimensions // 2}x4fs", faiss.METRIC_INNER_PRODUCT)
        centred = vectors - vectors.mean(axis=0)
        quantised.train(centred)
        quantised.add(centred)
        faiss.write_index(quantised, str(folder / f"{name}.faiss"))
        return f"{name}.npy", f"{name}.faiss"

    @classmethod
    def load(cls, folder: Path, name: str) -> Self:
        """Map an index that `write` wrote.

        Raises:
            IndexDamaged: a file cannot be read, or they do not fit each other.
        """
        try:
            vectors = mapped(folder / f"{name}.npy", 2)
            quantised = None
            if len(vectors) >= cls.EXACT_BELOW:
                quantised = faiss.read_index(str(folder / f"{name}.faiss"))
        except RuntimeError as error:
            raise IndexDamaged(f"{folder / name} cannot be read: reindex") from error
        if quantised is not None and quantised.ntotal != len(vectors):
            raise IndexDamaged(f"{folder / name} has {quantised.ntotal} rows for {len(vectors)}: reindex")
        return cls(vectors, quantised)

    def __len__(self) -> int:
        return len(self._vectors)

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
