"""Telling queries with an answer from those without: areas by counting pairs, shares by counting queries."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from search_api.evaluation.answerability import (
    NOTHING_SEARCHED,
    Answerability,
    Claim,
    answerability,
    auc,
    auc_interval,
)
from search_api.evaluation.measures import Interval


def area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The AUC of `higher` over `lower`, as a plain function of lists."""
    return auc(np.array(higher, float), np.array(lower, float))


def claims(verdict: str | None, *confidences: float) -> list[Claim]:
    return [Claim(confidence, verdict) for confidence in confidences]


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    assert area([3, 1], [2, 0, 0]) == (3 + 2) / (2 * 3)
    assert area([3, 4], [1, 2]) == 1
    assert area([1, 2], [3, 4]) == 0


def test_equal_ones_count_half() -> None:
    assert area([1], [1]) == 1 / 2
    assert area([2, 1], [2, 0]) == ((1 / 2 + 1) + (0 + 1)) / (2 * 2)
    assert area([-math.inf, 1], [-math.inf, 0]) == ((1 / 2 + 0) + (1 + 1)) / (2 * 2)


@pytest.mark.parametrize("seed", range(20))
def test_the_area_is_what_counting_pairs_gives(seed: int) -> None:
    random = np.random.default_rng(seed)
    higher = random.integers(2, 9, size=random.integers(1, 30)).astype(float)
    lower = random.integers(0, 7, size=random.integers(1, 30)).astype(float)
    pairs = list(itertools.product(higher, lower))
    won = sum(1.0 if ours > theirs else 0.5 if ours == theirs else 0.0 for ours, theirs in pairs)
    assert auc(higher, lower) == pytest.approx(won / len(pairs), abs=1e-12)
    assert auc(lower, higher) == pytest.approx(1 - won / len(pairs), abs=1e-12)


def test_the_interval_of_what_is_wholly_apart_is_a_point() -> None:
    assert auc_interval(np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0])) == Interval(1.0, 1.0)


def test_the_interval_is_that_of_the_normal_approximation_for_many_queries() -> None:
    """With an answer, half of 500 say 2 and half 0; without, all say 1: the area is a mean of 0 and 1."""
    higher, lower = np.array([0.0, 2.0] * 250), np.full(500, 1.0)
    half = 1.96 * 0.5 / math.sqrt(500)
    found = auc_interval(higher, lower)
    assert found == auc_interval(higher, lower)
    assert found.low == pytest.approx(0.5 - half, abs=0.004)
    assert found.high == pytest.approx(0.5 + half, abs=0.004)


def test_both_kinds_of_queries_are_drawn_anew() -> None:
    few, many = np.array([0.0, 2.0] * 5), np.full(500, 1.0)
    assert auc_interval(few, many).low < 0.3 < 0.7 < auc_interval(few, many).high
    assert auc_interval(many, few).low < 0.3 < 0.7 < auc_interval(many, few).high


def test_shares_are_counted_at_the_verdict() -> None:
    answerable = [*claims("strong", 0.9), *claims("weak", 0.5, 0.3), *claims("none", 0.1)]
    others = [*claims("weak", 0.4), *claims("none", 0.2, 0.0)]
    found = answerability(answerable, others)
    assert found.without == 3
    assert found.auc == (3 + 3 + 2 + 1) / (4 * 3)
    assert found.auc_interval is not None
    assert found.auc_interval.low < found.auc < found.auc_interval.high
    assert (found.kept, found.told) == (3 / 4, 2 / 3)


def test_without_verdicts_there_are_no_shares() -> None:
    found = answerability(claims(None, 2, 3), [*claims(None, 1), NOTHING_SEARCHED])
    assert (found.auc, found.kept, found.told) == (1.0, None, None)


def test_what_cannot_be_searched_is_told_none_and_less_sure_than_any() -> None:
    answerable = [*claims("strong", -9.0), NOTHING_SEARCHED]
    others = [*claims("weak", -8.0), NOTHING_SEARCHED, NOTHING_SEARCHED]
    found = answerability(answerable, others)
    assert found.auc == ((0 + 1 + 1) + (0 + 1 / 2 + 1 / 2)) / (2 * 3)
    assert (found.kept, found.told) == (1 / 2, 2 / 3)


def test_where_no_query_has_an_answer_only_the_share_told_is_there() -> None:
    assert answerability([], [*claims("none", 1, 2), *claims("weak", 3)]) == Answerability(
        without=3, auc=None, auc_interval=None, kept=None, told=2 / 3
    )
    assert answerability([], claims(None, 1)) == Answerability(1, None, None, None, None)
