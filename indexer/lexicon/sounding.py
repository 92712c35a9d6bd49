"""Which words of an index sound like a word of a query, and how much each counts for it."""

import math
from collections.abc import Sequence

from indexer.lexicon.sound import SoundIndex

SOUND_FLOOR = 0.6
"""Similarity of sound from which weights rise with the square."""

LEAST_SOUND = 0.75
"""Similarity of sound from which words are taken for each other: of names, one in three hundred has less."""

SOUNDS = 8
SOUND_WINDOW = 0.12
"""Most words that sound alike, and how much less alike than the best they may be."""

SOUND_DECAY = 0.04
"""Weights fall off with e for so much less likeness than the best: of names, half of the words within 0.02 of
the best are spellings of the name, of those 0.05 below it one in thirty."""


def near(index: SoundIndex, typed: str) -> tuple[Sequence[int], Sequence[float]]:
    """The numbers of the words that sound like `typed`, and their weights."""
    matches = index.matches(typed, floor=LEAST_SOUND, limit=SOUNDS)
    if not matches:
        return [], []
    best = matches[0][1]
    close = [(word, alike) for word, alike in matches if alike >= best - SOUND_WINDOW]
    weights = [
        ((alike - SOUND_FLOOR) / (1 - SOUND_FLOOR)) ** 2 * math.exp((alike - best) / SOUND_DECAY)
        for _, alike in close
    ]
    return [word for word, _ in close], weights
