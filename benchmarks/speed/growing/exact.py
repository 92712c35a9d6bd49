"""What is nearest by an exact scan of all vectors, beside what an engine finds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Engine
from indexer.core.ranges import owners_of
from indexer.core.records import Numbers, Scores, Vectors
from search_api.search import Searcher
from search_api.searching.query import Query

NEAREST = 100
KEPT = 1000
"""Of each query and language: as deep as searches ask for, and more."""

TOLERANCE = 1e-4
"""Cosines that differ by less are equal: vectors are kept in float16."""

FIRST = 10
_BLOCK = 65_536

_Best = tuple[Scores, Numbers]
_Nearest = Callable[..., Any]
"""What `Similarity.nearest` gives differs between versions, which are compared."""


class _Similarity(Protocol):
    def nearest(self, vector: Vectors, depth: int, among: Numbers | None, **named: object) -> Any: ...  # noqa: ANN401


class _Index(Protocol):
    def __len__(self) -> int: ...
    def search(self, vector: Vectors, limit: int) -> tuple[Scores, Numbers]: ...
    def vectors(self, numbers: Numbers) -> Vectors: ...


def compared(searcher: Searcher, queries: Sequence[Query]) -> dict[str, Any]:
    """Recall of the engine's nearest, and how many queries have the same first ten with exact nearest.

    What an engine does not let be asked is left out.
    """
    similarity = getattr(searcher.index, "similarity", None)
    engine = getattr(searcher.index, "_engine", None)
    if similarity is None or engine is None or not hasattr(similarity, "nearest"):
        return {}
    vectors = _seen_vectors(similarity, searcher, queries)
    oracle = _Oracle(engine, np.stack(vectors), similarity.nearest)
    found: dict[str, Any] = {
        "recall of passages": _recall(engine.passage_vectors, vectors, oracle.passages),
        "recall of sentences": _recall(engine.sentence_vectors, vectors, oracle.sentences),
    }
    as_it_is = [_first(searcher, query) for query in queries]
    as_found = similarity.nearest
    similarity.nearest = oracle.nearest
    try:
        exactly = [_first(searcher, query) for query in queries]
    finally:
        similarity.nearest = as_found
    same = [one == other for one, other in zip(as_it_is, exactly, strict=True)]
    return found | {"first ten the same": sum(same) / len(same), "queries": len(queries)}


def _first(searcher: Searcher, query: Query) -> list[tuple[str, int]]:
    return [(hit.article.id, hit.passage.number) for hit in searcher.search(query).hits[:FIRST]]


def _seen_vectors(similarity: _Similarity, searcher: Searcher, queries: Sequence[Query]) -> list[Vectors]:
    """The vector of each query, as it is given to the engine."""
    seen: list[Vectors] = []
    as_found = similarity.nearest

    def nearest(vector: Vectors, depth: int, among: Numbers | None, **named: object) -> Any:  # noqa: ANN401
        seen.append(vector)
        return as_found(vector, depth, among, **named)

    vectors = []
    similarity.nearest = nearest  # type: ignore[method-assign]
    try:
        for query in queries:
            seen.clear()
            searcher.search(query)
            vectors.append(seen[0])
    finally:
        similarity.nearest = as_found  # type: ignore[method-assign]
    return vectors


class _Oracle:
    """The nearest of some queries, found by comparing each with everything."""

    def __init__(self, engine: Engine, vectors: Vectors, otherwise: _Nearest) -> None:
        columns = engine.columns
        self._otherwise = otherwise
        self._first = columns.first_sentences
        codes = np.asarray(columns.codes)
        owners = np.repeat(np.arange(len(codes)), np.diff(self._first))
        self._places = {vector.tobytes(): place for place, vector in enumerate(vectors)}
        self._groups = range(len(columns.groups))
        self.passages = _scanned(engine.passage_vectors, codes, vectors, self._groups)
        self.sentences = _scanned(engine.sentence_vectors, codes[owners], vectors, self._groups)

    def nearest(self, vector: Vectors, depth: int, among: Numbers | None, **named: object) -> Any:  # noqa: ANN401
        """As `Similarity.nearest` answers; of some passages, and of very many, as the engine does."""
        as_it_is = self._otherwise(vector, depth, among, **named)
        if among is not None or depth > KEPT:
            return as_it_is
        place = self._places[vector.tobytes()]
        found = []
        for group in self._groups:
            found.append(self.passages[place][group][1][:depth])
            found.append(owners_of(self._first, self.sentences[place][group][1][:depth]))
        passages = np.unique(np.concatenate(found))
        return replace(as_it_is, passages=passages) if hasattr(as_it_is, "passages") else passages


def _scanned(
    index: _Index, codes: NDArray[np.uint8], vectors: Vectors, groups: Sequence[int]
) -> list[Mapping[int, _Best]]:
    """Of each query and language the nearest of an index, best first."""
    best: list[dict[int, _Best]] = [
        {group: (np.empty(0, np.float32), np.empty(0, np.int64)) for group in groups} for _ in vectors
    ]
    for start in range(0, len(index), _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, len(index)))
        cosines = vectors @ index.vectors(numbers).T
        for group in groups:
            own = np.flatnonzero(codes[numbers] == group)
            for place, of_query in enumerate(cosines[:, own]):
                best[place][group] = _kept(best[place][group], of_query, numbers[own])
    return list(best)


def _kept(before: _Best, scores: Scores, numbers: Numbers) -> _Best:
    if len(scores) > KEPT:
        few = np.argpartition(-scores, KEPT)[:KEPT]
        scores, numbers = scores[few], numbers[few]
    joined, named = np.concatenate([before[0], scores]), np.concatenate([before[1], numbers])
    order = np.lexsort((named, -joined))[:KEPT]
    return joined[order], named[order]


def _recall(index: _Index, vectors: Sequence[Vectors], wanted: Sequence[Mapping[int, _Best]]) -> float:
    """The mean share of the exact 100 nearest of all languages together that the index finds."""
    shares = []
    for vector, groups in zip(vectors, wanted, strict=True):
        scores = np.sort(np.concatenate([scores for scores, _ in groups.values()]))[::-1][:NEAREST]
        numbers = index.search(vector, NEAREST)[1]
        cosines = index.vectors(numbers) @ vector
        shares.append(min(1.0, np.count_nonzero(cosines >= scores[-1] - TOLERANCE) / len(scores)))
    return float(np.mean(shares))
