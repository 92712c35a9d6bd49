"""A date as people write it, in one of three calendars, as a Gregorian date.

What is read is the text of a date field, never prose (see `date_mentions`): a weekday, the time, the name of
a zone, the mark of an era and what announces a date may stand beside it, anything else makes it no date.

Which calendar it is: a month's name tells, then the mark of an era (هـ, ه.ش, م), then the year. A year from
1500 on is Gregorian. One from 1300 to 1499 that stands in numbers alone is Jalali in the languages of Iran
and Afghanistan and Hijri in Arabic; in any other it is Jalali up to 1420 (March 2042), and no date after
that, for it may be the Hijri 1421 (2000) as well.

Numbers go year, month, day, or day, month, year. Before a Gregorian year the month may lead, behind a slash
or a hyphen: 9/18/2025 is read, 9/8/2025 is two days and so none, unless the other dates of its column tell
(`Order`), or it is written in Persian or Arabic digits, where the day leads. Of a year two digits are enough
behind the name of a month. Digits alone are read by `stamps`.
"""

import datetime
import functools
import re
from enum import Enum

from indexer.text import stamps
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
    r"(?:\s*\(?(?:z|utc|gmt)(?![^\W\d_]))?(?:\s*[+\u2212-][01]?\d:?(?:\d\d)?(?![\d/.-])){0,2}"
    r"|(?:ساعت|الساعه)\s+(?:[01]?\d|2[0-4])(?![\d:/])"
)
"""With the half of the day and the distance from UTC."""
_WORD = re.compile(r"[^\W\d_]+")
_LEFT = re.compile(r"[\s,.:;/|()\[\]«»'\"،؛·•_\u2010-\u2015\u2212-]*")
_ZONE = re.compile(
    r"\([a-z ]+ time\)|\[[a-z]+/[a-z_/]+\]"
    r"|(?<![^\W\d_])(?:utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest|msk|irst|irdt|aft|ast)(?![^\W\d_])"
)
_UPDATED = (
    r"(?:اخر(?:ین)?\s*)?(?:تحدیث|تعدیل|به?\s?روز\s?رسانی|ویرایش|تغییر)"
    r"|(?:last\s*)?(?:updated?|modified)(?:\s*on)?"
)
_ANNOUNCED = re.compile(
    rf"(?<![^\W\d_])(?:(?P<updated>{_UPDATED})|(?:تاریخ\s*)?انتشار|(?:تم\s*|تاریخ\s*)?النشر|نشر|published|posted)"
    r"(?![^\W\d_])"
)
_RFC_SHORT_YEAR = re.compile(r"((?:[a-z]{3},\s*)?\d{1,2} [a-z]{3}) (\d\d) (\d\d:\d\d.*)")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:t?(?:[01]\d|2[0-4])[0-5]\d(?:[0-6]\d)?z?)?(?!\d)")
_DIGITS = re.compile(r"\s*(?:/?date\()?(\d{9,20})(?:\.\d+|[+-]\d{4})?(?:\)/?)?\s*")
_ISO_WEEK = re.compile(r"(?<![\w-])(\d{4})-?w(\d\d)-?([1-7])(?![\w-])")
_ISO_DAY = re.compile(r"(?<![\w-])((?:19|20)\d\d)-(\d{3})(?![\w-])")


