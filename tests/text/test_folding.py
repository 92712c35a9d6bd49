"""A word has one form however it is typed, and its place in the text is exact."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.orthography import Token, fold, tokens
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.letters import RAW_WORD

LETTERS = "ابپتجچدرسشعفقکكگلمنوهیيىئأإآةؤءہەﷲﻻ"
MARKS = ZWNJ + "\u064e\u0651\u0654\u0640\u200f"
OTHERS = "aéÉßİıøŁ'’ʿ7۷٧٫٬.,²½ЙёשλΣ中がक्"
VARIANTS = (
    ("ی", "ي", "ى", "ې", "ﻳ"),
    ("ک", "ك", "ﻛ"),
    ("ه", "ة", "ە", "ہ"),
    ("ا", "أ", "إ", "آ", "ٱ", "ا\u0653"),
    ("و", "ؤ", "و\u0654"),
    ("7", "۷", "٧"),
)


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


@pytest.mark.parametrize(
    ("spellings", "folded"),
    [
        (("ایران", "إيران", "ايران", "أیران", "ﺍﻳﺮﺍﻥ", "ای\u0640\u0640ران", "اِیران"), "ایران"),
        (("المدرسة", "المدرسه", "المَدْرَسَةُ", "المدرسۀ"), "المدرسه"),
        (("رئیس", "رییس", "رئيس"), "رییس"),
        (("مؤتمر", "موتمر", "مو\u0654تمر"), "موتمر"),
        (("خانهٔ", "خانۀ", "خانه"), "خانه"),
        (("علماء", "علما"), "علما"),
        (("شيء", "شئ", "شي"), "شی"),
        (("ماء",), "ماء"),
        (("ﷲ", "اللّٰه"), "الله"),
        (("ﻻ", "لا"), "لا"),
        (("۷۴۷٬۰۰۰", "٧٤٧٬٠٠٠", "747,000", "747000", "۷۴۷،۰۰۰"), "747000"),
        (("۳٫۵", "٣٫٥", "3.5"), "3.5"),
        (("Qur'an", "Qur’an", "QURAN", "Qurʼan"), "quran"),
        (("Russia's", "Russia"), "russia"),
        (("straße", "STRASSE"), "strasse"),
        (("Łódź", "Lodz"), "lodz"),
        (("İstanbul", "istanbul", "ıstanbul"), "istanbul"),
        (("7amas",), "7amas"),
        (("3'arb", "3arb"), "3arb"),
        (("2021m",), "2021m"),
        (("Москва", "москва"), "москва"),
    ],
)
def test_spellings_of_a_word_fold_together(spellings: tuple[str, ...], folded: str) -> None:
    assert {spelling: fold(spelling) for spelling in spellings} == dict.fromkeys(spellings, folded)
    assert {spelling: texts(spelling) for spelling in spellings} == {key: [folded] for key in spellings}


@pytest.mark.parametrize(
    ("spacings", "words"),
    [
        ((f"می{ZWNJ}رود", "می رود", "میرود", f"می{ZWNJ} رود"), ["میرود"]),
        ((f"نمی{ZWNJ}شده{ZWNJ}ام", "نمی شده ام", f"نمی شده{ZWNJ}ام", "نمیشدهام"), ["نمیشدهام"]),
        ((f"گفت{ZWNJ}وگو", "گفتوگو", "گفت و گو", "گفت وگو"), ["گفتوگو"]),
        ((f"کتاب{ZWNJ}های", "کتاب های", "کتابهای", f"كتاب{ZWNJ}هاي"), ["کتابهای"]),
        ((f"شدید{ZWNJ}ترین", "شدید ترین", "شدیدترین"), ["شدیدترین"]),
        ((f"خانه{ZWNJ}ای", "خانه ای", "خانهای"), ["خانهای"]),
        ((f"شده{ZWNJ}اند", "شده اند", "شدهاند"), ["شدهاند"]),
        ((f"رئیس{ZWNJ}جمهور", "رئیس جمهور", "رییسجمهور"), ["رییسجمهور"]),
    ],
)
def test_spacings_of_a_persian_word_give_the_same_token(spacings: tuple[str, ...], words: list[str]) -> None:
    assert {spacing: texts(spacing) for spacing in spacings} == dict.fromkeys(spacings, words)


@pytest.mark.parametrize(
    "text",
    [
        "على هذا",
        "رئيس الوزراء",
        "لم تر",
        "قال ها هو ذا",
        "سمع أنه في مدرسة أي طالب",
        "و لكن في الواقع",
        "كتاب، ها",
    ],
)
def test_arabic_words_stay_apart(text: str) -> None:
    assert texts(text) == [fold(word.strip("،")) for word in text.split()]


def test_places_are_those_of_the_original() -> None:
    text = f"\u200f«کِتاب{ZWNJ}هاي» ٧٤٧٬٠٠٠٪ می  رود، Qur'an's al-ithnayn"
    assert tokens(text) == [
        Token("کتابهای", 2, 11),
        Token("747000", 13, 20),
        Token("میرود", 22, 29),
        Token("quran", 31, 39),
        Token("al", 40, 42),
        Token("ithnayn", 43, 50),
    ]


def test_scripts_and_numbers_part() -> None:
    assert texts("سال۲۰۲۱م NATOیی 12.03.2024 ۱۹۹۰،۲۰۰۰ ½ 北京2022") == [
        *("سال", "2021", "م", "nato", "یی", "12", "03", "2024", "1990", "2000", "北京", "2022"),
    ]


@given(st.text(st.sampled_from(LETTERS + MARKS + OTHERS), max_size=12) | st.text(max_size=12))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(st.sampled_from(LETTERS + MARKS + OTHERS + "  می"), max_size=40) | st.text(max_size=30))
def test_places_are_in_order_and_hold_their_words(text: str) -> None:
    done = 0
    for token in tokens(text):
        assert done <= token.start < token.end <= len(text)
        assert token.text
        assert token.text == "".join(fold(part) for part in text[token.start : token.end].split())
        done = token.end


WORDS = (
    "می",
    "نمی",
    "شده",
    "ام",
    "رود",
    "گفت",
    "و",
    "گو",
    "وگو",
    "کتاب",
    "ها",
    "های",
    "تر",
    "بزرگ",
    "خانه",
    "ای",
    "في",
)


ANY_WORD = st.text(st.sampled_from(LETTERS + MARKS + OTHERS), min_size=1, max_size=6).filter(
    RAW_WORD.fullmatch
)


@given(st.lists(st.sampled_from(WORDS) | ANY_WORD).map(" ".join))
def test_the_tokens_of_tokens_are_the_same(text: str) -> None:
    assert texts(" ".join(texts(text))) == texts(text)


@given(st.text(st.sampled_from("ابیکهو7 " + ZWNJ), max_size=30), st.randoms(use_true_random=False))
def test_variants_of_characters_give_the_same_tokens(text: str, chance: random.Random) -> None:
    choices = {group[0]: group for group in VARIANTS}
    varied = "".join(
        chance.choice(choices.get(letter, letter))
        + chance.choice(("", "\u0640", "\u064e")) * (letter not in " 7" + ZWNJ)
        for letter in text
    )
    assert texts(varied) == texts(text)
