"""Spellings of the same word reach the model as one."""

import logging
import random
from pathlib import Path

import pytest
from camel_tools.utils.dediac import dediac_ar
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.errors import LibraryBroken
from indexer.text.orthography import VERSION, encoder_input, fold, word_tables
from indexer.text.orthography.arabic import without_vowel_marks
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.folded_words import FoldedWords, Spelling
from indexer.text.orthography.word_tables import PersianWord, WordTables
from indexer.text.orthography.word_tables_maker import arabic_lines, join_lines, odds_lines, persian_lines


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("گفتوگو", "گفت\u200cوگو"),
        ("گفتوگوها", "گفت\u200cوگو\u200cها"),
        ("رئیسجمهور", "رئیس\u200cجمهور"),
        ("آتشبس", "آتش\u200cبس"),
        ("میشود", "می\u200cشود"),
        ("نمیتواند", "نمی\u200cتواند"),
        ("حمایتهای", "حمایت\u200cهای"),
        ("شدیدتر", "شدید\u200cتر"),
        ("جلسهای", "جلسه\u200cای"),
        ("شدهاند", "شده\u200cاند"),
        ("پیشرفتهای", "پیشرفت\u200cهای"),
    ],
)
def test_a_lost_half_space_is_restored(written: str, meant: str) -> None:
    assert encoder_input(f"و {written} که", "fa") == f"و {meant} که"


@pytest.mark.parametrize(
    "word",
    [
        "میان",
        "میدان",
        "نمایش",
        "دریای",
        "شرکای",
        "دفاتر",
        "اروپای",
        "کتاب",
        "تنها",
        "آنها",
        "بهای",
        "می\u200cشود",
    ],
)
def test_a_word_that_lost_nothing_is_left_alone(word: str) -> None:
    assert encoder_input(word, "fa") == word


@pytest.mark.parametrize(
    ("language", "variants"),
    [
        ("fa", ["ایران و کتاب", "ايران و كتاب", "ایران و کتـاب", "\u200fایران و کتاب\u200e", "ایران و کِتاب"]),
        ("fa", ["۷۴۷٬۰۰۰ نفر", "٧٤٧٬٠٠٠ نفر", "747,000 نفر"]),
        ("prs", ["حمله می\u200cشود", "حمله میشود", "حمله ميشود"]),
        (
            "ar",
            [
                "الحكومة الجديدة",
                "الحُكُومَةُ الجَدِيدَة",
                "الحکومة الجدیدة",
                "ﺍﻟﺤﻜﻮﻣﺔ ﺍﻟﺠﺪﻳﺪﺓ",
                "الحكـــومة الجديدة",
            ],
        ),
        ("ar", ["مؤتمر", "مو\u0654تمر"]),
        ("ar", ["نسبة 5%", "نسبة ٥٪", "نسبة ۵٪"]),
    ],
)
def test_variants_of_characters_digits_and_marks_are_one(language: str, variants: list[str]) -> None:
    assert {encoder_input(variant, language) for variant in variants} == {
        encoder_input(variants[0], language)
    }


def test_persian_letters_stay_in_persian_and_arabic_ones_in_arabic() -> None:
    assert encoder_input("گچ پژ کی", "fa") == "گچ پژ کی"
    assert encoder_input("على كيف", "ar") == "على كيف"


def test_other_scripts_are_left_alone() -> None:
    assert encoder_input("The 810 drones – ½ of them", "en") == "The 810 drones – ½ of them"


@given(st.text(alphabet="ابپتجچدرسشعفقکكگلمنوهیيىئأإآةؤ" + ZWNJ + "\u064e\u0640 ۱۲٣٪.،", max_size=40))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    for language in ("fa", "prs", "ar", "und"):
        once = encoder_input(text, language)
        assert encoder_input(once, language) == once


