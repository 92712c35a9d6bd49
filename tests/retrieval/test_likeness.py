"""Articles compared by their passages: both ways, the most alike first, ahead of what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.core.engine import Engine
from indexer.core.records import Numbers, Scores, Vectors
from indexer.retrieval.likeness import FEWEST_OTHERS, MOST_PASSAGES, NOTHING, Likeness
from indexer.retrieval.similarity import Similarity

X, Y, Z = np.eye(3, dtype=np.float32)
XY = np.array([0.6, 0.8, 0.0], np.float32)
PERSIAN, ARABIC = 0, 1


@dataclass(frozen=True)
class Columns:
    articles: Numbers
    codes: NDArray[np.uint8]
    sample: Numbers


class Known:
    """Vectors of passages, all of which are near: as much of an engine and its similarity as is asked."""

    def __init__(self, articles: Sequence[Sequence[Vectors]], codes: Sequence[int]) -> None:
        owners = [owner for owner, passages in enumerate(articles) for _ in passages]
        numbers = np.arange(len(owners))
        self.columns = Columns(np.array(owners, np.int64), np.array(codes, np.uint8)[owners], numbers)
        self._vectors = np.array([vector for passages in articles for vector in passages], np.float32)
        self.passages = self

    def vectors(self, numbers: Numbers) -> Vectors:
        found: Vectors = self._vectors[numbers]
        return found

    def near_passages(
        self, vector: Vectors, depth: int, among: Numbers | None
    ) -> list[tuple[int, Scores, Numbers]]:
        del depth
        numbers = np.arange(len(self._vectors)) if among is None else among
        return [(0, self._vectors[numbers] @ vector, numbers)]


def likeness(articles: Sequence[Sequence[Vectors]], codes: Sequence[int] = ()) -> Likeness:
    known = Known(articles, codes or [PERSIAN] * len(articles))
    return Likeness(cast(Engine, known), cast(Similarity, known))


def test_some_articles_are_compared_with_each_other_and_with_the_index() -> None:
    together = likeness([[X, Y], [X], [X, XY, Z], [Z]]).together(np.array([3, 0, 2]))
    two = ((1 + 0.8) / 2 + (1 + 0.8 + 0) / 3) / 2
    of_last = (1 / 3 + 1) / 2
    assert together.cosines == pytest.approx(np.array([[1, 0, of_last], [0, 1, two], [of_last, two, 1]]))
    # to the passages of all: Z has 0, 0, 0, 0, 0, 1, 1; X and Y have .75, .75, .75, .75, .75, 0, 0
    assert together.usual[:2] == pytest.approx([0.0, 0.75])


def test_no_articles_are_compared_without_an_error() -> None:
    assert likeness([[X]]).together(np.empty(0, np.int64)).cosines.shape == (0, 0)


def test_passages_are_compared_both_ways_each_with_its_nearest() -> None:
    alike = likeness([[X, Y], [X], [X, XY, Z], [Z]]).alike(0, None, 10)
    two = ((1 + 0.8) / 2 + (1 + 0.8 + 0) / 3) / 2
    assert alike.articles.tolist() == [1, 2, 3]
    assert alike.cosines.tolist() == pytest.approx([(0.5 + 1) / 2, two, 0.0])
    assert alike.own.tolist() == [0, 0, 0]
    assert alike.passages.tolist() == [2, 3, 6]


def test_the_passages_that_are_most_alike_are_named() -> None:
    alike = likeness([[X, Z], [XY, Y, Z]]).alike(0, None, 10)
    assert (alike.own.tolist(), alike.passages.tolist()) == ([1], [4])


def test_only_articles_of_some_passages_are_compared() -> None:
    compared = likeness([[X], [X], [Y]])
    assert compared.alike(0, np.array([0, 2]), 10).articles.tolist() == [2]
    assert compared.alike(0, np.array([0]), 10) is NOTHING
    assert likeness([[X]]).alike(0, None, 10) is NOTHING


def test_equals_stand_by_number_and_other_languages_are_told() -> None:
    alike = likeness([[X], [Y], [X], [X]], [ARABIC, PERSIAN, PERSIAN, ARABIC]).alike(0, None, 10)
    assert alike.articles.tolist() == [2, 3, 1]
    assert alike.foreign.tolist() == [True, False, True]


def test_ahead_counts_from_the_median_of_the_language() -> None:
    def turned(cosine: float) -> Vectors:
        return np.array([cosine, np.sqrt(1 - cosine**2), 0.0], np.float32)

    arabic = [0.95, *[0.8] * FEWEST_OTHERS]
    persian = [0.9, *[0.4] * FEWEST_OTHERS]
    codes = [PERSIAN] + [ARABIC] * len(arabic) + [PERSIAN] * len(persian)
    alike = likeness([[X], *([turned(one)] for one in (*arabic, *persian))], codes).alike(0, None, 10)
    assert alike.ahead[:2].tolist() == pytest.approx([(0.95 - 0.8) / 0.2, (0.9 - 0.4) / 0.6], abs=1e-5)
    assert alike.ahead[2:].tolist() == pytest.approx([0.0] * 2 * FEWEST_OTHERS, abs=1e-5)
    few = likeness([[X], *([turned(one)] for one in (0.9, 0.5, 0.1))]).alike(0, None, 10)
    assert few.ahead.tolist() == pytest.approx([(0.9 - 0.5) / 0.5, 0.0, 0.0], abs=1e-5)


def test_of_a_long_article_some_passages_are_compared() -> None:
    long = [Y] * (2 * MOST_PASSAGES)
    long[1] = X
    alike = likeness([[X], long, [XY]]).alike(0, None, 10)
    assert alike.articles.tolist() == [2, 1]
    assert likeness([[X], long]).passages_of(1) == range(1, 1 + 2 * MOST_PASSAGES)


ROWS = st.lists(st.lists(st.integers(0, 63), min_size=1, max_size=4), min_size=2, max_size=6)
POOL = np.random.default_rng(5).normal(size=(64, 3)).astype(np.float32)
POOL /= np.linalg.norm(POOL, axis=1, keepdims=True)


@given(ROWS)
def test_it_agrees_with_comparing_one_by_one(rows: list[list[int]]) -> None:
    alike = likeness([list(POOL[some]) for some in rows]).alike(0, None, 10)
    expected = []
    for other in range(1, len(rows)):
        table = [[float(POOL[one] @ POOL[two]) for two in rows[other]] for one in rows[0]]
        there = sum(map(max, table)) / len(table)
        back = [max(row[column] for row in table) for column in range(len(rows[other]))]
        expected.append((there + sum(back) / len(back)) / 2)
    found = dict(zip(alike.articles.tolist(), alike.cosines.tolist(), strict=True))
    assert [found[number] for number in range(1, len(rows))] == pytest.approx(expected, abs=1e-5)
    assert alike.cosines.tolist() == sorted(alike.cosines.tolist(), reverse=True)
