"""Glyphs to lines: which stand beside each other, which above a letter, and where words end."""

import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.pdf.glyph import FROM_LEFT, FROM_RIGHT, ZWNJ, Glyph, is_mark, kind_of

SAME_LINE = 0.35
"""Baselines that are nearer to each other, in sizes of the font, are one. So all lengths are counted here."""

RAISED, MORE = 0.8, 3
"""Glyphs that stand so much higher or lower than so many times as many belong to their line."""

WORD_GAP = 0.18
"""A wider gap between two glyphs parts words."""

SPACE_GAP = 0.03
"""The same, where a space stands; one at the end of a line may lie below the next glyph."""

COLUMN_GAP = 1.2
"""A wider gap parts columns."""

WIDE_GAP = 3.0
"""The same, where a space stands: lines are stretched at their spaces, but not so far."""

NO_WIDTH = 0.02
"""A glyph that is narrower stands above or below another, or is a half-space."""

BESIDE = 0.5
"""A mark that is so much nearer to one of two letters is that one's, whichever was drawn first."""

TWICE = 0.1
"""The same character again, so little aside, makes the first one bold."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line that wide gaps part from the others.

    Attributes:
        pieces: what each glyph stands for, and a space between words; from left to right.
        left: where it begins, in points.
        right: where it ends.
        baseline: of its line.
        size: of its font.
        first_word: the width of the word that is read first.
        letters: how many are read from right to left, and how many from left to right.
    """

    pieces: tuple[str, ...]
    left: float
    right: float
    baseline: float
    size: float
    first_word: float
    letters: tuple[int, int]


Row = tuple[Part, ...]
"""The parts of a line, from left to right."""


def rows_of(glyphs: Sequence[Glyph]) -> list[Row]:
    """The lines of a page, from top to bottom."""
    levels: list[list[Glyph]] = []
    for glyph in sorted(_joined(glyphs), key=lambda one: -one.baseline):
        size = max(levels[-1][0].size, glyph.size) if levels else 0.0
        if not levels or levels[-1][0].baseline - glyph.baseline > SAME_LINE * size:
            levels.append([])
        levels[-1].append(glyph)
    return [row for row in map(_parted, _with_raised(levels)) if row]


