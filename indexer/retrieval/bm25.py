"""BM25, and sums and choices of rows with scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores

K1 = 0.9
B = 0.75
"""Robertson and Zaragoza, "The probabilistic relevance framework", 2009; k₁ from measurement."""

SORTING = 20
"""Rows of a table that are summed in the time in which one is sorted."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows that a word stands in, ascending, and what it adds to their scores."""

    rows: NDArray[np.uint32]
    scores: Scores

    @property
    def bytes(self) -> int:
        """Of both arrays."""
        return int(self.rows.nbytes + self.scores.nbytes)


def summed(rows: NDArray[np.integer[Any]], values: Scores, total: int) -> tuple[Numbers, Scores]:
    """The sums of `values` by row, rows ascending, of `total` rows that there are."""
    if len(rows) * SORTING <= total:
        return sorted_sums(rows, values)
    all_sums = np.zeros(total, np.float32)
    np.add.at(all_sums, rows, values)
    found = np.flatnonzero(all_sums > 0)
    return found, all_sums[found]


def sorted_sums(rows: NDArray[np.integer[Any]], values: Scores) -> tuple[Numbers, Scores]:
    """The sums of `values` by row, rows ascending."""
    different, positions = np.unique(rows, return_inverse=True)
    sums = np.bincount(positions, values, minlength=len(different))
    return different.astype(np.int64), sums.astype(np.float32)


def mean(lengths: NDArray[np.integer[Any]]) -> float:
    """The mean length, one at least."""
    return max(float(lengths.mean()), 1.0) if len(lengths) else 1.0


def norm(lengths: NDArray[np.integer[Any]], mean: float) -> Scores:
    """The part of BM25's denominator that depends on the length alone."""
    return np.asarray(K1 * (1 - B + B * lengths / mean), np.float32)


def idf(frequency: Scores, share: float, total: int) -> float:
    """The idf of a word by its frequencies in a share of `total` rows; as if in one where it is in none."""
    in_how_many = min(float(np.minimum(frequency, 1).sum()) / share, total) if len(frequency) else 1.0
    return float(np.log(1 + (total - in_how_many + 0.5) / (in_how_many + 0.5)))


def scored(rows: Numbers, frequency: Scores, idf: float, norm: Scores) -> Rows:
    """What a word adds to the rows that it stands in."""
    scores = idf * frequency * (K1 + 1) / (frequency + norm[rows])
    return Rows(rows.astype(np.uint32), scores.astype(np.float32))


def saturated(frequency: NDArray[Any], norm: Scores) -> NDArray[Any]:
    """What words add to rows, divided by their idf, in the shape of their frequencies."""
    return np.asarray(frequency * (K1 + 1) / (frequency + norm))


def greatest(rows: NDArray[np.integer[Any]], values: Scores, different: Numbers, total: int) -> Scores:
    """The greatest of `values`, which are not negative, by row.

    Args:
        rows: of the values, in any order.
        values: one for each of the rows.
        different: the rows that there are among them, ascending.
        total: how many rows there can be.
    """
    if len(rows) * SORTING <= total:
        found = np.zeros(len(different), np.float32)
        np.maximum.at(found, np.searchsorted(different, rows), values)
        return found
    all_rows = np.zeros(total, np.float32)
    np.maximum.at(all_rows, rows, values)
    return np.asarray(all_rows[different], np.float32)


def best(passages: Numbers, scores: Scores, depth: int) -> Numbers:
    """The `depth` of some passages with the highest scores above 0, best first, equal ones by number."""
    found = np.flatnonzero(scores > 0)
    if len(found) > depth:
        least = np.partition(scores[found], len(found) - depth)[len(found) - depth]
        found = found[scores[found] >= least]
    return passages[found[np.lexsort((passages[found], -scores[found]))[:depth]]]


def z_scores(scores: Scores, usual: Scores, least: float) -> Scores:
    """Scores in deviations, of `least` at least, above the mean of what is usual."""
    deviation = max(float(usual.std()), least)
    if deviation == 0.0:
        return np.zeros(len(scores), np.float32)
    return np.asarray((scores - usual.mean()) / deviation, np.float32)
