"""The stems of an index's words: which words are forms of one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography.stems import stem

STEMS = "stems"
STEM_STARTS = "stem-starts.npy"
STEM_WORDS = "stem-words.npy"
WORD_STEMS = "word-stems.npy"
WORD_LANGUAGES = "word-languages.npy"

STEMMED = ("ar", "fa", "prs")
STEM_WEIGHT = 0.7
"""What another form of a word counts, against 1 for the word itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The vocabulary of an index.

    Attributes:
        words: folded, sorted, all different.
        languages: of the articles in which each stands, as `language_bit` gives them, joined.
        sentences: in how many each stands.
        least: in so many the words of a stem stand together, where one of them has a vector.
    """

    words: Sequence[str]
    languages: NDArray[np.uint8]
    sentences: Numbers
    least: int


def language_bit(language: str) -> int:
    """The bit that stands for a language; all that have no stems share one."""
    return 1 << (STEMMED.index(language) if language in STEMMED else len(STEMMED))


def _foreign_bits(language: str) -> int:
    """The bits of Arabic for Persian and Dari, and theirs for Arabic."""
    persian = language_bit("fa") | language_bit("prs")
    return persian if language == "ar" else language_bit("ar")


def write(words: Words, folder: Path, base: "Forms | None", known: Numbers) -> tuple[str, ...]:
    """Write the stems of every word in the languages where it stands, at most two; names of the files.

    Args:
        words: the vocabulary.
        folder: where to write; it exists.
        base: stems made with the same version.
        known: for each word its number in `base`, or -1.
    """
    of_words = [
        base.stems(number)
        if base and number >= 0 and base.languages[number] == languages
        else _stems(word, languages)
        for word, languages, number in zip(words.words, words.languages.tolist(), known.tolist(), strict=True)
    ]
    stems = sorted({one for several in of_words for one in several})
    numbers = {one: number for number, one in enumerate(stems)}
    word_stems = np.full((len(of_words), 2), -1, np.int64)
    for word, several in enumerate(of_words):
        word_stems[word, : len(several)] = [numbers[one] for one in several]
    owners, columns = np.nonzero(word_stems >= 0)
    of_owners = word_stems[owners, columns]
    order = np.lexsort((owners, of_owners))
    np.save(folder / WORD_STEMS, word_stems)
    np.save(folder / WORD_LANGUAGES, words.languages)
    np.save(folder / STEM_WORDS, owners[order])
    np.save(folder / STEM_STARTS, np.searchsorted(of_owners[order], np.arange(len(stems) + 1)))
    names = (WORD_STEMS, WORD_LANGUAGES, STEM_WORDS, STEM_STARTS)
    return (*vocabulary.write(stems, folder, STEMS), *names)


def _stems(word: str, languages: int) -> list[str]:
    stemmed = {stem(word, language) for language in STEMMED if languages & language_bit(language)}
    return sorted(stemmed or {word})[:2]


class Forms:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, words: int) -> None:
        """Map the stems in `folder` of a vocabulary of so many `words`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self._stems = Vocabulary(folder, STEMS)
        self._starts: Numbers = mapped(folder / STEM_STARTS)
        self._words: Numbers = mapped(folder / STEM_WORDS)
        self._word_stems: Numbers = mapped(folder / WORD_STEMS, 2)
        self.languages: NDArray[np.uint8] = mapped(folder / WORD_LANGUAGES)
        if (
            len(self._starts) != len(self._stems) + 1
            or not len(self._word_stems) == len(self.languages) == words
        ):
            raise IndexDamaged(f"the stems in {folder} do not fit the vocabulary")
        self._all_languages = int(np.bitwise_or.reduce(self.languages, initial=0))

    def has_foreign(self, language: str) -> bool:
        """Whether there are words of Arabic articles, if `language` is Persian or Dari; and the reverse."""
        return bool(self._all_languages & _foreign_bits(language))

    def is_foreign(self, number: int, language: str) -> bool:
        """Whether the word of this number stands in articles of that kind."""
        return bool(self.languages[number] & _foreign_bits(language))

    def has_both(self) -> bool:
        """Whether there are words of Arabic articles, and of Persian or Dari ones."""
        return self.has_foreign("ar") and self.has_foreign("fa")

    def stems(self, number: int) -> list[str]:
        """The stems of the word of this number."""
        return [self._stems[stem] for stem in self._word_stems[number].tolist() if stem >= 0]

    def of_stem(self, stem_of_word: str) -> tuple[Sequence[int], Sequence[float]]:
        """The words of a stem, and their weights."""
        number = self._stems.number(stem_of_word)
        if number is None:
            return [], []
        words = self._of(number)
        return words, [STEM_WEIGHT] * len(words)

    def with_forms(
        self, words: Sequence[int], weights: Sequence[float]
    ) -> tuple[Sequence[int], Sequence[float]]:
        """`words`, and the other words of their stems at less weight."""
        all_words, all_weights = list(words), list(weights)
        for word, weight in zip(words, weights, strict=True):
            for number in self._word_stems[word].tolist():
                if number >= 0:
                    forms = self._of(number)
                    all_words += forms
                    all_weights += [STEM_WEIGHT * weight] * len(forms)
        return all_words, all_weights

    def leaders(self, counts: Numbers, least: int) -> Numbers:
        """Of each stem the word of the highest count, the first of equals, where all have `least` together.

        A word of two stems may lead one of them alone.
        """
        of_words = counts[self._words]
        if not len(of_words):
            return np.empty(0, np.int64)
        together = np.add.reduceat(of_words, self._starts[:-1])
        owners = np.repeat(np.arange(len(together)), np.diff(self._starts))
        order = np.lexsort((self._words, -of_words, owners))
        leading = self._words[order[self._starts[:-1]]]
        return np.unique(leading[together >= least])

    def _of(self, stem_number: int) -> list[int]:
        start, end = self._starts[stem_number : stem_number + 2].tolist()
        found: list[int] = self._words[start:end].tolist()
        return found
