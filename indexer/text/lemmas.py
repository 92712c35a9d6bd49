"""The words that an English word may be looked up as: its lemma (simplemma, MIT) and other spellings."""

import functools
import re
from collections.abc import Iterator

_AMERICAN = (
    (re.compile(r"is(e|ed|es|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"our(s|ed|ing|able|ite)?$"), r"or\1"),
    (re.compile(r"([bt])re(s)?$"), r"\1er\2"),
    (re.compile(r"lled$|lling$"), lambda found: found.group()[1:]),
    (re.compile(r"ae|oe"), "e"),
)
"""British spellings and the American ones beside them; the second is taken where it is a headword."""

_DERIVED = (
    (re.compile(r"ily$"), "y"),
    (re.compile(r"ally$"), ""),
    (re.compile(r"ly$"), ""),
    (re.compile(r"iness$"), "y"),
    (re.compile(r"ness$"), ""),
)
"""Endings that leave the meaning: what a headword has not got is looked up without them."""


def english_forms(word: str) -> Iterator[str]:
    """What to look a word in lower case up as, the likeliest first; itself is left out."""
    seen = {word}
    for form in _forms(word):
        if form not in seen and len(form) > 2:
            seen.add(form)
            yield form


def _forms(word: str) -> Iterator[str]:
    yield _lemma(word)
    for pattern, american in _AMERICAN:
        spelled = pattern.sub(american, word)
        if spelled != word:
            yield spelled
            yield _lemma(spelled)
    for pattern, shorter in _DERIVED:
        if pattern.search(word):
            yield pattern.sub(shorter, word)


@functools.lru_cache(maxsize=50_000)
def _lemma(word: str) -> str:
    import simplemma

    return str(simplemma.lemmatize(word, lang="en", low_memory=True)).casefold()
