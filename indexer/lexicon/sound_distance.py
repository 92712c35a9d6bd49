"""How much alike two words sound: a weighted edit distance over their phonemes, in whole hundredths.

similarity = 1 - distance / (weight of the heavier word)

Sounds that romanisation confuses, or that one script writes and the other does not, are cheap; other
consonants cost `DEAREST`. Integers keep distances exact, and small enough for 16 bits.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from indexer.lexicon.phonemes import SYMBOLS, VOWELS

VERSION = 2
"""Raised whenever phonemes get other codes; distances are kept nowhere."""

DEAREST = 100
NEAR = (
    (5, "bp"), (10, "tθ"), (15, "θs"), (10, "ðd"), (5, "ðz"), (20, "dz"), (20, "sz"), (40, "td"), (50, "ts"),
    (0, "ɖd"), (4, "ɖz"), (8, "ɖð"), (40, "ɖt"), (30, "ɖs"),
    (8, "ʃʧ"), (25, "ʧʤ"), (10, "ʒʤ"), (30, "ʒz"), (40, "ʃs"), (40, "ʃʒ"), (40, "ʃx"), (40, "ʧk"),
    (15, "ʤg"), (8, "gγ"), (12, "γq"), (20, "gk"), (25, "gq"), (8, "qk"), (20, "xk"), (30, "xh"), (35, "γx"),
    (30, "γk"), (35, "ʤq"), (40, "ʤγ"), (30, "ʤy"), (10, "fv"), (10, "vw"), (35, "fw"), (45, "bv"),
    (50, "ʕγ"), (10, "ʔʕ"), (50, "hʕ"), (60, "qʔ"), (50, "nm"), (80, "lr"),
    (2, "aA"), (1, "iI"), (1, "uU"), (8, "eI"), (3, "oU"), (5, "ei"), (5, "ou"), (12, "ea"), (20, "ao"),
    (15, "oA"), (20, "eA"), (40, "AI"), (40, "AU"), (50, "IU"),
    (0, "YI"), (0, "Yi"), (0, "Yy"), (5, "Ye"), (5, "Ya"), (5, "YA"),
    (2, "əa"), (2, "əe"), (5, "əA"), (6, "əi"), (3, "əo"), (3, "əu"), (8, "əI"), (8, "əU"),
    (0, "wU"), (20, "wu"), (20, "wo"), (10, "vU"), (40, "vu"), (40, "vo"), (0, "yI"), (10, "yi"), (20, "ye"),
    (10, "ʕa"), (12, "ʕA"), (10, "ʔa"), (10, "ʔA"), (30, "ha"), (30, "hA"),
    (2, "|ʕ"), (5, "|ʔ"), (40, "|h"), (20, "|y"), (0, "Hh"), (6, "Ha"), (6, "HA"),
    *((15, "ʕ" + vowel) for vowel in "ieouIU"), *((15, "ʔ" + vowel) for vowel in "ieou"),
    (5, "ʔI"), (5, "ʔU"),
)  # fmt: skip
"""What it costs that one sound stands for the other, either way."""
OTHER_VOWELS = 30
"""What it costs that a vowel stands for one that `NEAR` does not name; for other sounds it is `DEAREST`."""
WEAK_GAPS = {"A": 25, "I": 30, "U": 30, "Y": 30, "h": 30, "H": 4, "ʔ": 12, "ʕ": 15, "y": 35, "w": 40, "|": 45}
LATIN_GAPS = WEAK_GAPS | dict.fromkeys("aiueoə", 8)
"""What it costs that a sound is in the Latin word alone: Arabic script omits short vowels."""
ARABIC_GAPS = WEAK_GAPS | dict.fromkeys("aiueo", 15) | {"ə": 8}
"""What it costs that a sound is in the word in Arabic script alone."""
WEIGHTS = dict.fromkeys(VOWELS, 35) | {"ʔ": 30, "ʕ": 40, "|": 40, "h": 60, "y": 60, "w": 60, "H": 5}
"""How much of its word a sound is; the others `DEAREST`."""

Costs = NDArray[np.int16]
"""Hundredths."""

_CODES = {symbol: number for number, symbol in enumerate(SYMBOLS, start=1)}
_CODE_TABLE = str.maketrans({symbol: chr(number) for symbol, number in _CODES.items()})


def _by_code(table: dict[str, int]) -> Costs:
    """A table of sounds by their codes; 0, behind the end of a word, costs and saves nothing."""
    return np.array([0, *(table.get(symbol, DEAREST) for symbol in SYMBOLS)], np.int16)


def _substitutions() -> Costs:
    costs = np.full((len(SYMBOLS) + 1, len(SYMBOLS) + 1), DEAREST, np.int16)
    vowels = [_CODES[vowel] for vowel in VOWELS]
    costs[np.ix_(vowels, vowels)] = OTHER_VOWELS
    for cost, pair in NEAR:
        one, other = tuple(pair)
        costs[_CODES[one], _CODES[other]] = costs[_CODES[other], _CODES[one]] = cost
    np.fill_diagonal(costs, 0)
    return costs


_WEIGHTS = _by_code(WEIGHTS)
_WORD_GAPS = _by_code(ARABIC_GAPS)
_QUERY_GAPS = {False: _by_code(LATIN_GAPS), True: _WORD_GAPS}
_SUBSTITUTIONS = _substitutions()
_SAVINGS = {
    arabic: np.maximum(gaps[:, None] + _WORD_GAPS - _SUBSTITUTIONS, 0) for arabic, gaps in _QUERY_GAPS.items()
}
_FEW = 128
"""Words up to which numpy's own running maximum is the quicker."""


