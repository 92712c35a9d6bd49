"""A glyph on a page, and what kinds of characters there are."""

import unicodedata
from dataclasses import dataclass

ZWNJ = "\u200c"

UNREAD = "\ufffd"
"""What a glyph stands for that the file gives no character for."""

FROM_RIGHT, FROM_LEFT, DIGIT = "R", "L", "N"
_KINDS = {"R": FROM_RIGHT, "AL": FROM_RIGHT, "L": FROM_LEFT, "EN": DIGIT, "AN": DIGIT}


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph; lengths are in points, and counted along its line and across it.

    Attributes:
        text: what it stands for: a character or several, in the order of reading.
        left: where it begins.
        right: where it ends.
        baseline: on which it stands; of two, the upper one has the greater.
        size: of its font.
        is_sure: whether the file says what it stands for; else it may be a stroke that makes a word longer.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    is_sure: bool = True

    @property
    def width(self) -> float:
        """How far the next glyph is moved by it."""
        return self.right - self.left


def kind_of(text: str) -> str:
    """FROM_RIGHT or FROM_LEFT for a letter, by its direction, DIGIT for a digit, else nothing."""
    return next(filter(None, (_KINDS.get(unicodedata.bidirectional(one)) for one in text)), "")


def is_mark(character: str) -> bool:
    """Whether it stands above or below a letter, or is the half-space behind one."""
    return character == ZWNJ or unicodedata.category(character) in ("Mn", "Me")
