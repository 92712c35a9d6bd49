"""What so many passages take on so many machines: reckoned from what one machine was measured to take.

    python benchmarks/speed/scaling.py [--passages N...] [--seconds S] [--searches Q] [--cores C]
                                       [--memory GB]

Arithmetic, and a simulation of the slowest of many shards. Inputs are `MEASURED`, from docs/performance.md
(growth: 10,705 and 993,742 passages on two cores, words that were not asked before, pages in memory). What it
assumes, and where it stops being true:

- a shard's part of a search costs in proportion to its passages. All codes are looked through up to four
  million rows of a language, and most of them beyond, so that it is nearly so;
- the time of a shard varies as a log-normal with the measured median and 95th percentile, each shard by
  itself. Shards that share a disk or a switch are slow together;
- memory holds all files that a search may touch: a shard that reads from disk is slower by an order;
- a generation is derived on one machine, whose rows are counted in 32 bits: up to 4.2 billion sentences,
  some 900 million passages, and in practice as many as its memory maps in the nightly window.
"""

import argparse
import math
from dataclasses import dataclass

import numpy as np

SENTENCES = 4.5
"""A passage."""

SIMULATED = 20_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one machine of `cores` was measured to take.

    Attributes:
        small, large: two sizes, in passages.
        small_ms, large_ms: a shard's part of a search there in the mean: nearest, words, comparing, joining.
        ingress_ms: the rest of a search: encoding, analysis, texts, evidence.
        p50_ms, p95_ms: of whole searches at the larger size, for how times vary.
        rounds: messages to shards and back, one after another, in a search.
        message_ms: of each.
        bytes_a_passage: on disk.
        touched: share of these that a search may touch.
        passages_a_second: embedded.
    """

    cores: int = 2
    small: int = 10_705
    small_ms: float = 11.3
    large: int = 993_742
    large_ms: float = 94.8
    ingress_ms: float = 29.2
    p50_ms: float = 93.8
    p95_ms: float = 256.7
    rounds: int = 6
    message_ms: float = 2.5
    bytes_a_passage: float = 9_200.0
    touched: float = 0.5
    passages_a_second: float = 8.5

    @property
    def ms_a_passage(self) -> float:
        """Of a shard's part, on all `cores`."""
        return (self.large_ms - self.small_ms) / (self.large - self.small)

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm of a search's time."""
        return math.log(self.p95_ms / self.p50_ms) / 1.645

    def shard_ms(self, passages: float, cores: float) -> float:
        """A shard's part of a search, in the median, with so many cores of its own."""
        fixed = self.small_ms - self.ms_a_passage * self.small
        return max(fixed, 1.0) + self.ms_a_passage * passages * self.cores / cores


MEASURED = Measured()


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a cluster."""

    cores: int
    memory: float
    """Bytes, twice what its shards touch: a change of generation has both."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What so many passages take.

    Attributes:
        shards, replicas: how many; a node has one shard, of a replica.
        p50_ms, p99_ms: of whole searches, one at a time.
        searches: a second that all nodes bear.
        disk: bytes of the index, once.
        embedding: days on one node; so many nodes take so many times less.
    """

    passages: int
    shards: int
    replicas: int
    p50_ms: float
    p99_ms: float
    searches: float
    disk: float
    embedding: float

    @property
    def nodes(self) -> int:
        """How many."""
        return self.shards * self.replicas


def plan(passages: int, ms: float, searches: float, node: Node, measured: Measured = MEASURED) -> Plan:
    """A small cluster for so many passages: shards are added until a search is quick enough.

    Args:
        passages: of the archive.
        ms: that a search may take in the median.
        searches: a second.
        node: each of its machines.
        measured: what one machine takes.
    """
    by_memory = passages * measured.bytes_a_passage * measured.touched * 2 / node.memory
    shards = max(1, math.ceil(by_memory))
    while True:
        own = measured.shard_ms(passages / shards, node.cores)
        p50, p99 = np.percentile(simulated(shards, own, measured), [50, 99]).tolist()
        if p50 <= ms or passages / shards < measured.small:
            break
        shards += math.ceil(shards / 10)
    replicas = max(2, math.ceil(searches * own / 1000))
    return Plan(
        passages,
        shards,
        replicas,
        p50,
        p99,
        replicas * 1000 / own,
        passages * measured.bytes_a_passage,
        passages / (measured.passages_a_second * node.cores / measured.cores) / 86_400,
    )


def simulated(
    shards: int, own_ms: float, measured: Measured = MEASURED, hedge_ms: float = 1000.0, seed: int = 1
) -> np.ndarray:
    """Times of some searches: of the slowest of all shards, each asked again elsewhere after `hedge_ms`."""
    random = np.random.default_rng(seed)
    slowest = np.zeros(SIMULATED)
    for _ in range(shards):
        first, second = own_ms * np.exp(measured.spread * random.standard_normal((2, SIMULATED)))
        slowest = np.maximum(slowest, np.minimum(first, np.maximum(hedge_ms, own_ms) + second))
    return np.asarray(slowest + measured.ingress_ms + measured.rounds * measured.message_ms)


def main() -> None:
    """Print a line for each size."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--passages", type=float, nargs="+", default=[1e6, 1e7, 1e8, 1e9])
    options.add_argument("--seconds", type=float, default=0.5, help="that a search may take in the median")
    options.add_argument("--searches", type=float, default=10.0, help="a second")
    options.add_argument("--cores", type=int, default=16, help="of a node")
    options.add_argument("--memory", type=float, default=128.0, help="of a node, in GB")
    asked = options.parse_args()
    node = Node(asked.cores, asked.memory * 1e9)
    print(f"nodes of {node.cores} cores and {asked.memory:g} GB; {MEASURED}")
    print(f"{'passages':>14} {'shards':>7} {'nodes':>7} {'p50 ms':>7} {'p99 ms':>7} {'a second':>9}", end="")
    print(f" {'disk GB':>9} {'embedding, days':>16}")
    for passages in asked.passages:
        one = plan(int(passages), 1000 * asked.seconds, asked.searches, node)
        print(
            f"{one.passages:>14,} {one.shards:>7,} {one.nodes:>7,} {one.p50_ms:>7,.0f} {one.p99_ms:>7,.0f}"
            f" {one.searches:>9,.1f} {one.disk / 1e9:>9,.0f} {one.embedding:>16,.1f}"
        )


if __name__ == "__main__":
    main()
