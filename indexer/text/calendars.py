"""Three calendars: what their months and eras are called, and their days as Gregorian dates.

Jalali is reckoned by persiantools; Hijri by hijridate after the calendar of Umm al-Qura, which is tabulated
from 1343 to 1500. Names are compared folded, in the letters that Persian, Dari and Arabic share.
"""

import datetime
import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from indexer.text.orthography.common import INVISIBLE, ZWNJ, with_ascii_digits

LAST_JALALI = 1420
"""The last year that is taken for Jalali where neither language nor mark tells."""

JALALI_LANGUAGES = frozenset({"fa", "prs", "ps", "ckb"})

_GREGORIAN_YEARS, _JALALI_YEARS, _HIJRI_YEARS = range(1500, 3000), range(1200, 1500), range(1300, 1501)
_LONGEST_MONTH = 31
_HIJRA = 227_015
"""1 Muharram 1 of the tabular calendar, as a Gregorian ordinal."""


class Calendar(Enum):
    """A calendar that a date may be stated in."""

    GREGORIAN = "Gregorian"
    JALALI = "Jalali"
    HIJRI = "Hijri"


_ANY_YEAR = {
    Calendar.GREGORIAN: range(1900, 2101),
    Calendar.JALALI: range(1279, 1480),
    Calendar.HIJRI: range(1343, 1501),
}

