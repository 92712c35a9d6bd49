"""Rows to records: CSV, TSV and Parquet. A row is one article, a column one of its fields."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, cast

from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import source as limits
from indexer.corpus.decoding import BinaryContent, UnknownEncoding, encoding_of
from indexer.corpus.fields import DEFAULTS, Fields, record
from indexer.corpus.packed import seekable
from indexer.corpus.source import Source, too_large

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

TAB = "\t"
DELIMITERS = (",", ";", TAB)
"""What may stand between the columns of a CSV, likeliest first."""

_SAMPLE = 2**20
_ROWS = 256
_SURROGATE = re.compile("[\ud800-\udfff]")


class _TooLong(ValueError):
    """A line is larger than anything that is read."""


def read_csv(source: Source, fields: Fields, delimiter: str | None = None) -> Iterator[Record | Skipped]:
    """The articles in a table whose first row names the columns.

    Without a `delimiter` it is the one of DELIMITERS that is most frequent in the first line. A row that
    cannot be read costs only itself, but nothing is read behind one that is too large.
    """
    with source.open() as opened:
        sample, stream = _peek(opened)
        try:
            encoding = encoding_of(sample[: sample.rfind(b"\n") + 1] or sample)
        except BinaryContent as error:
            yield source.skipped(SkipReason.BINARY, str(error))
            return
        except UnknownEncoding as error:
            yield source.skipped(SkipReason.ENCODING, str(error))
            return
        text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
        yield from _Table(source, fields, text, delimiter).records()


class _Table:
    """A CSV while it is read."""

    def __init__(self, source: Source, fields: Fields, text: io.TextIOWrapper, delimiter: str | None) -> None:
        self._source = source
        self._fields = fields
        self._lines = _lines(text)
        self._line = 0
        self._delimiter = delimiter
        self._row_line = 1

    def records(self) -> Iterator[Record | Skipped]:
        """All rows, as far as they can be read."""
        header: list[str] | None = None
        number = 0
        csv.field_size_limit(limits.MAX_BYTES)
        for row in self._rows():
            at = f":{self._row_line}"
            if header is not None:
                number += 1
            if isinstance(row, Skipped):
                yield row
            elif header is None:
                header = [name.strip() for name in row]
                if complaint := _missing(header, self._fields):
                    yield self._source.skipped(SkipReason.MALFORMED, complaint)
                    return
            elif len(row) != len(header):
                detail = f"{len(row)} columns, where the header has {len(header)}"
                yield self._source.skipped(SkipReason.MALFORMED, detail, at=at)
            elif any(_SURROGATE.search(cell) for cell in row):
                yield self._source.skipped(SkipReason.ENCODING, "it holds bytes of another encoding", at=at)
            else:
                values = dict(zip(reversed(header), reversed(row), strict=True))
                yield record(values, self._fields, self._source, number, at)

    def _rows(self) -> Iterator[list[str] | Skipped]:
        """The rows that are not empty; `_row_line` is the line that the last one begins in."""
        reader = None
        while True:
            self._row_line = self._line + 1
            try:
                if reader is None:
                    reader = self._reader()
                row = next(reader)
            except StopIteration:
                return
            except _TooLong:
                yield self._last(SkipReason.TOO_LARGE, f"a line {too_large()}")
                return
            except UnicodeError as error:
                yield self._last(SkipReason.ENCODING, str(error))
                return
            except csv.Error as error:
                if "field limit" in str(error):
                    yield self._last(SkipReason.TOO_LARGE, f"a field {too_large()}")
                    return
                yield self._source.skipped(SkipReason.MALFORMED, str(error), at=f":{self._row_line}")
            else:
                if row:
                    yield row

    def _last(self, reason: SkipReason, detail: str) -> Skipped:
        """The Skipped for a place behind which nothing is read."""
        return self._source.skipped(reason, f"{detail}; nothing behind it is read", at=f":{self._row_line}")

    def _reader(self) -> Iterator[list[str]]:
        """The reader of all lines; the first of them tells the delimiter where none is given."""
        first = next(self._lines)
        delimiter = self._delimiter or max(DELIMITERS, key=re.sub(r'"[^"]*"', "", first).count)
        return csv.reader(self._counted(first), delimiter=delimiter, strict=True)

    def _counted(self, first: str) -> Iterator[str]:
        self._line += 1
        yield first
        for line in self._lines:
            self._line += 1
            yield line


def _missing(header: Sequence[str], fields: Fields) -> str:
    """What to say of a header that names neither a text nor a title; empty if it does."""
    if any(name.split(".")[0] in header or name in header for name in _names(fields, ("text", "title"))):
        return ""
    shown = ", ".join(header[:20])[:300]
    return f"none of its columns is known as text or title, and none is mapped to them: {shown}"


def _names(fields: Fields, wanted: Sequence[str] = tuple(DEFAULTS)) -> list[str]:
    return [name for field in wanted for name in fields.names(field)]


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
        _TooLong: at one that is larger than MAX_BYTES characters.
    """
    limit = limits.MAX_BYTES
    while line := text.readline(limit + 1):
        if len(line) > limit:
            raise _TooLong
        yield line


def read_parquet(source: Source, fields: Fields) -> Iterator[Record | Skipped]:
    """The articles in a Parquet file, a few hundred rows at a time; only the columns in `fields` are read."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with source.open() as opened, seekable(opened) as file:
        try:
            table = ParquetFile(file, buffer_size=2**20, pre_buffer=False)
            if complaint := _missing(table.schema_arrow.names, fields):
                yield source.skipped(SkipReason.MALFORMED, complaint)
                return
            for number, values in enumerate(_cells(table, fields), 1):
                at = f", record {number}"
                if any(isinstance(cell, str) and len(cell) > limits.MAX_BYTES for cell in values.values()):
                    yield source.skipped(SkipReason.TOO_LARGE, f"a field {too_large()}", at=at)
                else:
                    yield record(values, fields, source, number, at)
        except (pa.ArrowException, ValueError, OverflowError, OSError) as error:
            yield source.skipped(SkipReason.DAMAGED, f"not Parquet that can be read: {_first_line(error)}")


def _cells(table: "ParquetFile", fields: Fields) -> Iterator[dict[str, object]]:
    """The rows of `table`, only with the columns that `fields` may name."""
    wanted = {name for known in _names(fields) for name in (known, known.split(".")[0])}
    columns = [name for name in table.schema_arrow.names if name in wanted]
    for batch in table.iter_batches(batch_size=_ROWS, columns=columns):
        names = batch.schema.names
        cells = [_as_python(column) for column in batch.columns]
        for row in zip(*cells, strict=True):
            yield dict(zip(names, row, strict=True))


def _as_python(column: "pa.Array") -> list[object]:
    """The values of a column; a point in time as its date in UTC, which is all that is wanted of it."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.date32(), safe=False)
    values: list[object] = column.to_pylist()
    return values


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
