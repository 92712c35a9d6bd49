"""The stages of answering a search, for whoever wants to know how long each takes.

A function marked with `stage` tells whoever watches the thread that it runs on; where nobody does, it costs
a look.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

NAMES = ("waiting", "reading", "analysis", "candidates", "facets", "reranking", "hits", "writing")
"""All stages, in the order in which they come; none lies within another."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A stage that is over.

    Attributes:
        name: one of `NAMES`.
        began: nanoseconds since 1970.
        seconds: that it took.
    """

    name: str
    began: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Begun:
    """A stage that goes on.

    Attributes:
        name: one of `NAMES`.
        began: nanoseconds since 1970.
        started: seconds of the clock that only goes on.
    """

    name: str
    began: int = field(default_factory=time.time_ns)
    started: float = field(default_factory=time.perf_counter)

    def over(self) -> Timed:
        """It is over now."""
        return Timed(self.name, self.began, time.perf_counter() - self.started)


Watch = Callable[[Timed], None]

_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextlib.contextmanager
def watched(watch: Watch | None) -> Iterator[None]:
    """Tell `watch` of every stage on this thread while the context lasts."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextlib.contextmanager
def timed(name: str) -> Iterator[None]:
    """What happens in this context is a stage."""
    watch = _watch.get()
    if watch is None:
        yield
        return
    begun = Begun(name)
    try:
        yield
    finally:
        watch(begun.over())


def stage(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a function as the stage of this name."""

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            if _watch.get() is None:
                return function(*args, **kwargs)
            with timed(name):
                return function(*args, **kwargs)

        return called

    return mark
