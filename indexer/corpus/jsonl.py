"""JSON Lines and JSON: one object is one article."""

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from indexer.core.records import UNREAD, Record, Skipped, SkipReason
from indexer.corpus import source as limits
from indexer.corpus.budget import MAX_BLANK_LINES, OverBudget, require_json
from indexer.corpus.damage import NAMES_NOT_READ
from indexer.corpus.decoding import MAX_ZEROS, NotText, decode
from indexer.corpus.field_names import SUMMARIES, Named, folded
from indexer.corpus.field_values import text_in
from indexer.corpus.fields import Fields, record
from indexer.corpus.source import Source, too_large

LISTS = (
    *("articles", "items", "data", "documents", "docs", "records", "results", "entries", "rows"),
    *("messages", "posts", "hits", "edges", "list", "value", "content"),
)
"""Keys that are looked at first for the array of articles in an object."""

_MARK = b"\xef\xbb\xbf"
_PIECE = 2**20
_DEEPEST = 4
"""Objects around a list of articles."""


def read_lines(source: Source, fields: Fields) -> Iterator[Record | Skipped]:
    """The articles in JSON Lines: an object a line, in UTF-8; a bad line costs only itself.

    A line that is not UTF-8 is read by itself, as any text is.
    """
    number = 0
    with source.open() as opened:
        for line_number, line in enumerate(_lines(opened), 1):
            at = f":{line_number}"
            if line_number - number > MAX_BLANK_LINES:
                detail = f"{MAX_BLANK_LINES:,} empty lines; nothing behind them is read"
                yield source.skipped(SkipReason.MALFORMED, detail, at=at)
                return
            if line is None:
                number += 1
                yield source.skipped(SkipReason.TOO_LARGE, f"a line {too_large()}", at=at)
                continue
            if line_number == 1 and line.count(0) > MAX_ZEROS * len(line):
                yield source.skipped(SkipReason.BINARY, "it holds NUL bytes; JSON Lines are text in UTF-8")
                return
            content = line.removeprefix(_MARK) if line_number == 1 else line
            if not content.strip():
                continue
            number += 1
            value = _value(content, source, at)
            yield value if isinstance(value, Skipped) else _record(value, fields, source, number, at)
    if not number:
        yield source.skipped(SkipReason.EMPTY, "no line in it")


def read_document(source: Source, fields: Fields) -> Iterator[Record | Skipped]:
    """The articles in a JSON file: an array of objects, one in an object, or one object."""
    with source.open() as opened:
        raw = opened.read()
    try:
        require_json(raw)
        value = json.loads(decode(raw), strict=False)
    except NotText as error:
        yield source.skipped(error.reason, str(error))
    except OverBudget as error:
        yield source.skipped(SkipReason.TOO_LARGE, str(error))
    except (ValueError, RecursionError) as error:
        yield source.skipped(SkipReason.MALFORMED, _complaint(error))
    else:
        del raw
        yield from _articles(value, source, fields)


def _articles(value: object, source: Source, fields: Fields) -> Iterator[Record | Skipped]:
    listed = value if isinstance(value, list) else _list_in(value, fields)
    if listed is None:
        if isinstance(value, Mapping) and any(fields.text_of(value, field) for field in ("text", "title")):
            yield _record(value, fields, source, None, "")
        else:
            yield source.skipped(SkipReason.MALFORMED, "neither an article nor a list of articles")
        return
    if len(listed) > 1 and not any(isinstance(item, Mapping) for item in listed):
        yield source.skipped(SkipReason.MALFORMED, f"none of its {len(listed):,} items is a JSON object")
        return
    for number, item in enumerate(_each(listed, fields), 1):
        at = f", record {number}"
        if isinstance(item, Mapping):
            yield _record(item, fields, source, number, at)
        else:
            yield source.skipped(SkipReason.MALFORMED, "not a JSON object", at=at)


