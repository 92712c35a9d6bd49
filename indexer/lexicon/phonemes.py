"""Words of Latin and of Arabic script as phonemes, so that a name can be compared across scripts.

A *phoneme* is one character of `SYMBOLS`, written as in the IPA where that has one character for it;
`A I U` are the long vowels, which Arabic script writes with ا ی و. Short vowels, which it leaves out, are
in Latin words alone. A *key* is what is left of a word when vowels and weak consonants are dropped and
consonants that are confused are merged: words that sound alike share a key, and few others do.

The correspondences are those of common romanisation:

- of Arabic, as newspapers spell names and as ALA-LC, DIN 31635 and ISO 233 do with marks (kh خ, gh غ,
  ā ا, ḥ ح), where Egypt says g for ج and the Gulf g for ق;
- of Arabic chat (Arabizi), whose digits stand for the letters that they resemble: 2 ء, 3 ع, 5 خ, 6 ط,
  7 ح, 8 غ, 9 ق, and with an apostrophe the dotted letter: 3' غ, 6' ظ, 7' خ, 9' ض;
- of Persian, whose ث is s like س, whose ذ ض ظ are z like ز, whose و is v, and whose ق and غ are one
  sound. Arabic says th, dh, d, dh and w: `sound_distance` has each pair near, and θ and ð have two keys.
"""

import re
import unicodedata
from dataclasses import dataclass

VERSION = 1
"""Raised whenever a word in Arabic script gets other readings or keys; those of queries are kept nowhere."""

CONSONANTS = "bptdθðszʃʧʒʤgγqkxfvwyhrlmnʔʕ"
SHORT_VOWELS, LONG_VOWELS = "aiueo", "AIU"
VOWELS = SHORT_VOWELS + LONG_VOWELS
SYMBOLS = CONSONANTS + VOWELS

ARABIC_LETTERS = (
    dict(zip("ابپتثجچحخدذرزژسش", "Abptθʤʧhxdðrzʒsʃ", strict=True))
    | dict(zip("صضطظعغفقکگلمنوهیء", "sdtðʕγfqkglmnUhIʔ", strict=True))
    | dict(zip("ټٹډڈړڑڕږځڅښڼںڤۆۇڵڭ", "ttddrrrʒzsʃnnvUUlg", strict=True))
)
"""Folded letters. The last line: Pashto, Urdu, Kurdish and dialect letters, in names above all."""

INITIAL = {"و": "w", "ی": "y"}
"""No word begins with a vowel letter other than ا."""
FINAL = {"ه": "a"}
"""ة and the Persian silent heh; a final h that is spoken is near it all the same."""
SPELLINGS_IN_ARABIC = {"تش": "چ"}
"""Arabic has no letter for ch: تشاد is Chad."""

ARABIC_PREFIXES = ("ال", "وال", "بال", "فال", "کال", "لل", "ولل", "و", "ب", "ل", "ف", "ک")
"""The article, conjunctions and prepositions that Arabic writes joined to the word."""
LATIN_PREFIXES = ("al", "el", "wal", "bil", "lil", "wa", "bi", "li", "fa", "l")
LONGEST = 32
"""Phonemes of a word; what is longer is no name."""
FEWEST_ARABIC_LETTERS, FEWEST_LATIN_LETTERS = 2, 3
"""In a word, or what a prefix leaves of it; shorter ones sound like half of a vocabulary."""
ARTICLE_PENALTY, LETTER_PENALTY, LATIN_PENALTY = 2, 6, 5
"""Hundredths of similarity; a single letter is more often part of the word than not."""

_SUN_LETTER = re.compile(r"a(?=(sh|th|dh|[^aeiou])\1)(?:sh|th|dh|.)")
"""The article before a letter that it takes the sound of: arrais, ashshams."""

_VELAR_NASAL = re.compile("ng(?=[^aeiouy'])")
"""English ng before a consonant, which Arabic may write as ن alone: واشنطن."""

