"""Which articles match a query: the best for a page, or all of them for counts, dates and further pages.

An article matches that the filters admit, that holds what is quoted, and that has a passage whose confidence
reaches `min_confidence`. A page of the best takes the candidates that it needs, and says at least how many
match. To know all, ever more candidates are asked for, until what the others have at most is too little,
until everything is one, or until as many articles match as are told apart at most.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.core.deadline import Deadline
from indexer.core.protocols import Index
from indexer.core.records import Candidates, Filter, Numbers, RetrievalRequest, Scores
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.conditions import Quotations, conditions_of
from search_api.searching.confidence import confidences, most_of_others
from search_api.searching.fusion import QueryTraits
from search_api.searching.lanes import Lane, lane_of
from search_api.searching.query import Group, Sort
from search_api.searching.romanised import romanised, sounds_of

LEAST_DEPTH = 60
DEPTH_PER_HIT = 2
"""Candidates of each kind: enough that fusion has the best of all."""

_DEEPER = 4


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Candidates that hold what is quoted, and what is known of the others.

    Attributes:
        candidates: by ascending passage number.
        fused: their scores.
        is_sure: which of them reach the confidence that is asked for.
        is_whole: whether no other passage reaches it.
    """

    candidates: Candidates
    fused: Scores
    is_sure: NDArray[np.bool_]
    is_whole: bool

    @property
    def articles(self) -> Numbers:
        """The articles that match, ascending."""
        return np.unique(self.candidates.articles[self.is_sure])

    def total(self, group: Group) -> int:
        """How many articles match, or how many of their passages."""
        return len(self.articles) if group is Group.ARTICLE else int(np.count_nonzero(self.is_sure))

    def at_most(self, articles: int) -> "Matched":
        """The same with the best articles alone, where more match."""
        if len(self.articles) <= articles:
            return self
        best = self.ordered(Group.ARTICLE, sure=True)[:articles]
        is_sure = self.is_sure & np.isin(self.candidates.articles, self.candidates.articles[best])
        return replace(self, is_sure=is_sure, is_whole=False)

    def ordered(
        self,
        group: Group,
        sort: Sort = Sort.RELEVANCE,
        *,
        sure: bool = False,
        arrivals: Callable[[Sequence[int]], Numbers] | None = None,
    ) -> Numbers:
        """Positions of candidates, best first, ties by passage number.

        Args:
            group: one an article, with its best passage, if asked so.
            sort: by date instead, where equal days follow each other by score; what has none comes last.
            sure: only those that are sure enough.
            arrivals: tells when articles came, for the order of these.
        """
        numbers = np.flatnonzero(self.is_sure) if sure else np.arange(len(self.fused))
        order = numbers[np.lexsort((self.candidates.passages[numbers], -self.fused[numbers]))]
        if group is Group.ARTICLE:
            _, first = np.unique(self.candidates.articles[order], return_index=True)
            order = order[np.sort(first)]
        if sort is Sort.RELEVANCE:
            return order
        if sort is Sort.ADDED and arrivals:
            return order[np.argsort(-arrivals(self.candidates.articles[order].tolist()), kind="stable")]
        days = self.candidates.days[order]
        by_day = -days if sort is Sort.NEWEST else np.where(days == 0, np.iinfo(np.int64).max, days)
        return order[np.argsort(by_day, kind="stable")]


class Matching:
    """Finds what matches one query."""

    def __init__(self, index: Index, lane: Lane, analysed: AnalysedQuery, deadline: Deadline) -> None:
        """Search `index` for a query, until `deadline`.

        Candidates are scored as the mode of the query has it; `lane` is that of `hybrid`.
        """
        self._index, self._analysed, self._deadline = index, analysed, deadline
        self._query = analysed.query
        self._lane = lane_of(self._query.mode, lane)
        self._conditions = conditions_of(self._query, index.lexicon, deadline)
        self.quotations = Quotations(self._query, index, deadline)

    def best(self, wanted: int) -> Matched:
        """Candidates with at least so many articles, or passages, if there are.

        An article may hold many of the best passages, so ever more are asked for until there are
        enough articles or no more passages.
        """
        request = self._request(self._query.filter, max(LEAST_DEPTH, DEPTH_PER_HIT * wanted))
        offered = 0
        while True:
            candidates, found = self._asked(request)
            numbers = found.candidates.articles if self._is_by_article else found.candidates.passages
            enough = len(np.unique(numbers)) >= wanted or self.quotations.are_many_read
            asked_once = not self._is_by_article and not self.quotations
            if enough or asked_once or len(candidates.passages) == offered:
                return found
            offered = len(candidates.passages)
            request = replace(request, depth=request.depth * _DEEPER)

    def whole(self, wanted: Filter) -> Matched:
        """All that matches among what `wanted` admits, up to as many articles as are told apart."""
        most = self._query.matched
        request = self._request(wanted, min(LEAST_DEPTH, most))
        offered = 0
        while True:
            candidates, found = self._asked(request)
            is_everything = len(candidates.passages) == offered
            if found.is_whole or is_everything or request.depth >= most or len(found.articles) >= most:
                return replace(found, is_whole=found.is_whole or is_everything).at_most(most)
            offered = len(candidates.passages)
            request = replace(request, depth=min(request.depth * _DEEPER, most))

    @property
    def _is_by_article(self) -> bool:
        return self._query.group is Group.ARTICLE

    def _asked(self, request: RetrievalRequest) -> tuple[Candidates, Matched]:
        """The candidates for a request, and those of them that hold what is quoted."""
        self._deadline.check()
        candidates = self._index.candidates(request)
        analysed = self._analysed
        surely = romanised(analysed, candidates)
        traits = QueryTraits(surely, analysed.known, analysed.sought, request.days)
        fused = self._lane.score(candidates, traits)
        least = self._query.least_confidence
        held = np.flatnonzero(self.quotations.held_by(candidates, fused))
        is_whole = most_of_others(candidates) < least and not self.quotations.are_many_read
        kept = candidates.only(held)
        return candidates, Matched(kept, fused[held], confidences(kept) >= least, is_whole)

    def _request(self, wanted: Filter, depth: int) -> RetrievalRequest:
        query = self._query
        return RetrievalRequest(
            vector=self._analysed.vector,
            language=query.language,
            words=self._analysed.expansions,
            sounds=sounds_of(self._analysed),
            filter=wanted,
            depth=depth,
            required=self._conditions.required,
            excluded=self._conditions.excluded,
            exact=query.exhaustive,
            by_vectors=self._lane.by_vectors,
            days=tuple(sorted({day for date in query.syntax.dates for day in date.days})),
            deadline=self._deadline,
        )
