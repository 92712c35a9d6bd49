"""How much alike articles are, by the vectors of their passages: each compared with the nearest of the other.

The mean over the passages of both articles of the cosine to the nearest passage of the other (as Zhang et
al., "BERTScore", ICLR 2020, do with tokens) does not ask that both are cut alike, and loses little where one
of them is longer. What is alike to much else is merely of the same subject; so it counts how far an article
is ahead of others (the margin of Artetxe and Schwenk, "Margin-based parallel corpus mining", ACL 2019).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.core.alike import Alike, Together
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import Engine
from indexer.core.records import Numbers, Scores, Vectors
from indexer.retrieval.similarity import Similarity

MOST_PASSAGES = 24
"""Of an article that are compared; of a longer one these, evenly spread."""

FEW_PASSAGES = 12
"""Of an article that are compared where many are compared with each other."""

PROBES = 6
"""Passages of an article that are looked for by themselves, besides the mean of all."""

DEPTH = 60
"""Passages of each language that are near to that mean; a third as many to each passage."""

FEWEST_OTHERS = 8
"""Articles of a language that tell how much alike is usual in it; where there are fewer, those of all do."""


NOTHING = Alike(
    np.empty(0, np.int64),
    np.empty(0, np.float32),
    np.empty(0, np.float32),
    np.empty(0, np.bool_),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
)
"""Of an article that is alone."""


class Likeness:
    """Compares the articles of an index with each other. Safe to use from several threads."""

    def __init__(self, engine: Engine, similarity: Similarity) -> None:
        """Compare by the vectors of an engine."""
        columns = engine.columns
        self._similarity, self._articles, self._codes = similarity, columns.articles, columns.codes
        self._sample = columns.sample

    def passages_of(self, article: int) -> range:
        """The numbers of an article's passages."""
        return range(*np.searchsorted(self._articles, [article, article + 1]).tolist())

    def alike(
        self, article: int, among: Numbers | None, depth: int, deadline: Deadline = NO_DEADLINE
    ) -> Alike:
        """The articles that are most like one, the most alike first, equal ones by number.

        Args:
            article: the one.
            among: only articles of these passages, sorted; all when None.
            depth: how many of each language are wanted at least, where there are as many.
            deadline: until when somebody waits.
        """
        own = self._compared(article)
        vectors = self._similarity.passages.vectors(own)
        articles = self._near(vectors, among, max(DEPTH, depth), deadline)
        articles = articles[articles != article]
        if not len(articles):
            return NOTHING
        theirs = [self._compared(one) for one in articles.tolist()]
        starts = np.cumsum([0, *map(len, theirs)])
        passages = np.concatenate(theirs)
        deadline.check()
        table = vectors @ self._similarity.passages.vectors(passages).T
        cosines = _both_ways(table, starts)
        best_own = np.argmax(table, axis=0)
        best = _first_best(table.max(axis=0), starts)
        order = np.lexsort((articles, -cosines))
        codes = self._codes[np.searchsorted(self._articles, articles)]
        ahead = _ahead(cosines, codes)
        is_foreign = codes != self._codes[own[0]]
        return Alike(
            articles[order],
            cosines[order],
            ahead[order],
            is_foreign[order],
            own[best_own[best]][order],
            passages[best][order],
        )

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other; a few hundred at most.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        if not len(articles):
            return Together(np.empty((0, 0), np.float32), np.empty(0, np.float32))
        passages = [self._compared(article, FEW_PASSAGES) for article in articles.tolist()]
        starts = np.cumsum([0, *map(len, passages)])
        vectors = self._similarity.passages.vectors(np.concatenate(passages))
        sample = self._similarity.passages.vectors(self._sample)
        one_way = np.empty((len(articles), len(articles)), np.float32)
        usual = np.empty(len(articles), np.float32)
        for place, (start, end) in deadline.each(enumerate(pairwise(starts.tolist()))):
            own = vectors[start:end]
            one_way[place] = np.maximum.reduceat(own @ vectors.T, starts[:-1], axis=1).mean(axis=0)
            to_sample = own @ sample.T
            usual[place] = np.median((to_sample.mean(axis=0) + to_sample.max(axis=0)) / 2)
        return Together(np.asarray((one_way + one_way.T) / 2, np.float32), usual)

    def _compared(self, article: int, most: int = MOST_PASSAGES) -> Numbers:
        """The numbers of the passages of an article that are compared."""
        return _spread(np.array(self.passages_of(article), np.int64), most)

    def _near(self, vectors: Vectors, among: Numbers | None, depth: int, deadline: Deadline) -> Numbers:
        """Articles with passages that are near to the mean of some vectors, or to one of them, ascending."""
        mean = vectors.mean(axis=0)
        length = float(np.linalg.norm(mean))
        if not len(vectors) or not length:
            return np.empty(0, np.int64)
        found = [self._similarity.nearest_passages(mean / length, depth, among)]
        probes = vectors[_spread(np.arange(len(vectors)), PROBES)] if len(vectors) > 1 else vectors[:0]
        found += [
            self._similarity.nearest_passages(vector, -(-depth // 3), among)
            for vector in deadline.each(probes)
        ]
        return np.unique(self._articles[np.concatenate(found)])


def _spread(numbers: Numbers, most: int) -> Numbers:
    """At most so many of some numbers, evenly spread over them."""
    return numbers if len(numbers) <= most else numbers[np.arange(most) * len(numbers) // most]


def _both_ways(table: Scores, starts: Numbers) -> Scores:
    """The mean of both directions, of each article.

    Args:
        table: cosines of the one's passages, in rows, to those of all others, in columns.
        starts: the first column of each other, and the number of columns.
    """
    there = np.maximum.reduceat(table, starts[:-1], axis=1).mean(axis=0)
    back = np.add.reduceat(table.max(axis=0), starts[:-1]) / np.diff(starts)
    return np.asarray((there + back) / 2, np.float32)


def _first_best(scores: Scores, starts: Numbers) -> Numbers:
    """Of each article the column with its highest score, the first of equals."""
    return np.array(
        [start + int(np.argmax(scores[start:end])) for start, end in pairwise(starts.tolist())], np.int64
    )


def _ahead(cosines: Scores, codes: NDArray[np.uint8]) -> Scores:
    """How far each article is on the way from what is usual in its language to being the same, 0 to 1.

    Usual is the median of the articles that are near, those of the same language where there are enough.
    """
    usual = np.full(len(cosines), np.median(cosines), np.float32)
    for code in np.unique(codes):
        its = codes == code
        if np.count_nonzero(its) > FEWEST_OTHERS:
            usual[its] = np.median(cosines[its])
    return np.clip((cosines - usual) / np.maximum(1 - usual, 1e-6), 0.0, 1.0).astype(np.float32)
