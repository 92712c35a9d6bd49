"""Letters: where the words of a text are, and the one form of a word that all its spellings share.

A *raw word* is what stands in a text without a space inside: a number with its separators, a run of
Arabic letters, of Latin letters and digits, or of letters of any other scripts. Its *fold* is the form
that is compared and indexed.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.text.orthography.common import HAMZA, INVISIBLE, TATWEEL, ZWNJ

_ALEFS, _WAWS, _YEHS, _HEHS, _KAFS = "آأإٱٲٳٵ", "ؤٶ", "يىئېےۍێۑؠۓٸ", "ةۀەہھۂۃۿ", "كڪ"
_FOLDED_LETTERS = (
    dict.fromkeys(_ALEFS, "ا")
    | dict.fromkeys(_WAWS, "و")
    | dict.fromkeys(_YEHS, "ی")
    | dict.fromkeys(_HEHS, "ه")
    | dict.fromkeys(_KAFS, "ک")
)
_FOLDED_LATIN = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h"}
_APOSTROPHES = "'`´\u2018\u2019\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\uff07\u00b7"
"""In Latin words; ʿ and ʾ of romanised Arabic, and the Catalan middle dot, are no more than that."""


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and its offsets, in code points of the text; `end` is one past the last."""

    text: str
    start: int
    end: int


def _ranges(characters: Iterable[str]) -> str:
    """Characters as a regular expression's class writes them."""
    points = sorted(map(ord, characters))
    runs: list[list[int]] = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)


_PLANE = [chr(point) for point in range(0x10000)]
_MARKS = [character for character in _PLANE if unicodedata.category(character)[0] == "M"]
_DIGITS = {
    character: str(unicodedata.decimal(character))
    for character in _PLANE
    if unicodedata.category(character) == "Nd"
}
_NO_WORDS = [character for character in _PLANE if unicodedata.category(character) == "No"]
"""½ ⑴ ²: no words of their own; a Latin word may hold ² (CO₂, m²)."""

_SKIPPED = _ranges([*_MARKS, *INVISIBLE, ZWNJ])
_MARK = f"[{_ranges([*_MARKS, TATWEEL])}]"
_ARABIC = (
    "[\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufc5d\ufc64-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]"
)
_LATIN = (
    "[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af"
    "\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a\ufb00-\ufb06]"
)
_LATIN_OR_DIGIT = f"(?:{_LATIN}|[\\d\u00b2\u00b3\u00b9\u2070-\u2089])"
_OTHER = f"(?:(?!{_ARABIC}|{_LATIN})[^\\W\\d_{_ranges([*_NO_WORDS, TATWEEL])}\U0001f100-\U0001f1ff])"

_GROUPED = r"\d{1,3}(?:[,٬،]\d{3})+(?!\d)(?:[.٫]\d+)?"
_DECIMAL = r"(?<!\d[.٫])\d+[.٫]\d+(?![.٫]?\d)"
RAW_WORD = re.compile(
    f"(?P<latin>(?:\\d+[{_APOSTROPHES}]?)?{_LATIN}(?:[{_APOSTROPHES}{_SKIPPED}]*{_LATIN_OR_DIGIT})*{_MARK}*)"
    f"|(?P<number>{_GROUPED}|{_DECIMAL}|\\d+)"
    f"|{_ARABIC}(?:[{_SKIPPED}]*{_ARABIC})*{_MARK}*"
    f"|{_OTHER}(?:[{_SKIPPED}]*{_OTHER})*{_MARK}*"
)
"""Finds the raw words of a text."""

ARABIC_WORD = re.compile(f"{_ARABIC}(?:[{_SKIPPED}]*{_ARABIC})*{_MARK}*")
"""Finds the raw words in Arabic script alone."""

_SIMPLE = re.compile("[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc]+|[a-z]+")
"""Words that NFKC leaves as they are: most."""

_PLAIN_ARABIC = re.compile(f"[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc{ZWNJ}]+")
"""Words of which a fold changes nothing but single letters, the last hamza apart."""

