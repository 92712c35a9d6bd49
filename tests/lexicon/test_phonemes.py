"""Words of two scripts as phonemes, their readings and their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexicon.arabic_sounds import ARABIC_LETTERS, arabic, arabic_forms
from indexer.lexicon.cyrillic_sounds import cyrillic, cyrillic_forms
from indexer.lexicon.latin_sounds import latin, latin_forms
from indexer.lexicon.phonemes import KEY_LENGTH, LONGEST, MOST_KEYS, SYMBOLS, Form, classes, keys
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
        ("زلنسکی", "zlnskY"),
        ("کییف", "kIIf"),
        ("ولادیمیر", "wlAdImIr"),
        ("یمن", "ymn"),
        ("غزه", "γzəH"),
        ("هدهد", "hdhd"),
        ("تشاد", "tʃAd"),
        ("چاد", "ʧAd"),
        ("ثلاثه", "θlAθəH"),
        ("ذاکر", "ðAkr"),
        ("ظاهر", "ðAhr"),
        ("ضعیف", "ɖʕIf"),
        ("جزء", "ʤzʔ"),
        ("ژاله", "ʒAləH"),
        ("پښتو", "pʃtU"),
        ("و", "w"),
        ("ه", "h"),
        ("احمد", "|hmd"),
        ("اوباما", "|UbAmA"),
        ("ایران", "|IrAn"),
        ("عمر", "ʕmr"),
        ("عیسی", "ʕIsY"),
        ("خدای", "xdAI"),
        ("شاه", "ʃAH"),
        ("الله", "|ləH"),
        ("عبدالله", "ʕbdələH"),
        ("عبدالرحمن", "ʕbdəlrhmn"),
        ("ابوالفضل", "|bUəlfɖl"),
        ("صلاحالدین", "slAhəldIn"),
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
        ("Khamenei", "xameney"),
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
        ("Erdoğan", "|erdoγan"),
        ("Miloš", "miloʃ"),
        ("Zürich", "zuriʧ"),
        ("Ægir", "|egir"),
        ("Zelensky's", "zelensky"),
        ("covid19", "kovid"),
        ("Djamal", "ʤamal"),
        ("Aïcha", "|aʔiʧa"),
        ("Youcef", "yusef"),
        ("Ouali", "wali"),
        ("Bourguiba", "burgiba"),
        ("Fayçal", "faysal"),
        ("Haniyyah", "hanIaH"),
        ("Andrej", "|andrey"),
        ("Khalij", "xaliʤ"),
        ("MiG-29", "mig"),
        ("mig29", "mig"),
        ("F35", ""),
        ("F-22", ""),
        ("MQ9", ""),
        ("S-300", ""),
        ("BMP-2", ""),
        ("su2", "suʔ"),
        ("2024", ""),
        ("23", ""),
        ("Київ", ""),
        ("θάλασσα", ""),
        ("کییف", ""),
    ],
)
def test_latin_script(word: str, expected: str) -> None:
    assert (latin(word), latin(word.casefold())) == (expected, expected)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Лавров", "lavrov"),
        ("Зеленский", "zelenskI"),
        ("Пригожин", "prigoʒin"),
        ("Хаменеи", "xamenei"),
        ("Ермак", "yermak"),
        ("Юлия", "yulIa"),
        ("Александр", "|aleksandr"),
        ("Щербаков", "ʃerbakov"),
        ("Цзиньпин", "tszinpin"),
        ("Запоріжжя", "zaporiʒya"),
        ("Їжак", "yiʒak"),
        ("Ђоковић", "ʤokoviʧ"),
        ("Тоҷикистон", "toʤikiston"),
        ("Ҳамдам", "hamdam"),
        ("Kyiv", ""),
        ("θάλασσα", ""),
    ],
)
def test_cyrillic_script(word: str, expected: str) -> None:
    assert (cyrillic(word), cyrillic(word.casefold())) == (expected, expected)


def test_an_arabic_word_is_read_without_what_is_joined_to_it() -> None:
    assert arabic_forms("والکرد") == [Form("wAlkrd", 0), Form("krd", 1), Form("|lkrd", 6)]
    assert arabic_forms("وال") == [Form("wAl", 0)]
    assert arabic_forms("الحق") == [Form("|lhq", 0), Form("hq", 1)]
    assert arabic_forms("بی") == [Form("bY", 0)]
    assert arabic_forms("Kurd") == []


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("عبدالناصر", Form("nAsr", 8)),
        ("ابومازن", Form("mAzn", 8)),
        ("بنسلمان", Form("slmAn", 5)),
        ("عبدالرحمن", Form("ʕbdərhmn", 0)),
        ("علاالدین", Form("ʕlAədIn", 0)),
        ("تشاد", Form("ʧAd", 0)),
        ("خامنهای", Form("xAmnIY", 1)),
        ("کلیه", Form("klIat", 3)),
        ("حماه", Form("hmAt", 3)),
    ],
)
def test_an_arabic_word_has_other_readings(word: str, other: Form) -> None:
    assert other in arabic_forms(word)[1:]


def test_a_latin_word_is_read_without_its_article() -> None:
    assert latin_forms("Alkurd") == [Form("|alkurd", 0), Form("kurd", 3)]
    assert latin_forms("Walid") == [Form("walid", 0), Form("lid", 8)]
    assert latin_forms("arrais") == [Form("|arays", 0), Form("rays", 4), Form("|araʔis", 2)]
    assert latin_forms("ashshams") == [Form("|aʃams", 0), Form("ʃams", 4)]
    assert latin_forms("Ennahda") == [Form("|enahda", 0), Form("nahda", 4)]
    assert latin_forms("Asad") == [Form("|asad", 0)]


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("Washington", Form("waʃinton", 4)),
        ("Starmer", Form("|starmer", 0)),
        ("Jumblatt", Form("ʤunblat", 2)),
        ("Taiz", Form("taʔiz", 2)),
        ("Quetta", Form("kweta", 2)),
        ("Ibn", Form("bn", 0)),
        ("Vucic", Form("vuʧiʧ", 3)),
        ("Ahmet", Form("|ahmed", 5)),
        ("Achmed", Form("|ahmed", 6)),
        ("Achmed", Form("|axmed", 5)),
        ("Jelzin", Form("yeltsin", 5)),
        ("Scholz", Form("ʃolts", 5)),
        ("Steinmeier", Form("|ʃteynmeyer", 5)),
        ("jarasan", Form("ʤarasa", 5)),
    ],
)
def test_a_latin_word_is_read_as_other_languages_spell(word: str, other: Form) -> None:
    assert other in latin_forms(word)[1:]


def test_a_cyrillic_word_is_read_with_h_for_g_and_kh() -> None:
    assert cyrillic_forms("Тегеран") == [Form("tegeran", 0), Form("teheran", 4)]
    assert cyrillic_forms("Хусейн") == [Form("xuseyn", 0), Form("huseyn", 4)]
    assert cyrillic_forms("Сталин") == [Form("stalin", 0), Form("|stalin", 0)]
    assert cyrillic_forms("из") == []


def test_the_shortest_words_are_not_read() -> None:
    assert (latin_forms("in"), latin_forms("inn")) == ([], [Form("|in", 0)])
    assert (arabic_forms("ل"), arabic_forms("لا")) == ([], [Form("lA", 0)])


@pytest.mark.parametrize("word", ["7amas", "3arabi", "su2al", "ma3", "la2", "sa7", "ya3ny", "el7a2"])
def test_chat_is_no_designation(word: str) -> None:
    assert set(latin(word)) & set("hHʕʔ")


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
        ("θaθaθ", ["T", "TS", "TST", "ST", "STS", "S"]),
        ("θaθaθð", [first + "D" for first in ("T", "TS", "TST", "ST", "STS", "S")]),
        ("ɖr", ["DR", "SR"]),
        ("xaʃqʤi", ["KXK"]),
        ("nm" * KEY_LENGTH, [("NM" * KEY_LENGTH)[:KEY_LENGTH]]),
    ],
)
def test_keys(phonemes: str, expected: list[str]) -> None:
    assert keys(phonemes) == sorted(map(number, expected))


@pytest.mark.parametrize(
    ("phonemes", "count"), [("aya", 0), ("wU", 0), ("kyiv", 2), ("ʤaʕʤaʕ", 2), ("θar", 1)]
)
def test_classes_are_counted_where_they_are_sure(phonemes: str, count: int) -> None:
    assert classes(phonemes) == count


def test_a_key_of_the_greatest_length_fits_into_64_bits() -> None:
    assert number("N" * KEY_LENGTH) < 2**64 <= number("N" * (KEY_LENGTH + 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zelensky", "زلنسکی"),
        ("Khashoggi", "خاشقجی"),
        ("Nasrallah", "نصرالله"),
        ("Qaddafi", "کادافی"),
        ("Pakistan", "باکستان"),
        ("Georgia", "جورجیا"),
    ],
)
def test_spellings_of_a_name_share_a_key(one: str, other: str) -> None:
    assert set(keys(latin(one))) & set(keys(arabic(other)))


@given(st.text(max_size=200))
def test_any_text_has_only_phonemes_that_there_are(text: str) -> None:
    forms = arabic_forms(text) + latin_forms(text) + cyrillic_forms(text)
    assert all(set(form.phonemes) <= set(SYMBOLS) and len(form.phonemes) <= LONGEST for form in forms)
    assert all(0 < len(keys(form.phonemes)) <= MOST_KEYS for form in forms)


@given(FOLDED)
def test_a_folded_word_is_read_whole_first(word: str) -> None:
    assert arabic_forms(word)[0] == Form(arabic(word), 0)


def test_a_long_word_is_cut() -> None:
    assert (latin("a" * 100 + "b"), latin("a" * 200 + "b")) == ("|Ab", "|A")
    assert (latin("ba" * 10_000), arabic("بر" * 10_000)) == ("ba" * (LONGEST // 2), "br" * (LONGEST // 2))
    assert len(cyrillic("ба" * 10_000)) == LONGEST
