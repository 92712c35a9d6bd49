"""Candidates for the nearest rows, out of the inverted lists of several files together.

The lists whose centres score best are looked into first, whichever file they are of. The last of the rows
that are wanted, as far as found, says how well a list's rows must score; then all others are looked into
whose `reach` comes up to that. So a topic that lies in one file costs nothing in the others, and a search
that admits few rows looks further by itself, until there are enough or nothing is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores
from indexer.vectors.lists import InvertedLists, Probe
from indexer.vectors.reach import CANDIDATES_PER_RESULT, needed

FIRST_ROWS = 16
"""Rows of the lists that are looked into first, for each candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """The lists of a file that a query may look into.

    Attributes:
        lists: all lists of the file.
        probe: what the query is to them.
        own: numbers of those that it may look into.
        bits: which rows are admitted, a bit for each; all when None.
    """

    lists: InvertedLists
    probe: Probe
    own: Numbers
    bits: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Rows of files with their scores by codes, arrays of one length; `files` are positions."""

    scores: Scores
    files: Numbers
    rows: Numbers

    def best(self, most: int) -> "Found":
        """Those that score best, at most so many."""
        if len(self.scores) <= most:
            return self
        chosen = np.argpartition(-self.scores, most - 1)[:most]
        return Found(self.scores[chosen], self.files[chosen], self.rows[chosen])

    def joined(self, other: "Found") -> "Found":
        """These and others."""
        return Found(
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.files, other.files]),
            np.concatenate([self.rows, other.rows]),
        )

    def by_file(self, files: int) -> list[Numbers]:
        """The rows of each of so many files, ascending, each once."""
        return [np.unique(self.rows[self.files == position]) for position in range(files)]


Compare = Callable[[int, Numbers], Scores]
"""The exact scores of some rows of the file at a position."""


def candidates(sought: Sequence[Sought], limit: int, compare: Compare) -> list[Numbers]:
    """Of each file the rows that may be among the `limit` nearest, ascending."""
    wanted = CANDIDATES_PER_RESULT * limit
    first = _first(sought, FIRST_ROWS * wanted)
    found = _scanned(sought, first, wanted)
    threshold = _threshold(found, len(sought), limit, compare)
    rest = [
        np.setdiff1d(_reaching(one, threshold), done, assume_unique=True)
        for one, done in zip(sought, first, strict=True)
    ]
    found = found.joined(_scanned(sought, rest, wanted)).best(wanted)
    return found.by_file(len(sought))


def _first(sought: Sequence[Sought], rows: int) -> list[Numbers]:
    """Of each file the lists whose centres score best, those that hold so many rows together."""
    scores = np.concatenate([one.probe.scores[one.own] for one in sought])
    sizes = np.concatenate([one.lists.sizes[one.own] for one in sought])
    order = np.argsort(-scores, kind="stable")
    past = int(np.searchsorted(np.cumsum(sizes[order]), rows)) + 1
    is_chosen = np.zeros(len(scores), np.bool_)
    is_chosen[order[:past]] = True
    ends = np.cumsum([len(one.own) for one in sought])
    return [one.own[chosen] for one, chosen in zip(sought, np.split(is_chosen, ends[:-1]), strict=True)]


def _reaching(one: Sought, threshold: float) -> Numbers:
    """The lists of a file some of whose rows may reach a score."""
    if np.isneginf(threshold):
        return one.own
    is_near = needed(one.lists, one.probe, one.own, threshold) <= one.lists.reaches(one.own)
    return one.own[is_near]


def _scanned(sought: Sequence[Sought], lists: Sequence[Numbers], wanted: int) -> Found:
    """The best rows of some lists of each file, by their codes; one that fills up a list comes twice."""
    found = [Found(np.empty(0, np.float32), np.empty(0, np.int64), np.empty(0, np.int64))]
    for position, (one, some) in enumerate(zip(sought, lists, strict=True)):
        if len(some):
            scores, rows = one.lists.scan(one.probe, some, wanted, one.bits)
            found.append(Found(scores, np.full(len(rows), position, np.int64), rows))
    return Found(
        np.concatenate([one.scores for one in found]),
        np.concatenate([one.files for one in found]),
        np.concatenate([one.rows for one in found]),
    ).best(wanted)


def _threshold(found: Found, files: int, limit: int, compare: Compare) -> float:
    """A score that `limit` rows reach; minus infinity where there are not so many yet."""
    rows = found.best(2 * limit).by_file(files)
    if sum(map(len, rows)) < limit:
        return -np.inf
    scores = np.concatenate([compare(position, of_file) for position, of_file in enumerate(rows)])
    return float(np.partition(scores, -limit)[-limit])
