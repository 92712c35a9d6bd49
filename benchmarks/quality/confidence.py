"""Fit the weights of the confidence again, and measure how well they tell answers from what is none.

    python benchmarks/quality/confidence.py [--sets DIR] [--queries N] [--results FILE]

Each collection is asked queries that it answers, and queries of other sets that it does not. A logistic
regression over the first hits gives the weights, in the units of `search_api.searching.confidence`; a
collection is judged by weights that were fitted without it. Prints tables and writes JSON. It changes no
weights.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import machine, table, versions
from benchmarks.quality.first_hits import FirstHits, Flags, Values, first_hits, missing_sets
from benchmarks.quality.run import LIBRARIES, SETS
from indexer.core.errors import HudhudError, InvalidEvaluation
from search_api.evaluation.answerability import auc
from search_api.searching import confidence

NAMES = ("BIAS", "DENSE", "LEXICAL", "PASSAGE_COSINE", "SENTENCE_COSINE")
"""The weights as confidence.py calls them: the bias, then those of the features in their order."""

THRESHOLDS = (confidence.WEAK, confidence.STRONG)
RESULTS = Path(__file__).parent / "results" / "confidence.json"
QUERIES = 120
LEAST_COLLECTIONS = 2
RIDGE = 0.5
MOST_STEPS = 50
SETTLED = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression: its bias, and a coefficient for each feature, in the feature's own unit."""

    bias: float
    coefficients: tuple[float, ...]

    def probabilities(self, features: Values) -> Values:
        """How surely each row, one of shape `(features,)`, is an answer."""
        return _logistic(self.bias + features @ np.array(self.coefficients))


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the queries with an answer, those that a threshold keeps; of the others, those below it."""

    threshold: float
    kept: float
    told: float


@dataclass(frozen=True, slots=True)
class Judged:
    """How well a confidence tells queries with an answer from those without."""

    auc: float
    shares: tuple[Shares, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A collection, as searches judge it now and by the weights that all other collections give."""

    name: str
    answered: int
    unanswered: int
    dropped: int
    now: Judged
    held_out: Judged


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight as it stands in confidence.py, fitted again, and how far it moves without one collection."""

    name: str
    now: float
    fitted: float
    lowest: float
    highest: float


def main() -> None:
    """Ask, fit, print tables, write the results."""
    parser = argparse.ArgumentParser(description="Fit the weights of the confidence again.")
    parser.add_argument("--sets", type=Path, metavar="DIR", default=SETS, help="where the sets lie")
    parser.add_argument("--queries", type=int, metavar="N", default=QUERIES, help="N queries of each set")
    parser.add_argument("--results", type=Path, metavar="FILE", default=RESULTS)
    given = parser.parse_args()
    for name, sets in missing_sets(given.sets).items():
        print(f"{name} is skipped: {', '.join(sets)} missing")
    try:
        hits = []
        for one in first_hits(given.sets, given.queries):
            print(f"{one.name}: {len(one.answered)} queries asked, {one.dropped} without a hit", flush=True)
            hits.append(one)
        if len(hits) < LEAST_COLLECTIONS:
            print(
                f"hudhud: a fit needs {LEAST_COLLECTIONS} collections, and {len(hits)} are here: give --sets"
            )
            return
        write(*weights_and_measures(hits), given.queries, given.results)
    except HudhudError as error:
        sys.exit(f"hudhud: {error}")


def fit(features: Values, answered: Flags, counts: Values) -> Weights:
    """The logistic regression of `answered` on `features`, with a ridge, by Newton's method.

    Features are standardised, so that the ridge weighs alike on all; their weights come back in their own
    units.

    Args:
        features: shape `(rows, features)`.
        answered: shape `(rows,)`.
        counts: how much each row counts, shape `(rows,)`.

    Raises:
        InvalidEvaluation: the weights do not settle.
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    deviation[deviation == 0] = 1
    rows = np.column_stack([np.ones(len(features)), (features - mean) / deviation])
    ridge = np.array([0.0, *[RIDGE] * features.shape[1]])
    weights = np.zeros(len(ridge))
    for _ in range(MOST_STEPS):
        surely = _logistic(rows @ weights)
        slope = rows.T @ (counts * (answered - surely)) - ridge * weights
        curvature = (rows.T * (counts * surely * (1 - surely))) @ rows + np.diag(ridge)
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < SETTLED:
            coefficients = weights[1:] / deviation
            return Weights(float(weights[0] - coefficients @ mean), tuple(coefficients.tolist()))
    raise InvalidEvaluation(f"a fit of {len(rows)} queries does not settle: give more with --queries")