_SPELLINGS_IN_LATIN = {
    spelling: sounds
    for sounds, spellings in (
        ("ʧ", "tsch tch"),
        ("ʃ", "sch"),
        *zip("xγʃʧθðʒfk", ("kh", "gh", "sh", "ch", "th", "dh", "zh", "ph", "ck"), strict=True),
        ("U", "ou oo uu"),
        ("I", "ee ea ii ei iy"),
        ("A", "aa"),
        ("ay", "ai ay ey"),
        ("aw", "au aw"),
        *(("ks", "x"), ("k", "qu"), ("se", "ce"), ("si", "ci cy"), ("k", "c"), ("ʤ", "j")),
        *zip("γðxd", ("3'", "6'", "7'", "9'"), strict=True),
        *zip("ʔʕxthγqʔ", "2356789'", strict=True),
    )
    for spelling in spellings.split()
}
"""The first that fits counts."""
_MARKED = (
    dict(zip("āâīîūû", "AAIIUU", strict=True))
    | dict(zip("šşčžḵẖğġḡṯþḏðẓ", "ʃʃʧʒxxγγγθθððð", strict=True))
    | dict(zip("çıøłđæœ", "sioldeo", strict=True))
    | dict(zip("ʿ‘ʻ’ʼʾ", "ʕʕʕ'''", strict=True))
)
"""Letters whose mark says how they sound; of all others the mark is dropped."""

CLASSES = dict(
    zip("BTDSXKFRLMN", ("bp", "t", "d", "sz", "ʃʧ", "ʒʤgγqkx", "fv", "r", "l", "m", "n"), strict=True)
)
"""Consonants that a key does not tell apart; those that are in no class here or below are not in keys."""
CLASSES_IN_DOUBT = {"θ": "TS", "ð": "DS", "w": "F ", "U": " F"}
"""Sounds of two classes, or of one and none (a space), the likelier first."""
BOUND_PENALTY = 3
"""For ة read as t, as before another noun: kulliyat is كلية. Folded, it is ه."""
HEH = "ه"
MOST_KEYS = 8
KEY_LENGTH = 17
"""Classes in a key: as many digits of base 12 as 64 bits hold."""

_ARABIC_TABLE = str.maketrans(ARABIC_LETTERS)
_NOT_ARABIC = re.compile(f"[^{''.join(ARABIC_LETTERS)}]+")
_ASCII = re.compile(r"[0-9a-z]", re.IGNORECASE)
_LATIN_SPELLING = re.compile("|".join([*map(re.escape, _SPELLINGS_IN_LATIN), f"[{SYMBOLS}]", "."]), re.DOTALL)
_MOST_LETTERS = LONGEST * max(map(len, _SPELLINGS_IN_LATIN))
_TANWEEN = re.compile("(?<=..)[aiu]n$")
"""The ending of indefinite Arabic words, spoken but not written: jarasan is جرسا."""
_POSSESSIVE = re.compile("(?<=...)['’]s$")
_NUMBER = re.compile(r"\d*[014]\d*")
"""Digits among which is one that stands for no sound."""
_REPEATED = re.compile(r"(.)\1+")
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


@dataclass(frozen=True, slots=True)
class Form:
    """A word's phonemes, whole or without a joined article or preposition.

    Attributes:
        phonemes: characters of `SYMBOLS`.
        penalty: what the reading costs, in hundredths of similarity; 0 for the whole word.
    """

    phonemes: str
    penalty: int


def arabic(word: str) -> str:
    """Phonemes of a folded word in Arabic script; none of a word with digits or Latin letters.

    Letters that `ARABIC_LETTERS` does not have are passed over.
    """
    letters = "" if _ASCII.search(word) else _NOT_ARABIC.sub("", word)
    for spelling, letter in SPELLINGS_IN_ARABIC.items():
        letters = letters.replace(spelling, letter)
    first, last = INITIAL.get(letters[:1]), FINAL.get(letters[-1:])
    sounds = letters.translate(_ARABIC_TABLE)
    if first:
        sounds = first + sounds[1:]
    if last:
        sounds = sounds[:-1] + last
    return sounds[:LONGEST]


