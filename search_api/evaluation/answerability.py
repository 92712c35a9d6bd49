"""How well a search tells the queries that the archive answers from those that it does not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search_api.evaluation.measures import RESAMPLES, SEED, Interval, PerQuery, middle
from search_api.searching.confidence import Verdict
from search_api.searching.outcomes import Result

NONE = Verdict.NONE.value
"""The verdict that nothing in the archive answers the query."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a search says of its best hit: how sure it is, higher is surer, and its verdict.

    `verdict` is None where searches give none.
    """

    confidence: float
    verdict: str | None


NOTHING_SEARCHED = Claim(-math.inf, NONE)
"""Of a query that cannot be searched: who typed it is told that there is no answer."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """How well queries with and without an answer are told apart.

    `without` counts the queries without an answer. `auc` is the area under the ROC curve of the
    confidence, None where no query has an answer. `kept` is the share of the queries with an answer whose
    verdict is not "none", `told` the share of those without whose verdict is; None where searches give no
    verdict, `kept` also where no query has an answer.
    """

    without: int
    auc: float | None
    auc_interval: Interval | None
    kept: float | None
    told: float | None


def claim(result: Result) -> Claim:
    """What `result` says of its best hit."""
    return Claim(confidence(result), verdict(result))


def confidence(result: Result) -> float:
    """How sure the search is of its best hit; less than any where nothing was found."""
    return result.hits[0].surely if result.hits else -math.inf


def verdict(result: Result) -> str | None:
    """Whether the search says that the archive answers the query."""
    return result.verdict.value


def answerability(answerable: Sequence[Claim], others: Sequence[Claim]) -> Answerability:
    """Compare the claims about queries with an answer with those about `others`, at least one."""
    sure, unsure = (np.array([one.confidence for one in claims]) for claims in (answerable, others))
    verdicts = {one.verdict for one in (*answerable, *others)}
    return Answerability(
        without=len(others),
        auc=auc(sure, unsure) if answerable else None,
        auc_interval=auc_interval(sure, unsure) if answerable else None,
        kept=1 - _share_of_none(answerable) if answerable and None not in verdicts else None,
        told=_share_of_none(others) if None not in verdicts else None,
    )


def auc(higher: PerQuery, lower: PerQuery) -> float:
    """The area under the ROC curve: the share of pairs in which the one of `higher` is above the other.

    Equal ones count half (Hanley and McNeil, Radiology 143, 1982).
    """
    levels, level = np.unique(np.concatenate([higher, lower]), return_inverse=True)
    ours = np.bincount(level[: len(higher)], minlength=len(levels))
    theirs = np.bincount(level[len(higher) :], minlength=len(levels))
    beaten = np.cumsum(theirs) - theirs / 2
    return float(ours @ beaten / (len(higher) * len(lower)))


def auc_interval(higher: PerQuery, lower: PerQuery) -> Interval:
    """The bootstrap interval of the AUC: both kinds of queries are drawn anew, each as often as it is there.

    The same values give the same interval: the seed is fixed.
    """
    random = np.random.default_rng(SEED)
    return middle(
        [auc(random.choice(higher, len(higher)), random.choice(lower, len(lower))) for _ in range(RESAMPLES)]
    )


def _share_of_none(claims: Sequence[Claim]) -> float:
    return sum(one.verdict == NONE for one in claims) / len(claims)
