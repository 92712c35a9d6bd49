"""The stem of a folded word, so that its forms find each other.

Persian loses plural, comparison, possession and the indefinite ی where hazm knows what remains, a plural in
ات is the singular in ه or ت that wordfreq knows better, and a conjugated verb is its present stem, as hazm's
Lemmatizer has it. Arabic has a module of its own (`arabic_stems`).
"""

import functools

from indexer.text import wordlists
from indexer.text.orthography import arabic_stems
from indexer.text.orthography.word_tables import known_words

PERSIAN_ENDINGS = (
    *("هایمان", "هایتان", "هایشان", "هایی", "هایم", "هایت", "هایش", "های", "ها"),
    *("ترین", "تری", "تر", "یی", "ان", "ات", "مان", "تان", "شان", "ی", "م", "ت", "ش"),
)
"""Longest first within a kind; what they leave must be known, except behind ها, های, هایی and هایش."""

_CERTAIN_ENDINGS = frozenset({"ها", "های", "هایی", "هایش"})
_OF_PERSONS = frozenset({"مان", "تان", "شان"})
_OF_COMPARISON = frozenset({"تر", "تری", "ترین"})
_DOUBTFUL_ENDINGS = frozenset({"ان", "ات", "یی"})

_AS_USUAL = 0.5
"""Share of the frequency of a plural, and of what its ending leaves, that its singular has at least."""


def stem(word: str, language: str) -> str:
    """The stem of the fold `word` in `language`; the word itself where Hudhud has no rules."""
    if language == "ar":
        return arabic_stems.stem(word)
    if language in {"fa", "prs"}:
        return persian(word)
    return word


def nearer_forms(word: str, language: str) -> tuple[str, ...]:
    """The forms in which a dictionary may have a folded word, the nearest first: itself, to its stem.

    In Arabic الولايات, the states, is found as ولايات and as ولاية too.
    """
    return tuple(arabic_stems.forms(word)) if language == "ar" else (word,)


@functools.lru_cache(maxsize=200_000)
def persian(word: str) -> str:
    """The stem of a folded Persian or Dari word."""
    if not word or not "\u0620" <= word[0] <= "\u06ff":
        return word
    tables = known_words()
    verb = tables.verbs.get(word)
    if verb and (not _frequency(word) or word.startswith(("می", "نمی"))):
        return verb
    singular = _feminine_singular(word)
    if singular:
        return singular
    for ending in PERSIAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2 and _may_end(word, ending):
            return persian(word[: -len(ending)])
    return word


def _feminine_singular(word: str) -> str | None:
    """Of a plural in ات the singular in ه or ت, where that is as usual: حمله of حملات, خدمت of خدمات."""
    rest = word.removesuffix("ات")
    if rest == word or len(rest) < 3:
        return None
    usual = wordlists.frequencies("fa")
    frequency, singular = max((usual.get(one, 0.0), one) for one in (f"{rest}ه", f"{rest}ت"))
    others = usual.get(word, 0.0), usual.get(rest, 0.0)
    return singular if frequency > 0 and frequency >= _AS_USUAL * max(others) else None


def _may_end(word: str, ending: str) -> bool:
    """Whether `ending` is one, and not part of the word."""
    rest = word[: -len(ending)]
    known, shorter = _frequency(word), _frequency(rest)
    if ending in _OF_PERSONS and known is not None:
        return False
    if ending in _OF_COMPARISON and known and not (_is_adjective(rest) and (shorter or 0) > known):
        return False
    if len(ending) == 1 and (known is not None or len(rest) < 3):
        return False
    if ending in _DOUBTFUL_ENDINGS and known is not None and (shorter is None or shorter < known):
        return False
    return shorter is not None or ending in _CERTAIN_ENDINGS


def _frequency(word: str) -> int | None:
    found = known_words().persian_word(word)
    return None if found is None else found.frequency


def _is_adjective(word: str) -> bool:
    found = known_words().persian_word(word)
    return found is not None and found.is_adjective
