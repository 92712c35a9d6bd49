"""What a server does against memory that is held and not used, and that grows with what is asked."""

import ctypes
import functools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from indexer.core.bounded import Cache, share

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_MAPPED_FROM = 4 * 1024 * 1024
_TRIMMED_FROM = 32 * 1024 * 1024


def limit_arenas() -> None:
    """Let glibc's malloc share two arenas among all threads, and give large blocks back when freed.

    Measured with 16 threads: over 100 MB less. The arrays of a search, up to some megabytes, stay where they
    are for the next: when each was mapped anew, a search took 2,100 page faults, a sixth of its processor
    time. Call it before threads start; elsewhere than on glibc it does nothing. See mallopt(3).
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
            mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM)
            mallopt(_M_TRIM_THRESHOLD, _TRIMMED_FROM)


def private_bytes() -> int:
    """Memory that this process holds of its own, without mapped files; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:")), 0)


MOST_OF_WORDS = 68_000_000
"""Bytes that what is known of single words may take."""

_BYTES_OF_AN_ENTRY = 300
_EVERY = 64
PACKAGES = ("indexer.text.", "indexer.lexicon.", "search_api.")


class WordCaches:
    """Forgets what functions remember of words (folds, stems, odds) when it may take too many bytes.

    `functools.lru_cache` counts entries, and a word of a query may have two thousand letters. So the letters
    of queries are counted that went through, as if each were in every cache.
    """

    def __init__(self, most_bytes: int = MOST_OF_WORDS) -> None:
        """Watch the caches of all functions of words; `most_bytes` is their usual share."""
        self._most = share(most_bytes)
        self._lock = threading.Lock()
        self._queries = self._characters = 0

    def count(self, text: str) -> None:
        """A query with this text is answered; now and then, forget."""
        with self._lock:
            self._queries += 1
            self._characters += len(text)
            if self._queries % _EVERY and self._characters < self._most // 100:
                return
            caches = list(word_caches())
            if self._told(caches).bytes > self._most:
                self._characters = 0
                for cache in caches:
                    cache.cache_clear()

    def told(self) -> Cache:
        """What is remembered of words, all functions together; hits and misses since they forgot."""
        return self._told(list(word_caches()))

    def _told(self, caches: "list[functools._lru_cache_wrapper[object]]") -> Cache:
        infos = [cache.cache_info() for cache in caches]
        entries = sum(info.currsize for info in infos)
        return Cache(
            "words",
            entries * _BYTES_OF_AN_ENTRY + 4 * len(caches) * self._characters,
            self._most,
            entries,
            sum(info.hits for info in infos),
            sum(info.misses for info in infos),
        )


def word_caches() -> "Iterator[functools._lru_cache_wrapper[object]]":
    """The caches of functions of single words, in all modules that are loaded."""
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGES):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper) and value.cache_info().maxsize:
                    yield value
