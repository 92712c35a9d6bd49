"""The words of an index by how they begin: as somebody types, or as that sounds in other letters."""

from indexer.lexicon.lexicon import SHORTEST_SOUND, Lexicon
from indexer.lexicon.sounding import LEAST_SOUND
from indexer.text.orthography import is_arabic_script

SOUND_WINDOW = 0.06
"""How much less alike than the best the sound of a beginning may be; of whole words twice as much."""


class Beginnings:
    """Looks words up in a lexicon. Safe to use from several threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Look them up in `lexicon`."""
        self._lexicon = lexicon

    def word(self, number: int) -> str:
        """The folded word of this number."""
        return self._lexicon.word(number)

    def starting(self, folded: str) -> range:
        """The numbers of the words that begin so."""
        return self._lexicon.words.starting(folded)

    def sounding(self, typed: str, limit: int) -> list[int]:
        """The words that begin about as something typed in other letters sounds, the most alike first."""
        if len(typed) < SHORTEST_SOUND or is_arabic_script(typed):
            return []
        found = self._lexicon.sound.beginning(typed, floor=LEAST_SOUND, limit=limit)
        return [word for word, alike in found if alike >= found[0][1] - SOUND_WINDOW]
