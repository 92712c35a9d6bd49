"""A date as people write it, in one of three calendars, as a Gregorian date.

What is read is the text of a date field, never prose (see `date_mentions`): a weekday, the time, the name of
a zone and the mark of an era may stand beside the date, anything else makes it no date.

Which calendar it is: a month's name tells, then the mark of an era (هـ, ه.ش, م), then the year. A year from
1500 on is Gregorian. One from 1300 to 1499 that stands in numbers alone is Jalali in the languages of Iran
and Afghanistan and Hijri in Arabic; in any other it is Jalali up to 1420 (March 2042), and no date after
that, for it may be the Hijri 1421 (2000) as well.

Numbers go year, month, day, or day, month, year; month, day, year is not read.
"""

import datetime
import re

from indexer.text.calendars import (
    ERA,
    MONTH,
    Calendar,
    CalendarDay,
    calendar_of_era,
    calendar_of_year,
    fold,
    month_of,
)

MAX_LENGTH = 200
"""Code points that a date field may have."""

_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WEEKDAY = re.compile(r"(?:یک|دو|سه|چهار|چار|پنج)[ \-]?شنبه|بعد ?از ?ظهر")
_TIME = re.compile(
    r"(?:(?<=\d)t|(?<!\d))(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?(?![\d:])"
    r"(?:\s*(?:[قب]\s?\.?\s?ظ|[صم]|[ap]\.?m)(?![^\W\d_])\.?)?"
    r"(?:\s*(?:z|utc|gmt)(?![^\W\d_]))?(?:\s*[+\u2212-][01]\d:?(?:\d\d)?(?![\d/.-]))?"
    r"|(?:ساعت|الساعه)\s+(?:[01]?\d|2[0-4])(?![\d:/])"
)
"""With the half of the day and the distance from UTC."""
_WORD = re.compile(r"[^\W\d_]+")
_LEFT = re.compile(r"[\s,.:;/|()\[\]«»'\"،؛·•_\u2010-\u2015\u2212-]*")
_SHORT_YEAR = re.compile(r"((?:[a-z]{3},\s*)?\d{1,2} [a-z]{3}) (\d\d) (\d\d:\d\d.*)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:t?(?:[01]\d|2[0-4])[0-5]\d(?:[0-6]\d)?z?)?(?!\d)")


def parse(text: str, language: str = "und") -> datetime.date | None:
    """The day that `text` states, in the zone that it states it in; None if it states none, or several.

    Args:
        text: a date field. Where it gives the day in two calendars, the Gregorian holds.
        language: of what the date belongs to; it tells Jalali from Hijri numbers.
    """
    if len(text) > MAX_LENGTH:
        return None
    folded = fold(text)
    if short := _SHORT_YEAR.fullmatch(folded):
        folded = f"{short[1]} {_four_digits(int(short[2]))} {short[3]}"
    found, rest = _stated(_TIME.sub(" ", folded), language)
    if not _is_only_filler(rest):
        return None
    gregorian = [stated for stated in found if stated.calendar is Calendar.GREGORIAN]
    dates = {stated.date() for stated in gregorian or found}
    return dates.pop() if len(dates) == 1 else None


def written(text: str | None) -> str | None:
    """`text` as a reader should see it beside its date; None if it is no more than YYYY-MM-DD."""
    shown = " ".join((text or "").split())[:MAX_LENGTH]
    return None if _PLAIN.fullmatch(shown) else shown or None


_FILLERS = frozenset(
    fold(
        "شنبه یکشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه آدینه روز صبح عصر شب ظهر ساعت دقیقه به وقت بوقت "
        "محلی تهران کابل گرینویچ مورخ مورخه تاریخ زمان انتشار منتشر شده در سال ماه و با برابر مطابق مصادف "
        "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت يوم في الساعة صباحا مساء ص م ظهرا بتوقيت غرينتش "
        "مكة المكرمة نشر النشر سنة عام شهر موافق الموافق ل "
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat "
        "sun at on date published posted am pm a p m z t utc gmt ut est edt cst cdt mst mdt pst pdt cet "
        "cest msk irst irdt aft ast"
    ).split()
)
"""What may stand beside a date: weekdays, times of day, zones, and what a date is announced with."""

YEAR, DAY = r"(?P<year>(?<!\d)\d{4}(?!\d))", r"(?P<day>(?<!\d)\d{1,2}(?!\d))"
ORDINAL = r"(?:st|nd|rd|th)?"
MONTH_TWICE = rf"(?P<month>{MONTH})\.?(?:\s*[/(]\s*(?P<again>{MONTH})\s*\)?)?"
IN = r"\s*(?:من|ماه|سال|سنه|عام|of)?[\s,،.\-/]*"
PATTERNS = tuple(
    re.compile(pattern + ERA)
    for pattern in (
        rf"{DAY}{ORDINAL}{IN}{MONTH_TWICE}{IN}{YEAR}",
        rf"(?<![^\W\d_]){MONTH_TWICE}\s*{DAY}{ORDINAL}{IN}{YEAR}",
        rf"{YEAR}[\s,،\-/]*{MONTH_TWICE}[\s,،\-/]*{DAY}",
        rf"{YEAR}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{DAY}",
        rf"{DAY}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{YEAR}",
    )
)
"""Of a day with its year, in folded text: by the month's name, then in numbers alone."""


def _stated(text: str, language: str) -> tuple[list[CalendarDay], str]:
    """The days in folded `text` without times, and what is left of it."""
    found = []
    for pattern in PATTERNS:
        found += [stated_by(match, language) for match in pattern.finditer(text)]
        text = pattern.sub(" | ", text)
    for match in _COMPACT.finditer(text):
        year, month, day = map(int, match.groups())
        found.append(CalendarDay(calendar_of_year(year, language), year, month, day))
    return found, _COMPACT.sub(" | ", text)


def stated_by(match: re.Match[str], language: str) -> CalendarDay:
    """The day that a match of one of `PATTERNS` states; without a calendar if it has two months."""
    parts = match.groupdict()
    year, day = int(parts["year"]), int(parts["day"])
    if parts.get("month"):
        calendar, month = month_of(parts["month"])
        if parts["again"] and month_of(parts["again"]) != (calendar, month):
            return CalendarDay(None, year, month, day)
        return CalendarDay(calendar, year, month, day)
    return CalendarDay(
        calendar_of_era(parts["era"], language) or calendar_of_year(year, language),
        year,
        int(parts["number"]),
        day,
    )


def _is_only_filler(rest: str) -> bool:
    words = _WORD.findall(_WEEKDAY.sub(" ", rest))
    return all(word in _FILLERS for word in words) and bool(_LEFT.fullmatch(_WORD.sub("", rest)))


def _four_digits(year: int) -> int:
    """A year of two digits as RFC 2822 reads it."""
    return year + (2000 if year < 50 else 1900)
