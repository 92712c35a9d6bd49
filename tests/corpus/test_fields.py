import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.errors import InvalidMapping
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus.date_columns import Written
from indexer.corpus.fields import AS_USUAL, Fields, record
from indexer.corpus.packed import open_file
from indexer.corpus.source import Source
from indexer.text.language_codes import language_of

SOURCE = Source("news/a", "in/news/a.jsonl", "/in/news/a.jsonl", lambda: open_file(None))  # type: ignore[arg-type]
TEXT = "رئیس جمهور گفت که گفتگوها ادامه دارد."


def made(values: dict[str, object], fields: Fields = AS_USUAL, number: int | None = 7) -> Record | Skipped:
    return record(values, fields, SOURCE, number, ":9")


def article(values: dict[str, object], fields: Fields = AS_USUAL) -> Article | Skipped:
    item = made(values, fields)
    return item.load() if isinstance(item, Record) else item


def digest(values: dict[str, object], fields: Fields = AS_USUAL) -> bytes:
    item = made(values, fields)
    assert isinstance(item, Record)
    return item.digest


def test_the_usual_names() -> None:
    values: dict[str, object] = {
        "_id": " x1 ",
        "headline": "گفتگوها",
        "body": TEXT,
        "published_at": "2025-09-09",
        "lang": "fa-IR",
        "link": "https://example.org/1",
    }
    item = made(values)
    assert isinstance(item, Record)
    assert (item.id, item.source, item.path) == ("x1", "in/news/a.jsonl:9", "/in/news/a.jsonl")
    assert item.load() == Article(
        "x1",
        "گفتگوها",
        f"گفتگوها\n\n{TEXT}",
        datetime.date(2025, 9, 9),
        "fa",
        "in/news/a.jsonl:9",
        None,
        "https://example.org/1",
    )


def test_names_are_tried_in_order_and_empty_values_passed_over() -> None:
    item = article({"text": " ", "body": None, "content": "سوم", "article": "چهارم", "id": "", "docid": 3})
    assert isinstance(item, Article)
    assert (item.id, item.text) == ("3", "سوم")


@pytest.mark.parametrize(
    ("given_id", "number", "expected"),
    [
        (None, 7, "news/a/7"),
        (None, None, "news/a"),
        (12, 7, "12"),
        (12.0, 7, "12"),
        (1.5, 7, "1.5"),
        (math.inf, 7, "inf"),
        (0, 7, "0"),
        ("  ", 7, "news/a/7"),
        ("\ud800", 7, "\ufffd"),
    ],
)
def test_ids(given_id: object, number: int | None, expected: str) -> None:
    assert made({"id": given_id, "text": TEXT}, number=number).id == expected


def test_what_is_no_article() -> None:
    def skip(reason: SkipReason, detail: str, id: str | None) -> Skipped:
        return Skipped("in/news/a.jsonl:9", reason, detail, "/in/news/a.jsonl", id)

    neither = "its id is neither a text nor a number"
    assert made({"id": True, "text": TEXT}) == skip(SkipReason.MALFORMED, neither, None)
    assert made({"id": ["1"], "text": TEXT}) == skip(SkipReason.MALFORMED, neither, None)
    assert made({"id": "1"}) == skip(SkipReason.EMPTY, "neither a text nor a title", "1")
    assert made({"text": "", "title": " "}) == skip(
        SkipReason.EMPTY, "neither a text nor a title", "news/a/7"
    )
    for value, kind in (
        (5, "a number"),
        (True, "a truth value"),
        ([5], "a list"),
        ({"a": "b"}, "an object"),
        (b"a", "binary"),
    ):
        assert made({"text": value}) == skip(
            SkipReason.MALFORMED, f"its text is no text but {kind}", "news/a/7"
        )
    assert made({"text": TEXT, "title": 5}) == skip(
        SkipReason.MALFORMED, "its title is no text but a number", "news/a/7"
    )
    assert article({"text": "***"}) == skip(SkipReason.EMPTY, "no letter and no digit in it", "news/a/7")


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("تیتر", "متن", ("تیتر", "تیتر\n\nمتن")),
        ("تیتر", "تیتر\nمتن", ("تیتر", "تیتر\nمتن")),
        ("تیتر ", "\n تیتر\nمتن", ("تیتر", "\n تیتر\nمتن")),
        ("تیتر", None, ("تیتر", "تیتر")),
        (None, "یک\r\nدو\rسه ", ("یک", "یک\nدو\nسه ")),
        ("***", "متن", ("متن", "***\n\nمتن")),
        (None, "a\x00b\ud83d", ("a\ufffdb\ufffd", "a\ufffdb\ufffd")),
    ],
)
def test_title_and_text(title: str | None, text: str | None, expected: tuple[str, str]) -> None:
    item = article({"title": title, "text": text})
    assert isinstance(item, Article)
    assert (item.title, item.text) == expected


