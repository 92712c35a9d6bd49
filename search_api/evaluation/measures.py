"""How good rankings are: the measures of `ir_measures`, with bootstrap intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import InvalidEvaluation
from search_api.evaluation.beir import Qrels

RESAMPLES = 2000
SEED = 20250903
Rankings = Mapping[str, Sequence[str]]
"""By query: documents, best first. A query that is missing found nothing."""
PerQuery = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SetScores:
    """Means over the queries that have an answer, from 0 to 1.

    `ndcg_10` is nDCG@10 with the qrels' scores as gains (Järvelin and Kekäläinen 2002); `r_1` is the
    share of queries with a relevant document at rank 1, which ir_measures calls Success@1; `rr_10`
    the reciprocal rank of the first relevant one, 0 after rank 10; `r_100` the share of the relevant
    ones that stand in the first 100.
    """

    ndcg_10: float
    ndcg_10_interval: Interval
    r_1: float
    r_1_interval: Interval
    rr_10: float
    r_100: float


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of relevant documents in the first 10 and 100, mean over `queries` that have some."""

    queries: int
    r_10: float
    r_100: float


def score(qrels: Qrels, rankings: Rankings) -> SetScores:
    """Score `rankings` over every query of `qrels`; one without a ranking counts 0."""
    ndcg, first, reciprocal, found = _per_query(["nDCG@10", "Success@1", "RR@10", "R@100"], qrels, rankings)
    return SetScores(
        ndcg_10=float(ndcg.mean()),
        ndcg_10_interval=interval(ndcg),
        r_1=float(first.mean()),
        r_1_interval=interval(first),
        rr_10=float(reciprocal.mean()),
        r_100=float(found.mean()),
    )


def recall(qrels: Qrels, rankings: Rankings) -> Recall:
    """Recall of `rankings` over every query of `qrels`; one without a ranking counts 0."""
    at_10, at_100 = _per_query(["R@10", "R@100"], qrels, rankings)
    return Recall(len(qrels), float(at_10.mean()), float(at_100.mean()))


def interval(values: PerQuery) -> Interval:
    """The bootstrap interval of a mean over queries (percentile method; Efron and Tibshirani 1993).

    The same values give the same interval: the seed is fixed.
    """
    random = np.random.default_rng(SEED)
    return middle([values[random.integers(len(values), size=len(values))].mean() for _ in range(RESAMPLES)])


def middle(estimates: Sequence[float]) -> Interval:
    """The interval of the middle 95 % of bootstrap estimates."""
    low, high = np.percentile(estimates, [2.5, 97.5])
    return Interval(float(low), float(high))


def require_library() -> None:
    """Check that `ir_measures` is installed, before anything is computed.

    Raises:
        InvalidEvaluation: it is not; a part of it in C has no ready-made package for Linux on ARM.
    """
    try:
        import ir_measures  # noqa: F401
    except ImportError as error:
        raise InvalidEvaluation(
            f"evaluating needs ir-measures, which cannot be imported ({error}):"
            " pip install ir-measures==0.4.3"
        ) from error


def _per_query(measures: Sequence[str], qrels: Qrels, rankings: Rankings) -> list[PerQuery]:
    """Each measure's values, one a query in the order of `qrels`.

    Ranks are handed over as scores, for trec_eval puts equal scores in an order of its own.
    """
    import ir_measures

    row = {query: number for number, query in enumerate(qrels)}
    run = {
        query: {document: float(-rank) for rank, document in enumerate(rankings.get(query, ()))}
        for query in qrels
    }
    values = {name: np.zeros(len(row)) for name in measures}
    for metric in ir_measures.iter_calc(list(map(ir_measures.parse_measure, measures)), qrels, run):
        values[str(metric.measure)][row[metric.query_id]] = metric.value
    return list(values.values())
