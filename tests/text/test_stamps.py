import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.stamps import compact, of_digits, serial


@pytest.mark.parametrize(
    ("digits", "date"),
    [
        ("20250918", "2025-09-18"),
        ("14040627", "2025-09-18"),
        ("202509181030", "2025-09-18"),
        ("20250918103000", "2025-09-18"),
        ("20250918103000123", "2025-09-18"),
        ("20250918103000123456", "2025-09-18"),
        ("140406271030", "2025-09-18"),
        ("1758187800", "2025-09-18"),
        ("999999999", "2001-09-09"),
        ("1758187800000", "2025-09-18"),
        ("951827400000", "2000-02-29"),
        ("1758187800000000", "2025-09-18"),
        ("1758187800000000000", "2025-09-18"),
        ("1404062710", "2014-06-29"),
        ("2025091810", None),
        ("2025091899", "2034-03-04"),
        ("202599181030", None),
        ("202509182530", None),
        ("2025091810300012", None),
        ("638938461000000000", None),
        ("134026614000000000", None),
        ("20251340", None),
        ("17581878000", None),
        ("9" * 13, None),
        ("9" * 40, None),
    ],
)
def test_digits_alone(digits: str, date: str | None) -> None:
    assert of_digits(digits, "fa") == (datetime.date.fromisoformat(date) if date else None)


def test_the_calendar_of_a_day_in_digits_is_that_of_the_language() -> None:
    assert compact("14470326", "ar") == datetime.date(2025, 9, 18)
    assert compact("14040627", "fa") == datetime.date(2025, 9, 18)
    assert compact("1758187800", "fa") is None


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("45918", "2025-09-18"),
        (" 45918.4375 ", "2025-09-18"),
        ("45918,4375", "2025-09-18"),
        ("32874", "1990-01-01"),
        ("54788", "2049-12-31"),
        ("20349", None),
        ("54789", None),
        ("4591", None),
        ("\u06f4\u06f5\u06f9\u06f1\u06f8", None),
        ("45918 x", None),
    ],
)
def test_days_of_a_spreadsheet(written: str, date: str | None) -> None:
    assert serial(written) == (datetime.date.fromisoformat(date) if date else None)


@given(st.integers(631_152_000, 1_900_000_000))
def test_moments_there_and_back(seconds: int) -> None:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    for parts in (1, 10**3, 10**6, 10**9):
        if parts < 10**9 or seconds >= 10**9:
            assert of_digits(str(seconds * parts), "en") == moment.date()
    for format in ("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"):
        assert of_digits(f"{moment:{format}}", "en") == moment.date()
