"""Web pages to articles: the main text without what surrounds it, and what the page states about it.

trafilatura finds the text and the title; `page_recovery` puts back what the page shows besides. The date is
the first that the page states and that can be read, in a meta element, as JSON-LD, in or near the article, or
in its address; none is guessed from the text.
"""

import functools
import logging
import re
from collections.abc import Iterator, Sequence
from functools import partial
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from indexer.core.records import Article, Record, Remark, Skipped, SkipReason
from indexer.corpus.budget import OverBudget, require_markup, require_text
from indexer.corpus.decoding import NotText, decode
from indexer.corpus.field_names import Named
from indexer.corpus.metadata import Stated, stated
from indexer.corpus.page_blocks import page_of
from indexer.corpus.page_dates import stated_dates
from indexer.corpus.page_recovery import recovered
from indexer.corpus.source import MAX_BYTES, Source, digest, too_large
from indexer.corpus.text import NOTHING, title_of
from indexer.text import dates
from indexer.text.language import (
    CYRILLIC_SCRIPT,
    DECIDING_LETTERS,
    LATIN_SCRIPT,
    SAMPLE,
    UNDETERMINED,
    identify,
    script_of,
)
from indexer.text.language_codes import language_of
from indexer.text.orthography.common import ZWNJ

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CELL_OF_TEXT = 120
"""Code points from which a cell makes its table one of layout; other tables are data and are left out."""

SURE_LENGTH = 200
"""Code points of a text from which its own words tell Arabic and Persian and their neighbours apart."""

MANY_ELEMENTS = 8_000
"""With more, extractors are not compared: one takes time with the square of the paragraphs."""

LOUD = ("trafilatura", "htmldate", "courlan", "justext")
"""Loggers that tell of every page that is not as it should be."""

