"""How often words are used, by language: the lists of wordfreq (Speer 2022), which lie in its package.

Lists: `small` has the words used at least once in a million words, `large` once in a hundred million.
Persian has no large one.
"""

import functools
from importlib.metadata import version

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


def frequencies(language: str, size: str = "small") -> dict[str, float]:
    """Share of all words that each word of a list is, by word, most frequent first. Not to be changed.

    Args:
        language: `ar`, `en`, `fa`, …
        size: `small` or `large`.
    """
    from wordfreq import get_frequency_dict

    return get_frequency_dict(language, size)


@functools.cache
def most_frequent(language: str, count: int) -> list[str]:
    """The `count` most frequent words of a language, without numbers, most frequent first."""
    from wordfreq import top_n_list

    return list(top_n_list(language, count, "small"))


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
