"""Dates in the middle of a text, such as a query: days, months of a year, and days of any year.

A date that names its year is read as in a date field (`dates`). Besides, `18 Shahrivar` is that day of
every year, and `September 2018` is all days of that month. A month's name alone is a word like others, and
so is a name that mostly means something else in the text's language, unless it has its year: آب is August
in Arabic, and water in Persian.
"""

import datetime
import functools
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer.core.records import Span
from indexer.text.calendars import (
    Calendar,
    CalendarDay,
    calendar_of_era,
    fold,
    in_any_year,
    month_of,
    month_range,
)
from indexer.text.dates import DAY, IN, MONTH_TWICE, ORDINAL, YEAR, patterns, stated_by
from indexer.text.orthography import Token, tokens

ARABIC_ALONE = frozenset(map(fold, ("آب", "جوان", "نوار")))
"""Months of the Levant and the Maghreb that are everyday words in Persian."""

NEEDS_YEAR = frozenset(map(fold, ("صفر", "safar")))
"""Also zero."""

MONTH_MAY_LEAD = frozenset({"en", "und"})
"""Languages in which 9/11/2018 may be 11 September; `und` is that of numbers alone."""

_YEARS = {
    Calendar.GREGORIAN: range(1900, 2101),
    Calendar.JALALI: range(1250, 1500),
    Calendar.HIJRI: range(1300, 1501),
}
"""What stands behind a month's name and is no year of these is a number."""

_MONTH_OF_A_YEAR = rf"(?<![^\W\d_]){MONTH_TWICE}{IN}{YEAR}"
_DAY_OF_A_MONTH = (
    rf"{DAY}{ORDINAL}\s*(?:من|of)?[\s.\-]*{MONTH_TWICE}",
    rf"(?<![^\W\d_])(?=[a-z]){MONTH_TWICE}\s*{DAY}{ORDINAL}",
)
_DIGIT = re.compile(r"\d")
_BEFORE = re.compile(r"(?:\w|\d[.,/:\-\u2010-\u2015])\Z")
_BEHIND = re.compile(r"\w|[.,/:\-\u2010-\u2015]\d|\s*[%]")
"""What makes a number part of something else than a date."""
_TAKEN = "\0"


@dataclass(frozen=True, slots=True)
class DateMention(Span):
    """A date in a text.

    Attributes:
        first, last: its days; None where it is a day of any year.
        days: all of its days, ascending, counted from 0001-01-01 as 1.
    """

    first: datetime.date | None
    last: datetime.date | None
    days: tuple[int, ...]


def date_mentions(text: str, language: str) -> list[DateMention]:
    """The dates that `text` mentions, in its order; one that may be two days is there twice.

    Args:
        text: words, in any of the languages that `dates` reads.
        language: of the text. It tells Jalali from Hijri numbers, and whether the month may come first.
    """
    if not _DIGIT.search(text):
        return []
    # Of several spaces one stays: the work of the patterns grows with their square.
    pieces = [
        "" if before.isspace() and character.isspace() else _folded(character)
        for before, character in itertools.pairwise(f" {text}")
    ]
    origins = [place for place, piece in enumerate(pieces) for _ in piece]
    folded = "".join(pieces)
    origins.append(len(text))
    found = []
    for match, readings in _matches(folded, language):
        end = len(folded[: _end(match, language)].rstrip(" .()"))
        found += [DateMention(origins[match.start()], origins[end], *reading) for reading in readings]
    words = tokens(text) if found else []
    whole = [mention for mention in found if not any(_is_cut(word, mention) for word in words)]
    return sorted(whole, key=lambda mention: (mention.start, mention.days))


def _is_cut(word: Token, mention: DateMention) -> bool:
    """Whether a part of `word` belongs to a date and another part does not: ۹ می‌رود is no 9 May."""
    return any(word.start < edge < word.end for edge in (mention.start, mention.end))


_Reading = tuple[datetime.date | None, datetime.date | None, tuple[int, ...]]


def _matches(folded: str, language: str) -> Iterator[tuple[re.Match[str], list[_Reading]]]:
    """What looks like a date in folded text, whole ones first, with the days that each may be, if any."""
    for pattern, read in _readers():
        rest = folded
        for match in pattern.finditer(folded):
            if _stands_alone(match):
                yield match, read(match, language)
                length = match.end() - match.start()
                rest = rest[: match.start()] + _TAKEN * length + rest[match.end() :]
        folded = rest


@functools.cache
def _readers() -> list[tuple[re.Pattern[str], Callable[[re.Match[str], str], list[_Reading]]]]:
    """What looks like a date, and what days it may be; whole ones first."""
    return [
        *((pattern, _whole) for pattern in patterns()),
        (re.compile(_MONTH_OF_A_YEAR), _month),
        *((re.compile(pattern), _day_of_any_year) for pattern in _DAY_OF_A_MONTH),
    ]


def prepare() -> None:
    """Compile now what a first date needs, which takes a tenth of a second, so that no query waits for it."""
    _readers()


def _end(match: re.Match[str], language: str) -> int:
    """Where a date ends: AP behind a September is no mark of the Jalali era."""
    parts = match.groupdict()
    era, month = parts.get("era"), parts.get("month")
    if era and month and calendar_of_era(era, language) not in {None, month_of(month)[0]}:
        return match.start("era")
    return match.end()


def _stands_alone(match: re.Match[str]) -> bool:
    text = match.string
    before = text[max(0, match.start() - 2) : match.start()]
    return not _BEFORE.search(before) and not _BEHIND.match(text, match.end())


def _whole(match: re.Match[str], language: str) -> list[_Reading]:
    stated = stated_by(match, language)
    readings = [stated.date()]
    if (
        language in MONTH_MAY_LEAD
        and match.start("day") < match.start("year")
        and not match.groupdict().get("month")
    ):
        readings.append(CalendarDay(stated.calendar, stated.year, stated.day, stated.month).date())
    return [(date, date, (date.toordinal(),)) for date in dict.fromkeys(readings) if date]


def _month(match: re.Match[str], _: str) -> list[_Reading]:
    calendar, month = month_of(match["month"])
    year = int(match["year"])
    if year not in _YEARS[calendar] or not _agrees(match):
        return []
    days = month_range(calendar, year, month)
    if days is None:
        return []
    return [(*days, tuple(range(days[0].toordinal(), days[1].toordinal() + 1)))]


def _day_of_any_year(match: re.Match[str], language: str) -> list[_Reading]:
    calendar, month = month_of(match["month"])
    if not _agrees(match) or not _may_lack_its_year(match["month"], calendar, language):
        return []
    days = in_any_year(calendar, month, int(match["day"]))
    return [(None, None, tuple(day.toordinal() for day in days))] if days else []


def _may_lack_its_year(name: str, calendar: Calendar, language: str) -> bool:
    """Whether a month's name behind a day is hardly another word in a text of this language."""
    if name in NEEDS_YEAR:
        return False
    if language == "ar":
        return calendar is not Calendar.JALALI
    return name not in ARABIC_ALONE


def _agrees(match: re.Match[str]) -> bool:
    """Whether a second name is of the same month."""
    return not match["again"] or month_of(match["again"]) == month_of(match["month"])


@functools.lru_cache(maxsize=5000)
def _folded(character: str) -> str:
    return fold(character)
