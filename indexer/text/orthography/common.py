"""What Persian, Dari and Arabic share: marks that carry no letter, and characters with a plain equal."""

import re

VERSION = 5
"""Raised whenever a fold, a token or an encoder input comes out differently for any text."""

MOST_PARTS = 3
"""Parts that a word with half-spaces may have: گفت و گو."""

ZWNJ = "\u200c"
TATWEEL = "\u0640"
PERSIAN_YEH, ARABIC_YEH, ALEF_MAKSURA = "\u06cc", "\u064a", "\u0649"
PERSIAN_KEHEH, ARABIC_KAF = "\u06a9", "\u0643"
HAMZA, HEH, TEH_MARBUTA = "\u0621", "\u0647", "\u0629"

INVISIBLE = (
    TATWEEL
    + "\u200b\u200d\u200e\u200f\u2060\ufeff"  # zero-width space and joiner, direction marks, word joiner
    + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # embeddings, overrides, isolates
    + "\u061c\u00ad"  # Arabic letter mark, soft hyphen
)
"""Characters that change nothing but looks. ZWNJ is not among them: it stands where words join."""

VOWEL_MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0654\u0670"
"""Tashkeel, and the hamza above that marks the ezafe of a silent heh."""

HYPHENS = frozenset("-\u2010\u2011\u2012\u2013")
_SPACE = " \t\u00a0\u2009\u202f" + INVISIBLE + ZWNJ
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_ASCII_NUMBERS = dict(zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٪٫٬", "01234567890123456789%.,", strict=True))
_NUMBERS = re.compile(f"[{''.join(_ASCII_NUMBERS)}]")
"""Expressions, for `translate` with a table looks at every character in turn, and these stand seldom."""


def without_invisible(text: str) -> str:
    """`text` without tatweel, direction marks and other characters that change nothing but looks."""
    return _INVISIBLE.sub("", text)


def with_ascii_digits(text: str) -> str:
    """`text` with Persian and Arabic digits, percent sign and separators as ASCII: ۷۴۷٬۰۰۰ is 747,000."""
    return _NUMBERS.sub(lambda match: _ASCII_NUMBERS[match.group()], text)


def has_arabic_script(text: str) -> bool:
    """Whether `text` holds a character of the Arabic blocks or their presentation forms."""
    return any("\u0600" <= character <= "\u08ff" or "\ufb50" <= character <= "\ufefc" for character in text)


def is_arabic_script(folded: str) -> bool:
    """Whether a folded word is in Arabic letters."""
    return "\u0620" <= folded[0] <= "\u08ff"


def is_joint(gap: str) -> bool:
    """Whether words with `gap` between them can be one: it is space within a line, and invisible marks."""
    return bool(gap) and not gap.strip(_SPACE)
