"""Mistyped words in English are offered as they may have been meant; other languages are left alone."""

import pytest

from search_api.search import Searcher
from search_api.searching.mistyped import _near
from search_api.searching.query import parse


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("vacine", "vaccine"),
        ("cancer vacine trial", "cancer vaccine trial"),
        ("Rusia", "Russia"),
        ("presidnt", "president"),
        ("PRESIDNT of Rusia", "PRESIDENT of Russia"),
        ("nuclaer plant", "nuclear plant"),
        ("vaccine", ""),
        ("nuclear plant lost external power", ""),
        ("Witkoff", ""),
        ("Witkoff vacine", "Witkoff vaccine"),
        ("rais aljumhuria", ""),
        ("nuk", ""),
        ("vacine " * 4 + "presidnt Rusia nuclaer plnat", ""),
        ("واکسن", ""),
    ],
)
def test_what_may_have_been_meant_is_offered(searcher: Searcher, query: str, corrected: str) -> None:
    assert searcher.search(parse(query)).corrected == corrected


def test_near_is_one_letter_more_or_less_another_or_two_that_changed_places() -> None:
    near = set(_near("ab"))
    assert {"b", "a", "ba", "xb", "ax", "xab", "axb", "abx"} <= near
    assert not {"", "xy", "abcd"} & near
