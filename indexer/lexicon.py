"""The lexicon: which words of an index may stand for a word of a query, in whatever language it is.

It is learned from the index itself. Every word of its articles has its stem, its sound and, if it is
frequent enough, a vector of its own. A query's word is expanded into words of the index that

- are the *same*, folded, or have the same *stem*;
- *sound* like it, in the other script or in another spelling (`indexer.sound`);
- have a vector near to its own: *translations*, and words that mean nearly the same.

Vectors of single words have hubs, words that are near to everything. Nearness is therefore CSLS (Conneau
et al., "Word translation without parallel data", ICLR 2018): twice the cosine, less the mean cosine of
each side to its nearest neighbours on the other; for the words of the index these are the nearest of the
4,000 most frequent words of English, a reference that does not depend on the queries that come. How near
is near differs from model to model, so CSLS is counted in its own standard deviation over the index.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import sound, vocabulary, wordlists
from indexer.arrays import mapped
from indexer.dense import QuantisedIndex
from indexer.errors import IndexDamaged
from indexer.orthography import encoder_input, is_arabic_script, is_number, likelier_persian
from indexer.orthography.stems import stem
from indexer.records import ALL_KINDS, KINDS, Expansion, MatchKind, Numbers, QueryWord, Scores, Vectors
from indexer.sound import SoundIndex
from indexer.vocabulary import Vocabulary

VERSION = 2
"""Raised whenever the same words would be expanded in another way, or get other stems."""

STEMS = "stems"
STEM_STARTS = "stem-starts.npy"
STEM_WORDS = "stem-words.npy"
WORD_STEMS = "word-stems.npy"
VECTORS = "word-vectors"
VECTOR_WORDS = "vector-words.npy"
VECTOR_LANGUAGES = "vector-languages.npy"
VECTOR_HUBNESS = "vector-hubness.npy"
SPREAD = "spread.npy"

REFERENCE_WORDS = 4000
NEIGHBOURS = 10
STEMMED = frozenset({"ar", "fa", "prs"})
STEM_WEIGHT = 0.7
"""What another form of a word counts, against 1 for the word itself."""

SOUND_FLOOR = 0.6
"""Similarity of sound from which words are taken for each other; weights rise from there with the square."""

SOUNDS = 8
SOUND_WINDOW = 0.15
"""Most words that sound alike, and how much less alike than the best they may be."""

SHORTEST_SOUND = 3

NEAREST = 250
TRANSLATIONS = 30
"""Words of each language that a word is translated into, of the nearest 250."""

SOFTNESS = 2.0
"""Standard deviations of CSLS by which a translation may be worse than the best at a weight of 1/e."""

CONFIDENT = 2.0
"""Standard deviations of CSLS from which the best translation is taken for certain; 0 counts nothing."""

LEAST_WEIGHT = 0.05
REMEMBERED = 50_000
_BLOCK = 8192

Encode = Callable[[Sequence[str]], Vectors]


def write(
    words: Sequence[str],
    languages: Mapping[str, Iterable[str]],
    frequent: Callable[[str], bool],
    encode: Encode,
    folder: Path,
) -> tuple[str, ...]:
    """Write the lexicon of an index.

    Args:
        words: its vocabulary: folded words, sorted.
        languages: of the articles in which each word stands.
        frequent: whether a word stands in enough sentences for a vector of its own.
        encode: vectors of texts, with the prompt of queries.
        folder: where to write; it exists.

    Returns:
        Names of the files, below `folder`.
    """
    with_vectors = [
        number
        for number, word in enumerate(words)
        if len(word) > 1 and is_arabic_script(word) and frequent(word)
    ]
    chosen = [(words[number], _language(words[number], languages[words[number]])) for number in with_vectors]
    return (
        *sound.write(words, folder),
        *_write_stems(words, languages, folder),
        *_write_vectors(with_vectors, chosen, encode, folder),
    )


def encoded_texts(folder: Path, words: Vocabulary) -> list[str]:
    """The texts whose vectors the lexicon in `folder` was made from: its words, and the reference."""
    numbers, codes = mapped(folder / VECTOR_WORDS), mapped(folder / VECTOR_LANGUAGES)
    spelled = (
        encoder_input(words[number], "ar" if code else "fa")
        for number, code in zip(numbers.tolist(), codes.tolist(), strict=True)
    )
    return [*spelled, *wordlists.most_frequent("en", REFERENCE_WORDS)]


class Lexicon:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, words: Vocabulary) -> None:
        """Map the lexicon in `folder` of the vocabulary `words`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.words = words
        self._sound = SoundIndex(folder)
        self._stems = Vocabulary(folder, STEMS)
        self._stem_starts: Numbers = mapped(folder / STEM_STARTS)
        self._stem_words: Numbers = mapped(folder / STEM_WORDS)
        self._word_stems: Numbers = mapped(folder / WORD_STEMS, 2)
        self._vectors = QuantisedIndex.load(folder, VECTORS)
        self._vector_words: Numbers = mapped(folder / VECTOR_WORDS)
        self._languages: NDArray[np.uint8] = mapped(folder / VECTOR_LANGUAGES)
        self._hubness: Scores = mapped(folder / VECTOR_HUBNESS)
        self._codes = frozenset(np.unique(self._languages).tolist())
        self._spread = float(mapped(folder / SPREAD, 0))
        fits = (
            len(self._stem_starts) == len(self._stems) + 1
            and len(self._word_stems) == len(words)
            and len(self._vectors) == len(self._vector_words) == len(self._languages) == len(self._hubness)
        )
        if not fits:
            raise IndexDamaged(f"the lexicon in {folder} does not fit its vocabulary: reindex")
        self._remembered: OrderedDict[tuple[QueryWord, frozenset[MatchKind]], Expansion] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, word: QueryWord, kinds: frozenset[MatchKind] = ALL_KINDS) -> Expansion | None:
        """The expansion of a word by these kinds of match, if it was expanded before."""
        with self._lock:
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
        found = _Terms(kinds)
        folded, language = word.folded, word.language
        number = self.words.number(folded)
        if number is not None:
            found.add([number], [1.0], MatchKind.SAME)
        found.add(*self._forms(stem(folded, language), STEM_WEIGHT), MatchKind.STEM)
        if self.is_sounded(folded):
            found.add(*self._with_forms(*self._sounding(word.typed)), MatchKind.SOUND)
        sounds = found.expansion(folded)
        if vector is not None:
            own = _code(language) if is_arabic_script(folded) else None
            found.add(*self._with_forms(*self._translations(vector, own)), MatchKind.TRANSLATION)
        expansion = found.expansion(folded, sounds)
        with self._lock:
            self._remembered[word, kinds] = expansion
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return expansion

    def is_translated(self, word: QueryWord) -> bool:
        """Whether a word is translated, so that its vector is needed.

        Numbers are not; words in Arabic script only into another language of the index than the query's.
        """
        if is_number(word.folded):
            return False
        return not is_arabic_script(word.folded) or bool(self._codes - {_code(word.language)})

    def word(self, number: int) -> str:
        """The folded word of this number."""
        return self.words[number]

    def is_sounded(self, folded: str) -> bool:
        """Whether words are looked for that sound like this one: Latin letters, three or more."""
        return len(folded) >= SHORTEST_SOUND and not is_arabic_script(folded) and not is_number(folded)

    def _forms(self, stem_of_word: str, weight: float) -> tuple[Sequence[int], Sequence[float]]:
        number = self._stems.number(stem_of_word)
        if number is None:
            return [], []
        words = self._stem_words[self._stem_starts[number] : self._stem_starts[number + 1]].tolist()
        return words, [weight] * len(words)

    def _with_forms(
        self, words: Sequence[int], weights: Sequence[float]
    ) -> tuple[Sequence[int], Sequence[float]]:
        """`words`, and the other words of their stems at less weight."""
        all_words, all_weights = list(words), list(weights)
        for word, weight in zip(words, weights, strict=True):
            for number in self._word_stems[word].tolist():
                if number >= 0:
                    forms = self._stem_words[
                        self._stem_starts[number] : self._stem_starts[number + 1]
                    ].tolist()
                    all_words += forms
                    all_weights += [STEM_WEIGHT * weight] * len(forms)
        return all_words, all_weights

    def _sounding(self, typed: str) -> tuple[Sequence[int], Sequence[float]]:
        matches = self._sound.matches(typed, floor=SOUND_FLOOR, limit=SOUNDS)
        if not matches:
            return [], []
        best = matches[0][1]
        near = [(word, alike) for word, alike in matches if alike >= best - SOUND_WINDOW]
        weights = [((alike - SOUND_FLOOR) / (1 - SOUND_FLOOR)) ** 2 for _, alike in near]
        return [word for word, _ in near], weights

    def _translations(self, vector: Vectors, own: int | None) -> tuple[Sequence[int], Sequence[float]]:
        """Words with near vectors and their weights; none in the language whose code is `own`."""
        cosines, rows = self._vectors.search(vector, NEAREST)
        if own is not None:
            foreign = self._languages[rows] != own
            cosines, rows = cosines[foreign], rows[foreign]
        if not len(rows):
            return [], []
        nearness = (2 * cosines - cosines[:NEIGHBOURS].mean() - self._hubness[rows]) / self._spread
        best = float(nearness.max())
        confidence = min(1.0, max(0.0, best / CONFIDENT))
        weights = np.exp((nearness - best) / SOFTNESS) * confidence
        chosen = [
            of_language[np.argsort(-nearness[of_language], kind="stable")[:TRANSLATIONS]]
            for code in np.unique(self._languages[rows])
            for of_language in [np.flatnonzero(self._languages[rows] == code)]
        ]
        places = np.concatenate(chosen)
        places = places[weights[places] >= LEAST_WEIGHT]
        return self._vector_words[rows[places]].tolist(), weights[places].tolist()


