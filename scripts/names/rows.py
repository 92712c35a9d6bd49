"""Rows of the table of names: what a key is, how rows of several sources become one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.names.spelling import cleaned, words_of

KINDS = ("country", "place", "language", "currency", "month", "weekday", "demonym", "person")
LONGEST_KEY = 5
"""Words."""
MOST_SPELLINGS = 4
"""Of a name in one language."""
_ARTICLE = re.compile("^the ", re.IGNORECASE)
_LATIN_KEY = re.compile("[a-z0-9]+( [a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """A name in Latin letters and its spellings, the most usual first.

    Attributes:
        key: folded words with spaces between; see `key_of`.
        kind: one of `KINDS`.
        persian: as Iranian news write it.
        dari: as Afghan news write it, where that is not Persian's.
        arabic: as Arabic news write it.
    """

    key: str
    kind: str
    persian: tuple[str, ...] = ()
    dari: tuple[str, ...] = ()
    arabic: tuple[str, ...] = ()


def key_of(name: str) -> str:
    """The folded words of a name as a reader types it, without "the": Al-Ḥasakah is `al hasakah`."""
    return " ".join(words_of(_ARTICLE.sub("", name.replace("&", " and "))))


def is_key(key: str) -> bool:
    """Whether a key has Latin letters alone and not too many words."""
    return bool(_LATIN_KEY.fullmatch(key)) and len(key.split()) <= LONGEST_KEY and not key.isdecimal()


def keys_of(name: str) -> list[str]:
    """The keys that readers try for a name: St. is Saint too."""
    key = key_of(name)
    saint = re.sub(r"^st ", "saint ", key)
    return [found for found in dict.fromkeys([key, saint]) if is_key(found)]


def spellings(texts: Iterable[str]) -> tuple[str, ...]:
    """Different spellings, cleaned, in their order; of those that differ in letters that fold, the first."""
    found: dict[str, str] = {}
    for text in filter(None, map(cleaned, texts)):
        found.setdefault(" ".join(words_of(text)), text)
    return tuple(found.values())


def merged(rows: Iterable[Row]) -> list[Row]:
    """One row for each key and kind, sorted; spellings of earlier rows come first."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        place = row.key, row.kind
        found[place] = _united(found[place], row) if place in found else row
    return [_tidy(found[place]) for place in sorted(found)]


def _united(one: Row, other: Row) -> Row:
    return Row(
        one.key, one.kind, one.persian + other.persian, one.dari + other.dari, one.arabic + other.arabic
    )


def _tidy(row: Row) -> Row:
    persian = spellings(row.persian)[:MOST_SPELLINGS]
    dari = tuple(text for text in spellings(row.dari) if text not in persian)[:MOST_SPELLINGS]
    return Row(row.key, row.kind, persian, dari, spellings(row.arabic)[:MOST_SPELLINGS])
