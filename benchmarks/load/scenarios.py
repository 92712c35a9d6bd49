"""What a server must bear, each measured and held against what is demanded."""

import asyncio
import contextlib
import json
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.load.archive import Archive
from benchmarks.load.asking import Answered, Asked, Connection, a_second, abandon, at_once
from benchmarks.load.hostile import BODIES, QUERIES, odd
from benchmarks.load.served import watching
from benchmarks.measure import percentile
from benchmarks.speed.processes import Server
from indexer.core.limits import DEFAULTS

OK, UNAVAILABLE = 200, 503
CHANGE_EVERY = 30.0
WARM = 0.2
"""Of a steady load's time, after which memory may grow no more."""

MANY = 32
ATTACKERS = 16
LIGHT = 4
HEALTH_MS, DELAY_MS = 250.0, 1000.0
GROWTH, STEADY_SPREAD, OVERLOAD_SPREAD, OVERLOAD = 1.05, 5.0, 3.0, 4.0


@dataclass(frozen=True, slots=True)
class Check:
    """A figure, and the most that it may be."""

    name: str
    value: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether it is no more than that; what is no number never is."""
        return self.value <= self.most


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario came to: what is demanded, and other figures for whoever reads it."""

    name: str
    checks: tuple[Check, ...]
    figures: dict[str, object]


async def steady(
    server: Server, archive: Archive, requests: Iterator[Asked], seconds: float, every: float = CHANGE_EVERY
) -> Outcome:
    """Many ask at once for a long time, while the index changes again and again."""

    async def change() -> None:
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(archive.change)

    async with watching(server) as seen:
        changing = asyncio.create_task(change())
        answered = await at_once(server.port, requests, MANY, seconds)
        changing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await changing
    took = _milliseconds(answered, OK)
    middle, last = statistics.median(took), percentile(took, 0.99)
    checks = (
        Check("failed", sum(one.status != OK for one in answered), 0),
        Check("p99 / p50", last / middle, STEADY_SPREAD),
        Check("memory, grown to", seen.growth(WARM * seconds), GROWTH),
        Check("/healthz p99, ms", percentile(seen.health, 0.99), HEALTH_MS),
    )
    held = [megabytes for _, megabytes in seen.held]
    figures = {
        "a second": len(took) / seconds,
        "p50, ms": middle,
        "p99, ms": last,
        "slowest, ms": max(took),
        "MB": [round(megabytes) for megabytes in held[:: max(1, len(held) // 40)]],
    }
    return Outcome("steady", checks, figures)


async def overload(server: Server, requests: Iterator[Asked], seconds: float) -> Outcome:
    """Four times as many requests come as the server answers; what it takes on is answered soon all the same.

    What it sustains is what it answers to as many at once as in a steady load.
    """
    usual = await at_once(server.port, requests, MANY, seconds)
    sustained = len(_milliseconds(usual, OK)) / seconds
    async with watching(server) as seen:
        answered = await a_second(server.port, requests, OVERLOAD * sustained, seconds)
    usually, now = (percentile(_milliseconds(one, OK), 0.99) for one in (usual, answered))
    checks = (
        Check("failed, usually", sum(one.status != OK for one in usual), 0),
        Check(
            "neither answered nor refused", sum(one.status not in {OK, UNAVAILABLE} for one in answered), 0
        ),
        Check("p99 of what is accepted, beside the usual", now / usually, OVERLOAD_SPREAD),
        Check("/healthz p99, ms", percentile(seen.health, 0.99), HEALTH_MS),
    )
    figures: dict[str, object] = {
        "sustained a second": sustained,
        "asked a second": OVERLOAD * sustained,
        "answered a second": len(_milliseconds(answered, OK)) / seconds,
        "p99 usually, ms": usually,
        "p99 of what is accepted, ms": now,
        "p99 of what is refused, ms": percentile(_milliseconds(answered, UNAVAILABLE) or [0.0], 0.99),
        "statuses": _statuses(answered),
    }
    return Outcome("overload", checks, figures)


async def hostile(server: Server, requests: Iterator[Asked], share: float = 1.0) -> Outcome:
    """Hostile queries and bodies, while others ask what is usual.

    Args:
        server: that is asked.
        requests: what others ask.
        share: of the queries and bodies that are sent.
    """
    asked = [Asked.search_json(q=query, limit=100, gloss=True, group="passage") for query in QUERIES]
    asked += [Asked("/v1/search", body) for body in BODIES.values()]
    asked = asked[:: round(1 / share)]
    left = iter(asked)
    found: list[Answered] = []

    async def attack() -> None:
        with contextlib.closing(Connection(server.port)) as connection:
            found.extend([await connection.timed(one) for one in left])

    async with watching(server) as seen:
        usual = asyncio.create_task(at_once(server.port, requests, LIGHT, 3600.0))
        await asyncio.gather(*(attack() for _ in range(ATTACKERS)))
        usual.cancel()
        await asyncio.gather(usual, return_exceptions=True)
    statuses = [answered.status for answered in found]
    clear = sum(400 <= status < 500 or status in {OK, UNAVAILABLE} for status in statuses)
    slowest = max(answered.milliseconds for answered in found)
    checks = (
        Check("neither answered nor clearly refused", len(asked) - clear, 0),
        Check("slowest, ms", slowest, (DEFAULTS.deadline_seconds + 1) * 1000),
        Check("/healthz p99, ms", percentile(seen.health, 0.99), HEALTH_MS),
    )
    took = [answered.milliseconds for answered in found]
    figures: dict[str, object] = {
        "sent": len(asked),
        "statuses": _statuses(found),
        "p50, ms": statistics.median(took),
        "/healthz p50, ms": statistics.median(seen.health),
        "/healthz slowest, ms": max(seen.health),
    }
    return Outcome("hostile", checks, figures)


async def abandoned(server: Server, requests: Iterator[Asked], times: int = 5) -> Outcome:
    """Sixteen worst-case queries, all of whose clients have left; then somebody asks what is usual."""
    connection = Connection(server.port)
    alone, behind = [], []
    for number in range(times):
        alone.append(await connection.timed(next(requests)))
        worst = [Asked.search_json(q=odd(1000 * number + one), limit=100) for one in range(ATTACKERS)]
        await abandon(server.port, worst)
        behind.append(await connection.timed(next(requests)))
    connection.close()
    took, then = ([one.milliseconds for one in some] for some in (alone, behind))
    checks = (
        Check("failed", sum(one.status != OK for one in (*alone, *behind)), 0),
        Check("delayed by, ms", max(then) - statistics.median(took), DELAY_MS),
    )
    return Outcome("abandoned", checks, {"alone, ms": took, "behind, ms": then})


def _milliseconds(answered: list[Answered], status: int) -> list[float]:
    return [one.milliseconds for one in answered if one.status == status]


def _statuses(answered: list[Answered]) -> dict[str, int]:
    return {str(status): count for status, count in sorted(Counter(one.status for one in answered).items())}


def shown(outcome: Outcome) -> str:
    """An outcome for a person: what holds, what does not, and the other figures."""
    lines = [outcome.name]
    for check in outcome.checks:
        word = "holds" if check.holds else "FAILS"
        lines.append(f"  {word}  {check.name}: {check.value:.4g}, at most {check.most:g}")
    for name, value in outcome.figures.items():
        lines.append(f"         {name}: {json.dumps(_brief(value))}")
    return "\n".join(lines)


def _brief(value: object) -> object:
    if isinstance(value, list):
        return [_brief(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
