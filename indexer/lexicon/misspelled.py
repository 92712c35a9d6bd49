"""Names that a text spells in a way of its own: how much the word that comes nearest sounds like one.

The sounds of an index find what is spelled nearly as it should be, by keys; here every word is compared.
"""

from collections.abc import Iterable

import numpy as np

from indexer.lexicon.arabic_sounds import arabic_forms
from indexer.lexicon.latin_sounds import latin_forms
from indexer.lexicon.sound_distance import codes, similarities


def nearest_sound(name: str, words: Iterable[str]) -> float:
    """How much the word in Arabic script that sounds most like a name in Latin letters does, 0 to 1.

    Args:
        name: in Latin letters.
        words: folded.
    """
    sounds = [(codes(form.phonemes), form.penalty) for word in words for form in arabic_forms(word)]
    if not sounds:
        return 0.0
    coded = np.zeros((max(len(sound) for sound, _ in sounds), len(sounds)), np.intp)
    for place, (sound, _) in enumerate(sounds):
        coded[: len(sound), place] = list(sound)
    penalties = np.array([penalty for _, penalty in sounds]) / 100
    best = 0.0
    for form in latin_forms(name):
        alike = similarities(codes(form.phonemes), coded, arabic=False) - penalties
        best = max(best, float(alike.max()) - form.penalty / 100)
    return best
