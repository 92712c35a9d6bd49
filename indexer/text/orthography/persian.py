"""Persian spelling, with hazm's vocabulary: the usual letters of a word, and its half-spaces.

News sites and scrapers drop the zero-width non-joiner, so that گفتوگو and میشود
stand where a half-space was. A multilingual tokenizer breaks such words into meaningless pieces.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterator

from indexer.text.orthography.common import (
    ALEF_MAKSURA,
    ARABIC_KAF,
    ARABIC_YEH,
    INVISIBLE,
    PERSIAN_KEHEH,
    PERSIAN_YEH,
    VOWEL_MARKS,
    ZWNJ,
)
from indexer.text.orthography.letters import fold
from indexer.text.orthography.word_tables import PersianWord, known_words

PLURAL_SUFFIXES = ("هایمان", "هایتان", "هایشان", "هایی", "هایم", "هایت", "هایش", "های", "ها")
ADJECTIVE_SUFFIXES = ("ترین", "تری", "تر")
SILENT_HEH_SUFFIXES = ("است", "ای", "ام", "ات", "اش", "اند", "ایم", "اید", "یی")
PLURAL_WEIGHT = 10
_SUFFIXES = frozenset(PLURAL_SUFFIXES + ADJECTIVE_SUFFIXES + SILENT_HEH_SUFFIXES)
_PERSIAN_LETTERS = str.maketrans(
    {ARABIC_YEH: PERSIAN_YEH, ALEF_MAKSURA: PERSIAN_YEH, ARABIC_KAF: PERSIAN_KEHEH}
)
_NO_LETTERS = str.maketrans("", "", INVISIBLE + VOWEL_MARKS)


def plain(word: str) -> str:
    """A word with nothing but its letters, composed, and half-spaces inside; Persian yeh and keheh."""
    composed = unicodedata.normalize("NFKC", word).translate(_NO_LETTERS)
    return composed.translate(_PERSIAN_LETTERS).strip(ZWNJ)


@functools.lru_cache(maxsize=200_000)
def spelled(word: str) -> str:
    """The usual Persian spelling of a raw word, which depends on its fold and its half-spaces alone.

    A word that hazm knows has hazm's spelling, but a half-space in the text stays one. Of another, each
    part between half-spaces is spelled on its own; a part may be a known word with a suffix that lost
    its half-space. Of several ways to part a word from a suffix, the one with the most frequent word is
    taken, plurals first. What comes out is spelled so itself: half-spaces that were restored may show
    another parting, until nothing changes.
    """
    once = _spelled_once(word)
    return once if once == word else spelled(once)


def _spelled_once(word: str) -> str:
    folded = fold(word)
    if folded in _SUFFIXES:
        return folded
    known = known_words().persian_word(folded)
    parts = [part for part in word.split(ZWNJ) if fold(part)]
    if known and (len(parts) < 2 or _is_parted_as(known.spelling, parts)):
        return known.spelling
    if len(parts) > 1:
        return _spelled_in_parts(parts)
    partings = list(_partings(folded))
    if not partings:
        return folded
    stem, suffix = max(partings, key=lambda parting: _plausibility(*parting))
    return spelled(stem.spelling) + ZWNJ + suffix


def _spelled_in_parts(parts: list[str]) -> str:
    """The longest beginning that is a known word as one, the other parts each on its own: رأی‌گیری‌های."""
    for count in range(len(parts) - 1, 1, -1):
        known = known_words().persian_word(fold("".join(parts[:count])))
        if known and _is_parted_as(known.spelling, parts[:count]):
            return ZWNJ.join([known.spelling, *map(spelled, parts[count:])])
    return ZWNJ.join(map(spelled, parts))


def _is_parted_as(spelling: str, parts: list[str]) -> bool:
    """Whether the half-spaces of `spelling`, and it has some, are among those between `parts`: گفت‌و‌گو."""
    inside = {len(part) for part in itertools.accumulate(map(fold, parts))}
    own = {len(part) for part in itertools.accumulate(map(fold, spelling.split(ZWNJ)))}
    return len(own) > 1 and own <= inside


def _plausibility(stem: PersianWord, suffix: str) -> int:
    """پیشرفتهای is پیشرفت and های rather than پیشرفته and ای; جلسهای is جلسه and ای: nobody writes جلس."""
    return stem.frequency * (PLURAL_WEIGHT if suffix in PLURAL_SUFFIXES else 1)


def _partings(folded: str) -> Iterator[tuple[PersianWord, str]]:
    """Every way to see a fold as a known word and a suffix that such a word can take."""
    for suffix in PLURAL_SUFFIXES + ADJECTIVE_SUFFIXES + SILENT_HEH_SUFFIXES:
        stem = folded.removesuffix(suffix)
        if 2 <= len(stem) < len(folded) and takes(stem, suffix):
            known = known_words().persian_word(stem)
            if known:
                yield known, suffix


def takes(stem: str, suffix: str) -> bool:
    """Whether hazm knows `stem`, a fold, as a word to which `suffix` can be joined."""
    known = known_words().persian_word(stem)
    if known is None:
        return False
    if suffix in ADJECTIVE_SUFFIXES:
        return known.is_adjective and len(stem) > 2
    return suffix in PLURAL_SUFFIXES or stem.endswith("ه")
