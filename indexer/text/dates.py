"""A date as people write it, in one of three calendars, as a Gregorian date.

What is read is the text of a date field, never prose: a weekday, the time, the name of a zone and the mark
of an era may stand beside the date, anything else makes it no date.

Which calendar it is: a month's name tells, then the mark of an era (هـ, ه.ش, م), then the year. A year from
1500 on is Gregorian. One from 1300 to 1499 that stands in numbers alone is Jalali in the languages of Iran
and Afghanistan and Hijri in Arabic; in any other it is Jalali up to 1420 (March 2042), and no date after
that, for it may be the Hijri 1421 (2000) as well.

Numbers go year, month, day, or day, month, year; month, day, year is not read. Jalali is reckoned by
persiantools; Hijri by hijridate after the calendar of Umm al-Qura, which is tabulated from 1343 to 1500.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from indexer.text.orthography.common import INVISIBLE, ZWNJ, with_ascii_digits

MAX_LENGTH = 200
"""Code points that a date field may have."""

LAST_JALALI = 1420
"""The last year that is taken for Jalali where neither language nor mark tells."""

_GREGORIAN_YEARS, _JALALI_YEARS, _HIJRI_YEARS = range(1500, 3000), range(1200, 1500), range(1300, 1501)
_JALALI_LANGUAGES = frozenset({"fa", "prs", "ps", "ckb"})
_PLAIN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class _Calendar(Enum):
    GREGORIAN = auto()
    JALALI = auto()
    HIJRI = auto()


_MONTHS = {
    _Calendar.GREGORIAN: (
        "january|jan|ژانویه|ژانویهٔ|جنوری|يناير|كانون الثاني|جانفي|جانفييه",
        "february|feb|فوریه|فبروری|فيبروري|فبراير|شباط|فيفري|فيفرييه",
        "march|mar|مارس|مارچ|آذار",
        "april|apr|آوریل|آپریل|اپریل|أبريل|ابريل|نيسان|أفريل",
        "may|مه|می|مای|مايو|ماي|أيار|نوار",
        "june|jun|ژوئن|ژوین|جون|يونيو|يونيه|حزيران|جوان",
        "july|jul|ژوئیه|ژوییه|ژولای|جولای|جولایی|يوليو|يوليه|يوليوز|تموز|جويلية",
        "august|aug|اوت|آگوست|آگست|اگست|أغسطس|آب|أوت|غشت",
        "september|sept|sep|سپتامبر|سپتمبر|سبتمبر|أيلول|شتنبر",
        "october|oct|اکتبر|اکتوبر|أكتوبر|تشرين الأول",
        "november|nov|نوامبر|نومبر|نوفمبر|نونبر|تشرين الثاني",
        "december|dec|دسامبر|دسمبر|ديسمبر|كانون الأول|دجنبر",
    ),
    _Calendar.JALALI: (
        "فروردین|حمل|farvardin",
        "اردیبهشت|ثور|ordibehesht",
        "خرداد|جوزا|khordad",
        "تیر|سرطان|tir",
        "مرداد|امرداد|اسد|mordad",
        "شهریور|سنبله|shahrivar",
        "مهر|میزان|mehr",
        "آبان|عقرب|aban",
        "آذر|قوس|azar",
        "دی|جدی|dey",
        "بهمن|دلو|bahman",
        "اسفند|اسپند|حوت|esfand",
    ),
    _Calendar.HIJRI: (
        "محرم|محرم الحرام|muharram",
        "صفر|صفر المظفر|safar",
        "ربيع الأول|ربیع اول|rabi al awwal",
        "ربيع الثاني|ربيع الآخر|ربیع ثانی|rabi al thani",
        "جمادى الأولى|جمادى الاول|جمادی اول|jumada al awwal|jumada al ula",
        "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر|جمادی ثانی|jumada al thani|jumada al akhira",
        "رجب|رجب المرجب|rajab",
        "شعبان|شعبان المعظم|shaban",
        "رمضان|رمضان المبارك|ramadan",
        "شوال|شوال المكرم|shawwal",
        "ذو القعدة|ذي القعدة|ذیقعده|dhu al qadah",
        "ذو الحجة|ذي الحجة|ذیحجه|dhu al hijjah",
    ),
}
"""In Iran, Afghanistan, Egypt, the Levant and the Maghreb; a space may be left out or a hyphen."""

_ERAS = {
    _Calendar.GREGORIAN: "م|میلادی|المیلادی|للمیلاد|ad|ce",
    _Calendar.JALALI: "ه ش|ه خ|هجری شمسی|هجری خورشیدی|شمسی|خورشیدی|ش|sh|ap",
    _Calendar.HIJRI: "ه ق|هجری قمری|قمری|ق|ه|هجری|هجریه|للهجره|ah",
}
_ANY_HIJRA = frozenset({"ه", "هجری", "هجریه"})
"""Both the Jalali and the Hijri calendar count from the Hijra: in Persian the bare word tells nothing."""

_WEEKDAY = re.compile(r"(?:یک|دو|سه|چهار|چار|پنج)[ \-]?شنبه|بعد ?از ?ظهر")
_TIME = re.compile(
    r"(?:(?<=\d)t|(?<!\d))(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?(?![\d:])"
    r"(?:\s*(?:[قب]\s?\.?\s?ظ|[صم]|[ap]\.?m)(?![^\W\d_])\.?)?"
    r"(?:\s*(?:z|utc|gmt)(?![^\W\d_]))?(?:\s*[+\u2212-][01]\d:?(?:\d\d)?(?![\d/.-]))?"
    r"|(?:ساعت|الساعه)\s+(?:[01]?\d|2[0-4])(?![\d:/])"
)
"""With the half of the day and the distance from UTC."""
_BETWEEN = re.compile(r"[\s.\-]")
"""What may stand between the words of a name."""
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
    folded = _fold(text)
    if short := _SHORT_YEAR.fullmatch(folded):
        folded = f"{short[1]} {_four_digits(int(short[2]))} {short[3]}"
    found, rest = _stated(_TIME.sub(" ", folded), language)
    if not _is_only_filler(rest):
        return None
    gregorian = [stated for stated in found if stated.calendar is _Calendar.GREGORIAN]
    dates = {stated.date() for stated in gregorian or found}
    return dates.pop() if len(dates) == 1 else None


def written(text: str | None) -> str | None:
    """`text` as a reader should see it beside its date; None if it is no more than YYYY-MM-DD."""
    shown = " ".join((text or "").split())[:MAX_LENGTH]
    return None if _PLAIN.fullmatch(shown) else shown or None


@dataclass(frozen=True, slots=True)
class _Stated:
    """A day as it stands in the text, which the calendar may not have."""

    calendar: _Calendar | None
    year: int
    month: int
    day: int

    def date(self) -> datetime.date | None:
        """The Gregorian date; None if there is no such day, or the year is out of range."""
        try:
            match self.calendar:
                case _Calendar.GREGORIAN if self.year in _GREGORIAN_YEARS:
                    return datetime.date(self.year, self.month, self.day)
                case _Calendar.JALALI if self.year in _JALALI_YEARS:
                    return _from_jalali(self.year, self.month, self.day)
                case _Calendar.HIJRI if self.year in _HIJRI_YEARS:
                    return _from_hijri(self.year, self.month, self.day)
        except (ValueError, OverflowError):
            pass
        return None


def _from_jalali(year: int, month: int, day: int) -> datetime.date:
    from persiantools.jdatetime import JalaliDate

    day_of_year: datetime.date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return day_of_year


def _from_hijri(year: int, month: int, day: int) -> datetime.date:
    from hijridate import Hijri

    return datetime.date(*Hijri(year, month, day).to_gregorian().datetuple())


_LETTERS = str.maketrans(
    dict.fromkeys("يىێے", "ی")
    | dict.fromkeys("كڪ", "ک")
    | dict.fromkeys("ةەہھۃ", "ه")
    | dict.fromkeys([*INVISIBLE, ZWNJ, "ء"])
    | {"ٱ": "ا"}
)


def _fold(text: str) -> str:
    """`text` in lower case with one form of every letter; NFKD parts hamza and madda from their letters."""
    plain = unicodedata.normalize("NFKD", with_ascii_digits(text)).casefold().translate(_LETTERS)
    return "".join(character for character in plain if unicodedata.category(character)[0] != "M")


_FILLERS = frozenset(
    _fold(
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


def _names(names: str) -> str:
    """A pattern of folded names, longest first, with or without their spaces."""
    folded = sorted({_fold(name) for name in names.split("|")}, key=lambda name: (-len(name), name))
    return "|".join(r"[\s.\-]*".join(name.split()) for name in folded)


_MONTH_NUMBERS = {
    "".join(_fold(name).split()): (calendar, number)
    for calendar, months in _MONTHS.items()
    for number, names in enumerate(months, 1)
    for name in names.split("|")
}
_ERA_CALENDARS = {
    "".join(name.split()): calendar for calendar, names in _ERAS.items() for name in names.split("|")
}
_MONTH_NAME = f"(?:{_names('|'.join('|'.join(months) for months in _MONTHS.values()))})"
_MONTH = rf"{_MONTH_NAME}(?:[\s\-]*ماه)?(?![^\W\d_])"
_MONTH_TWICE = rf"(?P<month>{_MONTH})\.?(?:\s*[/(]\s*(?P<again>{_MONTH})\s*\)?)?"
_ERA = rf"(?:[\s.(]*(?P<era>{_names('|'.join(_ERAS.values()))})(?![^\W\d_])[.)]*)?"
_YEAR, _DAY = r"(?P<year>(?<!\d)\d{4}(?!\d))", r"(?P<day>(?<!\d)\d{1,2}(?!\d))"
_IN = r"\s*(?:من|ماه|سال|سنه|عام|of)?[\s,،.\-/]*"
_PATTERNS = tuple(
    re.compile(pattern + _ERA)
    for pattern in (
        rf"{_DAY}(?:st|nd|rd|th)?{_IN}{_MONTH_TWICE}{_IN}{_YEAR}",
        rf"(?<![^\W\d_]){_MONTH_TWICE}\s*{_DAY}(?:st|nd|rd|th)?{_IN}{_YEAR}",
        rf"{_YEAR}[\s,،\-/]*{_MONTH_TWICE}[\s,،\-/]*{_DAY}",
        rf"{_YEAR}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{_DAY}",
        rf"{_DAY}\s*(?P<sign>[-/.\u2010-\u2015])\s*(?P<number>\d{{1,2}})\s*(?P=sign)\s*{_YEAR}",
    )
)


def _stated(text: str, language: str) -> tuple[list[_Stated], str]:
    """The days in folded `text` without times, and what is left of it."""
    found = []
    for pattern in _PATTERNS:
        found += [_of(match, language) for match in pattern.finditer(text)]
        text = pattern.sub(" | ", text)
    for match in _COMPACT.finditer(text):
        year, month, day = map(int, match.groups())
        found.append(_Stated(_by_year(year, language), year, month, day))
    return found, _COMPACT.sub(" | ", text)


def _of(match: re.Match[str], language: str) -> _Stated:
    parts = match.groupdict()
    year, day = int(parts["year"]), int(parts["day"])
    if parts.get("month"):
        calendar, month = _month(parts["month"])
        if parts["again"] and _month(parts["again"]) != (calendar, month):
            return _Stated(None, year, month, day)
        return _Stated(calendar, year, month, day)
    return _Stated(
        _by_era(parts["era"], language) or _by_year(year, language), year, int(parts["number"]), day
    )


def _month(name: str) -> tuple[_Calendar, int]:
    return _MONTH_NUMBERS[_BETWEEN.sub("", name).removesuffix("ماه")]


def _by_era(era: str | None, language: str) -> _Calendar | None:
    name = _BETWEEN.sub("", era or "")
    if name in _ANY_HIJRA and language in _JALALI_LANGUAGES:
        return None
    return _ERA_CALENDARS.get(name)


def _by_year(year: int, language: str) -> _Calendar | None:
    """The calendar of a date in numbers alone."""
    if year in _GREGORIAN_YEARS:
        return _Calendar.GREGORIAN
    if year not in range(1300, 1500):
        return None
    if language == "ar":
        return _Calendar.HIJRI
    return _Calendar.JALALI if language in _JALALI_LANGUAGES or year <= LAST_JALALI else None


def _is_only_filler(rest: str) -> bool:
    words = _WORD.findall(_WEEKDAY.sub(" ", rest))
    return all(word in _FILLERS for word in words) and bool(_LEFT.fullmatch(_WORD.sub("", rest)))


def _four_digits(year: int) -> int:
    """A year of two digits as RFC 2822 reads it."""
    return year + (2000 if year < 50 else 1900)
