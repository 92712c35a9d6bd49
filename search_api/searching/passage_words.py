"""The words of passages, read once: what is found once is likely to be found again."""

import functools
from array import array
from dataclasses import dataclass, field

from indexer.core.bounded import Bounded, size_of
from indexer.text.orthography import designations, raw_words

REMEMBERED = 16_000_000
"""Bytes of words that are kept: those of some 2,000 passages."""

MOST_LETTERS = 4_000
"""Of a longer text, the whole of an article, the words are not kept."""

_BYTES_OF_A_WORD = 90
"""In two arrays, a tuple and a set, which is half empty."""


@dataclass(frozen=True, slots=True, eq=False)
class PassageWords:
    """The raw words of a text.

    Attributes:
        folds: of each word.
        starts, ends: where each stands in the text.
        different: all of `folds`.
        letters: of those that spell Latin letters by their names, by these letters: mq of امکیو.
    """

    folds: tuple[str, ...]
    starts: "array[int]"
    ends: "array[int]"
    different: frozenset[str] = field(repr=False)
    letters: dict[str, list[str]]

    @property
    def size(self) -> int:
        """About so many bytes."""
        return _BYTES_OF_A_WORD * len(self.folds)


def words_of_passage(text: str) -> PassageWords:
    """The words of a text, remembered where it is no longer than passages are."""
    if len(text) > MOST_LETTERS:
        return _read(text)
    remembered = _remembered()
    found = remembered.get(text)
    if found is None:
        found = _read(text)
        remembered.put(text, found, size_of(text) + found.size)
    return found


@functools.cache
def _remembered() -> Bounded[str, PassageWords]:
    """Made when it is first needed: how much it may take is known then."""
    return Bounded(REMEMBERED, "passages")


def _read(text: str) -> PassageWords:
    found = raw_words(text)
    folds = tuple(folded for _, _, folded in found)
    different = frozenset(folds)
    letters: dict[str, list[str]] = {}
    for word in different:
        if spelled := designations.letters_of(word):
            letters.setdefault(spelled, []).append(word)
    starts, ends = array("I", [start for start, _, _ in found]), array("I", [end for _, end, _ in found])
    return PassageWords(folds, starts, ends, different, letters)
