"""Web archives to articles: every page that was answered with HTML, under its address.

Requests, metadata, images and pages that were not found are no articles and no faults. The day of the crawl
is no date of publication.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import astuple, dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import html
from indexer.corpus.packed import unpacked
from indexer.corpus.source import MAX_BYTES, DamagedArchive, Inflated, Source, digest, too_large

if TYPE_CHECKING:
    from warcio.bufferedreaders import DecompressingBufferedReader
    from warcio.recordloader import ArcWarcRecord

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
OTHER_TYPES = frozenset(
    {"text/dns", "text/xml", "text/json", "text/markdown", "application/xml", "application/rss+xml"}
)
KINDS = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
)
"""Of records (ISO 28500, 5.5)."""

_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_OWN_TYPE = re.compile(
    r"[a-z]+/(?:x-|vnd\.|prs\.)[\w.+-]+|[a-z]+/[\w.-]+\+(?:xml|json)|(?:image|font|audio|video)/[\w.+-]+"
)
"""Types that anybody may make, and those of what is no text."""

MAX_HEADERS = 2**18
"""Bytes of the headers of a record, those of the answer in it included."""

_MAX_LINE, _BLOCK = 8192, 2**16
_MAX_PASSED = 200_000
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_GZIP = b"\x1f\x8b"
_BEGINNING = b"WARC/"
_LONG_HEADERS = f"its headers are larger than {MAX_HEADERS // 2**10} KiB"


class _Broken(ValueError):
    """The body of an answer is not what its headers say."""


class _Unsupported(ValueError):
    """The body of an answer is compressed in a way that is not read."""


class _TooLarge(ValueError):
    """The body of an answer is larger than any article, or the headers than any headers."""


@dataclass(frozen=True, slots=True)
class _Headers:
    """What is said of a page where it lies."""

    NAMES: ClassVar = ("Content-Type", "Content-Encoding", "Transfer-Encoding")

    content_type: str
    content_encoding: str = ""
    transfer_encoding: str = ""


class _Lines:
    """Reads an archive; what is read of it line by line is limited, from one `begin` to the next."""

    def __init__(self, reader: "DecompressingBufferedReader") -> None:
        self._reader = reader
        self.read = reader.read
        self.begin()

    def begin(self) -> None:
        """Headers follow."""
        self._left = MAX_HEADERS

    def readline(self, size: int | None = None) -> bytes:
        """A line, or as much of it as `size`.

        Raises:
            _TooLarge: of the headers.
        """
        if self._left <= 0:
            raise _TooLarge
        line: bytes = self._reader.readline(min(size or MAX_HEADERS, self._left))
        self._left -= len(line)
        return line


def read(source: Source, meta: Sequence[str] = ()) -> Iterator[Record | Skipped]:
    """The pages in `source`, one in memory at a time, with the fields in `meta`; no more behind a fault."""
    from warcio.exceptions import ArchiveLoadFailed

    html.silence("warcio")
    whole = 0
    with source.open() as opened, ExitStack() as stack:
        try:
            for number, record in enumerate(_records(stack.enter_context(_ungzipped(opened))), 1):
                at = f": record {number}"
                try:
                    yield from _page(record, source, at, meta)
                except _TooLarge:
                    yield source.skipped(SkipReason.TOO_LARGE, _LONG_HEADERS, at=at)
                _to_end(record)
                whole = number
        except (DamagedArchive, ArchiveLoadFailed, EOFError) as error:
            reason = getattr(error, "reason", SkipReason.DAMAGED)
            yield source.skipped(reason, f"behind {whole} whole records: {error}")


def _ungzipped(stream: BinaryIO) -> AbstractContextManager[BinaryIO]:
    """An archive as it is when it is not packed, whatever its name says."""
    peek = getattr(stream, "peek", None)
    is_packed = peek is not None and peek(2).startswith(_GZIP)
    return unpacked(lambda: nullcontext(stream), ".gz") if is_packed else nullcontext(stream)


def _records(stream: BinaryIO) -> Iterator["ArcWarcRecord | None"]:
    """Every record of an archive; None for one whose headers are too large, behind which the next is sought.

    The block of a record must be read before the next is asked for.

    Raises:
        DamagedArchive, ArchiveLoadFailed: no record follows the last.
    """
    from warcio.bufferedreaders import DecompressingBufferedReader
    from warcio.recordloader import ArcWarcRecordLoader

    reader = DecompressingBufferedReader(stream, block_size=_BLOCK, read_all_members=True)
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    lines = _Lines(reader)
    line = _next(reader, b"")
    while line:
        if not line.startswith(_BEGINNING):
            raise DamagedArchive("what follows is no record")
        lines.begin()
        try:
            record = loader.parse_record_stream(lines, line, "warc", no_record_parse=True)
        except _TooLarge:
            line = _next(reader, _BEGINNING)
            if not line:
                raise Inflated(f"of the next, {_LONG_HEADERS}") from None
            yield None
            continue
        if not (record.rec_headers.get_header("Content-Length") or "").strip().isdecimal():
            raise DamagedArchive("the next does not say how long it is")
        yield record
        line = _next(reader, b"")


def _next(reader: "DecompressingBufferedReader", beginning: bytes) -> bytes:
    """The next line that is not empty and begins so; nothing where none comes soon."""
    for _ in range(_MAX_PASSED):
        line: bytes = reader.readline(_MAX_LINE)
        if not line or (line.strip() and line.startswith(beginning)):
            return line
    return b""


def _page(
    record: "ArcWarcRecord | None", source: Source, at: str, meta: Sequence[str]
) -> Iterator[Record | Skipped]:
    """The page in a record, if it holds one.

    Raises:
        _TooLarge: its headers are.
    """
    if record is None:
        raise _TooLarge
    try:
        headers = _headers(record)
        payload = record.raw_stream.read(MAX_BYTES + 1)
        _to_end(record)
        if not headers or not _is_page(headers, payload):
            return
    except _Broken as error:
        _to_end(record)
        yield source.skipped(SkipReason.MALFORMED, str(error), at=at)
        return
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip()
    if not address:
        yield source.skipped(SkipReason.MALFORMED, "it has no WARC-Target-URI", at=at)
    elif len(payload) > MAX_BYTES:
        yield source.skipped(SkipReason.TOO_LARGE, too_large(), at=at, id=address)
    else:
        parts = (b"page", address.encode(), *map(str.encode, (*astuple(headers), *meta)), payload)
        load = partial(_load, payload, headers, source, address, at, meta)
        yield Record(address, source.name + at, source.path, digest(*parts), load)


def _load(
    payload: bytes, headers: _Headers, source: Source, address: str, at: str, meta: Sequence[str]
) -> Article | Skipped:
    skipped = partial(source.skipped, at=at, id=address)
    try:
        raw = _body(payload, headers)
    except _Broken as error:
        return skipped(SkipReason.MALFORMED, str(error))
    except _Unsupported as error:
        return skipped(SkipReason.UNSUPPORTED, str(error))
    except _TooLarge:
        return skipped(SkipReason.TOO_LARGE, too_large())
    charset = _CHARSET.search(headers.content_type)
    place = {"id": address, "source": source.name + at, "path": source.path, "url": address}
    return html.article_of(raw, **place, encoding=charset[1] if charset else None, meta=meta)


def _to_end(record: "ArcWarcRecord | None") -> None:
    """Read what is left of a record.

    Raises:
        DamagedArchive: that is less than it should be.
    """
    if record is None:
        return
    while record.raw_stream.read(_BLOCK):
        pass
    if record.raw_stream.limit:
        raise DamagedArchive("the next is cut off")


def _headers(record: "ArcWarcRecord") -> _Headers | None:
    """What a record says of the page in it; None if it holds none that was found."""
    from warcio.statusandheaders import StatusAndHeadersParser

    if record.rec_type == "resource":
        return _Headers(record.rec_headers.get_header("Content-Type") or "")
    if record.rec_type not in KINDS:
        raise _Broken(f"no kind of record is called {(record.rec_type or '')[:40]!r}")
    if record.rec_type != "response":
        return None
    if not (record.content_type or "").startswith("application/http"):
        _require_known(record.content_type or "")
        return None
    try:
        answer = StatusAndHeadersParser([], verify=False).parse(record.raw_stream)
    except EOFError:
        return None
    status = answer.get_statuscode()
    if status != "200":
        if not _STATUS.fullmatch(status):
            raise _Broken(f"its status {status[:40]!r} is none")
        return None
    return _Headers(*(answer.get_header(name) or "" for name in _Headers.NAMES))


def _is_page(headers: _Headers, payload: bytes) -> bool:
    """Whether an answer is a page; one that does not say so is, where it begins with markup.

    Raises:
        _Broken: what it says is no type that there is.
    """
    if not headers.content_type.strip():
        return _is_markup(payload)
    if headers.content_type.partition(";")[0].strip().lower() in HTML_TYPES:
        return True
    if _is_markup(payload):
        _require_known(headers.content_type)
    return False


def _require_known(content_type: str) -> None:
    """Check that there is such a type, for a damaged one may be that of a page.

    Raises:
        _Broken: there is none.
    """
    import mimetypes

    name = content_type.partition(";")[0].strip().lower()
    if name not in OTHER_TYPES and name not in mimetypes.types_map.values() and not _OWN_TYPE.fullmatch(name):
        raise _Broken(f"its content type {name[:40]!r} is not known")


def _body(payload: bytes, headers: _Headers) -> bytes:
    """The body of an answer without its codings, of which crawlers may have removed any already.

    Raises:
        _Broken, _Unsupported, _TooLarge
    """
    if "chunked" in headers.transfer_encoding.lower():
        payload = _joined(payload)
    for coding in reversed(headers.content_encoding.lower().split(",")):
        payload = _unpacked(payload, coding.strip())
    return payload


def _joined(payload: bytes) -> bytes:
    """The chunks of a body as one (RFC 9112, 7.1); a body that does not begin with a chunk as it is."""
    head = _CHUNK.match(payload)
    if not head:
        return payload
    chunks = []
    while head and (size := int(head[1], 16)):
        chunks.append(payload[head.end() : head.end() + size])
        end = head.end() + size
        head = _CHUNK.match(payload, end + 2) if payload[end : end + 2] == b"\r\n" else None
    if not head:
        raise _Broken("its chunks are damaged or cut off")
    return b"".join(chunks)


def _unpacked(payload: bytes, coding: str) -> bytes:
    match coding:
        case "" | "identity":
            return payload
        case "gzip" | "x-gzip":
            return _inflated(payload, 16 + zlib.MAX_WBITS) if payload.startswith(_GZIP) else payload
        case _ if _is_markup(payload):
            return payload
        case "deflate":
            # RFC 9110, 8.4.1.2: some servers leave out the zlib wrapper
            is_wrapped = (
                len(payload) > 1 and payload[0] & 15 == 8 and int.from_bytes(payload[:2], "big") % 31 == 0
            )
            return _inflated(payload, zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
    raise _Unsupported(f"content encoding {coding[:20]}")


def _inflated(payload: bytes, window: int) -> bytes:
    inflater = zlib.decompressobj(window)
    try:
        inflated = inflater.decompress(payload, MAX_BYTES + 1)
    except zlib.error as error:
        raise _Broken(f"its compression is damaged ({error})") from None
    if len(inflated) > MAX_BYTES:
        raise _TooLarge
    if not inflater.eof:
        raise _Broken("it is cut off within its compression")
    return inflated


def _is_markup(payload: bytes) -> bool:
    """Whether a body is not compressed, whatever its header says: deflated bytes are no long ASCII."""
    beginning = payload[:64].lstrip()[:8]
    return beginning.startswith(b"<") and beginning.isascii()
