"""Which calendar a day of a filter is in, seen from one day."""

import datetime

import pytest

from indexer.core.errors import InvalidQuery
from search_api.searching import filter_days
from search_api.searching.filter_days import FilterDay, filter_day

TODAY = datetime.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filter_days, "_today", lambda: TODAY)


@pytest.mark.parametrize(
    ("value", "date", "calendar"),
    [
        ("2025-09-09", "2025-09-09", ""),
        ("۲۰۲۵/۰۹/۰۹", "2025-09-09", ""),
        ("1700-01-01", "1700-01-01", ""),
        ("2999-12-31", "2999-12-31", ""),
        ("1404-01-01", "2025-03-21", "Jalali"),
        ("1404-06-31", "2025-09-22", "Jalali"),
        ("۱۴۰۴/۰۶/۱۸", "2025-09-09", "Jalali"),
        ("1406-01-01", "2027-03-21", "Jalali"),
        ("1350-01-01", "1971-03-21", "Jalali"),
        ("1357-11-22", "1979-02-11", "Jalali"),
        ("1447-01-01", "2025-06-26", "Hijri"),
        ("1446-09-01", "2025-03-01", "Hijri"),
        ("1420-01-01", "1999-04-17", "Hijri"),
        ("1448-12-29", "2027-06-04", "Hijri"),
    ],
)
def test_the_calendar_is_told_by_the_year(value: str, date: str, calendar: str) -> None:
    warning = f"from {value} is read as {calendar}: {date}" if calendar else ""
    assert filter_day("from", value) == FilterDay(datetime.date.fromisoformat(date), warning)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "1300-01-01",
            "to 1300-01-01 may be Jalali (1921-03-21) or Hijri (in 1882): give the Gregorian date",
        ),
        (
            "1345-01-01",
            "to 1345-01-01 may be Jalali (1966-03-21) or Hijri (1926-07-11): give the Gregorian date",
        ),
        (
            "1499-01-01",
            "to 1499-01-01 may be Jalali (2120-03-21) or Hijri (2075-12-09): give the Gregorian date",
        ),
        ("1404-12-30", "to 1404-12-30 is no day of the Jalali calendar"),
        ("1447-01-31", "to 1447-01-31 is no day of the Hijri calendar"),
        ("1404-13-01", "to must be a date as YYYY-MM-DD, not '1404-13-01'"),
        ("2025-02-29", "to is '2025-02-29', and February 2025 has 28 days"),
        ("2024-04-31", "to is '2024-04-31', and April 2024 has 30 days"),
        ("2025-00-01", "to must be a date as YYYY-MM-DD, not '2025-00-01'"),
        ("1699-01-01", "to must be a date as YYYY-MM-DD, not '1699-01-01'"),
        ("0800-01-01", "to must be a date as YYYY-MM-DD, not '0800-01-01'"),
        ("1404-1-1", "to must be a date as YYYY-MM-DD, not '1404-1-1'"),
        ("1404-01/01", "to must be a date as YYYY-MM-DD, not '1404-01/01'"),
        ("soon", "to must be a date as YYYY-MM-DD, not 'soon'"),
    ],
)
def test_what_is_no_day_or_may_be_two_is_refused(value: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        filter_day("to", value)
    assert (str(caught.value), caught.value.field, caught.value.value) == (message, "to", value)


def test_what_is_read_today_is_read_from_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert filter_days._today() == datetime.datetime.now(datetime.UTC).date()
