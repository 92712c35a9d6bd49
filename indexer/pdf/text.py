"""A PDF to its text, page after page, as long as that costs no more than it may."""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from indexer.pdf.document import Document, Encrypted, Page
from indexer.pdf.glyph import FROM_LEFT, FROM_RIGHT, UNREAD, ZWNJ, kind_of
from indexer.pdf.lines import Row, rows_of
from indexer.pdf.outcome import Outcome, Refusal, refused
from indexer.pdf.paragraphs import paragraphs_of
from indexer.pdf.running import without_running

_logger = logging.getLogger(__name__)

MAX_PAGES = 1_000
MAX_CHARACTERS = 4_000_000

Progress = Callable[[int, int], None]
"""How many pages were read, and how many characters stand on them."""

_LOOSE_JOINERS = re.compile(f"{ZWNJ}+(?![^\\W\\d_])")
"""Half-spaces behind which no letter follows."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The lines of a page, and those of text on it that is turned."""

    rows: list[Row]
    turned: tuple[list[Row], ...] = ()


class _TooLong(Exception):
    """There are more characters than in any article."""


def text_of(raw: bytes, progress: Progress) -> Outcome:
    """The text of a PDF.

    Args:
        raw: the file.
        progress: is told of what was read, before each page and at the end.
    """
    try:
        document = Document(raw)
        pages = document.pages(MAX_PAGES + 1)
    except Encrypted:
        return refused(Refusal.ENCRYPTED, "encrypted: save it so that it opens without a password")
    except MemoryError:
        raise
    except Exception as error:
        _logger.debug("the PDF", exc_info=True)
        return refused(Refusal.DAMAGED, f"the PDF cannot be read ({type(error).__name__})")
    if not pages:
        return refused(Refusal.DAMAGED, "the PDF has no pages that can be read")
    if len(pages) > MAX_PAGES:
        return refused(Refusal.TOO_LARGE, f"a PDF of more than {MAX_PAGES:,} pages")
    try:
        read = list(_read(pages, progress))
    except _TooLong:
        return refused(Refusal.TOO_LARGE, f"a PDF of more than {MAX_CHARACTERS:,} characters")
    text = _joined(read)
    if not any(kind_of(one) in (FROM_LEFT, FROM_RIGHT) for one in text):
        if text.count(UNREAD) > len(pages):
            return refused(Refusal.WITHOUT_LETTERS, "the PDF does not say what letters its glyphs stand for")
        return refused(Refusal.WITHOUT_TEXT, _without_text(len(pages)))
    return Outcome(text, document.title)


def _without_text(pages: int) -> str:
    shown = "one page" if pages == 1 else f"{pages:,} pages"
    return f"a PDF of {shown} without text, such as a scan: have its text recognised first"


def _read(pages: Sequence[Page], progress: Progress) -> Iterator[_Page | None]:
    """The lines of each page; None for one that cannot be read."""
    characters = 0
    for number, page in enumerate(pages):
        progress(number, characters)
        try:
            groups = page.glyphs()
        except MemoryError:
            raise
        except Exception:
            _logger.debug("page %d", number, exc_info=True)
            yield None
            continue
        characters += sum(len(glyph.text) for group in groups for glyph in group)
        if characters > MAX_CHARACTERS:
            raise _TooLong
        rows, *turned = [*map(rows_of, groups)] or [[]]
        yield _Page(rows, tuple(turned))
    progress(len(pages), characters)


def _joined(pages: Sequence[_Page | None]) -> str:
    """The paragraphs of all pages; a page that cannot be read is one character that could not be.

    Lines that pages share stand behind them, once.
    """
    kept, shared = without_running([page.rows if page else [] for page in pages])
    found: list[str] = []
    for rows, page in zip(kept, pages, strict=True):
        if page is None:
            found.append(UNREAD)
            continue
        found += paragraphs_of(rows)
        found += [paragraph for turned in page.turned for paragraph in paragraphs_of(turned)]
    found += [paragraph for row in shared for paragraph in paragraphs_of([row])]
    text = unicodedata.normalize("NFC", "\n\n".join(found))
    return _LOOSE_JOINERS.sub("", text.replace("\xad", ""))
