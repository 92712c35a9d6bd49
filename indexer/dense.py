"""Nearest vectors with FAISS. Unit vectors and inner product: a score is a cosine, higher is better."""

from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamaged
from indexer.records import Vectors

UNIT_TOLERANCE = 1e-3


class DenseIndex:
    """An exact index over unit vectors; the row of a vector is the number of its passage."""

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

    def search(
        self, vector: Vectors, limit: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The `limit` rows nearest to `vector`, best first, equal scores by row.

        Args:
            vector: shape `(dimensions,)`, unit length.
            limit: how many at most.
            among: only these rows, sorted; all when None.

        Returns:
            Cosine similarities and rows, both of shape `(found,)` with `found <= limit`.
        """
        parameters = faiss.SearchParameters()
        if among is not None:
            selector = faiss.IDSelectorBatch(among)
            parameters.sel = selector
        scores, rows = self._index.search(
            vector.reshape(1, -1), min(limit, max(len(self), 1)), params=parameters
        )
        found = rows[0] >= 0
        scores, rows = scores[0][found], rows[0][found]
        order = np.lexsort((rows, -scores))
        return scores[order], rows[order]

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
        except RuntimeError as error:
            raise IndexDamaged(
                f"FAISS cannot read {path}: reindex, or restore the file from a backup"
            ) from error
        return dense
