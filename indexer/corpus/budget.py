"""What one record may cost, whatever its format: counts beyond which it is a skip and not an article.

Time and memory of a parser grow with what it is given: with its values, tags and attributes, some with their
square. All of that can be counted beforehand, in time that grows with the bytes alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import AnyStr

from indexer.core.records import Article, Record, Skipped, SkipReason

MAX_CHARACTERS = 4_000_000
"""Of an article: some two thousand pages of a book."""

MAX_TEXT_BYTES = 4 * MAX_CHARACTERS
"""Of a text file, and of a page: no more can be as many characters, in any encoding."""

MAX_VALUES = 2_000_000
"""In a JSON document or line: its commas and opening brackets, those in its texts among them."""

MAX_TAGS = 100_000
"""In a page."""

MAX_ENTRY_TAGS = 10_000
"""In an entry of a feed, and outside of all its entries."""

MAX_ATTRIBUTES = 1_000
"""In a tag: parsers compare each with all the others."""

MAX_COLUMNS = 100_000
"""In a row of a table, and in the header of one."""

MAX_BLANK_LINES = 1_000_000
"""More of them than of records is no list of articles."""

MAX_FAULTS = 1_000
"""Faults of a file that are told one by one; what is beyond is told in one line."""

MAX_FAULTS_ON_END = 50_000
"""After so many faults with no article between them, nothing behind is read."""

_TAG = re.compile(rb"<[A-Za-z](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+")
_QUOTED = re.compile(rb"\"[^\"]*+\"|'[^']*+'")
_NAME = re.compile(rb"[^\s/=>]++")
_MARK = re.compile(rb"<(/?)(?:\w{1,30}:)?(?:item|entry)(?=[\s/>])[^<>]*+>", re.IGNORECASE)
CDATA = b"<![CDATA[", b"]]>"


class OverBudget(ValueError):
    """A record would cost more than any article does; the message says in what."""


@dataclass(frozen=True, slots=True)
class Lightened:
    """A feed whose entries that cost too much are empty.

    Attributes:
        raw: the feed.
        heavy: why, by the number of the entry, from 1.
    """

    raw: bytes
    heavy: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where an entry of a feed begins, where its content does and stops, and where it ends."""

    begin: int
    start: int
    stop: int
    end: int


def require_text(raw: bytes) -> None:
    """Check that bytes are not more than any article.

    Raises:
        OverBudget
    """
    if len(raw) > MAX_TEXT_BYTES:
        raise OverBudget(f"larger than {MAX_TEXT_BYTES // 10**6} MB, more than any article")


def require_few_bytes(raw: bytes) -> None:
    """Check that what is not UTF-8 is not large: to find its encoding takes many times its bytes.

    Raises:
        OverBudget
    """
    if len(raw) > MAX_TEXT_BYTES:
        faults = raw.decode("utf-8", "replace").count("\ufffd")
        if faults > MAX_FAULTS and faults > len(raw) // 1000:
            raise OverBudget(f"larger than {MAX_TEXT_BYTES // 10**6} MB, and not UTF-8")


def require_json(raw: bytes) -> None:
    """Check that parsing some JSON will not fill the memory with small values.

    Raises:
        OverBudget
    """
    require_few_bytes(raw)
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > MAX_VALUES:
        raise OverBudget(f"more than {MAX_VALUES:,} values")


def require_markup(raw: bytes, most: int = MAX_TAGS) -> None:
    """Check the tags of a page or of a part of a feed, in any encoding.

    Raises:
        OverBudget
    """
    if raw.count(b"<") > most:
        raise OverBudget(f"more than {most:,} tags")
    if b"\0" in raw:
        raw = raw.replace(b"\0", b"")
    for tag in _TAG.finditer(raw):
        if tag.end() - tag.start() > 2 * MAX_ATTRIBUTES and _attributes(tag[0]) > MAX_ATTRIBUTES:
            raise OverBudget(f"a tag of more than {MAX_ATTRIBUTES:,} attributes")


def _attributes(tag: bytes) -> int:
    """At least so many attributes has a tag: its words, without what stands in quotation marks."""
    return sum(1 for _ in _NAME.finditer(_QUOTED.sub(b" ", tag)))


