"""What is kept for later queries: the last used of it, in so many bytes."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

OF_AN_ENTRY = 512
"""Bytes of an entry besides its arrays: its key, and the objects of Python around them."""


class Memory(Generic[Kept]):
    """Forgets what was not used for longest. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        """Keep at most so many bytes."""
        self.bytes = 0
        self._most = most
        self._kept: OrderedDict[bytes, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes) -> Kept | None:
        """What is kept under a key; None where nothing is, or no longer."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: bytes, value: Kept, array_bytes: int) -> None:
        """Keep a value whose arrays have so many bytes, and forget others if there is no room for it."""
        size = array_bytes + OF_AN_ENTRY
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = (value, size)
            self.bytes += size
            while self.bytes > self._most:
                _, (_, dropped) = self._kept.popitem(last=False)
                self.bytes -= dropped
