"""Is a query Persian or Arabic in Latin letters? Told from evidence, not from a list of words.

Vectors do not read `rais aljumhuria`. But nearly every word of such a query sounds like a word of the
index, and one passage holds nearly all of them. In a language that merely uses the same letters some
words sound like something as well, short ones mostly, but they do not meet in one passage.
"""

import numpy as np

from indexer.core.records import KINDS, Candidates, Expansion, MatchKind
from indexer.text.orthography import is_number
from search_api.searching.analysis import AnalysedQuery

LATIN_END = "\u024f"

SOUNDING = (0.6, 0.9)
"""Share of a query's letters in words that sound like words of the index: no evidence, full evidence."""

AHEAD = (1.8, 3.0)
"""How many times the best passage surpasses the mean of the next by sound: no evidence, full evidence."""

_DICTIONARY = KINDS.index(MatchKind.DICTIONARY)
NEXT = 20

COVERED = (0.6, 1.0)
"""Share of the words, by weight, that the best passage holds by sound: no evidence, full evidence."""

LEAST_WORDS = 3
"""One name or two that a passage holds are no evidence of a language."""


def sounds_of(analysed: AnalysedQuery) -> tuple[Expansion, ...]:
    """The words of a query as far as they sound like words of the index; none if too few do."""
    if MatchKind.SOUND not in analysed.query.kinds or _sounding(analysed) <= SOUNDING[0]:
        return ()
    return tuple(expansion.sounds or expansion for expansion in analysed.expansions)


def romanised(analysed: AnalysedQuery, candidates: Candidates) -> float:
    """How surely a query is Persian or Arabic in Latin letters, 0 to 1."""
    if not len(candidates.passages) or not candidates.sound_share.any():
        return 0.0
    share = np.sort(candidates.sound_share)[::-1]
    ahead = share[0] / max(float(share[1:NEXT].mean()) if len(share) > 1 else 0.0, 1e-6)
    covered = share[0] if len(analysed.words) >= LEAST_WORDS else 0.0
    together = max(_between(ahead, AHEAD), _between(covered, COVERED))
    return _between(_sounding(analysed), SOUNDING) * together


def _sounding(analysed: AnalysedQuery) -> float:
    """Share of the letters of a Latin query that are in words which sound like words of the index.

    None of one all of whose words the dictionary translates: it is English.
    """
    if all(map(_is_english, analysed.expansions)):
        return 0.0
    letters = sounding = 0
    for word, expansion in zip(analysed.words, analysed.expansions, strict=True):
        if is_number(word.text):
            continue
        if word.text[0] > LATIN_END:
            return 0.0
        letters += len(word.text)
        sounding += len(word.text) * bool(expansion.sounds and len(expansion.sounds.terms))
    return sounding / letters if letters else 0.0


def _is_english(expansion: Expansion) -> bool:
    return _DICTIONARY in expansion.kinds or any(phrase.kind == _DICTIONARY for phrase in expansion.phrases)


def _between(value: float, bounds: tuple[float, float]) -> float:
    """Where `value` stands between two bounds, 0 to 1."""
    low, high = bounds
    return min(1.0, max(0.0, (float(value) - low) / (high - low)))
