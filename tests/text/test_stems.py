"""Forms of a word find each other by their stem."""

import pytest

from indexer.text.orthography import fold, tokens
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.stems import nearer_forms, stem


def stem_of(word: str, language: str) -> str:
    [token] = tokens(word)
    return stem(token.text, language)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("کتاب", "کتاب"),
        (f"کتاب{ZWNJ}ها", "کتاب"),
        (f"کتاب{ZWNJ}های", "کتاب"),
        (f"کتاب{ZWNJ}هایشان", "کتاب"),
        (f"بیمارستان{ZWNJ}هایی", "بیمارستان"),
        ("شهرهای", "شهر"),
        (f"بزرگ{ZWNJ}ترین", "بزرگ"),
        ("مقامات", "مقام"),
        ("حملات", "حمله"),
        ("حملاتی", "حمله"),
        ("مذاکرات", "مذاکره"),
        ("خدمات", "خدمت"),
        ("نظرات", "نظر"),
        ("کودکان", "کودک"),
        ("کشورم", "کشور"),
        (f"می{ZWNJ}روند", "#رو"),
        (f"نمی{ZWNJ}رفت", "#رو"),
        ("رفت", "#رو"),
    ],
)
@pytest.mark.parametrize("language", ["fa", "prs"])
def test_persian_words_lose_their_endings(word: str, expected: str, language: str) -> None:
    assert stem_of(word, language) == expected


@pytest.mark.parametrize(
    "word", ["ایران", "ایرانی", "تهران", "انسان", "زمان", "جمهوری", "انتخاباتی", "جنگ", "ثبات", "حیات"]
)
def test_what_only_looks_like_an_ending_stays(word: str) -> None:
    assert stem_of(word, "fa") == word


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("fa", f"کتاب کتاب{ZWNJ}ها کتاب\u200cهای كتابها".split()),
        ("fa", f"می{ZWNJ}رود می{ZWNJ}رفتند نمی{ZWNJ}روم".split()),
        ("fa", ["مقام", "مقامات"]),
        ("ar", ["مدينة", "المدينة", "والمدينة", "بالمدينة", "للمدينة"]),
        ("ar", ["وزير", "وزراء", "الوزراء", "والوزراء", "للوزراء"]),
    ],
)
def test_forms_of_a_word_share_their_stem(language: str, forms: list[str]) -> None:
    assert len({stem_of(form, language) for form in forms}) == 1


def test_only_arabic_has_nearer_forms() -> None:
    assert nearer_forms(fold("الولايات"), "ar") == ("الولایات", "ولایات", "ولایه")
    assert nearer_forms(fold("ولایات"), "fa") == ("ولایات",)


@pytest.mark.parametrize("language", ["fa", "prs", "ar", "en", "und"])
@pytest.mark.parametrize("word", ["hospital", "hospitals", "2025", "covid19", "شهر", "😀", ""])
def test_what_has_no_rules_is_its_own_stem(word: str, language: str) -> None:
    assert stem(fold(word), language) == fold(word)


@pytest.mark.parametrize("language", ["en", "und", "ur"])
def test_languages_without_rules_have_no_stems(language: str) -> None:
    assert stem("کتابهای", language) == "کتابهای"


@pytest.mark.parametrize("word", ["کتابها", "بزرگترین", "والوزرا", "بالمدینه", "حکومه", "ها", "ال", "م"])
@pytest.mark.parametrize("language", ["fa", "ar"])
def test_a_stem_is_never_empty(word: str, language: str) -> None:
    assert stem(word, language) != ""
