"""The vectors of an index's words: translations are the words whose vectors are nearest.

Vectors of single words have hubs, words that are near to everything. Nearness is therefore CSLS (Conneau
et al., "Word translation without parallel data", ICLR 2018): twice the cosine, less the mean cosine of
each side to its nearest neighbours on the other; for the words of the index these are the nearest of the
4,000 most frequent words of English, a reference that does not depend on the queries that come. How near
is near differs from model to model, so CSLS is counted in its own standard deviation over the index.

Words of one stem mean nearly the same, so the most frequent of them has a vector, for all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers, Scores, Vectors
from indexer.lexicon.forms import Forms, Words, language_bit
from indexer.storage.arrays import mapped
from indexer.storage.sharing import share
from indexer.storage.vocabulary import Vocabulary
from indexer.text import wordlists
from indexer.text.orthography import encoder_input, is_arabic_script, likelier_persian
from indexer.vectors import row_blocks
from indexer.vectors.cache import Keys, keys_of
from indexer.vectors.quantised import QuantisedIndex
from indexer.vectors.row_blocks import RowBlocks

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

NEAREST = 250
TRANSLATIONS = 30
"""Words of each language that a word is translated into, of the nearest 250."""

SOFTNESS = 2.0
"""Standard deviations of CSLS by which a translation may be worse than the best at a weight of 1/e."""

CONFIDENT = 2.0
"""Standard deviations of CSLS from which the best translation is taken for certain; 0 counts nothing."""

LEAST_WEIGHT = 0.05
_BLOCK = 2048
_ROWS = 256
"""Vectors that are compared with the reference at a time."""
_ROUNDING = 1e-6
"""A variance of less is that of rounding: there are no different words."""

Encode = Callable[[Sequence[str]], Vectors]


def reference_words() -> list[str]:
    """The words that hubness is measured against."""
    return wordlists.most_frequent("en", REFERENCE_WORDS)


class WordVectors:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, words: Vocabulary) -> None:
        """Map the vectors in `folder` of the vocabulary `words`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.folder = folder
        self._vocabulary = words
        self._vectors = QuantisedIndex.load(folder, VECTORS)
        self._words: Numbers = mapped(folder / VECTOR_WORDS)
        self._languages: NDArray[np.uint8] = mapped(folder / VECTOR_LANGUAGES)
        self._hubness: Scores = mapped(folder / VECTOR_HUBNESS)
        self._squares: NDArray[np.float64] = mapped(folder / VECTOR_SQUARES)
        self.keys: Keys = mapped(folder / VECTOR_KEYS, 2)
        self._codes = frozenset(np.unique(self._languages).tolist())
        self._spread = float(mapped(folder / SPREAD, 0))
        columns = (self._words, self._languages, self._hubness, self._squares, self.keys)
        if any(len(column) != len(self._vectors) for column in columns):
            raise IndexDamaged(f"the vectors of words in {folder} do not fit each other")

    def has_foreign(self, language: str) -> bool:
        """Whether there are words in another language than this."""
        return bool(self._codes - {code_of(language)})

    @property
    def rows(self) -> RowBlocks:
        """The vectors, as they were rounded."""
        return self._vectors.vectors

    def texts(self) -> list[str]:
        """The texts whose vectors these are: the words, as they were spelled."""
        return [
            encoder_input(self._vocabulary[number], "ar" if code else "fa")
            for number, code in zip(self._words.tolist(), self._languages.tolist(), strict=True)
        ]

    def reference(self) -> Vectors:
        """Vectors of the words that hubness is measured against."""
        return mapped(self.folder / REFERENCE, 2).astype(np.float32)

    def known(self, numbers: Numbers, codes: NDArray[np.uint8]) -> "KnownVectors":
        """What is kept of some words, by their numbers here, spelled in the languages of `codes`.

        A number of -1 is a word that is not here.
        """
        rows = np.full(len(self._vocabulary) + 1, -1, np.int64)
        rows[self._words] = np.arange(len(self._words))
        found = rows[numbers]
        same = self._languages[found[found >= 0]] == codes[found >= 0]
        found[found >= 0] = np.where(same, found[found >= 0], -1)
        kept = found[found >= 0]
        return KnownVectors(
            np.flatnonzero(found >= 0), kept, self._hubness[kept], self._squares[kept], self.keys[kept]
        )

    def translations(self, vector: Vectors, own: int | None) -> tuple[Sequence[int], Sequence[float]]:
        """Words with near vectors and their weights.

        Args:
            vector: of the word, shape `(dimensions,)`.
            own: code of a language that none may be in; None where all may.
        """
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
        positions = np.concatenate(chosen)
        positions = positions[weights[positions] >= LEAST_WEIGHT]
        return self._words[rows[positions]].tolist(), weights[positions].tolist()


