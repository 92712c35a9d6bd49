"""What English words mean that begin as somebody types: folded words of Persian, Dari and Arabic."""

import functools
import heapq
from bisect import bisect_left
from collections.abc import Iterator

from indexer.lexicon import dictionary
from indexer.text import wordlists
from indexer.text.orthography import fold, is_function_word

SHORTEST = 3
"""Letters from which what is typed tells which words it may become."""

MOST_HEADWORDS = 60
"""Of those that begin so, the most frequent in English."""

_LAST = "\U0010ffff"
_NOUNS = frozenset({"n", "adj", "name", "abbr"})
"""Parts of speech that are completed: verbs are found in too many forms."""


def meant(typed: str) -> dict[str, str]:
    """Words that translate English headwords which begin so, each with the headword that is most usual.

    Of each headword the usual translation into each language, where that is one word.
    """
    beginning = typed.casefold()
    if len(beginning) < SHORTEST or not beginning.isascii():
        return {}
    known, used = _headwords(), wordlists.frequencies("en")
    among = known[bisect_left(known, beginning) : bisect_left(known, beginning + _LAST)]
    found: dict[str, str] = {}
    for headword in heapq.nlargest(MOST_HEADWORDS, among, key=lambda word: used.get(word, 0.0)):
        if not is_function_word(headword):
            for word in _usual(headword):
                found.setdefault(word, headword)
    return found


@functools.cache
def _headwords() -> tuple[str, ...]:
    """Those of one word, sorted."""
    return tuple(sorted(word for word in dictionary.english().headwords() if " " not in word))


def _usual(headword: str) -> Iterator[str]:
    """The first translation into each language in the first sense that is no verb."""
    senses = (sense for sense in dictionary.english().senses(headword) if sense.pos in _NOUNS)
    done: set[str] = set()
    for translation in next((sense.translations for sense in senses), ()):
        form = translation.forms[0]
        if translation.language not in done and " " not in form and not is_function_word(fold(form)):
            yield fold(form)
        done.add(translation.language)
