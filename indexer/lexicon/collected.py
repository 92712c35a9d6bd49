"""Words of an index that may stand for a word of a query, collected from all that is known of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.core.records import KINDS, Expansion, MatchKind, Phrase
from indexer.lexicon.translations import Found


class Collected:
    """Collects words with their weights; of several reasons for a word the strongest stays."""

    def __init__(
        self, kinds: frozenset[MatchKind], found: dict[int, tuple[float, int]] | None = None
    ) -> None:
        """Begin with words by their numbers: the weight of each, and its kind as a position in `KINDS`.

        Args:
            kinds: what counts; everything else is passed over.
            found: what is collected already.
        """
        self._kinds = kinds
        self._found = found or {}

    def copy(self) -> "Collected":
        """The same once more, to go on with apart."""
        return Collected(self._kinds, dict(self._found))

    def add(self, words: Sequence[int], weights: Sequence[float], kind: MatchKind) -> None:
        """Add words by their numbers, for one kind of reason."""
        if kind not in self._kinds:
            return
        position = KINDS.index(kind)
        for word, weight in zip(words, weights, strict=True):
            known, why = self._found.get(word, (0.0, position))
            if weight > known:
                # what sounds alike and is near by its vector is a name written in the other script
                is_sound = kind is MatchKind.TRANSLATION and KINDS[why] is MatchKind.SOUND
                self._found[word] = (weight, why if is_sound else position)

    def add_known(self, kind: MatchKind, known: Found) -> tuple[Phrase, ...]:
        """Add the terms that the dictionary knows; its phrases, which are kept apart."""
        if kind not in self._kinds:
            return ()
        self.add([*known.terms], [*known.terms.values()], kind)
        return tuple(replace(phrase, kind=KINDS.index(kind)) for phrase in known.phrases)

    def expansion(
        self, word: str, sounds: Expansion | None = None, phrases: tuple[Phrase, ...] = ()
    ) -> Expansion:
        """What was collected, as what `word` stands for; with what sounds like it, and phrases."""
        terms = sorted(self._found)
        return Expansion(
            word,
            np.array(terms, np.int64),
            np.array([self._found[term][0] for term in terms], np.float32),
            np.array([self._found[term][1] for term in terms], np.uint8),
            sounds,
            phrases,
        )
