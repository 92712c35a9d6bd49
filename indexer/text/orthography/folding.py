"""The words of a text, each in the one form that its spellings share, with their offsets in the text.

Letters, marks and digits are folded by `letters`. Here, spaces: what Persian writes joined, with a
half-space or with a space is one token, where hazm's vocabulary knows it as one word; so are names of two
words (`compounds`) and designations (`designations`).
"""

import functools
import itertools
from collections.abc import Iterator, Sequence

from indexer.text.orthography import compounds, designations
from indexer.text.orthography.common import MOST_PARTS, is_arabic_script, is_joint
from indexer.text.orthography.letters import Token, fold, gaps, raw_words
from indexer.text.orthography.persian import (
    ADJECTIVE_SUFFIXES,
    PLURAL_SUFFIXES,
    SILENT_HEH_SUFFIXES,
    takes,
)
from indexer.text.orthography.word_tables import known_words
from indexer.text.wordlists import TELLING_ALONE, function_words

ARABIC_AFTER_HA = frozenset({"هو", "هی", "نحن", "انا", "انت", "قد"})
"""ها before these is the Arabic "behold", not the Persian plural."""

NEIGHBOURS = 2
"""Words on either side that say whether the text is Persian: Arabic writes على هذا and رئيس الوزراء apart."""

_SUFFIXES = frozenset(PLURAL_SUFFIXES + ADJECTIVE_SUFFIXES + SILENT_HEH_SUFFIXES)
_PAST_ALPHABETS = "\u0900"
"""From here on, a character may be a syllable or a word; before, as in Latin and Arabic, it is a letter."""


def tokens(text: str) -> list[Token]:
    """The words of `text` in order, folded; spans do not overlap.

    The form does not depend on how a word is typed: on variants of letters (`letters.fold`), nor on
    half-spaces and spaces inside Persian words that hazm knows: می‌رود, می رود and میرود are one token.
    The span of joined parts covers them all. No language is asked for: queries are short and mixed.
    """
    words = [Token(folded, start, end) for start, end, folded in raw_words(text) if folded]
    if len(words) == 1:
        return words
    words = designations.joined(text, words)
    if not any(is_arabic_script(word.text) for word in words):
        return words
    words = compounds.joined(text, words)
    while len(joined := _joined(text, words)) < len(words):
        words = joined
    return words


def _joined(text: str, words: Sequence[Token]) -> list[Token]:
    """`words`, with neighbours joined that are one word: from the start of the text, the most parts first."""
    beginnings = known_words().beginnings
    result: list[Token] = []
    done = 0
    for position, (word, following) in enumerate(itertools.pairwise(words)):
        if position < done or (word.text not in beginnings and following.text not in _SUFFIXES):
            continue
        end = next((end for end in _ends(words, position) if _are_one(text, words, position, end)), None)
        if end:
            whole = "".join(part.text for part in words[position:end])
            result += [*words[done:position], Token(whole, word.start, words[end - 1].end)]
            done = end
    return [*result, *words[done:]]


def _ends(words: Sequence[Token], position: int) -> Iterator[int]:
    """Ends of the runs of words from `position` on that hazm knows as one."""
    joins = known_words().joins
    first, *others = (word.text for word in words[position : position + MOST_PARTS])
    if len(others) > 1 and f"{first} {others[0]} {others[1]}" in joins:
        yield position + 3
    if others and (f"{first} {others[0]}" in joins or (others[0] in _SUFFIXES and _takes(first, *others))):
        yield position + 2


def _takes(stem: str, suffix: str, following: str = "") -> bool:
    """Whether `suffix` behind a space belongs to `stem`."""
    if suffix in PLURAL_SUFFIXES:
        return is_arabic_script(stem) and not (suffix == "ها" and following in ARABIC_AFTER_HA)
    if suffix == "است":
        return f"{stem} ام" in known_words().joins
    return takes(stem, suffix)


def _are_one(text: str, words: Sequence[Token], start: int, end: int) -> bool:
    """Whether only spaces lie between `words[start:end]`, and they and their neighbours are Persian."""
    run = words[start:end]
    if not all(map(is_joint, gaps(text, run))):
        return False
    window = words[max(0, start - NEIGHBOURS) : end + NEIGHBOURS]
    return sum(_log_odds(word.text) for word in window) > 0


def as_one(words: Sequence[str], between: Sequence[str]) -> str:
    """The token that folded words can be together; nothing if they cannot.

    Args:
        words: one at least.
        between: what stands between them, one fewer.
    """
    if between and (whole := designations.designation(words, between)):
        return whole
    return compounds.whole(words) if all(map(is_joint, between)) else ""


def is_number(folded: str) -> bool:
    """Whether a folded word is digits, with a decimal point at most."""
    return folded[0].isdigit() and folded.replace(".", "").isdigit()


def is_function_word(folded: str) -> bool:
    """Whether a folded word is one of the most frequent of English, Persian or Arabic, and says little."""
    return folded in _function_words()


def says_little(folded: str) -> bool:
    """Whether a folded word alone says nothing of what a text is about: a function word, a single letter."""
    if len(folded) == 1 and folded.isalpha():
        return folded < _PAST_ALPHABETS
    return is_function_word(folded) and folded not in _telling_alone()


@functools.cache
def _function_words() -> frozenset[str]:
    return frozenset(map(fold, function_words()))


@functools.cache
def _telling_alone() -> frozenset[str]:
    return frozenset(map(fold, TELLING_ALONE))


def likelier_persian(folded: str) -> bool:
    """Whether a folded word is used more in Persian than in Arabic, as far as lists tell."""
    return _log_odds(folded) > 0


@functools.lru_cache(maxsize=50_000)
def _log_odds(folded: str) -> float:
    return known_words().log_odds(folded) or 0.0
