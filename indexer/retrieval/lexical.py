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
many passages a frequent word stands, is told by a sample. In an index of up to `SAMPLED` passages that is all
of them, and nothing else is asked.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.bounded import Bounded
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import SentenceTerms, TermPostings, Whole, sampled
from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Expansion, Numbers, Scores
from indexer.retrieval import bm25
from indexer.retrieval.columns import Columns
from indexer.retrieval.standing import StandingWords
from indexer.retrieval.words import Everywhere, Idf, LexicalMoments, LexicalScores, Stood, Word, digest

REMEMBERED = 112_000_000
"""Bytes of what words add to passages that are kept for later queries."""

ENOUGH = 1024
"""Postings in the sample from which it tells in how many passages a word stands; rarer words are counted."""

LOOKUP = 400
"""Postings that are added up in the time in which a passage is scored by the terms of its sentences."""

AT_ONCE = 2048
"""Passages that are scored at once by the terms of their sentences."""

POOL = 3
"""Times as many passages are scored for the best sentences as are wanted."""

_ROUNDING = 1e-5


class LexicalIndex:
    """Scores passages and sentences by their words. Safe to use from several threads."""

    def __init__(
        self,
        postings: TermPostings,
        terms: SentenceTerms,
        first_sentences: Numbers,
        whole: Whole | None = None,
    ) -> None:
        """Score by some postings.

        Args:
            postings: of the terms of an index.
            terms: those of its sentences.
            first_sentences: number of the first sentence of each passage, and of all sentences at the end.
            whole: what is known of the whole index, where these passages are a part of it; of such a part
                `query` is given the idf of each word.
        """
        self._lengths, self._terms, self._first = postings.lengths, terms, first_sentences
        self.passages, self._sentences = len(first_sentences) - 1, len(postings.lengths)
        self._standing = StandingWords(postings, self.passages)
        lengths = np.add.reduceat(postings.lengths, first_sentences[:-1], dtype=np.int64)
        self.whole = whole or Whole(
            *(self.passages, self._sentences, len(sampled(self.passages))),
            *(bm25.mean(lengths), bm25.mean(postings.lengths)),
        )
        self._passage_norm = bm25.norm(lengths, self.whole.passage_length)
        self._mean_sentence = self.whole.sentence_length
        sample = self.whole.sampled(self.passages)
        rows, owners = inner_rows_and_owners(first_sentences, sample)
        self.sample_starts = np.searchsorted(owners, np.arange(len(sample)))
        self._in_sample, self._sentences_in_sample = len(sample), len(rows)
        self.is_sampled = self.whole.in_sample < self.whole.passages
        self._sample_passage_norm = self._passage_norm[sample]
        self._sample_sentence_norm = bm25.norm(postings.lengths[rows], self._mean_sentence)
        self._words: Bounded[bytes, Word] = Bounded(REMEMBERED // 4, "word scores")
        self._everywhere: Bounded[bytes, Everywhere] = Bounded(REMEMBERED - REMEMBERED // 4, "word scores")

    def query(
        self,
        words: Sequence[Expansion],
        deadline: Deadline = NO_DEADLINE,
        idfs: Sequence[Idf] | None = None,
    ) -> "LexicalQuery":
        """What scores passages for a query of `words`, until `deadline`; with the idf of each, if given."""
        given: Sequence[Idf | None] = idfs or [None] * len(words)
        pairs = zip(words, given, strict=True)
        return LexicalQuery(self, [self._word(*pair) for pair in deadline.each(pairs)], deadline)

    def stood_in_sample(self, word: Expansion) -> Stood:
        """In how many passages and sentences of the sample a word stands."""
        return self._in_sample_of(word)[0]

    def stood(self, word: Expansion) -> Stood:
        """In how many of all passages and sentences a word stands."""
        return self._stood(*self._standing.of(word))

    def passages_with(self, words: Sequence[Expansion]) -> Numbers:
        """Numbers of the passages with a sentence that holds every one of `words`, ascending."""
        return self._standing.passages_with(words)

    def everywhere(self, word: Word) -> Everywhere:
        """All passages that hold a word, with what it adds to each; from memory if it was asked before."""
        found = self._everywhere.get(word.key)
        if found is None:
            standing = self._standing.of(word.expansion)
            found = self._added_everywhere(*standing, word.passage_idf, word.sentence_idf)
            self._everywhere.put(word.key, found, found.bytes)
        return found

    def scores(self, queries: "Sequence[LexicalQuery]", passages: Numbers) -> list[LexicalScores]:
        """Score some passages for several queries."""
        if self.is_sampled:
            return self.scores_by_terms([query.words for query in queries], passages)
        return [query.usual.of(passages) for query in queries]

    def scores_by_terms(self, queries: Sequence[Sequence[Word]], passages: Numbers) -> list[LexicalScores]:
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
        by_passage = bm25.saturated(
            np.add.reduceat(frequency, starts, axis=0), self._passage_norm[passages, None]
        )
        by_sentence = bm25.saturated(
            frequency, bm25.norm(self._lengths[sentences, None], self._mean_sentence)
        )
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

    def _word(self, expansion: Expansion, idf: Idf | None = None) -> Word:
        """What is known of a word, from memory if it was asked before with the same idf."""
        key = digest(expansion) + (idf.digest if idf else b"")
        word = self._words.get(key)
        if word is None:
            word = self._computed(expansion, key, idf)
            self._words.put(key, word, word.bytes)
        return word

    def _computed(self, expansion: Expansion, key: bytes, idf: Idf | None) -> Word:
        stood, of_passages, of_sentences = self._in_sample_of(expansion)
        idf = idf or idf_in_sample(stood, self.whole) or self._counted(expansion, key)
        return Word(
            expansion,
            key,
            idf.passage,
            idf.sentence,
            self._standing.size(expansion),
            bm25.scored(of_passages.rows, of_passages.scores, idf.passage, self._sample_passage_norm),
            bm25.scored(of_sentences.rows, of_sentences.scores, idf.sentence, self._sample_sentence_norm),
        )

    def _in_sample_of(self, expansion: Expansion) -> tuple[Stood, bm25.Rows, bm25.Rows]:
        """How often a word stands in the sample, and its frequency in passages and sentences there."""
        passages, places, frequency = self._standing.of(expansion, sampled=True)
        at: NDArray[np.integer[Any]] = self.whole.places(passages) if self.is_sampled else passages
        of_passages = bm25.Rows(*bm25.summed(at, frequency, self._in_sample))
        inside = self.sample_starts[at] + places
        of_sentences = bm25.Rows(*bm25.summed(inside, frequency, self._sentences_in_sample))
        frequencies = (bm25.Frequency.of(one.scores) for one in (of_passages, of_sentences))
        return Stood(len(passages), *frequencies), of_passages, of_sentences

    def _stood(self, passages: NDArray[np.uint32], places: NDArray[np.uint8], frequency: Scores) -> Stood:
        """In how many passages and sentences a word stands, by its postings."""
        _, of_sentences = bm25.summed(self._first[passages] + places, frequency, self._sentences)
        _, of_passages = bm25.summed(passages, frequency, self.passages)
        frequencies = (bm25.Frequency.of(one) for one in (of_passages, of_sentences))
        return Stood(len(passages), *frequencies)

    def _counted(self, expansion: Expansion, key: bytes) -> Idf:
        """The idf of a word by all that hold it."""
        standing = self._standing.of(expansion)
        idf = idf_of(self._stood(*standing), self.whole)
        found = self._added_everywhere(*standing, idf.passage, idf.sentence)
        self._everywhere.put(key, found, found.bytes)
        return idf

    def _added_everywhere(
        self,
        passages: NDArray[np.uint32],
        places: NDArray[np.uint8],
        frequency: Scores,
        idf: float,
        sentence_idf: float,
    ) -> Everywhere:
        """What a word adds to passages and to their sentences, by where it stands and how often."""
        rows, sums = bm25.summed(passages, frequency, self.passages)
        scored = bm25.scored(rows, sums, idf, self._passage_norm)
        lengths = self._lengths[self._first[passages] + places]
        by_posting = bm25.saturated(frequency, bm25.norm(lengths, self._mean_sentence))
        most = bm25.greatest(passages, by_posting, rows, self.passages)
        return Everywhere(scored.rows, scored.scores, sentence_idf * most)


def idf_in_sample(stood: Stood, whole: Whole) -> Idf | None:
    """The idf of a word that stands so often in the sample; None where that is too seldom to tell."""
    if whole.in_sample < whole.passages and stood.postings < ENOUGH:
        return None
    return idf_of(stood, whole, whole.in_sample / max(whole.passages, 1))


def idf_of(stood: Stood, whole: Whole, share: float = 1.0) -> Idf:
    """The idf of a word that stands so often in a share of an index."""
    return Idf(stood.passages.idf(share, whole.passages), stood.sentences.idf(share, whole.sentences))


class LexicalQuery:
    """The words of a query, with what is known of them.

    `attainable` is the BM25 of a passage of mean length that holds every word of the query once.
    """

    def __init__(self, index: LexicalIndex, words: Sequence[Word], deadline: Deadline) -> None:
        """Score by some words; `LexicalIndex.query` makes it."""
        self._index, self.words, self._deadline = index, words, deadline
        self.attainable = sum(word.passage_idf for word in words)

    @cached_property
    def usual(self) -> LexicalScores:
        """The scores of the sample."""
        return self._index.usual(self.words)

    def scores(self, passages: Numbers) -> LexicalScores:
        """The BM25 of some passages, and the highest BM25 of their sentences."""
        return self._index.scores([self], passages)[0]

    def z_scores(self, scores: LexicalScores, least: float) -> LexicalScores:
        """Scores in standard deviations, of `least` at least, above the mean of the index."""
        moments = self.moments
        return moments.z_scores(scores, least) if moments else scores

    @property
    def moments(self) -> LexicalMoments | None:
        """What scores are usual: those of the sample; None where there is no word."""
        if not self.words:
            return None
        usual = self.usual
        return LexicalMoments(bm25.Moments.of(usual.passage), bm25.Moments.of(usual.sentence))

    def best(self, depth: int, admitted: Numbers | None, *, by_sentence: bool = False) -> list[Numbers]:
        """The passages with the highest scores above 0, best first, equal ones by number.

        Args:
            depth: how many at most.
            admitted: only these, sorted; all when None.
            by_sentence: whether those with the best sentences are wanted too, as a second list. Where not all
                passages are scored, a few others may stand in it for the last of them.
        """
        if not self.words:
            return [np.empty(0, np.int64)] * (1 + by_sentence)
        if not self._index.is_sampled or (admitted is not None and len(admitted) <= AT_ONCE):
            passages = np.arange(self._index.passages) if admitted is None else admitted
            scores = self.scores(passages)
            wanted = (scores.passage, scores.sentence)[: 1 + by_sentence]
            return [bm25.best(passages, one, depth) for one in wanted]
        total, sentence = np.zeros((2, self._index.passages), np.float32)
        found = [self._best_passages(depth, admitted, total, sentence)]
        if by_sentence:
            pool = np.sort(bm25.best_of(sentence, admitted, POOL * depth))
            found.append(bm25.best(pool, self.scores(pool).sentence, depth))
        return found

    def _best_passages(
        self, depth: int, admitted: Numbers | None, total: Scores, sentence: Scores
    ) -> Numbers:
        """Those with the highest scores; what was added up to find them is left in `total` and `sentence`."""
        floor = 0.0
        for rest, left in self._added(total, sentence):
            seen = total if admitted is None else total[admitted]
            above = seen[seen > floor]
            if len(above) >= depth:
                floor = float(np.partition(above, len(above) - depth)[len(above) - depth])
            if rest < floor * (1 - _ROUNDING):
                hopeful = np.flatnonzero(seen >= (floor - rest) * (1 - _ROUNDING))
                if len(hopeful) * LOOKUP <= left:
                    passages = hopeful if admitted is None else admitted[hopeful]
                    return bm25.best(passages, self.scores(passages).passage, depth)
        return bm25.best_of(total, admitted, depth, floor)

    def _added(self, total: Scores, sentence: Scores) -> Iterator[tuple[float, int]]:
        """Add up word after word; after each, what the others add at most and how many postings they have."""
        words = sorted(self.words, key=lambda word: -word.bound)
        rest, left = sum(word.bound for word in words), sum(word.postings for word in words)
        for word in self._deadline.each(words):
            found = self._index.everywhere(word)
            np.add.at(total, found.rows, found.scores)
            np.add.at(sentence, found.rows, found.sentences)
            rest, left = rest - word.bound, left - word.postings
            yield rest, left
