"""Rows to records: CSV, TSV and Parquet. A row is one article, a column one of its fields."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

from indexer.core.records import UNREAD, Record, Skipped, SkipReason
from indexer.corpus import source as limits
from indexer.corpus.budget import MAX_BLANK_LINES, MAX_CHARACTERS, MAX_COLUMNS, OverBudget
from indexer.corpus.damage import NAMES_NOT_READ
from indexer.corpus.decoding import NotText, decode, encoding_of
from indexer.corpus.dialects import (
    DELIMITERS,
    MOST_READ_AGAIN,
    Dialect,
    Lines,
    are_rows,
    dialect_of,
    retried,
    trimmed,
)
from indexer.corpus.field_names import LEADS, NAMES, folded, looks_like_a_date
from indexer.corpus.fields import Fields, record
from indexer.corpus.packed import seekable
from indexer.corpus.source import Source, too_large

_SAMPLE = 2**20
_APART = "\f"
_SURROGATE = re.compile("[\ud800-\udfff]")


class _TooLong(ValueError):
    """A line is larger than anything that is read; the message says in what."""


def read_csv(source: Source, fields: Fields, delimiter: str | None = None) -> Iterator[Record | Skipped]:
    """The articles in a table; its header is the first row that names a column of theirs.

    Without a `delimiter` it is the one that Excel states (`sep=;`), or that parts the header. A row that
    cannot be read costs only itself, but nothing is read behind one that is too large.
    """
    with source.open() as opened:
        sample, stream = _peek(opened)
        if not sample.strip():
            yield source.skipped(SkipReason.EMPTY, "no line in it")
            return
        try:
            encoding = encoding_of(sample[: sample.rfind(b"\n") + 1] or sample)
        except NotText as error:
            yield source.skipped(error.reason, str(error))
            return
        text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
        beginning = list(io.StringIO(sample.decode(encoding, "replace"), newline=""))
        dialect = dialect_of(beginning, delimiter, lambda row: not _missing(row, fields))
        yield from _Table(source, fields, text, dialect).records()


class _Table:
    """A CSV while it is read."""

    def __init__(self, source: Source, fields: Fields, text: io.TextIOWrapper, dialect: Dialect) -> None:
        self._source = source
        self._fields = fields
        self._encoding = text.encoding
        self._lines = Lines(_lines(text))
        self._dialect = dialect
        self._header: list[str] = []
        self._row_line = 1
        self._read_again = 0

    def records(self) -> Iterator[Record | Skipped]:
        """All rows, as far as they can be read."""
        number, is_empty = 0, True
        csv.field_size_limit(min(limits.MAX_BYTES, MAX_CHARACTERS))
        for row in self._rows():
            number += bool(self._header)
            is_empty &= not self._header and not isinstance(row, Skipped)
            if isinstance(row, Skipped):
                yield row
            elif self._header:
                yield self._record(row, number)
            elif complaint := self._take_header(row):
                yield complaint
                return
        if is_empty:
            yield self._source.skipped(SkipReason.EMPTY, "no row below its header")

    def _take_header(self, row: list[str]) -> Skipped | None:
        """Take `row` for the header; what to say if it is none."""
        header = self._readable(row)
        if header is None or any(UNREAD in name for name in header):
            return self._source.skipped(SkipReason.ENCODING, NAMES_NOT_READ)
        self._header = trimmed([name.strip() for name in header], 1)
        if complaint := _missing(self._header, self._fields):
            return self._source.skipped(SkipReason.MALFORMED, complaint)
        return None

    def _record(self, row: list[str], number: int) -> Record | Skipped:
        at, columns = f":{self._row_line}", len(self._header)
        row = trimmed(row, columns)
        if len(row) != columns:
            detail = f"{len(row)} columns, where the header has {columns}{self._swallowed()}"
            return self._source.skipped(SkipReason.MALFORMED, detail, at=at)
        cells = self._readable(row)
        if cells is None:
            return self._source.skipped(SkipReason.ENCODING, "it holds bytes of another encoding", at=at)
        values = dict(zip(reversed(self._header), reversed(cells), strict=True))
        return record(values, self._fields, self._source, number, at)

    def _rows(self) -> Iterator[list[str] | Skipped]:
        """The rows that are not empty; `_row_line` is the line that the last one begins in."""
        reader = self._dialect.reader(self._lines)
        above = self._dialect.above
        while True:
            self._row_line = self._lines.number + 1
            self._lines.begin()
            try:
                row = next(self._lines, None) if above else next(reader)
            except StopIteration:
                return
            except _TooLong as error:
                yield self._last(SkipReason.TOO_LARGE, str(error))
                return
            except UnicodeError as error:
                yield self._last(SkipReason.ENCODING, str(error))
                return
            except csv.Error as error:
                if "field limit" in str(error):
                    yield self._last(SkipReason.TOO_LARGE, "a field longer than any article")
                    return
                yield self._mended() or self._source.skipped(
                    SkipReason.MALFORMED, f"{error}{self._swallowed()}", at=f":{self._row_line}"
                )
            else:
                if above:
                    above -= 1
                elif row:
                    yield list(row)

    def _mended(self) -> list[str] | None:
        """The row that could not be read, if spaces beside its quotation marks are why."""
        lines = self._lines.row
        return retried(lines[0], self._dialect, len(self._header)) if len(lines) == 1 else None

    def _swallowed(self) -> str:
        """What to say of the lines that the last row took with it; those that look like rows are put back."""
        swallowed = len(self._lines.row) - 1
        if not swallowed:
            return ""
        behind = "; a quotation mark in it is not closed, or closed too late: of the lines behind it,"
        self._read_again += swallowed
        if self._read_again <= MOST_READ_AGAIN and are_rows(
            self._lines.row[1:], self._dialect, len(self._header)
        ):
            self._lines.put_back()
            return f"{behind} {swallowed:,} are read as rows"
        return f"{behind} {swallowed:,} are lost with it"

    def _readable(self, row: list[str]) -> list[str] | None:
        """The cells of `row`, bytes that are not of the table's encoding read by themselves."""
        if not any(_SURROGATE.search(cell) for cell in row):
            return row
        if not self._encoding.startswith("utf-8") or any(_APART in cell for cell in row):
            return [_SURROGATE.sub(UNREAD, cell) for cell in row]
        try:
            return decode(_APART.join(row).encode("utf-8", "surrogateescape")).split(_APART)
        except NotText:
            return None

    def _last(self, reason: SkipReason, detail: str) -> Skipped:
        """The Skipped for a place behind which nothing is read."""
        return self._source.skipped(reason, f"{detail}; nothing behind it is read", at=f":{self._row_line}")


