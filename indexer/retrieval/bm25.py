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

_ROUNDING = 1e-12
"""A variance that is so small a share of the mean's square comes of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows that a word stands in, ascending, and what it adds to their scores."""

    rows: NDArray[np.integer[Any]]
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


@dataclass(frozen=True, slots=True)
class Frequency:
    """In how many rows a word stands, its frequency in each counted up to 1. Adds up over parts of an index.

    Attributes:
        rows: in which it stands at all.
        frequency: the sum of its frequencies there, each up to 1.
    """

    rows: int
    frequency: float

    @classmethod
    def of(cls, frequency: Scores) -> "Frequency":
        """By the frequencies in the rows where it stands."""
        return cls(len(frequency), float(np.minimum(frequency, 1).sum(dtype=np.float64)))

    def __add__(self, other: "Frequency") -> "Frequency":
        """In both parts of an index."""
        return Frequency(self.rows + other.rows, self.frequency + other.frequency)

    def idf(self, share: float, total: int) -> float:
        """The idf of a word, if the rows are a share of `total`; as if in one where it is in none."""
        in_how_many = min(self.frequency / share, total) if self.rows else 1.0
        return float(np.log(1 + (total - in_how_many + 0.5) / (in_how_many + 0.5)))


@dataclass(frozen=True, slots=True)
class Moments:
    """What scores are usual: how many, their sum and their squares'. Adds up over parts of an index."""

    scores: int
    sum: float
    squares: float

    @classmethod
    def of(cls, scores: Scores) -> "Moments":
        """Of some scores."""
        exact = scores.astype(np.float64)
        return cls(len(scores), float(exact.sum()), float(exact @ exact))

    def __add__(self, other: "Moments") -> "Moments":
        """Of the scores of both parts of an index."""
        return Moments(self.scores + other.scores, self.sum + other.sum, self.squares + other.squares)

    def z_scores(self, scores: Scores, least: float) -> Scores:
        """Scores in deviations, of `least` at least, above the mean of what is usual."""
        mean = self.sum / max(self.scores, 1)
        variance = self.squares / max(self.scores, 1) - mean**2
        deviation = max(float(np.sqrt(variance)) if variance > _ROUNDING * mean**2 else 0.0, least)
        if deviation == 0.0:
            return np.zeros(len(scores), np.float32)
        return np.asarray((scores - mean) / deviation, np.float32)


def scored(rows: NDArray[np.integer[Any]], frequency: Scores, idf: float, norm: Scores) -> Rows:
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


def best_of(scores: Scores, admitted: Numbers | None, depth: int, floor: float = 0.0) -> Numbers:
    """The `depth` passages, of those admitted, with the highest scores; all of them at least `floor`."""
    seen = scores if admitted is None else scores[admitted]
    hopeful = np.flatnonzero(seen >= floor if floor else seen > 0)
    return best(hopeful if admitted is None else admitted[hopeful], seen[hopeful], depth)
