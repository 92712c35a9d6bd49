"""How near passages are to a query: by the vector of the whole passage and by that of its best sentence.

A passage's vector hides a single fact, a sentence's vector misses what stands around it; their mean
finds both. Two corrections, measured on several sets together, keep an index with many languages and
lengths fair:

- *hubs*: a text that is near to everything, mostly a short one, loses a share of its mean similarity to
  the sentences of the index that are nearest to it (after Radovanović et al., "Hubs in space", JMLR 2010,
  and the neighbourhood means of Conneau et al., "Word translation without parallel data", ICLR 2018);
- *languages*: a query in one language is nearer to one foreign language than to another, whatever is
  said in them. So each language's scores are counted from the mean of its nearest tenth, unless the
  query is in that language itself.

Both take their means from a sample of the index, chosen by a hash of the text: the same articles give
the same sample in whatever order they come.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.arrays import mapped
from indexer.dense import DenseIndex, Rows
from indexer.errors import IndexDamaged
from indexer.records import Numbers, Scores, Vectors

PASSAGES = "passages.faiss"
SENTENCES = "sentences.faiss"
FIRST_SENTENCES = "first-sentences.npy"
ARTICLES = "passage-articles.npy"
HUBNESS = "passage-hubness.npy"
LANGUAGES = "passage-languages.npy"
LANGUAGE_NAMES = "language-names.npy"
BACKGROUND = "background.npy"
FILES = (PASSAGES, SENTENCES, FIRST_SENTENCES, ARTICLES, HUBNESS, LANGUAGES, LANGUAGE_NAMES, BACKGROUND)

VERSION = 2
"""Raised whenever the files would come out differently for the same passages."""

SAMPLE = 500
"""Passages of each language in the sample."""

REFERENCE_SENTENCES = 3000
NEAREST_SHARE = 1 / 150
"""Share of the reference whose mean similarity makes a passage's hubness."""

SAME_TEXT = 0.985
"""A sentence this near to a passage is taken for its copy, which says nothing about hubs."""

HUBNESS_WEIGHT = 0.3
TOP_SHARE = 0.1
ENOUGH = 50
"""With fewer passages than this in the sample, a language's mean is drawn towards that of all."""

_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """Passages compared with a query, arrays of one length in the order asked for.

    Attributes:
        passage: cosine of the passage's vector.
        sentence: cosine of its best sentence's vector.
        best: number of that sentence; the first of equals.
        standard: both, corrected, in standard deviations above the mean of the index.
    """

    passage: Scores
    sentence: Scores
    best: Numbers
    standard: Scores


class SimilarityWriter:
    """Collects the vectors of a generation; `save` writes them with what is derived from them."""

    def __init__(self, dimensions: int) -> None:
        self._passages = DenseIndex(dimensions)
        self._sentences = DenseIndex(dimensions)
        self._counts: list[int] = []
        self._articles: list[int] = []
        self._languages: list[str] = []
        self._hashes: list[int] = []

    def add(
        self,
        texts: Sequence[str],
        articles: Sequence[int],
        languages: Sequence[str],
        passages: Vectors,
        counts: Sequence[int],
        sentences: Vectors,
    ) -> None:
        """Append passages.

        Args:
            texts: of the passages, to draw the sample by.
            articles: numbers of their articles.
            languages: of their articles.
            passages: vectors, shape `(passages, dimensions)`.
            counts: how many sentences each has, at least one.
            sentences: vectors of all of them in order, shape `(sum of counts, dimensions)`.
        """
        lengths = {len(texts), len(articles), len(languages), len(passages), len(counts)}
        if len(lengths) > 1 or sum(counts) != len(sentences):
            raise ValueError(f"{len(texts)} passages with {len(passages)} vectors, {sum(counts)} sentences")
        self._passages.add(passages)
        self._sentences.add(sentences)
        self._counts += counts
        self._articles += articles
        self._languages += map(group_of, languages)
        self._hashes += (zlib.crc32(text.encode()) for text in texts)

    def save(self, folder: Path) -> tuple[str, ...]:
        """Write everything into `folder`; the names of the files."""
        names = sorted(set(self._languages))
        codes = np.array([names.index(language) for language in self._languages], np.uint8)
        first = np.cumsum([0, *self._counts], dtype=np.int64)
        sample = _sample(np.array(self._hashes, np.int64), codes)
        self._passages.save(folder / PASSAGES)
        self._sentences.save(folder / SENTENCES)
        np.save(folder / FIRST_SENTENCES, first)
        np.save(folder / ARTICLES, np.array(self._articles, np.int64))
        np.save(folder / HUBNESS, self._hubness(first, sample))
        np.save(folder / LANGUAGES, codes)
        np.save(folder / LANGUAGE_NAMES, np.array(names, np.str_))
        np.save(folder / BACKGROUND, sample)
        return FILES

    def _hubness(self, first: Numbers, sample: Numbers) -> Scores:
        """For each passage, the mean cosine to the nearest sentences of others in the sample."""
        order = np.argsort(np.array(self._hashes, np.int64)[sample], kind="stable")
        rows, owners = _sentences_of(first, sample[order])
        rows, owners = rows[:REFERENCE_SENTENCES], owners[:REFERENCE_SENTENCES]
        reference = self._sentences.vectors(rows)
        nearest = max(1, round(len(rows) * NEAREST_SHARE))
        hubness = np.zeros(len(self._passages), np.float32)
        for start in range(0, len(hubness), _BLOCK):
            numbers = np.arange(start, min(start + _BLOCK, len(hubness)))
            cosines = self._passages.vectors(numbers) @ reference.T
            cosines[(cosines > SAME_TEXT) | (numbers[:, None] == sample[order][owners][None, :])] = 0.0
            hubness[numbers] = np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1)
        return hubness


