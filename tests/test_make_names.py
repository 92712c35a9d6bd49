"""How names are keyed, merged and spelled on their way into the table."""

import pytest

from scripts.make_names import COMMON_WORDS, LEFT_OUT, TABLE, by_hand, words_in
from scripts.names.rows import KINDS, Row, key_of, keys_of, merged
from scripts.names.sound import likeness
from scripts.names.spelling import (
    as_heard,
    cleaned,
    compounded,
    is_arabic,
    is_persian,
    restored_arabic,
    restored_persian,
    to_arabic,
    to_persian,
)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Al-Ḥasakah", ["al hasakah"]),
        ("The Hague", ["hague"]),
        ("Côte d’Ivoire", ["cote divoire"]),
        ("St. John's", ["st john", "saint john"]),
        ("Trinidad & Tobago", ["trinidad and tobago"]),
        ("Sa'dah", ["sadah"]),
        ("Київ", []),
        ("1984", []),
        ("a b c d e f", []),
    ],
)
def test_keys_are_what_readers_type(name: str, keys: list[str]) -> None:
    assert keys_of(name) == keys


def test_rows_of_one_name_become_one() -> None:
    found = merged(
        [
            Row("b", "place", ("بوستان",), (), ("بستان",)),
            Row("a", "place", ("آ",), ("آ", "ا"), ()),
            Row("b", "place", ("باغ", "بوستان"), (), ("بُستان", "حديقة")),
            Row("b", "person", ("ب",), (), ()),
        ]
    )
    assert found == [
        Row("a", "place", ("آ",), (), ()),
        Row("b", "person", ("ب",), (), ()),
        Row("b", "place", ("بوستان", "باغ"), (), ("بستان", "حديقة")),
    ]


def test_letters_tell_languages_apart() -> None:
    assert [is_persian(text) for text in ("گرگان", "تأسیس", "أحمد", "علي", "سرینگر", "کۆی")] == [
        True, True, False, False, True, False,
    ]  # fmt: skip
    assert [is_arabic(text) for text in ("أحمد", "علي", "علی", "پاریس", "عین\u200cالعرب")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_spellings_are_cleaned() -> None:
    assert cleaned("خانتي-مانسييسك\u200e") == "خانتي مانسييسك"
    assert cleaned("گینهٔ  بیسائو") == "گینه بیسائو"


@pytest.mark.parametrize(
    ("arabic", "persian"),
    [
        ("أحمد", ["احمد"]),
        ("زهراء", ["زهرا"]),
        ("رؤوف", ["رئوف"]),
        ("عبد الله", ["عبدالله"]),
        ("البصرة", ["بصره", "البصره"]),
        ("الأسد", ["اسد", "الاسد"]),
        ("سيف الدين", ["سیف\u200cالدین"]),
    ],
)
def test_persian_spells_an_arabic_name(arabic: str, persian: list[str]) -> None:
    assert to_persian(arabic) == persian


@pytest.mark.parametrize(
    ("persian", "arabic"),
    [
        ("پل خمری", "بل خمري"),
        ("رضایی", "رضائي"),
        ("عراقچی", "عراقجي"),
        ("چاریکار", "تشاريكار"),
        ("احمدی\u200cنژاد", "احمدي نجاد"),
        ("عبدالرحمن", "عبد الرحمن"),
    ],
)
def test_arabic_spells_a_persian_name(persian: str, arabic: str) -> None:
    assert to_arabic(persian) == arabic


def test_what_a_list_folded_is_restored() -> None:
    assert [restored_persian(text) for text in ("ارش", "ال سعود", "رضايي")] == ["آرش", "آل سعود", "رضایی"]
    folded = ("احمد", "فاطمه", "ليلي", "علي", "ابو بكر", "الاسد", "رافت")
    assert [restored_arabic(text, ["ليلي"]) for text in folded] == [
        "أحمد", "فاطمة", "ليلى", "علي", "أبو بكر", "الأسد", "رأفت",
    ]  # fmt: skip


def test_parts_of_persian_names_are_joined() -> None:
    assert compounded("محمدیزاده") == "محمدی\u200cزاده"
    assert compounded("عبد الکریم") == "عبدالکریم"


def test_latin_letters_say_what_arabic_cannot_write() -> None:
    assert as_heard("ديفيس", "davis") == "ديويس"
    assert as_heard("غونزالو", "gonzalo") == "گونزالو"
    assert as_heard("غازي", "ghazi") == "غازي"


def test_sound_tells_a_name_from_another() -> None:
    assert likeness("Srinagar", "سری نگر") > 0.9
    assert likeness("Srinagar", "جموں") < 0.5
    assert likeness("Dar es Salaam", "دارالسلام") > 0.8


def test_what_is_written_by_hand_is_in_the_table() -> None:
    lines = set(TABLE.read_text(encoding="utf-8").splitlines())
    left_out, common = words_in(LEFT_OUT), words_in(COMMON_WORDS)
    for row in merged(by_hand()):
        mark = "?" if row.key in common else ""
        fields = (row.key, row.kind + mark, *map("|".join, (row.persian, row.dari, row.arabic)))
        assert row.kind in KINDS
        assert "\t".join(fields) in lines or row.key in left_out or (mark and row.kind == "person"), fields


def test_the_lists_hold_keys_in_order() -> None:
    for path in (COMMON_WORDS, LEFT_OUT):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
        assert lines == sorted(set(lines))
        assert [line for line in lines if key_of(line.split("\t")[0]) != line.split("\t")[0]] == []
