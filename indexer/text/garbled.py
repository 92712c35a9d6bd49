"""Texts whose words are no words: glued together by a converter, letters reversed, lam-alef swapped.

Layout tools and readers of PDF make such pages. A model reads them all as much the same, near to
everything; that is measured here by the share of words that no list has. Of 400 articles of XQuAD,
NTREX-128, PQuAD and ARCD, as they are, one in a hundred has a share above .17 and one in four hundred above
`MOST_UNKNOWN`; with every third space lost, the median is .30, with letters reversed .70, with lam and alef
swapped in Arabic .28.
"""

import functools
from collections.abc import Iterable

from indexer.text.orthography import is_arabic_script
from indexer.text.orthography.stems import stem
from indexer.text.orthography.word_tables import known_words

LANGUAGES = frozenset({"ar", "fa", "prs"})
"""Those that there are lists for."""

MOST_UNKNOWN = 0.25
FEWEST_WORDS = 30
"""Of a text that is judged."""

SHORTEST_WORD = 3
"""In letters; shorter ones are in a list by chance."""

_PROCLITICS = ("وال", "بال", "فال", "کال", "ولل", "ال", "لل", "و", "ف", "ب", "ل", "ک", "س")


def is_garbled(words: Iterable[str], language: str) -> bool:
    """Whether the folded words of a text are mostly no words, as far as lists of `language` tell."""
    if language not in LANGUAGES:
        return False
    judged = [word for word in words if len(word) >= SHORTEST_WORD and is_arabic_script(word)]
    unknown = sum(not _is_known(word, language) for word in judged)
    return len(judged) >= FEWEST_WORDS and unknown > MOST_UNKNOWN * len(judged)


@functools.lru_cache(maxsize=100_000)
def _is_known(word: str, language: str) -> bool:
    """Whether a list has a word, without what Arabic writes joined to it, or another form of it."""
    bare = (word.removeprefix(prefix) for prefix in _PROCLITICS if word.startswith(prefix))
    forms = [word, *(one for one in bare if len(one) > 1), stem(word, language)]
    return any(map(_is_listed, forms))


def _is_listed(folded: str) -> bool:
    tables = known_words()
    found = (table.get(folded) for table in (tables.odds, tables.persian, tables.verbs))
    return any(one is not None for one in found)
