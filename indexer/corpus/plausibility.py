"""Whether a text may be what somebody wrote: letters and marks that people use, words that there are."""

import functools
import re
from itertools import islice

from indexer.core.records import UNREAD
from indexer.text.wordlists import frequencies

MAX_CONTROL_SHARE = 0.02
"""With more control characters than this it is no text."""

MIN_FAMILIAR_SHARE = 0.9
"""With fewer letters and quotation marks than this among non-ASCII characters, the guess was wrong."""

MAX_MIXED_SHARE = 0.02
"""With more words than this in two scripts, the guess was wrong."""

MIN_GARBLED, MAX_GARBLED_SHARE = 3, 0.2
"""With more Latin words than this of hardly any plain letter, what is read as Latin is another script."""

SAMPLE = 2000
"""Words that are looked at."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNFAMILIAR = re.compile(
    r"[^\s\x20-\x7e\u0620-\u0652\u0660-\u0669\u067e-\u06d3\u0400-\u045f"
    r"àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ"
    r"«»“”„‘’‹›…–—،؛؟€£°·\u200c\u200e\u200f]"
)
_LATIN, _OTHER = "A-Za-zÀ-ÿœŒ", "\u0400-\u045f\u0620-\u064a\u067e-\u06d3"
_MIXED = re.compile(f"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]")
_WORD = re.compile(rf"(?:[^\W\d_]|{UNREAD})+")
_ACCENT = re.compile("[\u00c0-\u024f]")
_ARABIC_KEYBOARD = str.maketrans("يكىة", "یکیه")


def seems_binary(text: str) -> bool:
    """Whether it has too many control characters for a text."""
    return len(_CONTROL.findall(text)) > MAX_CONTROL_SHARE * len(text)


def is_believable(text: str) -> bool:
    """Whether `text` looks as people write: known letters and marks, no word in two scripts."""
    readable = text.replace(UNREAD, "")
    foreign = len(readable) - len(readable.encode("ascii", "ignore"))
    familiar = foreign - len(_UNFAMILIAR.findall(readable))
    mixed = len(_MIXED.findall(readable))
    return (
        familiar >= MIN_FAMILIAR_SHARE * foreign
        and mixed <= MAX_MIXED_SHARE * len(readable.split())
        and not _CONTROL.search(readable)
    )


def is_garbled_latin(text: str) -> bool:
    """Whether Latin words in `text` are mostly of letters with accents, as no language has them."""
    words = [word for word in _foreign_words(text) if len(word) > 2 and _ACCENT.search(word)]
    garbled = sum(2 * len(word.encode("ascii", "ignore")) < len(word) for word in words)
    return garbled >= MIN_GARBLED and garbled > MAX_GARBLED_SHARE * len(words)


def known_arabic(text: str) -> float:
    """The share of words in other than plain Latin letters that Arabic or Persian knows.

    Words of one letter say nothing.
    """
    words = [word for word in _foreign_words(text) if len(word) > 1]
    known = sum(word.translate(_ARABIC_KEYBOARD) in _known_words() for word in words)
    return known / len(words) if known > 1 else 0.0


def _foreign_words(text: str) -> list[str]:
    """The first SAMPLE words with letters that are not ASCII."""
    words = (match.group() for match in _WORD.finditer(text))
    return list(islice((word for word in words if not word.isascii()), SAMPLE))


@functools.cache
def _known_words() -> frozenset[str]:
    lists = (frequencies(language) for language in ("fa", "ar"))
    return frozenset(word.translate(_ARABIC_KEYBOARD) for words in lists for word in words if len(word) > 1)
