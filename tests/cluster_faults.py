"""Processes and nodes of a cluster killed under load: `python -m tests.cluster_faults [--seconds 600]`.

Two shards with two replicas each, then five with one, on a head and two other nodes of this machine. Every
answer is compared with that of one index. With replicas none may be wrong and none may fail; without,
requests may be refused until the process is back, within `--recovery` seconds. Prints what happened; ends
with 1 if it may not.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from clustered import NODE, articles, expected, found, kill, names, small_cluster, wait_until
from making import published
from sharded import require_equal

from indexer.cluster.library import connected
from indexer.commands.output import put
from indexer.core.errors import ShardMissing
from indexer.sharding.index import ShardedIndex
from search_api.searching.outcomes import Result
from search_api.serving.sharded import Shards

ASKING = 2


@dataclass(slots=True)
class Seen:
    """What came of asking: how many answers, which were wrong, refusals, and the longest time of one."""

    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    slowest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, results: list[Result] | Exception, wanted: list[Result]) -> None:
        """Count an answer or what came in its place."""
        with self.lock:
            self.slowest = max(self.slowest, seconds)
            if isinstance(results, ShardMissing):
                self.refused += 1
                return
            self.answers += 1
            try:
                if isinstance(results, Exception):
                    raise results
                for result, right in zip(results, wanted, strict=True):
                    require_equal(result, right)
            except Exception as error:  # noqa: BLE001 (whatever is wrong is told at the end)
                self.wrong.append(f"{type(error).__name__}: {str(error)[:200]}")


def main() -> int:
    """Run both, print what was seen; 0 where all is as it must be."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seconds", type=float, default=600.0, help="of load, for both together")
    options.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    options.add_argument("--recovery", type=float, default=60.0, help="seconds until all answers again")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    chosen = random.Random(asked.seed)
    is_well = True
    with (
        tempfile.TemporaryDirectory() as folder,
        small_cluster(2) as nodes,
        connected(nodes.address) as cluster,
    ):
        layout = published(Path(folder) / "index", articles(60))
        wanted = expected(layout.live())
        for shards, replicas in ((2, 2), (5, 1)):
            index, _ = Shards(cluster, shards, replicas, Path(folder) / "cache").open(layout.live())
            seen, recoveries = load(
                index, wanted, nodes, chosen, asked.seconds / 2, asked.every, asked.recovery
            )
            index.close()
            wait_until(lambda: not names())
            worst = max(recoveries, default=0.0)
            put(
                f"{shards} shards, {replicas} replicas: {len(recoveries)} kills, {seen.answers} answers,"
                f" {len(seen.wrong)} wrong, {seen.refused} refused; slowest {seen.slowest:.1f} s;"
                f" all answers again after {sorted(recoveries)[len(recoveries) // 2]:.1f} s in the median,"
                f" {worst:.1f} s at most"
            )
            is_well &= not seen.wrong and worst < asked.recovery and not (replicas > 1 and seen.refused)
            for one in seen.wrong[:5]:
                put(one)
    return 0 if is_well else 1


def load(
    index: ShardedIndex,
    wanted: list[Result],
    nodes: Any,  # noqa: ANN401
    chosen: random.Random,
    seconds: float,
    every: float,
    patience: float,
) -> tuple[Seen, list[float]]:
    """Ask for so many seconds while something is killed; what was seen, and how long each recovery took."""
    seen, stopped = Seen(), threading.Event()
    until = time.monotonic() + seconds

    def ask() -> None:
        while not stopped.is_set():
            seen.add(*_asked(index), wanted)

    asking = [threading.Thread(target=ask) for _ in range(ASKING)]
    for thread in asking:
        thread.start()
    recoveries = []
    while time.monotonic() < until:
        since = time.monotonic()
        _hurt(nodes, chosen)
        while isinstance(_asked(index)[1], Exception):
            if time.monotonic() - since > patience:
                break
        recoveries.append(time.monotonic() - since)
        time.sleep(max(0.0, min(since + every, until) - time.monotonic()))
    stopped.set()
    for thread in asking:
        thread.join()
    return seen, recoveries


def _asked(index: ShardedIndex) -> tuple[float, list[Result] | Exception]:
    """Seconds, and the answers or what came in their place."""
    since = time.monotonic()
    try:
        results: list[Result] | Exception = found(index)
    except Exception as error:  # noqa: BLE001 (judged by whoever asked)
        results = error
    return time.monotonic() - since, results


def _hurt(nodes: Any, chosen: random.Random) -> None:  # noqa: ANN401
    """Kill a process of a shard, or one time in four a node, in whose place another one comes."""
    if chosen.random() < 0.25:
        nodes.remove_node(chosen.choice(nodes.list_all_nodes()[1:]), allow_graceful=False)
        nodes.add_node(**NODE)
    else:
        kill(chosen.choice(names()))


if __name__ == "__main__":
    sys.exit(main())
