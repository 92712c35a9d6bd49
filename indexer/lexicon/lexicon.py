"""The lexicon: which words of an index may stand for a word of a query, in whatever language it is.

It is learned from the index itself. Every word of its articles has its stem, its sound and, if it is
frequent enough, a vector of its own. A query's word is expanded into words of the index that

- are the *same*, folded, or have the same *stem* (`forms`);
- *sound* like it, in the other script or in another spelling (`sound`);
- translate it, as the *dictionary* has it, which also knows *names* (`dictionary`, `translations`); Persian
  words into Arabic and back by way of English (`headwords`);
- have a vector near to its own: *translations* of words that the dictionary does not know, and words that
  mean nearly the same (`word_vectors`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexer.core.bounded import Bounded, size_of
from indexer.core.records import ALL_KINDS, KINDS, Expansion, MatchKind, Numbers, Phrase, QueryWord, Vectors
from indexer.lexicon import dictionary, forms, headwords, sound, sounding, word_vectors
from indexer.lexicon.collected import Collected
from indexer.lexicon.dictionary import NAMES
from indexer.lexicon.forms import Forms, Words
from indexer.lexicon.headwords import Between
from indexer.lexicon.sound import SoundIndex
from indexer.lexicon.translations import Found, Translations, arrays
from indexer.lexicon.word_vectors import Encode, WordVectors, code_of
from indexer.storage.vocabulary import Vocabulary
from indexer.text import wordlists
from indexer.text.orthography import is_arabic_script, is_function_word, is_number
from indexer.text.orthography.designations import parts
from indexer.text.orthography.stems import stem

VERSION = 6
"""Raised whenever the same words get other stems (`orthography.stems`) or vectors, or the files differ."""

NUMBER_WEIGHT = 0.3
"""What the number alone counts for a designation: text may write the letters of C-130 in another way."""

APART = 0.6
"""What the words of a notion count where they stand together, translated one by one."""

SHORTEST_SOUND = 3
SHORTEST_LOAN = 4
"""Letters of a word in Arabic script for which words of the other language are found by their sound."""

ENGLISH = "en"
COMMON = 2e-6
"""Share of all English words from which a word is common, and no name unless it is written as one."""

LOOKED_UP = 4_000_000
"""Bytes of translations that are kept between asking whether a word needs a vector and expanding it."""

REMEMBERED = 32_000_000
"""Bytes of expansions."""

_BYTES_OF_A_TERM = 200
"""Of a number, a weight and their places in a dict; phrases have a few more, and are few."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What an older lexicon knows of single words.

    Attributes:
        words: its vocabulary.
        sound, forms, vectors: of these words; None where they would be found otherwise now.
    """

    words: Vocabulary
    sound: SoundIndex | None
    forms: Forms | None
    vectors: WordVectors | None


def write(
    words: Words,
    encode: Encode,
    folder: Path,
    base: Known | None = None,
    *,
    encode_reference: Encode | None = None,
    sharing: bool = True,
) -> tuple[str, ...]:
    """Write the lexicon of an index.

    Args:
        words: its vocabulary.
        encode: vectors of words.
        folder: where to write; it exists.
        base: what an older lexicon knows of a word is taken from there.
        encode_reference: vectors of the words that every index is compared with; `encode` when None.
        sharing: whether files of vectors may be shared with `base`, with those of words that are gone.

    Returns:
        Names of the files, below `folder`.
    """
    reference = encode_reference or encode
    known = np.full(len(words.words), -1, np.int64) if base is None else _numbers_in(base.words, words.words)
    sounds = sound.write(words.words, folder, base.sound if base else None, known)
    stems = forms.write(words, folder, base.forms if base else None, known)
    if Forms(folder, len(words.words)).has_both():
        headwords.english()  # now, so that no query waits for it
    return (
        *sounds,
        *stems,
        *word_vectors.write(
            words, encode, reference, folder, base.vectors if base else None, known, sharing=sharing
        ),
    )


def _numbers_in(vocabulary: Vocabulary, words: Sequence[str]) -> Numbers:
    """For each of `words`, sorted, its number in `vocabulary`, or -1."""
    found = np.full(len(words), -1, np.int64)
    others = enumerate(vocabulary[number] for number in range(len(vocabulary)))
    other = next(others, None)
    for number, word in enumerate(words):
        while other and other[1] < word:
            other = next(others, None)
        if other and other[1] == word:
            found[number] = other[0]
    return found


class Lexicon:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, words: Vocabulary) -> None:
        """Map the lexicon in `folder` of the vocabulary `words`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.words = words
        self.sound = SoundIndex(folder)
        self.forms = Forms(folder, len(words))
        self.word_vectors = WordVectors(folder, words)
        self._dictionary = dictionary.of_index(folder)
        self._translations = Translations(words, self.forms)
        self._between = Between(folder, self._dictionary, self._translations)
        self._known_words: Bounded[QueryWord, list[tuple[MatchKind, Found]]] = Bounded(
            LOOKED_UP, "translations"
        )
        self._remembered: Bounded[tuple[QueryWord, frozenset[MatchKind]], Expansion] = Bounded(
            REMEMBERED, "expansions"
        )

    def known(self, *, sounds: bool = True, words: bool = True) -> Known:
        """What a newer lexicon may take over: the `sounds` of words, their stems and vectors (`words`)."""
        return Known(
            self.words,
            self.sound if sounds else None,
            self.forms if words else None,
            self.word_vectors if words else None,
        )

    def remembered(self, word: QueryWord, kinds: frozenset[MatchKind] = ALL_KINDS) -> Expansion | None:
        """The expansion of a word by these kinds of match, if it was expanded before."""
        return self._remembered.get((word, kinds))

    def expand(
        self, word: QueryWord, vector: Vectors | None, kinds: frozenset[MatchKind] = ALL_KINDS
    ) -> Expansion:
        """The words of the index that may stand for a word of a query.

        Args:
            word: of the query.
            vector: of the word, shape `(dimensions,)`; None where it `is_translated` not.
            kinds: what counts as standing for it.
        """
        found = Collected(kinds)
        folded, language = word.folded, word.language
        number = self.words.number(folded)
        if number is not None:
            found.add([number], [1.0], MatchKind.SAME)
        found.add(*self.forms.of_stem(stem(folded, language)), MatchKind.STEM)
        sounds = found
        if self.is_sounded(folded):
            sounds = found.copy()
            sounds.add(*self.forms.with_forms(*sounding.near(self.sound, word.typed)), MatchKind.SOUND)
            if self._may_be_a_name(word):
                found = sounds.copy()
        known_senses = self._known(word)
        if not known_senses:
            found.add(*self._number_of(folded), MatchKind.STEM)
            found.add(*self.forms.with_forms(*self._sounding_abroad(word)), MatchKind.SOUND)
        phrases = [phrase for kind, known in known_senses for phrase in found.add_known(kind, known)]
        if MatchKind.DICTIONARY in kinds:
            phrases += self._apart(word)
        if vector is not None:
            own = code_of(language) if is_arabic_script(folded) else None
            found.add(
                *self.forms.with_forms(*self.word_vectors.translations(vector, own)), MatchKind.TRANSLATION
            )
        expansion = found.expansion(folded, sounds.expansion(folded), tuple(phrases))
        self._remembered.put((word, kinds), expansion, _size(word) + expansion.size)
        return expansion

    def is_translated(self, word: QueryWord) -> bool:
        """Whether a word is translated by its vector: the dictionary leads where it knows what the index has.

        Numbers are not; words in Arabic script only into another language of the index than the query's.
        """
        if is_number(word.folded):
            return False
        if is_arabic_script(word.folded) and not self.word_vectors.has_foreign(word.language):
            return False
        return not self._has(word)

    def longest(self, words: Sequence[str]) -> int:
        """How many of the folded words of an English query, from the first on, are one notion.

        Names are, and what the index has in translation: of what it lacks, words may be answered one by one.
        """
        together = (words[:count] for count in self._dictionary.together(words))
        one = (one for one in together if self._dictionary.is_proper(one) or self._has(_notion(one)))
        return max(len(next(one, ())), 1)

    def knows(self, word: str) -> bool:
        """Whether the dictionary has an English word, other than as a name alone."""
        return self._dictionary.is_word(word)

    def is_name(self, word: QueryWord, *, is_known: bool = False) -> bool:
        """Whether a word of an English query is a name before all else, or an unknown word written as one."""
        headword = self._dictionary.headword(word.folded) if word.language == ENGLISH else None
        if headword is None:
            return word.language == ENGLISH and not is_known and word.typed[:1].isupper()
        return self._dictionary.senses(headword, is_name=word.is_capital)[0].pos in NAMES

    def _has(self, word: QueryWord) -> bool:
        """Whether the dictionary knows a translation of a word that the index has."""
        return any(found.terms or found.phrases for _, found in self._known(word))

    def _apart(self, word: QueryWord) -> Iterator[Phrase]:
        """What the words of a notion mean one by one, as a phrase in the order of Persian and Arabic.

        "Drone attack" is what the dictionary has, حمله پهپادی, and any attack that is told to be with drones.
        """
        words = [one for one in word.folded.split(" ") if not is_function_word(one)]
        parts = [self._meanings(replace(word, typed=one, folded=one)) for one in reversed(words)]
        if len(parts) > 1 and all(parts):
            yield Phrase(tuple(map(arrays, parts)), APART, KINDS.index(MatchKind.DICTIONARY))

    def _meanings(self, word: QueryWord) -> dict[int, float]:
        """The terms that the dictionary has for a word."""
        terms: dict[int, float] = {}
        for _, known in self._known(word):
            for term, weight in known.terms.items():
                terms[term] = max(terms.get(term, 0.0), weight)
        return terms

    def _known(self, word: QueryWord) -> list[tuple[MatchKind, Found]]:
        """What `_look_up` finds, kept for a while."""
        found = self._known_words.get(word)
        if found is None:
            found = self._look_up(word)
            terms = sum(len(known.terms) + len(known.phrases) for _, known in found)
            self._known_words.put(word, found, _size(word) + _BYTES_OF_A_TERM * terms)
        return found

    def _look_up(self, word: QueryWord) -> list[tuple[MatchKind, Found]]:
        """What the dictionary knows of a word, as a name and otherwise."""
        if is_arabic_script(word.folded):
            return self._look_up_between(word)
        if word.language != ENGLISH:
            return []
        headword = self._dictionary.headword(word.folded)
        senses = self._dictionary.senses(headword, is_name=word.is_capital) if headword else ()
        names = [sense for sense in senses if sense.pos in NAMES]
        others = [sense for sense in senses if sense.pos not in NAMES]
        return [
            (kind, self._translations.of(some))
            for kind, some in ((MatchKind.NAME, names), (MatchKind.DICTIONARY, others))
            if some
        ]

    def _look_up_between(self, word: QueryWord) -> list[tuple[MatchKind, Found]]:
        """The same for a word in Arabic script, where the index has another language than the query."""
        if is_function_word(word.folded) or not self.forms.has_foreign(word.language):
            return []
        found = self._between.of(word.folded, word.language)
        foreign = {
            term: weight for term, weight in found.terms.items() if self.forms.is_foreign(term, word.language)
        }
        return [(MatchKind.DICTIONARY, Found(foreign, found.phrases))] if foreign or found.phrases else []

    def _may_be_a_name(self, word: QueryWord) -> bool:
        """Whether what sounds like a word may stand for it: it is written as a name, or is no common word."""
        if word.language != ENGLISH or word.is_capital:
            return True
        headword = self._dictionary.headword(word.folded)
        if headword:
            return self._dictionary.senses(headword)[0].pos in NAMES
        return word.typed[:1].isupper() or wordlists.frequencies(ENGLISH).get(word.folded, 0.0) < COMMON

    def word(self, number: int) -> str:
        """The folded word of this number."""
        return self.words[number]

    def is_sounded(self, folded: str) -> bool:
        """Whether words are looked for that sound like this one: Latin letters, three or more."""
        return len(folded) >= SHORTEST_SOUND and not is_arabic_script(folded) and not is_number(folded)

    def _sounding_abroad(self, word: QueryWord) -> tuple[Sequence[int], Sequence[float]]:
        """Words of the other language that sound like one in Arabic script which the dictionary lacks."""
        folded, language = word.folded, word.language
        if (
            len(folded) < SHORTEST_LOAN
            or not is_arabic_script(folded)
            or not self.forms.has_foreign(language)
        ):
            return [], []
        near = zip(*sounding.near(self.sound, word.typed), strict=True)
        pairs = [(term, weight) for term, weight in near if self.forms.is_foreign(term, language)]
        return [term for term, _ in pairs], [weight for _, weight in pairs]

    def _number_of(self, folded: str) -> tuple[Sequence[int], Sequence[float]]:
        """The number in a designation."""
        designation = parts(folded)
        number = self.words.number(designation[1]) if designation else None
        return ([], []) if number is None else ([number], [NUMBER_WEIGHT])


def _notion(words: Sequence[str]) -> QueryWord:
    """Folded words of an English query as one; as a name, so that all that may be meant counts."""
    whole = " ".join(words)
    return QueryWord(whole, whole, ENGLISH, is_capital=True)


def _size(word: QueryWord) -> int:
    """Bytes of a word as a key."""
    return size_of(word.typed) + size_of(word.folded)
