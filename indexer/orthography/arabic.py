"""Arabic spelling, with camel-tools: presentation forms, vowel marks, Persian letters in Arabic words.

Only for text that is Arabic: nothing here may touch Persian letters that Arabic does not have.
"""

from indexer.orthography.common import ARABIC_KAF, ARABIC_YEH, PERSIAN_KEHEH, PERSIAN_YEH

_ARABIC_LETTERS = str.maketrans({PERSIAN_YEH: ARABIC_YEH, PERSIAN_KEHEH: ARABIC_KAF})


def compose(text: str) -> str:
    """`text` with presentation forms as plain letters and combining hamza and madda composed (NFKC)."""
    from camel_tools.utils.normalize import normalize_unicode

    return str(normalize_unicode(text))


def without_vowel_marks(text: str) -> str:
    """`text` without tashkeel: fatha, damma, kasra, their tanween, shadda, sukun, dagger alef."""
    from camel_tools.utils.dediac import dediac_ar

    return str(dediac_ar(text))


def with_arabic_letters(text: str) -> str:
    """Arabic typed on a Persian keyboard, with the yeh and kaf that Arabic uses."""
    return text.translate(_ARABIC_LETTERS)
