"""Words that there are not, so that new ones keep coming: inflections of real ones, and names.

Which word stands where is decided by Simon's process (H. Simon, "On a class of skew distribution functions",
Biometrika 42, 1955) with the rate of new words of Heaps' law (Zanette and Montemurro, "Dynamics of text
generation with realistic Zipf's distribution", 2005): a place takes a new word at that rate, else the word of
an earlier place, whichever. So the vocabulary grows by the law, and its words are as unequally frequent as
real ones.
"""

import random
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.growing.base import Law
from indexer.core.records import Numbers

WORDS_A_PLACE = 8
"""Of so many words behind the beginning of a sentence, one may be replaced."""

_PERSIAN_ENDS = ("ها", "های", "هایی", "هایش", "هایشان", "ترین", "مان", "تان", "شان", "گری", "وار", "ستان")
_ARABIC_BEGINNINGS = ("و", "ف", "ب", "ل", "ال", "وال", "بال", "كال", "لل", "ول", "وب", "س")
_ARABIC_ENDS = ("", "ها", "هم", "هما", "نا", "كم", "ات", "ون", "ين", "ية", "تين", "وا")
_STEM = re.compile("[\u0621-\u064a\u067e-\u06d3]{3,7}")
_NAMES = 3
"""One made-up word in so many is a name."""


def places(words: int, kept: int) -> int:
    """How many words may be replaced in a sentence of so many, of which `kept` stay."""
    return max(0, words - kept) // WORDS_A_PLACE


def chosen(law: Law, tokens: NDArray[np.float64], groups: Numbers, seed: int) -> Numbers:
    """For every place, the number of the made-up word that it takes; they count from 0 in their order.

    Args:
        law: how the vocabulary grows.
        tokens: for every place, ascending, how many words of the archive precede it.
        groups: for every place, its script's language: no word stands in two.
        seed: of the random numbers.
    """
    chance = np.random.default_rng(seed)
    rate = np.diff(law.factor * tokens**law.exponent, prepend=0.0)
    is_new = chance.random(len(tokens)) < rate
    root = np.arange(len(tokens))
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        is_new[own[0]] = True
        earlier = own[(chance.random(len(own)) * np.arange(len(own))).astype(np.int64)]
        root[own] = np.where(is_new[own], own, earlier)
    while not is_new[root].all():
        root = root[root]
    return np.asarray(np.cumsum(is_new)[root] - 1, np.int64)


class Maker:
    """Makes words by their numbers, different from each other and from the real ones as far as that goes."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Make words out of the real ones."""
        stems = sorted(word for word in vocabulary if _STEM.fullmatch(word))
        self._stems = stems
        self._pairs = sorted({word[start : start + 2] for word in stems for start in range(len(word) - 1)})

    def word(self, number: int, language: str) -> str:
        """The word of a number, as it stands in a text of this language."""
        chance = random.Random(number)
        if number % _NAMES == 0:
            return "".join(chance.choice(self._pairs) for _ in range(chance.choice((2, 3, 3, 4))))
        stem = chance.choice(self._stems)
        if language == "ar":
            return chance.choice(_ARABIC_BEGINNINGS) + stem + chance.choice(_ARABIC_ENDS)
        return stem + chance.choice(_PERSIAN_ENDS)
