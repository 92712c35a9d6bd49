"""What a search costs through shards on Ray, against the same index in this process: in turn, in one run.

    python benchmarks/speed/cluster_speed.py --index INDEX [--queries FILE] [--shards 1 2 4] [--rounds 5]

INDEX is any index; FILE has a query a line, else some are asked that most archives of news answer. Prints the
median of single searches and their ratio, and searches a second of eight threads. All processes share the
cores of this machine, so more shards show what messages cost, and not what more machines give.
"""

import argparse
import statistics
import tempfile
import time
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
    singles: dict[str, list[float]] = {name: [] for name in searchers}
    together: dict[str, list[float]] = {name: [] for name in searchers}
    for _ in range(rounds):
        for text in queries:
            for name, searcher in searchers.items():
                singles[name].append(_seconds(partial(searcher.search, parse(text))))
        for name, searcher in searchers.items():
            together[name].append(4 * len(queries) / _seconds(partial(_all, searcher, queries)))
    base = statistics.median(next(iter(singles.values()))[len(queries) :])
    print(f"{'':>16} {'p50 ms':>8} {'ratio':>6} {'a second':>9}")
    for name, seconds in singles.items():
        p50 = statistics.median(seconds[len(queries) :])
        print(f"{name:>16} {1000 * p50:>8.1f} {p50 / base:>6.2f} {statistics.median(together[name]):>9.1f}")


def _all(searcher: Searcher, queries: Sequence[str]) -> None:
    """Every query four times, by several threads."""
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda text: searcher.search(parse(text)), [*queries] * 4))


def _seconds(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


if __name__ == "__main__":
    main()
