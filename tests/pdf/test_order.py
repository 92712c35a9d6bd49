from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.pdf.glyph import kind_of
from indexer.pdf.order import brackets_look, read

AS_IT_LOOKS = [
    ("ناریا رد", "در ایران"),
    (".دوب ۱۴۰۳ لاس", "سال ۱۴۰۳ بود."),
    ("دصرد ۲۵٫۵ ،۱۴۰۳", "۱۴۰۳، ۲۵٫۵ درصد"),
    ("دوب %17.5 و 12:30 تعاس", "ساعت 12:30 و 17.5% بود"),
    ("خیرات ۱۴۰۳/۰۷/۱۲ زور", "روز ۱۴۰۳/۰۷/۱۲ تاریخ"),
    ("۸۸۷۷۶۶۵۵-۰۲۱ نفلت", "تلفن ۰۲۱-۸۸۷۷۶۶۵۵"),
    ("تفگ (Elon Musk) کسام", "ماسک (Elon Musk) گفت"),
    ("F-16 یامیپاوه", "هواپیمای F-16"),
    ("NATO (North Atlantic) نامیپ", "پیمان NATO (North Atlantic)"),
    (".info@example.org یناشن", "نشانی info@example.org."),
    ("(رفن ۱٬۲۰۰) «نهآ هار»", "«راه آهن» (۱٬۲۰۰ نفر)"),
    ("[۳] نیبب", "ببین [۳]"),
]


@pytest.mark.parametrize(("looks", "text"), AS_IT_LOOKS)
def test_a_line_from_right_to_left(looks: str, text: str) -> None:
    assert read(looks, from_right=True, mirrored=True) == text


def test_brackets_that_are_given_as_they_are_meant_stay() -> None:
    assert read(")رفن ۱۲( »نهآ«", from_right=True, mirrored=False) == "«آهن» (۱۲ نفر)"


@pytest.mark.parametrize(
    ("looks", "text"),
    [
        ("Hudhud, a bird.", "Hudhud, a bird."),
        ("Hudhud (دهده) is a bird.", "Hudhud (هدهد) is a bird."),
        ("the ناریا رد ۱۲ لاس of", "the سال ۱۲ در ایران of"),
        ("12 نفر", "12 رفن"),
    ],
)
def test_a_line_from_left_to_right(looks: str, text: str) -> None:
    assert read(looks, from_right=False, mirrored=True) == text


def test_what_one_glyph_stands_for_keeps_its_order() -> None:
    assert read(["س", "لا", "م"][::-1], from_right=True, mirrored=True) == "سلام"
    assert read(["د", "رً"][::-1], from_right=True, mirrored=True) == "درً"


@pytest.mark.parametrize(
    ("lines", "look"),
    [
        (["(رفن)", "(رفن)", ")رفن("], True),
        ([")رفن(", "«نهآ»", ")رفن("], False),
        (["(Elon) تفگ", ")رفن("], False),
        (["رفن"], False),
        ([], False),
    ],
)
def test_whether_brackets_are_given_as_they_look(lines: Sequence[str], look: bool) -> None:
    # As they look, a line's text begins at the right with what looks like a closing one.
    assert brackets_look(lines) is look


@given(st.lists(st.text("ابپتد", min_size=1, max_size=5), min_size=1))
def test_words_of_one_direction_are_turned_round(words: list[str]) -> None:
    text = " ".join(words)
    assert read(text[::-1], from_right=True, mirrored=True) == text


@given(st.text("اب12۳.,()aB «»-%"), st.booleans(), st.booleans())
def test_nothing_is_lost_and_nothing_comes_to_it(looks: str, from_right: bool, mirrored: bool) -> None:
    found = read(looks, from_right, mirrored)
    kept = [one for one in looks if kind_of(one)]
    assert sorted(one for one in found if kind_of(one)) == sorted(kept)
    assert len(found) == len(looks)