class Similarity:
    """Reads what `SimilarityWriter` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the vectors in `folder`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.passages = DenseIndex.load(folder / PASSAGES)
        self.sentences = DenseIndex.load(folder / SENTENCES)
        self.first_sentences: Numbers = mapped(folder / FIRST_SENTENCES)
        self.articles: Numbers = mapped(folder / ARTICLES)
        self._hubness: Scores = mapped(folder / HUBNESS)
        self._codes: NDArray[np.uint8] = mapped(folder / LANGUAGES)
        self._names: list[str] = mapped(folder / LANGUAGE_NAMES).tolist()
        sample: Numbers = mapped(folder / BACKGROUND)
        passages = len(self.passages)
        fits = (
            len(self.first_sentences) == passages + 1
            and int(self.first_sentences[-1]) == len(self.sentences)
            and len(self._hubness) == len(self._codes) == len(self.articles) == passages
            and len(sample) > 0
        )
        if not fits:
            raise IndexDamaged(f"the vectors in {folder} do not fit each other: reindex")
        self._background = _Background(self, sample)
        self._everything: list[tuple[Rows, Rows]] | list[tuple[None, None]] = (
            [(None, None)] if len(self._names) == 1 else self._by_language(np.arange(passages))
        )

    def __len__(self) -> int:
        return len(self.passages)

    def nearest(self, vector: Vectors, depth: int, among: Numbers | None) -> Numbers:
        """Numbers of passages that are near to `vector` themselves or by a sentence, ascending.

        Args:
            vector: of the query, shape `(dimensions,)`.
            depth: how many passages and how many sentences of each language.
            among: only these passages, sorted; all when None.
        """
        found = []
        for passages, sentences in self._everything if among is None else self._by_language(among):
            found.append(self.passages.search(vector, depth, passages)[1])
            nearest = self.sentences.search(vector, depth, sentences)[1]
            found.append(np.searchsorted(self.first_sentences, nearest, side="right") - 1)
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def compare(self, vector: Vectors, language: str, passages: Numbers) -> Similar:
        """Score `passages` against a query in `language`."""
        cosine, best_cosine, best = self.cosines(vector, passages)
        blended = self.blend(cosine, best_cosine, passages)
        own = group_of(language)
        standard = self._background.standard(vector, blended, self._codes[passages], own, self._names)
        return Similar(cosine, best_cosine, best, standard)

    def cosines(self, vector: Vectors, passages: Numbers) -> tuple[Scores, Scores, Numbers]:
        """Of each passage: its cosine, that of its best sentence, and the number of that sentence."""
        rows, owners = _sentences_of(self.first_sentences, passages)
        cosines = _cosines(self.sentences.vectors(rows), vector)
        starts = np.searchsorted(owners, np.arange(len(passages)))
        best_cosine = np.maximum.reduceat(cosines, starts) if len(passages) else cosines
        at_best = np.flatnonzero(cosines == best_cosine[owners])
        first_best = at_best[np.searchsorted(owners[at_best], np.arange(len(passages)))]
        return _cosines(self.passages.vectors(passages), vector), best_cosine, rows[first_best]

    def blend(self, passage: Scores, sentence: Scores, numbers: Numbers) -> Scores:
        """The mean of both cosines, hubs corrected."""
        corrected = passage - HUBNESS_WEIGHT * self._hubness[numbers]
        return np.asarray((corrected + sentence) / 2, np.float32)

    def codes(self, passages: Numbers) -> NDArray[np.uint8]:
        """The language of each passage, as a place in the sorted names of language groups."""
        return np.asarray(self._codes[passages])

    def _by_language(self, among: Numbers) -> list[tuple[Rows, Rows]]:
        """For each language those of the passages `among` that are in it, and their sentences."""
        codes = self._codes[among]
        found = []
        for code in np.unique(codes):
            passages = among[codes == code]
            sentences = _sentences_of(self.first_sentences, passages)[0]
            found.append((Rows(passages, len(self)), Rows(sentences, len(self.sentences))))
        return found


class _Background:
    """The sample: what scores of a query are usual, overall and in each language."""

    def __init__(self, similarity: Similarity, sample: Numbers) -> None:
        self._sample = sample
        self._similarity = similarity
        self._codes = similarity.codes(sample)
        rows, owners = _sentences_of(similarity.first_sentences, sample)
        self._passages = similarity.passages.vectors(sample)
        self._sentences = similarity.sentences.vectors(rows)
        self._starts = np.searchsorted(owners, np.arange(len(sample)))
        counts = np.bincount(np.asarray(similarity.codes(np.arange(len(similarity)))))
        in_sample = np.bincount(self._codes, minlength=len(counts))
        self._weights = (counts / np.maximum(in_sample, 1))[self._codes]

    def standard(
        self, vector: Vectors, scores: Scores, codes: NDArray[np.uint8], own: str, names: Sequence[str]
    ) -> Scores:
        """`scores` in standard deviations of the sample, each language counted from its own mean."""
        best = np.maximum.reduceat(_cosines(self._sentences, vector), self._starts)
        usual = self._similarity.blend(_cosines(self._passages, vector), best, self._sample)
        offsets = self._offsets(usual, own, names)
        usual = usual - offsets[self._codes]
        mean = np.average(usual, weights=self._weights)
        deviation = np.sqrt(np.average((usual - mean) ** 2, weights=self._weights))
        return np.asarray((scores - offsets[codes] - mean) / max(deviation, 1e-6), np.float32)

    def _offsets(self, usual: Scores, own: str, names: Sequence[str]) -> Scores:
        """For each language the mean of its nearest tenth; for the query's own that of the others."""
        everywhere = _top_mean(usual)
        offsets = np.full(len(names), everywhere, np.float32)
        for code in range(len(names)):
            its = usual[self._codes == code]
            share = len(its) / (len(its) + ENOUGH)
            offsets[code] = share * _top_mean(its) + (1 - share) * everywhere if len(its) else everywhere
        if own in names:
            others = np.arange(len(names)) != names.index(own)
            offsets[~others] = offsets[others].mean() if others.any() else everywhere
        return offsets


