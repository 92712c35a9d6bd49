"""Searches as tables: one search, or a list of queries in one go."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from indexer.commands.output import put_text
from indexer.core.errors import InvalidQuery, PathNotFound, UnreadableInput
from indexer.core.shown import shown
from search_api.search import Searcher
from search_api.searching.outcomes import Result
from search_api.searching.query import Query
from search_api.searching.spreadsheet import Cell, csv_lines
from search_api.serving.hit_rows import COLUMNS, NO_HIT, row_of

QUERY = "query"
"""The name of the column that holds the queries; else it is the first one."""

COLUMNS_OF_QUERIES = (QUERY, "verdict", "problem", *COLUMNS)

_SEPARATORS = ",;\t"

Asking = Callable[[str], Query]


def put_hits(result: Result) -> None:
    """Print the hits of a search as CSV."""
    for line in csv_lines(COLUMNS, map(row_of, result.hits)):
        put_text(line)


def put_answers(queries: Sequence[str], asking: Asking, searcher: Searcher) -> None:
    """Print the hits of each query as CSV: a row each, and one for a query that finds nothing."""
    for line in csv_lines(COLUMNS_OF_QUERIES, _answers(queries, asking, searcher)):
        put_text(line)


def read_queries(path: Path) -> list[str]:
    """The queries in a CSV file whose first row names its columns; `-` reads standard input.

    Rows without a query are left out.

    Raises:
        PathNotFound: there is no such file.
        UnreadableInput: it is no CSV in UTF-8, or holds no query.
    """
    try:
        written = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        found = list(_queries(io.StringIO(written.decode("utf-8-sig"), newline="")))
    except FileNotFoundError:
        raise PathNotFound(f"{shown(path)} is not there") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(f"{shown(path)} is no CSV in UTF-8 that can be read: {error}") from error
    if not found:
        raise UnreadableInput(
            f"{shown(path)} holds no query: its first row names the columns, one of them {QUERY!r}"
        )
    return found


def _queries(file: TextIO) -> Iterator[str]:
    head = file.readline()
    separator = max(_SEPARATORS, key=head.count)
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=separator), [])]
    column = names.index(QUERY) if QUERY in names else 0
    for row in csv.reader(file, delimiter=separator):
        if len(row) > column and row[column].strip():
            yield row[column].strip()


def _answers(queries: Sequence[str], asking: Asking, searcher: Searcher) -> Iterator[tuple[Cell, ...]]:
    for text in queries:
        try:
            result = searcher.search(asking(text))
        except InvalidQuery as error:
            if error.field != "q":
                raise
            yield text, None, str(error), *NO_HIT
            continue
        for row in map(row_of, result.hits):
            yield text, result.verdict, None, *row
        if not result.hits:
            yield text, result.verdict, " ".join(result.warnings) or None, *NO_HIT
