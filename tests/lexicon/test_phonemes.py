"""Words of two scripts as phonemes, their readings and their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexicon.phonemes import (
    ARABIC_LETTERS,
    KEY_LENGTH,
    LONGEST,
    MOST_KEYS,
    SYMBOLS,
    Form,
    arabic,
    arabic_forms,
    keys,
    latin,
    latin_forms,
)
from indexer.text.orthography import fold

CLASS_DIGITS = {"B": 1, "T": 2, "D": 3, "S": 4, "X": 5, "K": 6, "F": 7, "R": 8, "L": 9, "M": 10, "N": 11}
FOLDED = st.text(sorted(ARABIC_LETTERS), min_size=1, max_size=12).map(fold).filter(lambda word: len(word) > 1)


def number(classes: str) -> int:
    """A key, from its classes."""
    value = 0
    for name in classes:
        value = 12 * value + CLASS_DIGITS[name]
    return value


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("زلنسکی", "zlnskI"),
        ("کییف", "kIIf"),
        ("ولادیمیر", "wlAdImIr"),
        ("یمن", "ymn"),
        ("غزه", "γza"),
        ("هدهد", "hdhd"),
        ("تشاد", "ʧAd"),
        ("چاد", "ʧAd"),
        ("ثلاثه", "θlAθa"),
        ("ذاکر", "ðAkr"),
        ("ظاهر", "ðAhr"),
        ("ضعیف", "dʕIf"),
        ("جزء", "ʤzʔ"),
        ("ژاله", "ʒAla"),
        ("پښتو", "pʃtU"),
        ("و", "w"),
        ("ه", "a"),
        ("۱۲", ""),
        ("30نفر", ""),
        ("Kyiv", ""),
        ("Київ", ""),
    ],
)
def test_arabic_script(word: str, expected: str) -> None:
    assert arabic(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Kyiv", "kyiv"),
        ("Zelenskyy", "zelensky"),
        ("Mohammad", "mohamad"),
        ("Khamenei", "xamenI"),
        ("Ghazni", "γazni"),
        ("Chechnya", "ʧeʧnya"),
        ("Deutsch", "deuʧ"),
        ("Cizre", "sizre"),
        ("Qatar", "qatar"),
        ("Quetta", "keta"),
        ("Xinjiang", "ksinʤiang"),
        ("Ba'ath", "baʔaθ"),
        ("Ba’ath", "baʔaθ"),
        ("7amas", "hamas"),
        ("3arabi", "ʕarabi"),
        ("su2al", "suʔal"),
        ("5alid", "xalid"),
        ("6alib", "talib"),
        ("8aza", "γaza"),
        ("9alb", "qalb"),
        ("3'aza", "γaza"),
        ("7'alid", "xalid"),
        ("Ḥamās", "hamAs"),
        ("ʿAlī", "ʕalI"),
        ("Ğazza", "γaza"),
        ("Erdoğan", "erdoγan"),
        ("Miloš", "miloʃ"),
        ("Zürich", "zuriʧ"),
        ("Ægir", "egir"),
        ("Zelensky's", "zelensky"),
        ("covid19", "kovid"),
        ("2024", ""),
        ("23", ""),
        ("Київ", ""),
        ("θάλασσα", ""),
        ("کییف", ""),
    ],
)
def test_latin_script(word: str, expected: str) -> None:
    assert (latin(word), latin(word.casefold())) == (expected, expected)


def test_an_arabic_word_is_read_without_what_is_joined_to_it() -> None:
    assert arabic_forms("والکرد") == [
        Form("wAlkrd", 0),
        Form("krd", 2),
        Form("Alkrd", 6),
    ]
    assert arabic_forms("وال") == [Form("wAl", 0), Form("Al", 6)]
    assert arabic_forms("بی") == [Form("bI", 0)]
    assert arabic_forms("Kurd") == []


def test_a_latin_word_is_read_without_its_article() -> None:
    assert latin_forms("Alkurd") == [Form("alkurd", 0), Form("kurd", 5)]
    assert latin_forms("Walid") == [Form("walid", 0), Form("lid", 5)]
    assert latin_forms("arrais") == [Form("arays", 0), Form("rays", 5)]
    assert latin_forms("ashshams") == [Form("aʃams", 0), Form("ʃams", 5)]
    assert latin_forms("Asad") == [Form("asad", 0)]


def test_the_shortest_words_are_not_read() -> None:
    assert (latin_forms("in"), latin_forms("inn")) == ([], [Form("in", 0)])
    assert (arabic_forms("ل"), arabic_forms("لا")) == ([], [Form("lA", 0)])


def test_ng_before_a_consonant_is_read_as_n_too() -> None:
    assert latin_forms("Washington") == [Form("waʃington", 0), Form("ʃington", 5), Form("waʃinton", 5)]
    assert latin_forms("Angola") == [Form("angola", 0)]


@pytest.mark.parametrize(
    ("phonemes", "expected"),
    [
        ("zlnskI", ["SLNSK"]),
        ("kyiv", ["KF"]),
        ("hadi", ["D"]),
        ("aya", [""]),
        ("baθ", ["BT", "BS"]),
        ("ðAkr", ["DKR", "SKR"]),
        ("kUba", ["KB", "KFB"]),
        ("wyn", ["FN", "N"]),
        ("θθθ", ["TTT", "TTS", "TST", "TSS", "STT", "STS", "SST", "SSS"]),
        ("θθθð", [first + "D" for first in ("TTT", "TTS", "TST", "TSS", "STT", "STS", "SST", "SSS")]),
        ("n" * (KEY_LENGTH + 3), ["N" * KEY_LENGTH]),
    ],
)
def test_keys(phonemes: str, expected: list[str]) -> None:
    assert keys(phonemes) == sorted(map(number, expected))


def test_a_key_of_the_greatest_length_fits_into_64_bits() -> None:
    assert number("N" * KEY_LENGTH) < 2**64 <= number("N" * (KEY_LENGTH + 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zelensky", "زلنسکی"), ("Qaddafi", "کادافی"), ("Pakistan", "باکستان"), ("Georgia", "جورجیا")],
)
def test_spellings_of_a_name_share_a_key(one: str, other: str) -> None:
    assert set(keys(latin(one))) & set(keys(arabic(other)))


@given(st.text(max_size=200))
def test_any_text_has_only_phonemes_that_there_are(text: str) -> None:
    forms = arabic_forms(text) + latin_forms(text)
    assert all(set(form.phonemes) <= set(SYMBOLS) and len(form.phonemes) <= LONGEST for form in forms)
    assert all(0 < len(keys(form.phonemes)) <= MOST_KEYS for form in forms)


@given(FOLDED)
def test_a_folded_word_is_read_whole_first(word: str) -> None:
    assert arabic_forms(word)[0] == Form(arabic(word), 0)


def test_a_long_word_is_cut() -> None:
    assert (latin("a" * 100 + "b"), latin("a" * 200 + "b")) == ("Ab", "A")
    assert (latin("ab" * 10_000), arabic("بر" * 10_000)) == ("ab" * (LONGEST // 2), "br" * (LONGEST // 2))
