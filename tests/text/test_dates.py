import datetime

import pytest
from hijridate import Gregorian, Hijri
from hypothesis import given, settings
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from indexer.text.dates import MAX_LENGTH, Order, order_of, parse, written
from indexer.text.orthography.common import TATWEEL, ZWNJ

DAY = datetime.date(2025, 9, 9)
JALALI_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
AFGHAN_MONTHS = "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت"
HIJRI_MONTHS = (
    "محرم صفر ربيع_الأول ربيع_الآخر جمادى_الأولى جمادى_الآخرة رجب شعبان رمضان شوال ذو_القعدة ذو_الحجة"
)
GREGORIAN_MONTHS = (
    "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "جنوری فبروری مارچ اپریل می جون جولای اگست سپتمبر اکتوبر نومبر دسمبر",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
    "كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
)
JALALI_IN_ENGLISH = (
    "Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand",
    "Hamal Sawr Jawza Saratan Asad Sunbula Mizan Aqrab Qaws Jadi Dalw Hut",
)
HIJRI_IN_ENGLISH = (
    (
        "Muharram Safar Rabi_al-Awwal Rabi_al-Thani Jumada_al-Ula Jumada_al-Akhira Rajab Sha'ban Ramadan"
        " Shawwal Dhu_al-Qa'dah Dhu_al-Hijjah"
    ),
    (
        "Moharram Safar Rabi_I Rabi_II Jumada_I Jumada_II Rajab Shaaban Ramazan Shawal Zul_Qa\u2019dah"
        " Dhul-Hijja"
    ),
)
RIGHT = "\u200f"
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
dates = st.dates(datetime.date(1925, 1, 1), datetime.date(2076, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "2025-09-09",
        "  2025-09-09\n",
        "20250909",
        "20250909T102500Z",
        "20250909102500",
        "2025-09-09T10:25Z",
        "2025-09-09T23:59:59.999+03:30",
        "2025-09-09T00:00:00-0800",
        "2025-09-09 10:25:00 UTC",
        "Tue, 09 Sep 2025 10:25:00 +0430",
        "Tue, 9 Sep 2025 10:25:00 GMT",
        "Tue, 09 Sep 25 10:25:00 EST",
        "Tue Sep  9 10:25:00 2025",
        "Tue Sep 09 10:25:00 +0000 2025",
        "September 9th, 2025 at 10:25 a.m.",
        "9 Sept. 2025",
        "Published: Tuesday, 9th of September 2025",
        "9/9/2025",
        "9.9.2025",
        "9-Sep-25",
        "Tue, 9 Sep 25",
        "9 Sep '25",
        "Sep-09-2025",
        "۱۸ شهریور ۰۴",
        "17 ربيع الأول 47",
        "2025-W37-2",
        "2025W372",
        "2025-252",
        "1757413500",
        "۱۷۵۷۴۱۳۵۰۰",
        "1757413500.25",
        "/Date(1757413500000+0330)/",
        "Tue Sep 09 10:25:00 IRST 2025",
        "Tue Sep 09 2025 10:25:00 GMT+0330 (Iran Standard Time)",
        "2025-09-09T10:25+03:30[Asia/Tehran]",
        "2025-09-09 10:25:00 +0330 +0330",
        "2025-09-09T10:25:00.123456789Z",
        "9 September 2025 | 10:25 (GMT+3)",
        "2025 / 09 / 09",
        "۲۰۲۵/۹/۹",
        f"٩{RIGHT}/٩{RIGHT}/٢٠٢٥",
        f"سه{ZWNJ}شنبه ۹ سپتامبر ۲۰۲۵ میلادی",
        "الثلاثاء 9 سبتمبر/أيلول 2025م - 10:25 مساءً",
        "9 أيلول (سبتمبر) 2025",
        "۱۸ شهریور ۱۴۰۴",
        f"سه{ZWNJ}شنبه ۱۸ شهریور ۱۴۰۴ ساعت ۱۰:۲۵",
        "تاریخ انتشار: ۱۸ شهریورماه سال ۱۴۰۴ - ۱۰:۲۵",
        "۱۸ شهريور ۱۴۰۴ (10:25)",
        "سه شنبه، ۱۸ سنبله ۱۴۰۴ هجری شمسی",
        "1404/06/18",
        "18/06/1404",
        "1404-06-18T10:25:00+03:30",
        "1404/06/18 10:25:00 ق.ظ",
        "1404/06/18 ه.ش",
        "١٧ ربيع الأول ١٤٤٧",
        f"الثلاثاء 17 ربيع الأول 1447 ه{TATWEEL}",
        f"۱۷ ربیع{ZWNJ}الاول ۱۴۴۷ هجری قمری",
        "1447/3/17 هـ.ق",
        "17/3/1447 ه.ق",
    ],
)
def test_what_is_read_in_any_language(text: str) -> None:
    assert parse(text) == parse(text, "fa") == DAY


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("1447/03/17", "ar", "2025-09-09"),
        ("17/3/1447 10:25 م", "ar", "2025-09-09"),
        ("1404/06/18", "ar", "1984-03-20"),
        ("1404/06/18 ه.ش", "ar", "2025-09-09"),
        ("1404/06/18 هـ", "und", "1984-03-20"),
        ("1404/06/18 هـ", "fa", "2025-09-09"),
        ("1404/06/18", "en", "2025-09-09"),
        ("1420/12/30", "und", "2042-03-20"),
        ("1447/3/17هـ", "und", "2025-09-09"),
        ("1447/3/17هـ", "en", "2025-09-09"),
        ("1421/01/01", "und", None),
        ("1421/01/01", "prs", "2042-03-21"),
        ("1421/01/01", "ar", "2000-04-06"),
        ("1421/01/01 هـ", "und", "2000-04-06"),
        ("1300/01/01", "fa", "1921-03-21"),
        ("1300/01/01", "ar", None),
        ("1299/01/01", "fa", None),
        ("1 حمل 1299", "prs", "1920-03-21"),
    ],
)
def test_years_that_two_calendars_have(text: str, language: str, date: str | None) -> None:
    assert parse(text, language) == (datetime.date.fromisoformat(date) if date else None)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1 فروردین 1400", "2021-03-21"),
        ("30 اسفند 1399", "2021-03-20"),
        ("22 بهمن 1357", "1979-02-11"),
        ("28 اسد 1298", "1919-08-20"),
        ("1 محرم 1445", "2023-07-19"),
        ("1 رمضان 1446", "2025-03-01"),
        ("10 ذو الحجة 1445", "2024-06-16"),
    ],
)
def test_days_that_calendars_publish(text: str, date: str) -> None:
    assert parse(text) == datetime.date.fromisoformat(date)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "امروز",
        "2025",
        "2025-09",
        "سپتامبر ۲۰۲۵",
        "31 June 2025",
        "2025-02-29",
        "31 مهر 1404",
        "30 اسفند 1404",
        "1404/13/40",
        "30 صفر 1447",
        "1 محرم 1342",
        "1 محرم 1501",
        "18 شهریور 2025",
        "9 September 1447",
        "9/8/2025",
        "09-08-2025",
        "04/06/18",
        "9/9/25",
        "18-Sep-35",
        "18 شهریور ۲۵",
        "2025-366",
        "2025-W54-1",
        "1404-252",
        "0001-01-01",
        "2025-09-09 25:00",
        "2025-09-09T10:75",
        "9-10 September 2025",
        "9 September 2025 - 10 September 2025",
        "۱۸ شهریور ۱۴۰۴ - ۱۹ شهریور ۱۴۰۴",
        "9 September 2025 in Kabul",
        "در ۱۸ شهریور ۱۴۰۴ پیمان بسته شد",
        "$2025-09-09",
        "12025-09-09",
        "2025-09-091",
        "9 سبتمبر/أكتوبر 2025",
        "+93 70 2025 0909",
        "2025-09-09" + " " * MAX_LENGTH,
    ],
)
def test_what_states_no_day(text: str) -> None:
    assert [parse(text, language) for language in ("und", "fa", "ar")] == [None, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "۱۸ شهریور ۱۴۰۴ - ۹ سپتامبر ۲۰۲۵",
        "9 سبتمبر 2025 الموافق لـ 17 ربيع الأول 1447",
        "1447/03/17هـ الموافق 2025/09/09م",
        "۱۹ شهریور ۱۴۰۴ برابر با ۹ سپتامبر ۲۰۲۵",
        "۱۸ شهریور ۱۴۰۴ مطابق با ۱۷ ربیع الاول ۱۴۴۷",
    ],
)
def test_two_calendars_at_once(text: str) -> None:
    assert parse(text, "fa") == DAY


