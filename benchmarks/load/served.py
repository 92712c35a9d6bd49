"""A server in a process of its own, and what is watched while it bears a load: its health and its memory."""

import asyncio
import contextlib
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load.asking import Asked, Connection
from benchmarks.speed.processes import Command, Server, free_port, memory, serving
from benchmarks.speed.texts import ROOT

HEALTH = Asked("/healthz")
EVERY = 0.05
"""Seconds between two questions for its health."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a server.

    Attributes:
        health: milliseconds of each answer of `/healthz`; infinite where it was not 200.
        held: seconds since it was watched, and the megabytes that it held of its own then.
    """

    health: list[float] = field(default_factory=list)
    held: list[tuple[float, float]] = field(default_factory=list)

    def growth(self, warm: float) -> float:
        """The most that was held after `warm` seconds, beside the most before: 1.05 is a twentieth more."""
        before = [megabytes for second, megabytes in self.held if second <= warm]
        after = [megabytes for second, megabytes in self.held if second > warm]
        return max(after) / max(before)


@contextmanager
def server(index: Path, **settings: object) -> Iterator[Server]:
    """`hudhud serve` over an index, with its usual limits but for `settings`."""
    port = free_port()
    own = {f"HUDHUD_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUDHUD_")} | own
    if cache := os.environ.get("HUDHUD_CACHE"):
        environment["HUDHUD_CACHE"] = cache
    arguments = (sys.executable, "-m", "search_api", "serve", "--index", str(index), "--port", str(port))
    with serving(Command(arguments, environment, ROOT), port, "/readyz") as started:
        yield started


@contextlib.asynccontextmanager
async def watching(server: Server) -> AsyncIterator[Watched]:
    """Watch a server as long as this context."""
    seen = Watched()
    tasks = [asyncio.create_task(_health(server, seen)), asyncio.create_task(_memory(server, seen))]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _health(server: Server, seen: Watched) -> None:
    with contextlib.closing(Connection(server.port)) as connection:
        while True:
            answered = await connection.timed(HEALTH)
            seen.health.append(answered.milliseconds if answered.status == 200 else math.inf)
            await asyncio.sleep(EVERY)


async def _memory(server: Server, seen: Watched) -> None:
    started = time.perf_counter()
    while True:
        seen.held.append((time.perf_counter() - started, memory(server.pid).anonymous))
        await asyncio.sleep(0.5)
