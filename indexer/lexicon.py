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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import row_blocks, sound, vocabulary, wordlists
from indexer.arrays import mapped
from indexer.cache import Keys, keys_of
from indexer.dense import QuantisedIndex
from indexer.errors import IndexDamaged
from indexer.orthography import encoder_input, is_arabic_script, is_number, likelier_persian
from indexer.orthography.stems import stem
from indexer.records import ALL_KINDS, KINDS, Expansion, MatchKind, Numbers, QueryWord, Scores, Vectors
from indexer.row_blocks import RowBlocks
from indexer.sharing import share
from indexer.sound import SoundIndex
from indexer.vocabulary import Vocabulary

VERSION = 3
"""Raised whenever the same words would be expanded in another way, or get other stems."""

STEMS = "stems"
STEM_STARTS = "stem-starts.npy"
STEM_WORDS = "stem-words.npy"
WORD_STEMS = "word-stems.npy"
WORD_LANGUAGES = "word-languages.npy"
VECTORS = "word-vectors"
VECTOR_WORDS = "vector-words.npy"
VECTOR_LANGUAGES = "vector-languages.npy"
VECTOR_HUBNESS = "vector-hubness.npy"
VECTOR_SQUARES = "vector-squares.npy"
VECTOR_KEYS = "vector-keys.npy"
REFERENCE = "reference-vectors.npy"
SPREAD = "spread.npy"

