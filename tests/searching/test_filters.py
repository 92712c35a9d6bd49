"""Filters: how they are written, and how they are refused."""

import pytest

from indexer.core.errors import InvalidQuery
from indexer.core.matching import Condition
from indexer.text.language import admits
from search_api.searching.filters import Omit, conditions, languages_of
from search_api.searching.query import parse


def test_every_filter_is_a_condition() -> None:
    found = conditions(
        [" BBC ", "ایسنا", ""],
        {"section": "sport", "author": ["Ali", "Sara"], "tags": []},
        Omit(["ara"], ["a.org"], {"author": ["Omid"]}),
    )
    assert found == (
        Condition("source", frozenset({"BBC", "ایسنا"})),
        Condition("meta.author", frozenset({"Ali", "Sara"})),
        Condition("meta.section", frozenset({"sport"})),
        Condition("language", frozenset({"ar"}), is_excluded=True),
        Condition("source", frozenset({"a.org"}), is_excluded=True),
        Condition("meta.author", frozenset({"Omid"}), is_excluded=True),
    )
    assert parse("war", sources=["BBC"]).filter.conditions == (Condition("source", frozenset({"BBC"})),)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("fas", "fa"),
        ("per", "fa"),
        ("ara", "ar"),
        ("arb", "ar"),
        ("PRS", "prs"),
        ("pes", "pes"),
        ("xx", "xx"),
    ],
)
def test_codes_of_three_letters_name_the_languages_of_an_index(code: str, language: str) -> None:
    assert languages_of([code]) == {language}


def test_persian_of_iran_is_not_dari() -> None:
    languages = ("fa", "prs", "ar")
    assert [language for language in languages if admits("pes", language)] == ["fa"]
    assert [language for language in languages if admits("fa", language)] == ["fa", "prs"]


@pytest.mark.parametrize(
    ("filters", "field", "message"),
    [
        ({"sources": map(str, range(65))}, "sources", "sources has 65 values: 64 may be"),
        ({"sources": ["a" * 201]}, "sources", "sources: a value has at most 200 characters, not 201"),
        ({"meta": {"author": ["a" * 201]}}, "meta.author", "meta.author: a value has at most 200 characters"),
        ({"meta": {str(n): ["a"] for n in range(17)}}, "meta", "meta names 17 fields: 16 may be"),
        ({"omit": Omit(languages=["Arabic"])}, "not.languages", "'arabic' is not a language code"),
    ],
)
def test_filters_that_cannot_be(filters: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(InvalidQuery, match=f"^{message}") as raised:
        parse("war", **filters)  # type: ignore[arg-type]
    assert raised.value.field == field
