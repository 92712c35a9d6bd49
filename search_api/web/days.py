"""Days as pages show them: in the calendar that a reader chose, and always in the Gregorian one too."""

import datetime
from dataclasses import dataclass

from indexer.text.calendars import Calendar, stated
from search_api.web.wording import Wording


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day.

    Attributes:
        iso: `YYYY-MM-DD`.
        text: in the calendar that was chosen.
        gregorian: in the Gregorian calendar, where `text` is in another; else empty.
    """

    iso: str
    text: str
    gregorian: str


def shown_day(day: datetime.date, calendar: Calendar, wording: Wording) -> ShownDay:
    """A day in a calendar; in the Gregorian one where the other does not reach so far."""
    gregorian = _written(day, Calendar.GREGORIAN, wording) or day.isoformat()
    text = _written(day, calendar, wording) or gregorian
    return ShownDay(day.isoformat(), text, "" if text == gregorian else gregorian)


def _written(day: datetime.date, calendar: Calendar, wording: Wording) -> str:
    there = stated(day, calendar)
    if there is None:
        return ""
    month = wording.months[calendar][there.month - 1]
    return wording.with_digits(f"{there.day} {month} {there.year}")
