"""How surely a passage answers a query, 0 to 1, and what that says to a person.

A logistic regression over what the scores say of a candidate, none of which grows with the archive or is
a model's own: its z-score by vectors; its words, as a share of what a passage has that holds them all;
and how far its cosines lie above those of queries that this very index does not answer, measured when it
was made (`indexer.generation.calibration`). So what is calibrated per model and index are the inputs; the
weights were fitted once, on queries with and without an answer in six collections in three languages,
each collection and class with the same weight (benchmarks/quality/confidence.py fits them again).
"""

from enum import StrEnum

import numpy as np

from indexer.core.matching import Unseen
from indexer.core.records import Candidates, Scores

BIAS = -5.207
DENSE, LEXICAL, PASSAGE_COSINE, SENTENCE_COSINE = 0.666, 3.966, 0.319, 0.064
"""Of the z-score by vectors, the share of words, and both cosines above those of unrelated queries."""

MOST_SHARE = 1.5
"""A share above this, of a short passage that says a word again and again, counts as this."""

STRONG, WEAK = 0.7, 0.35
"""Confidence of the first hit from which a verdict is so."""


MATCHING = 0.05
"""Confidence from which an article matches, where nobody asks for another. In ten collections, .936 to 1.000
of the right answers among the first ten hits have it (benchmarks/quality/matching.py measures it again)."""


class Verdict(StrEnum):
    """Whether an archive answers a query."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"

    @property
    def sentence(self) -> str:
        """What it means, for a person."""
        return _SENTENCES[self]

    @classmethod
    def of(cls, confidence: float | None) -> "Verdict":
        """The verdict on a result whose first hit has this confidence; None where there is no hit."""
        if confidence is None or confidence < WEAK:
            return cls.NONE
        return cls.STRONG if confidence >= STRONG else cls.WEAK


_SENTENCES = {
    Verdict.STRONG: "Clear match.",
    Verdict.WEAK: "Perhaps: something here may answer this.",
    Verdict.NONE: "Nothing here seems to answer this.",
}


def confidences(candidates: Candidates | Unseen) -> Scores:
    """How surely each candidate answers the query, in [0, 1]."""
    logit = (
        BIAS
        + DENSE * candidates.dense_z
        + LEXICAL * np.minimum(candidates.lexical_share, MOST_SHARE)
        + PASSAGE_COSINE * candidates.unrelated_passage
        + SENTENCE_COSINE * candidates.unrelated_sentence
    )
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)


def most_of_others(candidates: Candidates) -> float:
    """How surely a passage that is no candidate answers the query at most; 0 where there is none."""
    return float(confidences(candidates.unseen).max(initial=0.0))
