"""A word has one form however it is typed, and its place in the text is exact."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.orthography import Token, as_one, fold, tokens
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.compounds import most_in_latin
from indexer.text.orthography.designations import parts
from indexer.text.orthography.letters import RAW_WORD, gaps, raw_words

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


@pytest.mark.parametrize(
    ("spellings", "word"),
    [
        (("عبد الله", "عبدالله", f"عبد{ZWNJ}الله"), "عبدالله"),
        (("عبد الرحمن", "عبدالرحمن"), "عبدالرحمن"),
        (("أبو الفضل", "ابوالفضل", "ابو الفضل"), "ابوالفضل"),
        (("أبو ظبي", "ابوظبی"), "ابوظبی"),
        (("أبو عبد الله", "ابو عبدالله"), "ابوعبدالله"),
        (("صلاح الدين", f"صلاح{ZWNJ}الدین"), "صلاحالدین"),
        (("علاء الدين", "علا الدین", "علاءالدین"), "علاءالدین"),
        (("نصر الله", "نصرالله"), "نصرالله"),
        (("وحزب الله", f"و{ZWNJ}حزب{ZWNJ}الله"), "وحزبالله"),
    ],
)
def test_a_name_of_several_words_is_one_token(spellings: tuple[str, ...], word: str) -> None:
    assert {spelling: texts(spelling) for spelling in spellings} == {key: [word] for key in spellings}


def test_a_name_takes_no_number() -> None:
    assert texts("أبو 7٬777") == ["ابو", "7777"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("رجال الدين", ["رجال", "الدین"]),
        ("عبد ربه", ["عبد", "ربه"]),
        ("عبد، الله", ["عبد", "الله"]),
        ("رسول الله", ["رسول", "الله"]),
        ("of Allah", ["of", "allah"]),
        ("al-Khatib", ["al", "khatib"]),
        ("about last week", ["about", "last", "week"]),
        ("Abd al-Rahman", ["abd", "al", "rahman"]),
    ],
)
def test_other_words_stay_apart(text: str, words: list[str]) -> None:
    assert texts(text) == words


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("Abd al-Rahman", 3),
        ("Abdul Rahman said", 2),
        ("Abdel-Fattah el-Sisi", 2),
        ("Abd Allah", 2),
        ("Abu Mazen", 2),
        ("Abu al-Fadl", 3),
        ("Aboul Gheit", 2),
        ("Salah ad-Din", 3),
        ("Alaa Eddin", 2),
        ("Nasr Allah", 2),
        ("al-Khatib", 2),
        ("ash-Shaikh", 2),
        ("al-3arabi", 2),
        ("Абу-Даби", 2),
        ("Абд ар-Рахман", 3),
        ("al Khatib", 1),
        ("Abdul. Rahman", 1),
        ("about last week", 1),
        ("of Allah", 1),
        ("el-7a", 1),
        ("Rahman", 1),
    ],
)
def test_a_name_of_several_words_in_latin_letters_is_told(typed: str, count: int) -> None:
    found = tokens(typed)
    assert most_in_latin([token.text for token in found], gaps(typed, found)) == count


@pytest.mark.parametrize(
    ("words", "between", "whole"),
    [
        (["گفت", "و", "گو"], [" ", ZWNJ], "گفتوگو"),
        (["عبد", "الله"], [" "], "عبدالله"),
        (["ابو", "عبد", "الله"], [" ", " "], "ابوعبدالله"),
        (["علا", "الدین"], [" "], "علاءالدین"),
        (["اف", "35"], ["-"], "f35"),
        (["f", "35"], ["-"], "f35"),
        (["f", "35"], [" "], "f35"),
        (["کتاب"], [], "کتاب"),
        (["کتاب", "ها"], [", "], ""),
        (["a", "b"], ["-"], ""),
    ],
)
def test_words_that_can_be_together(words: list[str], between: list[str], whole: str) -> None:
    assert as_one(words, between) == whole


@pytest.mark.parametrize(
    ("spellings", "word"),
    [
        (("F-35", "F35", "f\u201335", "اف-۳۵", "اف۳۵", f"اف{ZWNJ}۳۵", "إف-35", "إف 35", "اف ۳۵"), "f35"),
        (("S-300", "S300", "اس-۳۰۰", "إس-300", "اس ۳۰۰"), "s300"),
        (("MQ-9", "mq9", f"ام{ZWNJ}کیو-۹", "إم كيو-9", "ام کیو ۹"), "mq9"),
        (("M-23", "M23", "ام-۲۳", "إم-23"), "m23"),
        (("C-130", "سی-۱۳۰", "سي-130"), "c130"),
        (("T-90", "T90", "تی-۹۰"), "t90"),
        (("Su-35", "su35", "سو-۳۵"), "su35"),
        (("MiG-29", "mig29", "میگ-۲۹", "ميغ-29", "میگ ۲۹"), "mig29"),
        (("F-16C", "F16C"), "f16c"),
        (("RQ-170", "rq170"), "rq170"),
    ],
)
def test_a_designation_is_one_token(spellings: tuple[str, ...], word: str) -> None:
    assert {spelling: texts(spelling) for spelling in spellings} == {key: [word] for key in spellings}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("F 35", ["f", "35"]),
        ("COVID-19", ["covid", "19"]),
        ("top-10", ["top", "10"]),
        ("mid-2024", ["mid", "2024"]),
        ("G-2024", ["g", "2024"]),
        ("el-7amas al-3arabi", ["el", "7amas", "al", "3arabi"]),
        ("ma-3", ["ma", "3"]),
        ("سی ۱۳۰", ["سی", "130"]),
        ("آن ۳۵", ["ان", "35"]),
        ("سال-۳۵", ["سال", "35"]),
        ("دی ۱۴۰۳", ["دی", "1403"]),
        ("اف، ۳۵", ["اف", "35"]),
        ("آی۷", ["ای", "7"]),
    ],
)
def test_what_is_no_designation_stays_apart(text: str, words: list[str]) -> None:
    assert texts(text) == words


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        ("f35", ("f", "35")),
        ("mq9", ("mq", "9")),
        ("mig29", ("mig", "29")),
        ("f16c", ("f", "16")),
        ("7amas", None),
        ("ma3", None),
        ("su2al", None),
        ("m3ak", None),
        ("covid19", None),
        ("f2024", None),
    ],
)
def test_parts_of_a_designation(folded: str, expected: tuple[str, str] | None) -> None:
    assert parts(folded) == expected


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
        if not parts(token.text):
            assert token.text == "".join(fold(part) for part in text[token.start : token.end].split())
        done = token.end


@given(st.text(st.sampled_from(LETTERS + MARKS + OTHERS + "   می.,٬3"), max_size=90) | st.text(max_size=60))
def test_raw_words_are_found_between_spaces_as_in_the_whole(text: str) -> None:
    found = [(match.start(), match.end(), fold(match.group())) for match in RAW_WORD.finditer(text)]
    assert raw_words(text) == found


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
    *("عبد", "الله", "ابو", "نصر", "الدین", "اف", "35", "کیو", "abd", "al", "abu", "din"),
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
