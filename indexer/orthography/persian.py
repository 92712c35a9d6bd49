"""Persian spelling, with hazm's vocabulary: where a half-space was lost, put it back.

News sites and scrapers drop the zero-width non-joiner, so that گفتوگو and میشود
stand where a half-space was. A multilingual tokenizer breaks such words into meaningless pieces.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.orthography import hazm_words
from indexer.orthography.common import (
    ALEF_MAKSURA,
    ARABIC_KAF,
    ARABIC_YEH,
    PERSIAN_KEHEH,
    PERSIAN_YEH,
    ZWNJ,
)

NOUN_SUFFIXES = ("هایمان", "هایتان", "هایشان", "هایی", "هایم", "هایت", "هایش", "های", "ها")
ADJECTIVE_SUFFIXES = ("ترین", "تری", "تر")
SILENT_HEH_SUFFIXES = ("است", "ای", "ام", "ات", "اش", "اند", "ایم", "اید")
PLURAL_WEIGHT = 10
_PERSIAN_LETTERS = str.maketrans(
    {ARABIC_YEH: PERSIAN_YEH, ALEF_MAKSURA: PERSIAN_YEH, ARABIC_KAF: PERSIAN_KEHEH}
)
_WORD = re.compile(r"[ء-غف-يپچژکگی]{4,}")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    frequencies: dict[str, int]
    adjectives: frozenset[str]
    verbs: frozenset[str]
    compounds: dict[str, str]


@functools.cache
def _vocabulary() -> _Vocabulary:
    """hazm's words with their frequencies, its conjugated verbs, its compounds by joined spelling."""
    frequencies, adjectives, verbs = hazm_words.read()
    compounds = {word.replace(ZWNJ, ""): word for word in sorted(frequencies) if ZWNJ in word}
    return _Vocabulary(frequencies, adjectives, verbs, compounds)


def with_persian_letters(text: str) -> str:
    """Persian typed on an Arabic keyboard, with the yeh and kaf that Persian uses."""
    return text.translate(_PERSIAN_LETTERS)


def restore_half_spaces(text: str) -> str:
    """Persian `text` with the half-spaces that its words have lost.

    A word is changed only when hazm does not know it as written and knows its parts: a compound
    (آتشبس), a verb with its prefix (نمیتواند), or a word with its suffix (حمایتهای). Of several
    ways to part a word from a suffix, the one with the most frequent word is taken, plurals first.
    """
    return _WORD.sub(lambda match: _respaced(match.group()), text)


@functools.lru_cache(maxsize=100_000)
def _respaced(word: str) -> str:
    known = _vocabulary()
    for prefix in ("می", "نمی"):
        verb = prefix + ZWNJ + word.removeprefix(prefix)
        if word.startswith(prefix) and verb in known.verbs:
            return verb
    if word in known.frequencies or word in known.verbs:
        return word
    if word in known.compounds:
        return known.compounds[word]
    partings = list(_partings(word, known))
    if not partings:
        return word
    stem, suffix = max(partings, key=lambda parting: _plausibility(parting[0], parting[1], known))
    return stem + ZWNJ + suffix


def _plausibility(stem: str, suffix: str, known: _Vocabulary) -> int:
    """پیشرفتهای is پیشرفت and های rather than پیشرفته and ای; جلسهای is جلسه and ای: nobody writes جلس."""
    return known.frequencies[stem] * (PLURAL_WEIGHT if suffix in NOUN_SUFFIXES else 1)


def _partings(word: str, known: _Vocabulary) -> Iterator[tuple[str, str]]:
    """Every way to see `word` as a known word and a suffix that such a word can take."""
    for suffix in NOUN_SUFFIXES + ADJECTIVE_SUFFIXES + SILENT_HEH_SUFFIXES:
        if not word.endswith(suffix):
            continue
        stem = word.removesuffix(suffix)
        stem = known.compounds.get(stem, stem)
        if stem not in known.frequencies or len(stem) < 2:
            continue
        if suffix in ADJECTIVE_SUFFIXES and stem not in known.adjectives:
            continue
        if suffix in SILENT_HEH_SUFFIXES and not stem.endswith("ه"):
            continue
        yield stem, suffix
