"""How alike names in Latin letters and spellings in Arabic script sound, whatever words they are cut into."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.lexicon.arabic_sounds import LETTER_PENALTY, arabic_forms
from indexer.lexicon.latin_sounds import latin_forms
from indexer.lexicon.phonemes import LONGEST
from indexer.lexicon.sound_distance import codes, similarities
from scripts.names.spelling import words_of


def likeness(latin: str, arabic: str) -> float:
    """The similarity of the most alike readings, at most 1, less their penalties."""
    return float(likenesses([latin], [arabic])[0, 0])


def likenesses(latin: Sequence[str], arabic: Sequence[str]) -> NDArray[np.float64]:
    """`likeness` of each name with each spelling, shape `(names, spellings)`; 0 for what cannot be read.

    A name has no conjunction or preposition of one letter before it.
    """
    found = np.zeros((len(latin), len(arabic)))
    forms = [
        (column, form)
        for column, text in enumerate(arabic)
        for form in arabic_forms(_joined(text))
        if form.penalty < LETTER_PENALTY
    ]
    if not forms:
        return found
    sounds = np.zeros((LONGEST, len(forms)), np.intp)
    for place, (_, form) in enumerate(forms):
        coded = np.frombuffer(codes(form.phonemes), np.uint8)
        sounds[: len(coded), place] = coded
    columns = np.array([column for column, _ in forms])
    penalties = np.array([form.penalty for _, form in forms])
    for row, name in enumerate(latin):
        for reading in latin_forms(_joined(name)):
            alike = similarities(codes(reading.phonemes), sounds, arabic=False)
            np.maximum.at(found[row], columns, alike - (penalties + reading.penalty) / 100)
    return found


def _joined(text: str) -> str:
    return "".join(words_of(text))
