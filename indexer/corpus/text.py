"""A text file to an Article.

The first line may begin with ` date YYYY-MM-DD `, the article's date; the text follows on the same
line. What only looks like a date (2025-13-40) stays in the text. The title is the first line with a
letter or digit, or that line's first sentence if it is long.
"""

import datetime
import os
import re
import stat
from pathlib import Path

from indexer.corpus.decoding import BinaryContent, UnknownEncoding, decode
from indexer.corpus.files import FoundFile, skipped, unreadable
from indexer.language import identify
from indexer.records import Article, Skipped, SkipReason
from indexer.sentences import split

MAX_BYTES = 64 * 2**20
"""A larger file is no article, and reading it could exhaust the memory."""

TITLE_LENGTH = 120
"""Code points up to which the whole first line is the title."""

MAX_TITLE_LENGTH = 300
"""Code points after which a longer sentence is cut, at white space where there is some."""

_HEADER = re.compile(r"[^\S\n]*date[^\S\n]+([0-9]{4}-[0-9]{2}-[0-9]{2})(?!\S)[^\S\n]*\n?")
_TITLE_LINE = re.compile(r"^[^\S\n]*(?:#{1,6}[^\S\n]+)?(.*[^\W_].*)$", re.MULTILINE)
_NEWLINE = re.compile(r"\r\n?")


def read(file: FoundFile) -> Article | Skipped:
    """The article in `file`, or why there is none."""
    try:
        content = _content(file.path)
        if isinstance(content, Skipped):
            return content
        decoded = decode(content)
    except OSError as error:
        return unreadable(file.path, error)
    except BinaryContent as error:
        return skipped(file.path, SkipReason.BINARY, str(error))
    except UnknownEncoding as error:
        return skipped(file.path, SkipReason.ENCODING, str(error))
    date, text = parse(_NEWLINE.sub("\n", decoded))
    language = identify(text)
    title = title_of(text, language)
    if not title:
        return skipped(file.path, SkipReason.EMPTY, "no letter and no digit in it")
    return Article(file.id, title, text, date, language, file.source)


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
    match = _TITLE_LINE.search(text)
    if not match:
        return ""
    line = match[1].strip()
    if len(line) <= TITLE_LENGTH:
        return line
    sentence = split(line[: 2 * MAX_TITLE_LENGTH], language)[0].of(line)
    if len(sentence) <= MAX_TITLE_LENGTH:
        return sentence
    return sentence[:MAX_TITLE_LENGTH].rsplit(maxsplit=1)[0] + "…"


def _content(path: Path) -> bytes | Skipped:
    """A regular file's bytes; a pipe or a device is not waited for."""
    if not stat.S_ISREG(path.stat().st_mode):
        return skipped(path, SkipReason.UNREADABLE, "not a regular file")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return skipped(path, SkipReason.UNREADABLE, "not a regular file")
        if status.st_size > MAX_BYTES:
            return skipped(path, SkipReason.UNSUPPORTED, f"larger than {MAX_BYTES // 2**20} MiB")
        return opened.read()
