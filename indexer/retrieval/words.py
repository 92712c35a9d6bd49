"""What is known of the words of a query, and what passages score for them."""

import hashlib
import struct
from dataclasses import dataclass

from indexer.core.records import Expansion, Numbers, Scores
from indexer.retrieval.bm25 import K1, Frequency, Moments, Rows

OBJECTS = 1500
"""Bytes of what Python keeps around the arrays of a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Everywhere(Rows):
    """All passages that a word stands in.

    Attributes:
        sentences: what it adds to the sentence of each that has most of it, its terms counted one by one.
    """

    sentences: Scores

    @property
    def bytes(self) -> int:
        """Of all arrays."""
        return int(self.rows.nbytes + self.scores.nbytes + self.sentences.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class LexicalScores:
    """Of some passages: their BM25, and the highest BM25 of their sentences; shape `(passages,)`."""

    passage: Scores
    sentence: Scores

    def of(self, positions: Numbers) -> "LexicalScores":
        """Those at some positions."""
        return LexicalScores(self.passage[positions], self.sentence[positions])


@dataclass(frozen=True, slots=True)
class LexicalMoments:
    """What BM25 is usual of passages and of their best sentences."""

    passage: Moments
    sentence: Moments

    def __add__(self, other: "LexicalMoments") -> "LexicalMoments":
        """Of both parts of an index."""
        return LexicalMoments(self.passage + other.passage, self.sentence + other.sentence)

    def z_scores(self, scores: LexicalScores, least: float) -> LexicalScores:
        """Scores in deviations, of `least` at least, above the mean of what is usual."""
        return LexicalScores(
            self.passage.z_scores(scores.passage, least), self.sentence.z_scores(scores.sentence, least)
        )


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a word stands: how many postings that are, and its frequency among passages and sentences."""

    postings: int
    passages: Frequency
    sentences: Frequency

    def __add__(self, other: "Stood") -> "Stood":
        """In both parts of an index."""
        return Stood(
            self.postings + other.postings,
            self.passages + other.passages,
            self.sentences + other.sentences,
        )


@dataclass(frozen=True, slots=True)
class Idf:
    """The idf of a word among passages and among sentences."""

    passage: float
    sentence: float

    @property
    def digest(self) -> bytes:
        """What stands for it: equal for equal ones alone."""
        return struct.pack("=dd", self.passage, self.sentence)


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is known of a word before any passage is scored.

    Attributes:
        expansion, key: what it stands for, and a digest of that, and of its idf where that is given.
        passage_idf, sentence_idf: its idf among passages and among sentences.
        postings: how many there are.
        passages, sentences: those of the sample, by their places in it.
    """

    expansion: Expansion
    key: bytes
    passage_idf: float
    sentence_idf: float
    postings: int
    passages: Rows
    sentences: Rows

    @property
    def bound(self) -> float:
        """What it adds to a passage at most."""
        return self.passage_idf * (K1 + 1)

    @property
    def bytes(self) -> int:
        """Of all arrays and what is around them; those of the terms are held by two."""
        expansion = self.expansion
        parts = [part for phrase in expansion.phrases for terms in phrase.parts for part in terms]
        held = sum(one.nbytes for one in (expansion.terms, expansion.weights, expansion.kinds, *parts))
        return int(OBJECTS + self.passages.bytes + self.sentences.bytes + held)


def digest(word: Expansion) -> bytes:
    """What stands for an expansion: equal for equal ones alone."""
    digest = hashlib.blake2b(word.word.encode(), digest_size=16)
    digest.update(b"\0" + word.terms.tobytes() + word.weights.tobytes())
    for phrase in word.phrases:
        digest.update(f"\0{phrase.weight}".encode())
        for terms, weights in phrase.parts:
            digest.update(b"\0" + terms.tobytes() + weights.tobytes())
    return digest.digest()
