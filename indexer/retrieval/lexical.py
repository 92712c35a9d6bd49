"""Lexical search: probabilistic structured queries over BM25, for passages and for single sentences.

A word q of a query stands for several words t of the index, each with a weight w(q, t): itself, its other
forms, names that sound like it, its translations. After Darwish and Oard ("Probabilistic structured query
methods", SIGIR 2003) the weights go into term frequency and document frequency *before* saturation:

    tf(q, d) = Σ_t w(q, t) · tf(t, d)            df(q) = Σ_d min(1, tf(q, d))
    bm25.idf(q)   = ln(1 + (N − df(q) + ½) / (df(q) + ½))
    score(d) = Σ_q bm25.idf(q) · tf(q, d) · (k₁ + 1) / (tf(q, d) + k₁ · (1 − b + b · |d| / mean |d|))

so that ten translations of one word count as one word. A weighted sum of ten BM25 scores, the other way,
lets rare wrong translations win by their idf: measured nDCG@10 .61 against .72 in the mean of six sets.

What is known of a word costs with its postings, so a query touches as few as it can. Words are added up from
the rarest on; the frequent ones at the end are left out where all of them together cannot lift a passage
among the best (after Turtle and Flood, "Query evaluation: strategies and optimizations", 1995). Passages that
may still be among them are scored by the terms of their own sentences. What scores are usual, and in how
many passages a frequent word stands, is told by a sample: by all passages, in an index of up to `SAMPLED`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import SentenceTerms, TermPostings, sampled
from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Expansion, Numbers, Scores
from indexer.retrieval import bm25
from indexer.retrieval.bm25 import K1, Rows
from indexer.retrieval.columns import Columns
from indexer.retrieval.memory import Memory
from indexer.retrieval.standing import StandingWords

REMEMBERED = 1 << 28
"""Bytes of what words add to passages that are kept for later queries."""

ENOUGH = 1024
"""Postings in the sample from which it tells in how many passages a word stands; rarer words are counted."""

LOOKUP = 400
"""Postings that are added up in the time in which a passage is scored by the terms of its sentences."""

AT_ONCE = 2048
"""Passages that are scored at once by the terms of their sentences."""

LEAST_DEVIATION = 0.1
"""Share of a word's attainable BM25 that counts as one standard deviation at least."""

_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class LexicalScores:
    """Of some passages: their BM25, and the highest BM25 of their sentences; shape `(passages,)`."""

    passage: Scores
    sentence: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is known of a word before any passage is scored.

    Attributes:
        expansion, key: what it stands for, and a digest of that.
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


