"""Dates in queries: which words they take, and which days they are."""

import datetime
import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.text.date_mentions import date_mentions
from indexer.text.orthography import tokens
from indexer.text.orthography.common import TATWEEL, ZWNJ

DAY = datetime.date(2025, 9, 9)


def found(text: str, language: str) -> list[tuple[str, str, str]]:
    """The dates of a text with the first and the last day of each."""
    mentions = date_mentions(text, language)
    assert all(
        mention.days == tuple(range(mention.days[0], mention.days[-1] + 1))
        for mention in mentions
        if mention.first
    )
    return [(text[one.start : one.end], str(one.first), str(one.last)) for one in mentions]


@pytest.mark.parametrize(
    ("text", "language", "date", "day"),
    [
        ("حمله ۱۸ شهریور ۱۴۰۴ در کابل", "fa", "۱۸ شهریور ۱۴۰۴", "2025-09-09"),
        ("drones on 18 Shahrivar 1404", "en", "18 Shahrivar 1404", "2025-09-09"),
        ("attack of September 9 2018", "en", "September 9 2018", "2018-09-09"),
        ("the 9th of September, 2018 attack", "en", "9th of September, 2018", "2018-09-09"),
        ("2018-09-09", "und", "2018-09-09", "2018-09-09"),
        ("raid 2018/9/9?", "en", "2018/9/9", "2018-09-09"),
        ("هجوم ٤ سبتمبر ٢٠٢٥ على كييف", "ar", "٤ سبتمبر ٢٠٢٥", "2025-09-04"),
        ("انفجار 4 أغسطس/آب 2020 في بيروت", "ar", "4 أغسطس/آب 2020", "2020-08-04"),
        (f"سه{ZWNJ}شنبه ۱۸ شهریور{ZWNJ}ماه ۱۴۰۴", "fa", f"۱۸ شهریور{ZWNJ}ماه ۱۴۰۴", "2025-09-09"),
        (f"غزة 1446/9/1 ه{TATWEEL}.", "ar", f"1446/9/1 ه{TATWEEL}", "2025-03-01"),
        ("18/06/1404", "fa", "18/06/1404", "2025-09-09"),
        ("AP, September 9 2018 AP", "en", "September 9 2018", "2018-09-09"),
        ("May 9th, 2018 AD", "en", "May 9th, 2018 AD", "2018-05-09"),
        ("۱۸ شهریور ۱۴۰۴ هجری", "fa", "۱۸ شهریور ۱۴۰۴ هجری", "2025-09-09"),
        ("9/25/2018 talks", "en", "9/25/2018", "2018-09-25"),
        ("Ramadan 1, 1446", "en", "Ramadan 1, 1446", "2025-03-01"),
        ("18   شهریور\n1404", "fa", "18   شهریور\n1404", "2025-09-09"),
    ],
)
def test_a_day(text: str, language: str, date: str, day: str) -> None:
    assert found(text, language) == [(date, day, day)]


@pytest.mark.parametrize(
    ("text", "language", "date", "first", "last"),
    [
        ("floods in September 2018", "en", "September 2018", "2018-09-01", "2018-09-30"),
        ("سیل شهریور ۱۴۰۴", "fa", "شهریور ۱۴۰۴", "2025-08-23", "2025-09-22"),
        ("اسفندماه سال ۱۴۰۳", "fa", "اسفندماه سال ۱۴۰۳", "2025-02-19", "2025-03-20"),
        ("آب 2020", "ar", "آب 2020", "2020-08-01", "2020-08-31"),
        ("Ramadan 1446", "en", "Ramadan 1446", "2025-03-01", "2025-03-29"),
        ("9-10 September 2018", "en", "September 2018", "2018-09-01", "2018-09-30"),
    ],
)
def test_a_month_of_a_year(text: str, language: str, date: str, first: str, last: str) -> None:
    assert found(text, language) == [(date, first, last)]


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("9 Sep", "en", "9 Sep"),
        ("what happened on September 9?", "en", "September 9"),
        ("18 Shahrivar", "de", "18 Shahrivar"),
        ("۱۸ شهریور", "fa", "۱۸ شهریور"),
        ("هجوم ٩ سبتمبر", "ar", "٩ سبتمبر"),
        ("٩ أيلول", "ar", "٩ أيلول"),
        ("۱۸ سنبله", "prs", "۱۸ سنبله"),
    ],
)
def test_a_day_of_any_year(text: str, language: str, date: str) -> None:
    [mention] = date_mentions(text, language)
    assert (text[mention.start : mention.end], mention.first, mention.last) == (date, None, None)
    days = [datetime.date.fromordinal(day) for day in mention.days]
    assert DAY in days
    assert datetime.date(2024, 9, 9) in days or "شهریور" in date or "سنبله" in date or "Shahr" in date
    assert {(day.month, day.day) for day in days} <= {(9, 8), (9, 9), (9, 10)}
    assert days == sorted(days)
    assert len(days) == 201