def fit_evenly(hits: Sequence[FirstHits]) -> Weights:
    """Weights from several collections: each counts as much, and in each both kinds of queries."""
    shares = [np.where(one.answered, 1 / one.answered.sum(), 1 / (~one.answered).sum()) for one in hits]
    counts = np.concatenate(shares)
    features = np.concatenate([one.features for one in hits])
    return fit(features, np.concatenate([one.answered for one in hits]), counts / counts.mean())


def weights_and_measures(hits: Sequence[FirstHits]) -> tuple[list[Weight], list[Measured]]:
    """Fit on all collections, and on all but one, by which that one is measured."""
    fitted = fit_evenly(hits)
    without = [fit_evenly([one for one in hits if one is not left]) for left in hits]
    spread = np.array([(one.bias, *one.coefficients) for one in without])
    weights = [
        Weight(name, getattr(confidence, name), value, float(column.min()), float(column.max()))
        for name, value, column in zip(NAMES, (fitted.bias, *fitted.coefficients), spread.T, strict=True)
    ]
    return weights, [_measured(one, others) for one, others in zip(hits, without, strict=True)]


def write(weights: Sequence[Weight], measured: Sequence[Measured], queries: int, results: Path) -> None:
    """Print both tables, and write `results`."""
    rows = [[one.name, *_shown([one.now, one.fitted, one.lowest, one.highest])] for one in weights]
    print(table("weights", ("", "now", "fitted", "lowest", "highest"), rows))
    columns = [f"{share} {threshold}" for threshold in THRESHOLDS for share in ("kept", "told")]
    print(table("collections", ("", "AUC", *columns), _lines(measured)))
    report = {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python", "benchmarks/quality/confidence.py", *sys.argv[1:]]),
        "machine": asdict(machine()),
        "versions": versions(LIBRARIES),
        "queries": queries,
        "ridge": RIDGE,
        "weights": [asdict(one) for one in weights],
        "collections": [asdict(one) for one in measured],
        "mean_now": asdict(mean_of([one.now for one in measured])),
        "mean_held_out": asdict(mean_of([one.held_out for one in measured])),
    }
    results.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_rounded(report), indent=1, ensure_ascii=False)
    results.write_text(f"{text}\n", encoding="utf-8")


def judge(surely: Values, answered: Flags) -> Judged:
    """How well `surely` tells the rows that are `answered` from the others, at each threshold too."""
    ours, others = surely[answered], surely[~answered]
    return Judged(
        auc(ours, others),
        tuple(
            Shares(least, float((ours >= least).mean()), float((others < least).mean()))
            for least in THRESHOLDS
        ),
    )


def mean_of(judged: Sequence[Judged]) -> Judged:
    """The mean over collections, each counting as much."""
    shares = [
        Shares(some[0].threshold, _mean([one.kept for one in some]), _mean([one.told for one in some]))
        for some in zip(*(one.shares for one in judged), strict=True)
    ]
    return Judged(_mean([one.auc for one in judged]), tuple(shares))


def _measured(one: FirstHits, others: Weights) -> Measured:
    return Measured(
        name=one.name,
        answered=int(one.answered.sum()),
        unanswered=int((~one.answered).sum()),
        dropped=one.dropped,
        now=judge(one.confidence, one.answered),
        held_out=judge(others.probabilities(one.features), one.answered),
    )


def _logistic(logit: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-logit)), np.float64)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _lines(measured: Sequence[Measured]) -> list[list[str]]:
    """Two lines a collection, as searches judge now and held out, then their means."""
    lines = [(one.name, one.now, one.held_out) for one in measured]
    lines.append(
        ("mean", mean_of([one.now for one in measured]), mean_of([one.held_out for one in measured]))
    )
    return [
        [
            f"{name}, {kind}",
            *_shown([judged.auc, *(value for one in judged.shares for value in (one.kept, one.told))]),
        ]
        for name, now, held_out in lines
        for kind, judged in (("now", now), ("held out", held_out))
    ]


def _shown(values: Sequence[float]) -> list[str]:
    return [f"{value:.3f}" for value in values]


def _rounded(report: object) -> object:
    return json.loads(json.dumps(report), parse_float=lambda text: round(float(text), 4))


if __name__ == "__main__":
    main()