def _missing(header: Sequence[str], fields: Fields) -> str:
    """What to say of a header that names neither a text nor a title; empty if it does."""
    known = _known(fields, ("text", "title"))
    if any(name in known or folded(name) in known for name in header):
        return ""
    shown = ", ".join(header[:20])[:300]
    return f"none of its columns is known as text or title, and none is mapped to them: {shown}"


def _known(fields: Fields, wanted: Sequence[str] = tuple(NAMES)) -> set[str]:
    """The names of columns that are read for some fields, as they are written and folded."""
    names = [*fields.meta, *(name for field in wanted for name in fields.names(field))]
    names += [name.split(".")[0] for name in names]
    return {*names, *map(folded, names)}


def _peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first of `stream`, and a stream that gives all of it."""
    sample = b""
    while len(sample) < _SAMPLE and (more := stream.read(_SAMPLE - len(sample))):
        sample += more
    return sample, cast("BinaryIO", io.BufferedReader(_Joined(sample, stream)))


class _Joined(io.RawIOBase):
    """Gives `beginning`, then what is left of `rest`."""

    def __init__(self, beginning: bytes, rest: BinaryIO) -> None:
        self._beginning = io.BytesIO(beginning)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        data = self._beginning.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of `text`.

    Raises:
        _TooLong: at one that is larger than MAX_BYTES characters or has too many columns, and where nothing
            but empty lines follows.
    """
    limit, blank = limits.MAX_BYTES, 0
    while line := text.readline(limit + 1):
        if len(line) > limit:
            raise _TooLong(f"a line {too_large()}")
        if len(line) > MAX_COLUMNS and max(map(line.count, DELIMITERS)) > MAX_COLUMNS:
            raise _TooLong(f"a line of more than {MAX_COLUMNS:,} columns")
        blank = 0 if line.strip() else blank + 1
        if blank > MAX_BLANK_LINES:
            raise _TooLong(f"{MAX_BLANK_LINES:,} empty lines")
        yield line


def read_parquet(source: Source, fields: Fields) -> Iterator[Record | Skipped]:
    """The articles in a Parquet file, a row at a time; only the columns in `fields` are read."""
    from indexer.corpus import parquet

    with source.open() as opened, seekable(opened) as file:
        try:
            table = parquet.opened(file)
            names = table.schema_arrow.names
            if complaint := _missing(names, fields):
                yield source.skipped(SkipReason.MALFORMED, complaint)
                return
            rows = parquet.rows(table, file, _wanted(names, fields))
            for number, values in enumerate(rows, 1):
                at = f", record {number}"
                if values is None:
                    yield source.skipped(SkipReason.TOO_LARGE, "longer than any article", at=at)
                else:
                    yield record(values, fields, source, number, at)
        except OverBudget as error:
            yield source.skipped(SkipReason.TOO_LARGE, str(error))
        except parquet.errors() as error:
            yield source.skipped(SkipReason.DAMAGED, f"not Parquet that can be read: {_first_line(error)}")


def _wanted(names: Sequence[str], fields: Fields) -> list[str]:
    """The columns that `fields` may name."""
    known = {*_known(fields), *map(folded, LEADS)}
    return [name for name in names if name in known or folded(name) in known or looks_like_a_date(name)]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
