"""Nearest vectors among those of an index's words."""

from pathlib import Path
from typing import Self

import numpy as np

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers, Scores, Vectors
from indexer.vectors.library import faiss
from indexer.vectors.row_blocks import RowBlocks
from indexer.vectors.vector_files import widened, write_index

_BLOCK = 8192


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
        write_index(quantised, folder / f"{name}.faiss")
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
        scores = np.einsum("ij,j->i", widened(self._vectors[rows]), vector)
        best = np.lexsort((rows, -scores))[:limit]
        return scores[best], rows[best]
