"""Words of Latin script as phonemes, in whatever way a language spells them.

The correspondences are those of common romanisation:

- of Arabic, as newspapers spell names and as ALA-LC, DIN 31635 and ISO 233 do with marks (kh خ, gh غ,
  ā ا, ḥ ح), where Egypt says g for ج and the Gulf g for ق; as French does (dj ج, ch ش, ou و);
- of Arabic chat (Arabizi), whose digits stand for the letters that they resemble: 2 ء, 3 ع, 5 خ, 6 ط,
  7 ح, 8 غ, 9 ق, and with an apostrophe the dotted letter: 3' غ, 6' ظ, 7' خ, 9' ض;
- of other names, which Persian and Arabic write as their languages speak them: German j is y and z is ts.
"""

import re
import unicodedata
from collections.abc import Iterator

from indexer.lexicon.phonemes import LONGEST, SYMBOLS, Form, distinct, without_repeats
from indexer.text.orthography.designations import parts

LATIN_PREFIXES = {"al": 3, "el": 3, "wal": 5, "bil": 5, "lil": 5, "wa": 8, "bi": 8, "li": 8, "fa": 8, "l": 8}
"""What Arabic joins to a word, with what the reading costs, in hundredths of similarity."""
FEWEST_LATIN_LETTERS = 3
"""In a word, or what a prefix leaves of it; shorter ones sound like half of a vocabulary."""
ASSIMILATED_PENALTY, TANWEEN_PENALTY = 4, 5

_FIRST_PREFIXES = tuple(LATIN_PREFIXES)
_SUN_LETTER = re.compile(r"[aeiou](?=(sh|ch|th|dh|[^aeiou])\1)(?:sh|ch|th|dh|.)")
"""The article before a letter that it takes the sound of: arrais, ashshams, ennahda."""

_SPELLINGS_IN_LATIN = {
    spelling: sounds
    for sounds, spellings in (
        ("ʧ", "tsch tch"),
        ("ʤ", "dsch dj dzh"),
        ("ʃ", "sch"),
        *zip("xγʃʧθðʒfk", ("kh", "gh", "sh", "ch", "th", "dh", "zh", "ph", "ck"), strict=True),
        ("u", "ou"),
        ("U", "oo uu"),
        ("I", "ee ea ii iyy iy"),
        ("A", "aa"),
        ("ay", "ai ayy ay"),
        ("ey", "ei ey"),
        ("aw", "au aw"),
        *(("ks", "x"), ("ge", "gue"), ("gi", "gui"), ("k", "qu"), ("se", "ce"), ("si", "ci cy")),
        *(("k", "c"), ("ʤ", "j")),
        *zip("γðxd", ("3'", "6'", "7'", "9'"), strict=True),
        *zip("ʔʕxthγqʔ", "2356789'", strict=True),
    )
    for spelling in spellings.split()
}
"""The first that fits counts."""
_MARKED = (
    dict(zip("āâīîūû", "AAIIUU", strict=True))
    | dict(zip("šşčćžḵẖğġḡṯþḏðẓḍ", "ʃʃʧʧʒxxγγγθθðððɖ", strict=True))
    | dict(zip("çıøłđæœ", "sioldeo", strict=True))
    | dict(zip("ʿ‘ʻ’ʼʾ", "ʕʕʕ'''", strict=True))
    | {"ï": "'i"}
)
"""Letters whose mark says how they sound; of all others the mark is dropped."""

_LATIN_SPELLING = re.compile("|".join([*map(re.escape, _SPELLINGS_IN_LATIN), f"[{SYMBOLS}]", "."]), re.DOTALL)
_MOST_LETTERS = LONGEST * max(map(len, _SPELLINGS_IN_LATIN))
_TANWEEN = re.compile("(?<=..)[aiu]n$")
"""The ending of indefinite Arabic words, spoken but not written: jarasan is جرسا."""
_POSSESSIVE = re.compile("(?<=...)'s$")
_HAS_LETTER, _HAS_DIGIT, _HAS_VOWEL = re.compile("[a-z]"), re.compile("[0-9]"), re.compile("[aeiouy]")
_NO_SOUND = re.compile(f"[^a-z0-9'{''.join(set(SYMBOLS) - {'|'})}]+")
_NUMBER = re.compile(r"\d*[014]\d*")
"""Digits among which is one that stands for no sound."""
_OPEN = re.compile("^(?=[aeiouAIU])")
_LAST_H = re.compile("(?<=[aeiouAIU])h$")
_W, _Y = re.compile("ou(?=[aei])"), re.compile("^i(?=e)|(?<=[ey])j$")

