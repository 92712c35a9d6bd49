"""The whole way of a search in one function: query → vector and words → candidates → ranking → hits."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Index, Reranker
from indexer.core.records import (
    Article,
    Candidates,
    Filter,
    Numbers,
    Passage,
    RetrievalRequest,
    Scores,
    Sentence,
)
from search_api.searching.analysis import AnalysedQuery, analyse
from search_api.searching.conditions import Conditions, Quotations, conditions_of
from search_api.searching.confidence import Verdict, confidences
from search_api.searching.evidence import Evidence, WordMatch, only_convincing
from search_api.searching.fusion import QueryTraits
from search_api.searching.gloss import GlossedWord, gloss
from search_api.searching.lanes import FUSED, Lane, lane_of
from search_api.searching.modes import Mode
from search_api.searching.query import Group, Query
from search_api.searching.query_encoder import QueryEncoders
from search_api.searching.romanised import romanised, sounds_of
from search_api.searching.stages import stage
from search_api.searching.telling import most_telling

LEAST_DEPTH = 60
DEPTH_PER_HIT = 2
"""Candidates of each kind: enough that fusion has the best of all."""

RERANKED = 50
"""Hits that a reranker reads; more where more are asked for."""


@dataclass(frozen=True, slots=True)
class HitScores:
    """What a fused score is made of.

    `passage` and `sentence` are cosines between the query and the passage, and its nearest sentence;
    `lexical` is BM25; `fused` joins them, in standard deviations (see `fusion`). `reranked` is the
    reranker's score where there is one, of its own range.
    """

    passage: float
    sentence: float
    lexical: float
    fused: float
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer: a passage with its article, and why. `rank` counts from 1.

    `confidence` is how surely it answers the query, 0 to 1; `score` orders the hits of one result and
    cannot be compared with that of another.
    """

    rank: int
    confidence: float
    scores: HitScores
    article: Article
    passage: Passage
    sentence: Sentence
    words: tuple[WordMatch, ...]
    gloss: tuple[GlossedWord, ...] = ()

    @property
    def score(self) -> float:
        """What the hits of a result are ordered by: all by the reranker's score, or all by the fused one."""
        return self.scores.fused if self.scores.reranked is None else self.scores.reranked