REFERENCE_WORDS = 4000
NEIGHBOURS = 10
STEMMED = ("ar", "fa", "prs")
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
_BLOCK = 2048
_ROUNDING = 1e-6
"""A variance of less is that of rounding: there are no different words."""

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The vocabulary of an index.

    Attributes:
        words: folded, sorted, all different.
        languages: of the articles in which each stands, as `language_bit` gives them, joined.
        frequent: whether each stands in enough sentences for a vector of its own.
    """

    words: Sequence[str]
    languages: NDArray[np.uint8]
    frequent: NDArray[np.bool_]


def reference_keys() -> Keys:
    """What the vectors that hubness is measured against are made of."""
    return keys_of(wordlists.most_frequent("en", REFERENCE_WORDS))


def language_bit(language: str) -> int:
    """The bit that stands for a language; all that have no stems share one."""
    return 1 << (STEMMED.index(language) if language in STEMMED else len(STEMMED))


def write(
    words: Words, encode: Encode, folder: Path, base: "Lexicon | None" = None, *, sharing: bool = True
) -> tuple[str, ...]:
    """Write the lexicon of an index.

    Args:
        words: its vocabulary.
        encode: vectors of texts, with the prompt of queries.
        folder: where to write; it exists.
        base: a lexicon made with the same model and versions: what it knows of a word is taken from it.
        sharing: whether files of vectors may be shared with `base`, with those of words that are gone.

    Returns:
        Names of the files, below `folder`.
    """
    known = np.full(len(words.words), -1, np.int64) if base is None else _numbers_in(base, words.words)
    return (
        *sound.write(words.words, folder, base.sound if base else None, known),
        *_write_stems(words, folder, base, known),
        *_WordVectors(words, encode, folder).write(base, known, sharing=sharing),
    )


def _numbers_in(base: "Lexicon", words: Sequence[str]) -> Numbers:
    """For each of `words`, sorted, its number in `base`, or -1."""
    found = np.full(len(words), -1, np.int64)
    others = enumerate(base.words[number] for number in range(len(base.words)))
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
        self.folder = folder
        self.words = words
        self.sound = SoundIndex(folder)
        self._stems = Vocabulary(folder, STEMS)
        self._stem_starts: Numbers = mapped(folder / STEM_STARTS)
        self._stem_words: Numbers = mapped(folder / STEM_WORDS)
        self._word_stems: Numbers = mapped(folder / WORD_STEMS, 2)
        self.word_languages: NDArray[np.uint8] = mapped(folder / WORD_LANGUAGES)
        self._vectors = QuantisedIndex.load(folder, VECTORS)
        self._vector_words: Numbers = mapped(folder / VECTOR_WORDS)
        self._languages: NDArray[np.uint8] = mapped(folder / VECTOR_LANGUAGES)
        self._hubness: Scores = mapped(folder / VECTOR_HUBNESS)
        self._squares: NDArray[np.float64] = mapped(folder / VECTOR_SQUARES)
        self.vector_keys: Keys = mapped(folder / VECTOR_KEYS, 2)
        self._codes = frozenset(np.unique(self._languages).tolist())
        self._spread = float(mapped(folder / SPREAD, 0))
        fits = (
            len(self._stem_starts) == len(self._stems) + 1
            and len(self._word_stems) == len(self.word_languages) == len(words)
            and len(self._vectors) == len(self._vector_words) == len(self._languages)
            and len(self._vectors) == len(self._hubness) == len(self._squares) == len(self.vector_keys)
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

    @property
    def vectors(self) -> RowBlocks:
        """The vectors of words, as they were rounded."""
        return self._vectors.vectors

    def encoded_texts(self) -> list[str]:
        """The texts whose vectors this was made from: its words, as they were spelled, and the reference."""
        spelled = (
            encoder_input(self.words[number], "ar" if code else "fa")
            for number, code in zip(self._vector_words.tolist(), self._languages.tolist(), strict=True)
        )
        return [*spelled, *wordlists.most_frequent("en", REFERENCE_WORDS)]

    def reference(self) -> Vectors:
        """Vectors of the words that hubness is measured against."""
        return mapped(self.folder / REFERENCE, 2).astype(np.float32)

    def stems(self, number: int) -> list[str]:
        """The stems of the word of this number."""
        return [self._stems[stem] for stem in self._word_stems[number].tolist() if stem >= 0]

    def known_vectors(self, numbers: Numbers, codes: NDArray[np.uint8]) -> "KnownVectors":
        """What is kept of some words, by their numbers here, spelled in the languages of `codes`.

        A number of -1 is a word that is not here.
        """
        rows = np.full(len(self.words) + 1, -1, np.int64)
        rows[self._vector_words] = np.arange(len(self._vector_words))
        found = rows[numbers]
        found[found >= 0] = np.where(
            self._languages[found[found >= 0]] == codes[found >= 0], found[found >= 0], -1
        )
        places, kept = np.flatnonzero(found >= 0), found[found >= 0]
        return KnownVectors(
            places,
            kept,
            self._hubness[kept],
            self._squares[kept],
            self.vector_keys[kept],
        )

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
        matches = self.sound.matches(typed, floor=SOUND_FLOOR, limit=SOUNDS)
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


@dataclass(frozen=True, slots=True, eq=False)
class KnownVectors:
    """What a lexicon keeps of the vectors of some words.

    Attributes:
        places: which of the words that were asked for.
        rows: numbers of their vectors.
        hubness, squares, keys: of these.
    """

    places: Numbers
    rows: Numbers
    hubness: Scores
    squares: NDArray[np.float64]
    keys: Keys


def _write_stems(words: Words, folder: Path, base: "Lexicon | None", known: Numbers) -> tuple[str, ...]:
    """The stems of every word in the languages where it stands, at most two."""
    of_words = [
        base.stems(number)
        if base and number >= 0 and base.word_languages[number] == languages
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


class _WordVectors:
    """Writes the vectors of the words that have one, their hubness, and the spread of CSLS."""

    def __init__(self, words: Words, encode: Encode, folder: Path) -> None:
        self._encode = encode
        self._folder = folder
        self._numbers = np.array(
            [
                number
                for number in np.flatnonzero(words.frequent).tolist()
                if len(words.words[number]) > 1 and is_arabic_script(words.words[number])
            ],
            np.int64,
        )
        self._words = [words.words[number] for number in self._numbers.tolist()]
        languages = words.languages[self._numbers].tolist()
        codes = [_code(_language(word, bits)) for word, bits in zip(self._words, languages, strict=True)]
        self._codes = np.array(codes, np.uint8)

    def write(self, base: Lexicon | None, known: Numbers, *, sharing: bool) -> tuple[str, ...]:
        """Write the files; the names of them. `known` has the words' numbers in `base`."""
        reference = self._reference(base)
        total = len(self._words)
        rows = np.full(total, -1, np.int64)
        hubness, squares = np.empty(total, np.float32), np.empty(total, np.float64)
        keys = np.empty((total, 2), np.uint64)
        if base:
            kept = base.known_vectors(known[self._numbers], self._codes)
            rows[kept.places], hubness[kept.places] = kept.rows, kept.hubness
            squares[kept.places], keys[kept.places] = kept.squares, kept.keys
        places = np.flatnonzero(rows < 0)
        new = np.empty((len(places), reference.shape[1]), np.float16)
        for start in range(0, len(places), _BLOCK):
            some = places[start : start + _BLOCK]
            texts = [self._spelled(place) for place in some.tolist()]
            vectors = self._encode(texts).astype(np.float16)
            new[start : start + _BLOCK], keys[some] = vectors, keys_of(texts)
            cosines = vectors.astype(np.float32) @ reference.T
            hubness[some] = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
            squares[some] = ((2 * cosines - hubness[some, None]).astype(np.float64) ** 2).sum(axis=1)
        names = self._write_rows(new, base, rows, sharing=sharing)
        spread = _spread(RowBlocks(self._folder, VECTORS), hubness, squares, reference)
        arrays: dict[str, NDArray[Any]] = {
            VECTOR_WORDS: self._numbers,
            VECTOR_LANGUAGES: self._codes,
            VECTOR_HUBNESS: hubness,
            VECTOR_SQUARES: squares,
            VECTOR_KEYS: keys,
            SPREAD: np.array(spread, np.float64),
        }
        for name, array in arrays.items():
            np.save(self._folder / name, array)
        if base:
            share(base.folder / REFERENCE, self._folder / REFERENCE)
        else:
            np.save(self._folder / REFERENCE, reference.astype(np.float16))
        return (*names, *QuantisedIndex.write(self._folder, VECTORS), *arrays, REFERENCE)

    def _write_rows(
        self, new: NDArray[np.float16], base: Lexicon | None, rows: Numbers, *, sharing: bool
    ) -> tuple[str, ...]:
        """Write the vectors: `new` ones, and those that `base` has in `rows`."""
        if base is None:
            return row_blocks.write(self._folder, VECTORS, new)
        return row_blocks.write(self._folder, VECTORS, new, base.vectors, rows, sharing=sharing)

    def _reference(self, base: Lexicon | None) -> Vectors:
        if base:
            return base.reference()
        words = wordlists.most_frequent("en", REFERENCE_WORDS)
        return self._encode(words).astype(np.float16).astype(np.float32)

    def _spelled(self, place: int) -> str:
        return encoder_input(self._words[place], "ar" if self._codes[place] else "fa")