def _record(
    value: Mapping[str, object], fields: Fields, source: Source, number: int | None, at: str
) -> Record | Skipped:
    """The record in an object; none if a name in it cannot be read, for it may be that of the text."""
    if any(UNREAD in name for name in value):
        return source.skipped(SkipReason.ENCODING, NAMES_NOT_READ, at=at)
    return record(value, fields, source, number, at)


def _each(listed: list[object], fields: Fields, depth: int = 0) -> Iterator[object]:
    """The items of a list; of one that is no article, but holds a list of some, those."""
    for item in listed:
        inner = _known_list(item, fields) if isinstance(item, Mapping) and depth < _DEEPEST else None
        if inner is None:
            yield item
        else:
            yield from _each(inner, fields, depth + 1)


def _known_list(item: Mapping[str, object], fields: Fields) -> list[object] | None:
    """The list of articles under one of LISTS, in an object without a text."""
    if _has_text(item, fields):
        return None
    lists = _lists(item)
    listed = next((lists[key] for key in LISTS if key in lists), [])
    return listed if any(isinstance(one, Mapping) and fields.text_of(one, "text") for one in listed) else None


def _list_in(value: object, fields: Fields, depth: int = 0) -> list[object] | None:
    """The array of objects in an object that has no text itself; None if there is none, or several."""
    if not isinstance(value, Mapping) or _has_text(value, fields):
        return None
    lists = _lists(value)
    for key in LISTS:
        if key in lists:
            return lists[key]
    if len(lists) == 1:
        return next(iter(lists.values()))
    found = list(lists.values())
    if not found and depth < _DEEPEST and not fields.text_of(value, "title"):
        deeper = (
            _list_in(inner, fields, depth + 1) for inner in value.values() if isinstance(inner, Mapping)
        )
        found = [listed for listed in deeper if listed is not None]
    if len(found) > 1:
        found = [listed for listed in found if _hold_texts(listed, fields)]
    return found[0] if len(found) == 1 else None


def _hold_texts(listed: list[object], fields: Fields) -> bool:
    """Whether an item of a list is an article, or holds a list of some."""
    return any(
        isinstance(item, Mapping)
        and (fields.text_of(fields.unwrapped(item), "text") or _known_list(item, fields))
        for item in listed
    )


def _lists(value: Mapping[str, object]) -> dict[str, list[object]]:
    """The arrays of objects in an object, by their folded keys."""
    return {
        folded(key): inner
        for key, inner in value.items()
        if isinstance(inner, list) and any(isinstance(item, Mapping) for item in inner)
    }


def _has_text(value: Mapping[str, object], fields: Fields) -> bool:
    """Whether an object has a text of its own, and not one in objects with titles; a description is none."""
    for name, inner in fields.found(Named(value), "text"):
        if fields.text is None and name in SUMMARIES:
            continue
        items = inner if isinstance(inner, list) else []
        are_articles = any(isinstance(item, Mapping) and fields.text_of(item, "title") for item in items)
        if not are_articles and text_in(inner) is not None:
            return True
    return False


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of `stream`; None for one that is too large, which is read past in pieces."""
    limit = limits.MAX_BYTES
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_PIECE)
        yield None


def _value(line: bytes, source: Source, at: str) -> Mapping[str, object] | Skipped:
    """The object in a line."""
    try:
        require_json(line)
        value = json.loads(decode(line), strict=False)
    except NotText as error:
        return source.skipped(error.reason, str(error), at=at)
    except OverBudget as error:
        return source.skipped(SkipReason.TOO_LARGE, str(error), at=at)
    except (ValueError, RecursionError) as error:
        return source.skipped(SkipReason.MALFORMED, _complaint(error), at=at)
    if not isinstance(value, Mapping):
        return source.skipped(SkipReason.MALFORMED, "not a JSON object", at=at)
    return value


def _complaint(error: ValueError | RecursionError) -> str:
    """What is wrong with some JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at character {error.pos + 1}"
    what = "nested too deeply" if isinstance(error, RecursionError) else "a number of too many digits"
    return f"not JSON that can be read: {what}"
