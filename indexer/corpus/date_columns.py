"""How the dates of a column are meant, where one alone may be two days or a number: the others tell."""

import datetime
import math
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol, Self, cast

from indexer.core.records import Record, Skipped
from indexer.corpus.field_values import Scalar
from indexer.corpus.source import Reader, Source
from indexer.text import dates, stamps
from indexer.text.dates import Order

RECORDS = 10_000
"""Records of a source that are looked at; more that are added to its end change nothing."""

NEAR = 366
"""Days that a spreadsheet's number may lie before the first or behind the last date of its column."""

_BETWEEN = r"\s*[-/\u2010-\u2015]\s*"
_MAY_BE_TWO = re.compile(rf"(?<!\d)\d{{1,2}}{_BETWEEN}\d{{1,2}}{_BETWEEN}\d{{4}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """A date as a source has it, and what its column says of it.

    Attributes:
        name: of its column or key.
        value: as it is written.
        order: which number leads; None where nothing tells.
        is_serial: whether a number of five digits is a spreadsheet's day.
    """

    name: str
    value: Scalar
    order: Order | None = None
    is_serial: bool = True

    @property
    def text(self) -> str:
        """The date as text; time since 1970 without its fraction."""
        value = self.value
        if isinstance(value, datetime.date):
            return value.isoformat()
        if isinstance(value, float) and math.isfinite(value) and stamps.serial(str(value)) is None:
            value = int(value)
        return str(value).strip()

    @property
    def needs_others(self) -> bool:
        """Whether it says one thing in one column, and another in another."""
        text = self.text
        if len(text) > dates.MAX_LENGTH:
            return False
        return stamps.serial(text) is not None or _MAY_BE_TWO.search(text) is not None

    def read(self, language: str) -> tuple[datetime.date | None, str | None]:
        """The day, and how it was written if that is no ISO date and no mere count of days or seconds."""
        text = self.text
        if isinstance(self.value, datetime.datetime):
            return self.value.date(), text
        if isinstance(self.value, datetime.date):
            return self.value, None
        if self.is_serial and (date := stamps.serial(text)):
            return date, None
        date = dates.parse(text, language, self.order)
        is_count = date and text.isascii() and text.isdigit() and not stamps.compact(text, language)
        is_plain = date and text in {date.isoformat(), f"{date:%Y%m%d}"}
        return date, None if is_count or is_plain else text


class Dated(Protocol):
    """What loads a record whose dates lie in columns."""

    @property
    def dates(self) -> tuple[Written, ...]:
        """Those that may be its date."""
        ...

    def dated(self, dates: tuple[Written, ...]) -> "Self":
        """The same with other dates."""
        ...

    def record(self) -> Record:
        """The record that it loads."""
        ...


@dataclass(frozen=True, slots=True)
class _Habit:
    """What the dates of a column share: the order of their numbers, and the days they lie between."""

    order: Order | None
    days: tuple[int, int] | None
    all_serial: bool

    def settle(self, written: Written) -> Written:
        """A date of this column as the others say that it is meant."""
        day = stamps.serial(written.text)
        if day is None:
            return replace(written, order=self.order)
        is_near = self.days and self.days[0] - NEAR <= day.toordinal() <= self.days[1] + NEAR
        return replace(written, is_serial=bool(is_near or self.all_serial))


def columned(reader: Reader) -> Reader:
    """A reader that understands each date as the others of its column tell.

    The source is read a second time when the first date is met that needs it.
    """

    def read(source: Source) -> Iterator[Record | Skipped]:
        habits: dict[str, _Habit] = {}
        for item in reader(source):
            load = _dated(item)
            if load is None or not any(written.needs_others for written in load.dates):
                yield item
                continue
            for written in load.dates:
                if written.needs_others and written.name not in habits:
                    habits[written.name] = _habit(_column(reader, source, written.name))
            settled = (
                habits[written.name].settle(written) if written.needs_others else written
                for written in load.dates
            )
            yield load.dated(tuple(settled)).record()

    return read


def _dated(item: Record | Skipped) -> Dated | None:
    load = item.load if isinstance(item, Record) else None
    return cast("Dated", load) if hasattr(load, "dated") else None


def _column(reader: Reader, source: Source, name: str) -> Iterator[Written]:
    """The dates under `name`; behind a place that cannot be read there are none."""
    items = cast("Generator[Record | Skipped, None, None]", reader(source))
    with suppress(OSError, ValueError), closing(items):
        for item in islice(items, RECORDS):
            load = _dated(item)
            yield from (written for written in (load.dates if load else ()) if written.name == name)


def _habit(column: Iterable[Written]) -> _Habit:
    orders: set[Order] = set()
    days: tuple[int, int] | None = None
    all_serial = True
    for written in column:
        if stamps.serial(written.text):
            continue
        all_serial = False
        if order := dates.order_of(written.text):
            orders.add(order)
        if found := written.read("und")[0]:
            day = found.toordinal()
            days = (min(day, days[0]), max(day, days[1])) if days else (day, day)
    return _Habit(orders.pop() if len(orders) == 1 else None, days, all_serial)
