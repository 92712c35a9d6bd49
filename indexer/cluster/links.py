"""The way to a shard that several processes answer for: where one is gone or slow, another one is asked."""

import itertools
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from indexer.cluster.library import Cluster, Gone, Process
from indexer.cluster.process import Here, Leaving, Refused
from indexer.core.errors import ShardMissing
from indexer.sharding.messages import Pending, Question, question
from indexer.sharding.shard import Shard

HEDGE = 1.0
"""Seconds after which a second process is asked the same."""

PATIENCE = 5.0
"""Seconds within which one must answer, while processes are started again."""

CUTTING = 4 * 3600.0
"""Seconds within which one must have opened the shard, which may have to be cut first."""

OPENING = 60.0
"""Seconds that the other replicas have for opening it before searches begin without them."""

SUSPECT = 5.0
"""Seconds for which a process that was gone or slow is asked last."""

SIGN_OF_LIFE = 10.0
"""Seconds between two."""

LOOKING = 1.0
"""Seconds between two looks at whether a shard is back that was missing."""

_PAUSE = 0.2

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class Replica:
    """One process of a shard. Safe to use from several threads."""

    def __init__(self, cluster: Cluster, name: str, wanted: Process) -> None:
        """Start it, or find it."""
        self._cluster, self.name, self._wanted = cluster, name, wanted
        self._lock = threading.Lock()
        self._process = cluster.process(name, wanted)
        self._missed_at = float("-inf")

    def ask(self, asked: Any) -> Any:  # noqa: ANN401
        """What stands for its answer."""
        return self._cluster.ask(self._process, asked)

    @property
    def is_suspect(self) -> bool:
        """Whether it was gone or slow a moment ago."""
        return time.monotonic() - self._missed_at < SUSPECT

    def slow(self) -> None:
        """It has not answered yet."""
        self._missed_at = time.monotonic()

    def missed(self, error: Gone) -> None:
        """It did not answer; one that nobody starts again is started anew."""
        self._missed_at = time.monotonic()
        _logger.warning("%s is gone: %s", self.name, str(error).splitlines()[0])
        if error.for_good:
            with self._lock:
                self._process = self._cluster.process(self.name, self._wanted)


class ReplicatedLink:
    """A `Link` to whichever replica answers. Safe to use from several threads."""

    def __init__(self, cluster: Cluster, what: str, replicas: list[Replica]) -> None:
        """Ask `replicas` in turn for `what`, as messages name it."""
        self._cluster, self._what, self._replicas = cluster, what, replicas
        self._who = uuid.uuid4().hex
        self._turn = itertools.count()
        self._closed, self._wake = threading.Event(), threading.Event()
        self._missing = False
        threading.Thread(target=self._live, name="signs-of-life", daemon=True).start()

    @property
    def is_missing(self) -> bool:
        """Whether the last question ended without an answer, and no sign of life has come since."""
        return self._missing

    def ask(self, asked: Question[T]) -> Pending[T]:
        """Ask the next replica, and do not wait."""
        return _Asked(self._cluster, self._what, asked, self._in_turn, PATIENCE, self._tell)

    def begin(self) -> None:
        """Wait until one of the replicas has opened the shard, and a moment for the others.

        Raises:
            IndexingError: it cannot be opened.
            ShardMissing: none comes up.
        """
        _Asked(self._cluster, self._what, question(Shard.facts), self._in_turn, CUTTING, self._tell).answer()
        opening = [replica.ask(Here(self._who)) for replica in self._replicas]
        until = time.monotonic() + OPENING
        while opening and time.monotonic() < until:
            for one in self._cluster.done(opening, HEDGE):
                opening.remove(one)

    def close(self) -> None:
        """Tell all replicas that nobody asks from here any more."""
        self._closed.set()
        self._wake.set()
        for replica in self._replicas:
            replica.ask(Leaving(self._who))

    def _in_turn(self) -> list[Replica]:
        """All replicas, the next one first, those that were gone a moment ago last."""
        start = next(self._turn) % len(self._replicas)
        turned = [*self._replicas[start:], *self._replicas[:start]]
        return sorted(turned, key=lambda replica: replica.is_suspect)

    def _tell(self, *, is_missing: bool) -> None:
        """A question was answered, or ended without an answer."""
        if self._missing != is_missing:
            self._missing = is_missing
            self._wake.set()

    def _live(self) -> None:
        """Tell all replicas again and again that somebody asks; where none answers, look whether one does."""
        while True:
            self._wake.clear()
            if self._closed.is_set():
                return
            try:
                here = {replica.ask(Here(self._who)): replica for replica in self._replicas}
                if self._missing:
                    self._look(here)
            except Exception:
                _logger.exception("%s cannot be asked now: trying again", self._what)
            self._wake.wait(LOOKING if self._missing else SIGN_OF_LIFE)

    def _look(self, asked: dict[Any, Replica]) -> None:
        """Whether one of the replicas answers again; those that are gone for good are started anew."""
        until = time.monotonic() + HEDGE
        while asked and self._missing and (left := until - time.monotonic()) > 0:
            for one in self._cluster.done([*asked], left):
                replica = asked.pop(one)
                try:
                    self._cluster.value(one)
                except Gone as error:
                    replica.missed(error)
                else:
                    self._missing = False


class _Asked(Pending[T]):
    """A question that was put to one replica or several."""

    def __init__(
        self,
        cluster: Cluster,
        what: str,
        question: Question[T],
        in_turn: Callable[[], list[Replica]],
        patience: float,
        tell: Callable[..., None],
    ) -> None:
        self._patience, self._tell = patience, tell
        self._cluster, self._what, self._question, self._in_turn = cluster, what, question, in_turn
        self._since = time.monotonic()
        self._left = in_turn()
        self._asked: dict[Any, Replica] = {}
        self._ask_next()

    def answer(self) -> T:
        while True:
            done = self._cluster.done([*self._asked], HEDGE) if self._asked else []
            for one in done:
                replica = self._asked.pop(one)
                try:
                    value = self._cluster.value(one)
                except Gone as error:
                    replica.missed(error)
                    continue
                self._tell(is_missing=False)
                if isinstance(value, Refused):
                    raise value.error
                answer: T = value
                return answer
            self._go_on()

    def _go_on(self) -> None:
        """Ask one more, if there is one that was not asked; else all again, after a moment.

        Raises:
            ShardMissing: none answered in time.
        """
        if time.monotonic() - self._since > self._patience:
            self._tell(is_missing=True)
            raise ShardMissing(
                f"no process answers for {self._what} within {self._patience:g} seconds: try again soon"
            )
        if not self._left and not self._asked:
            time.sleep(_PAUSE)
            self._left = self._in_turn()
        for replica in self._asked.values():
            replica.slow()
        if self._left:
            self._ask_next()

    def _ask_next(self) -> None:
        replica = self._left.pop(0)
        self._asked[replica.ask(self._question)] = replica
