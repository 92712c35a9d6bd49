"""A day of a filter, in the calendar that its year tells: Gregorian, Jalali or Hijri.

1404-01-01 may be Jalali (2025) or Hijri (1983), and no news is that old or of next year's. So the later of
both readings is taken that is not in the future; if that is more than sixty years ago, neither is.
"""

import calendar
import datetime
import re
from dataclasses import dataclass

from indexer.core.errors import InvalidQuery
from indexer.text.calendars import Calendar, CalendarDay, near_hijri
from indexer.text.orthography.common import with_ascii_digits

FIRST_GREGORIAN = 1700
AHEAD, BACK = datetime.timedelta(days=366), datetime.timedelta(days=60 * 365.25)
"""How far from today a Jalali or Hijri day may lie."""

MONTHS = 12

_NUMBERS = re.compile(r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})")


@dataclass(frozen=True, slots=True)
class FilterDay:
    """A day of a filter; `warning` says which calendar it was taken from, where that is not Gregorian."""

    date: datetime.date
    warning: str = ""


def filter_day(field: str, value: str) -> FilterDay:
    """The day that `value` states.

    Args:
        field: the name of the parameter, for errors and warnings.
        value: YYYY-MM-DD, in one of the three calendars.

    Raises:
        InvalidQuery: it is no day, or may be two.
    """
    found = _NUMBERS.fullmatch(with_ascii_digits(value))
    if not found:
        raise _no_day(field, value)
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    if year >= FIRST_GREGORIAN:
        date = CalendarDay(Calendar.GREGORIAN, year, month, day).date()
        if not date:
            raise _no_such_day(field, value, year, month)
        return FilterDay(date)
    read_as = _calendar(field, value, (year, month, day))
    date = CalendarDay(read_as, year, month, day).date()
    if not date:
        message = f"{field} {value} is no day of the {read_as.value} calendar"
        raise InvalidQuery(message, field=field, value=value)
    return FilterDay(date, f"{field} {value} is read as {read_as.value}: {date}")


def _calendar(field: str, value: str, stated: tuple[int, int, int]) -> Calendar:
    """Jalali or Hijri, by where the month begins in each."""
    today = _today()
    year, month, _ = stated
    begins = {one: CalendarDay(one, year, month, 1).date() for one in (Calendar.JALALI, Calendar.HIJRI)}
    past = {one: date for one, date in begins.items() if date and date <= today + AHEAD}
    latest = max(past, key=past.__getitem__, default=None)
    if latest and past[latest] >= today - BACK:
        return latest
    if not begins[Calendar.JALALI]:
        raise _no_day(field, value)
    readings = " or ".join(f"{one.value} ({_told(one, stated)})" for one in begins)
    raise InvalidQuery(
        f"{field} {value} may be {readings}: give the Gregorian date", field=field, value=value
    )


def _told(one: Calendar, stated: tuple[int, int, int]) -> str:
    """A day for people; its year alone where the calendar is not tabulated."""
    return str(CalendarDay(one, *stated).date() or f"in {near_hijri(*stated):%Y}")


def _no_day(field: str, value: str) -> InvalidQuery:
    return InvalidQuery(f"{field} must be a date as YYYY-MM-DD, not {value!r}", field=field, value=value)


def _no_such_day(field: str, value: str, year: int, month: int) -> InvalidQuery:
    """The error for a day that is written as one, and that its month has not got."""
    if not 1 <= month <= MONTHS:
        return _no_day(field, value)
    days = calendar.monthrange(year, month)[1]
    message = f"{field} is {value!r}, and {calendar.month_name[month]} {year} has {days} days"
    return InvalidQuery(message, field=field, value=value)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
