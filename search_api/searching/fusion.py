"""What the scores of a candidate are worth against each other: one fused score, higher is better.

All scores come as z-scores, deviations above the mean of the index, so that no constant depends on
the range of a model's cosines or on the number of words of a query. Fusion by ranks (Cormack et al.,
"Reciprocal rank fusion", SIGIR 2009) was measured as well, and was worse than no fusion: ranks forget how
far ahead the first one is.
"""

from dataclasses import dataclass

import numpy as np

from indexer.core.records import Candidates, Scores

LEXICAL_WEIGHT = 0.2
FEW_WORDS_WEIGHT = 0.7
"""Added for a query of one word, half of it for two, and so on: a vector says little of a single word."""

SENTENCE_WEIGHT = 0.1
"""Against 1 for the dense score; settled on eleven sets and on seven of them in one index together."""

KNOWN_WEIGHT = 0.1
"""More for the words of the passage, as far as the index has the query's own words: they are no guesses."""

SOUND_WEIGHT = 0.45
"""For a query that is surely Persian or Arabic in Latin letters: names lead, for vectors do not read it."""

SENTENCE_SHARE = 0.4
"""Of the best sentence against the passage, where words alone count: about as above."""

DAY_WEIGHT = 1.0
"""Added for an article of a day that the query names: one standard deviation by vectors. What is about
equally near is told apart by it, and what is about something else stays behind."""


@dataclass(frozen=True, slots=True)
class QueryTraits:
    """What a query is like, as far as scores are worth more or less for it.

    Attributes:
        romanised: how surely it is Persian or Arabic in Latin letters, 0 to 1.
        known: share of its words that the index has, themselves or in another form.
        words: how many of its words are looked for.
        days: that it names, counted from 0001-01-01 as 1.
    """

    romanised: float = 0.0
    known: float = 0.0
    words: int = 0
    days: tuple[int, ...] = ()


def fuse(candidates: Candidates, traits: QueryTraits = QueryTraits()) -> Scores:
    """The fused score of every candidate, shape `(candidates,)`."""
    weight = LEXICAL_WEIGHT + KNOWN_WEIGHT * traits.known
    if traits.words:
        weight += FEW_WORDS_WEIGHT / traits.words
    words = weight * candidates.lexical_z + SENTENCE_WEIGHT * candidates.sentence_z
    fused = candidates.dense_z + words + traits.romanised * SOUND_WEIGHT * candidates.sound_z
    return _with_days(fused, candidates, traits)


def by_words(candidates: Candidates, traits: QueryTraits = QueryTraits()) -> Scores:
    """The score of every candidate by its words alone, shape `(candidates,)`."""
    words = candidates.lexical_z + SENTENCE_SHARE * candidates.sentence_z
    return _with_days(words + traits.romanised * SOUND_WEIGHT * candidates.sound_z, candidates, traits)


def _with_days(scores: Scores, candidates: Candidates, traits: QueryTraits) -> Scores:
    if traits.days:
        scores = scores + DAY_WEIGHT * np.isin(candidates.days, traits.days)
    return np.asarray(scores, np.float32)
