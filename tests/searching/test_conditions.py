"""Exact words: which texts hold them, and how many texts are read for it."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from indexer.core.protocols import Index
from indexer.core.records import Candidates, Passage
from indexer.text.orthography import tokens
from search_api.searching import conditions
from search_api.searching.conditions import Quotations, holds
from search_api.searching.query import parse


@pytest.mark.parametrize(
    ("quoted", "text", "held"),
    [
        ("nuclear plant", "The Nuclear  Plant, again", True),
        ("nuclear plant", "a plant that is nuclear", False),
        ("nuclear plant", "nuclear power plant", False),
        ("nuclear plant", "nuclear plants", False),
        ("peace now", "peace; now", True),
        ("گفت و گو", "این گفت\u200cوگو بود", True),
        ("گفتوگو", "این گفت و گو بود", True),
        ("آتش بس فوری", "برای آتش\u200cبس فوري تلاش", True),
        ("آتش بس فوری", "آتش\u200cبس کامل و فوری", False),
        ("می رود", "او میرود", True),
        ("می رود", "می، رود", False),
        ("الحكومة", "الحُكُومَة", True),
        ("الحكومة", "والحكومة", False),
        ("۸۱۰ پهپاد", "از 810 پهپاد", True),
        ("747,000", "به ۷۴۷٬۰۰۰ نفر", True),
        ("a a b", "a a a b", True),
        ("peace", "", False),
    ],
)
def test_words_next_to_each_other_in_any_spelling(quoted: str, text: str, held: bool) -> None:
    assert holds(text, [token.text for token in tokens(quoted)]) is held


class Texts:
    """Gives passages their numbers as texts, and records which were read."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        self.read += numbers
        return [Passage(number, 0, 0, 1, f"the number {number} it is") for number in numbers]


def candidates(numbers: Sequence[int]) -> Candidates:
    arrays: dict[str, Any] = {field.name: np.array(numbers) for field in fields(Candidates)[:-1]}
    return Candidates(**arrays)


def quotations(text: str, texts: Texts) -> Quotations:
    index: Index = texts  # type: ignore[assignment]
    return Quotations(parse(text), index)


def test_each_passage_is_read_once() -> None:
    texts = Texts()
    asked = quotations('"number 7" and "it is"', texts)
    assert asked.held_by(candidates([3, 7]), np.array([2.0, 1.0], np.float32)).tolist() == [False, True]
    scores = np.array([0.0, 1.0, 2.0], np.float32)
    assert asked.held_by(candidates([3, 7, 9]), scores).tolist() == [False, True, False]
    assert texts.read == [3, 7, 9]


def test_the_best_are_read_first_and_no_more_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_READ", 2)
    texts = Texts()
    asked = quotations('"the number"', texts)
    scores = np.array([1.0, 3.0, 2.0], np.float32)
    assert not asked.are_many_read
    assert asked.held_by(candidates([1, 2, 3]), scores).tolist() == [False, True, True]
    assert (texts.read, asked.are_many_read) == ([2, 3], True)
    assert asked.held_by(candidates([1, 2, 3]), scores).tolist() == [False, True, True]
    assert texts.read == [2, 3]


def test_without_quotations_nothing_is_read() -> None:
    texts = Texts()
    asked = quotations("the number", texts)
    assert not asked
    assert asked.held_by(candidates([1, 2]), np.zeros(2, np.float32)).tolist() == [True, True]
    assert texts.read == []
