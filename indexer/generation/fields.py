"""The fields of the articles of a generation, to filter and to count by: keywords and days.

column-0-…     languages, publishers and further fields (`keywords`)
days.npy       of each article: days from 0001-01-01; 0 where there is no date
by-day.npy     all articles, by day
"""

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged, UnknownField
from indexer.core.matching import Condition
from indexer.core.records import Filter, Numbers
from indexer.generation.keywords import LANGUAGE, Column, among, columns_of, union
from indexer.storage.arrays import mapped
from indexer.text.language import admits

DAYS, BY_DAY = "days.npy", "by-day.npy"
MONTH = "month"
_BEFORE_1970 = -datetime.date(1970, 1, 1).toordinal()


def write(days: NDArray[np.int32], folder: Path) -> tuple[str, ...]:
    """Write the days of the articles of a generation, by number; the names of the files."""
    np.save(folder / DAYS, days)
    np.save(folder / BY_DAY, np.argsort(days, kind="stable").astype(np.uint32))
    return DAYS, BY_DAY


class Fields:
    """Reads what `write` and `keywords.write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, articles: int, meta: Sequence[str] = ()) -> None:
        """Map the files in `folder`.

        Args:
            folder: where they are.
            articles: how many there are.
            meta: names of the further fields that are kept.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.columns = {
            name: Column(folder, f"column-{place}", articles) for place, name in enumerate(columns_of(meta))
        }
        self.days: NDArray[np.int32] = mapped(folder / DAYS)
        self._by_day: NDArray[np.uint32] = mapped(folder / BY_DAY)
        self._articles = articles
        if not articles == len(self.days) == len(self._by_day):
            raise IndexDamaged(f"the days in {folder} do not fit its articles")

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises:
            UnknownField: there is none.
        """
        column = self.columns.get(name)
        if column is None:
            raise UnknownField(name, (*self.columns, MONTH))
        return column

    def admitted(self, wanted: Filter) -> Numbers:
        """The articles that `wanted` admits, ascending: the fewest first, then those of them that fit else.

        A value that no article has admits none, and excludes none.
        """
        conditions = [*wanted.conditions]
        if wanted.languages:
            conditions.append(Condition(LANGUAGE, wanted.languages))
        lists = [self._holding(one) for one in conditions if not one.is_excluded]
        if wanted.is_dated:
            lists.append(self._of_days(wanted))
        lists.sort(key=len)
        articles = lists[0].astype(np.int64) if lists else np.arange(self._articles)
        for others in lists[1:]:
            articles = articles[among(articles, others)]
        for excluded in (one for one in conditions if one.is_excluded):
            articles = articles[~among(articles, self._holding(excluded))]
        return articles

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Raises:
            UnknownField: there is no such field.
        """
        if field != MONTH:
            return self.column(field).counts(articles)
        days = self.days[articles]
        months = (days[days > 0] + _BEFORE_1970).astype("datetime64[D]").astype("datetime64[M]")
        found, counts = np.unique(months, return_counts=True)
        return [*zip(found.astype(str).tolist()[::-1], counts.tolist()[::-1], strict=True)]

    def undated(self) -> int:
        """How many articles have no date."""
        return int(np.searchsorted(self.days, 1, sorter=self._by_day))

    def dates(self) -> tuple[str | None, str | None]:
        """First and last date of the articles that have one."""
        dated = self._by_day[self.undated() :]
        if not len(dated):
            return None, None
        first, last = self.days[dated[[0, -1]]].tolist()
        return datetime.date.fromordinal(first).isoformat(), datetime.date.fromordinal(last).isoformat()

    def _holding(self, condition: Condition) -> NDArray[np.uint32]:
        """The articles that have one of the values of a condition, ascending.

        Raises:
            UnknownField: the generation has no such column.
        """
        column = self.column(condition.column)
        values = condition.values
        if condition.column == LANGUAGE:
            values = frozenset(n for n in column.values.all() if any(admits(code, n) for code in values))
        return union(column.articles_of(column.codes_of(values)))

    def _of_days(self, wanted: Filter) -> NDArray[np.uint32]:
        """The articles of the days that `wanted` admits, sorted; takes time for these alone."""
        first = wanted.since.toordinal() if wanted.since else 1
        last = wanted.until.toordinal() if wanted.until else datetime.date.max.toordinal()
        start, past = np.searchsorted(self.days, [first, last + 1], sorter=self._by_day)
        return np.sort(self._by_day[start:past])
