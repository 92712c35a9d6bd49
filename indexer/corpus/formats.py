"""Which format a file is in, by its name, and what reads it."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from indexer.core.records import Record, Skipped, SkipReason
from indexer.corpus import jsonl, tables, text
from indexer.corpus.date_columns import columned
from indexer.corpus.dialects import TAB
from indexer.corpus.fields import AS_USUAL, Fields
from indexer.corpus.foreign import HEAD, is_pdf, told_by, told_by_file
from indexer.corpus.packed import PACKINGS, Member, members, open_file, unpacked
from indexer.corpus.source import Reader, Source
from indexer.corpus.watching import content_of, watched


@dataclass(frozen=True, slots=True)
class Format:
    """A format of articles.

    Attributes:
        name: what the user calls it.
        suffixes: of file names, in small letters.
        reader: what reads it, given the fields.
        whole: whether a file is read at once, up to MAX_BYTES, and read again if it changes meanwhile.
        single: whether a file is one article, of the file's id.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: Callable[[Fields], Reader]
    whole: bool = False
    single: bool = False


def _html(fields: Fields) -> Reader:
    from indexer.corpus import html

    return partial(html.read, meta=fields.meta)


def _warc(fields: Fields) -> Reader:
    from indexer.corpus import warc

    return partial(warc.read, meta=fields.meta)


def _feed(fields: Fields) -> Reader:
    from indexer.corpus import feeds

    return partial(feeds.read, meta=fields.meta)


def _pdf(_: Fields) -> Reader:
    from indexer.corpus import pdf

    return pdf.read


TEXT = Format(
    "text",
    ("", ".txt", ".text", ".md"),
    lambda fields: partial(text.read, meta=fields.meta),
    whole=True,
    single=True,
)
LINES = Format("jsonl", (".jsonl", ".ndjson"), lambda fields: partial(jsonl.read_lines, fields=fields))
FORMATS = (
    TEXT,
    LINES,
    Format("json", (".json",), lambda fields: partial(jsonl.read_document, fields=fields), whole=True),
    Format("csv", (".csv",), lambda fields: partial(tables.read_csv, fields=fields)),
    Format("tsv", (".tsv",), lambda fields: partial(tables.read_csv, fields=fields, delimiter=TAB)),
    Format("parquet", (".parquet",), lambda fields: partial(tables.read_parquet, fields=fields)),
    Format("html", (".html", ".htm", ".xhtml"), _html, whole=True, single=True),
    Format("pdf", (".pdf",), _pdf, whole=True, single=True),
    Format("warc", (".warc",), _warc),
    Format("feed", (".xml", ".rss", ".atom"), _feed),
)
"""All formats; each may be packed with one of PACKINGS, or lie in a ZIP."""

NAMES = tuple(format.name for format in FORMATS)
_BY_SUFFIX = {suffix: format for format in FORMATS for suffix in format.suffixes}
_BY_NAME = {format.name: format for format in FORMATS}
ZIP = ".zip"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the name of a file says.

    Attributes:
        stem: the name without the suffixes that say it.
        suffix: of the format, as it is written.
        packing: what it is packed in, in small letters: one of PACKINGS, ZIP or nothing.
        format: None if it is none that is read, and for a ZIP.
    """

    stem: str
    suffix: str
    packing: str
    format: Format | None

    @property
    def is_read(self) -> bool:
        """Whether there is a reader for it."""
        return self.format is not None or self.packing == ZIP


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read: `path` opens it; the rest is text that can be stored and shown.

    Attributes:
        path: that opens it.
        id: of the article in it, or what the ids of its articles begin with.
        source: the path as the user knows it.
        below: its path below the PATH given, which is told of its articles to whoever searches.
        location: its absolute path.
        kind: what it is, by its name.
    """

    path: Path
    id: str
    source: str
    below: str
    location: str
    kind: Kind


