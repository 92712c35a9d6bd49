"""The font of the page holds what Persian, Dari and Arabic are written with, and is small."""

import unicodedata
from collections.abc import Iterable

import pytest
from fontTools.ttLib import TTFont

from scripts.font import BOLDEST, FONT, LICENCE, LIGHTEST

MOST_BYTES = 90_000
HARAKAT = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
LETTERS = {
    "Persian": "اآبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیءأؤئۀة",
    "Dari": "اآبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیءأؤئۀة" + "ټځڅډړږښڼېۍ",  # with Pashto names
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةٱ",
}
"""Letters besides those of a keyboard: what news write names and borrowed words with."""
SIGNS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩0123456789،؛؟٪٫٬«»…“”‘’–—•()[]!.:/%+-=@#&\u0640\u0621\u06d4"
CONTROLS = "\u200b\u200c\u200d\u200e\u200f\u00a0"
WESTERN = "AZaz" + "éèêëàâäáãåçñöøòóôõüùúûýÿœæßšžčćłńśżźğış"


@pytest.fixture(scope="module")
def font() -> TTFont:
    return TTFont(FONT)


def missing(font: TTFont, characters: Iterable[str]) -> list[str]:
    has = font.getBestCmap()
    return [unicodedata.name(one, repr(one)) for one in characters if ord(one) not in has]


@pytest.mark.parametrize("language", LETTERS)
def test_it_has_all_letters(font: TTFont, language: str) -> None:
    assert missing(font, LETTERS[language] + HARAKAT) == []


@pytest.mark.parametrize("characters", [SIGNS, CONTROLS, WESTERN], ids=["signs", "controls", "western"])
def test_it_has_what_stands_between_them(font: TTFont, characters: str) -> None:
    assert missing(font, characters) == []


def test_a_half_space_has_no_width(font: TTFont) -> None:
    names = font.getBestCmap()
    assert [font["hmtx"][names[ord(one)]][0] for one in ("\u200c", "\u200d")] == [0, 0]


def test_letters_join(font: TTFont) -> None:
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {"init", "medi", "fina", "rlig"} <= features
    scripts = {record.ScriptTag for record in font["GSUB"].table.ScriptList.ScriptRecord}
    assert "arab" in scripts


def test_its_weight_varies_between_what_the_page_uses(font: TTFont) -> None:
    [axis] = font["fvar"].axes
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", LIGHTEST, BOLDEST)


def test_it_is_small_and_free() -> None:
    assert FONT.stat().st_size < MOST_BYTES
    assert FONT.read_bytes()[:4] == b"wOF2"
    licence = LICENCE.read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert licence.startswith("Copyright 2015 The Vazirmatn Project Authors")


def test_it_says_whose_it_is(font: TTFont) -> None:
    copyright_, terms = (font["name"].getDebugName(number) for number in (0, 13))
    assert "Vazirmatn Project Authors" in copyright_
    assert "SIL Open Font License" in terms
