"""What there is to tell of the generation that answers: out of its manifest, read once."""

import datetime
import threading

from indexer.storage.manifest import MANIFEST, Manifest
from search_api.serving.live import Live, State


class Facts:
    """Of whichever generation is asked for; the last one is kept. Safe to use from several threads."""

    def __init__(self, live: Live) -> None:
        """Tell of what `live` has."""
        self._live = live
        self._lock = threading.Lock()
        self._last: Manifest | None = None

    @property
    def state(self) -> State:
        """What answers now, and what is wrong."""
        return self._live.state

    def manifest(self, generation: str) -> Manifest:
        """The manifest of a generation.

        Raises:
            IndexDamaged: it is gone, or cannot be read.
        """
        with self._lock:
            if self._last is None or self._last.name != generation:
                self._last = Manifest.read(self._live.layout.generations / generation / MANIFEST)
            return self._last

    @staticmethod
    def made(manifest: Manifest) -> datetime.datetime:
        """When a generation was made."""
        return datetime.datetime.fromisoformat(manifest.created)
