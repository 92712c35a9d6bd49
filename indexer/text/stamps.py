"""Dates that are digits alone: days and times without signs, time since 1970, the days of spreadsheets.

Two readings make none: `2025091810` is ten o'clock on a day of 2025, and seconds since 1970 in 2034.
"""

import datetime
import re

from indexer.text.calendars import CalendarDay, calendar_of_year

FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Years that time since 1970 may lead to."""

FIRST_SERIAL, LAST_SERIAL = 32_874, 54_788
"""1990 to 2049 as days of a spreadsheet; as days since 1970 they lie after 2060, so nothing else is meant."""

_SPREADSHEETS_BEGIN = datetime.date(1899, 12, 30)
_PER_SECOND = {
    **dict.fromkeys((9, 10), 1),
    **dict.fromkeys((12, 13), 10**3),
    **dict.fromkeys((15, 16), 10**6),
    19: 10**9,
}
"""By their number of digits, seconds since 1970 and their fractions; 18 digits may count from elsewhere."""

_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?P<time>(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\d|\d\d|\d{3}|\d{6})?)?)?)?",
    re.ASCII,
)
_COMPACT_LENGTHS = frozenset({8, 12, 14, 17, 20})
_YEAR_FIRST = re.compile(r"(?:13|14|19|20)\d\d")
_GREGORIAN_FIRST = re.compile(r"(?:19[5-9]|20\d)\d")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?", re.ASCII)


def of_digits(digits: str, language: str) -> datetime.date | None:
    """The day that ASCII digits state; None if they state none, or may state two."""
    return compact(digits, language) or _since_1970(digits)


def compact(digits: str, language: str) -> datetime.date | None:
    """The day of YYYYMMDD with or without a time behind it, in any calendar."""
    return _compact(digits, language) if len(digits) in _COMPACT_LENGTHS else None


def serial(written: str) -> datetime.date | None:
    """The day that a spreadsheet has as its number: 45918 is 18 September 2025, 45918.5 its noon."""
    match = _SERIAL.fullmatch(written.strip())
    if not match or not FIRST_SERIAL <= int(match[1]) <= LAST_SERIAL:
        return None
    return _SPREADSHEETS_BEGIN + datetime.timedelta(int(match[1]))


def _compact(digits: str, language: str) -> datetime.date | None:
    match = _COMPACT.fullmatch(digits)
    if not match:
        return None
    year = int(match["year"])
    return CalendarDay(calendar_of_year(year, language), year, int(match["month"]), int(match["day"])).date()


def _since_1970(digits: str) -> datetime.date | None:
    """The day in UTC, unless the digits may be a day with its time as well."""
    parts = _PER_SECOND.get(len(digits))
    if parts is None or (len(digits) == 12 and _YEAR_FIRST.match(digits)):
        return None
    if len(digits) in {10, 15, 16} and _GREGORIAN_FIRST.match(digits) and _compact(digits, "en"):
        return None
    try:
        date = datetime.datetime.fromtimestamp(int(digits) // parts, datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return date if FIRST_YEAR <= date.year <= LAST_YEAR else None