class LexicalIndex:
    """Scores passages and sentences by their words. Safe to use from several threads."""

    def __init__(self, postings: TermPostings, terms: SentenceTerms, first_sentences: Numbers) -> None:
        """Score by some postings.

        Args:
            postings: of the terms of an index.
            terms: those of its sentences.
            first_sentences: number of the first sentence of each passage, and of all sentences at the end.
        """
        self._lengths, self._terms, self._first = postings.lengths, terms, first_sentences
        self.passages, self._sentences = len(first_sentences) - 1, len(postings.lengths)
        self._standing = StandingWords(postings, self.passages)
        lengths = np.add.reduceat(postings.lengths, first_sentences[:-1], dtype=np.int64)
        self._passage_norm = bm25.norm(lengths, bm25.mean(lengths))
        self._mean_sentence = bm25.mean(postings.lengths)
        sample = sampled(self.passages)
        rows, owners = inner_rows_and_owners(first_sentences, sample)
        self.sample_starts = np.searchsorted(owners, np.arange(len(sample)))
        self._in_sample, self._sentences_in_sample = len(sample), len(rows)
        self._sample_passage_norm = self._passage_norm[sample]
        self._sample_sentence_norm = bm25.norm(postings.lengths[rows], self._mean_sentence)
        self._words: Memory[Word] = Memory(REMEMBERED // 4)
        self._rows: Memory[Rows] = Memory(REMEMBERED - REMEMBERED // 4)

    def query(self, words: Sequence[Expansion], deadline: Deadline = NO_DEADLINE) -> "LexicalQuery":
        """What scores passages for a query of `words`, until `deadline`."""
        return LexicalQuery(self, [self._word(word) for word in deadline.each(words)], deadline)

    def passages_with(self, words: Sequence[Expansion]) -> Numbers:
        """Numbers of the passages with a sentence that holds every one of `words`, ascending."""
        return self._standing.passages_with(words)

    def rows(self, word: Word) -> Rows:
        """All passages that hold a word, with what it adds to each; from memory if it was asked before."""
        if self._in_sample == self.passages:
            return word.passages
        found = self._rows.get(word.key)
        if found is None:
            passages, _, frequency = self._standing.of(word.expansion)
            rows, sums = bm25.summed(passages, frequency, self.passages)
            found = bm25.scored(rows, sums, word.passage_idf, self._passage_norm)
            self._rows.keep(word.key, found, found.bytes)
        return found

    def scores(self, queries: Sequence[Sequence[Word]], passages: Numbers) -> list[LexicalScores]:
        """Score some passages for the words of several queries by the terms of their sentences."""
        columns = Columns([word.expansion for words in queries for word in words])
        if not len(columns) or not len(passages):
            return [LexicalScores(*np.zeros((2, len(passages)), np.float32)) for _ in queries]
        parts = [
            self._scored(columns, queries, passages[start : start + AT_ONCE])
            for start in range(0, len(passages), AT_ONCE)
        ]
        return [
            LexicalScores(
                np.concatenate([part.passage for part in of_query]),
                np.concatenate([part.sentence for part in of_query]),
            )
            for of_query in zip(*parts, strict=True)
        ]

    def _scored(
        self, columns: Columns, queries: Sequence[Sequence[Word]], passages: Numbers
    ) -> list[LexicalScores]:
        sentences, owners = inner_rows_and_owners(self._first, passages)
        starts = np.searchsorted(owners, np.arange(len(passages)))
        frequency = columns.frequencies(*self._terms.of_sentences(sentences), len(sentences))
        by_passage = bm25.saturated(np.add.reduceat(frequency, starts, axis=0), self._passage_norm[passages])
        by_sentence = bm25.saturated(frequency, bm25.norm(self._lengths[sentences], self._mean_sentence))
        found, first = [], 0
        for words in queries:
            some = slice(first, first + len(words))
            first += len(words)
            passage = by_passage[:, some] @ np.array([word.passage_idf for word in words])
            sentence = by_sentence[:, some] @ np.array([word.sentence_idf for word in words])
            best = np.maximum.reduceat(sentence, starts)
            found.append(LexicalScores(passage.astype(np.float32), best.astype(np.float32)))
        return found

    def usual(self, words: Sequence[Word]) -> LexicalScores:
        """The scores of the sample."""
        passage = np.zeros(self._in_sample, np.float32)
        sentence = np.zeros(self._sentences_in_sample, np.float32)
        for word in words:
            np.add.at(passage, word.passages.rows, word.passages.scores)
            np.add.at(sentence, word.sentences.rows, word.sentences.scores)
        return LexicalScores(passage, np.maximum.reduceat(sentence, self.sample_starts))

    def _word(self, expansion: Expansion) -> Word:
        """What is known of a word, from memory if it was asked before."""
        key = _digest(expansion)
        word = self._words.get(key)
        if word is None:
            word = self._computed(expansion, key)
            held = expansion.terms.nbytes + expansion.weights.nbytes + expansion.kinds.nbytes
            self._words.keep(key, word, word.passages.bytes + word.sentences.bytes + 2 * held)
        return word

    def _computed(self, expansion: Expansion, key: bytes) -> Word:
        passages, places, frequency = self._standing.of(expansion, sampled=True)
        at = -(-passages.astype(np.int64) * self._in_sample // max(self.passages, 1))
        rows, sums = bm25.summed(at, frequency, self._in_sample)
        inside = self.sample_starts[at] + places
        sentence_rows, sentence_sums = bm25.summed(inside, frequency, self._sentences_in_sample)
        if self._in_sample < self.passages and len(passages) < ENOUGH:
            passage_idf, sentence_idf = self._counted(expansion, key)
        else:
            share = self._in_sample / max(self.passages, 1)
            passage_idf = bm25.idf(sums, share, self.passages)
            sentence_idf = bm25.idf(sentence_sums, share, self._sentences)
        return Word(
            expansion,
            key,
            passage_idf,
            sentence_idf,
            self._standing.size(expansion),
            bm25.scored(rows, sums, passage_idf, self._sample_passage_norm),
            bm25.scored(sentence_rows, sentence_sums, sentence_idf, self._sample_sentence_norm),
        )

    def _counted(self, expansion: Expansion, key: bytes) -> tuple[float, float]:
        """The idf of a word among passages and among sentences, by all that hold it."""
        passages, places, frequency = self._standing.of(expansion)
        _, of_sentences = bm25.summed(self._first[passages] + places, frequency, self._sentences)
        rows, sums = bm25.summed(passages, frequency, self.passages)
        idf = bm25.idf(sums, 1.0, self.passages)
        found = bm25.scored(rows, sums, idf, self._passage_norm)
        self._rows.keep(key, found, found.bytes)
        return idf, bm25.idf(of_sentences, 1.0, self._sentences)


class LexicalQuery:
    """The words of a query, with what is known of them.

    `attainable` is the BM25 of a passage of mean length that holds every word of the query once.
    """

    def __init__(self, index: LexicalIndex, words: Sequence[Word], deadline: Deadline) -> None:
        """Score by some words; `LexicalIndex.query` makes it."""
        self._index, self.words, self._deadline = index, words, deadline
        self.attainable = sum(word.passage_idf for word in words)

    @property
    def of_a_word(self) -> float:
        """The part of `attainable` that a word has in the mean."""
        return self.attainable / max(len(self.words), 1)

    def scores(self, passages: Numbers) -> LexicalScores:
        """The BM25 of some passages, and the highest BM25 of their sentences."""
        return self._index.scores([self.words], passages)[0]

    def z_scores(self, scores: LexicalScores, least: float) -> LexicalScores:
        """Scores in standard deviations above the mean of the index.

        Where hardly any passage has a score, the deviation is next to nothing, and a match that says nothing
        would count for much; so it is at least `least`.
        """
        if not self.words:
            return scores
        usual = self._index.usual(self.words)
        return LexicalScores(
            bm25.z_scores(scores.passage, usual.passage, least),
            bm25.z_scores(scores.sentence, usual.sentence, least),
        )

    def best(self, depth: int, admitted: Numbers | None) -> Numbers:
        """The `depth` passages with the highest scores above 0, best first, equal ones by number.

        Args:
            depth: how many at most.
            admitted: only these, sorted; all when None.
        """
        if not self.words:
            return np.empty(0, np.int64)
        if admitted is not None and len(admitted) <= AT_ONCE:
            return bm25.best(admitted, self.scores(admitted).passage, depth)
        total = np.zeros(self._index.passages, np.float32)
        floor = 0.0
        for rest, left in self._added(total):
            seen = total if admitted is None else total[admitted]
            above = seen[seen > floor]
            if len(above) >= depth:
                floor = float(np.partition(above, len(above) - depth)[len(above) - depth])
            if rest < floor * (1 - _ROUNDING):
                hopeful = np.flatnonzero(seen >= (floor - rest) * (1 - _ROUNDING))
                if len(hopeful) * LOOKUP <= left:
                    passages = hopeful if admitted is None else admitted[hopeful]
                    return bm25.best(passages, self.scores(passages).passage, depth)
        seen = total if admitted is None else total[admitted]
        hopeful = np.flatnonzero(seen >= floor if floor else seen > 0)
        return bm25.best(hopeful if admitted is None else admitted[hopeful], seen[hopeful], depth)

    def _added(self, total: Scores) -> Iterator[tuple[float, int]]:
        """Add up word after word; after each, what the others add at most and how many postings they have."""
        words = sorted(self.words, key=lambda word: -word.bound)
        rest, left = sum(word.bound for word in words), sum(word.postings for word in words)
        for word in self._deadline.each(words):
            found = self._index.rows(word)
            np.add.at(total, found.rows, found.scores)
            rest, left = rest - word.bound, left - word.postings
            yield rest, left


def _digest(word: Expansion) -> bytes:
    """What stands for an expansion: equal for equal ones alone."""
    digest = hashlib.blake2b(word.word.encode(), digest_size=16)
    digest.update(b"\0" + word.terms.tobytes() + word.weights.tobytes())
    for phrase in word.phrases:
        digest.update(f"\0{phrase.weight}".encode())
        for terms, weights in phrase.parts:
            digest.update(b"\0" + terms.tobytes() + weights.tobytes())
    return digest.digest()