class Order(Enum):
    """Which number leads where a Gregorian date ends with its year."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


def parse(text: str, language: str = "und", order: Order | None = None) -> datetime.date | None:
    """The day that `text` states, in the zone that it states it in; None if it states none, or several.

    Args:
        text: a date field. Where it gives the day in two calendars, the Gregorian holds; where it says when
            something was published and when it was changed, the day of publication.
        language: of what the date belongs to; it tells Jalali from Hijri numbers.
        order: of the numbers in dates that are written like this one.
    """
    if len(text) > MAX_LENGTH:
        return None
    folded = fold(text)
    if digits := _DIGITS.fullmatch(folded):
        return stamps.of_digits(digits[1], language)
    if short := _RFC_SHORT_YEAR.fullmatch(folded):
        folded = f"{short[1]} {_four_digits(int(short[2]))} {short[3]}"
    if not text.isascii() and _NATIVE_DIGIT.search(text):
        order = Order.DAY_FIRST
    folded = _ZONE.sub(" ", _TIME.sub(" ", _of_publication(folded)))
    found, rest = _stated(folded, language, order)
    if not _is_only_filler(rest):
        return None
    gregorian = [stated for stated in found if stated.calendar is Calendar.GREGORIAN]
    dates = {stated.date() for stated in gregorian or found}
    return dates.pop() if len(dates) == 1 else None


def order_of(text: str) -> Order | None:
    """The order of the numbers in a date field that can be read in one order only; None for any other."""
    match = patterns()[-1].search(_TIME.sub(" ", fold(text))) if len(text) <= MAX_LENGTH else None
    if not match or calendar_of_year(int(match["year"]), "und") is not Calendar.GREGORIAN:
        return None
    first, second = int(match["day"]), int(match["number"])
    if max(first, second) <= _MONTHS or min(first, second) > _MONTHS:
        return None
    return Order.DAY_FIRST if first > _MONTHS else Order.MONTH_FIRST


def written(text: str | None) -> str | None:
    """`text` as a reader should see it beside its date; None if it is no more than YYYY-MM-DD."""
    shown = " ".join((text or "").split())[:MAX_LENGTH]
    return None if _PLAIN.fullmatch(shown) else shown or None


_FILLERS = frozenset(
    fold(
        "شنبه یکشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه آدینه روز صبح عصر شب ظهر ساعت دقیقه به وقت بوقت "
        "محلی تهران کابل بغداد گرینویچ مورخ مورخه تاریخ زمان انتشار منتشر شده در سال ماه و با برابر "
        "مطابق مصادف "
        "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت يوم في الساعة صباحا مساء ص م ظهرا بتوقيت غرينتش "
        "مكة المكرمة نشر النشر تم آخر تحديث بتاريخ سنة عام شهر موافق الموافق ل "
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat "
        "sun at on date published posted am pm a p m z t utc gmt ut est edt cst cdt mst mdt pst pdt cet "
        "cest msk irst irdt aft ast et ct mt pt"
    ).split()
)
"""What may stand beside a date: weekdays, times of day, zones, and what a date is announced with."""

YEAR, DAY = r"(?P<year>(?<!\d)\d{4}(?!\d))", r"(?P<day>(?<!\d)\d{1,2}(?!\d))"
ORDINAL = r"(?:st|nd|rd|th)?"
MONTH_TWICE = rf"(?P<month>{MONTH})\.?(?:\s*[/(]\s*(?P<again>{MONTH})\s*\)?)?"
IN = r"\s*(?:من|ماه|سال|سنه|عام|of)?[\s,،.\-/]*"
_PATTERNS = tuple(
    pattern + ERA
    for pattern in (
        rf"{DAY}{ORDINAL}{IN}{MONTH_TWICE}{IN}{YEAR}",
        rf"(?<![^\W\d_]){MONTH_TWICE}[\s\-]*{DAY}{ORDINAL}{IN}{YEAR}",
        rf"{YEAR}[\s,،\-/]*{MONTH_TWICE}[\s,،\-/]*{DAY}",
        rf"{YEAR}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{DAY}",
        rf"{DAY}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{YEAR}",
    )
)
_SHORT_YEAR = (
    rf"{DAY}{ORDINAL}[\s.,،\-/]*(?:من|ماه)?\s*{MONTH_TWICE}(?:\s*(?:ماه|سال|سنه|عام))?[\s.,،\-/']*"
    rf"(?P<year>(?<!\d)\d\d(?!\d)){ERA}"
)
_SHORT_YEARS = {
    Calendar.GREGORIAN: {
        **{year: 2000 + year for year in range(30)},
        **{year: 1900 + year for year in range(50, 100)},
    },
    Calendar.JALALI: {
        **{year: 1400 + year for year in range(15)},
        **{year: 1300 + year for year in range(40, 100)},
    },
    Calendar.HIJRI: {year: 1400 + year for year in range(56)},
}
"""What the last two digits of a year mean; programs complete others in different ways."""

_MONTHS = 12
_NATIVE_DIGIT = re.compile("[۰-۹٠-٩]")


@functools.cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Of a day with its year, in folded text: by the month's name, then in numbers alone.

    Compiled when a date is first looked for, which takes a twentieth of a second.
    """
    return tuple(map(re.compile, _PATTERNS))