class _Terms:
    """Collects words with their weights; of several reasons for a word the strongest stays."""

    def __init__(self, kinds: frozenset[MatchKind]) -> None:
        self._kinds = kinds
        self._found: dict[int, tuple[float, int]] = {}

    def add(self, words: Sequence[int], weights: Sequence[float], kind: MatchKind) -> None:
        if kind not in self._kinds:
            return
        place = KINDS.index(kind)
        for word, weight in zip(words, weights, strict=True):
            if weight > self._found.get(word, (0.0, 0))[0]:
                self._found[word] = (weight, place)

    def expansion(self, word: str, sounds: Expansion | None = None) -> Expansion:
        terms = sorted(self._found)
        return Expansion(
            word,
            np.array(terms, np.int64),
            np.array([self._found[term][0] for term in terms], np.float32),
            np.array([self._found[term][1] for term in terms], np.uint8),
            sounds,
        )


def _write_stems(
    words: Sequence[str], languages: Mapping[str, Iterable[str]], folder: Path
) -> tuple[str, ...]:
    """The stems of every word in the languages where it stands, at most two."""
    of_words = [
        sorted({stem(word, language) for language in set(languages[word]) & STEMMED} or {word})[:2]
        for word in words
    ]
    stems = sorted({one for several in of_words for one in several})
    numbers = {one: number for number, one in enumerate(stems)}
    word_stems = np.full((len(words), 2), -1, np.int64)
    for word, several in enumerate(of_words):
        word_stems[word, : len(several)] = [numbers[one] for one in several]
    owners, columns = np.nonzero(word_stems >= 0)
    of_owners = word_stems[owners, columns]
    order = np.lexsort((owners, of_owners))
    np.save(folder / WORD_STEMS, word_stems)
    np.save(folder / STEM_WORDS, owners[order])
    np.save(folder / STEM_STARTS, np.searchsorted(of_owners[order], np.arange(len(stems) + 1)))
    return (*vocabulary.write(stems, folder, STEMS), WORD_STEMS, STEM_WORDS, STEM_STARTS)