@pytest.mark.parametrize(
    ("language", "typed", "usual"),
    [
        ("ar", "المدرسه", "المدرسة"),
        ("ar", "وبالمدرسه", "وبالمدرسة"),
        ("ar", "ایران والایرانیین", "إيران والإيرانيين"),
        ("ar", "الى المانیا", "إلى ألمانيا"),
        ("ar", "العلما", "العلماء"),
        ("ar", "القطقوطیه", "القطقوطية"),
        ("fa", "افتاب و اب", "آفتاب و آب"),
        ("fa", "رییس جمهور", "رئیس جمهور"),
        ("fa", "زنگوله گرگر", "زنگوله گرگر"),
        ("prs", "امریکا", "آمریکا"),
    ],
)
def test_a_word_gets_its_usual_spelling(language: str, typed: str, usual: str) -> None:
    assert encoder_input(typed, language) == usual


@pytest.mark.parametrize(
    ("typed", "usual"),
    [
        ("علی لاریجانی", "علي لاريجاني"),
        ("المرشد على خامنئي", "المرشد علي خامنئي"),
        ("علی السیستانی", "علي السيستاني"),
        ("على بن ابی طالب", "علي بن أبي طالب"),
        ("على", "علي"),
        ("الامام على، وقال", "الإمام علي، وقال"),
        ("علي الطاولة", "على الطاولة"),
        ("علی المستوی الدولي", "على المستوى الدولي"),
        ("هجوم علی خارکیف", "هجوم على خاركيف"),
        ("علی الاراضی", "على الأراضي"),
        ("على 5 جنود", "على 5 جنود"),
    ],
)
def test_ali_before_a_surname_is_a_name_in_arabic(typed: str, usual: str) -> None:
    assert encoder_input(typed, "ar") == usual


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"نام{ZWNJ}های", f"نام{ZWNJ}های"),
        (f"خانه{ZWNJ}اش", f"خانه{ZWNJ}اش"),
        (f"آن{ZWNJ}ها", f"آن{ZWNJ}ها"),
        (f"گفت{ZWNJ}و{ZWNJ}گو", f"گفت{ZWNJ}وگو"),
    ],
)
def test_half_spaces_in_the_text_stay(written: str, read: str) -> None:
    assert encoder_input(written, "fa") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ییهآ", f"یی{ZWNJ}ها"),
        ("رأیگیریهای", f"رأی{ZWNJ}گیری{ZWNJ}های"),
        (f"رای{ZWNJ}گیری{ZWNJ}های", f"رأی{ZWNJ}گیری{ZWNJ}های"),
        (f"آی{ZWNJ}پد{ZWNJ}ها", f"آی{ZWNJ}پد{ZWNJ}ها"),
        (f"کسب{ZWNJ}و{ZWNJ}کارها", f"کسب{ZWNJ}وکار{ZWNJ}ها"),
    ],
)
def test_a_word_with_a_suffix_is_spelled_once_for_all(written: str, read: str) -> None:
    assert encoder_input(written, "fa") == read
    assert encoder_input(read, "fa") == read


VARIANTS = {"ی": "يىېﻳ", "ک": "كﻛ", "ه": "ةەہ", "ا": "أإآٱ", "و": "ؤ", "7": "۷٧"}


@given(st.text(st.sampled_from("ابتدرسقلمنیکهو7 ." + ZWNJ), max_size=40), st.randoms(use_true_random=False))
def test_texts_that_fold_together_are_one_to_the_model(text: str, chance: random.Random) -> None:
    varied = "".join(chance.choice(letter + VARIANTS.get(letter, "")) for letter in text)
    decorated = "".join(
        letter + chance.choice(("", "\u0640", "\u064e")) * letter.isalpha() for letter in varied
    )
    for language in ("fa", "prs", "ar"):
        assert encoder_input(decorated, language) == encoder_input(text, language)


@given(st.text(st.sampled_from("ابپتجچدرسشعفقکكگلمنوهیيىئأإآةؤ " + ZWNJ), max_size=40))
def test_the_model_reads_the_words_that_are_compared(text: str) -> None:
    for language in ("fa", "ar"):
        read = encoder_input(text, language)
        assert [fold(word) for word in read.split(" ")] == [fold(word) for word in text.split(" ")]