@pytest.mark.parametrize(
    "text",
    [
        "تم النشر في: 9 سبتمبر 2025",
        "آخر تحديث: 9 سبتمبر 2025 - 10:25 ص",
        f"آخرین به{ZWNJ}روزرسانی: ۱۸ شهریور ۱۴۰۴",
        "Last updated: September 9, 2025",
        "تم النشر في: 9/9/2025 10:25 - آخر تحديث: 10/9/2025",
        "آخر تحديث: 10 سبتمبر 2025 - تم النشر في: 9 سبتمبر 2025",
        "تاریخ انتشار: ۱۸ شهریور ۱۴۰۴ - آخرین ویرایش: ۱۹ شهریور ۱۴۰۴",
        "Published Sep 9, 2025, updated Sep 10, 2025",
    ],
)
def test_what_announces_a_date_and_publication_before_changes(text: str) -> None:
    assert parse(text, "fa") == parse(text, "ar") == DAY


@pytest.mark.parametrize(
    ("text", "order", "told", "date"),
    [
        ("25/9/2025", None, Order.DAY_FIRST, "2025-09-25"),
        ("9/25/2025 10:25", None, Order.MONTH_FIRST, "2025-09-25"),
        ("9.8.2025", None, None, "2025-08-09"),
        ("9/8/2025م", None, None, "2025-08-09"),
        ("٩/٨/٢٠٢٥", None, None, "2025-08-09"),
        ("٩/٨/٢٠٢٥", Order.MONTH_FIRST, None, "2025-08-09"),
        ("9/8/2025", Order.DAY_FIRST, None, "2025-08-09"),
        ("9-8-2025", Order.MONTH_FIRST, None, "2025-09-08"),
        ("25/9/2025", Order.MONTH_FIRST, Order.DAY_FIRST, "2025-09-25"),
        ("12/6/1404", Order.MONTH_FIRST, None, "2025-09-03"),
        ("25/26/2025", None, None, None),
    ],
)
def test_which_number_is_the_month(
    text: str, order: Order | None, told: Order | None, date: str | None
) -> None:
    assert parse(text, "fa", order) == (datetime.date.fromisoformat(date) if date else None)
    assert order_of(text) == told


