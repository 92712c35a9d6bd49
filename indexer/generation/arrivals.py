"""When articles first came into an index: an order that outlives the generations in which they came.

    arrivals.npy    of each article: seconds since 1970, UTC, of the generation that first had it

An article keeps its time as long as one generation after another has it, also where its text changes. Later
generations have later times, whatever the clock says, so the times are an order of arrival.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers
from indexer.storage.arrays import mapped
from indexer.storage.vocabulary import Vocabulary

ARRIVALS = "arrivals.npy"


class Arrivals:
    """Reads what `write` wrote."""

    def __init__(self, folder: Path, ids: Vocabulary) -> None:
        """Map the file in `folder`; `ids` are those of the articles.

        Raises:
            IndexDamaged: it is unreadable or does not fit the ids.
        """
        self.ids = ids
        self._seconds: NDArray[np.int64] = mapped(folder / ARRIVALS)
        if len(self._seconds) != len(ids):
            raise IndexDamaged(f"{folder / ARRIVALS} has {len(self._seconds)} times for {len(ids)} articles")

    def of(self, articles: Numbers) -> Numbers:
        """When some articles came, in seconds since 1970."""
        return np.asarray(self._seconds[articles], np.int64)

    @property
    def latest(self) -> int:
        """When the last of them came; 0 where there is none."""
        return int(self._seconds.max(initial=0))


def write(ids: Vocabulary, before: Arrivals | None, now: int, folder: Path) -> tuple[str, ...]:
    """Write when the articles of a generation came; the name of the file.

    Args:
        ids: of the articles, sorted.
        before: of the generation that it is made from, if there is one.
        now: in seconds since 1970.
        folder: where to write.
    """
    seconds = np.full(len(ids), max(now, before.latest + 1) if before else now, np.int64)
    if before:
        pairs = np.array(list(_in_both(ids, before.ids)), np.int64).reshape(-1, 2)
        seconds[pairs[:, 0]] = before.of(pairs[:, 1])
    np.save(folder / ARRIVALS, seconds)
    return (ARRIVALS,)


def cut(source: Path, articles: range, folder: Path) -> tuple[str, ...]:
    """Write what `write` wrote in `source`, as far as it is of some articles; the name of the file."""
    np.save(folder / ARRIVALS, mapped(source / ARRIVALS)[articles.start : articles.stop])
    return (ARRIVALS,)


def _in_both(ids: Vocabulary, others: Vocabulary) -> Iterator[tuple[int, int]]:
    """The numbers of what two sorted vocabularies share, in one pass over both."""
    place, total = 0, len(others)
    other = others[0] if total else ""
    for number in range(len(ids)):
        wanted = ids[number]
        while place < total and other < wanted:
            place += 1
            other = others[place] if place < total else ""
        if place < total and other == wanted:
            yield number, place