@dataclass(frozen=True, slots=True)
class Result:
    """The answers to a query, best first, from one generation.

    `took_ms` is the time of the whole search, `reranking_ms` what of it went to a reranker; None without.
    `warnings` are for people: what of the query was understood otherwise than it may have been meant, and
    why it may have found nothing.
    """

    query: Query
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]
    reranking_ms: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether the archive answers the query, by the first hit."""
        return Verdict.of(self.hits[0].confidence if self.hits else None)


@dataclass(frozen=True, slots=True, eq=False)
class _Ranking:
    """Positions of candidates, best first; with a reranker's scores of them where there is one."""

    positions: Numbers
    reranked: Scores | None = None
    milliseconds: float | None = None


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

    def search(self, query: Query, deadline: Deadline = NO_DEADLINE) -> Result:
        """The best passages for `query`: one an article unless it asks for passages.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        started = time.perf_counter()
        if not query.is_telling:
            return Result(query, self.index.name, _since(started), (), warnings=query.warnings)
        encoders = self.encoders
        analysed = analyse(
            query,
            encoders.queries,
            encoders.words,
            self.index.lexicon,
            self._lane.kinds & query.kinds,
            deadline,
        )
        if query.mode is Mode.LEXICAL:
            analysed = analysed.of_words(only_convincing)
        wanted = max(RERANKED, query.limit) if self._reranker else query.limit
        quotations = Quotations(query, self.index, deadline)
        candidates, fused = self._scored(analysed, quotations, wanted, deadline)
        ranking = _Ranking(_best(candidates, fused, query.group)[:wanted])
        if self._reranker:
            deadline.check()
            ranking = self._rerank(query, candidates, ranking.positions, self._reranker)
            deadline = NO_DEADLINE  # what a reranker read is not thrown away
        hits = self._hits(analysed, candidates, fused, ranking, deadline)
        warnings = (
            *query.warnings,
            *self._left_out(query.filter),
            *analysed.warnings,
            *quotations.warnings(len(hits)),
            *_without_words(query, len(hits)),
        )
        return Result(query, self.index.name, _since(started), hits, ranking.milliseconds, warnings)

    def close(self) -> None:
        """Release the index; nothing is searched afterwards."""
        self.index.close()

    def _left_out(self, wanted: Filter) -> Iterator[str]:
        """What there is to say of articles that a filter leaves out though they may be of its days."""
        undated = self.index.undated(wanted)
        if undated:
            articles = "1 article has" if undated == 1 else f"{undated:,} articles have"
            yield f"{articles} no date, and no filter by date finds what has none"

    @stage("candidates")
    def _scored(
        self, analysed: AnalysedQuery, quotations: Quotations, wanted: int, deadline: Deadline
    ) -> tuple[Candidates, Scores]:
        """Candidates that hold what is quoted, with their fused scores.

        An article may hold many of the best passages, so ever more are asked for until there are
        enough articles or no more passages.
        """
        query = analysed.query
        lane = lane_of(query.mode, self._lane)
        conditions = conditions_of(query, self.index.lexicon, deadline)
        request = self._request(analysed, conditions, wanted, deadline)
        offered = 0
        while True:
            deadline.check()
            candidates = self.index.candidates(request)
            surely = romanised(analysed, candidates)
            traits = QueryTraits(surely, analysed.known, analysed.sought, request.days)
            fused = lane.score(candidates, traits)
            held = np.flatnonzero(quotations.held_by(candidates, fused))
            numbers = candidates.articles if query.group is Group.ARTICLE else candidates.passages
            enough = len(np.unique(numbers[held])) >= wanted or quotations.are_many_read
            asked_once = query.group is Group.PASSAGE and not quotations
            if enough or asked_once or len(candidates.passages) == offered:
                return candidates.only(held), fused[held]
            offered = len(candidates.passages)
            request = replace(request, depth=request.depth * 4)

    def _request(
        self, analysed: AnalysedQuery, conditions: Conditions, wanted: int, deadline: Deadline
    ) -> RetrievalRequest:
        query = analysed.query
        return RetrievalRequest(
            vector=analysed.vector,
            language=query.language,
            words=analysed.expansions,
            sounds=sounds_of(analysed),
            filter=query.filter,
            depth=max(LEAST_DEPTH, DEPTH_PER_HIT * wanted),
            required=conditions.required,
            excluded=conditions.excluded,
            exact=query.exhaustive,
            by_vectors=lane_of(query.mode, self._lane).by_vectors,
            days=tuple(sorted({day for date in query.syntax.dates for day in date.days})),
            deadline=deadline,
        )

    @stage("reranking")
    def _rerank(
        self, query: Query, candidates: Candidates, positions: Numbers, reranker: Reranker
    ) -> _Ranking:
        """`positions` by the reranker's scores of their passages; equal ones stay as they are."""
        started = time.perf_counter()
        passages = self.index.passages(candidates.passages[positions].tolist())
        scores = reranker.score(query.read_text, [passage.text for passage in passages])
        order = np.argsort(-scores, kind="stable")
        return _Ranking(positions[order], scores[order], _since(started))

    @stage("hits")
    def _hits(
        self,
        analysed: AnalysedQuery,
        candidates: Candidates,
        fused: Scores,
        ranking: _Ranking,
        deadline: Deadline,
    ) -> tuple[Hit, ...]:
        best = ranking.positions[: analysed.query.limit]
        passages = self.index.passages(candidates.passages[best].tolist())
        articles = self.index.articles(candidates.articles[best].tolist())
        sentences = self.index.sentences(candidates.sentences[best].tolist())
        surely = confidences(candidates, best).tolist()
        evidence = Evidence(analysed, self.index.lexicon) if analysed.query.evidence else None
        words = [evidence.matches(passage) if evidence else () for passage in deadline.each(passages)]
        if evidence and analysed.query.mode is Mode.LEXICAL:
            of_passages = self.index.sentences_of([passage.number for passage in passages])
            sentences = list(map(most_telling, of_passages, sentences, words))
        return tuple(
            Hit(
                rank,
                surely[rank - 1],
                HitScores(
                    float(candidates.passage_cosine[position]),
                    float(candidates.sentence_cosine[position]),
                    float(candidates.lexical[position]),
                    float(fused[position]),
                    None if ranking.reranked is None else float(ranking.reranked[rank - 1]),
                ),
                article,
                passage,
                sentence,
                words[rank - 1],
                gloss(passage, article.language) if analysed.query.gloss else (),
            )
            for rank, (position, article, passage, sentence) in enumerate(
                deadline.each(zip(best.tolist(), articles, passages, sentences, strict=True)), start=1
            )
        )


def _best(candidates: Candidates, fused: Scores, group: Group) -> Numbers:
    """Positions of candidates, best first, ties by passage number; one an article if asked so."""
    order = np.lexsort((candidates.passages, -fused))
    if group is Group.ARTICLE:
        _, first = np.unique(candidates.articles[order], return_index=True)
        order = order[np.sort(first)]
    return order


def _without_words(query: Query, found: int) -> Iterator[str]:
    """What there is to say where nothing has the words and nothing else was looked for."""
    if query.mode is Mode.LEXICAL and not found and not query.syntax.exact:
        yield "nothing holds these words; mode=hybrid also finds what says the same in others"


def _since(started: float) -> float:
    """Milliseconds."""
    return (time.perf_counter() - started) * 1000
