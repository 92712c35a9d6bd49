"""Where the next page of a search begins, in a text that callers hand back and need not understand.

Pages are those of one generation, and of one query with the same filters and order. The first page shows the
best hits; later ones go through all that matches and leave out what the first has shown, so that no hit comes
twice and none is missed.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from indexer.core.errors import CursorExpired, InvalidQuery
from indexer.core.records import Filter
from search_api.searching.query import Query

LONGEST = 4096
"""Characters of a cursor."""

_MOST = 2**32


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins.

    Attributes:
        generation: name of that which answered.
        query: what stands for the query.
        offset: of the first hit, among those that match and were not shown on the first page.
        shown: numbers of the articles, or passages, that the first page showed.
        missing: places of shards that were not searched, nor are for any of its pages; ascending.
    """

    generation: str
    query: str
    offset: int
    shown: tuple[int, ...]
    missing: tuple[int, ...] = ()

    def written(self) -> str:
        """The text that stands for it."""
        packed = json.dumps(astuple(self), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, query: Query, generation: str) -> "Cursor":
        """The cursor that a text stands for.

        Raises:
            InvalidQuery: it stands for none, or for one of another query.
            CursorExpired: it is of another generation.
        """
        cursor = cls.parsed(text)
        if cursor.query != digest(query):
            message = "the cursor is of another search: keep everything but limit as it was, or leave it out"
            raise InvalidQuery(message, field="cursor", value=text)
        if cursor.missing and not query.partial:
            message = "the cursor is of a partial answer: keep partial=true, or leave the cursor out"
            raise InvalidQuery(message, field="partial", value=False)
        if cursor.generation != generation:
            raise CursorExpired(
                f"the cursor is of generation {cursor.generation}, and {generation} answers now: begin again"
                " without it"
            )
        return cursor

    @classmethod
    def parsed(cls, text: str) -> "Cursor":
        """The cursor that a text stands for, whatever it is of.

        Raises:
            InvalidQuery: it stands for none.
        """
        try:
            if len(text) > LONGEST:
                raise ValueError("too long")
            padded = text + "=" * (-len(text) % 4)
            values = json.loads(base64.b64decode(padded, b"-_", validate=True))
            generation, query, offset, shown, missing = values
            if not (isinstance(generation, str) and isinstance(query, str)):
                raise TypeError("other values")
            if not (isinstance(shown, list) and isinstance(missing, list)):
                raise TypeError("other values")
            if not all(type(number) is int and 0 <= number < _MOST for number in (offset, *shown, *missing)):
                raise TypeError("other numbers")
        except (ValueError, TypeError, RecursionError):
            message = "the cursor is none: hand back next_cursor as it was given"
            raise InvalidQuery(message, field="cursor", value=text) from None
        return cls(generation, query, offset, tuple(shown), tuple(missing))


def left_out(text: str) -> tuple[int, ...]:
    """The places of the shards that a cursor leaves out; none where there is no cursor.

    Raises:
        InvalidQuery: the text stands for no cursor.
    """
    return Cursor.parsed(text).missing if text else ()


def digest(query: Query) -> str:
    """What stands for all of a query that decides which hits there are, and their order; in every process."""
    said: Sequence[object] = (
        query.text,
        query.language,
        _plain(query.filter),
        query.group.value,
        query.sort.value,
        query.collapse,
        query.stories,
        query.min_confidence,
        query.matched,
        query.mode.value,
        query.without,
        query.exhaustive,
        [[span.start, span.end] for span in (*query.syntax.exact, *query.syntax.excluded)],
    )
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=12).hexdigest()


def _plain(wanted: Filter) -> list[object]:
    return [
        sorted(wanted.languages),
        str(wanted.since),
        str(wanted.until),
        [[one.column, sorted(one.values), one.is_excluded] for one in wanted.conditions],
    ]
