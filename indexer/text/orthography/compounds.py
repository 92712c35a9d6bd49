"""Names of several words that are one: عبد الله and عبدالله, Abd al-Rahman and Abdurrahman, Salah al-Din.

Arabic writes them apart, Persian joined, Latin letters in every way. As one word they find each other.
They are names in every language: عبد and ابو take the rest of a name, الدین and الله end one behind few
words. In Arabic script they are one token; in other scripts only a query's words are put together, for a
dictionary may know them as they are written.
"""

import re
from collections.abc import Sequence

from indexer.text.orthography.common import HAMZA, HYPHENS, is_arabic_script, is_joint
from indexer.text.orthography.letters import Token

MOST_WORDS = 3
"""Abd al-Rahman"""

_DIN = (
    "صلاح نور علا شمس جمال سعد محی محیی عز سیف بدر حسام عماد نصر ناصر شرف ضیا بها تقی فخر کمال"
    " جلال شهاب نجم تاج زین مجد قطب ظهیر برهان رکن معین نظام غیاث امین سراج خیر صفی رضی زکی رفیع"
    " محب مجیر"
)
_ALLAH = (
    "نصر حزب فضل رام عطا حبیب رحمه رحمت هبه خیر سیف امان عبید روح ایت اسد لطف نعمت عنایت قدرت عزت"
    " فرج انصار جار ذبیح شکر فتح"
)
_BEFORE = {"الدین": frozenset(_DIN.split()), "الله": frozenset(_ALLAH.split())}
_ABD, _ABU, _ARTICLE = "عبد", "ابو", "ال"
_PROCLITICS = frozenset("وفبلک")
_WITH_HAMZA = frozenset({"علا", "ضیا", "بها", "عطا"})
"""Folded, they have lost it at their end; inside a joined name they have it."""

_AL = "(?:[aeou][lrsnzdt]|ash|ech)"
_DEEN = "d(?:in|een|ine|ien)"
_IN_LATIN = re.compile(
    f"abd {_AL} [a-z]{{3,}}|abd [aou]llah|abd[aeou]{{1,2}}[lrsnzdt] [a-z]{{3,}}"
    f"|ab(?:o|u|ou) (?:{_AL} )?[a-z]{{3,}}|ab(?:o|u|ou)l [a-z]{{3,}}"
    f"|[a-z]{{3,}} (?:[aeu]l|[aeu]d) {_DEEN}|[a-z]{{3,}} [aeiou][ld]{_DEEN}"
    "|(?:nasr|hizb|hezb|ansar|fadl|fazl|habib|rahmat|ayat|hibat|ruh) [aou]llah"
    "|абу [а-яё]{3,}|абд(?: [аэ]ль?| [аэу][рснздт]|[аеоуэ][лрснздт]ь?) [а-яё]{3,}"
)
_ARTICLE_IN_LATIN = re.compile(_AL)
_LATIN_GAP = re.compile("[ \u00a0'\u2019\u2010\u2011\u2013-]{1,2}")


def joined(text: str, words: Sequence[Token]) -> list[Token]:
    """The words of `text`, with those of Arabic script joined that are one name."""
    result = list(words[-1:])
    for word in reversed(words[:-1]):
        following = result[-1]
        name = name_of(word.text, following.text)
        if name and is_joint(text[word.end : following.start]):
            result[-1] = Token(name, word.start, following.end)
        else:
            result.append(word)
    return result[::-1]


def whole(words: Sequence[str]) -> str:
    """Folded words as one, from the end, so that ابو takes all of عبد الله."""
    result = words[-1]
    for word in reversed(words[:-1]):
        result = name_of(word, result) or word + result
    return result


def name_of(first: str, second: str) -> str:
    """The name that two folded words of Arabic script are, with a conjunction or preposition at most.

    Nothing if they are none. Joined, the hamza of علاء is written.
    """
    bare = first if _is_whole(first, second) else first[1:]
    if bare != first and not (first[:1] in _PROCLITICS and _is_whole(bare, second)):
        return ""
    return first + (HAMZA if bare in _WITH_HAMZA else "") + second


def most_in_latin(words: Sequence[str], gaps: Sequence[str]) -> int:
    """How many folded words of Latin or Cyrillic letters, from the first on, are one name; 1 where none is.

    The Arabic article with a hyphen belongs to the word behind it: al-Khatib, ash-Shaikh.

    Args:
        words: of a query.
        gaps: what stands between them.
    """
    most = min(len(words), MOST_WORDS)
    return next((count for count in range(most, 1, -1) if _is_in_latin(words[:count], gaps)), 1)


def _is_in_latin(words: Sequence[str], gaps: Sequence[str]) -> bool:
    if len(words) == 2 and gaps[0] in HYPHENS and _ARTICLE_IN_LATIN.fullmatch(words[0]):
        return words[1].isascii() and len(words[1]) > 2
    between = gaps[: len(words) - 1]
    return bool(_IN_LATIN.fullmatch(" ".join(words))) and all(map(_LATIN_GAP.fullmatch, between))


def _is_whole(first: str, second: str) -> bool:
    if first == _ABD:
        return second.startswith(_ARTICLE) and len(second) > 3
    if first == _ABU:
        return len(second) > 2 and is_arabic_script(second)
    return first in _BEFORE.get(second, ())
