"""The whole way of a search in one function: query → vector and words → candidates → ranking → hits."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Index, Reranker
from indexer.core.records import Article, Candidates, Filter, Passage
from search_api.searching.analysis import AnalysedQuery, analyse
from search_api.searching.confidence import WEAK, confidences
from search_api.searching.convincing import seen
from search_api.searching.copies import MOST_TWINS
from search_api.searching.cursor import Cursor
from search_api.searching.evidence import Evidence, WordMatch, only_convincing
from search_api.searching.facets import Facet, facets_of
from search_api.searching.gloss import gloss, ready
from search_api.searching.lanes import FUSED, Lane
from search_api.searching.matched import Matched, Matching
from search_api.searching.mistyped import corrected as corrected_query
from search_api.searching.modes import Mode
from search_api.searching.naming import Naming
from search_api.searching.outcomes import WORDS_ALONE, Best, Everything, Hit, HitScores, Result
from search_api.searching.pages import Listed, Page
from search_api.searching.query import Group, Query, Sort
from search_api.searching.query_encoder import QueryEncoders
from search_api.searching.stages import stage
from search_api.searching.telling import most_telling

AT_ONCE = 50
"""Hits that are put together at once, where all are wanted."""

RERANKED = 50
"""Hits that a reranker reads; more where more are asked for."""


class Searcher:
    """Answers queries from one index. Safe to use from several threads."""

    def __init__(
        self,
        index: Index,
        encoders: QueryEncoders,
        reranker: Reranker | None = None,
        lane: Lane = FUSED,
    ) -> None:
        """Join an index with the encoders of the model that made its vectors.

        Args:
            index: an open generation.
            encoders: of the same model.
            reranker: what reads the best hits again and orders them; nothing does when None.
            lane: how candidates are scored.
        """
        self.index = index
        self._lane = lane
        self._reranker = reranker
        self.encoders = encoders

    def over(self, index: Index) -> "Searcher":
        """The same over another index of the same model."""
        return Searcher(index, self.encoders, self._reranker, self._lane)

    def search(self, query: Query, deadline: Deadline = NO_DEADLINE) -> Result:
        """The best passages for `query`: one an article unless it asks for passages.

        Raises:
            InvalidQuery: the cursor is none of this query, or the index keeps no field that it names.
            CursorExpired: the cursor is of another generation.
            TooSlow, Cancelled: as `deadline` says.
        """
        started = time.perf_counter()
        if not query.is_telling:
            return Result(query, self.index.name, _since(started), (), warnings=query.warnings)
        cursor = Cursor.read(query.cursor, query, self.index.name) if query.cursor else None
        analysed = self._analysed(query, deadline)
        matching, found, listed = self._found(analysed, deadline)
        facets = self._facets(query, matching, found) if query.facets else ()
        if self._reranker and query.sort is Sort.RELEVANCE:
            deadline.check()
            listed = self._reranked(query, found.candidates, listed, self._reranker)
            deadline = NO_DEADLINE  # what a reranker read is not thrown away
        page = Page.of(query, self.index, found, listed, cursor)
        hits = self._hits(analysed, found, listed, page, deadline)
        warnings = (
            *query.warnings,
            *self._left_out(query.filter),
            *analysed.warnings,
            *matching.quotations.warnings(len(hits)),
            *_without_words(query, len(found.fused)),
        )
        return Result(
            query,
            self.index.name,
            _since(started),
            hits,
            listed.milliseconds,
            warnings,
            total=len(listed.positions) if query.collapse else found.total(query.group),
            is_total_exact=found.is_whole and not self.index.missing,
            facets=facets,
            next_cursor=page.following,
            answering=_answering(found, listed, page, hits),
            best=None if cursor is None and query.sort is Sort.RELEVANCE else self._best(analysed, found),
            missing=self.index.missing,
            corrected=corrected_query(analysed),
        )

    def everything(self, query: Query, deadline: Deadline = NO_DEADLINE) -> Everything:
        """All that matches `query`, in the order that it asks for; a reranker orders nothing.

        Raises:
            TooSlow, Cancelled: as `deadline` says; also while the hits are taken.
        """
        if not query.is_telling:
            return Everything(0, True, iter(()))
        strict = replace(query, min_confidence=query.least_confidence, counts=True, cursor="")
        analysed = self._analysed(strict, deadline)
        _, found, listed = self._found(analysed, deadline)

        def hits() -> Iterator[Hit]:
            for first in range(0, len(listed.positions), AT_ONCE):
                places = np.arange(first, min(first + AT_ONCE, len(listed.positions)))
                yield from self._hits(analysed, found, listed, Page(places, first + 1, None), deadline)

        is_exact = found.is_whole and not self.index.missing
        return Everything(len(listed.positions), is_exact, hits(), self.index.missing)

    def matches(
        self, query: Query, passages: Sequence[Passage], deadline: Deadline = NO_DEADLINE
    ) -> list[tuple[WordMatch, ...]]:
        """The words of each of some passages that answer words of `query`, whatever else it asks.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        evidence = Evidence(self._analysed(query, deadline), self.index.lexicon)
        return [evidence.matches(passage) for passage in deadline.each(passages)]

    def _analysed(self, query: Query, deadline: Deadline) -> AnalysedQuery:
        encoders = self.encoders
        analysed = analyse(
            query,
            encoders.queries,
            encoders.words,
            self.index.lexicon,
            self._lane.kinds & query.kinds,
            deadline,
        )
        return analysed.of_words(only_convincing) if query.mode is Mode.LEXICAL else analysed

    @stage("candidates")
    def _found(self, analysed: AnalysedQuery, deadline: Deadline) -> tuple[Matching, Matched, Listed]:
        """What finds what matches, what it found for a page or for counts, and that in its order."""
        query = analysed.query
        matching = Matching(self.index, self._lane, analysed, deadline)
        wanted = max(RERANKED, query.limit) if self._reranker else query.limit
        found = matching.whole(query.filter) if query.is_counted else matching.best(wanted)
        return matching, found, Listed.of(query, self.index, found, deadline)

    @stage("facets")
    def _facets(self, query: Query, matching: Matching, found: Matched) -> tuple[Facet, ...]:
        return tuple(facets_of(query, self.index, matching, found))

    def close(self) -> None:
        """Release the index; nothing is searched afterwards."""
        self.index.close()

    def _left_out(self, wanted: Filter) -> Iterator[str]:
        """What there is to say of articles that a filter leaves out though they may be of its days."""
        undated = self.index.undated(wanted)
        if undated:
            articles = "1 article has" if undated == 1 else f"{undated:,} articles have"
            yield f"{articles} no date, and no filter by date finds what has none"

    @stage("reranking")
    def _reranked(self, query: Query, candidates: Candidates, listed: Listed, reranker: Reranker) -> Listed:
        """The first hits by the reranker's scores of their passages."""
        started = time.perf_counter()
        best = listed.positions[: max(RERANKED, query.limit)]
        passages = self.index.passages(candidates.passages[best].tolist())
        scores = reranker.score(query.read_text, [passage.text for passage in passages])
        return listed.ranked(scores, _since(started))

    @stage("hits")
    def _hits(
        self, analysed: AnalysedQuery, found: Matched, listed: Listed, page: Page, deadline: Deadline
    ) -> tuple[Hit, ...]:
        candidates, best = found.candidates, listed.positions[page.places]
        shown = self.index.shown(candidates.passages[best].tolist(), candidates.sentences[best].tolist())
        passages, articles, sentences = shown.passages, shown.articles, shown.sentences
        if analysed.query.gloss:
            ready(deadline)
        evidence, is_shown = Evidence(analysed, self.index.lexicon), analysed.query.evidence
        naming = Naming(analysed, self.index.lexicon)
        told = best if is_shown else best[:1]  # the first tells the verdict
        of_told, others = (
            seen(candidates.only(told), shown, evidence, naming, deadline),
            len(best) - len(told),
        )
        by_scores = confidences(candidates.only(best)).tolist()
        corrected = [*of_told.surely, *[None] * others]
        unnamed = [*of_told.unnamed, *[()] * others]
        words = of_told.words if is_shown else [()] * len(passages)
        titles = [
            evidence.matches(_title_of(article)) if is_shown and analysed.query.titles else ()
            for article in articles
        ]
        if is_shown and analysed.query.mode is Mode.LEXICAL:
            of_passages = self.index.sentences_of([passage.number for passage in passages])
            sentences = list(map(most_telling, of_passages, sentences, words))
        columns: tuple[Sequence[Any], ...] = (
            *(page.places.tolist(), best.tolist(), by_scores, corrected, unnamed, words, titles),
        )
        return tuple(
            Hit(
                rank,
                confidence,
                HitScores(
                    float(candidates.passage_cosine[position]),
                    float(candidates.sentence_cosine[position]),
                    float(candidates.lexical[position]),
                    float(found.fused[position]),
                    listed.reranked_at(place),
                ),
                article,
                passage,
                sentence,
                matches,
                gloss(passage, article.language) if analysed.query.gloss else (),
                self._twins(candidates, listed.twins_at(place)),
                in_title,
                surely,
                tuple(name.text for name in lacking),
            )
            for rank, (
                place,
                position,
                confidence,
                surely,
                lacking,
                matches,
                in_title,
                article,
                passage,
                sentence,
            ) in enumerate(
                deadline.each(zip(*columns, articles, passages, sentences, strict=True)),
                start=page.first,
            )
        )

    def _best(self, analysed: AnalysedQuery, found: Matched) -> Best:
        """The first passage by relevance; what is not sure at all where there is none."""
        first = found.ordered(Group.PASSAGE)[:1]
        if not len(first):
            return Best(0.0)
        candidates = found.candidates.only(first)
        shown = self.index.shown(candidates.passages.tolist(), candidates.sentences.tolist())
        lexicon = self.index.lexicon
        first_seen = seen(
            candidates, shown, Evidence(analysed, lexicon), Naming(analysed, lexicon), NO_DEADLINE
        )
        return Best(first_seen.surely[0], tuple(name.text for name in first_seen.unnamed[0]))

    def _twins(self, candidates: Candidates, positions: Sequence[int]) -> tuple[Article, ...]:
        """The copies of a hit, the first of them."""
        some = candidates.articles[list(positions)[:MOST_TWINS]] if positions else ()
        return tuple(self.index.articles([int(number) for number in some]))


def _answering(found: Matched, listed: Listed, page: Page, hits: Sequence[Hit]) -> int:
    """How many of what is listed answer, perhaps at least: what is shown by its words too."""
    surely = confidences(found.candidates)[listed.positions]
    for place, hit in zip(page.places.tolist(), hits, strict=True):
        surely[place] = hit.surely
    return int(np.count_nonzero(surely >= WEAK))


def _title_of(article: Article) -> Passage:
    """The title of an article as a passage of its own."""
    return Passage(0, 0, 0, len(article.title), article.title)


def _without_words(query: Query, candidates: int) -> Iterator[str]:
    """What there is to say where nothing has the words and nothing else was looked for."""
    if query.mode is Mode.LEXICAL and not candidates and not query.syntax.exact:
        yield WORDS_ALONE


def _since(started: float) -> float:
    """Milliseconds."""
    return (time.perf_counter() - started) * 1000
