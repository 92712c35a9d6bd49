"""A text file to an Article.

A block of metadata at the beginning is no text (see `front_matter`). Where there is none, the first line may
begin with ` date YYYY-MM-DD `, the article's date; the text follows on the same line. What only looks like a
date (2025-13-40) stays in the text. The title is the first line with a letter or digit, or that line's first
sentence if it is long.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from indexer.core.records import Article, Record, Remark, Skipped, SkipReason
from indexer.corpus import front_matter
from indexer.corpus.budget import OverBudget, require_text
from indexer.corpus.decoding import NotText, decode
from indexer.corpus.field_names import Named
from indexer.corpus.metadata import stated
from indexer.corpus.source import Source, digest
from indexer.text import dates
from indexer.text.language import identify
from indexer.text.language_codes import language_of
from indexer.text.sentences import split

NOTHING = "no letter and no digit in it"

TITLE_LENGTH = 120
"""Code points up to which the whole first line is the title."""

MAX_TITLE_LENGTH = 300
"""Code points after which a longer sentence is cut, at white space where there is some."""

_HEADER = re.compile(r"[^\S\n]*date[^\S\n]+([0-9]{4}-[0-9]{2}-[0-9]{2})(?!\S)[^\S\n]*\n?")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_HEADING = re.compile(r"#{1,6}[^\S\n]+")
_NEWLINE = re.compile(r"\r\n?")


def read(source: Source, meta: Sequence[str] = ()) -> Iterator[Record | Skipped]:
    """The one article in `source`; `meta` are names of the further fields that are kept."""
    with source.open() as opened:
        raw = opened.read()
    if not raw or raw.isspace():
        yield source.skipped(SkipReason.EMPTY, NOTHING, id=source.id)
    else:
        content = digest(b"text", raw, *map(str.encode, meta))
        yield Record(source.id, source.name, source.path, content, partial(_load, source, raw, meta))


def _load(source: Source, raw: bytes, meta: Sequence[str]) -> Article | Skipped:
    try:
        require_text(raw)
        decoded = decode(raw)
    except OverBudget as error:
        return source.skipped(SkipReason.TOO_LARGE, str(error), id=source.id)
    except NotText as error:
        return source.skipped(error.reason, str(error), id=source.id)
    above, text = front_matter.split(normalise_newlines(decoded))
    read = _stated(source, above, text) if above.describes else _article(source, *parse(text))
    if read is None:
        return source.skipped(SkipReason.EMPTY, NOTHING, id=source.id)
    says = stated(Named(above.values), meta, above.publisher)
    remarks = (Remark.METADATA,) if says.is_cut else ()
    return replace(read, publisher=says.publisher, metadata=says.metadata, remarks=remarks)


def _article(source: Source, date: datetime.date | None, text: str) -> Article | None:
    language = identify(text)
    title = title_of(text, language)
    return Article(source.id, title, text, date, language, source.name) if title else None


def _stated(source: Source, above: front_matter.FrontMatter, text: str) -> Article | None:
    """The article below a block of metadata, its title above its text."""
    title = " ".join(above.title.split())
    begins = text.lstrip().lstrip("#").lstrip().startswith(title)
    text = text.lstrip("\n") if begins else f"{title}\n\n{text.strip()}".rstrip()
    language = language_of(above.language) or identify(text)
    found = title_of(title, language) or title_of(text, language)
    if not found:
        return None
    return Article(
        source.id,
        found,
        text,
        dates.parse(above.date, language),
        language,
        source.name,
        dates.written(above.date),
        above.url if above.url.startswith(("http://", "https://")) else None,
    )


def normalise_newlines(text: str) -> str:
    """`text` with every newline as one `\\n`, which is what offsets count in."""
    return _NEWLINE.sub("\n", text)


def parse(content: str) -> tuple[datetime.date | None, str]:
    """The date in the header of `content`, if it has one, and the text behind it."""
    header = _HEADER.match(content)
    if not header:
        return None, content
    try:
        date = datetime.date.fromisoformat(header[1])
    except ValueError:
        return None, content
    return date, content[header.end() :]


def title_of(text: str, language: str) -> str:
    """The title of an article; empty if there is no letter and no digit in `text`."""
    line = _title_line(text)
    if len(line) <= TITLE_LENGTH:
        return line
    sentence = split(line[: 2 * MAX_TITLE_LENGTH], language)[0].of(line)
    if len(sentence) <= MAX_TITLE_LENGTH:
        return sentence
    return sentence[:MAX_TITLE_LENGTH].rsplit(maxsplit=1)[0] + "…"


def _title_line(text: str) -> str:
    """The first line with a letter or digit, without the marks of a heading; empty if there is none."""
    found = _LETTER_OR_DIGIT.search(text)
    if not found:
        return ""
    start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.start())
    line = text[start : end if end >= 0 else None].strip()
    heading = _HEADING.match(line)
    return line[heading.end() :].strip() if heading else line
