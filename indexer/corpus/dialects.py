"""How a table is written: what parts its columns and stands above its header, how quotes are escaped."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

TAB = "\t"
DELIMITERS = (",", ";", TAB, "|")
"""What may stand between the columns of a CSV, likeliest first."""

MOST_ABOVE = 20
"""Lines that may stand above the header."""

MOST_READ_AGAIN = 100_000
"""Lines of a table that are looked at once more, behind quotation marks that are not closed."""

_SAMPLE_ROWS = 200
_QUOTED = re.compile(r'"[^"]*"')
_STATED = re.compile(r'"?sep=(.)"?[,;\t|"]*\s*', re.IGNORECASE)
_BACKSLASH = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written.

    Attributes:
        delimiter: between its columns.
        above: lines before its header.
        has_backslashes: whether a quotation mark in a text has a backslash before it.
    """

    delimiter: str
    above: int = 0
    has_backslashes: bool = False

    def reader(self, lines: Iterable[str], *, skips_spaces: bool = True) -> Iterator[list[str]]:
        """The rows in `lines`.

        Raises:
            csv.Error: at a row that is not as it should be.
        """
        plain = map(_without_backslashes, lines) if self.has_backslashes else lines
        return csv.reader(plain, delimiter=self.delimiter, strict=True, skipinitialspace=skips_spaces)


def dialect_of(
    lines: Sequence[str], delimiter: str | None, is_header: Callable[[list[str]], bool]
) -> Dialect:
    """The dialect of a table that begins with `lines`.

    Args:
        lines: with their ends.
        delimiter: that must be; None to find it.
        is_header: whether a row names a column that is wanted.
    """
    stated = _STATED.fullmatch(lines[0]) if lines else None
    below = list(lines[1:] if stated else lines)
    if stated:
        delimiter = stated[1]
    found, header = _header(below, delimiter, is_header)
    above = header + bool(stated)
    plain, escaped = Dialect(found, above), Dialect(found, above, True)
    rows = below[header:][:_SAMPLE_ROWS]
    if any('\\"' in line for line in rows) and _fitting(rows, escaped) > _fitting(rows, plain):
        return escaped
    return plain


def retried(line: str, dialect: Dialect, columns: int) -> list[str] | None:
    """The row in a line that `dialect` does not read, where spaces beside quotation marks are why."""
    closed = re.sub(rf'"[ \t]+(?={re.escape(dialect.delimiter)}|[\r\n]*$)', '"', line)
    for changed, skips_spaces in ((line, False), (closed, True)):
        try:
            rows = list(dialect.reader([changed], skips_spaces=skips_spaces))
        except csv.Error:
            continue
        if len(rows) == 1 and len(rows[0]) == columns:
            return rows[0]
    return None


def trimmed(row: Sequence[str], columns: int) -> list[str]:
    """`row` without what stray delimiters at its end add to so many columns."""
    end = len(row)
    while end > columns and not row[end - 1].strip():
        end -= 1
    return list(row[:end])


def are_rows(lines: Sequence[str], dialect: Dialect, columns: int) -> bool:
    """Whether most of `lines` are rows of so many columns, each with its quotation marks in pairs."""
    paired = [line for line in lines if line.count('"') % 2 == 0]
    return columns > 1 and 2 * _fitting(paired, dialect, columns) >= len(lines)


class Lines:
    """Lines with their numbers, of which those of the last row can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.number += 1
        self._row.append(line)
        return line

    @property
    def row(self) -> Sequence[str]:
        """The lines since the last `begin`."""
        return self._row

    def begin(self) -> None:
        """Begin a row."""
        self._row.clear()

    def put_back(self) -> None:
        """Give all lines of the row once more but the first."""
        self._waiting.extendleft(reversed(self._row[1:]))
        self.number -= len(self._row) - 1
        del self._row[1:]


def _header(
    lines: Sequence[str], delimiter: str | None, is_header: Callable[[list[str]], bool]
) -> tuple[str, int]:
    """The delimiter, and which line is the header; one below others has more columns than those."""
    for number, line in enumerate(lines[:MOST_ABOVE]):
        for candidate in [delimiter] if delimiter else _by_frequency(line):
            cells = _cells(line, candidate)
            if is_header(cells) and all(
                len(list(filter(None, _cells(above, candidate)))) < len(cells) for above in lines[:number]
            ):
                return candidate, number
    first = lines[0] if lines else ""
    return delimiter or _by_frequency(first)[0], 0


def _by_frequency(line: str) -> list[str]:
    return sorted(DELIMITERS, key=_QUOTED.sub("", line).count, reverse=True)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        rows = list(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []
    return [cell.strip() for cell in rows[0]] if rows else []


def _fitting(lines: Sequence[str], dialect: Dialect, columns: int | None = None) -> int:
    """How many rows in `lines` have so many columns, or as many as the first."""
    reader, fitting = dialect.reader(lines), 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return fitting
        except csv.Error:
            continue
        columns = columns or len(row)
        fitting += len(trimmed(row, columns)) == columns


def _without_backslashes(line: str) -> str:
    return _BACKSLASH.sub(lambda match: '""' if match[1] == '"' else "\\", line)