_ZWJ = "\u200d"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_CHARSET = re.compile(
    rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_CHARSET_WITHIN = 4096
_ARABIC_SCRIPT = frozenset({"ar", "fa", "prs", *DECIDING_LETTERS})
_SPACE = re.compile(r"\s+")
_LINEAR_A = range(0x10600, 0x10737)
_IN_ADDRESS = re.compile(r"/(\d{4}/\d{1,2}/\d{1,2})(?=/|$)", re.ASCII)


def read(source: Source, meta: Sequence[str] = ()) -> Iterator[Record | Skipped]:
    """The one page in `source`, with what its meta elements state under the names in `meta`."""
    with source.open() as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        yield source.skipped(SkipReason.TOO_LARGE, too_large(), id=source.id)
    elif not raw or raw.isspace():
        yield source.skipped(SkipReason.EMPTY, NOTHING, id=source.id)
    else:
        load = partial(article_of, raw, id=source.id, source=source.name, path=source.path, meta=meta)
        content = digest(b"html", raw, *map(str.encode, meta))
        yield Record(source.id, source.name, source.path, content, load)


def article_of(
    raw: bytes,
    *,
    id: str,
    source: str,
    path: str,
    url: str | None = None,
    encoding: str | None = None,
    meta: Sequence[str] = (),
) -> Article | Skipped:
    """The article of a page.

    Args:
        raw: the page, not compressed.
        id: of the article.
        source: for people: the file, and the place in it.
        path: of the file on disk.
        url: where the page was got from; the page may state a better one.
        encoding: what the server said of it.
        meta: names of the further fields that are kept.
    """
    skipped = partial(Skipped, source, path=path, id=id)
    try:
        require_text(raw)
        require_markup(raw)
        page = decode(raw, (encoding, *_stated(raw)))
    except OverBudget as error:
        return skipped(SkipReason.TOO_LARGE, str(error))
    except NotText as error:
        return skipped(error.reason, str(error))
    try:
        return _article(page, id, source, url, meta) or skipped(SkipReason.EMPTY, "no text in the page")
    except Exception as error:
        logging.getLogger(__name__).debug("%s", source, exc_info=True)
        return skipped(SkipReason.MALFORMED, f"the page cannot be read ({type(error).__name__})")


def with_title(title: str, text: str) -> str:
    """`text` below its title, unless it begins with it."""
    return text if not title or text.startswith(title) else f"{title}\n\n{text}".rstrip()


def chosen_language(text: str, declared: str | None) -> str:
    """The language of `text`, which is `declared`, a code that Hudhud knows, if that can be.

    It cannot where the script is another. Arabic script tells its languages apart if there is enough of it,
    but Dari hardly; and English is what templates declare that nobody has changed.
    """
    found = identify(text)
    if declared in (None, UNDETERMINED, "en") or _script(declared) != script_of(text[:SAMPLE]):
        return found
    if {declared, found} == {"fa", "prs"}:
        return "prs"
    return found if declared in _ARABIC_SCRIPT and len(text) >= SURE_LENGTH else declared


@functools.cache
def silence(*names: str) -> None:
    """Keep what these libraries log from people, unless somebody has asked for more than warnings."""
    for name in names:
        logger = logging.getLogger(name)
        if logger.level in (logging.NOTSET, logging.WARNING):
            logger.setLevel(logging.CRITICAL + 1)


def _article(page: str, id: str, source: str, url: str | None, meta: Sequence[str]) -> Article | None:
    from trafilatura import bare_extraction

    tree = _tree(page)
    if tree is None:
        return None
    address, says = _canonical(tree, url), _says(tree, meta)
    dated = [*stated_dates(tree), *_IN_ADDRESS.findall(address or "")]
    declared = next(filter(None, map(language_of, tree.xpath("//html/@lang | //html/@xml:lang"))), None)
    with_joiners = _hide_joiners(tree, page)
    _unwrap_layout(tree)
    heading = " ".join(_title(tree).split())
    title = heading.translate(with_joiners)
    is_vast = sum(1 for _ in tree.iter()) > MANY_ELEMENTS
    shown = None if is_vast else page_of(tree)
    found = bare_extraction(tree, fast=is_vast, include_comments=False, include_tables=False)
    extracted = (getattr(found, "text", "") or "").strip()
    text = recovered(extracted, shown, heading).translate(with_joiners).strip()
    if not title_of(text, UNDETERMINED):
        return None
    language = chosen_language(text, declared)
    title = title_of(title, language)
    read = ((dates.parse(value, language), dates.written(value)) for value in dated)
    date, date_text = next((pair for pair in read if pair[0]), (None, None))
    remarks = [Remark.UNDATED] if dated and not date else []
    remarks += [Remark.METADATA] if says.is_cut else []
    text = with_title(title, text)
    found_title = title or title_of(text, language)
    return Article(
        *(id, found_title, text, date, language, source, date_text, address, tuple(remarks)),
        publisher=says.publisher,
        metadata=says.metadata,
    )


def _says(tree: "HtmlElement", names: Sequence[str]) -> Stated:
    """What the meta elements of a page state: `article:section` under `section`, and the name of the site."""
    values: dict[str, list[str]] = {}
    for element in tree.iterfind(".//meta[@content]"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        values.setdefault(name, []).append(element.get("content"))
    return stated(Named(values), names, values.get("og:site_name"))


def _tree(page: str) -> "HtmlElement | None":
    from trafilatura import load_html

    silence(*LOUD)
    tree = load_html(page)
    return load_html(f"<html><body>{page}</body></html>") if tree is None else tree


def _title(tree: "HtmlElement") -> str:
    from trafilatura.metadata import examine_meta, extract_title

    return unescape(examine_meta(tree).title or extract_title(tree) or "")


def _canonical(tree: "HtmlElement", url: str | None) -> str | None:
    """The address that the page says is its own, else `url`."""
    stated = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    for address in map(str.strip, stated):
        try:
            whole = urljoin(url or "", address)
            parts = urlsplit(whole)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc and not _SPACE.search(whole):
            return whole
    return url


def _hide_joiners(tree: "HtmlElement", page: str) -> dict[int, str]:
    """Put letters that `page` does not have for ZWNJ and ZWJ, which trafilatura drops.

    Returns:
        A table for `str.translate` that puts them back.
    """
    unused = (letter for letter in map(chr, _LINEAR_A) if letter not in page)
    hidden = {joiner: next(unused) for joiner in (ZWNJ, _ZWJ)}
    table = str.maketrans(hidden)
    for element in tree.iter():
        element.text = element.text and element.text.translate(table)
        element.tail = element.tail and element.tail.translate(table)
        if element.tag == "meta" and "content" in element.attrib:
            element.set("content", element.get("content").translate(table))
    return {ord(letter): joiner for joiner, letter in hidden.items()}


def _unwrap_layout(tree: "HtmlElement") -> None:
    """Make plain blocks of tables that hold running text."""
    for table in list(tree.iter("table")):
        rows = table.xpath("./tr | ./tbody/tr | ./thead/tr | ./tfoot/tr")
        cells = [cell for row in rows for cell in row.xpath("./td | ./th")]
        if any(len(_SPACE.sub(" ", "".join(cell.itertext()))) >= CELL_OF_TEXT for cell in cells):
            for element in (table, *table.xpath("./tbody | ./thead | ./tfoot"), *rows, *cells):
                element.tag = "div"


def _stated(raw: bytes) -> list[str]:
    """The encodings that a page states of itself."""
    return [found.decode("ascii") for match in _CHARSET.findall(raw[:_CHARSET_WITHIN]) for found in match]


def _script(language: str | None) -> str:
    """The script that a language is written in, as `script_of` calls it."""
    if language in _ARABIC_SCRIPT:
        return "arabic"
    if language in CYRILLIC_SCRIPT:
        return "cyrillic"
    return "latin" if language in LATIN_SCRIPT else "other"
