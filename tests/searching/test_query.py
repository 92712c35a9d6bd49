"""What can be asked, and how it is refused when it cannot."""

import datetime

import pytest

from indexer.core.errors import InvalidQuery
from indexer.core.records import Filter
from search_api.searching.query import Group, Query, parse


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
        ({"text": "x" * 2001}, "q", "x" * 40 + "…", "the query has 2001 characters, at most 2000 are read"),
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
