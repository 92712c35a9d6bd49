"""How often words are used, by language: the lists of wordfreq (Speer 2022), which lie in its package.

Lists: `small` has the words used at least once in a million words, `large` once in a hundred million.
Persian has no large one. They are read as the library reads them, without importing it: that takes a tenth
of a second, for what it knows of languages and of cutting texts.
"""

import functools
import gzip
import itertools
import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import msgpack

from indexer.core.errors import LibraryBroken

FUNCTION_WORDS = 100


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CONTENT_WORDS = _set(
    "time people work ایران سال کار روز فیلم کشور مردم تهران بازی مرد نام"
    " الله اليوم محمد يوم عام الناس العالم"
)
"""Those among the most frequent words that say what a text is about."""
TELLING_ALONE = _set(
    "new know good want back us who دست راه سر دوست نظر فکر حال استفاده قرار خوب عدد شيء عبد"
)
"""Those that do where nothing else is said; `us` and `who` as US and WHO."""


_SEVERAL_DIGITS = re.compile(r"\d[\d.,]+")
"""What wordfreq's `top_n_list` leaves out."""


@functools.cache
def frequencies(language: str, size: str = "small") -> dict[str, float]:
    """What `read` gives, kept. Not to be changed."""
    return read(language, size)


def read(language: str, size: str) -> dict[str, float]:
    """Share of all words that each word of a list is, by word, most frequent first.

    Args:
        language: `ar`, `en`, `fa`, …
        size: `small` or `large`.

    Raises:
        LibraryBroken: wordfreq is not installed, or not whole.
    """
    buckets = _buckets(language, size)
    return {word: 10 ** (-centibels / 100) for centibels, words in enumerate(buckets) for word in words}


@functools.cache
def most_frequent(language: str, count: int) -> list[str]:
    """The `count` most frequent words of a language, without numbers, most frequent first."""
    words = (word for bucket in _buckets(language, "small") for word in bucket)
    return list(itertools.islice((word for word in words if not _SEVERAL_DIGITS.match(word)), count))


@functools.cache
def function_words() -> frozenset[str]:
    """Words that say little beside others, as listed.

    The most frequent `FUNCTION_WORDS` of English, Persian and Arabic without `CONTENT_WORDS`.
    """
    lists = (most_frequent(language, FUNCTION_WORDS) for language in ("en", "fa", "ar"))
    return frozenset(word for words in lists for word in words) - CONTENT_WORDS


def lists_version() -> str:
    """The version of the lists."""
    return version("wordfreq")


def _buckets(language: str, size: str) -> list[list[str]]:
    """The words of a list by the negative of their frequency in centibels, which is their bucket's number.

    The format is that of wordfreq's `read_cBpack`: MessagePack, gzipped, a header before the buckets.
    """
    spec = find_spec("wordfreq")
    if spec is None or spec.origin is None:
        raise LibraryBroken("wordfreq is not installed: install Hudhud again")
    path = Path(spec.origin).parent / "data" / f"{size}_{language}.msgpack.gz"
    try:
        with gzip.open(path) as file:
            buckets: list[list[str]] = msgpack.load(file, raw=False)[1:]
    except (OSError, ValueError) as error:
        raise LibraryBroken(f"{path} cannot be read ({error}): install Hudhud again") from error
    return buckets
