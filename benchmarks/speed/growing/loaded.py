"""A server over a made-up archive under load while its index changes: what fails, how long answers take."""

import asyncio
import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.load.asking import Answered, Asked, at_once
from benchmarks.load.served import Watched, server, watching
from benchmarks.measure import percentile
from benchmarks.speed.growing import asked
from benchmarks.speed.processes import Server

MANY = 8
OK = 200
WARM = 0.2
"""Of the time, after which memory may grow no more."""


def measured(
    index: Path, sets: Sequence[str], night: Callable[[], dict[str, Any]], seconds: float
) -> dict[str, Any]:
    """Ask a server for some `seconds`, eight at once, while `night` brings its index up to date.

    Args:
        index: what is served.
        sets: whose queries are asked beside those of every archive.
        night: makes another generation; what it gives is told too.
        seconds: how long; longer where the night takes longer.
    """
    requests = itertools.cycle([Asked.search(text) for text in asked.queries(sets)])
    with server(index) as started:
        answered, seen, made = asyncio.run(_both(started, requests, night, seconds))
    took = [one.milliseconds for one in answered if one.status == OK]
    return {
        "seconds": seconds,
        "answered": len(took),
        "failed": len(answered) - len(took),
        "statuses": dict(Counter(str(one.status) for one in answered)),
        "p50": statistics.median(took),
        "p99": percentile(took, 0.99),
        "slowest": max(took),
        "health p99": percentile(seen.health, 0.99),
        "memory": [round(megabytes) for _, megabytes in seen.held[:: max(1, len(seen.held) // 20)]],
        "grown to": seen.growth(WARM * seconds),
        "night": made,
    }


async def _both(
    started: Server, requests: Iterator[Asked], night: Callable[[], dict[str, Any]], seconds: float
) -> tuple[list[Answered], Watched, dict[str, Any]]:
    async with watching(started) as seen:
        changing = asyncio.create_task(asyncio.to_thread(night))
        answered = await at_once(started.port, requests, MANY, seconds)
        while not changing.done():
            answered += await at_once(started.port, requests, MANY, 10.0)
        return answered, seen, await changing