def latin(word: str) -> str:
    """Phonemes of a word in Latin letters, as typed or casefolded; a sound is not repeated.

    Numbers in it, and the English possessive 's, are dropped. Empty when no Latin letter is there.
    """
    return _sounds(_letters(word))


def arabic_forms(word: str) -> list[Form]:
    """Readings of a folded word in Arabic script, the whole first; none of single letters."""
    whole = arabic(word)
    if not whole or len(word) < FEWEST_ARABIC_LETTERS:
        return []
    rests = [
        (arabic(word[len(prefix) :]), LETTER_PENALTY if len(prefix) == 1 else ARTICLE_PENALTY)
        for prefix in ARABIC_PREFIXES
        if len(word) - len(prefix) >= FEWEST_ARABIC_LETTERS and word.startswith(prefix)
    ]
    forms = [Form(whole, 0), *(Form(sounds, penalty) for sounds, penalty in rests if sounds)]
    if word.endswith(HEH) and len(word) > FEWEST_ARABIC_LETTERS:
        forms += [Form(form.phonemes[:-1] + "at", form.penalty + BOUND_PENALTY) for form in forms]
    return forms


def latin_forms(word: str) -> list[Form]:
    """Readings of a word in Latin letters, as `latin` takes it, the whole first; none of in, of, to."""
    letters = _letters(word)
    whole = _sounds(letters) if len(letters) >= FEWEST_LATIN_LETTERS else ""
    if not whole:
        return []
    rests = [
        letters[len(prefix) :]
        for prefix in LATIN_PREFIXES
        if len(letters) - len(prefix) >= FEWEST_LATIN_LETTERS and letters.startswith(prefix)
    ]
    if len(letters) > 4 and (assimilated := _SUN_LETTER.match(letters)):
        rests.append(letters[assimilated.end() :])
    if _TANWEEN.search(letters):
        rests.append(letters[:-1])
    if _VELAR_NASAL.search(letters):
        rests.append(_VELAR_NASAL.sub("n", letters))
    return [Form(whole, 0)] + [Form(sounds, LATIN_PENALTY) for rest in rests if (sounds := _sounds(rest))]


def keys(phonemes: str) -> list[int]:
    """Keys of a sequence of phonemes, ascending: its classes as digits of a number in base 12.

    More than one where a sound has two classes (ث is t or s, و a consonant or a vowel), `MOST_KEYS` at
    most. 0 is the key of words without a class.
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


def _number(digits: str) -> int:
    return int(digits[:KEY_LENGTH] or "0", 12)


def _letters(word: str) -> str:
    """`word` casefolded, its marks read or dropped, or nothing if it has no Latin letter."""
    text = _POSSESSIVE.sub("", unicodedata.normalize("NFC", word[:_MOST_LETTERS].casefold()))
    letters = "".join(_MARKED.get(letter) or _unmarked(letter) for letter in text)
    return _NUMBER.sub("", letters) if any("a" <= letter <= "z" for letter in letters) else ""


def _unmarked(letter: str) -> str:
    """`letter` without marks; nothing in place of letters that are not Latin: γ and θ are Greek as well."""
    return "".join(base for base in unicodedata.normalize("NFKD", letter) if base.isascii())


def _sounds(letters: str) -> str:
    sounds = _LATIN_SPELLING.sub(_sound, letters)
    return _REPEATED.sub(r"\1", sounds)[:LONGEST]


def _sound(match: re.Match[str]) -> str:
    text = match.group()
    return _SPELLINGS_IN_LATIN.get(text) or (text if text in SYMBOLS else "")
