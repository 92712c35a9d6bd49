"""What is remembered for the next time, in so many bytes and no more."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

USUAL = 256_000_000
"""Bytes that all caches of a process with one index take together, unless `share_out` says otherwise."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

OVERHEAD = 400
"""Bytes of an entry besides its key and value: the places that Python keeps for both, rounded up."""


@dataclass(slots=True)
class _Shares:
    """How much more than usual caches may take that are made from now on."""

    factor: float = 1.0


_shares = _Shares()


def share_out(all_bytes: int) -> None:
    """Let the caches that are made from now on take so many bytes together, each its usual share."""
    _shares.factor = all_bytes / USUAL


def share(most_bytes: int) -> int:
    """Of bytes that a cache usually takes, those that it may take now."""
    return round(most_bytes * _shares.factor)


class Bounded(Generic[K, V]):
    """Values by key; those that were asked for longest ago go first. Safe to use from several threads."""

    def __init__(self, most_bytes: int, name: str = "") -> None:
        """Remember nothing yet.

        Args:
            most_bytes: that are remembered where all caches take `USUAL` bytes together.
            name: for people, of all that remember the same; those without one are not told of, and remember
                `most_bytes` whatever the others do.
        """
        self._most = share(most_bytes) if name else most_bytes
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._asked = _named(name, self) if name else _Asked()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """What the entries take."""
        return self._bytes

    @property
    def most_bytes(self) -> int:
        """What they may take."""
        return self._most

    def get(self, key: K) -> V | None:
        """The value of a key, if it is remembered."""
        with self._lock:
            found = self._entries.get(key)
            self._asked.count(is_found=found is not None)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Remember a value.

        Args:
            key: to ask for it.
            value: not None.
            size: bytes of key and value.
        """
        with self._lock:
            before = self._entries.pop(key, None)
            if before:
                self._bytes -= before[1]
            self._entries[key] = (value, size + OVERHEAD)
            self._bytes += size + OVERHEAD
            while self._bytes > self._most:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._bytes -= dropped


@dataclass(frozen=True, slots=True)
class Cache:
    """What all that have one name remember, and how often they were asked.

    Attributes:
        name: for people.
        bytes, entries: now.
        most_bytes: that they may take.
        hits, misses: since the process began.
    """

    name: str
    bytes: int
    most_bytes: int
    entries: int
    hits: int
    misses: int


def caches() -> list[Cache]:
    """Everything that is remembered under a name, by name."""
    with _lock:
        found = [(name, asked, list(alive)) for name, (asked, alive) in sorted(_all.items())]
    return [
        Cache(
            name,
            sum(one.bytes for one in alive),
            sum(one.most_bytes for one in alive),
            sum(map(len, alive)),
            asked.hits,
            asked.misses,
        )
        for name, asked, alive in found
    ]


class _Asked:
    """How often what is asked for is there, and is not."""

    def __init__(self) -> None:
        self.hits = self.misses = 0
        self._lock = threading.Lock()

    def count(self, *, is_found: bool) -> None:
        with self._lock:
            if is_found:
                self.hits += 1
            else:
                self.misses += 1


_lock = threading.Lock()
_all: "dict[str, tuple[_Asked, weakref.WeakSet[Bounded[Any, Any]]]]" = {}


def _named(name: str, one: Bounded[Any, Any]) -> _Asked:
    with _lock:
        asked, alive = _all.setdefault(name, (_Asked(), weakref.WeakSet()))
        alive.add(one)
        return asked


def size_of(text: str) -> int:
    """Bytes of a text in memory, at most."""
    return 4 * len(text)