def _spread(vectors: RowBlocks, hubness: Scores, squares: NDArray[np.float64], reference: Vectors) -> float:
    """The standard deviation of CSLS, less the mean of each reference word, over all words.

    From sums over words: of the squares, and of each reference word's values, 2 (sum of v) r - sum of h.
    """
    if not len(vectors):
        return 1.0
    total = np.zeros(reference.shape[1], np.float64)
    for start in range(0, len(vectors), _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, len(vectors)))
        total += vectors[numbers].sum(axis=0, dtype=np.float64)
    sums = 2 * (reference.astype(np.float64) @ total) - hubness.sum(dtype=np.float64)
    variance = (squares.sum() - (sums**2).sum() / len(vectors)) / (len(vectors) * len(reference))
    return float(np.sqrt(variance)) if variance > _ROUNDING else 1.0


def _code(language: str) -> int:
    """0 for Persian and Dari, 1 for Arabic."""
    return int(language == "ar")


def _language(word: str, languages: int) -> str:
    """The language a word is spelled in for the model: that of its articles, the likelier of two."""
    arabic = bool(languages & language_bit("ar"))
    persian = bool(languages & (language_bit("fa") | language_bit("prs")))
    if arabic != persian:
        return "ar" if arabic else "fa"
    return "fa" if likelier_persian(word) else "ar"
