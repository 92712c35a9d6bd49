"""Garbled texts are told from others by their words."""

import re
from pathlib import Path

import pytest

from indexer.text.garbled import FEWEST_WORDS, is_garbled
from indexer.text.orthography import tokens

SEEDS = Path(__file__).parents[2] / "seeds"
PERSIAN = """
وزیر نیرو گفت سدهای استان تهران تنها برای چند هفته آب دارند و از مردم خواست در مصرف \
صرفه\u200cجویی کنند. او افزود
که بارندگی امسال در مقایسه با سال گذشته نصف شده است و دولت برای انتقال آب از استان\u200cهای \
دیگر برنامه\u200cای دارد.
کشاورزان می\u200cگویند چاه\u200cها خشک شده\u200cاند و محصول گندم از دست رفته است.
"""
ARABIC = """
قال وزير الطاقة إن السدود في العاصمة لا تكفي سوى أسابيع قليلة ودعا السكان إلى الاقتصاد في استهلاك المياه.
وأضاف أن الأمطار هذا العام انخفضت إلى النصف مقارنة بالعام الماضي وأن الحكومة تخطط لنقل المياه من
المحافظات الأخرى.
ويقول المزارعون إن الآبار جفت وإن محصول القمح ضاع هذا الموسم.
"""


def words(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


def reversed_letters(text: str) -> str:
    return " ".join(word[::-1] for word in text.split())


def glued(text: str) -> str:
    """Every second space is lost."""
    return re.sub(r"(\S+)\s+(\S+)", r"\1\2", text)


def swapped(text: str) -> str:
    """Lam-alef is read from right to left."""
    return re.sub("لا|ال", lambda found: found.group()[::-1], text)


@pytest.mark.parametrize(("text", "language"), [(PERSIAN, "fa"), (PERSIAN, "prs"), (ARABIC, "ar")])
def test_texts_are_not_garbled_until_a_converter_did_it(text: str, language: str) -> None:
    assert not is_garbled(words(text), language)
    assert is_garbled(words(reversed_letters(text)), language)
    assert is_garbled(words(glued(text + text)), language)


def test_swapped_letters_show_in_arabic() -> None:
    assert is_garbled(words(swapped(ARABIC)), "ar")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_seeds_are_not_garbled(path: Path) -> None:
    text = words(path.read_text(encoding="utf-8"))
    assert not is_garbled(text, "ar" if path.stem.startswith("003") else "fa")


def test_a_short_text_and_other_languages_are_not_judged() -> None:
    garbled = words(reversed_letters(PERSIAN))
    few = [word for word in garbled if len(word) > 2][: FEWEST_WORDS - 1]
    assert not is_garbled(few, "fa")
    assert not is_garbled(garbled, "ckb")
    assert not is_garbled(words("rain and flood " * 40), "fa")
    assert not is_garbled([], "fa")
