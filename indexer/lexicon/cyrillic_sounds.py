"""Words of Cyrillic script as phonemes: Russian, Ukrainian and their neighbours, Serbian, and Tajik."""

import re
import unicodedata

from indexer.lexicon.phonemes import LONGEST, Form, distinct, without_repeats

CYRILLIC_LETTERS = (
    dict(zip("абвгґдежзийклмнопрстуфхцчшщ", "abvggdeʒziyklmnoprstufx_ʧʃʃ", strict=True))
    | dict(zip("ъыьэіѣўәғқңөүұһҳҷӣӯђјљњћџѓќѕӡ", "_i_eiewaγqnouuhhʤIUʤylnʧʤgkzz", strict=True))
    | {"ц": "ts", "ю": "yu", "я": "ya", "ё": "yo", "є": "ye", "ї": "yi", "ъ": "", "ь": ""}
)
FEWEST_CYRILLIC_LETTERS = 3
H_PENALTY = 4
"""For г and х read as h: in Ukrainian, and in Russian in names from elsewhere: Тегеран, Хусейн."""

_NOT_CYRILLIC = re.compile(f"[^{''.join(CYRILLIC_LETTERS)}]+")
_TABLE = str.maketrans(CYRILLIC_LETTERS)
_SOFT_E = re.compile("(?<![^аеёиоуыэюя])е")
"""At the beginning and behind a vowel е is ye: Ермак."""
_OPEN = re.compile("^(?=[aeiouIU])")


def cyrillic(word: str) -> str:
    """Phonemes of a word in Cyrillic letters, as typed or casefolded; empty when none is there."""
    letters = _NOT_CYRILLIC.sub("", unicodedata.normalize("NFC", word[: 2 * LONGEST].casefold()))
    sounds = _SOFT_E.sub("є", letters).translate(_TABLE)
    return without_repeats(_OPEN.sub("|", sounds.replace("iy", "I")))


def cyrillic_forms(word: str) -> list[Form]:
    """Readings of a word in Cyrillic letters, as `cyrillic` takes it, the whole first."""
    if len(_NOT_CYRILLIC.sub("", word.casefold())) < FEWEST_CYRILLIC_LETTERS:
        return []
    whole = cyrillic(word)
    forms = [
        Form(whole, 0),
        Form(whole.replace("g", "h"), H_PENALTY),
        Form(whole.replace("x", "h"), H_PENALTY),
    ]
    if re.match("s[^aeiou]", whole):
        forms.append(Form(f"|{whole}", 0))
    return distinct(forms)
