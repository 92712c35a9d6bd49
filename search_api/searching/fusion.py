"""What the scores of a candidate are worth against each other: one fused score, higher is better.

All scores come as z-scores, deviations above the mean of the index, so that no constant depends on
the range of a model's cosines or on the number of words of a query. Fusion by ranks (Cormack et al.,
"Reciprocal rank fusion", SIGIR 2009) was measured as well, and was worse than no fusion: ranks forget how
far ahead the first one is.
"""

import numpy as np

from indexer.core.records import Candidates, Scores

LEXICAL_WEIGHT = 0.2
SENTENCE_WEIGHT = 0.1
"""Against 1 for the dense score; settled on eleven sets and on seven of them in one index together."""

KNOWN_WEIGHT = 0.1
"""More for the words of the passage, as far as the index has the query's own words: they are no guesses."""

SOUND_WEIGHT = 0.45
"""For a query that is surely Persian or Arabic in Latin letters: names lead, for vectors do not read it."""


def fuse(candidates: Candidates, romanised: float = 0.0, known: float = 0.0) -> Scores:
    """The fused score of every candidate, shape `(candidates,)`.

    Args:
        candidates: with their z-scores.
        romanised: how surely the query is Persian or Arabic in Latin letters, 0 to 1.
        known: share of the query's words that the index has, themselves or in another form.
    """
    lexical_weight = LEXICAL_WEIGHT + KNOWN_WEIGHT * known
    words = lexical_weight * candidates.lexical_z + SENTENCE_WEIGHT * candidates.sentence_z
    fused = candidates.dense_z + words + romanised * SOUND_WEIGHT * candidates.sound_z
    return np.asarray(fused, np.float32)