def _with_raised(levels: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """The glyphs of each line, with the few that stand above or below the others, as raised numerals do."""
    heights = [_baseline(level) for level in levels]
    lines = [list(level) for level in levels]
    for number, level in enumerate(levels):
        near = [
            other
            for other in range(max(0, number - 2), min(len(levels), number + 3))
            if len(levels[other]) >= MORE * len(level)
            and abs(heights[other] - heights[number]) < RAISED * _size(levels[other])
        ]
        if near:
            lines[min(near, key=lambda other: abs(heights[other] - heights[number]))] += level
            lines[number] = []
    return lines


def _baseline(glyphs: Sequence[Glyph]) -> float:
    return statistics.median(glyph.baseline for glyph in glyphs)


def _size(glyphs: Sequence[Glyph]) -> float:
    return statistics.median(glyph.size for glyph in glyphs)


def _joined(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs, as they were drawn, with marks and half-spaces put behind their letters."""
    bases = [number for number, glyph in enumerate(glyphs) if not _is_attached(glyph)]
    texts = {number: glyphs[number].text for number in bases}
    behind = 0
    for number, glyph in enumerate(glyphs):
        if behind < len(bases) and bases[behind] == number:
            behind += 1
            continue
        owner = _owner(glyph, glyphs, bases[max(0, behind - 1) : behind + 1])
        if owner is not None:
            texts[owner] = _with_marks(texts[owner], glyph.text)
    return [replace(glyphs[number], text=texts[number]) for number in bases]


def _is_attached(glyph: Glyph) -> bool:
    """Whether it is a mark or a half-space; some programs give a mark the letter below it, too."""
    marks = [is_mark(one) for one in glyph.text.strip()]
    return any(marks) and (all(marks) or glyph.width < NO_WIDTH * glyph.size)


def _owner(mark: Glyph, glyphs: Sequence[Glyph], around: Sequence[int]) -> int | None:
    """Which of the glyphs that were drawn before and behind a mark it belongs to.

    Text from right to left is mostly drawn from left to right, a mark before its letter.
    """
    near = [number for number in around if abs(glyphs[number].baseline - mark.baseline) < glyphs[number].size]
    if len(near) < 2:
        return near[0] if near else None
    before, behind = (glyphs[number] for number in near)
    far = _distance(mark, before) - _distance(mark, behind)
    if abs(far) > BESIDE * mark.size:
        return near[0] if far < 0 else near[1]
    from_right = FROM_RIGHT in (kind_of(before.text), kind_of(behind.text))
    return near[1] if from_right and behind.left > before.left else near[0]


def _distance(mark: Glyph, letter: Glyph) -> float:
    """How far a mark begins from what a letter covers."""
    return max(letter.left - mark.left, mark.left - letter.right, 0.0)


def _with_marks(letter: str, marks: str) -> str:
    """A letter with more marks, the half-space behind them; only joined letters have one."""
    new = {one: None for one in marks if is_mark(one) and one not in letter}
    joiner = ZWNJ if ZWNJ in new and kind_of(letter) == FROM_RIGHT else ""
    joiner = joiner or ZWNJ * letter.endswith(ZWNJ)
    return letter.removesuffix(ZWNJ) + "".join(one for one in new if one != ZWNJ) + joiner


def _parted(row: Sequence[Glyph]) -> Row:
    parts: list[list[Glyph]] = []
    last: Glyph | None = None
    spaced = False
    for glyph in _without_strokes(sorted(row, key=lambda one: one.left)):
        if not glyph.text.strip():
            spaced = True
            continue
        gap = (glyph.left - last.right) / glyph.size if last else 0.0
        if last and glyph.text == last.text and glyph.left - last.left < TWICE * glyph.size:
            continue
        is_joined = glyph.text.endswith(ZWNJ) and not spaced
        if not last or gap > (WIDE_GAP if spaced else COLUMN_GAP):
            parts.append([])
        elif gap > (SPACE_GAP if spaced else WORD_GAP) and not is_joined:
            parts[-1].append(Glyph(" ", last.right, glyph.left, glyph.baseline, glyph.size))
        parts[-1].append(glyph)
        last, spaced = glyph, False
    return tuple(map(_part, parts))


def _without_strokes(glyphs: Sequence[Glyph]) -> Iterator[Glyph]:
    """The glyphs of a line; one that stands for nothing known between two letters is part of the first."""
    last: Glyph | None = None
    unsure: list[Glyph] = []
    for glyph in glyphs:
        if not glyph.is_sure:
            unsure.append(glyph)
            continue
        if last and unsure and kind_of(last.text) == kind_of(glyph.text) == FROM_RIGHT:
            last = replace(last, right=max(last.right, unsure[-1].right))
            unsure = []
        yield from filter(None, [last, *unsure])
        last, unsure = glyph, []
    yield from filter(None, [last, *unsure])


def _part(glyphs: Sequence[Glyph]) -> Part:
    pieces = tuple(sys.intern(glyph.text) for glyph in glyphs)
    kinds = [kind_of(piece) for piece in pieces]
    letters = kinds.count(FROM_RIGHT), kinds.count(FROM_LEFT)
    left, right = glyphs[0].left, max(glyph.right for glyph in glyphs)
    spaces = [glyph for glyph in glyphs if glyph.text == " "]
    word = right - left
    if spaces:
        word = right - spaces[-1].right if letters[0] > letters[1] else spaces[0].left - left
    return Part(pieces, left, right, _baseline(glyphs), _size(glyphs), word, letters)
