"""Filters and facets as the command line writes them."""

import pytest

from indexer.core.errors import InvalidSetting
from search_api.commands.filtering import facet_names, left_out, values_of
from search_api.searching.filters import Omit


def test_pairs_are_values_by_field() -> None:
    pairs = ["author=Ali", " author = Sara=Omid ", "section=sport"]
    assert values_of("--where", pairs) == {"author": ["Ali", "Sara=Omid"], "section": ["sport"]}


@pytest.mark.parametrize("pair", ["author", "author=", "=Ali", " = "])
def test_what_is_no_pair_is_told(pair: str) -> None:
    with pytest.raises(InvalidSetting, match=rf"^--where {pair!r} filters nothing: write FIELD=VALUE"):
        values_of("--where", [pair])


def test_what_is_left_out() -> None:
    pairs = ["language=ar", "source=a.org", "author=Ali", "author=Sara"]
    assert left_out(pairs) == Omit(["ar"], ["a.org"], {"author": ["Ali", "Sara"]})
    assert left_out([]) == Omit([], [], {})


def test_a_facet_that_no_article_has_of_itself_is_a_further_field() -> None:
    assert facet_names("language, source,month,author,meta.section,") == [
        *("language", "source", "month"),
        *("meta.author", "meta.section"),
    ]
