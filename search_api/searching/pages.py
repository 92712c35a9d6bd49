"""Hits in their order, and which of them stand on a page."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from indexer.core.deadline import Deadline
from indexer.core.protocols import Index
from indexer.core.records import Numbers, Scores
from search_api.searching.copies import Collapsed, collapsed
from search_api.searching.cursor import Cursor, digest
from search_api.searching.matched import Matched
from search_api.searching.query import Group, Query
from search_api.searching.stories import stories

_NO_TWINS: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """The hits of a search in their order, as positions of candidates.

    Attributes:
        positions: of what is shown first, and so on.
        reranked: the reranker's scores of the first of them, as many as it read.
        milliseconds: that it took; None where there is none.
        twins: of each hit the positions of its copies, and of what tells its story; empty unless they are
            one hit.
    """

    positions: Numbers
    reranked: Scores | None = None
    milliseconds: float | None = None
    twins: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(cls, query: Query, index: Index, found: Matched, deadline: Deadline) -> Self:
        """What was found, in the order that a query asks for.

        Copies are one hit if it asks so, and so is what tells one story in several languages.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        order = found.ordered(query.group, query.sort, sure=query.is_strict, arrivals=index.arrivals)
        listed = cls(order)
        if query.collapse:
            listed = listed._joined(collapsed(index, found.candidates.articles[order], deadline))
        if query.stories:
            articles = found.candidates.articles[listed.positions]
            listed = listed._joined(stories(index, articles, deadline))
        return listed

    def _joined(self, joined: Collapsed) -> Self:
        """The same with the leaders alone, each with the twins that it had, and those that it has now."""
        had = self.twins or ((),) * len(self.positions)
        positions = self.positions.tolist()
        twins = tuple(
            (*had[leader], *(one for twin in several for one in (positions[twin], *had[twin])))
            for leader, several in zip(joined.leaders.tolist(), joined.twins, strict=True)
        )
        return replace(self, positions=self.positions[joined.leaders], twins=twins)

    def ranked(self, scores: Scores, milliseconds: float) -> Self:
        """The same with the first hits in the order of a reranker's scores; equal ones stay as they are."""
        order = np.argsort(-scores, kind="stable")
        first = self.positions[: len(scores)][order]
        twins = tuple(self.twins[place] for place in order.tolist()) if self.twins else ()
        return replace(
            self,
            positions=np.append(first, self.positions[len(scores) :]),
            reranked=scores[order],
            milliseconds=milliseconds,
            twins=twins + self.twins[len(twins) :],
        )

    def reranked_at(self, place: int) -> float | None:
        """The reranker's score of a hit by its place; None if it has none."""
        if self.reranked is None or place >= len(self.reranked):
            return None
        return float(self.reranked[place])

    def twins_at(self, place: int) -> tuple[int, ...]:
        """The positions of the copies of a hit, by its place."""
        return self.twins[place] if self.twins else _NO_TWINS


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Some hits that follow each other.

    Attributes:
        places: of the hits, in what is listed.
        first: rank of the first of them, from 1.
        following: the cursor of the next page; None where nothing follows.
    """

    places: Numbers
    first: int
    following: str | None

    @classmethod
    def of(cls, query: Query, index: Index, found: Matched, listed: Listed, cursor: Cursor | None) -> "Page":
        """The page of `index` that a cursor names, the first one where there is none."""
        numbers = _numbers(query, found, listed.positions)
        if cursor is None:
            places = np.arange(min(query.limit, len(numbers)))
            shown = tuple(numbers[places].tolist())
            matching = _numbers(query, found, listed.positions[found.is_sure[listed.positions]])
            left = len(np.setdiff1d(matching, shown))
            is_more = left > 0 or not (found.is_whole or query.is_counted)
            cursor = Cursor(index.name, digest(query), 0, shown, index.missing.shards)
            return cls(places, 1, cursor.written() if is_more else None)
        rest = np.flatnonzero(~np.isin(numbers, cursor.shown))
        past = cursor.offset + query.limit
        following = replace(cursor, offset=past).written() if past < len(rest) else None
        first = len(cursor.shown) + cursor.offset + 1
        return cls(rest[cursor.offset : past], first, following)


def _numbers(query: Query, found: Matched, positions: Numbers) -> Numbers:
    """The articles at some positions, or the passages where these are the hits."""
    by_article = query.group is Group.ARTICLE
    return (found.candidates.articles if by_article else found.candidates.passages)[positions]
