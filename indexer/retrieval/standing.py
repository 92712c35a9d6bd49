"""Where the words of a query stand: the postings of the terms that they stand for, weighted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Standing, TermPostings
from indexer.core.records import Expansion, Numbers, Phrase, Scores
from indexer.retrieval import bm25

_PLACE_BITS, _LAST_PLACE = 8, 255


class StandingWords:
    """Finds the sentences of words and phrases. Safe to use from several threads."""

    def __init__(self, postings: TermPostings, passages: int) -> None:
        """Look in some postings, of so many passages."""
        self._postings, self._passages = postings, passages

    def passages_with(self, words: Sequence[Expansion]) -> Numbers:
        """Numbers of the passages with a sentence that holds every one of `words`, ascending."""
        rarest_first = sorted(words, key=lambda word: self._total(word.terms))
        shared: Numbers | None = None
        for word in rarest_first:
            standing = self._among(self._postings.of_terms(word.terms), shared)[0]
            places = np.unique(standing)
            shared = places if shared is None else shared[np.isin(shared, places, assume_unique=True)]
        found = shared if shared is not None else np.empty(0, np.int64)
        return np.unique(found >> _PLACE_BITS)

    def size(self, expansion: Expansion) -> int:
        """How many postings a word has; of a phrase only those of its rarest part have to be looked at."""
        of_phrases = (min(self._total(terms) for terms, _ in phrase.parts) for phrase in expansion.phrases)
        return self._total(expansion.terms) + sum(of_phrases)

    def of(
        self, expansion: Expansion, *, sampled: bool = False
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint8], Scores]:
        """The passages that hold a word, in which of their sentences, and how often, weighted.

        A sentence comes once for each term and each phrase.
        """
        standing = self._postings.of_terms(expansion.terms, sampled=sampled)
        frequency = np.asarray(standing.counts * np.repeat(expansion.weights, standing.sizes), np.float32)
        if not expansion.phrases:
            return standing.passages, standing.places, frequency
        together = [self._together(phrase, sampled=sampled) for phrase in expansion.phrases]
        rows = np.concatenate([rows for rows, _ in together])
        return (
            np.concatenate([standing.passages, (rows >> _PLACE_BITS).astype(np.uint32)]),
            np.concatenate([standing.places, (rows & _LAST_PLACE).astype(np.uint8)]),
            np.concatenate([frequency, *(values for _, values in together)]),
        )

    def _together(self, phrase: Phrase, *, sampled: bool) -> tuple[Numbers, Scores]:
        """The sentences that hold every word of a phrase, and how often, weighted."""
        rarest_first = sorted(phrase.parts, key=lambda part: self._total(part[0]))
        shared: Numbers | None = None
        least: Scores = np.empty(0, np.float32)
        for terms, weights in rarest_first:
            found, frequency = self._among(self._postings.of_terms(terms, sampled=sampled), shared, weights)
            rows, sums = bm25.sorted_sums(found, frequency)
            if shared is None:
                shared, least = rows, sums
                continue
            shared, left, right = np.intersect1d(shared, rows, assume_unique=True, return_indices=True)
            least = np.minimum(least[left], sums[right])
        found = shared if shared is not None else np.empty(0, np.int64)
        return found, np.asarray(phrase.weight * least, np.float32)

    def _among(
        self, standing: Standing, shared: Numbers | None, weights: Scores | None = None
    ) -> tuple[Numbers, Scores]:
        """Sentences of some postings, passage and place in one number, and how often the terms stand there.

        Of `shared` sentences' passages alone where they are given; weighted where there are weights.
        """
        passages, places, frequency = standing.passages, standing.places, standing.counts.astype(np.float32)
        if weights is not None:
            frequency *= np.repeat(weights, standing.sizes)
        if shared is not None:
            is_shared = np.zeros(self._passages, np.bool_)
            is_shared[shared >> _PLACE_BITS] = True
            kept = is_shared[passages]
            passages, places, frequency = passages[kept], places[kept], frequency[kept]
        return passages.astype(np.int64) << _PLACE_BITS | places, frequency

    def _total(self, terms: Numbers) -> int:
        return int(self._postings.sizes(terms).sum())
