"""Candidates for the nearest rows, out of the inverted lists of several files together.

Of up to four million rows all codes are looked through: as fast as these are compared, choosing saves little.
Among more, the lists whose centres score best are looked into first, whichever file they are of. The
last of the rows that are wanted, as far as found, says how well a list's rows must score; then all others are
looked into whose `reach` comes up to that. So a topic of one file costs nothing in the others, and a
search that admits few rows looks further by itself, until there are enough or nothing is left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores
from indexer.vectors.lists import InvertedLists, Probe
from indexer.vectors.reach import CANDIDATES_PER_RESULT, MARGIN, MORE, VERY_MANY, needed

LOOKED_THROUGH_BELOW = 1 << 22
"""With fewer rows than this in all lists together, to look through all of them takes hardly longer."""

FIRST_ROWS = 16
"""Rows of the lists that are looked into first, for each candidate."""

FILES_AT_LEAST = 4
"""Candidates lie in so many files or more, where there are so many: keeping few of each costs less."""


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
        order = np.lexsort((self.rows, self.files))
        of_files, rows = self.files[order], self.rows[order]
        is_first = (np.diff(rows, prepend=-1) != 0) | (np.diff(of_files, prepend=-1) != 0)
        ends = np.searchsorted(of_files[is_first], np.arange(1, files))
        return np.split(rows[is_first], ends)


@dataclass(frozen=True, slots=True, eq=False)
class _Lists:
    """All lists that a query may look into, those of one file after those of another.

    Attributes:
        scores: inner products of the query with their centres.
        sizes: rows in each.
        ends: how many lists there are up to the end of each file.
    """

    scores: Scores
    sizes: Numbers
    ends: Numbers

    @classmethod
    def of(cls, sought: Sequence[Sought]) -> "_Lists":
        """Those of some files."""
        scores = np.concatenate([one.probe.scores[one.own] for one in sought])
        sizes = np.concatenate([one.lists.sizes[one.own] for one in sought])
        return cls(scores, sizes, np.cumsum([len(one.own) for one in sought]))

    def nearest(self, rows: int) -> NDArray[np.bool_]:
        """Which of the lists score best: those that hold so many rows together."""
        order = np.argsort(-self.scores, kind="stable")
        past = int(np.searchsorted(np.cumsum(self.sizes[order]), rows)) + 1
        is_chosen = np.zeros(len(order), np.bool_)
        is_chosen[order[:past]] = True
        return is_chosen


Compare = Callable[[Sequence[Numbers]], Scores]
"""The exact scores of some rows of each file, those of one file after those of another."""


def candidates(sought: Sequence[Sought], limit: int, compare: Compare) -> list[Numbers]:
    """Of each file the rows that may be among the `limit` nearest, ascending."""
    lists = _Lists.of(sought)
    rows = int(lists.sizes.sum())
    wanted = CANDIDATES_PER_RESULT * limit * (MORE if rows >= VERY_MANY else 1)
    if rows < LOOKED_THROUGH_BELOW:
        everything = np.ones(len(lists.scores), np.bool_)
        return _scanned(sought, lists, everything, wanted).by_file(len(sought))
    is_first = lists.nearest(FIRST_ROWS * wanted)
    found = _scanned(sought, lists, is_first, wanted)
    threshold = _threshold(found, len(sought), limit, compare)
    is_near = np.concatenate([_reaching(one, threshold) for one in sought])
    found = found.joined(_scanned(sought, lists, is_near & ~is_first, wanted)).best(wanted)
    return found.by_file(len(sought))


def _reaching(one: Sought, threshold: float) -> NDArray[np.bool_]:
    """Which of the lists of a file have rows that may reach a score."""
    if np.isneginf(threshold):
        return np.ones(len(one.own), np.bool_)
    reaches = one.lists.reaches(one.own) + MARGIN
    return np.asarray(needed(one.lists, one.probe, one.own, threshold) <= reaches)


def _scanned(sought: Sequence[Sought], lists: _Lists, is_chosen: NDArray[np.bool_], wanted: int) -> Found:
    """The best rows of chosen lists, by their codes; one that fills up a list comes twice."""
    found = [Found(np.empty(0, np.float32), np.empty(0, np.int64), np.empty(0, np.int64))]
    of_files = np.split(is_chosen, lists.ends[:-1])
    of_a_file = wanted // min(len(sought), FILES_AT_LEAST)
    for position, (one, of_file) in enumerate(zip(sought, of_files, strict=True)):
        some = one.own[of_file]
        if len(some):
            scores, rows = one.lists.scan(one.probe, some, of_a_file, one.bits)
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
    return float(np.partition(compare(rows), -limit)[-limit])
