"""The load that a server must bear, in a short form: nothing fails, and what is refused is refused clearly.

How soon it answers is for a quiet machine to say: `make load`.
"""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.load.archive import Archive, archive, searches
from benchmarks.load.asking import NO_ANSWER, Asked, Connection, a_second, abandon, at_once
from benchmarks.load.hostile import BODIES, QUERIES
from benchmarks.load.scenarios import Check, Outcome, abandoned, hostile, overload, shown, steady
from benchmarks.load.served import Watched, server, watching
from benchmarks.speed.processes import Server, free_port
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest


@pytest.fixture(scope="module")
def held(seed_index: Path) -> Iterator[Archive]:
    with archive(seed_index) as made:
        yield made


@pytest.fixture(scope="module")
def running(held: Archive) -> Iterator[Server]:
    with server(held.folder, cache_mb=32) as started:
        yield started


@pytest.fixture
def requests() -> Iterator[Asked]:
    return searches([])


def value(outcome: Outcome, name: str) -> float:
    [check] = [check for check in outcome.checks if check.name == name]
    return check.value


def test_the_archive_has_two_generations_and_is_a_copy(held: Archive, seed_index: Path) -> None:
    names = [folder.name for folder in held.layout.published()]
    sizes = [Manifest.read(held.layout.generations / name / MANIFEST).articles for name in names]
    assert sizes == [5, 6]
    live = held.layout.live().name
    assert {live, held.change(), held.change()} == set(names)
    assert held.layout.live().name == live
    assert len(Layout(seed_index).published()) == 1


def test_no_search_is_asked_twice(requests: Iterator[Asked]) -> None:
    asked = [next(requests) for _ in range(3000)]
    assert len(set(asked)) > 2900
    assert all(one.target.startswith("/v1/search?limit=10&q=") for one in asked)


def test_there_are_enough_hostile_queries_and_bodies() -> None:
    assert len(set(QUERIES)) == 300
    assert len(BODIES) >= 100


def test_nothing_fails_while_the_index_changes(
    running: Server, held: Archive, requests: Iterator[Asked]
) -> None:
    outcome = asyncio.run(steady(running, held, requests, 6.0, every=1.5))
    assert value(outcome, "failed") == 0
    assert value(outcome, "memory, grown to") < 3
    assert value(outcome, "p99 / p50") >= 1


def test_overload_is_refused_and_nothing_else_goes_wrong(running: Server, requests: Iterator[Asked]) -> None:
    outcome = asyncio.run(overload(running, requests, 4.0))
    assert value(outcome, "failed, usually") == 0
    assert value(outcome, "neither answered nor refused") == 0
    statuses = outcome.figures["statuses"]
    assert isinstance(statuses, dict)
    assert set(statuses) <= {"200", "503"}


def test_hostile_requests_end_clearly_and_in_time(running: Server, requests: Iterator[Asked]) -> None:
    outcome = asyncio.run(hostile(running, requests, share=0.1))
    assert value(outcome, "neither answered nor clearly refused") == 0
    assert value(outcome, "slowest, ms") < 30_000
    assert outcome.figures["sent"] == len([*QUERIES, *BODIES][::10])


def test_searches_whose_clients_left_fail_nobody(running: Server, requests: Iterator[Asked]) -> None:
    assert value(asyncio.run(abandoned(running, requests, times=1)), "failed") == 0


def test_requests_come_at_the_rate_that_was_asked_for(running: Server) -> None:
    answered = asyncio.run(a_second(running.port, iter([Asked("/healthz")] * 100), 50.0, 1.0))
    assert [one.status for one in answered] == [200] * 50
    answered = asyncio.run(at_once(running.port, iter([Asked("/nowhere")] * 10_000), 3, 0.2))
    assert {one.status for one in answered} == {404}
    asyncio.run(abandon(running.port, [Asked.search("war")] * 3))


def test_a_server_that_is_not_there_gives_no_answer() -> None:
    connection = Connection(free_port())
    assert asyncio.run(connection.ask(Asked("/healthz"))) == NO_ANSWER


def test_its_health_and_memory_are_watched(running: Server) -> None:
    async def look() -> Watched:
        async with watching(running) as seen:
            await asyncio.sleep(0.5)
        return seen

    seen = asyncio.run(look())
    assert len(seen.health) >= 2
    assert all(0 < took < math.inf for took in seen.health)
    assert 50 < seen.held[0][1] < 2000
    assert Watched(held=[(0.0, 100.0), (1.0, 120.0), (2.0, 150.0), (3.0, 90.0)]).growth(1.0) == 150 / 120


def test_a_check_holds_up_to_its_bound_and_never_without_a_number() -> None:
    check = Check("failed", 0, 0)
    assert check.holds
    assert not replace(check, value=1).holds
    assert not replace(check, value=math.nan).holds
    told = shown(Outcome("steady", (check, replace(check, value=2)), {"p50, ms": 12.3456}))
    assert told.splitlines() == [
        "steady",
        "  holds  failed: 0, at most 0",
        "  FAILS  failed: 2, at most 0",
        "         p50, ms: 12.35",
    ]
