"""Objects and rows to records: which of their fields mean what, and how their values are read."""

import datetime
import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from functools import partial

from indexer.core.errors import InvalidMapping
from indexer.core.records import UNREAD, Article, Record, Skipped, SkipReason
from indexer.corpus.damage import ID_NOT_READ
from indexer.corpus.language_codes import language_of
from indexer.corpus.source import Source, digest
from indexer.corpus.text import NOTHING, normalise_newlines, title_of
from indexer.text import dates
from indexer.text.language import UNDETERMINED, identify

DEFAULTS = {
    "id": ("id", "_id", "docid", "doc_id", "guid"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content", "article"),
    "date": ("date", "published", "published_at", "publication_date", "datetime", "pubDate"),
    "language": ("lang", "language"),
    "url": ("url", "link"),
}
"""The names that are tried in this order for a field that is not mapped."""

_FIRST_YEAR, _LAST_YEAR = 1800, 2200
"""Years of the eight digits YYYYMMDD and of Unix time; an earlier year is of another calendar."""

_Scalar = str | int | float | datetime.date
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EIGHT_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Fields:
    """The name of the column or key that holds each field; None tries the DEFAULTS.

    A name with dots leads into nested objects: `body.content`; a key with that very dot goes first.
    """

    id: str | None = None
    title: str | None = None
    text: str | None = None
    date: str | None = None
    language: str | None = None
    url: str | None = None

    @classmethod
    def parse(cls, pairs: Sequence[str]) -> "Fields":
        """The mapping that `pairs` of the form `title=headline` write down.

        Raises:
            InvalidMapping: one is not of that form, or names a field that there is not, or one twice.
        """
        known = [field.name for field in fields_of(cls)]
        named: dict[str, str] = {}
        for pair in pairs:
            field, equals, name = (part.strip() for part in pair.partition("="))
            if not equals or not name:
                raise InvalidMapping(f"{pair!r} maps nothing: write FIELD=NAME, as in title=headline")
            if field not in known:
                near = difflib.get_close_matches(field.lower(), known, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise InvalidMapping(f"no field is called {field!r}: there are {', '.join(known)}{hint}")
            if field in named:
                raise InvalidMapping(f"{field} is mapped twice: to {named[field]!r} and to {name!r}")
            named[field] = name
        return cls(**named)

    def names(self, field: str) -> tuple[str, ...]:
        """The names that are tried for `field`, in order."""
        name: str | None = getattr(self, field)
        return (name,) if name else DEFAULTS[field]

    def value(self, values: Mapping[str, object], field: str) -> object:
        """What `values` hold for `field`: the first that is neither missing, null nor an empty text."""
        for name in self.names(field):
            value = _within(values, name)
            if value is not None and not (isinstance(value, str) and not value.strip()):
                return value
        return None


AS_USUAL = Fields()
"""No field is mapped."""


def record(
    values: Mapping[str, object], fields: Fields, source: Source, number: int | None, at: str
) -> Record | Skipped:
    """The record that an object or row holds.

    Its digest covers the values of the mapped fields alone. `number` counts the records of `source` from 1
    and makes the id where none is given; without a number the id is the source's. `at` is the place in the
    source, for people.
    """
    written = {field: fields.value(values, field) for field in DEFAULTS}
    identity = _identity(written["id"])
    if identity is None and written["id"] is not None:
        return source.skipped(SkipReason.MALFORMED, "its id is neither a text nor a number", at=at)
    if isinstance(written["id"], str) and UNREAD in written["id"]:
        return source.skipped(SkipReason.ENCODING, ID_NOT_READ, at=at)
    identity = identity or (source.id if number is None else f"{source.id}/{number}")
    for field in ("text", "title"):
        if not isinstance(written[field], str | None):
            detail = f"its {field} is no text but {_kind(written[field])}"
            return source.skipped(SkipReason.MALFORMED, detail, at=at, id=identity)
    if written["text"] is None and written["title"] is None:
        return source.skipped(SkipReason.EMPTY, "neither a text nor a title", at=at, id=identity)
    del written["id"]
    written = {field: value if isinstance(value, _Scalar) else None for field, value in written.items()}
    content = json.dumps(written, default=str).encode()
    load = partial(_load, written, source, identity, at)
    return Record(identity, source.name + at, source.path, digest(b"record", content), load)


def storable(text: str) -> str:
    """`text` with U+FFFD for what is no character in UTF-8 or ends a text in some libraries."""
    return _UNSTORABLE.sub("\ufffd", text)


def date_of(written: object, language: str) -> tuple[datetime.date | None, str | None]:
    """The date that a value means, and how it was written if it is not simply YYYY-MM-DD.

    Eight digits are YYYYMMDD; greater numbers are Unix time in seconds or milliseconds, in UTC.
    """
    if isinstance(written, datetime.datetime):
        return written.date(), written.isoformat()
    if isinstance(written, datetime.date):
        return written, None
    if isinstance(written, float) and math.isfinite(written):
        written = int(written)
    if not isinstance(written, int | str) or isinstance(written, bool):
        return None, None
    text = storable(str(written).strip())
    if text.isascii() and text.isdigit() and len(text) >= 8:
        return _of_digits(text, language)
    date = dates.parse(text, language)
    return date, None if date and text == date.isoformat() else text


def _of_digits(text: str, language: str) -> tuple[datetime.date | None, str | None]:
    if match := _EIGHT_DIGITS.fullmatch(text):
        parts = "-".join(match.groups())
        date = dates.parse(parts, language)
        return date, None if date and date.isoformat() == parts else text
    seconds = int(text[:20]) / (1 if len(text) < 12 else 1000)
    try:
        date = datetime.datetime.fromtimestamp(seconds, datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        return None, text
    return (date, None) if _FIRST_YEAR <= date.year <= _LAST_YEAR else (None, text)


def _load(written: Mapping[str, object], source: Source, identity: str, at: str) -> Article | Skipped:
    text, title = (_clean(written[field]) for field in ("text", "title"))
    title = title.strip()
    content = text if text.lstrip().startswith(title) else f"{title}\n\n{text}" if text else title
    language = language_of(written["language"]) or identify(content)
    found = title_of(title, language) or title_of(content, language)
    if not found:
        return source.skipped(SkipReason.EMPTY, NOTHING, at=at, id=identity)
    date, date_text = date_of(written["date"], language or UNDETERMINED)
    url = written["url"]
    return Article(
        identity,
        found,
        content,
        date,
        language,
        source.name + at,
        date_text,
        storable(url.strip()) if isinstance(url, str) else None,
    )


def _clean(value: object) -> str:
    return storable(normalise_newlines(value)) if isinstance(value, str) else ""


def _identity(value: object) -> str | None:
    """An id as text: a number without fraction is written without point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return storable(str(value).strip()) if isinstance(value, str | int | float) else None


def _within(values: Mapping[str, object], name: str) -> object:
    """The value of the key `name`, or where its dots lead; None if there is none."""
    if name in values:
        return values[name]
    first, dot, rest = name.partition(".")
    inner = values.get(first) if dot else None
    return _within(inner, rest) if isinstance(inner, Mapping) else None


def _kind(value: object) -> str:
    """A kind of value, as JSON calls it."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, Mapping) else "binary"
