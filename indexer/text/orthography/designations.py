"""Designations of weapons and vehicles, a few letters and a number: F-35, F35, اف-۳۵ and إف 35 are one token.

Persian and Arabic write the letters by their English names. Behind a hyphen, or joined to the number, any
of these names is a letter; with a space between, only those that are no words of their own.
"""

import functools
import re
from collections.abc import Sequence

from indexer.text.orthography.common import HYPHENS, INVISIBLE, ZWNJ, is_joint
from indexer.text.orthography.letters import Token, gaps

MOST_NAMES = 3
_NAMES = "اف اس ام تی بی سی کیو جی یو ار ان پی دی وی ایکس اکس ای کی کا اچ اتش میگ میغ سو سوخو"
_LETTERS = "f s m t b c q g u r n p d v x x a k k h h mig mig su su"
LETTER_NAMES = dict(zip(_NAMES.split(), _LETTERS.split(), strict=True))
"""Folded; the last are makers of aircraft."""
NO_WORDS = frozenset({"f", "s", "q", "mq", "rq", "mig"})
"""Letters whose names mean nothing else: ام is am, بی without, سی thirty."""

_DESIGNATION = re.compile(r"(?P<letters>[b-df-hj-np-tv-xz]{1,3}|mig|[a-z]{1,2})(?P<number>\d{1,3})[a-z]?")
_NUMBER = re.compile(r"\d{1,3}|\d{2,3}[a-z]")
_NAME = re.compile("|".join(sorted(LETTER_NAMES, key=len, reverse=True)))
_TOGETHER = HYPHENS | {""}
_INVISIBLE = INVISIBLE + ZWNJ


def joined(text: str, words: Sequence[Token]) -> list[Token]:
    """The words of `text`, with letters and numbers joined that are a designation."""
    result: list[Token] = []
    for word in words:
        result.append(word)
        if not word.text[0].isdigit():
            continue
        for count in range(min(MOST_NAMES, len(result) - 1), 0, -1):
            run = result[-count - 1 :]
            if whole := designation([part.text for part in run], gaps(text, run)):
                result[-count - 1 :] = [Token(whole, run[0].start, word.end)]
                break
    return result


def designation(words: Sequence[str], between: Sequence[str]) -> str:
    """The token that folded words are together; nothing if they are no designation.

    Args:
        words: the last is the number, with a letter behind it at most.
        between: what stands between the words, one fewer.
    """
    *names, number = words
    *inner, gap = between
    if not _NUMBER.fullmatch(number) or not all(map(_parts_letters, inner)):
        return ""
    together = gap.strip(_INVISIBLE) in _TOGETHER
    if len(names) == 1 and names[0].isascii():
        return names[0] + number if gap in HYPHENS and parts(names[0] + number) else ""
    letters = [letters_of(name) for name in names]
    whole = "".join(letters)
    is_one = together or (whole in NO_WORDS and is_joint(gap))
    return whole + number if is_one and all(letters) and parts(whole + number) else ""


def parts(folded: str) -> tuple[str, str] | None:
    """Letters and number of a designation in one word; None of other words, of 7amas and 3arabi too.

    A single digit behind a vowel is a letter of Arabic chat: ma3, la2.
    """
    found = _DESIGNATION.fullmatch(folded)
    if found is None or (len(found["number"]) == 1 and found["letters"][-1] in "aeiouy"):
        return None
    return found["letters"], found["number"]


@functools.lru_cache(maxsize=10_000)
def letters_of(folded: str) -> str:
    """The Latin letters whose names a folded word is: امکیو is mq; nothing if it is none."""
    names = _NAME.findall(folded)
    return "".join(LETTER_NAMES[name] for name in names) if "".join(names) == folded else ""


def _parts_letters(gap: str) -> bool:
    """Whether letters of one designation can have `gap` between them."""
    return gap in HYPHENS or is_joint(gap)