_HAS_LATIN, _HAS_ARABIC = re.compile(_LATIN).search, re.compile(_ARABIC).search
_DROPPED = dict.fromkeys([*INVISIBLE, ZWNJ, *_APOSTROPHES, " ", "ٴ"])
_TABLE = str.maketrans(_DROPPED | _FOLDED_LETTERS | _DIGITS)
_LATIN_TABLE = str.maketrans(_FOLDED_LATIN | _DIGITS | dict.fromkeys(_DROPPED))
_ALL_MARKS = "".join(_MARKS)
_MARKLESS = str.maketrans("", "", _ALL_MARKS)
_POSSESSIVE = re.compile(f"(?<=...)[{_APOSTROPHES}]s$", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", ",٬،")
"""Between groups of three digits; the decimal sign stays."""


_SHORT = 40
"""Characters between spaces up to which what is found in them is remembered: text repeats its words."""

RawWord = tuple[int, int, str]
"""Where a raw word starts and ends, and its fold."""


def raw_words(text: str) -> list[RawWord]:
    """The raw words of `text`: what `RAW_WORD` finds, with their folds, which may be empty.

    No raw word holds a space, so each stretch between spaces is looked at by itself.
    """
    found: list[RawWord] = []
    offset = 0
    for stretch in text.split(" "):
        if stretch:
            inside = _raw_words_of_short(stretch) if len(stretch) <= _SHORT else _raw_words_of(stretch)
            for start, end, folded in inside:
                found.append((start + offset, end + offset, folded))
        offset += len(stretch) + 1
    return found


def _raw_words_of(stretch: str) -> tuple[RawWord, ...]:
    return tuple((match.start(), match.end(), fold(match.group())) for match in RAW_WORD.finditer(stretch))


_raw_words_of_short = functools.lru_cache(maxsize=50_000)(_raw_words_of)


def gaps(text: str, words: Sequence[Token]) -> list[str]:
    """What stands in `text` between neighbours of `words`."""
    return [text[left.end : right.start] for left, right in itertools.pairwise(words)]


def fold(word: str) -> str:
    """The form that all spellings of `word` share. Folding it again changes nothing.

    - Arabic script: one yeh, kaf, heh (ة too), alef; ؤ is و and ئ is ی; a hamza at the end is dropped
      when three letters or a yeh stand before it (علماء, شيء; but ماء, جزء); no vowel marks, tatweel,
      half-space; presentation forms as plain letters.
    - Latin script: lower case without diacritics; ß is ss, ø o, æ ae; no apostrophes (Qur'an is
      quran), no possessive 's after three letters (Russia's is russia).
    - Numbers: ASCII digits, groups of three joined, a point before decimals.
    - Other scripts: NFKC and lower case.

    Args:
        word: one raw word. Spaces are dropped; what is neither letter nor digit may remain.
    """
    return _folded(word)


def folds(words: Sequence[str]) -> list[str]:
    """The folds of many words, in their order: what `fold` gives, for long lists in a fifth of the time."""
    are_plain = [_PLAIN_ARABIC.fullmatch(word) is not None for word in words]
    plain = "\n".join(itertools.compress(words, are_plain))
    translated = iter(plain.translate(_TABLE).split("\n"))
    return [
        _folded_plain(next(translated)) if is_plain else fold(word)
        for word, is_plain in zip(words, are_plain, strict=True)
    ]


def _folded_plain(word: str) -> str:
    while word.endswith(HAMZA) and (shorter := _without_last_hamza(word)) != word:
        word = shorter
    return word


@functools.lru_cache(maxsize=200_000)
def _folded(word: str) -> str:
    while (again := _folded_once(word)) != word:
        word = again
    return word


def _folded_once(word: str) -> str:
    plain = word if _SIMPLE.fullmatch(word) else unicodedata.normalize("NFKC", word)
    if _HAS_LATIN(plain):
        plain = _POSSESSIVE.sub("", plain).casefold().translate(_LATIN_TABLE)
        plain = unicodedata.normalize("NFKD", plain).translate(_MARKLESS)
        return unicodedata.normalize("NFC", plain)
    if _HAS_ARABIC(plain):
        plain = plain.translate(_MARKLESS).translate(_TABLE)
        return _without_last_hamza(plain)
    if plain[:1].isdecimal():
        return plain.translate(_MARKLESS).translate(_SEPARATORS).translate(_TABLE).replace("٫", ".")
    return unicodedata.normalize("NFC", plain.casefold()).translate(_LATIN_TABLE).lstrip(_ALL_MARKS)


def _without_last_hamza(word: str) -> str:
    if word.endswith(HAMZA) and (len(word) > 3 or word.endswith("ی" + HAMZA)):
        return word[:-1]
    return word
