"""Lines of a page to columns of text, in the order in which they are read."""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from indexer.pdf.lines import Row

LEAST_ROWS = 3
"""Fewer rows of parts beside each other are no columns of text."""

LEAST_WIDTH = 6.0
"""Columns that are narrower, in sizes of their font, are those of a table, which is read row by row."""

LARGER = 1.15

Gap = tuple[float, float]
"""From where to where nothing stands, in points."""


def columns_of(rows: Sequence[Row], from_right: bool) -> Iterator[list[Row]]:
    """The columns of a page; what stands in one row of a column is one line."""
    group = _Group()
    for row in rows:
        larger = group.with_row(row)
        if group.cuts and not larger.cuts:
            yield from _split(group, from_right)
            larger = _Group().with_row(row)
        elif not larger.cuts and _Group().with_row(row).cuts:
            before, larger = _with_columns_above(group, row)
            yield from _split(before, from_right)
        group = larger
    yield from _split(group, from_right)


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that follow each other, and where nothing stands in any of them."""

    rows: tuple[Row, ...] = ()
    gaps: tuple[Gap, ...] = ((-math.inf, math.inf),)

    def with_row(self, row: Row) -> "_Group":
        """This, and one row more, below or above."""
        edges = [-math.inf, *(edge for part in row for edge in (part.left, part.right)), math.inf]
        own = list(zip(edges[::2], edges[1::2], strict=True))
        common = ((max(a, c), min(b, d)) for a, b in self.gaps for c, d in own)
        return _Group((*self.rows, row), tuple((start, end) for start, end in common if start < end))

    @property
    def cuts(self) -> list[float]:
        """The middles of the gaps that have something on both sides."""
        left = min((row[0].left for row in self.rows), default=0.0)
        right = max((row[-1].right for row in self.rows), default=0.0)
        return [(start + end) / 2 for start, end in self.gaps if start >= left and end <= right]


def _with_columns_above(group: _Group, row: Row) -> tuple[_Group, _Group]:
    """A group without the last rows that may stand in the columns of a row below, and they with that row.

    Rows in a larger font are headings above the columns.
    """
    taken = _Group().with_row(row)
    count = 0
    for above in reversed(group.rows):
        if above[0].size > LARGER * row[0].size or not taken.with_row(above).cuts:
            break
        taken = taken.with_row(above)
        count += 1
    rest = group.rows[: len(group.rows) - count]
    return _Group(rest), replace(taken, rows=(*group.rows[len(rest) :], row))


def _split(group: _Group, from_right: bool) -> Iterator[list[Row]]:
    if not group.rows:
        return
    cuts = [-math.inf, *group.cuts, math.inf]
    columns = [
        [inside for row in group.rows if (inside := tuple(part for part in row if start < part.left < end))]
        for start, end in pairwise(cuts)
    ]
    if all(map(_is_text, columns)):
        yield from reversed(columns) if from_right else columns
    else:
        yield list(group.rows)


def _is_text(column: Sequence[Row]) -> bool:
    widths = [(row[-1].right - row[0].left) / row[0].size for row in column]
    return len(widths) >= LEAST_ROWS and statistics.median(widths) >= LEAST_WIDTH
