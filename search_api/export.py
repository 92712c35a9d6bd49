"""Hits as rows of a table and as lines of JSON, for spreadsheets and programs."""

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence

from indexer.core.errors import InvalidQuery
from search_api.searching.outcomes import Hit
from search_api.searching.spreadsheet import Cell, csv_lines

COLUMNS = (
    *("rank", "confidence", "id", "title", "date", "language", "publisher", "url"),
    *("sentence", "passage", "words", "source", "twins"),
)
"""Of every hit; a further field is `meta.` and its name."""

META = "meta."
MOST_COLUMNS = 32

_BETWEEN = "; "
"""Stands between several values in one cell."""

Value = Cell | list[str]


def columns_of(chosen: Iterable[str], kept: Sequence[str]) -> tuple[str, ...]:
    """The columns that are wanted, in the order asked for; all where none is.

    Args:
        chosen: names of columns.
        kept: names of the further fields that the index keeps, as `meta.author`.

    Raises:
        InvalidQuery: there is no such column, or there are too many.
    """
    wanted = tuple(dict.fromkeys(chosen)) or (*COLUMNS, *kept)
    if len(wanted) > MOST_COLUMNS:
        message = f"fields names {len(wanted):,} columns: {MOST_COLUMNS} may be"
        raise InvalidQuery(message, field="fields", value=len(wanted))
    for name in wanted:
        if name not in COLUMNS and name not in kept:
            listed = ", ".join((*COLUMNS, *kept))
            message = f"no column is called {name!r}: there are {listed}"
            raise InvalidQuery(message, field="fields", value=name)
    return wanted


def csv_of(hits: Iterable[Hit], columns: Sequence[str]) -> Iterator[str]:
    """Hits as the lines of a table that a spreadsheet opens; several values of a cell have `;` between."""
    return csv_lines(columns, ([_cell(value) for value in _values(hit, columns)] for hit in hits))


def json_lines_of(hits: Iterable[Hit], columns: Sequence[str]) -> Iterator[str]:
    """Hits as JSON Lines: an object a line, several values as a list, days as ISO dates."""
    for hit in hits:
        row = dict(zip(columns, _values(hit, columns), strict=True))
        yield f"{json.dumps(row, ensure_ascii=False, default=_plain)}\n"


def _values(hit: Hit, columns: Sequence[str]) -> list[Value]:
    article = hit.article
    known: dict[str, Value] = {
        "rank": hit.rank,
        "confidence": round(hit.confidence, 3),
        "id": article.id,
        "title": article.title,
        "date": article.date,
        "language": article.language,
        "publisher": article.publisher,
        "url": article.url,
        "sentence": hit.sentence.of(article.text),
        "passage": hit.passage.text,
        "words": [f"{match.query.text} = {match.passage.text}" for match in hit.words],
        "source": article.source,
        "twins": [twin.id for twin in hit.twins],
    }
    further = {META + name: list(values) for name, values in article.metadata}
    return [known[name] if name in known else further.get(name, []) for name in columns]


def _cell(value: Value) -> Cell:
    return _BETWEEN.join(value) if isinstance(value, list) else value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