_MONTHS = {
    Calendar.GREGORIAN: (
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
    Calendar.JALALI: (
        "فروردین|حمل|farvardin|hamal",
        "اردیبهشت|ثور|ordibehesht|sawr|saur",
        "خرداد|جوزا|khordad|jawza|jauza",
        "تیر|سرطان|tir|saratan",
        "مرداد|امرداد|اسد|mordad|amordad|asad",
        "شهریور|سنبله|shahrivar|shahriwar|sunbula|sonbola",
        "مهر|میزان|mehr|mizan",
        "آبان|عقرب|aban|aqrab",
        "آذر|قوس|azar|qaws|qaus",
        "دی|جدی|dey|jadi|jaddi",
        "بهمن|دلو|bahman|dalw|dalwa",
        "اسفند|اسپند|حوت|esfand|hut|hoot",
    ),
    Calendar.HIJRI: (
        "محرم|محرم الحرام|muharram|moharram",
        "صفر|صفر المظفر|safar",
        "ربيع الأول|ربیع اول|rabi al awwal|rabi ul awwal|rabi i",
        "ربيع الثاني|ربيع الآخر|ربیع ثانی|rabi al thani|rabi ul thani|rabi al akhir|rabi ii",
        "جمادى الأولى|جمادى الاول|جمادی اول|jumada al awwal|jumada al ula|jumada i",
        (
            "جمادى الآخرة|جمادى الثانية|جمادى الثاني|جمادى الآخر|جمادی ثانی"
            "|jumada al thani|jumada al akhira|jumada ii"
        ),
        "رجب|رجب المرجب|rajab",
        "شعبان|شعبان المعظم|sha ban|shaaban",
        "رمضان|رمضان المبارك|ramadan|ramadhan|ramazan",
        "شوال|شوال المكرم|shawwal|shawal",
        "ذو القعدة|ذي القعدة|ذیقعده|dhu al qa dah|dhul qa dah|dhu al qi dah|zul qa dah",
        "ذو الحجة|ذي الحجة|ذیحجه|dhu al hijjah|dhu al hijja|dhul hijjah|dhul hijja|zul hijjah",
    ),
}
"""In Iran, Afghanistan, Egypt, the Levant and the Maghreb; a space may be left out, or be a hyphen."""

_ERAS = {
    Calendar.GREGORIAN: "م|میلادی|المیلادی|للمیلاد|ad|ce",
    Calendar.JALALI: "ه ش|ه خ|هجری شمسی|هجری خورشیدی|شمسی|خورشیدی|ش|sh|ap",
    Calendar.HIJRI: "ه ق|هجری قمری|قمری|ق|ه|هجری|هجریه|للهجره|ah",
}
_ANY_HIJRA = frozenset({"ه", "هجری", "هجریه"})
"""Both the Jalali and the Hijri calendar count from the Hijra: in Persian the bare word tells nothing."""

_APOSTROPHES = "'`\u2018\u2019\u02bb\u02bc\u02be\u02bf"
_SEPARATORS = rf"[\s.\-{_APOSTROPHES}]"
"""What may stand between the words of a name."""
_BETWEEN = re.compile(_SEPARATORS)
_LETTERS = str.maketrans(
    dict.fromkeys("يىێے", "ی")
    | dict.fromkeys("كڪ", "ک")
    | dict.fromkeys("ةەہھۃ", "ه")
    | dict.fromkeys([*INVISIBLE, ZWNJ, "ء"])
    | {"ٱ": "ا"}
)


def fold(text: str) -> str:
    """`text` in lower case with one form of every letter; NFKD parts hamza and madda from their letters."""
    plain = unicodedata.normalize("NFKD", with_ascii_digits(text)).casefold().translate(_LETTERS)
    return "".join(character for character in plain if unicodedata.category(character)[0] != "M")


def _names(names: str) -> str:
    """A pattern of folded names, longest first, with or without their spaces."""
    folded = sorted({fold(name) for name in names.split("|")}, key=lambda name: (-len(name), name))
    return "|".join(rf"{_SEPARATORS}*".join(name.split()) for name in folded)


_MONTH_NUMBERS = {
    "".join(fold(name).split()): (calendar, number)
    for calendar, months in _MONTHS.items()
    for number, names in enumerate(months, 1)
    for name in names.split("|")
}
_ERA_CALENDARS = {
    "".join(name.split()): calendar for calendar, names in _ERAS.items() for name in names.split("|")
}
MONTH = rf"(?:{_names('|'.join('|'.join(months) for months in _MONTHS.values()))})(?:[\s\-]*ماه)?(?![^\W\d_])"
"""A pattern of the name of a month, folded."""

ERA = rf"(?:[\s.(]*(?P<era>{_names('|'.join(_ERAS.values()))})(?![^\W\d_])[.)]*)?"
"""A pattern of the mark of an era, folded, which may be missing."""


def month_of(name: str) -> tuple[Calendar, int]:
    """The calendar and the number of a month by its name, folded, as `MONTH` finds it."""
    return _MONTH_NUMBERS[_BETWEEN.sub("", name).removesuffix("ماه")]


def calendar_of_era(era: str | None, language: str) -> Calendar | None:
    """The calendar that the mark of an era tells, folded; None if it tells none."""
    name = _BETWEEN.sub("", era or "")
    if name in _ANY_HIJRA and language in JALALI_LANGUAGES:
        return None
    return _ERA_CALENDARS.get(name)


def calendar_of_year(year: int, language: str) -> Calendar | None:
    """The calendar of a date in numbers alone."""
    if year in _GREGORIAN_YEARS:
        return Calendar.GREGORIAN
    if year not in range(1300, 1500):
        return None
    if language == "ar":
        return Calendar.HIJRI
    return Calendar.JALALI if language in JALALI_LANGUAGES or year <= LAST_JALALI else None


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day as it is stated, which the calendar may not have."""

    calendar: Calendar | None
    year: int
    month: int
    day: int

    def date(self) -> datetime.date | None:
        """The Gregorian date; None if there is no such day, or the year is out of range."""
        try:
            match self.calendar:
                case Calendar.GREGORIAN if self.year in _GREGORIAN_YEARS:
                    return datetime.date(self.year, self.month, self.day)
                case Calendar.JALALI if self.year in _JALALI_YEARS:
                    return _from_jalali(self.year, self.month, self.day)
                case Calendar.HIJRI if self.year in _HIJRI_YEARS:
                    return _from_hijri(self.year, self.month, self.day)
        except (ValueError, OverflowError):
            pass
        return None


def month_range(calendar: Calendar, year: int, month: int) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of a month; None if the calendar does not have it."""
    days = [CalendarDay(calendar, year, month, day).date() for day in range(1, _LONGEST_MONTH + 1)]
    known = [day for day in days if day]
    return (known[0], known[-1]) if known else None


@functools.lru_cache(maxsize=1000)
def in_any_year(calendar: Calendar, month: int, day: int) -> tuple[datetime.date, ...]:
    """A day of a month in each year from 1900 to 2100 that has it, as far as the calendar is known."""
    days = (CalendarDay(calendar, year, month, day).date() for year in _ANY_YEAR[calendar])
    return tuple(day for day in days if day)


def near_hijri(year: int, month: int, day: int) -> datetime.date:
    """A Hijri day of any year by the tabular calendar, a day or two beside that of Umm al-Qura.

    After Reingold and Dershowitz, "Calendrical calculations", chapter on the Islamic calendar.
    """
    before = (year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
    return datetime.date.fromordinal(_HIJRA + before + day - 1)


def _from_jalali(year: int, month: int, day: int) -> datetime.date:
    from persiantools.jdatetime import JalaliDate

    day_of_year: datetime.date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return day_of_year


def _from_hijri(year: int, month: int, day: int) -> datetime.date:
    from hijridate import Hijri

    return datetime.date(*Hijri(year, month, day).to_gregorian().datetuple())


def stated(day: datetime.date, calendar: Calendar) -> CalendarDay | None:
    """A Gregorian day as a calendar states it; None outside the years that it is reckoned for."""
    try:
        match calendar:
            case Calendar.GREGORIAN:
                found = day.year, day.month, day.day
            case Calendar.JALALI:
                found = _to_jalali(day)
            case Calendar.HIJRI:
                found = _to_hijri(day)
    except (ValueError, OverflowError):
        return None
    return CalendarDay(calendar, *found)


def _to_jalali(day: datetime.date) -> tuple[int, int, int]:
    from persiantools.jdatetime import JalaliDate

    there = JalaliDate(day)  # type: ignore[no-untyped-call]
    return there.year, there.month, there.day


def _to_hijri(day: datetime.date) -> tuple[int, int, int]:
    from hijridate import Gregorian

    return Gregorian(day.year, day.month, day.day).to_hijri().datetuple()