def group_of(language: str) -> str:
    """Languages that a vector does not tell apart count as one: Dari as Persian."""
    return "fa" if language == "prs" else language


def _sample(hashes: Numbers, codes: NDArray[np.uint8]) -> Numbers:
    """Of each language the passages with the smallest hashes, sorted by number."""
    chosen = [
        rows[np.argsort(hashes[rows], kind="stable")[:SAMPLE]]
        for code in np.unique(codes)
        for rows in [np.flatnonzero(codes == code)]
    ]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def _sentences_of(first: Numbers, passages: Numbers) -> tuple[Numbers, Numbers]:
    """Numbers of the sentences of `passages`, and for each the place of its passage among them."""
    starts, ends = first[passages], first[passages + 1]
    owners = np.repeat(np.arange(len(passages)), ends - starts)
    before = np.cumsum(ends - starts) - (ends - starts)
    return np.arange(len(owners)) - before[owners] + starts[owners], owners


def _cosines(vectors: Vectors, vector: Vectors) -> Scores:
    """Inner products, each the same to the last bit whatever other rows stand beside it."""
    return np.asarray(np.einsum("ij,j->i", vectors, vector), np.float32)


def _top_mean(scores: Scores) -> float:
    nearest = max(1, int(len(scores) * TOP_SHARE))
    return float(np.partition(scores, -nearest)[-nearest:].mean())