@pytest.mark.parametrize("months", GREGORIAN_MONTHS)
def test_every_gregorian_month(months: str) -> None:
    found = [parse(f"9 {month.replace('_', ' ')} 2025") for month in months.split()]
    assert found == [datetime.date(2025, number, 9) for number in range(1, 13)]


@pytest.mark.parametrize("months", JALALI_IN_ENGLISH)
def test_every_jalali_month_in_english(months: str) -> None:
    found = [parse(f"5 {month} 1404") for month in months.split()]
    expected = [JalaliDate(1404, number, 5).to_gregorian() for number in range(1, 13)]  # type: ignore[no-untyped-call]
    assert found == expected


@pytest.mark.parametrize("months", HIJRI_IN_ENGLISH)
def test_every_hijri_month_in_english(months: str) -> None:
    found = [parse(f"5 {month.replace('_', ' ')} 1447 AH") for month in months.split()]
    expected = [Hijri(1447, number, 5).to_gregorian() for number in range(1, 13)]
    assert found == expected


@given(dates)
def test_jalali_there_and_back(date: datetime.date) -> None:
    jalali = JalaliDate.to_jalali(date)  # type: ignore[no-untyped-call]
    year, month, day = jalali.year, jalali.month, jalali.day
    for names in (JALALI_MONTHS, AFGHAN_MONTHS):
        assert parse(f"{day} {names.split()[month - 1]} {year}") == date
        assert parse(f"{day} {names.split()[month - 1]}{ZWNJ}ماه {year}".translate(PERSIAN_DIGITS)) == date
    assert parse(f"{year}/{month:02}/{day:02}", "fa") == date
    assert parse(f"{day}-{month}-{year}".translate(PERSIAN_DIGITS), "prs") == date


@given(dates)
def test_hijri_there_and_back(date: datetime.date) -> None:
    year, month, day = Gregorian.fromdate(date).to_hijri().datetuple()
    month_name = HIJRI_MONTHS.split()[month - 1].replace("_", " ")
    assert parse(f"{day} {month_name} {year}".translate(ARABIC_DIGITS), "fa") == date
    assert parse(f"{year}/{month}/{day}", "ar") == date
    assert parse(f"{day:02}-{month:02}-{year} هـ", "ar") == date


@given(st.dates(datetime.date(1500, 1, 1), datetime.date(2999, 12, 31)), st.times())
def test_iso_there_and_back(day: datetime.date, time: datetime.time) -> None:
    moment = datetime.datetime.combine(day, time)
    assert parse(moment.isoformat()) == parse(f"{moment:%Y-%m-%d %H:%M}") == day
    assert parse(f"{moment:%a, %d %b %Y %H:%M:%S} +0330") == day


@settings(max_examples=200)
@given(st.text(alphabet="0123456789۰۱۲۳/-.: ,Tzشهریورمحه" + ZWNJ + "سپتامبرم" + TATWEEL, max_size=MAX_LENGTH))
def test_anything_can_be_asked(text: str) -> None:
    assert parse(text) is None or any(character.isdigit() for character in text)


def test_what_is_shown_beside_a_date() -> None:
    assert written("2025-09-09") is None
    assert written(" 2025-09-09 ") is None
    assert written(" ") is None
    assert written(None) is None
    assert written("۱۸  شهریور\n۱۴۰۴") == "۱۸ شهریور ۱۴۰۴"
    assert written("2025-09-09T10:25Z") == "2025-09-09T10:25Z"