def test_persian_table_holds_the_most_used_spelling() -> None:
    known = [
        Spelling("افتاب", "آفتاب", 5, False, False),
        Spelling("افتاب", "افتاب", 0, False, False),
        Spelling("اتشبس", f"آتش{ZWNJ}بس", 2, False, True),
        Spelling("ساحه", "ساحة", 0, True, False),
        Spelling("بد", "بد", 3, True, False),
        Spelling("میرود", f"می{ZWNJ}رود", 0, False, True),
    ]
    assert sorted(persian_lines(known, {"میرود": 2e-5, "آلمان": 1e-5})) == [
        "اتشبس\tآتش\u200cبس\t2\t0",
        "افتاب\tآفتاب\t5\t0",
        "المان\tآلمان\t0\t0",
        "بد\tبد\t3\t1",
        "میرود\tمی\u200cرود\t0\t0",
    ]


def test_a_compound_is_joined_where_wordfreq_has_it() -> None:
    known = FoldedWords((), (), joins=("اتش بس",), compounds=("می پرست", "گزارش شده", "جست وجو"))
    assert join_lines(known, {"میپرست": 1e-5, "جستوجو": 1e-5}) == {
        "اتش بس",
        "می پرست",
        "نمی پرست",
        "جست وجو",
        "جست و جو",
    }


def test_arabic_table_holds_what_letters_and_clitics_do_not_give() -> None:
    used = {
        "المدرسة": 2e-4,
        "مدرسة": 1e-4,
        "مدرسه": 1e-6,
        "بمدرسة": 1e-6,
        "کتاب": 1e-3,
        "إلى": 1e-2,
        "الى": 1e-3,
    }
    assert list(arabic_lines(used)) == ["الی\tإلى", "مدرسه\tمدرسة"]


def test_odds_are_logarithms_in_tenths() -> None:
    assert list(odds_lines({"که": 3e-2}, {"که": 3e-5, "قد": 3e-3})) == ["قد\t-92", "که\t69"]


LINES = "\f\n".join(
    ["کتاب\tکتاب\t7\t0", "الی\tإلى", "قد\t-92\nکه\t69", "^کت\t12", "میرود\t#رو", "اتش بس\nمی رود"]
).encode()


def test_the_tables_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "words" / "1"
    monkeypatch.setattr(word_tables, "made", lambda: LINES)
    first = WordTables.of(word_tables.read_or_make(folder))
    monkeypatch.setattr(word_tables, "made", lambda: b"second")
    again = WordTables.of(word_tables.read_or_make(folder))
    for tables in (first, again):
        assert tables.persian_word("کتاب") == PersianWord("کتاب", 7, False)
        assert tables.arabic.get("الی") == "إلى"
        assert [tables.log_odds(word) for word in ("قد", "که", "از")] == [-9.2, 6.9, None]
        assert [tables.trigram_odds(trigram) for trigram in ("^کت", "کتا")] == [1.2, 0.0]
        assert tables.verbs.get("میرود") == "#رو"
        assert ["اتش بس" in tables.joins, "اتش" in tables.joins] == [True, False]
        assert [first in tables.beginnings for first in ("اتش", "می", "بس")] == [True, True, False]


def test_tables_that_cannot_be_written_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(word_tables, "made", lambda: LINES)
    with caplog.at_level(logging.WARNING):
        tables = WordTables.of(word_tables.read_or_make(tmp_path / "file" / "words"))
    assert tables.arabic.get("الی") == "إلى"
    assert "the word lists are made anew for this process" in caplog.text


def test_vowel_marks_are_those_of_camel_tools() -> None:
    text = "".join(map(chr, range(0x600, 0x900)))
    assert without_vowel_marks(text) == dediac_ar(text)


def test_the_cache_folder_follows_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    assert word_tables.cache_folder() == tmp_path / "words" / f"hazm-0.10.0-wordfreq-3.1.1-{VERSION}-2"


def test_lists_that_cannot_be_folded_are_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_tables, "MAKER", "no_such_module")
    with pytest.raises(LibraryBroken) as caught:
        word_tables.read_or_make(tmp_path / "words")
    assert str(caught.value).startswith("the word lists cannot be folded (")
    assert "no_such_module" in str(caught.value)
    assert "\n" not in str(caught.value)
