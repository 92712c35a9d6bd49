"""Spellings of the same word reach the model as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import LibraryBroken
from indexer.orthography import encoder_input, hazm_words
from indexer.orthography.common import ZWNJ
from indexer.orthography.persian import restore_half_spaces


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("گفتوگو", "گفت‌وگو"),
        ("گفتوگوها", "گفت‌وگو‌ها"),
        ("رئیسجمهور", "رئیس‌جمهور"),
        ("آتشبس", "آتش‌بس"),
        ("میشود", "می‌شود"),
        ("نمیتواند", "نمی‌تواند"),
        ("حمایتهای", "حمایت‌های"),
        ("شدیدتر", "شدید‌تر"),
        ("جلسهای", "جلسه‌ای"),
        ("شدهاند", "شده‌اند"),
        ("پیشرفتهای", "پیشرفت‌های"),
    ],
)
def test_a_lost_half_space_is_restored(written: str, meant: str) -> None:
    assert restore_half_spaces(f"و {written} که") == f"و {meant} که"


@pytest.mark.parametrize(
    "word",
    ["میان", "میدان", "نمایش", "دریای", "شرکای", "دفاتر", "اروپای", "کتاب", "تنها", "آنها", "بهای", "می‌شود"],
)
def test_a_word_that_lost_nothing_is_left_alone(word: str) -> None:
    assert restore_half_spaces(word) == word


@pytest.mark.parametrize(
    ("language", "variants"),
    [
        ("fa", ["ایران و کتاب", "ايران و كتاب", "ایران و کتـاب", "\u200fایران و کتاب\u200e", "ایران و کِتاب"]),
        ("fa", ["۷۴۷٬۰۰۰ نفر", "٧٤٧٬٠٠٠ نفر", "747,000 نفر"]),
        ("prs", ["حمله می‌شود", "حمله میشود", "حمله ميشود"]),
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


def test_a_hazm_that_does_not_run_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hazm_words, "__name__", "no_such_module")
    with pytest.raises(LibraryBroken) as caught:
        hazm_words.read()
    assert str(caught.value).startswith("hazm, which Persian text needs, does not run (")
    assert "no_such_module" in str(caught.value)
    assert "\n" not in str(caught.value)
