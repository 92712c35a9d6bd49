"""How often Arabic words are used, by fold: what wordfreq's large list says of all spellings of one together.

Reading and folding the list takes seconds and 150 MB, so the table is made once per machine, and mapped.
"""

import functools
import os
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import platformdirs

from indexer.storage import word_map
from indexer.storage.made_files import made_file
from indexer.storage.word_map import WordMap
from indexer.text import wordlists
from indexer.text.orthography.common import VERSION
from indexer.text.orthography.letters import folds

FILE = "use.map"
FORMAT = 1

SELDOM = 3e-8
"""Words below this frequency are left: half of the list, and mostly mistyped."""

_UNIT = 1e-9
_ARABIC_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a]+")
"""Arabic without marks; Persian letters, which the list holds too, are in no Arabic word."""


@functools.lru_cache(maxsize=200_000)
def use(word: str) -> int:
    """How many of a thousand million Arabic words are `word`, folded; 0 of those that are hardly used."""
    return int(_table().get(word.encode()) or 0)


def prepare(progress: Callable[[str], None]) -> None:
    """Make or open the table now, so that no query waits for it; `progress` hears of what takes seconds.

    Raises:
        LibraryBroken: wordfreq is not installed, or not whole.
    """
    if not cache_folder().exists():
        progress("counting how Arabic words are used, once per machine …")
    _table()


def cache_folder() -> Path:
    """Where the table is kept: in `HUDHUD_CACHE`, else in the user's cache folder."""
    base = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    return base / "words" / f"arabic-use-wordfreq-{wordlists.lists_version()}-{VERSION}-{FORMAT}"


def made() -> bytes:
    """The content of the table's file.

    Raises:
        LibraryBroken: wordfreq is not installed, or not whole.
    """
    used = wordlists.read("ar", "large")
    words = [word for word, share in used.items() if share >= SELDOM and _ARABIC_LETTERS.fullmatch(word)]
    shares: defaultdict[str, float] = defaultdict(float)
    for word, folded in zip(words, folds(words), strict=True):
        shares[folded] += used[word]
    return word_map.packed(
        (word.encode(), str(round(share / _UNIT)).encode()) for word, share in shares.items()
    )


@functools.cache
def _table() -> WordMap:
    return WordMap(made_file(cache_folder() / FILE, made, what="the use of Arabic words"))
