"""How much alike articles are, by the vectors of their passages: each compared with the nearest of the other.

The mean over the passages of both articles of the cosine to the nearest passage of the other (as Zhang et
al., "BERTScore", ICLR 2020, do with tokens) does not ask that both are cut alike, and loses little where one
of them is longer. What is alike to much else is merely of the same subject; so it counts how far an article
is ahead of others (the margin of Artetxe and Schwenk, "Margin-based parallel corpus mining", ACL 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.core.alike import Alike, Together
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import Part
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


Probe = tuple[Vectors, int]
"""A vector, and how many passages of each language are looked for that are near to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """An article that others are compared with.

    Attributes:
        passages, vectors: numbers and vectors of those of its passages that are compared.
        code: its language, as a position in the sorted names of language groups.
    """

    passages: Numbers
    vectors: Vectors
    code: int


@dataclass(frozen=True, slots=True, eq=False)
class NearProbe:
    """Passages of one language that are near to a probe, best first.

    Attributes:
        probe: its place among the probes.
        code: the language.
        scores, passages, articles: cosines, numbers, and those of the articles.
    """

    probe: int
    code: int
    scores: Scores
    passages: Numbers
    articles: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class ComparedArticles:
    """Articles that were compared with one, arrays of one length, by ascending number.

    Attributes:
        articles: their numbers.
        cosines: the mean of both directions.
        codes: their languages.
        own: place of the passage of the one that is most alike to one of theirs, among its compared ones.
        passages: number of that one of theirs.
    """

    articles: Numbers
    cosines: Scores
    codes: NDArray[np.uint8]
    own: Numbers
    passages: Numbers


class Likeness:
    """Compares the articles of an index with each other. Safe to use from several threads."""

    def __init__(self, engine: Part, similarity: Similarity) -> None:
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
        own = self.own(article)
        near = self.near(probes_of(own.vectors, depth), among, deadline)
        articles = np.unique(np.concatenate([np.empty(0, np.int64), *(found.articles for found in near)]))
        deadline.check()
        return alike(own, self.compared(own.vectors, articles[articles != article]))

    def own(self, article: int) -> Own:
        """What of an article is compared."""
        passages = self._compared(article)
        codes = self._codes[passages].tolist() or [0]
        return Own(passages, self._similarity.passages.vectors(passages), codes[0])

    def near(
        self, probes: Sequence[Probe], among: Numbers | None, deadline: Deadline = NO_DEADLINE
    ) -> list[NearProbe]:
        """What is near to each of some probes, language by language."""
        return [
            NearProbe(place, code, scores, numbers, self._articles[numbers])
            for place, (vector, depth) in enumerate(deadline.each(probes))
            for code, scores, numbers in self._similarity.near_passages(vector, depth, among)
        ]

    def compared(self, vectors: Vectors, articles: Numbers) -> ComparedArticles:
        """Some articles, by ascending numbers, compared with the vectors of one."""
        theirs = [self._compared(one) for one in articles.tolist()]
        starts = np.cumsum([0, *map(len, theirs)])
        passages = np.concatenate([np.empty(0, np.int64), *theirs])
        table = vectors @ self._similarity.passages.vectors(passages).T
        best = _first_best(table.max(axis=0), starts)
        return ComparedArticles(
            articles,
            _both_ways(table, starts),
            self._codes[np.searchsorted(self._articles, articles)],
            np.argmax(table, axis=0)[best],
            passages[best],
        )

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other; a few hundred at most.

        Raises:
            TooSlow, Cancelled: as `deadline` says.
        """
        return together(self.few(articles), self.sample(), deadline)

    def few(self, articles: Numbers) -> list[Vectors]:
        """The vectors of a few passages of each of some articles."""
        return [
            self._similarity.passages.vectors(self._compared(article, FEW_PASSAGES))
            for article in articles.tolist()
        ]

    def sample(self) -> Vectors:
        """The vectors of the passages of the background sample."""
        return self._similarity.passages.vectors(self._sample)

    def _compared(self, article: int, most: int = MOST_PASSAGES) -> Numbers:
        """The numbers of the passages of an article that are compared."""
        return _spread(np.array(self.passages_of(article), np.int64), most)


def probes_of(vectors: Vectors, depth: int) -> list[Probe]:
    """What is looked for to find articles that are like one: the mean of its vectors, and some of them.

    Args:
        vectors: of its passages.
        depth: how many passages of each language are wanted at least.
    """
    if not len(vectors):
        return []
    depth = max(DEPTH, depth)
    mean = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    if not length:
        return []
    some = vectors[_spread(np.arange(len(vectors)), PROBES)] if len(vectors) > 1 else vectors[:0]
    return [(mean / length, depth), *((vector, -(-depth // 3)) for vector in some)]


def together(few: Sequence[Vectors], sample: Vectors, deadline: Deadline = NO_DEADLINE) -> Together:
    """How much alike articles are to each other, by the vectors of a few passages of each.

    Args:
        few: of each article.
        sample: vectors of the passages of the background sample.
        deadline: until when somebody waits.
    """
    if not few:
        return Together(np.empty((0, 0), np.float32), np.empty(0, np.float32))
    starts = np.cumsum([0, *map(len, few)])
    vectors = np.concatenate(few)
    one_way = np.empty((len(few), len(few)), np.float32)
    usual = np.empty(len(few), np.float32)
    for place, own in enumerate(deadline.each(few)):
        one_way[place] = np.maximum.reduceat(own @ vectors.T, starts[:-1], axis=1).mean(axis=0)
        to_sample = own @ sample.T
        usual[place] = np.median((to_sample.mean(axis=0) + to_sample.max(axis=0)) / 2)
    return Together(np.asarray((one_way + one_way.T) / 2, np.float32), usual)


def alike(own: Own, others: ComparedArticles) -> Alike:
    """Articles that were compared with one, the most alike first, equal ones by number."""
    if not len(others.articles):
        return NOTHING
    order = np.lexsort((others.articles, -others.cosines))
    return Alike(
        others.articles[order],
        others.cosines[order],
        _ahead(others.cosines, others.codes)[order],
        (others.codes != own.code)[order],
        own.passages[others.own][order],
        others.passages[order],
    )


def _spread(numbers: Numbers, most: int) -> Numbers:
    """At most so many of some numbers, evenly spread over them."""
    return numbers if len(numbers) <= most else numbers[np.arange(most) * len(numbers) // most]


def _both_ways(table: Scores, starts: Numbers) -> Scores:
    """The mean of both directions, of each article.

    Args:
        table: cosines of the one's passages, in rows, to those of all others, in columns.
        starts: the first column of each other, and the number of columns.
    """
    if len(starts) == 1:
        return np.empty(0, np.float32)
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