def lightened(raw: bytes) -> Lightened:
    """A feed without the content of those entries that would cost too much.

    Raises:
        OverBudget: what is outside of its entries costs too much, or all of it together.
    """
    require_few_bytes(raw)
    pieces: list[bytes] = []
    outside: list[bytes] = []
    heavy: dict[int, str] = {}
    done = last = 0
    for number, entry in enumerate(_entries(raw), 1):
        outside.append(raw[last : entry.begin])
        content = raw[entry.start : entry.stop]
        pieces += [raw[done : entry.start], content]
        done, last = entry.stop, entry.end
        try:
            require_markup(without(content, *CDATA), MAX_ENTRY_TAGS)
        except OverBudget as error:
            heavy[number] = str(error)
            pieces.pop()
    pieces.append(raw[done:])
    require_markup(without(b" ".join([*outside, raw[last:]]), *CDATA), MAX_ENTRY_TAGS)
    light = b"".join(pieces) if heavy else raw
    if light.count(b"<") > max(MAX_TAGS, len(light) // 100):
        raise OverBudget(f"more than {MAX_TAGS:,} tags, and little else")
    return Lightened(light, heavy)


def _entries(raw: bytes) -> Iterator[_Entry]:
    """The entries of a feed; one that is not closed ends where the next begins."""
    open_mark: re.Match[bytes] | None = None
    for mark in _MARK.finditer(raw):
        if open_mark:
            end = mark.end() if mark[1] else mark.start()
            yield _Entry(open_mark.start(), open_mark.end(), mark.start(), end)
            open_mark = None
        if mark[0].endswith(b"/>"):
            yield _Entry(mark.start(), mark.end(), mark.end(), mark.end())
        elif not mark[1]:
            open_mark = mark
    if open_mark:
        yield _Entry(open_mark.start(), open_mark.end(), len(raw), len(raw))


def without(markup: AnyStr, begin: AnyStr, end: AnyStr) -> AnyStr:
    """Markup without what stands between two marks; in linear time, also where the second never comes."""
    pieces: list[AnyStr] = []
    done = 0
    while (start := markup.find(begin, done)) >= 0 and (stop := markup.find(end, start)) >= 0:
        pieces.append(markup[done:start])
        done = stop + len(end)
    pieces.append(markup[done:])
    return markup[:0].join(pieces)


def limited(item: Record | Skipped) -> Record | Skipped:
    """A record whose article, when it is loaded, is not longer than any article."""
    return item if isinstance(item, Skipped) else replace(item, load=partial(_load, item))


def _load(record: Record) -> Article | Skipped:
    found = record.load()
    if isinstance(found, Skipped) or len(found.text) <= MAX_CHARACTERS:
        return found
    detail = f"a text of {len(found.text):,} characters, more than {MAX_CHARACTERS:,}"
    return Skipped(record.source, SkipReason.TOO_LARGE, detail, record.path, record.id)


def hopeful(items: Iterator[Record | Skipped]) -> Iterator[Record | Skipped]:
    """What is read of a file, until there are many faults on end."""
    faults = 0
    for item in items:
        yield item
        faults = faults + 1 if isinstance(item, Skipped) else 0
        if faults >= MAX_FAULTS_ON_END:
            detail = f"{MAX_FAULTS_ON_END:,} faults on end; nothing behind them is read"
            yield Skipped(_file(item), SkipReason.MALFORMED, detail, item.path)
            return


def summed(items: Iterator[Record | Skipped]) -> Iterator[Record | Skipped]:
    """What is read, the faults of a file beyond MAX_FAULTS as one."""
    file, faults = "", 0
    last: Skipped | None = None
    for item in items:
        if (here := _file(item)) != file:
            yield from _more(last, faults)
            file, faults, last = here, 0, None
        if isinstance(item, Skipped):
            faults += 1
            last = item
            if faults > MAX_FAULTS:
                continue
        yield item
    yield from _more(last, faults)


def _more(last: Skipped | None, faults: int) -> Iterator[Skipped]:
    if last is not None and faults > MAX_FAULTS:
        detail = f"{faults - MAX_FAULTS:,} more faults like those before, the last: {last.detail}"
        yield Skipped(_file(last), last.reason, detail, last.path)


def _file(item: Record | Skipped) -> str:
    """The file that something was read from; what has none stands for itself."""
    return item.path or item.source.partition("!/")[0].partition(":")[0]
