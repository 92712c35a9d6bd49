"""The pages of a Parquet file: how large they are unpacked, told before any of them is.

A reader asks for as much memory as the header of a page says. The headers are structs in Thrift's compact
protocol (parquet.thrift and thrift-compact-protocol.md of the two projects); only what sizes need is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = 2**16
"""Bytes in which a header must end; with statistics it has some hundreds."""

_UNPACKED, _PACKED = 2, 3
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8
_VALUES, _ENCODING, _ENCODING_2 = 1, 2, 4
_IN_DICTIONARY = (2, 8)
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        unpacked, packed: its bytes.
        values: how many it holds.
        is_dictionary: whether it is the dictionary of its column.
        uses_dictionary: whether it holds places in that.
    """

    unpacked: int
    packed: int
    values: int
    is_dictionary: bool
    uses_dictionary: bool


def pages(file: BinaryIO, start: int, size: int) -> Iterator[Page]:
    """The pages in the `size` bytes of a column from `start`.

    Raises:
        ValueError: a header is none.
    """
    end = start + size
    while start < end:
        file.seek(start)
        header = _Compact(file.read(min(_HEADER, end - start)))
        page = _page(header.struct())
        yield page
        start += header.place + page.packed


def _page(values: dict[int, object]) -> Page:
    unpacked, packed = values.get(_UNPACKED), values.get(_PACKED)
    if not isinstance(unpacked, int) or not isinstance(packed, int) or min(unpacked, packed) < 0:
        raise ValueError("a page without size")
    detail = next((found for key in (_DATA, _DICTIONARY, _DATA_2) if (found := values.get(key))), None)
    found = detail if isinstance(detail, dict) else {}
    encoding = found.get(_ENCODING_2 if _DATA_2 in values else _ENCODING)
    is_dictionary = _DICTIONARY in values
    count = found.get(_VALUES)
    return Page(
        unpacked,
        packed,
        count if isinstance(count, int) else 0,
        is_dictionary,
        not is_dictionary and encoding in _IN_DICTIONARY,
    )


class _Compact:
    """Reads Thrift's compact protocol from some bytes; `place` is how far."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.place = 0

    def struct(self, depth: int = 0) -> dict[int, object]:
        """The fields of a struct by number: integers and structs, None for all else."""
        if depth > _MAX_DEPTH:
            raise ValueError("a header nested too deeply")
        fields: dict[int, object] = {}
        number = 0
        while (head := self._byte()) != _STOP:
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> object:
        if kind in (_I16, _I32, _I64):
            return self._integer()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            head = self._byte()
            count = self._unsigned() if head >> 4 == 15 else head >> 4
            for _ in range(min(count, _HEADER)):
                self._value(head & 15, depth + 1)
            return None
        if kind not in (_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY):
            raise ValueError("a header of another kind")
        self._skip({_BYTE: 1, _DOUBLE: 8}.get(kind) or (self._unsigned() if kind == _BINARY else 0))
        return None

    def _integer(self) -> int:
        """A zigzag integer."""
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def _unsigned(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("a number without end")

    def _byte(self) -> int:
        self._skip(1)
        return self._raw[self.place - 1]

    def _skip(self, count: int) -> None:
        self.place += count
        if self.place > len(self._raw):
            raise ValueError("a header cut off")
