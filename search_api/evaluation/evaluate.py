"""The whole way of an evaluation in one function: sets → index → rankings → measures."""

import datetime
import importlib.metadata
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.core.errors import InvalidQuery
from indexer.core.protocols import Encoder, Reranker
from indexer.drafting.draft import Progress
from indexer.models.model import Model
from indexer.retrieval.retrieval import Retrieval
from search_api.evaluation.answerability import (
    NONE,
    NOTHING_SEARCHED,
    Answerability,
    Claim,
    answerability,
    claim,
)
from search_api.evaluation.beir import EvaluationSet
from search_api.evaluation.indexes import IndexedSet, collections, open_index
from search_api.evaluation.measures import Recall, SetScores, recall, score
from search_api.evaluation.runs import Ranked, RunFiles
from search_api.search import Searcher
from search_api.searching.lanes import FUSED, LANES
from search_api.searching.outcomes import Result
from search_api.searching.query import MAX_LIMIT, Query, parse
from search_api.searching.query_encoder import QueryEncoders

DEPTH = MAX_LIMIT
"""Articles that each query asks for: as many as the deepest measure looks at."""

_REPORT_EVERY = 500
Search = Callable[[Query], Result]


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a set was answered.

    `documents` counts the set's own, `indexed` all in the index that was searched; `refused` the
    queries that cannot be searched: they score 0, or count as told "none" where they have no answer.
    `scores` is None where no query has an answer, `answerability` where all have one. `seconds` is the
    search of all queries, `ms_p50` the median of one, and `reranking_ms_p50` that of the part that went
    to a reranker, None without one. `lane` is the name of a way of scoring, where several were compared,
    else empty. `recall_by_language` has an entry a language where the relevant documents have
    more than one, else none.
    """

    name: str
    documents: int
    indexed: int
    queries: int
    refused: int
    scores: SetScores | None
    answerability: Answerability | None
    recall_by_language: Mapping[str, Recall]
    ms_p50: float
    seconds: float
    reranking_ms_p50: float | None = None
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured, and what was measured with; `created` is the time at the start, UTC.

    `reranker` is the name of the one that ordered the best hits, None where none did.
    """

    sets: tuple[Measured, ...]
    model: str
    fingerprint: str
    engine: str
    hudhud: str
    pool: bool
    created: str
    reranker: str | None = None


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the queries that were searched found, and what the search said of it.

    `milliseconds` are those of the searches, and of reranking.
    """

    found: Mapping[str, tuple[Ranked, ...]]
    claims: Mapping[str, Claim]
    milliseconds: tuple[float, ...]
    reranking: tuple[float, ...]
    seconds: float


def evaluate(
    sets: Sequence[EvaluationSet],
    model: Model,
    encoder: Encoder,
    cache: Path,
    *,
    pool: bool = False,
    lanes: bool = False,
    runs: RunFiles | None = None,
    report: Callable[[str], None] = lambda line: None,
    reranker: Reranker | None = None,
    exhaustive: bool = False,
) -> Evaluation:
    """Index the corpora, search every query as a user would, and score the rankings of articles.

    Args:
        sets: with names that differ.
        model: what indexes and searches.
        encoder: of that model.
        cache: where indexes are kept for the next time.
        pool: search every set among the documents of all.
        lanes: measure every lane of `search_api.searching.lanes`, not only what searches use.
        runs: where the rankings go; nowhere when None.
        report: called with a line for the user before and during what takes seconds.
        reranker: orders the best hits of every query; none does when None.
        exhaustive: whether every vector is compared.

    Raises:
        InvalidEvaluation: a run cannot be written.
        IndexingError: an index cannot be written, or another process is writing it.
    """
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    measured = []
    for collection in collections(sets, pool=pool):
        label = f"{len(sets)} sets" if pool else collection.parts[0].set.name
        generation = open_index(collection.articles, model, encoder, cache, _building(label, report))
        index = Retrieval(generation)
        try:
            for part in collection.parts:
                for lane in LANES if lanes else (FUSED,):
                    searcher = Searcher(index, QueryEncoders.of(encoder, model.prompts.query), reranker, lane)
                    answers = _ask(part, searcher.search, report, exhaustive=exhaustive)
                    found = _measure(part, answers, len(collection.articles))
                    measured.append(replace(found, lane=lane.name) if lanes else found)
                if runs:
                    runs.write(part.set.name, _with_own_ids(part, answers.found))
        finally:
            index.close()
    return Evaluation(
        sets=tuple(measured),
        model=model.name,
        fingerprint=model.fingerprint,
        engine=encoder.engine,
        hudhud=importlib.metadata.version("hudhud"),
        pool=pool,
        created=created,
        reranker=reranker.name if reranker else None,
    )


def _ask(
    part: IndexedSet, search: Search, report: Callable[[str], None], *, exhaustive: bool = False
) -> _Answers:
    """Search every query of a set; what cannot be searched is told, and missing from `found`."""
    found: dict[str, tuple[Ranked, ...]] = {}
    claims: dict[str, Claim] = {}
    milliseconds, reranking = [], []
    total = len(part.set.queries)
    started = time.monotonic()
    for number, query in enumerate(part.set.queries):
        if number % _REPORT_EVERY == 0:
            report(f"{part.set.name}: {number:,} of {total:,} queries searched")
        try:
            result = search(
                parse(query.text, limit=DEPTH, evidence=False, operators=False, exhaustive=exhaustive)
            )
        except InvalidQuery as error:
            counts = "scores 0" if query.id in part.set.qrels else f"counts as told {NONE}"
            report(f"{part.set.name}: query {query.id} {counts}: {error}")
            continue
        found[query.id] = tuple(Ranked(hit.article.id, hit.score) for hit in result.hits)
        claims[query.id] = claim(result)
        milliseconds.append(result.took_ms)
        if result.reranking_ms is not None:
            reranking.append(result.reranking_ms)
    return _Answers(found, claims, tuple(milliseconds), tuple(reranking), time.monotonic() - started)


def _measure(part: IndexedSet, answers: _Answers, indexed: int) -> Measured:
    rankings = {query: [ranked.document for ranked in ranking] for query, ranking in answers.found.items()}
    return Measured(
        name=part.set.name,
        documents=len(part.set.corpus),
        indexed=indexed,
        queries=len(part.set.queries),
        refused=len(part.set.queries) - len(answers.found),
        scores=score(part.qrels(), rankings) if part.set.qrels else None,
        answerability=_answerability(part.set, answers.claims),
        recall_by_language=_recall_by_language(part, rankings),
        ms_p50=statistics.median(answers.milliseconds or [0.0]),
        seconds=answers.seconds,
        reranking_ms_p50=statistics.median(answers.reranking) if answers.reranking else None,
    )


def _answerability(one: EvaluationSet, claims: Mapping[str, Claim]) -> Answerability | None:
    """How well the queries with and without an answer are told apart; None where all have one."""
    made = {query.id: claims.get(query.id, NOTHING_SEARCHED) for query in one.queries}
    others = [made[query] for query in made if query not in one.qrels]
    return answerability([made[query] for query in one.qrels], others) if others else None


def _recall_by_language(part: IndexedSet, rankings: Mapping[str, Sequence[str]]) -> dict[str, Recall]:
    """For each language of the relevant documents, the recall of those alone."""
    languages = part.languages()
    split: dict[str, dict[str, dict[str, int]]] = {}
    for query, judged in part.qrels().items():
        for document, relevance in judged.items():
            if relevance > 0:
                split.setdefault(languages[document], {}).setdefault(query, {})[document] = relevance
    if len(split) < 2:
        return {}
    return {language: recall(qrels, rankings) for language, qrels in sorted(split.items())}


def _with_own_ids(part: IndexedSet, found: Mapping[str, Sequence[Ranked]]) -> dict[str, list[Ranked]]:
    """Rankings in which the set's own documents have the ids of its qrels, even out of a pool."""
    return {
        query: [Ranked(ranked.document.removeprefix(part.prefix), ranked.score) for ranked in ranking]
        for query, ranking in found.items()
    }


def _building(label: str, report: Callable[[str], None]) -> Callable[[Progress], None]:
    """Tells when a stage of a build begins, and now and then how far it is."""
    stage = ""

    def tell(progress: Progress) -> None:
        nonlocal stage
        if progress.stage != stage:
            stage = progress.stage
            report(f"{label}: {stage}")
        elif progress.done and progress.done % _REPORT_EVERY == 0:
            report(f"{label}: {stage}, {progress.done:,} {progress.unit}")

    return tell