@functools.cache
def _short_year() -> re.Pattern[str]:
    return re.compile(_SHORT_YEAR)


def _of_publication(folded: str) -> str:
    """What `folded` says of publication where it also says when something was changed; else all of it."""
    marks = list(_ANNOUNCED.finditer(folded))
    if not any(mark["updated"] for mark in marks):
        return folded
    edges = [*(mark.start() for mark in marks), len(folded)]
    pieces = [(False, folded[: edges[0]])]
    pieces += [
        (bool(mark["updated"]), folded[mark.end() : end]) for mark, end in zip(marks, edges[1:], strict=True)
    ]
    dated = [(is_update, piece) for is_update, piece in pieces if re.search(r"\d", _TIME.sub(" ", piece))]
    return min(dated, key=lambda piece: piece[0])[1] if dated else folded


def _stated(text: str, language: str, order: Order | None) -> tuple[list[CalendarDay], str]:
    """The days in folded `text` without times, and what is left of it; what may be two days is both."""
    found = []
    for pattern in patterns():
        for match in pattern.finditer(text):
            stated = stated_by(match, language)
            found += _orders(stated, match, order) if pattern is patterns()[-1] else [stated]
        text = pattern.sub(" | ", text)
    found += [_of_short_year(match) for match in _short_year().finditer(text)]
    text = _short_year().sub(" | ", text)
    for match in _COMPACT.finditer(text):
        year, month, day = map(int, match.groups())
        found.append(CalendarDay(calendar_of_year(year, language), year, month, day))
    text = _COMPACT.sub(" | ", text)
    found += [_iso(match, "%G %V %u") for match in _ISO_WEEK.finditer(text)]
    text = _ISO_WEEK.sub(" | ", text)
    found += [_iso(match, "%Y %j") for match in _ISO_DAY.finditer(text)]
    return found, _ISO_DAY.sub(" | ", text)


def _orders(stated: CalendarDay, match: re.Match[str], order: Order | None) -> list[CalendarDay]:
    """A date that ends with its year, which was read with its day first, in each order that it may be in."""
    if stated.calendar is not Calendar.GREGORIAN or match["era"] or match["sign"] == ".":
        order = Order.DAY_FIRST
    turned = CalendarDay(stated.calendar, stated.year, stated.day, stated.month)
    if stated.calendar is not Calendar.GREGORIAN or not turned.date():
        return [stated]
    if not stated.date():
        return [turned]
    return {None: [stated, turned], Order.DAY_FIRST: [stated], Order.MONTH_FIRST: [turned]}[order]


def _of_short_year(match: re.Match[str]) -> CalendarDay:
    calendar, month = month_of(match["month"])
    year = _SHORT_YEARS[calendar].get(int(match["year"]))
    agrees = not match["again"] or month_of(match["again"]) == (calendar, month)
    return CalendarDay(calendar if year and agrees else None, year or 0, month, int(match["day"]))


def _iso(match: re.Match[str], format: str) -> CalendarDay:
    """A day that ISO 8601 counts in its week or its year."""
    try:
        day = datetime.datetime.strptime(" ".join(match.groups()), format)  # noqa: DTZ007
    except ValueError:
        return CalendarDay(None, 0, 0, 0)
    if "%Y" in format and day.year != int(match[1]):
        return CalendarDay(None, 0, 0, 0)
    return CalendarDay(Calendar.GREGORIAN, day.year, day.month, day.day)


def stated_by(match: re.Match[str], language: str) -> CalendarDay:
    """The day that a match of one of `patterns` states; without a calendar if it has two months."""
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
