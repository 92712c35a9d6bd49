"""The sounds that words of Latin, Cyrillic and Arabic script are compared by.

A *phoneme* is one character of `SYMBOLS`, written as in the IPA where that has one character for it.
`A I U` are the long vowels, which Arabic script writes with ا ی و. Short vowels, which it leaves out, are
in words of the other scripts alone. Four symbols stand for letters that are read in several ways:

- `|` an open beginning: the ا of Arabic script, and in other scripts a word that begins with a vowel;
- `Y` a last ی, which is i, or a in موسی and عیسی;
- `ə` a vowel that is written or not, and spoken in any way: that of a silent heh, of the ال in عبدالله;
- `H` a last h that is spoken or not.

A *key* is what is left of a word when vowels and weak consonants are dropped and consonants that are
confused are merged: words that sound alike share a key, and few others do.
"""

import re
from dataclasses import dataclass

VERSION = 2
"""Raised whenever a word in Arabic script gets other readings or keys; those of queries are kept nowhere."""

CONSONANTS = "bptdɖθðszʃʧʒʤgγqkxfvwyhrlmnʔʕ|H"
SHORT_VOWELS, LONG_VOWELS = "aiueoə", "AIUY"
VOWELS = SHORT_VOWELS + LONG_VOWELS
SYMBOLS = CONSONANTS + VOWELS

LONGEST = 32
"""Phonemes of a word; what is longer is no name."""

CLASSES = dict(
    zip("BTDSXKFRLMN", ("bp", "t", "d", "sz", "ʃʧ", "ʒʤgγqkx", "fv", "r", "l", "m", "n"), strict=True)
)
"""Consonants that a key does not tell apart; those that are in no class here or below are not in keys."""
CLASSES_IN_DOUBT = {"θ": "TS", "ð": "DS", "ɖ": "DS", "w": "F ", "U": " F"}
"""Sounds of two classes, or of one and none (a space), the likelier first."""
MOST_KEYS = 8
KEY_LENGTH = 17
"""Classes in a key: as many digits of base 12 as 64 bits hold."""

_DIGIT_OF_CLASS = {name: "0123456789ab"[number] for number, name in enumerate(CLASSES, start=1)} | {" ": ""}
_KEY_TABLE = str.maketrans(
    dict.fromkeys(SYMBOLS, "")
    | {sound: _DIGIT_OF_CLASS[name] for name, sounds in CLASSES.items() for sound in sounds}
    | {sound: sound for sound in CLASSES_IN_DOUBT}
)
_IN_DOUBT = re.compile(f"[{''.join(CLASSES_IN_DOUBT)}]")
_DIGITS_IN_DOUBT = {
    sound: tuple(_DIGIT_OF_CLASS[name] for name in names) for sound, names in CLASSES_IN_DOUBT.items()
}
_CLASSED = frozenset("".join(CLASSES.values()))
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Form:
    """A word's phonemes in one reading: whole, without a joined article, or as another language spells.

    Attributes:
        phonemes: characters of `SYMBOLS`.
        penalty: what the reading costs, in hundredths of similarity; 0 for the whole word.
    """

    phonemes: str
    penalty: int


def distinct(forms: list[Form]) -> list[Form]:
    """`forms` that have phonemes, each sequence once, at its lowest penalty, in their order."""
    best: dict[str, Form] = {}
    for form in forms:
        if form.phonemes and (form.phonemes not in best or best[form.phonemes].penalty > form.penalty):
            best[form.phonemes] = form
    return list(best.values())


def without_repeats(phonemes: str) -> str:
    """`phonemes` with each run of one sound as a single one, `LONGEST` at most."""
    return _REPEATED.sub(r"\1", phonemes)[:LONGEST]


def keys(phonemes: str) -> list[int]:
    """Keys of a sequence of phonemes, ascending: its classes as digits of a number in base 12.

    A class is not repeated: Khashoggi is خاشقجی. More than one key where a sound has two classes (ث is t or
    s, و a consonant or a vowel), `MOST_KEYS` at most. 0 is the key of words without a class.
    """
    digits = phonemes.translate(_KEY_TABLE)
    if not _IN_DOUBT.search(digits):
        return [_number(digits)]
    alternatives = [""]
    for digit in digits:
        choices = _DIGITS_IN_DOUBT.get(digit, (digit,))
        if len(alternatives) * len(choices) > MOST_KEYS:
            choices = choices[:1]
        alternatives = [before + choice for choice in choices for before in alternatives]
    return sorted(set(map(_number, alternatives)))


def classes(phonemes: str) -> int:
    """How many sounds are in a class whatever they are taken for."""
    return sum(sound in _CLASSED for sound in phonemes)


def _number(digits: str) -> int:
    return int(_REPEATED.sub(r"\1", digits)[:KEY_LENGTH] or "0", 12)
