"""What is remembered for the next time, in so many bytes and no more."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

OVERHEAD = 400
"""Bytes of an entry besides its key and value: the places that Python keeps for both, rounded up."""


class Bounded(Generic[K, V]):
    """Values by key; those that were asked for longest ago go first. Safe to use from several threads."""

    def __init__(self, most_bytes: int) -> None:
        """Remember nothing yet, and never more than `most_bytes`."""
        self._most = most_bytes
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """What the entries take."""
        return self._bytes

    def get(self, key: K) -> V | None:
        """The value of a key, if it is remembered."""
        with self._lock:
            found = self._entries.get(key)
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


def size_of(text: str) -> int:
    """Bytes of a text in memory, at most."""
    return 4 * len(text)
