"""RSS and Atom feeds to articles: every entry is one, with what the feed gives of its text.

The feed is decoded as any text is, whatever it says of its encoding, and given to feedparser as UTF-8: as
bytes, so that nothing in it is ever fetched.
"""

import io
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from indexer.core.records import UNREAD, Article, Record, Remark, Skipped, SkipReason
from indexer.corpus.budget import OverBudget, lightened, without
from indexer.corpus.damage import ID_NOT_READ
from indexer.corpus.decoding import NotText, decode
from indexer.corpus.field_names import Named
from indexer.corpus.html import chosen_language, with_title
from indexer.corpus.markup import plain_text
from indexer.corpus.metadata import Stated, stated
from indexer.corpus.source import MAX_BYTES, Source, digest, too_large
from indexer.corpus.text import NOTHING, normalise_newlines, title_of
from indexer.text import dates
from indexer.text.language import UNDETERMINED
from indexer.text.language_codes import language_of

_CLOSED = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTRY = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w{1,30}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_STATED = re.compile(rb"<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What may not stand in XML 1.0: junk of word processors, which carries no text."""
_TAG = re.compile(r"<[a-zA-Z/!]|&[#\w]+;")
_UTF8 = b"<?xml version='1.0' encoding='utf-8'?>"
_END = 2000
"""Characters at the end of a feed in which it is closed."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a feed gives of an entry; `title` and `text` may be HTML, `stated` is its metadata."""

    title: str
    title_is_html: bool
    text: str
    text_is_html: bool
    date: str
    link: str
    language: str
    stated: Stated


def read(source: Source, meta: Sequence[str] = ()) -> Iterator[Record | Skipped]:
    """The entries of the feed in `source`; of one that is cut off, those that are whole.

    `meta` are names of the further fields that are kept: authors, tags and what else feedparser has by name.
    """
    with source.open() as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        yield source.skipped(SkipReason.TOO_LARGE, too_large())
    elif not raw or raw.isspace():
        yield source.skipped(SkipReason.EMPTY, NOTHING)
    else:
        yield from _light_entries(raw, source, meta)


def _light_entries(raw: bytes, source: Source, meta: Sequence[str]) -> Iterator[Record | Skipped]:
    """The entries, but for those that would cost more than any entry does."""
    try:
        feed = lightened(raw)
    except OverBudget as error:
        if _FEED.search(raw[:_END].replace(b"\0", b"")):
            yield source.skipped(SkipReason.TOO_LARGE, str(error))
        else:
            yield source.skipped(SkipReason.UNSUPPORTED, "XML, but no RSS or Atom feed")
        return
    for number, item in enumerate(_entries(feed.raw, source, meta), 1):
        if number in feed.heavy:
            yield source.skipped(SkipReason.TOO_LARGE, feed.heavy[number], at=f": entry {number}")
        else:
            yield item


def _entries(raw: bytes, source: Source, meta: Sequence[str]) -> Iterator[Record | Skipped]:
    try:
        content = _content(raw)
    except NotText as error:
        yield source.skipped(error.reason, str(error))
        return
    feed = _parsed(content)
    if isinstance(feed, Exception):
        yield source.skipped(SkipReason.MALFORMED, f"the feed cannot be read ({type(feed).__name__})")
        return
    if not feed.get("version"):
        is_xml = content.lstrip().startswith("<")
        yield source.skipped(SkipReason.UNSUPPORTED, f"{'XML, but ' * is_xml}no RSS or Atom feed")
        return
    entries, is_broken = feed["entries"], bool(feed.get("bozo"))
    marks = _ENTRY.findall(without(without(content, "<![CDATA[", "]]>"), "<!--", "-->")) if is_broken else []
    is_cut = is_broken and not _CLOSED.search(content[-_END:])
    if is_cut and marks and not marks[-1]:
        entries = entries[:-1]
    language = dict.get(feed["feed"], "language") or ""
    for number, values in enumerate(entries, 1):
        yield _record(values, language, source, number, meta)
    if is_cut:
        yield source.skipped(SkipReason.MALFORMED, f"cut off behind {len(entries)} whole entries")
    elif complaint := _damage(content, len(entries), marks, is_broken):
        yield source.skipped(SkipReason.MALFORMED, complaint)


def _content(raw: bytes) -> str:
    """The text of a feed, without what stands in the way of reading it."""
    stated = [name.decode("ascii") for name in _STATED.findall(raw[:_END])]
    return _NO_CHARACTERS.sub("", _DECLARATION.sub("", decode(raw, stated), count=1))


def _damage(content: str, entries: int, marks: Sequence[str], is_broken: bool) -> str:
    """What to say of markup that is damaged, so that entries or their parts may be missing."""
    expected = max(marks.count(""), marks.count("/"))
    if entries < expected:
        return f"its markup is damaged: {entries} of {expected} entries can be read"
    if is_broken and UNREAD in content:
        return "its markup holds bytes that cannot be read: parts of entries may be missing"
    return ""


def _parsed(content: str) -> Mapping[str, Any] | Exception:
    """The feed as feedparser gives it, or what it could not do."""
    import feedparser

    try:
        feed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(_UTF8 + content.encode()), resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:
        logging.getLogger(__name__).debug("feedparser", exc_info=True)
        return error
    return feed


def _record(
    values: Mapping[str, Any], language: str, source: Source, number: int, meta: Sequence[str]
) -> Record | Skipped:
    """An entry; `values` are asked as a plain dict, for feedparser's own takes one key for another."""
    get = partial(dict.get, values)
    title, link = get("title_detail") or {}, (get("link") or "").strip()
    contents = [content for content in get("content") or () if (content.get("value") or "").strip()]
    text = contents[0] if contents else get("summary_detail") or {}
    entry = _Entry(
        title.get("value") or "",
        title.get("type") != "text/plain",
        text.get("value") or "",
        text.get("type") != "text/plain",
        get("published") or get("updated") or "",
        link,
        text.get("language") or language,
        stated(_named(values), meta),
    )
    identity = (get("id") or "").strip() or link or f"{source.id}/{number}"
    at = f": entry {number}"
    if UNREAD in identity:
        return source.skipped(SkipReason.ENCODING, ID_NOT_READ, at=at)
    load = partial(_load, entry, source, identity, at)
    return Record(identity, source.name + at, source.path, digest(b"entry", repr(entry).encode()), load)


def _named(values: Mapping[str, Any]) -> Named:
    """The fields of an entry; its authors and tags by the names that declarations usually have."""
    plain = dict(values.items())
    authors, tags = plain.get("authors") or plain.get("author"), plain.get("tags")
    several = {"author": authors, "authors": authors, "tag": tags, "tags": tags, "category": tags}
    return Named(plain | {name: found for name, found in several.items() if found})


def _load(entry: _Entry, source: Source, identity: str, at: str) -> Article | Skipped:
    title = " ".join(_plain(entry.title, entry.title_is_html).split())
    body = _plain(entry.text, entry.text_is_html)
    text = with_title(title, body)
    if not title_of(text, UNDETERMINED):
        return source.skipped(SkipReason.EMPTY, NOTHING, at=at, id=identity)
    language = chosen_language(text, language_of(entry.language))
    date = dates.parse(entry.date, language)
    remarks = [Remark.UNDATED] if entry.date.strip() and not date else []
    remarks += [Remark.METADATA] if entry.stated.is_cut else []
    remarks += [Remark.TITLE_ALONE] if title and body in {"", title} else []
    return Article(
        identity,
        title_of(title, language) or title_of(text, language),
        text,
        date,
        language,
        source.name + at,
        dates.written(entry.date),
        entry.link if entry.link.startswith(("http://", "https://")) else None,
        tuple(remarks),
        metadata=entry.stated.metadata,
    )


def _plain(value: str, is_html: bool) -> str:
    return plain_text(value) if is_html and _TAG.search(value) else normalise_newlines(value).strip()
