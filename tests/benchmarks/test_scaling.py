"""What so many passages take: the arithmetic, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.speed.scaling import MEASURED, Measured, Node, plan, simulated

PLAIN = Measured(small_ms=10.0, small=10_000, large=110_000, large_ms=110.0, ingress_ms=40.0, rounds=4)
"""A thousandth of a millisecond a passage, nothing besides, on two cores."""

STEADY = replace(PLAIN, p50_ms=1.0, p95_ms=1.0)
"""The same, every time."""


def test_a_shard_costs_with_its_passages_and_less_with_more_cores() -> None:
    assert pytest.approx(0.001) == PLAIN.ms_a_passage
    assert PLAIN.shard_ms(200_000, 2) == pytest.approx(1 + 200)
    assert PLAIN.shard_ms(200_000, 8) == pytest.approx(1 + 50)


def test_shards_are_as_many_as_time_or_memory_asks_for() -> None:
    by_time = plan(1_000_000, 250.0, 1.0, Node(2, 1e15), STEADY)
    assert by_time.shards == 6  # after 1, 2, 3, 4, 5: 1 + 1,000 / 6 + 40 + 4 * 2.5 ms
    assert by_time.p50_ms == pytest.approx(1 + 1000 / 6 + 50)
    by_memory = plan(1_000_000, 1e9, 1.0, Node(2, 2.3e9), PLAIN)
    assert by_memory.shards == 4  # twice half of 9.2 GB over 2.3 GB
    assert by_memory.disk == pytest.approx(9.2e9)
    assert by_memory.embedding == pytest.approx(1_000_000 / 8.5 / 86_400)


def test_replicas_bear_the_searches_and_are_two_at_least() -> None:
    busy = plan(1_000_000, 250.0, 40.0, Node(2, 1e15), STEADY)
    own = STEADY.shard_ms(1_000_000 / 6, 2)
    assert busy.replicas == int(np.ceil(40 * own / 1000)) == 7
    assert busy.searches == pytest.approx(7000 / own)
    assert plan(1000, 250.0, 0.1, Node(2, 1e15), STEADY).replicas == 2


def test_the_slowest_of_many_is_slower_than_one_and_a_hedge_bounds_it() -> None:
    one, many = simulated(1, 100.0, MEASURED), simulated(50, 100.0, MEASURED)
    assert np.median(one) == pytest.approx(100 + MEASURED.ingress_ms + 15, rel=0.02)
    assert np.median(many) > np.percentile(one, 95)
    wild = Measured(p50_ms=100.0, p95_ms=1000.0)
    unbounded, bounded = (simulated(1, 100.0, wild, hedge_ms=hedge) for hedge in (1e9, 300.0))
    assert np.percentile(bounded, 99) < np.percentile(unbounded, 99) / 1.5
    assert np.median(bounded) == pytest.approx(np.median(unbounded))
