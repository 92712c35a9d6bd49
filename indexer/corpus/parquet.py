"""Parquet to rows, in little memory whatever the file says.

A few kilobytes can stand for gigabytes: pages are compressed, and a dictionary holds a text once for any
number of rows. So the sizes of all pages are added up before one is unpacked, texts stay in dictionaries
until their row is asked for, and what the rows of a group hold together is reckoned before any is given.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, BinaryIO

from indexer.corpus import source as limits
from indexer.corpus.budget import MAX_CHARACTERS, MAX_COLUMNS, OverBudget
from indexer.corpus.packed import FREE, MAX_RATIO
from indexer.corpus.parquet_pages import Page, pages

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ColumnChunkMetaData, ParquetFile

MAX_LISTED = 4_000_000
"""Values that a column of lists may hold in a group of rows."""

_ROWS = 256
_ENTRY = 16
"""Bytes of a number or date in a dictionary."""

_AT_ONCE = 64 * 2**20
_THRIFT = {"thrift_string_size_limit": 2**24, "thrift_container_size_limit": MAX_COLUMNS}
_BYTES_A_CHARACTER = 4


def errors() -> tuple[type[Exception], ...]:
    """What reading raises where a file is not Parquet, or a damaged one."""
    import pyarrow as pa

    return (pa.ArrowException, ValueError, OverflowError, OSError)


def opened(file: BinaryIO) -> "ParquetFile":
    """A Parquet file.

    Raises:
        one of `errors`.
    """
    from pyarrow.parquet import ParquetFile

    return ParquetFile(file, buffer_size=2**20, pre_buffer=False, **_THRIFT)


def rows(table: "ParquetFile", file: BinaryIO, columns: Sequence[str]) -> Iterator[dict[str, object] | None]:
    """The rows of `table`, only with these columns; None for one that is larger than any article.

    Raises:
        OverBudget: it is made to unpack to far more than it is.
    """
    file.seek(0, 2)
    most = FREE + MAX_RATIO * file.tell()
    in_dictionaries = _in_dictionaries(table, file)
    total, longest = _reckoned(in_dictionaries, file, columns, most)
    if total > most:
        _require_light(in_dictionaries, columns, most)
        batches = in_dictionaries.iter_batches(batch_size=_ROWS, columns=columns)
    else:
        size = max(min(_AT_ONCE // max(longest, 1), _ROWS), 1)
        batches = table.iter_batches(batch_size=size, columns=columns)
    for batch in batches:
        yield from _of_batch(batch)


def _in_dictionaries(table: "ParquetFile", file: BinaryIO) -> "ParquetFile":
    """The same file, read so that each text is in memory once, however often it comes."""
    from pyarrow.parquet import ParquetFile

    columns = [table.schema.column(number) for number in range(len(table.schema.names))]
    texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    return ParquetFile(
        file,
        metadata=table.metadata,
        buffer_size=2**20,
        pre_buffer=False,
        read_dictionary=texts,
        **_THRIFT,
    )


def _reckoned(table: "ParquetFile", file: BinaryIO, columns: Sequence[str], most: int) -> tuple[int, int]:
    """Bytes that some columns hold at most, and their longest value, by what is said of their pages.

    Raises:
        OverBudget: one page, or all of them, cannot be unpacked.
    """
    total = longest = unpacked = 0
    for group, number in product(range(table.metadata.num_row_groups), range(table.metadata.num_columns)):
        chunk = table.metadata.row_group(group).column(number)
        if chunk.path_in_schema.split(".")[0] not in columns:
            continue
        found = _pages(chunk, file)
        unpacked += sum(page.unpacked for page in found)
        if unpacked > most or any(page.unpacked > limits.MAX_BYTES for page in found):
            raise OverBudget("its pages unpack to far more than the file")
        values = sum(page.values for page in found if not page.is_dictionary)
        if table.metadata.schema.column(number).max_repetition_level:
            if values > MAX_LISTED:
                raise OverBudget(f"more than {MAX_LISTED:,} values in the lists of a column")
            return most + 1, longest
        plain = [page.unpacked for page in found if not page.uses_dictionary]
        named = sum(page.values for page in found if page.uses_dictionary)
        entry = _longest_entry(table, group, chunk.path_in_schema, found) if named else 0
        total += sum(plain) + named * entry
        longest = max(longest, entry, *plain, 0)
    return total, longest


def _pages(chunk: "ColumnChunkMetaData", file: BinaryIO) -> list[Page]:
    starts = (chunk.dictionary_page_offset, chunk.data_page_offset)
    return list(pages(file, min(start for start in starts if start), chunk.total_compressed_size))


def _longest_entry(table: "ParquetFile", group: int, path: str, found: Sequence[Page]) -> int:
    """Bytes of the longest text in the dictionary of a column; of all of it where that is not known."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = sum(page.unpacked for page in found if page.is_dictionary)
    if not found[0].is_dictionary or not found[1].uses_dictionary:
        return max(whole, limits.MAX_BYTES)
    batch = next(table.iter_batches(batch_size=1, row_groups=[group], columns=[path]), None)
    if batch is None or not pa.types.is_dictionary(batch.column(0).type):
        return min(whole, _ENTRY)
    return int(pc.max(pc.binary_length(batch.column(0).dictionary)).as_py() or 0)


def _require_light(table: "ParquetFile", columns: Sequence[str], most: int) -> None:
    """Add up what the rows hold.

    Raises:
        OverBudget: that is far more than the file.
    """
    total = 0
    for batch in table.iter_batches(batch_size=_ROWS, columns=columns):
        total += sum(map(_weight, batch.columns))
        if total > most:
            raise OverBudget(f"its rows hold more than {MAX_RATIO} times the bytes of the file")


def _of_batch(batch: "pa.RecordBatch") -> Iterator[dict[str, object] | None]:
    """The rows of a batch; one that would fill the memory as a whole is halved."""
    most = _BYTES_A_CHARACTER * MAX_CHARACTERS
    if sum(map(_weight, batch.columns)) > most:
        if len(batch) == 1:
            yield None
            return
        half = len(batch) // 2
        yield from _of_batch(batch.slice(0, half))
        yield from _of_batch(batch.slice(half))
        return
    names = batch.schema.names
    cells = [_as_python(column) for column in batch.columns]
    for row in zip(*cells, strict=True):
        yield dict(zip(names, row, strict=True))


def _weight(column: "pa.Array") -> int:
    """Bytes that the values of a column hold, each text as often as it comes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        sizes = pc.fill_null(pc.cast(pc.binary_length(column.dictionary), pa.int64()), 0)
        return int(pc.sum(sizes.take(column.indices)).as_py() or 0) + 8 * len(column)
    if pa.types.is_struct(kind):
        return sum(map(_weight, column.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _weight(column.flatten()) + 64 * len(column)
    if pa.types.is_map(kind):
        return _weight(column.keys) + _weight(column.items)
    return int(column.nbytes)


def _as_python(column: "pa.Array") -> list[object]:
    """The values of a column; a point in time as its date in UTC, which is all that is wanted of it."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.date32(), safe=False)
    values: list[object] = column.to_pylist()
    return values