def _write_vectors(
    numbers: Sequence[int], chosen: Sequence[tuple[str, str]], encode: Encode, folder: Path
) -> tuple[str, ...]:
    """Vectors of the words `chosen`, with their hubness; the spread of CSLS."""
    reference = encode(wordlists.most_frequent("en", REFERENCE_WORDS))
    vectors = np.zeros((len(chosen), reference.shape[1]), np.float32)
    hubness = np.zeros(len(chosen), np.float32)
    squares, nearnesses = 0.0, 0
    for start in range(0, len(chosen), _BLOCK):
        block = slice(start, start + _BLOCK)
        vectors[block] = encode([encoder_input(word, language) for word, language in chosen[block]])
        cosines = vectors[block] @ reference.T
        hubness[block] = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
        nearness = 2 * cosines - hubness[block, None]
        squares += float(((nearness - nearness.mean(axis=0)) ** 2).sum())
        nearnesses += nearness.size
    np.save(folder / VECTOR_WORDS, np.array(numbers, np.int64))
    np.save(folder / VECTOR_LANGUAGES, np.array([_code(language) for _, language in chosen], np.uint8))
    np.save(folder / VECTOR_HUBNESS, hubness)
    np.save(folder / SPREAD, np.float64(np.sqrt(squares / nearnesses) if squares else 1.0))
    names = (VECTOR_WORDS, VECTOR_LANGUAGES, VECTOR_HUBNESS, SPREAD)
    return (*QuantisedIndex.write(vectors, folder, VECTORS), *names)


def _code(language: str) -> int:
    """0 for Persian and Dari, 1 for Arabic."""
    return int(language == "ar")


def _language(word: str, languages: Iterable[str]) -> str:
    """The language a word is spelled in for the model: that of its articles, the likelier of two."""
    known = {"fa" if language == "prs" else language for language in languages} & {"ar", "fa"}
    if len(known) == 1:
        return known.pop()
    return "fa" if likelier_persian(word) else "ar"
