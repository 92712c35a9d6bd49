"""What scores by vectors are usual: those of a sample of the index, overall and in each language."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Part
from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Numbers, Scores, Vectors

HUBNESS_WEIGHT = 0.3
TOP_SHARE = 0.1
ENOUGH = 50
"""With fewer passages than this in the sample, a language's mean is drawn towards that of all."""


class Background:
    """The vectors of the sample, in memory. Safe to use from several threads."""

    def __init__(self, engine: Part) -> None:
        """Read the sample of an engine."""
        columns = engine.columns
        sample = columns.sample
        codes = np.asarray(columns.codes[sample])
        rows, owners = inner_rows_and_owners(columns.first_sentences, sample)
        self._hubness = np.asarray(columns.hubness[sample])
        self._passages = engine.passage_vectors.vectors(sample)
        self._sentences = engine.sentence_vectors.vectors(rows)
        self._starts = np.searchsorted(owners, np.arange(len(sample)))
        counts = np.bincount(columns.codes, minlength=len(columns.groups))
        self.spread = Spread.of(codes, counts, columns.groups)

    def usual(self, vector: Vectors) -> Scores:
        """The scores of the sample for a query: the mean of both cosines, hubs corrected."""
        if not len(self._starts):
            return np.empty(0, np.float32)
        best = np.maximum.reduceat(cosines(self._sentences, vector), self._starts)
        return blend(cosines(self._passages, vector), best, self._hubness)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The sample: what scores of a query are usual, overall and in each language.

    Attributes:
        codes: of each of its passages the language, as a position in `names`.
        weights: for how many passages each stands.
        names: of the language groups, sorted.
    """

    codes: NDArray[np.uint8]
    weights: NDArray[np.float64]
    names: Sequence[str]

    @classmethod
    def of(cls, codes: NDArray[np.uint8], counts: Numbers, names: Sequence[str]) -> "Spread":
        """By the languages of the sampled passages, and how many passages there are of each language."""
        in_sample = np.bincount(codes, minlength=len(counts))
        return cls(codes, (counts / np.maximum(in_sample, 1))[codes], names)

    def z_scores(self, usual: Scores, scores: Scores, codes: NDArray[np.uint8], own: str) -> Scores:
        """`scores` in standard deviations of the sample, each language counted from its own mean.

        Args:
            usual: the scores of the sample.
            scores: of any passages.
            codes: the language of each of these.
            own: the language group of the query.
        """
        offsets = self._offsets(usual, own)
        usual = usual - offsets[self.codes]
        mean = np.average(usual, weights=self.weights)
        deviation = np.sqrt(np.average((usual - mean) ** 2, weights=self.weights))
        return np.asarray((scores - offsets[codes] - mean) / max(deviation, 1e-6), np.float32)

    def _offsets(self, usual: Scores, own: str) -> Scores:
        """For each language the mean of its nearest tenth; for the query's own that of the others."""
        names = self.names
        everywhere = _top_mean(usual)
        offsets = np.full(len(names), everywhere, np.float32)
        for code in range(len(names)):
            its = usual[self.codes == code]
            share = len(its) / (len(its) + ENOUGH)
            offsets[code] = share * _top_mean(its) + (1 - share) * everywhere if len(its) else everywhere
        if own in names:
            others = np.arange(len(names)) != names.index(own)
            offsets[~others] = offsets[others].mean() if others.any() else everywhere
        return offsets


def blend(passage: Scores, sentence: Scores, hubness: Scores | np.float32) -> Scores:
    """The mean of both cosines of some passages, hubs corrected."""
    return np.asarray((passage - HUBNESS_WEIGHT * hubness + sentence) / 2, np.float32)


def cosines(vectors: Vectors, vector: Vectors) -> Scores:
    """Inner products, each the same to the last bit whatever other rows stand beside it."""
    return np.asarray(np.einsum("ij,j->i", vectors, vector), np.float32)


def _top_mean(scores: Scores) -> float:
    nearest = max(1, int(len(scores) * TOP_SHARE))
    return float(np.partition(scores, -nearest)[-nearest:].mean())
