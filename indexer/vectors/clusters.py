"""Vectors of one language after another in clusters, and the axes along which they lie about the centres.

Spherical or not makes no difference to vectors of unit length that lie close together: plain k-means of the
vectors less their mean. All of it is trained on samples that the order of rows decides, with fixed seeds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores, Vectors
from indexer.vectors.library import faiss
from indexer.vectors.vector_files import VectorFile

ROWS_PER_LIST = 512
TRAINED_ON_PER_LIST = 64
AXES_TRAINED_ON = 32_768
_ITERATIONS = 8
_SEED = 1234
_BLOCK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Lists of rows, those of one language after those of another.

    Attributes:
        languages: their names, sorted.
        starts: number of the first list of each language, and of all lists at the end.
        centres: of each list, shape `(lists, dimensions)`.
        of_rows: the list of each row.
        radii: root of the mean squared distance of a list's rows from its centre, against that of all rows,
            shape `(lists,)`.
    """

    languages: NDArray[np.bytes_]
    starts: Numbers
    centres: Vectors
    of_rows: Numbers
    radii: Scores

    @classmethod
    def of(cls, file: VectorFile, languages: NDArray[np.bytes_]) -> "Clusters":
        """Cluster the vectors of a file, given the language of each row; takes memory for a sample."""
        names = np.unique(languages)
        of_rows = np.empty(len(file), np.int64)
        centres: list[Vectors] = []
        starts, squares = [0], []
        for name in names:
            rows = np.flatnonzero(languages == name)
            own = _centres(file, rows)
            nearest = faiss.IndexFlatL2(own.shape[1])
            nearest.add(own)
            distances = np.zeros(len(own))
            for block in blocks(rows):
                found, lists = nearest.search(file.stored(block), 1)
                of_rows[block] = starts[-1] + lists[:, 0]
                distances += np.bincount(lists[:, 0], np.maximum(found[:, 0], 0.0), len(own))
            squares.append(distances)
            centres.append(own)
            starts.append(starts[-1] + len(own))
        sizes = np.bincount(of_rows, minlength=starts[-1])
        distances = np.concatenate(squares)
        usual = max(float(distances.sum()) / max(len(file), 1), 1e-12)
        radii = np.sqrt(distances / np.maximum(sizes, 1) / usual).astype(np.float32)
        return cls(names, np.array(starts), np.concatenate(centres), of_rows, radii)


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """A rotation after which neighbouring pairs of coordinates vary about equally.

    Principal axes, the one that varies most beside the one that varies least: a code of a few bits for each
    pair loses far less than of the coordinates as they are (parametric solution of Ge et al., "Optimized
    product quantization", IEEE TPAMI 2014, which balances products of variances).

    Attributes:
        rotation: orthogonal, shape `(dimensions, dimensions)`: a row times it is the row in the new axes.
        spreads: standard deviation of what lies about the centres, along each new axis.
    """

    rotation: NDArray[np.float32]
    spreads: Scores

    @classmethod
    def of(cls, residuals: Vectors) -> "Axes":
        """The axes of vectors less their centres."""
        covariance = residuals.T.astype(np.float64) @ residuals / len(residuals)
        variances, axes = np.linalg.eigh(covariance)
        half = (len(variances) + 1) // 2
        order = np.empty(len(variances), np.int64)
        order[0::2], order[1::2] = np.arange(half), np.arange(len(variances) - 1, half - 1, -1)
        spreads = np.sqrt(np.maximum(variances[order], 0.0))
        return cls(np.ascontiguousarray(axes[:, order], np.float32), spreads.astype(np.float32))


def blocks(rows: Numbers) -> Iterator[Numbers]:
    """Some of `rows` at a time."""
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]


def evenly(total: int, most: int) -> Numbers:
    """At most so many of `total` numbers, evenly spread."""
    return np.arange(0, total, max(1, -(-total // most)))


def _centres(file: VectorFile, rows: Numbers) -> Vectors:
    """Centres of the vectors in `rows`."""
    lists = max(1, len(rows) // ROWS_PER_LIST)
    sample = file.stored(rows[evenly(len(rows), lists * TRAINED_ON_PER_LIST)])
    mean = sample.mean(axis=0)
    if lists == 1:
        return np.asarray(mean[None, :], np.float32)
    kmeans = faiss.Kmeans(
        sample.shape[1],
        lists,
        niter=_ITERATIONS,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=len(sample),
    )
    kmeans.train(sample - mean)
    return np.asarray(kmeans.centroids + mean, np.float32)
