"""Threads that work beside the event loop, and refuse more than they can hold."""

import asyncio
import functools
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled, Overloaded

R = TypeVar("R")

_PATIENCE = 2.0
"""Seconds that closing waits for work which asks its deadline seldom."""


class _Job(Generic[R]):
    """A piece of work, and who waits for it."""

    def __init__(self, function: Callable[[], R], deadline: Deadline) -> None:
        self.deadline = deadline
        self.future: Future[R] = Future()
        self._function = function

    def run(self, leave: Callable[[], None]) -> None:
        """Do the work; `leave` is called before anybody hears of its end."""
        if not self.future.set_running_or_notify_cancel():
            return leave()
        try:
            self.deadline.check()
            result = self._function()
        except BaseException as error:  # noqa: BLE001 (whatever it is, who waits must hear of it)
            leave()
            self.future.set_exception(error)
        else:
            leave()
            self.future.set_result(result)


class Pool:
    """Runs functions on a few threads of its own; what nobody waits for any more is dropped, or stopped.

    The threads end with the process, whatever they do: a server that is told to stop does not wait for them.
    """

    def __init__(self, name: str, workers: int, waiting: int) -> None:
        """Allow `workers` functions at once and `waiting` more in the queue; `name` is for people."""
        self.name = name
        self._most_waiting = waiting
        self._waiting: deque[_Job[Any]] = deque()
        self._running: set[_Job[Any]] = set()
        self._workers = workers
        self._is_closed = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    @property
    def running(self) -> int:
        """How much is under way."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How much waits its turn."""
        return len(self._waiting)

    async def run(
        self, function: Callable[[], R], deadline: Deadline, until: Coroutine[Any, Any, None] | None = None
    ) -> R:
        """The result of `function()`, run on a thread.

        Args:
            function: what to do; it asks `deadline` between its steps.
            deadline: cancelled as soon as nobody waits any more.
            until: ends when the one who asked has left.

        Raises:
            Overloaded: all places are taken.
            TooSlow: its turn did not come in time.
            Cancelled: who asked has left.
        """
        try:
            job = self._placed(function, deadline)
        except BaseException:
            if until:
                until.close()
            raise
        done = asyncio.wrap_future(job.future)
        left = asyncio.ensure_future(until) if until else None
        ends: set[asyncio.Future[Any]] = {done, left} if left else {done}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise Cancelled("the client left")
            return done.result()
        finally:
            if left:
                left.cancel()
            if not done.done():
                deadline.cancel()
                self._drop(job)
                done.cancel()

    def _placed(self, function: Callable[[], R], deadline: Deadline) -> _Job[R]:
        job = _Job(function, deadline)
        with self._changed:
            if len(self._running) + len(self._waiting) >= self._workers + self._most_waiting:
                raise Overloaded(f"too many {self.name} are waiting: try again in a second")
            self._waiting.append(job)
            if len(self._threads) < self._workers:
                name = f"{self.name}-{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
                self._threads[-1].start()
            self._changed.notify()
        return job

    def _drop(self, job: _Job[Any]) -> None:
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._is_closed:
                    self._changed.wait()
                if self._is_closed:
                    return
                job = self._waiting.popleft()
                self._running.add(job)
            job.run(functools.partial(self._leave, job))

    def _leave(self, job: _Job[Any]) -> None:
        with self._changed:
            self._running.discard(job)

    def close(self) -> None:
        """Start no more work, and let what runs end at its next step."""
        with self._changed:
            self._is_closed = True
            for job in (*self._running, *self._waiting):
                job.deadline.cancel()
            for job in self._waiting:
                job.future.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        ends = Deadline(_PATIENCE)
        for thread in self._threads:
            thread.join(ends.left)
