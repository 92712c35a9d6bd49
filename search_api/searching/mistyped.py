"""Did you mean: a query as it may have been meant, where neither dictionary nor index has a word of it.

Words of the dictionary that differ by one letter, or by two that changed places (Damerau, CACM 7, 1964), are
the candidates; the most usual in English is told. Nothing is changed unasked.
"""

import functools
import string
from collections.abc import Iterator

import numpy as np

from indexer.core.records import KINDS, NO_EXPANSION, Expansion, MatchKind
from indexer.lexicon import dictionary
from indexer.text import wordlists
from indexer.text.orthography import is_function_word
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.naming import SURE_SOUND

SHORTEST, LONGEST = 5, 16
"""Letters of a word that is corrected: shorter ones are one letter from many, longer ones cost more."""

MOST_WORDS = 3
"""Words of one query that are corrected; with more it is in another language."""

MORE_USUAL = 100
"""How many times as usual as what was typed a word must be."""

USUAL = 1e-5
"""Share of English texts from which a word goes before a name of the index that sounds as typed."""

_LEAST = 1e-8
_OWN = [KINDS.index(kind) for kind in (MatchKind.SAME, MatchKind.STEM)]
_SOUND = KINDS.index(MatchKind.SOUND)


def corrected(analysed: AnalysedQuery) -> str:
    """The query as it may have been meant; empty where no word seems mistyped."""
    text = analysed.query.text
    unknown = [
        (word.start, word.end, expansion)
        for word, expansion in zip(analysed.words, analysed.expansions, strict=True)
        if expansion is not NO_EXPANSION and _is_unknown(text[word.start : word.end], expansion)
    ]
    if not unknown or len(unknown) > MOST_WORDS:
        return ""
    pieces, done = [], 0
    for start, end, expansion in unknown:
        better = _better(text[start:end], is_heard=_is_heard(expansion))
        if not better:
            return ""  # a name, or words of another language
        pieces += [text[done:start], better]
        done = end
    return "".join([*pieces, text[done:]])


def _is_unknown(typed: str, expansion: Expansion) -> bool:
    """Whether a word in Latin letters is none of the dictionary, and none of the index."""
    if not (typed.isascii() and typed.isalpha() and SHORTEST <= len(typed) <= LONGEST):
        return False
    if np.isin(expansion.kinds, _OWN).any():
        return False
    return not is_function_word(typed.casefold()) and dictionary.english().headword(typed) is None


def _is_heard(expansion: Expansion) -> bool:
    """Whether the index has what sounds like a word."""
    return bool((expansion.weights[expansion.kinds == _SOUND] >= SURE_SOUND).any())


def _better(typed: str, *, is_heard: bool) -> str:
    """The most usual word that may have been meant, written as what was typed; empty where there is none."""
    used, known, lower = wordlists.frequencies("en"), _known(), typed.casefold()
    least = max(MORE_USUAL * used.get(lower, _LEAST), USUAL if is_heard else 0.0)
    found = {word for word in _near(lower) if word in known and used.get(word, 0.0) >= least}
    if not found:
        return ""
    best = max(found, key=lambda word: (used[word], word))
    if typed.isupper():
        return best.upper()
    return best.capitalize() if typed[0].isupper() else best


def _near(word: str) -> Iterator[str]:
    """What differs from a word by one letter, or by two neighbours that changed places."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


@functools.cache
def _known() -> frozenset[str]:
    """Words and names of the dictionary that are one word."""
    english = dictionary.english()
    return frozenset(word for word in (*english.headwords(), *english.names()) if " " not in word)
