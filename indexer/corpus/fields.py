"""Objects and rows to records: which of their fields mean what, and how their values are read."""

import datetime
import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from typing import Self

from indexer.core.errors import InvalidMapping
from indexer.core.records import UNREAD, Article, Record, Remark, Skipped, SkipReason
from indexer.corpus.damage import ID_NOT_READ
from indexer.corpus.date_columns import Written
from indexer.corpus.field_names import LEADS, NAMES, WRAPPERS, Named
from indexer.corpus.field_values import Scalar, date_in, is_empty, text_in
from indexer.corpus.markup import plain
from indexer.corpus.metadata import Stated, stated
from indexer.corpus.source import Source, digest
from indexer.corpus.text import NOTHING, normalise_newlines, title_of
from indexer.text import dates
from indexer.text.language import UNDETERMINED, identify
from indexer.text.language_codes import language_of

_LINES = re.compile(r"\n+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAY_BE_OTHERWISE = frozenset(NAMES["text"]) - {"text", "body", "content"}
"""Names of texts that often name something else."""
_CUT = re.compile(r"(?:…|\.\.\.)?\s?\[\+\d{1,9} chars\]\Z")
"""What NewsAPI puts where it cuts a text."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The name of the column or key that holds each field; None tries the NAMES.

    A name with dots leads into nested objects: `body.content`; a key with that very dot goes first.
    """

    id: str | None = None
    title: str | None = None
    text: str | None = None
    date: str | None = None
    language: str | None = None
    url: str | None = None
    publisher: str | None = None
    meta: tuple[str, ...] = ()
    """Further fields that are kept, by the names that they have in records."""

    @classmethod
    def parse(cls, pairs: Sequence[str], meta: tuple[str, ...] = ()) -> "Fields":
        """The mapping that `pairs` of the form `title=headline` write down; and `meta`, as it is declared.

        Raises:
            InvalidMapping: one is not of that form, or names a field that there is not, or one twice.
        """
        known = [field.name for field in fields_of(cls) if field.name != "meta"]
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
        return cls(**named, meta=meta)

    def names(self, field: str) -> tuple[str, ...]:
        """The names that are tried for `field`, in order."""
        name: str | None = getattr(self, field)
        return (name,) if name else NAMES[field]

    def value(self, values: Mapping[str, object] | Named, field: str) -> object:
        """What `values` hold for `field`: the first that is neither missing, null nor empty."""
        named = values if isinstance(values, Named) else Named(values)
        return next((value for _, value in self.found(named, field)), None)

    def text_of(self, values: Mapping[str, object] | Named, field: str) -> str | None:
        """The first text that `values` hold for `field`, in whatever shape; None if there is none."""
        named = values if isinstance(values, Named) else Named(values)
        texts = (text_in(value) for _, value in self.found(named, field))
        return next((text for text in texts if text and text.strip()), None)

    def found(self, named: Named, field: str) -> Iterator[tuple[str, object]]:
        """Everything that is there for `field`, with the name it is tried under; nothing that is empty."""
        mapped: str | None = getattr(self, field)
        if mapped is None:
            return (pair for pair in named.under_any(NAMES[field]) if not is_empty(pair[1]))
        return ((mapped, value) for value in named.under(mapped) if not is_empty(value))

    def unwrapped(self, values: Mapping[str, object]) -> Named:
        """`values`, with those of the object in them that holds the article, where they have no text."""
        named = Named(values)
        if self.text is not None or self.text_of(named, "text") is not None:
            return named
        for _, inner in named.under_any(WRAPPERS):
            if isinstance(inner, Mapping) and any(self.text_of(inner, field) for field in ("text", "title")):
                return Named({**values, **inner})
        return named


AS_USUAL = Fields()
"""No field is mapped."""


def record(
    values: Mapping[str, object],
    fields: Fields,
    source: Source,
    number: int | None,
    at: str,
    *,
    as_text: bool = False,
) -> Record | Skipped:
    """The record that an object or row holds.

    Its digest covers the values of the mapped fields alone. `number` counts the records of `source` from 1
    and makes the id where none is given; without a number the id is the source's. `at` is the place in the
    source, for people. `as_text` leaves what looks like HTML as it is.
    """
    named = fields.unwrapped(values)
    given_id = fields.value(named, "id")
    identity = _identity(text_in(given_id) if isinstance(given_id, Mapping) else given_id)
    if identity is None and given_id is not None:
        return source.skipped(SkipReason.MALFORMED, "its id is neither a text nor a number", at=at)
    if isinstance(given_id, str) and UNREAD in given_id:
        return source.skipped(SkipReason.ENCODING, ID_NOT_READ, at=at)
    identity = identity or (source.id if number is None else f"{source.id}/{number}")
    if values.get("type") == "service" and "action" in values:
        detail = "an entry about the chat itself, no post"
        return source.skipped(SkipReason.UNSUPPORTED, detail, at=at, id=identity)
    title, text = (fields.text_of(named, field) for field in ("title", "text"))
    for field, found in (("text", text), ("title", title)):
        if found is None and (other := _no_text(fields, named, field)) is not None:
            detail = f"its {field} is no text but {_kind(other)}"
            return source.skipped(SkipReason.MALFORMED, detail, at=at, id=identity)
    if text is None and title is None:
        return source.skipped(SkipReason.EMPTY, "neither a text nor a title", at=at, id=identity)
    load = Load(
        identity,
        at,
        source,
        title or "",
        text or "",
        _lead(named) if fields.text is None else "",
        tuple(_dates(fields, named)),
        tuple(value for value in named.others_like_dates() if isinstance(value, Scalar)),
        fields.value(named, "language"),
        fields.text_of(named, "url"),
        stated(named, fields.meta, fields.value(named, "publisher")),
        as_text,
    )
    return load.record()


def _no_text(fields: Fields, named: Named, field: str) -> object:
    """What is there for a field that should be a text; None for nothing."""
    found = fields.found(named, field)
    return next((value for name, value in found if name not in _MAY_BE_OTHERWISE), None)


def _dates(fields: Fields, named: Named) -> Iterator[Written]:
    for name, value in fields.found(named, "date"):
        date = date_in(value)
        if date is not None:
            yield Written(name, date)


@dataclass(frozen=True, slots=True)
class Load:
    """Makes the article of a record out of what its fields hold.

    Attributes:
        id, at, source: of the article, its place there, and where that is.
        title, text, lead: as they are written; `lead` stands above the text.
        dates: those that may be its date, the likeliest first.
        others: what looks like a date by its name, and is not known as the article's.
        language, url: as they are written.
        stated: its publisher and its metadata.
        as_text: whether what looks like HTML stays.
    """

    id: str
    at: str
    source: Source
    title: str
    text: str
    lead: str
    dates: tuple[Written, ...]
    others: tuple[object, ...]
    language: object
    url: str | None
    stated: Stated
    as_text: bool

    def dated(self, dates: tuple[Written, ...]) -> Self:
        """The same with other dates."""
        return replace(self, dates=dates)

    def record(self) -> Record:
        """The record; its digest covers all that decides what the article will be."""
        language = self.language if isinstance(self.language, Scalar) else None
        dates = [(one.value, one.order and one.order.value, one.is_serial) for one in self.dates]
        keeps_markup = self.as_text and any(sign in text for sign in "<&" for text in (self.title, self.text))
        stated = (self.stated.publisher, self.stated.metadata)
        told = (self.title, self.text, self.lead, dates, language, self.url, keeps_markup, stated)
        content = json.dumps(told, default=str).encode()
        source = self.source
        return Record(self.id, source.name + self.at, source.path, digest(b"record", content), self)

    def __call__(self) -> Article | Skipped:
        """The article; Skipped if there is no letter and no digit in it."""
        title, text = self._title(), self._text()
        content = text if text.lstrip().startswith(title) else f"{title}\n\n{text}" if text else title
        language = language_of(self.language) or identify(content)
        found = title_of(title, language) or title_of(content, language)
        if not found:
            return self.source.skipped(SkipReason.EMPTY, NOTHING, at=self.at, id=self.id)
        date, date_text = _first_read(self.dates, language or UNDETERMINED)
        remarks = []
        if not _squeezed(text.replace(title, "", 1)):
            remarks.append(Remark.TITLE_ALONE)
        if date is None and (date_text or any(dates.parse(str(value), language) for value in self.others)):
            remarks.append(Remark.UNDATED)
        if self.stated.is_cut:
            remarks.append(Remark.METADATA)
        url = storable(plain(self.url).strip()) if self.url else None
        name = self.source.name + self.at
        return Article(
            *(self.id, found, content, date, language, name, date_text, url, tuple(remarks)),
            publisher=self.stated.publisher,
            metadata=self.stated.metadata,
        )

    def _title(self) -> str:
        title = self._plain(self.title).strip()
        return title if title == self.title.strip() else _LINES.sub(" ", title)

    def _text(self) -> str:
        """The text, below its lead if it does not have it."""
        text = _CUT.sub("", self._plain(self.text))
        lead = self._plain(self.lead).strip()
        return f"{lead}\n\n{text}" if _squeezed(lead) not in _squeezed(text) else text

    def _plain(self, text: str) -> str:
        """A text of the record as a reader should see it."""
        return storable(normalise_newlines(text if self.as_text else plain(text)))


def storable(text: str) -> str:
    """`text` with U+FFFD for what is no character in UTF-8 or ends a text in some libraries."""
    return _UNSTORABLE.sub("\ufffd", text)


def _first_read(written: Sequence[Written], language: str) -> tuple[datetime.date | None, str | None]:
    """The first date that can be read, and how it was written if not as an ISO date; else the first text."""
    read = [one.read(language) for one in written]
    date, text = next((pair for pair in read if pair[0]), read[0] if read else (None, None))
    return date, storable(text) if text else None


def _lead(named: Named) -> str:
    """What stands above the text."""
    texts = (text_in(value) for _, value in named.under_any(LEADS))
    return next((text for text in texts if text and text.strip()), "")


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _identity(value: object) -> str | None:
    """An id as text: a number without fraction is written without point."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return storable(str(value).strip()) if isinstance(value, str | int | float) else None


def _kind(value: object) -> str:
    """A kind of value, as JSON calls it."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, Mapping) else "binary"
