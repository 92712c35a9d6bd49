"""Work that goes on beside other work of the same query, on a core that has nothing to do."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TypeVar

T = TypeVar("T")

LARGE = 262_144
"""With fewer rows than this, looking for the nearest takes some milliseconds, and aside hardly less."""


def is_long(rows: int) -> bool:
    """Whether looking through so many rows takes so long that another thread is worth its price."""
    return rows >= LARGE


@contextmanager
def aside(work: Callable[[], T], *, worthwhile: bool = True) -> Iterator[Callable[[], T]]:
    """Begin `work`, and go on; what is given waits for it, or does it where no thread has begun it.

    Behind the `with` nothing of it goes on, so that what it looks at may be closed.

    Args:
        work: begun at most once.
        worthwhile: whether another thread is asked; else all is done when the result is wanted.
    """
    if not worthwhile:
        yield work
        return
    future = _threads().submit(work)
    try:
        yield lambda: work() if future.cancel() else future.result()
    finally:
        if not future.cancel():
            wait([future])


def together(works: Sequence[Callable[[], T]], *, worthwhile: bool = True) -> list[T]:
    """The results of some works: of the first here, of others by whoever comes to them first."""
    if len(works) < 2 or not worthwhile:
        return [work() for work in works]
    with ExitStack() as begun:
        others = [begun.enter_context(aside(work)) for work in works[1:]]
        first = works[0]()
        return [first, *reversed([other() for other in reversed(others)])]


@cache
def _threads() -> ThreadPoolExecutor:
    """A thread for each core but that of whoever asks; more would only take turns."""
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="aside")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)