def test_names_that_lead_into_objects() -> None:
    fields = Fields.parse(["text=body.content", "date = meta.published.on", "id=a.b"])
    values: dict[str, object] = {
        "body": {"content": TEXT},
        "meta": {"published": {"on": "2025-01-02"}},
        "a.b": "dotted",
        "a": {"b": "nested"},
        "text": "not this",
    }
    item = article(values, fields)
    assert isinstance(item, Article)
    assert (item.id, item.text, item.date) == ("dotted", TEXT, datetime.date(2025, 1, 2))
    assert made({"body": "a text", "text": TEXT}, fields) == Skipped(
        "in/news/a.jsonl:9",
        SkipReason.EMPTY,
        "neither a text nor a title",
        "/in/news/a.jsonl",
        "news/a/7",
    )


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["title"], "'title' maps nothing: write FIELD=NAME, as in title=headline"),
        (["title="], "'title=' maps nothing: write FIELD=NAME, as in title=headline"),
        (
            ["titel=x"],
            (
                "no field is called 'titel': there are id, title, text, date, language, url, publisher;"
                " did you mean title?"
            ),
        ),
        (["qqq=x"], "no field is called 'qqq': there are id, title, text, date, language, url, publisher"),
        (["text=a", "text=b"], "text is mapped twice: to 'a' and to 'b'"),
    ],
)
def test_a_mapping_that_cannot_be(pairs: list[str], message: str) -> None:
    with pytest.raises(InvalidMapping) as raised:
        Fields.parse(pairs)
    assert str(raised.value) == message


def test_a_mapping() -> None:
    assert Fields.parse(["title=headline", "url=a=b"]) == Fields(title="headline", url="a=b")
    assert Fields.parse([]) == AS_USUAL


def test_the_digest_covers_what_the_fields_say_and_nothing_else() -> None:
    values: dict[str, object] = {"id": "1", "title": "تیتر", "text": TEXT, "date": "2025-01-02"}
    same = digest(values)
    assert len(same) == 16
    assert digest(dict(reversed(values.items())) | {"views": 5, "id": "2", "date": "2025-01-02"}) == same
    assert digest({"headline": "تیتر", "body": TEXT, "published": "2025-01-02"}) == same
    for change in (
        {"title": "x"},
        {"text": "x"},
        {"date": "x"},
        {"lang": "fa"},
        {"url": "x"},
        {"date": None},
    ):
        assert digest(values | change) != same
    swapped = Fields(title="text", text="title")
    assert digest(values, swapped) != same
    assert digest({"text": "a", "title": "b"}) != digest({"text": "b", "title": "a"})


@pytest.mark.parametrize(
    ("written", "date", "date_text"),
    [
        ("2025-09-09", "2025-09-09", None),
        (" 2025-09-09 ", "2025-09-09", None),
        ("2025-09-09T23:30:00+03:30", "2025-09-09", "2025-09-09T23:30:00+03:30"),
        ("2025-13-40", "None", "2025-13-40"),
        ("1404-06-18", "2025-09-09", "1404-06-18"),
        ("soon", "None", "soon"),
        (" 20250909", "2025-09-09", None),
        (20250909, "2025-09-09", None),
        (14040618, "2025-09-09", "14040618"),
        (20251340, "None", "20251340"),
        (1757376000, "2025-09-09", None),
        (1757375999, "2025-09-08", None),
        (1757376000000, "2025-09-09", None),
        (" 1757376000", "2025-09-09", None),
        (1757376000.5, "2025-09-09", None),
        (10**40, "None", str(10**40)),
        (-5, "None", "-5"),
        (math.nan, "None", "nan"),
        (45918, "2025-09-18", None),
        (45918.5, "2025-09-18", None),
        (datetime.date(2025, 9, 9), "2025-09-09", None),
        (datetime.datetime(2025, 9, 9, 1), "2025-09-09", "2025-09-09T01:00:00"),  # noqa: DTZ001
    ],
)
def test_dates(written: str | float | datetime.date, date: str, date_text: str | None) -> None:
    found = Written("date", written).read("fa")
    assert (str(found[0]), found[1]) == (date, date_text)


def test_a_date_that_is_none_costs_nothing_but_itself() -> None:
    item = article({"text": TEXT, "date": "دیروز"})
    assert isinstance(item, Article)
    assert (item.date, item.date_text, item.language) == (None, "دیروز", "fa")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("fa", "fa"), ("fas", "fa"), ("per", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa"), ("Persian", "fa"),
        ("prs", "prs"), ("fa-AF", "prs"), ("fa-Arab-AF", "prs"), ("dari", "prs"),
        ("ar", "ar"), ("ara", "ar"), ("ar-EG", "ar"), ("eng", "en"), ("ckb", "ckb"), ("pus", "ps"),
        ("xx", None), ("", None), ("the language", None), (None, None), (5, None),
    ],
)  # fmt: skip
def test_language_codes(written: object, code: str | None) -> None:
    assert language_of(written) == code


def test_a_language_that_is_given_counts_and_one_that_is_not_known_is_looked_for() -> None:
    given_language, unknown = article({"text": TEXT, "lang": "prs"}), article({"text": TEXT, "lang": "zz"})
    assert isinstance(given_language, Article)
    assert isinstance(unknown, Article)
    assert (given_language.language, unknown.language) == ("prs", "fa")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
NAMES = st.sampled_from(["id", "title", "text", "body", "date", "published", "lang", "url", "other"])


@given(st.dictionaries(NAMES, VALUES), st.sampled_from([AS_USUAL, Fields(text="body.text", date="a")]))
def test_any_values_become_an_article_or_a_reason(values: dict[str, object], fields: Fields) -> None:
    item = article(values, fields)
    if isinstance(item, Article):
        assert item.title
        assert (item.id + item.title + item.text + (item.date_text or "") + (item.url or "")).encode("utf-8")
        assert item.text.startswith(item.title) or item.title in item.text
    else:
        assert item.path == "/in/news/a.jsonl"
