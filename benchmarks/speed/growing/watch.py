"""Where the time of a search goes, watched from outside: the product has no clocks for it."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import indexer.retrieval.lexical
import indexer.retrieval.retrieval
import indexer.retrieval.similarity
import search_api.search

P = ParamSpec("P")
T = TypeVar("T")

ANALYSIS, NEAREST, WORDS, COMPARING, JOINING, SHOWING = (
    *("analysis, with the vectors of the query and its words", "nearest", "words", "comparing"),
    *("joining and z-scores", "texts and evidence"),
)
REST = "fusion and the rest"

WATCHED: tuple[tuple[Any, str, str], ...] = (
    (search_api.search, "analyse", ANALYSIS),
    (getattr(indexer.retrieval.similarity, "Similarity", None), "nearest", NEAREST),
    (getattr(indexer.retrieval.similarity, "Similarity", None), "compare", COMPARING),
    (getattr(indexer.retrieval.lexical, "LexicalIndex", None), "scores", WORDS),
    (getattr(indexer.retrieval.retrieval, "Retrieval", None), "candidates", JOINING),
    (getattr(search_api.search, "Searcher", None), "_hits", SHOWING),
    (getattr(search_api.search, "Searcher", None), "search", REST),
)
"""Owner and name of each function, and the stage that its own time counts as."""


class Watch:
    """Adds up the time of stages, of each what the stages inside it do not take. For one search at a time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = threading.local()

    def __enter__(self) -> "Watch":
        self._before = [(owner, name, getattr(owner, name, None)) for owner, name, _ in WATCHED]
        for owner, name, stage in WATCHED:
            function = getattr(owner, name, None)
            if function is not None:
                setattr(owner, name, self._timed(function, stage))
        return self

    def __exit__(self, *error: object) -> None:
        for owner, name, function in self._before:
            if function is not None:
                setattr(owner, name, function)

    def _timed(self, function: Callable[P, T], stage: str) -> Callable[P, T]:
        @wraps(function)
        def timed(*arguments: P.args, **named: P.kwargs) -> T:
            outer = getattr(self._inner, "seconds", 0.0)
            self._inner.seconds = 0.0
            began = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                taken = time.perf_counter() - began
                self.seconds[stage] += taken - self._inner.seconds
                self._inner.seconds = outer + taken

        return timed
