"""Until when somebody waits for an answer: asked between the steps of long work, which then ends."""

import math
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from indexer.core.errors import Cancelled, TooSlow

T = TypeVar("T")


class Deadline:
    """Work that is given one asks it between its steps. Safe to use from several threads."""

    __slots__ = ("_at", "_is_cancelled", "_seconds")

    def __init__(self, seconds: float = math.inf) -> None:
        """Let the work take so many seconds from now on."""
        self._seconds = seconds
        self._at = time.monotonic() + seconds
        self._is_cancelled = False

    @property
    def left(self) -> float:
        """Seconds that are left; 0 when there are none, or nobody waits."""
        return 0.0 if self._is_cancelled else max(0.0, self._at - time.monotonic())

    def cancel(self) -> None:
        """Nobody waits any more."""
        self._is_cancelled = True

    def check(self) -> None:
        """Go on only if somebody waits still.

        Raises:
            Cancelled: nobody does.
            TooSlow: the time is over.
        """
        if self._is_cancelled:
            raise Cancelled("nobody waits for the answer any more")
        if time.monotonic() >= self._at:
            raise TooSlow(
                f"the answer took more than {self._seconds:g} seconds: ask for less, or try again later"
            )

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """`items`, with a `check` before each."""
        for item in items:
            self.check()
            yield item


NO_DEADLINE = Deadline()
"""For work that may take as long as it takes; nobody cancels it."""