def kind_of(name: str) -> Kind:
    """What a file of this name is: `a.jsonl.gz` holds JSON Lines, and its stem is `a`."""
    stem, suffix = _split(name)
    if suffix.lower() == ZIP:
        return Kind(stem, suffix, ZIP, None)
    packing = suffix.lower() if suffix.lower() in PACKINGS else ""
    if packing:
        stem, suffix = _split(stem)
    return Kind(stem, suffix, packing, _BY_SUFFIX.get(suffix.lower()))


def named(name: str) -> Format | None:
    """The format that the user calls so."""
    return _BY_NAME.get(name)


def read(found: FoundFile, fields: Fields) -> Iterator[Record | Skipped]:
    """The records in a file, whatever it is packed in."""
    opener = partial(open_file, found.path)
    if found.kind.packing == ZIP:
        source = Source(found.id, found.source, found.location, opener)
        return watched(found.path, source, partial(_read_members, source, fields))
    source = Source(found.id, found.source, found.location, partial(unpacked, opener, found.kind.packing))
    format = found.kind.format or TEXT
    is_stream = not (format.whole or found.kind.packing)
    if is_stream and (foreign := told_by_file(found.path)):
        return iter((source.skipped(SkipReason.BINARY, foreign),))
    return read_source(source, format, fields, found.path)


def read_source(
    source: Source, format: Format, fields: Fields, path: Path | None
) -> Iterator[Record | Skipped]:
    """The records in a source; `path` is the file that may change while it is read, if there is one."""
    reader = columned(format.reader(fields))
    if not format.whole:
        return watched(path, source, partial(reader, source))
    return _read_whole(source, format, reader, path)


def _read_whole(
    source: Source, format: Format, reader: Reader, path: Path | None
) -> Iterator[Record | Skipped]:
    read = content_of(source, path)
    foreign = told_by(read[:HEAD]) if isinstance(read, bytes) else None
    if foreign and isinstance(read, bytes) and format.single and is_pdf(read[:HEAD]):
        reader, foreign = _pdf(AS_USUAL), None
    if foreign:
        yield source.skipped(SkipReason.BINARY, foreign, id=source.id if format.single else None)
    elif isinstance(read, bytes):
        content = Source(
            source.id, source.name, source.path, lambda: nullcontext(cast("BinaryIO", BytesIO(read)))
        )
        yield from reader(content)
    else:
        yield source.skipped(*read, id=source.id if format.single else None)


def _read_members(archive: Source, fields: Fields) -> Iterator[Record | Skipped]:
    """The records in the files of a ZIP.

    What is no article by its name is skipped without the path, which would keep all that an index holds from
    this archive.
    """
    overlapping = 0
    with archive.open() as opened, members(opened) as listed:
        for member in listed:
            if member.overlapping:
                overlapping += 1
            else:
                yield from _read_member(archive, member, fields)
    if overlapping:
        detail = f"{overlapping:,} of its files overlap in it"
        yield archive.skipped(SkipReason.DAMAGED, detail)


def _read_member(archive: Source, member: Member, fields: Fields) -> Iterator[Record | Skipped]:
    folder, slash, name = member.name.rpartition("/")
    kind = kind_of(name)
    opener = partial(unpacked, member.open, kind.packing, member.packed)
    id_ = f"{archive.id}/{folder}{slash}{kind.stem}"
    source = Source(id_, f"{archive.name}!/{member.name}", archive.path, opener)
    if any(part.startswith(".") for part in member.name.split("/")):
        yield Skipped(source.name, SkipReason.HIDDEN, "its name begins with a dot")
    elif kind.format is None:
        yield Skipped(source.name, SkipReason.UNSUPPORTED, unsupported(kind, "in a ZIP"))
    elif member.encrypted:
        yield source.skipped(SkipReason.DAMAGED, "encrypted", id=id_ if kind.format.single else None)
    else:
        yield from read_source(source, kind.format, fields, None)


def unsupported(kind: Kind, where: str = "") -> str:
    """What is said of a file of this kind in a folder."""
    return " ".join(filter(None, (f"{kind.suffix} is not a format that is read", where)))


def _split(name: str) -> tuple[str, str]:
    path = PurePath(name)
    return path.stem, path.suffix
