"""What can be asked, and how it is refused when it cannot."""

import datetime

import pytest

from indexer.core.errors import InvalidQuery
from indexer.core.records import Filter
from search_api.searching.filter_days import FilterDay
from search_api.searching.query import Group, Query, parse
from search_api.searching.syntax import NO_SYNTAX


def test_every_part_is_understood() -> None:
    query = parse(
        "who met whom",
        limit=3,
        languages=["FA", " ar "],
        since="2025-09-01",
        until="2025-12-31",
        group="passage",
        evidence=False,
    )
    days = (datetime.date(2025, 9, 1), datetime.date(2025, 12, 31))
    assert query == Query(
        "who met whom", "en", Filter(frozenset({"fa", "ar"}), *days), 3, Group.PASSAGE, False
    )


def test_what_is_not_said_is_open() -> None:
    assert parse("چه کسی با چه کسی دیدار کرد") == Query(
        "چه کسی با چه کسی دیدار کرد", "fa", Filter(), 10, Group.ARTICLE, True
    )


@pytest.mark.parametrize(
    ("options", "field", "value", "message"),
    [
        ({"text": "  "}, "q", "  ", "the query holds no letter and no digit"),
        ({"text": "?!"}, "q", "?!", "the query holds no letter and no digit"),
        ({"text": "?" * 2001 + " war"}, "q", "?" * 2001 + " war", "the query holds no letter and no digit"),
        ({"text": "-war"}, "q", "-war", "the query only says what to leave out"),
        ({"limit": 0}, "limit", 0, "limit must be from 1 to 100, not 0"),
        ({"limit": 101}, "limit", 101, "limit must be from 1 to 100, not 101"),
        ({"languages": ["fa", "persian"]}, "languages", "persian", "'persian' is not a language code"),
        ({"languages": [""]}, "languages", "", "'' is not a language code"),
        (
            {"since": "2025-13-01"},
            "from",
            "2025-13-01",
            "from must be a date as YYYY-MM-DD, not '2025-13-01'",
        ),
        ({"until": "yesterday"}, "to", "yesterday", "to must be a date as YYYY-MM-DD, not 'yesterday'"),
        (
            {"since": "2025-09-02", "until": "2025-09-01"},
            "from",
            "2025-09-02",
            "from 2025-09-02 is later than to 2025-09-01",
        ),
        ({"group": "author"}, "group", "author", "group must be article or passage, not 'author'"),
    ],
)
def test_what_cannot_be_searched_is_named(
    options: dict[str, object], field: str, value: object, message: str
) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse(**{"text": "war"} | options)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == (field, value)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("war " * 500, "war " * 500),
        ("war " * 500 + "x", "war " * 499 + "war"),
        ("four " * 400 + "five", "four " * 399 + "four"),
        ("five5 " * 400, ("five5 " * 400)[:1997]),
        ("x" * 2000, "x" * 2000),
        ("x" * 2001, "x" * 2000),
        (" " + "x" * 2001, " " + "x" * 1999),
    ],
)
def test_a_long_text_is_cut_behind_a_word(text: str, read: str) -> None:
    query = parse(text)
    assert query.text == read
    told = f"only the first {len(read):,} of {len(text):,} characters are read"
    assert (told in query.warnings) is (len(text) > 2000)


def test_what_says_little_is_told() -> None:
    query = parse("The and the و")
    assert not query.is_telling
    assert query.warnings == (
        "only words that say little (the, and, و): add one that says what you look for",
    )
    assert parse("the war").warnings == ()


def test_days_may_be_in_three_calendars_and_the_warnings_say_which() -> None:
    query = parse("war", since="1404-01-01", until="1447-01-01")
    assert query.filter == Filter(since=datetime.date(2025, 3, 21), until=datetime.date(2025, 6, 26))
    assert query.warnings == (
        "from 1404-01-01 is read as Jalali: 2025-03-21",
        "to 1447-01-01 is read as Hijri: 2025-06-26",
    )
    day = datetime.date(1404, 1, 1)
    assert parse("war", since=day) == parse("war", since=FilterDay(day))
    assert parse("war", since=day).filter == Filter(since=day)


def test_in_a_long_text_operators_are_text() -> None:
    quoted = '"nuclear plant" -Kabul ' + "x" * 277
    assert (len(quoted), len(parse(quoted).syntax.exact), parse(quoted).warnings) == (300, 1, ())
    told = ("in a text this long, quotation marks and minus signs are read as text",)
    assert (parse(quoted + "x").syntax, parse(quoted + "x").warnings) == (NO_SYNTAX, told)
    assert parse(quoted + "x", operators=False).warnings == ()
    assert parse("x " * 200 + "9 September 2018").syntax.dates != ()


def test_operators_may_be_text() -> None:
    query = parse('"nuclear plant" -Kabul', operators=False)
    assert (query.syntax, query.read_text) == (NO_SYNTAX, '"nuclear plant" -Kabul')
    assert parse('"nuclear plant" -Kabul').read_text == "nuclear plant"


def test_half_spaces_typed_otherwise_are_half_spaces() -> None:
    assert parse("پزشکی هسته\u00acای").text == parse("پزشکی هسته\u001fای").text == "پزشکی هسته\u200cای"
    assert parse("a \u00ac b").text == "a \u00ac b"
