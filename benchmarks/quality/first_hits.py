"""The first hits of queries with and without an answer, in collections whose answers are known."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import InvalidEvaluation, InvalidQuery
from indexer.core.records import Candidates, RetrievalRequest
from indexer.core.settings import Settings
from indexer.models.encoder import load_encoder
from indexer.models.model import default_cache, locate
from indexer.retrieval.retrieval import Retrieval
from search_api.evaluation.beir import EvaluationSet, read
from search_api.evaluation.indexes import open_index
from search_api.search import Searcher
from search_api.searching.confidence import MOST_SHARE
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

OPENING = 140
"""Most characters of a document's first sentence that are asked."""

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Part(StrEnum):
    """What of a set is asked."""

    ANSWERED = "queries with an answer in it"
    UNANSWERED = "queries without one"
    PERSIAN = "first sentences of its Persian documents"


@dataclass(frozen=True, slots=True)
class Plan:
    """A collection, named after the set whose documents it holds, and the sets that ask it.

    Single words and pairs of words are never asked of another collection: they may well stand there.
    """

    name: str
    answered: tuple[str, ...]
    unanswered: tuple[tuple[str, Part], ...]

    @property
    def sets(self) -> frozenset[str]:
        """All sets that it takes."""
        return frozenset([self.name, *self.answered, *(name for name, _ in self.unanswered)])


_NAMES, _HEADLINES = "nm1-ntrex-en-fa", "ntrex-headline-en-fa"
_QUESTIONS = ("xquad-en-ar", Part.ANSWERED)
_NEWS = ((_HEADLINES, Part.ANSWERED), (_NAMES, Part.ANSWERED))
_NOT_NEWS = (_QUESTIONS, ("none-ntrex-en-fa", Part.UNANSWERED))
PLANS = (
    Plan("kw1-ntrex-en-fa", ("kw1-ntrex-en-fa", "kw2-ntrex-en-fa", _NAMES, _HEADLINES), _NOT_NEWS),
    Plan("kw1-tico-en-ar", ("kw1-tico-en-ar", "kw2-tico-en-ar"), (*_NEWS, _QUESTIONS)),
    Plan("xquad-en-ar", ("xquad-en-ar",), _NEWS),
    Plan("arcd-ar-ar", ("arcd-ar-ar",), (("xquad-ar-ar", Part.ANSWERED),)),
    Plan("pquad-fa-fa", ("pquad-fa-fa",), (("ntrex-headline-en-pool", Part.PERSIAN),)),
    Plan("ntrex-headline-en-pool", ("ntrex-headline-en-pool", _NAMES), _NOT_NEWS),
)


@dataclass(frozen=True, slots=True, eq=False)
class FirstHits:
    """The first hits in a collection, a row a query.

    Attributes:
        name: of the collection.
        features: what the confidence weighs, in the order of its weights, shape `(queries, 4)`.
        answered: whether the collection answers the query, shape `(queries,)`.
        confidence: what the search says, shape `(queries,)`.
        dropped: how many queries have no row: they cannot be searched, or nothing was found.
    """

    name: str
    features: Values
    answered: Flags
    confidence: Values
    dropped: int


class _Watched(Retrieval):
    """An index that remembers the candidates of the last search."""

    last: Candidates

    def candidates(self, request: RetrievalRequest) -> Candidates:
        """What may answer `request`."""
        self.last = super().candidates(request)
        return self.last


def missing_sets(folder: Path) -> dict[str, list[str]]:
    """The sets that `folder` lacks, by the name of each collection that cannot be asked for want of them."""
    lacking = {
        plan.name: [name for name in sorted(plan.sets) if not (folder / name).is_dir()] for plan in PLANS
    }
    return {name: sets for name, sets in lacking.items() if sets}


def first_hits(folder: Path, queries: int) -> Iterator[FirstHits]:
    """Ask every collection whose sets are in `folder`, with `queries` queries of each of them.

    Raises:
        InvalidEvaluation: less than one query is asked for, or a set is not what it should be.
    """
    if queries < 1:
        raise InvalidEvaluation(f"--queries must be at least 1, not {queries}")
    missing = missing_sets(folder)
    plans = [plan for plan in PLANS if plan.name not in missing]
    if not plans:
        return
    cache = Settings.from_environment(os.environ).cache or default_cache()
    model = locate(None, cache=cache)
    encoder = load_encoder(model, cache=cache)
    sets = {name: read(folder / name) for name in sorted({name for plan in plans for name in plan.sets})}
    for plan in plans:
        generation = open_index(sets[plan.name].corpus, model, encoder, cache, lambda progress: None)
        index = _Watched(generation)
        try:
            yield _ask(plan, sets, queries, index, QueryEncoders.of(encoder, model.prompts.query))
        finally:
            index.close()


def _ask(
    plan: Plan, sets: Mapping[str, EvaluationSet], queries: int, index: _Watched, encoders: QueryEncoders
) -> FirstHits:
    searcher = Searcher(index, encoders)
    parts = [(name, Part.ANSWERED, True) for name in plan.answered]
    parts += [(name, part, False) for name, part in plan.unanswered]
    asked = [(text, answered) for name, part, answered in parts for text in _texts(sets[name], part, queries)]
    rows = [(row, answered) for text, answered in asked if (row := _row(searcher, index, text))]
    if len({answered for _, answered in rows}) < len((True, False)):
        raise InvalidEvaluation(f"{plan.name}: of one kind no query found anything: give more with --queries")
    values = np.array([row for row, _ in rows], np.float64)
    answers = np.array([answered for _, answered in rows], np.bool_)
    return FirstHits(plan.name, values[:, 1:], answers, values[:, 0], len(asked) - len(rows))


def _texts(one: EvaluationSet, part: Part, most: int) -> list[str]:
    """What is asked, evenly spread over the set; all if it has no more than `most`."""
    if part is Part.PERSIAN:
        documents = [document for document in one.corpus if document.language == "fa"]
        texts = [document.text.partition(".")[0][:OPENING] for document in documents]
    else:
        is_answered = part is Part.ANSWERED
        texts = [query.text for query in one.queries if (query.id in one.qrels) is is_answered]
    count = min(most, len(texts))
    return [texts[number * len(texts) // count] for number in range(count)]


def _row(searcher: Searcher, index: _Watched, text: str) -> tuple[float, ...] | None:
    """The confidence of the first hit and what it is made of; None where there is no hit."""
    try:
        hits = searcher.search(parse(text, limit=1, evidence=False)).hits
    except InvalidQuery:
        return None
    if not hits:
        return None
    found = index.last
    place = int(np.searchsorted(found.passages, hits[0].passage.number))
    return (
        hits[0].confidence,
        float(found.dense_z[place]),
        min(float(found.lexical_share[place]), MOST_SHARE),
        float(found.unrelated_passage[place]),
        float(found.unrelated_sentence[place]),
    )