_READINGS = (
    ("^(?=s[^aeiouhwy])", "|", 0),  # Persian: Starmer استارمر
    ("ng(?=[^aeiouy'])", "n", 4),  # Washington واشنطن
    ("m(?=b)", "n", 2),  # Jumblatt جنبلاط
    ("(?<=[^aeiou][ae])[iey](?=[^aeiouy]|$)|(?<=[ae])e(?=[ei])", "'i", 2),  # Taiz تعز
    ("qu", "kw", 2),  # Quetta کویته
    ("^i(?=bn$)", "", 0),  # Ibn بن
    ("c(?=ic$)|(?<=i)c$", "ch", 3),  # Serbian: Vucic
    ("(?<=[aeiou])dj", "dʤ", 3),  # Persian: budje بودجه
    ("(?<=[aeioun])t$", "d", 5),  # Turkish: Ahmet
    ("(?<![st])ch", "h", 6),  # German: Achmed
    ("(?<![st])ch|tch", "j", 5),  # Arabic: Araghchi عراقجي
    ("gg(?=[ei])", "kj", 4),  # Khashoggi خاشقجي
    ("sch", "zh", 5),  # German: Prigoschin
)
"""Spellings that are read in another way too, how, and what that costs."""
_GERMAN = (
    ("(?<![st])ch", "kh"),  # Chatami
    ("^j|(?<=[^aeioud])j|(?<=[ai])j$|(?<=[aeiou])j(?=ew)", "y"),  # Jens
    ("(?<=[lnrt])z|(?<=.)z(?=k|$)", "ts"),  # Scholz
    ("^s(?=[tp])", "|sh"),  # Steinmeier
)
GERMAN_PENALTY = 5
"""For spellings that German, and some of them Slavic languages, read so, all in one word."""
_COMPILED = tuple((re.compile(pattern), spelling, penalty) for pattern, spelling, penalty in _READINGS)
_COMPILED_GERMAN = tuple((re.compile(pattern), spelling) for pattern, spelling in _GERMAN)
_READ_OTHERWISE = re.compile("|".join(pattern for pattern, *_ in (*_READINGS, *_GERMAN)))


def latin(word: str) -> str:
    """Phonemes of a word in Latin letters, as typed or casefolded; a sound is not repeated.

    Numbers in it, and the English possessive 's, are dropped. Empty when no Latin letter is there.
    """
    return _sounds(_letters(word))


def latin_forms(word: str) -> list[Form]:
    """Readings of a word in Latin letters, as `latin` takes it, the whole first; none of in, of, to."""
    letters = _letters(word)
    if len(letters) < FEWEST_LATIN_LETTERS:
        return []
    spellings = [(letters, 0)]
    if letters.startswith(_FIRST_PREFIXES):
        spellings += [
            (letters[len(prefix) :], penalty)
            for prefix, penalty in LATIN_PREFIXES.items()
            if letters.startswith(prefix) and len(letters) - len(prefix) >= FEWEST_LATIN_LETTERS
        ]
    assimilated = _SUN_LETTER.match(letters)
    if assimilated and len(rest := letters[assimilated.end() :]) >= FEWEST_LATIN_LETTERS:
        spellings.append((rest, ASSIMILATED_PENALTY + 4 * (len(rest) == FEWEST_LATIN_LETTERS)))
    if _TANWEEN.search(letters):
        spellings.append((letters[:-1], TANWEEN_PENALTY))
    if _READ_OTHERWISE.search(letters):
        spellings += _other_readings(letters)
    return distinct([Form(_sounds(spelling), penalty) for spelling, penalty in spellings])


def _other_readings(letters: str) -> Iterator[tuple[str, int]]:
    """`letters` spelled as other languages would, with what each reading costs."""
    for pattern, spelling, penalty in _COMPILED:
        if pattern.search(letters):
            yield pattern.sub(spelling, letters), penalty
    german = letters
    for pattern, spelling in _COMPILED_GERMAN:
        german = pattern.sub(spelling, german)
    if german != letters:
        yield german, GERMAN_PENALTY


def _letters(word: str) -> str:
    """`word` casefolded, its marks read or dropped, or nothing if it has no Latin letter.

    Of a designation as MiG-29 its letters, if they can be spoken.
    """
    text = word[:_MOST_LETTERS].casefold()
    if not text.isascii():
        composed = unicodedata.normalize("NFC", text)
        text = "".join(_MARKED.get(letter) or _unmarked(letter) for letter in composed)
    if not _HAS_LETTER.search(text):
        return ""
    letters = _NO_SOUND.sub("", _POSSESSIVE.sub("", text))
    designation = parts(letters) if _HAS_DIGIT.search(letters) else None
    if designation:
        return designation[0] if _HAS_VOWEL.search(designation[0]) else ""
    return _NUMBER.sub("", letters)


def _unmarked(letter: str) -> str:
    """`letter` without marks; nothing in place of letters that are not Latin: γ and θ are Greek as well."""
    return "".join(base for base in unicodedata.normalize("NFKD", letter) if base.isascii())


def _sounds(letters: str) -> str:
    letters = _Y.sub("y", _W.sub("w", letters))
    sounds = _LATIN_SPELLING.sub(_sound, letters)
    return without_repeats(_LAST_H.sub("H", _OPEN.sub("|", sounds)))


def _sound(match: re.Match[str]) -> str:
    text = match.group()
    return _SPELLINGS_IN_LATIN.get(text) or (text if text in SYMBOLS else "")
