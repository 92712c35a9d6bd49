"""Sentences that stand twice in one article: leads that the body repeats, quotations shown again."""

import re
from collections.abc import Iterator, Sequence

VERSION = 1
"""Raised whenever other sentences of some article would be taken for repeats."""

MIN_WORDS = 8
"""Shorter sentences are never repeats: a greeting or a caption may well stand twice."""

MAX_CANDIDATES = 16
"""Sentences with the same first words that are compared with one another; keeps the time linear."""

_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LETTERS = str.maketrans("يىك", "ییک")

Words = tuple[str, ...]


def repeated(sentences: Sequence[str]) -> frozenset[int]:
    """Numbers of the sentences whose words all stand, in order and unbroken, in another one.

    Of equal sentences the first is not among them. Compared without case, white space, punctuation,
    vowel and joining marks. Containment is transitive, so each repeat stands in one that remains.
    """
    folded = [_words(sentence) for sentence in sentences]
    first: dict[Words, int] = {}
    repeats: set[int] = set()
    openings: dict[Words, list[int]] = {}
    for number, words in enumerate(folded):
        if len(words) < MIN_WORDS:
            continue
        if first.setdefault(words, number) != number:
            repeats.add(number)
        elif len(same := openings.setdefault(words[:MIN_WORDS], [])) < MAX_CANDIDATES:
            same.append(number)
    for words in first:
        repeats.update(_contained(words, folded, openings))
    return frozenset(repeats)


def _words(sentence: str) -> Words:
    return tuple(_WORD.findall(_MARKS.sub("", sentence).translate(_LETTERS).casefold()))


def _contained(words: Words, folded: Sequence[Words], openings: dict[Words, list[int]]) -> Iterator[int]:
    """Numbers of the shorter sentences that stand in `words`, found by their first `MIN_WORDS` words."""
    for start in range(len(words) - MIN_WORDS + 1):
        for number in openings.get(words[start : start + MIN_WORDS], ()):
            candidate = folded[number]
            if len(candidate) < len(words) and words[start : start + len(candidate)] == candidate:
                yield number
