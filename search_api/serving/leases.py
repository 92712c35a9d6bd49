"""Who uses which searcher: the one that answers can be replaced while others are still in use."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from search_api.search import Searcher


class Held:
    """An open searcher over the generation in `folder`.

    Attributes:
        folder: of the generation.
        searcher: over it.
        checked: whether the contents of its files were found to be what its manifest says.
        retired: set when it answers no new request.
        leases: how many use it. It starts with one, for the check of its contents.
    """

    def __init__(self, folder: Path, searcher: Searcher) -> None:
        self.folder = folder
        self.searcher = searcher
        self.checked = False
        self.retired = threading.Event()
        self.leases = 1


class Leases:
    """The searcher that answers; one that was replaced is closed when its last lease ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: Held | None = None

    @property
    def current(self) -> Held | None:
        """What answers now."""
        return self._current

    @contextlib.contextmanager
    def lease(self) -> Iterator[Held | None]:
        """What answers now; it stays open as long as this context, whatever replaces it."""
        with self._lock:
            held = self._current
            if held:
                held.leases += 1
        try:
            yield held
        finally:
            if held:
                self.give_back(held)

    def give_back(self, held: Held) -> None:
        """End a lease."""
        with self._lock:
            held.leases -= 1
            unused = held.leases == 0 and held.retired.is_set()
        if unused:
            held.searcher.close()

    def replace(self, new: Held | None) -> None:
        """Let `new` answer from now on, or nothing."""
        with self._lock:
            old, self._current = self._current, new
            if old is None:
                return
            old.retired.set()
            unused = old.leases == 0
        if unused:
            old.searcher.close()
