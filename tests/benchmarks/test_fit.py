"""Fitting the confidence: known weights come back from made-up queries; others judge a collection."""

import numpy as np
import pytest

from benchmarks.quality.confidence import (
    NAMES,
    Shares,
    Weights,
    fit,
    fit_evenly,
    judge,
    weights_and_measures,
)
from benchmarks.quality.first_hits import PLANS, FirstHits, Part
from search_api.searching import confidence

KNOWN = Weights(-1.5, (0.7, 4.0, -0.3, 0.05))
UNITS = np.array([2.0, 0.3, 1.5, 3.0])
MEANS = np.array([3.0, 0.5, -1.0, 0.0])


def made_up(queries: int, seed: int) -> FirstHits:
    """Queries that are answered as surely as the known weights say."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(queries, 4)) * UNITS + MEANS
    surely = KNOWN.probabilities(features)
    return FirstHits(f"made up {seed}", features, random.random(queries) < surely, surely, 0)


def test_known_weights_are_found_again() -> None:
    hits = made_up(100_000, 0)
    found = fit(hits.features, hits.answered, np.ones(len(hits.answered)))
    assert found.bias == pytest.approx(KNOWN.bias, abs=0.08)
    assert found.coefficients == pytest.approx(KNOWN.coefficients, abs=0.06)


def test_the_slope_is_the_ridge_where_it_settles() -> None:
    """Of one standardised feature: the residuals along it are what the ridge of .5 takes away."""
    features = np.array([[-1.0], [-1.0], [1.0], [1.0]])
    answered = np.array([False, False, True, True])
    found = fit(features, answered, np.ones(4))
    [coefficient] = found.coefficients
    assert found.bias == pytest.approx(0, abs=1e-9)
    assert 4 / (1 + np.exp(coefficient)) == pytest.approx(0.5 * coefficient, abs=1e-9)


def test_a_row_counts_as_often_as_it_says() -> None:
    hits = made_up(200, 1)
    counts = np.arange(200.0) % 3
    often = np.repeat(np.arange(200), counts.astype(int))
    repeated = fit(hits.features[often], hits.answered[often], np.ones(len(often)))
    counted = fit(hits.features, hits.answered, counts)
    surely = counted.probabilities(hits.features)
    assert np.abs(surely - repeated.probabilities(hits.features)).max() < 0.01


def test_both_kinds_count_alike_however_many_they_are() -> None:
    features = np.array([[0.0]] * 9 + [[0.0]])
    answered = np.array([True] * 9 + [False])
    hits = FirstHits("uneven", features, answered, np.zeros(10), 0)
    found = fit_evenly([hits])
    assert found.probabilities(np.array([[0.0]])) == pytest.approx([0.5])


def test_the_shares_are_those_at_the_thresholds_of_a_verdict() -> None:
    judged = judge(np.array([0.9, 0.35, 0.2, 0.7, 0.1]), np.array([True, True, True, False, False]))
    assert judged.auc == pytest.approx((2 + 1 + 1) / 6)
    assert judged.shares == (Shares(0.35, 2 / 3, 1 / 2), Shares(0.7, 1 / 3, 1 / 2))


def test_a_collection_is_judged_by_weights_of_the_others() -> None:
    hits = [made_up(2000, seed) for seed in (3, 4, 5)]
    weights, measured = weights_and_measures(hits)
    assert [one.name for one in weights] == list(NAMES)
    assert weights[0].now == confidence.BIAS
    assert all(one.lowest <= one.highest for one in weights)
    for left, one in enumerate(measured):
        others = fit_evenly(hits[:left] + hits[left + 1 :])
        assert one.held_out == judge(others.probabilities(hits[left].features), hits[left].answered)
        assert one.now == judge(hits[left].confidence, hits[left].answered)


def test_common_words_are_asked_of_no_other_collection() -> None:
    asked = {(plan.name, name) for plan in PLANS for name, part in plan.unanswered if part is Part.ANSWERED}
    assert not [pair for pair in asked if pair[1].startswith("kw") or pair[0] == pair[1]]
    assert not [pair for pair in asked if "ntrex" in pair[0] and "ntrex" in pair[1]]
