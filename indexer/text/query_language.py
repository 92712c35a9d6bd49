"""Which language a query is written in: a few words, often typed on the keyboard of another language.

Persian is typed with Arabic yeh and kaf, Arabic with Persian ones and with ه for ة. So the letters that
`language.identify` hears are not asked. The fold of each word is, in lists of how often words are used.
"""

import functools
from collections.abc import Sequence

from indexer.text.language import DECIDING_LETTERS, FUNCTION_WORDS, identify, is_dari, script_of
from indexer.text.orthography import encoder_input, fold
from indexer.text.orthography.common import with_ascii_digits
from indexer.text.orthography.letters import ARABIC_WORD, raw_words
from indexer.text.orthography.word_tables import known_words, trigrams_of

CERTAINTY = 6.0
"""Most that one word can say: log-odds."""

UNKNOWN_CERTAINTY = 2.0
"""Most that the letters of a word can say that no list has."""

AMBIGUOUS = {"این": 1.0, "علی": -1.0}
"""Log-odds of words that queries use otherwise than the lists' texts: Arabic asks أين, where; Persian
asks for persons of the name علی, which is على, on, in Arabic."""

OTHER_SHARE = 1 / 15
"""Share of words that must be Urdu, Pashto, Sorani or Uyghur for a query to be."""


def identify_query(text: str) -> str:
    """The ISO 639 code of the language of a query; `und` if it has no letters.

    The same for all texts whose characters fold together (`orthography.fold`).
    """
    folds = [folded for _, _, folded in raw_words(text)]
    if script_of(" ".join(folds)) != "arabic":
        return identify(with_ascii_digits(ARABIC_WORD.sub(" ", text)))
    words = [word for word in folds if ARABIC_WORD.match(word)]
    other = _other(words)
    if other:
        return other
    if sum(map(_odds, words)) <= 0:
        return "ar"
    usual = encoder_input(" ".join(words), "fa")
    return "prs" if is_dari(usual, frozenset(usual.split())) else "fa"


@functools.lru_cache(maxsize=50_000)
def _odds(word: str) -> float:
    """log P(word | Persian) − log P(word | Arabic), within bounds."""
    known = AMBIGUOUS.get(word, known_words().log_odds(word))
    if known is not None:
        return max(-CERTAINTY, min(CERTAINTY, known))
    guess = sum(map(known_words().trigram_odds, trigrams_of(word)))
    return max(-UNKNOWN_CERTAINTY, min(UNKNOWN_CERTAINTY, guess))


def _other(words: Sequence[str]) -> str | None:
    """The language, neither Persian nor Arabic, that most words speak for, if they are enough."""
    marks = _marks()
    shares = {
        language: sum(word in own or not letters.isdisjoint(word) for word in words) / len(words)
        for language, (own, letters) in marks.items()
    }
    best = max(sorted(shares), key=shares.__getitem__)
    return best if shares[best] >= OTHER_SHARE else None


@functools.cache
def _marks() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """By language: function words and letters that the fold leaves, and that are its own."""
    return {
        language: (
            frozenset(
                folded
                for word in FUNCTION_WORDS.get(language, frozenset())
                if known_words().log_odds(folded := fold(word)) is None
            ),
            frozenset(letter for letter in letters if fold(letter) == letter),
        )
        for language, letters in DECIDING_LETTERS.items()
    }
