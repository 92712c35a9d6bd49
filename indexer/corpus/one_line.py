"""Ids of one line: they stand in lists, reports and runs that have a line for each."""

from dataclasses import replace
from functools import partial

from indexer.core.records import Article, Record, Skipped


def one_line(text: str) -> str:
    """A text with a space for each line break, of whatever kind."""
    return " ".join(text.splitlines())


def one_line_id(item: Record | Skipped) -> Record | Skipped:
    """A record, or what is none, whose id is one line."""
    if item.id is None or len(item.id.splitlines()) <= 1:
        return item
    line = one_line(item.id)
    if isinstance(item, Skipped):
        return replace(item, id=line)
    return replace(item, id=line, load=partial(_load, item, line))


def _load(record: Record, line: str) -> Article | Skipped:
    return replace(record.load(), id=line)