def codes(phonemes: str) -> bytes:
    """Places of phonemes in `SYMBOLS`, counted from 1."""
    return phonemes.translate(_CODE_TABLE).encode("latin-1")


def similarities(query: bytes, words: NDArray[np.intp], *, arabic: bool) -> NDArray[np.float64]:
    """How much words in Arabic script sound like a query word, at most 1, shape `(words,)`.

    Args:
        query: the codes of the query word.
        words: codes, shape `(longest, words)`, filled up with 0.
        arabic: whether the query is in Arabic script too; then it and the words can change places.
    """
    sounds = np.frombuffer(query, np.uint8).astype(np.intp)
    heavier = np.maximum(_total(_WEIGHTS, words), _WEIGHTS[sounds].sum())
    return np.asarray(1 - distances(sounds, words, arabic=arabic) / heavier)


def distances(query: NDArray[np.intp], words: NDArray[np.intp], *, arabic: bool) -> Costs:
    """Weighted edit distances (Wagner & Fischer 1974) from a query to words, in hundredths.

    A pair of sounds x and y saves `gap(x) + gap(y) - substitution(x, y)` of the cost of leaving out all
    sounds of both words. The distance is that cost less the most that pairs in their order can save.

    Args:
        query: codes, shape `(sounds,)`.
        words: codes, shape `(longest, words)`, filled up with 0.
        arabic: whether the query is in Arabic script too.
    """
    gaps = _QUERY_GAPS[arabic]
    saved = np.zeros((len(words) + 1, words.shape[1]), np.int16)
    with_word, without_word = saved[1:], saved[:-1]
    few = words.shape[1] <= _FEW
    for with_pair in _SAVINGS[arabic][query].take(words, axis=1):
        np.maximum(with_word, without_word + with_pair, out=with_word)
        if few:
            np.maximum.accumulate(saved, axis=0, out=saved)
        else:
            for shorter, longer in itertools.pairwise(saved):
                np.maximum(shorter, longer, out=longer)
    return np.asarray(gaps[query].sum(dtype=np.int16) + _total(_WORD_GAPS, words) - saved[-1])


def _total(table: Costs, words: NDArray[np.intp]) -> Costs:
    """Sum of what the sounds of each word cost or weigh."""
    return np.asarray(table.take(words).sum(axis=0, dtype=np.int16))
