"""What a search costs through shards on Ray, against the same index in this process: in turn, in one run.

    python benchmarks/speed/cluster_speed.py --index INDEX [--queries FILE] [--shards 1 2 4] [--rounds 5]

INDEX is any index; FILE has a query a line, else some are asked that most archives of news answer. Prints the
median of single searches and their ratio; searches a second of eight threads; the processor time of one
search then, of this process and of all that it started, Ray's own included; and of how many queries the first
ten hits are the same. All processes share the cores of
this machine, so more shards show what messages cost, and not what more machines give. Where other work runs
beside it, processor time tells more than the clock.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from indexer.cluster.library import LOCAL, connected
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.opening import Opener
from search_api.serving.sharded import Shards

QUERIES = (
    *("earthquake victims", "nuclear plant lost external power", "wheat prices in Egypt", "football match"),
    *("باران شدید و سیل", "انتخابات ریاست جمهوری", "محادثات وقف إطلاق النار", "ارتفاع أسعار النفط"),
)
THREADS = 8
TIMES = 4
"""How often each query is asked by several threads in a round."""

FIRST = 10

_OF_STAT = (1, 11, 12)
"""Parent, user time and system time, as they stand behind the name in /proc/PID/stat: see proc(5)."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--queries", type=Path)
    options.add_argument("--shards", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    queries = asked.queries.read_text(encoding="utf-8").splitlines() if asked.queries else [*QUERIES]
    folder = Layout(asked.index).live()
    with ExitStack() as stack:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(connected(LOCAL))
        searchers = {"in this process": Opener(None, None).open(folder, warm=True)}
        for shards in asked.shards:
            opened = Shards(cluster, shards, 1, cache).open
            searchers[f"{shards} on Ray"] = Opener(None, None, opened=opened).open(folder, warm=True)
        for searcher in searchers.values():
            stack.callback(searcher.close)
        _show(searchers, queries, asked.rounds)


def _show(searchers: dict[str, Searcher], queries: Sequence[str], rounds: int) -> None:
    singles: dict[str, list[float]] = defaultdict(list)
    together: dict[str, list[float]] = defaultdict(list)
    busy: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for text in queries:
            for name, searcher in searchers.items():
                singles[name].append(_seconds(partial(searcher.search, parse(text))))
        for name, searcher in searchers.items():
            before = processor_seconds()
            together[name].append(TIMES * len(queries) / _seconds(partial(_all, searcher, queries)))
            busy[name].append((processor_seconds() - before) / (TIMES * len(queries)))
    base = statistics.median(next(iter(singles.values()))[len(queries) :])
    same = _same(searchers, queries)
    print(f"{'':>16} {'p50 ms':>8} {'ratio':>6} {'a second':>9} {'cpu ms':>7} {'same':>7}")
    for name, seconds in singles.items():
        p50 = statistics.median(seconds[len(queries) :])
        print(
            f"{name:>16} {1000 * p50:>8.1f} {p50 / base:>6.2f} {statistics.median(together[name]):>9.1f}"
            f" {1000 * statistics.median(busy[name]):>7.1f} {same[name]:>7.1%}"
        )


def _same(searchers: dict[str, Searcher], queries: Sequence[str]) -> dict[str, float]:
    """The share of queries whose first hits are those of the first searcher, by name."""
    first: list[list[list[tuple[str, int]]]] = []
    for searcher in searchers.values():
        hits = (searcher.search(parse(text)).hits[:FIRST] for text in queries)
        first.append([[(hit.article.id, hit.passage.number) for hit in of_query] for of_query in hits])
    shares = (sum(map(list.__eq__, one, first[0])) / len(queries) for one in first)
    return dict(zip(searchers, shares, strict=True))


def processor_seconds() -> float:
    """Processor time of this process and of all that it started and that still run."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                values = (one / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            except OSError:
                continue
            parent, user, system = (int(values[place]) for place in _OF_STAT)
            parents[int(one.name)], spent[int(one.name)] = parent, user + system
    own, new = set[int](), {os.getpid()}
    while new:
        own |= new
        new = {pid for pid, parent in parents.items() if parent in new}
    return sum(spent[pid] for pid in own) / os.sysconf("SC_CLK_TCK")


def _all(searcher: Searcher, queries: Sequence[str]) -> None:
    """Every query several times, by several threads."""
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda text: searcher.search(parse(text)), [*queries] * TIMES))


def _seconds(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


if __name__ == "__main__":
    main()
