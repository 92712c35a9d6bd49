"""Arabic spelling: camel-tools for presentation forms; vowel marks; the usual spelling of a fold.

Only for text that is Arabic: nothing here may touch Persian letters that Arabic does not have.
"""

import re
import unicodedata
from collections.abc import Callable

from indexer.text.orthography.common import (
    ARABIC_KAF,
    ARABIC_YEH,
    HEH,
    PERSIAN_KEHEH,
    PERSIAN_YEH,
    TEH_MARBUTA,
)

ARABIC_LETTERS = str.maketrans({PERSIAN_YEH: ARABIC_YEH, PERSIAN_KEHEH: ARABIC_KAF})
_VOWEL_MARKS = re.compile("[\u064b-\u0652\u0670]")
_WRITTEN_OUT = ("\ufdfc", "\ufdfd")
"""The signs of the rial and of the basmala."""

_CONJUNCTIONS = ("", "و", "ف")
_PREFIXES = ("", "ب", "ک", "ل", "س", "ال", "بال", "کال", "لل")
_CLITICS = sorted((first + second for first in _CONJUNCTIONS for second in _PREFIXES), key=len)
"""What may stand before a word, nothing first; at least three letters are left behind it."""

_CLITICS_BY_LETTER = {
    letter: [clitics for clitics in _CLITICS if clitics[:1] in ("", letter)]
    for letter in {clitics[:1] for clitics in _CLITICS}
}
"""Those that may stand before a word that begins with a letter."""

ON_OR_ALI = "علی"
"""The fold of على, on, and of the name علي."""
ALI, SON_OF = "علي", "بن"
SHORTEST_SURNAME = 5
_NOUNS_IN_YEH = (
    "مستوی اراضی مبانی نواحی موانی اهالی مستشفی منتدی ملتقی محتوی موسیقی فتاوی دعاوی مساعی معانی"
    " ثوانی لیالی اسامی اغانی ایادی اوانی ضواحی مواشی معاصی حوالی توالی نوادی مقاهی ملاهی صواری"
    " مرامی بوادی مجاری براری سواقی قوافی تعاطی تراخی تعافی تغاضی تلاقی تهاوی مستدعی منحنی مقتضی"
    " مرتضی مصطفی"
)
"""Folds of nouns that end as surnames do; what is definite is looked up without its article."""
_NO_SURNAMES = frozenset(_NOUNS_IN_YEH.split())


def compose(text: str) -> str:
    """`text` with presentation forms as plain letters and combining hamza and madda composed (NFKC).

    camel-tools looks at every character in turn for two signs that it writes out otherwise than NFKC.
    """
    if not any(sign in text for sign in _WRITTEN_OUT):
        return unicodedata.normalize("NFKC", text)
    from camel_tools.utils.normalize import normalize_unicode

    return str(normalize_unicode(text))


def without_vowel_marks(text: str) -> str:
    """`text` without tashkeel: fatha, damma, kasra, their tanween, shadda, sukun, dagger alef.

    What camel-tools' `dediac_ar` does, whose module takes half a second and 32 MB to import.
    """
    return _VOWEL_MARKS.sub("", text)


def with_arabic_letters(word: str) -> str:
    """`word` with Arabic yeh and kaf."""
    return word.replace(PERSIAN_YEH, ARABIC_YEH).replace(PERSIAN_KEHEH, ARABIC_KAF)


def by_letters(folded: str) -> str:
    """The spelling of a fold that no list has: Arabic yeh and kaf, and ة at the end behind the article."""
    definite = folded.startswith(("ال", "وال", "بال", "فال", "لل")) and folded.endswith(HEH)
    word = folded[:-1] + TEH_MARBUTA if definite and len(folded) > 4 else folded
    return with_arabic_letters(word)


def is_surname(folded: str) -> bool:
    """Whether a word behind علی shows that it is the name: لاريجاني, السيستاني, بن; not المستوى, الطاولة.

    Adjectives of origin, as surnames are, do not stand behind a preposition.
    """
    bare = folded.removeprefix("ال")
    is_formed = bare.endswith("ی") and len(bare) >= SHORTEST_SURNAME and bare not in _NO_SURNAMES
    return is_formed or folded == SON_OF


def spelled(folded: str, said: Callable[[str], str | None]) -> str:
    """The usual Arabic spelling of a fold: its own, else that of the word behind its clitics.

    Args:
        folded: the fold of a word.
        said: the spelling in a list by fold; None where the list says nothing.
    """
    for clitics in _CLITICS_BY_LETTER.get(folded[:1], _CLITICS_BY_LETTER[""]):
        if folded.startswith(clitics) and (len(folded) - len(clitics) >= 3 or not clitics):
            rest = said(folded[len(clitics) :])
            if rest is not None:
                return with_arabic_letters(clitics) + rest
    return by_letters(folded)