def test_a_hijri_day_of_any_year_is_known_as_far_as_the_calendar() -> None:
    [mention] = date_mentions("10 Muharram", "en")
    days = [datetime.date.fromordinal(day) for day in mention.days]
    assert datetime.date(2025, 7, 5) in days
    assert (days[0].year, days[-1].year, len(days)) == (1924, 2076, 158)


def test_numbers_in_english_may_be_two_days() -> None:
    assert found("9/11/2018", "en") == [
        ("9/11/2018", "2018-09-11", "2018-09-11"),
        ("9/11/2018", "2018-11-09", "2018-11-09"),
    ]
    assert found("9/11/2018", "de") == [("9/11/2018", "2018-11-09", "2018-11-09")]
    assert found("9/9/2018", "en") == [("9/9/2018", "2018-09-09", "2018-09-09")]


def test_several_dates_in_their_order() -> None:
    text = "between 1 May 2020, 2018-09-09 and September 2018"
    assert [date for date, *_ in found(text, "en")] == ["1 May 2020", "2018-09-09", "September 2018"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("چند فروند از ۸۱۰ پهپاد", "fa"),
        ("September", "en"),
        ("in 2018", "en"),
        ("May I ask 12 things", "en"),
        ("1/2/3", "en"),
        ("M23 March", "en"),
        ("v2018-09-09-1", "en"),
        ("12018-09-09", "en"),
        ("may 15%", "en"),
        ("september 9.5 metres", "en"),
        ("32 September", "en"),
        ("31 June", "en"),
        ("31 June 2018", "en"),
        ("May 1404", "en"),
        ("5 آب", "fa"),
        ("5 جوان کشته شدند", "fa"),
        ("5 صفر", "ar"),
        ("5 أسد", "ar"),
        ("15 سرطان 2020", "fa"),
        ("سرطان 2020", "ar"),
        ("۹ می رود", "fa"),
        ("1404", "fa"),
    ],
)
def test_what_is_no_date(text: str, language: str) -> None:
    assert found(text, language) == []


@settings(max_examples=200)
@given(
    st.text(alphabet="0123456789۰۱۲۳/-.: ,ashrivar شهریورمحه" + ZWNJ + "سپتامبرم" + TATWEEL, max_size=60),
    st.sampled_from(["fa", "ar", "en", "und"]),
)
def test_dates_are_whole_words_and_do_not_overlap(text: str, language: str) -> None:
    mentions = date_mentions(text, language)
    spans = sorted({(mention.start, mention.end) for mention in mentions})
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert not any(word.start < edge < word.end for word in tokens(text) for edge in (start, end))


@pytest.mark.parametrize(
    "text",
    ["1 " + " " * 1990, "sep " + " " * 1990 + "1", "rabi" + "-" * 1990 + "1", "1 " * 1000, "1 . " * 500],
)
def test_whatever_is_pasted_takes_no_time(text: str) -> None:
    started = time.process_time()
    date_mentions(text, "en")
    assert time.process_time() - started < 0.5
