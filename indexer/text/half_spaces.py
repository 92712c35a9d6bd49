"""Half-spaces that were typed, or converted, as another character: between letters they are ZWNJ.

U+00AC is what the half-space of older keyboards becomes in another code page, U+001F is Word's optional
hyphen, which Persian typists have for it, and U+009D is the byte of ZWNJ in windows-1256, taken for Latin-1.
"""

import re

from indexer.text.orthography.common import ZWNJ

_TYPED = ("\u00ac", "\u001f", "\u009d", "&not;", "&#")
_LETTER = "[\u0620-\u065f\u0670-\u06d3\u06d5]"
_HALF_SPACE = re.compile(
    f"(?<={_LETTER})(?:[\u00ac\u001f\u009d]|&not;|&#(?:172|157|0?31|[xX]0*(?:[aA][cC]|9[dD]|1[fF]));)(?={_LETTER})"
)


def with_half_spaces(text: str) -> str:
    """`text` with ZWNJ for whatever stands for it between two letters of Arabic script."""
    if not any(typed in text for typed in _TYPED):
        return text
    return _HALF_SPACE.sub(ZWNJ, text)
