"""Pages of lines to paragraphs."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.pdf.columns import columns_of
from indexer.pdf.glyph import UNREAD
from indexer.pdf.lines import Row
from indexer.pdf.order import brackets_look, read

APART = 1.35
"""Lines that are so many times farther apart than most belong to two paragraphs."""

SHORT = 0.25
"""A line that ends so much before the others, as a share of the column, ends its paragraph."""

ENDS = frozenset('.!?:\u2026\u061b\u061f»”")')
"""What a paragraph ends with, where its last line is nearly full: full stop, question mark and their like."""

INDENT = 0.8
"""How far a paragraph's first line begins behind the others, in sizes of the font."""

OTHER_SIZE = 1.15

_SIGN = re.compile(rf"(?<!\S){UNREAD}(?!\S)")
"""Alone, what nobody knows is no letter of a word, but a sign such as those before the items of a list."""

_HYPHENS = ("-", "\u2010", "\xad")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and what of it tells where paragraphs end; lengths grow in the direction of reading."""

    text: str
    begins: float
    ends: float
    baseline: float
    size: float
    first_word: float

    def below(self, other: "_Line") -> float:
        """How far this line stands below another, in sizes of its font."""
        return (other.baseline - self.baseline) / self.size


@dataclass(frozen=True, slots=True)
class _Column:
    """How far the lines of a column reach, and how far apart they usually are, in sizes of the font."""

    margin: float
    end: float
    step: float

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> "_Column":
        """What is common to these lines."""
        steps = [line.below(above) for above, line in pairwise(lines)]
        return cls(
            min((line.begins for line in lines), default=0.0),
            max((line.ends for line in lines), default=0.0),
            statistics.median_low(steps) if steps else 0.0,
        )

    def ends_between(self, above: _Line, line: _Line) -> bool:
        """Whether a paragraph ends with a line, and the next begins with the one below it."""
        left = self.end - above.ends
        is_over = above.text[-1] in ENDS or left > SHORT * (self.end - self.margin)
        had_room = left > line.first_word + line.size / 2
        was_indented, is_indented = ((one.begins - self.margin) / line.size for one in (above, line))
        sizes = sorted((above.size, line.size))
        return (
            line.below(above) > APART * self.step
            or (had_room and is_over)
            or (was_indented < INDENT / 2 and is_indented > INDENT)
            or sizes[1] > OTHER_SIZE * sizes[0]
        )


def paragraphs_of(rows: Sequence[Row]) -> list[str]:
    """The paragraphs of a page, in the order in which they are read."""
    parts = [part for row in rows for part in row]
    from_right = sum(part.letters[0] for part in parts) > sum(part.letters[1] for part in parts)
    mirrored = brackets_look(part.pieces for part in parts if part.letters[0] > part.letters[1])
    found: list[str] = []
    for column in columns_of(rows, from_right):
        lines = [_line(row, from_right or _is_from_right(row), mirrored) for row in column]
        found += _paragraphs([line for line in lines if line.text])
    return found


def _is_from_right(row: Row) -> bool:
    """Whether all letters of a line are read from right to left."""
    return any(part.letters[0] for part in row) and not any(part.letters[1] for part in row)


def _line(row: Row, from_right: bool, mirrored: bool) -> _Line:
    parts = row[::-1] if from_right else row
    text = " ".join(read(part.pieces, from_right, mirrored) for part in parts)
    left, right = row[0].left, row[-1].right
    begins, ends = (-right, -left) if from_right else (left, right)
    text = _SIGN.sub("\u2022", " ".join(text.split()))
    return _Line(text, begins, ends, row[0].baseline, parts[0].size, parts[0].first_word)


def _paragraphs(lines: Sequence[_Line]) -> list[str]:
    """The paragraphs of a column."""
    column = _Column.of(lines)
    found: list[str] = []
    for above, line in zip([None, *lines], lines, strict=False):
        if above is None or column.ends_between(above, line):
            found.append(line.text)
        else:
            found[-1] = _continued(found[-1], line.text)
    return found


def _continued(text: str, line: str) -> str:
    """A paragraph with its next line; a Latin word that was divided is one again."""
    if text.endswith(_HYPHENS) and text[-2:-1].islower() and line[:1].islower():
        return text[:-1] + line
    return f"{text} {line}"
