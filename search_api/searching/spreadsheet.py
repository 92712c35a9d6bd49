"""Rows as CSV that a spreadsheet opens as it should: Persian and Arabic are read right, and nothing is run.

Titles, sentences and queries come from elsewhere, and a spreadsheet takes a cell that begins with `=` for a
formula. The rules are those of OWASP (https://owasp.org/www-community/attacks/CSV_Injection): every cell
between quotation marks, those inside doubled, and an apostrophe before what would begin a formula. That holds
behind a semicolon too: where a semicolon parts cells, as in Excel in much of Europe, a cell may begin there.
"""

import csv
import datetime
import re
from collections.abc import Iterable, Iterator, Sequence

from indexer.core.shown import shown

BYTE_ORDER_MARK = "\ufeff"
"""Begins the file: without it Excel reads UTF-8 as another encoding."""

MEDIA_TYPE = "text/csv; charset=utf-8"

Cell = str | int | float | datetime.date | None

_FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"""((?:^|;)[\s'"\u200b-\u200f\ufeff]*)(?=[=+\-@{_FULL_WIDTH}])""")


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A table as the lines of a file, each with its line break (RFC 4180); the first has a byte-order mark.

    Raises:
        ValueError: a row has more or fewer cells than the header.
    """
    yield BYTE_ORDER_MARK + _line(header)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells, the header {len(header)}: {', '.join(header)}")
        yield _line(row)


def cell(value: Cell) -> str:
    """What stands in a cell: a text in one line, which no spreadsheet runs; a number or a day as it is."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _FORMULA.sub(r"\1'", shown(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


class _Written:
    """What a writer of CSV wrote last."""

    text = ""

    def write(self, text: str) -> None:
        """Keep it."""
        self.text = text


def _line(cells: Sequence[Cell]) -> str:
    written = _Written()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(map(cell, cells))
    return written.text
