"""Searching a made-up archive: how long it takes, where the time goes, what an approximate engine misses."""

import datetime
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import percentile
from benchmarks.speed.growing import archive, asked, exact
from benchmarks.speed.growing.watch import Watch
from benchmarks.speed.processes import memory
from indexer.core.limits import Limits
from indexer.generation.generation import open_live
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.retrieval.retrieval import Retrieval
from indexer.text import orthography
from search_api.search import Searcher
from search_api.searching.query import Query, parse
from search_api.searching.query_encoder import QueryEncoders
from search_api.serving.opening import WARMING

AT_ONCE = 16
ONE_DAY = archive.FIRST_DAY + datetime.timedelta(archive.DAYS // 2)
_TIMES_AT_ONCE = 3
"""How often each query is asked while sixteen are asked at once."""


def measured(index: Path, sets: Sequence[str]) -> dict[str, Any]:
    """Open an index as a server does and search it: milliseconds, and memory in MB."""
    texts = asked.queries(sets)
    encoders = _encoders()
    before = memory(os.getpid())
    began = time.perf_counter()
    searcher = Searcher(Retrieval(open_live(index)), encoders)
    opening = time.perf_counter() - began
    opened = memory(os.getpid())
    for text in WARMING:
        searcher.search(parse(text))
    queries = [parse(text) for text in texts]
    stages: dict[str, dict[str, float]] = {}
    found: dict[str, Any] = {"queries": len(texts), "opening": opening, "stages": stages}
    for name in ("new words", "remembered"):
        with Watch() as watch:
            found[name] = _percentiles(_asked(searcher, queries))
        stages[name] = {stage: 1000 * taken / len(queries) for stage, taken in watch.seconds.items()}
    filters: dict[str, dict[str, Any]] = {
        "one day": {"since": ONE_DAY, "until": ONE_DAY},
        "one language": {"languages": ["fa"]},
    }
    for name, wanted in filters.items():
        found[name] = _percentiles(_asked(searcher, [parse(text, **wanted) for text in texts]))
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as readers, ThreadPoolExecutor(Limits().searches_at_once) as turns:
        several = list(readers.map(partial(_in_turn, turns, searcher), queries * _TIMES_AT_ONCE))
    found["sixteen at once"] = _percentiles(several)
    found["searches a second"] = len(several) / (time.perf_counter() - began)
    after = memory(os.getpid())
    found["memory"] = {
        "anonymous without index": before.anonymous,
        "anonymous opened": opened.anonymous,
        "anonymous": after.anonymous,
        "mapped": after.resident - after.anonymous,
    }
    searcher.close()
    return found


def compared(index: Path, sets: Sequence[str]) -> dict[str, Any]:
    """What the engine finds beside an exact scan: recall, and whether the first ten are the same."""
    queries = [parse(text) for text in asked.queries(sets)]
    searcher = Searcher(Retrieval(open_live(index)), _encoders())
    try:
        return exact.compared(searcher, queries)
    finally:
        searcher.close()


def _encoders() -> QueryEncoders:
    model = locate(None)
    encoder = load_encoder(model)
    orthography.prepare(lambda line: None)
    return QueryEncoders.of(encoder, model.prompts.query)


def _asked(searcher: Searcher, queries: Sequence[Query]) -> list[float]:
    return [milliseconds(searcher, query) for query in queries]


def milliseconds(searcher: Searcher, query: Query) -> float:
    """How long a search takes."""
    began = time.perf_counter()
    searcher.search(query)
    return 1000 * (time.perf_counter() - began)


def _in_turn(turns: ThreadPoolExecutor, searcher: Searcher, query: Query) -> float:
    """How long a search takes that waits until not too many others are at work, as in a server."""
    began = time.perf_counter()
    turns.submit(searcher.search, query).result()
    return 1000 * (time.perf_counter() - began)


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50": statistics.median(times), "p95": percentile(times, 0.95)}