@dataclass(frozen=True, slots=True, eq=False)
class KnownVectors:
    """What a lexicon keeps of the vectors of some words.

    Attributes:
        positions: which of the words that were asked for.
        rows: numbers of their vectors.
        hubness, squares, keys: of these.
    """

    positions: Numbers
    rows: Numbers
    hubness: Scores
    squares: NDArray[np.float64]
    keys: Keys


def write(
    words: Words,
    encode: Encode,
    encode_reference: Encode,
    folder: Path,
    base: WordVectors | None,
    known: Numbers,
    *,
    sharing: bool,
) -> tuple[str, ...]:
    """Write the vectors of words whose stems, in `folder` already, are frequent enough.

    Args:
        words: the vocabulary.
        encode: vectors of words.
        encode_reference: vectors of the words that hubness is measured against.
        folder: where to write.
        base: vectors made with the same version.
        known: for each word its number in `base`, or -1.
        sharing: whether files may be shared with `base`, with vectors of words that are gone.

    Returns:
        Names of the files.
    """
    return _Writer(words, encode, encode_reference, folder).write(base, known, sharing=sharing)


class _Writer:
    """Writes the vectors of the words that have one, their hubness, and the spread of CSLS."""

    def __init__(self, words: Words, encode: Encode, encode_reference: Encode, folder: Path) -> None:
        self._encode, self._encode_reference = encode, encode_reference
        self._folder = folder
        able = np.array([len(word) > 1 and is_arabic_script(word) for word in words.words], np.bool_)
        leaders = Forms(folder, len(words.words)).leaders(np.where(able, words.sentences, 0), words.least)
        self._numbers = leaders[able[leaders]]
        self._words = [words.words[number] for number in self._numbers.tolist()]
        languages = words.languages[self._numbers].tolist()
        codes = [code_of(spelling_of(word, bits)) for word, bits in zip(self._words, languages, strict=True)]
        self._codes = np.array(codes, np.uint8)

    def write(self, base: WordVectors | None, known: Numbers, *, sharing: bool) -> tuple[str, ...]:
        """Write the files; the names of them. `known` has the words' numbers in `base`."""
        reference = self._reference(base)
        total = len(self._words)
        rows = np.full(total, -1, np.int64)
        hubness, squares = np.empty(total, np.float32), np.empty(total, np.float64)
        keys = np.empty((total, 2), np.uint64)
        if base:
            kept = base.known(known[self._numbers], self._codes)
            rows[kept.positions], hubness[kept.positions] = kept.rows, kept.hubness
            squares[kept.positions], keys[kept.positions] = kept.squares, kept.keys
        positions = np.flatnonzero(rows < 0)
        new = np.empty((len(positions), reference.shape[1]), np.float16)
        for start in range(0, len(positions), _BLOCK):
            some = positions[start : start + _BLOCK]
            texts = [self._spelled(position) for position in some.tolist()]
            vectors = self._encode(texts).astype(np.float16)
            new[start : start + _BLOCK], keys[some] = vectors, keys_of(texts)
            cosines = _cosines(vectors.astype(np.float32), reference)
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
        self, new: NDArray[np.float16], base: WordVectors | None, rows: Numbers, *, sharing: bool
    ) -> tuple[str, ...]:
        """Write the vectors: `new` ones, and those that `base` has in `rows`."""
        if base is None:
            return row_blocks.write(self._folder, VECTORS, new)
        return row_blocks.write(self._folder, VECTORS, new, base.rows, rows, sharing=sharing)

    def _reference(self, base: WordVectors | None) -> Vectors:
        if base:
            return base.reference()
        return self._encode_reference(reference_words()).astype(np.float16).astype(np.float32)

    def _spelled(self, position: int) -> str:
        return encoder_input(self._words[position], "ar" if self._codes[position] else "fa")


def _cosines(vectors: Vectors, reference: Vectors) -> Scores:
    """Cosines of every vector with the reference, the same to the last bit whatever stands beside a vector.

    Libraries round products of matrices by their shape, so all have one.
    """
    rows = -(-len(vectors) // _ROWS) * _ROWS
    padded = np.zeros((rows, vectors.shape[1]), np.float32)
    padded[: len(vectors)] = vectors
    parts = [padded[start : start + _ROWS] @ reference.T for start in range(0, rows, _ROWS)]
    return np.concatenate(parts)[: len(vectors)]


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


def code_of(language: str) -> int:
    """0 for Persian and Dari, 1 for Arabic."""
    return int(language == "ar")


def spelling_of(word: str, languages: int) -> str:
    """The language a word is spelled in for the model: that of its articles, the likelier of two."""
    arabic = bool(languages & language_bit("ar"))
    persian = bool(languages & (language_bit("fa") | language_bit("prs")))
    if arabic != persian:
        return "ar" if arabic else "fa"
    return "fa" if likelier_persian(word) else "ar"
