"""Lexical search: probabilistic structured queries over BM25, for passages and for single sentences.

A word q of a query stands for several words t of the index, each with a weight w(q, t): itself, its other
forms, names that sound like it, its translations. After Darwish and Oard ("Probabilistic structured query
methods", SIGIR 2003) the weights go into term frequency and document frequency *before* saturation:

    tf(q, d) = Σ_t w(q, t) · tf(t, d)            df(q) = Σ_d min(1, tf(q, d))
    idf(q)   = ln(1 + (N − df(q) + ½) / (df(q) + ½))
    score(d) = Σ_q idf(q) · tf(q, d) · (k₁ + 1) / (tf(q, d) + k₁ · (1 − b + b · |d| / mean |d|))

so that ten translations of one word count as one word. A weighted sum of ten BM25 scores, the other way,
lets rare wrong translations win by their idf: measured nDCG@10 .61 against .72 in the mean of six sets.

Postings are kept by sentence; those of passages are their sums. All arrays are mapped into memory.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Expansion, Numbers, Scores
from indexer.generation.postings import MOST_COUNTED, SPILL, Postings

K1 = 0.9
B = 0.75
"""Robertson and Zaragoza, "The probabilistic relevance framework", 2009; k₁ from measurement."""

SORTING = 20
"""Rows of a table that are summed in the time in which one is sorted."""

REMEMBERED = 32_000_000
"""Scores of words that are kept for later queries: 12 bytes each."""


@dataclass(frozen=True, slots=True, eq=False)
class LexicalScores:
    """Of every passage: its BM25, and the highest BM25 of its sentences; shape `(passages,)`.

    `attainable` is the BM25 of a passage of mean length that holds every word of the query once.
    """

    passage: Scores
    sentence: Scores
    attainable: float


class LexicalIndex:
    """Searches what `merge` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, first_sentences: Numbers) -> None:
        """Map the files in `folder`.

        Args:
            folder: where they are.
            first_sentences: number of the first sentence of each passage, and of all sentences at the end.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        postings = Postings(folder)
        self.words = postings.words
        self._starts, self._sentences, self._counts = postings.starts, postings.sentences, postings.counts
        self._lengths = lengths = postings.lengths
        if len(lengths) != int(first_sentences[-1]):
            raise IndexDamaged(f"the postings in {folder} do not fit its passages: reindex")
        self._first = np.asarray(first_sentences)
        self._passage_of = np.repeat(np.arange(len(self._first) - 1), np.diff(self._first))
        passage_lengths = np.add.reduceat(lengths, self._first[:-1], dtype=np.int64)
        self._sentence_norm = _norm(lengths)
        self._passage_norm = _norm(passage_lengths)
        self._remembered: OrderedDict[tuple[str, int], tuple[_Part, _Part]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def scores(self, words: Sequence[Expansion]) -> LexicalScores:
        """BM25 of every passage and of its best sentence for a query of `words`."""
        passage = np.zeros(len(self._passage_norm), np.float32)
        sentence = np.zeros(len(self._sentence_norm), np.float32)
        attainable = 0.0
        for word in words:
            parts = self._parts(word)
            attainable += parts[0].idf
            for total, part in zip((passage, sentence), parts, strict=True):
                total[part.rows] += part.scores
        return LexicalScores(passage, np.maximum.reduceat(sentence, self._first[:-1]), attainable)

    def sentences_with_wrong_lengths(self) -> Numbers:
        """Numbers of the sentences whose postings do not add up to their lengths; reads everything."""
        total = np.zeros(len(self._lengths), np.int64)
        for start in range(0, len(self._sentences), SPILL):
            some = slice(start, start + SPILL)
            sums = np.bincount(self._sentences[some], self._counts[some], minlength=len(total))
            total += sums.astype(np.int64)
        return np.flatnonzero((total != self._lengths) & (total < MOST_COUNTED))

    def _parts(self, word: Expansion) -> "tuple[_Part, _Part]":
        """What one word of a query adds to passages and to sentences, from memory if it was asked before."""
        key = (word.word, hash((word.terms.tobytes(), word.weights.tobytes())))
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        parts = self._computed(word)
        with self._lock:
            if key not in self._remembered:
                self._remembered[key] = parts
                self._size += len(parts[0].rows) + len(parts[1].rows)
            while self._size > REMEMBERED:
                _, dropped = self._remembered.popitem(last=False)
                self._size -= len(dropped[0].rows) + len(dropped[1].rows)
        return parts

    def _computed(self, word: Expansion) -> "tuple[_Part, _Part]":
        starts, ends = self._starts[word.terms], self._starts[word.terms + 1]
        lengths = ends - starts
        owners = np.repeat(np.arange(len(lengths)), lengths)
        before = np.cumsum(lengths) - lengths
        places = np.arange(len(owners)) - before[owners] + starts[owners]
        frequency = self._counts[places] * word.weights[owners]
        sentences, sentence_frequency = _summed(self._sentences[places], frequency, len(self._sentence_norm))
        passages, passage_frequency = _summed(
            self._passage_of[sentences], sentence_frequency, len(self._passage_norm)
        )
        return (
            _bm25(passages, passage_frequency, self._passage_norm),
            _bm25(sentences, sentence_frequency, self._sentence_norm),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What a word adds to the scores of some rows, and its idf: that of one row if it is in none."""

    rows: Numbers
    scores: Scores
    idf: float


def _summed(rows: NDArray[np.integer[Any]], values: Scores, total: int) -> tuple[Numbers, Scores]:
    """The sums of `values` by row, rows ascending, of `total` rows that there are."""
    if len(rows) * SORTING > total:
        all_sums = np.bincount(rows, values, minlength=total)
        found = np.flatnonzero(all_sums)
        return found, all_sums[found].astype(np.float32)
    different, places = np.unique(rows, return_inverse=True)
    sums = np.bincount(places, values, minlength=len(different))
    return different.astype(np.int64), sums.astype(np.float32)


def _norm(lengths: NDArray[np.integer[Any]]) -> Scores:
    """The part of BM25's denominator that depends on the length alone."""
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    return np.asarray(K1 * (1 - B + B * lengths / mean), np.float32)


def _bm25(rows: Numbers, frequency: Scores, norm: Scores) -> _Part:
    in_how_many = float(np.minimum(frequency, 1).sum()) if len(rows) else 1.0
    idf = float(np.log(1 + (len(norm) - in_how_many + 0.5) / (in_how_many + 0.5)))
    scores = idf * frequency * (K1 + 1) / (frequency + norm[rows])
    return _Part(rows, scores.astype(np.float32), idf)
