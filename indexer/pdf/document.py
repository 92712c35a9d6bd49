"""pdfminer.six, imported nowhere else: the glyphs of a PDF, page by page, and its title."""

import math
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from pdfminer.cmapdb import CMap, FileCMap, IdentityCMap, IdentityCMapByte
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFCIDFont, PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, apply_matrix_pt, decode_text

from indexer.pdf.fonts import code_length, glyph_numbers
from indexer.pdf.glyph import UNREAD, ZWNJ, Glyph
from indexer.pdf.lines import NO_WIDTH

if TYPE_CHECKING:
    from pdfminer.pdfinterp import PDFStackT

SLANT = 0.1
"""In radians: what stands more askew is a stamp or a watermark, and no text of the page."""

_FORM = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
"""Presentation forms of letters that are read from right to left."""

_KEPT = frozenset((ZWNJ, "\u200d", "\xad"))
"""What is kept of characters without a look: joiners, and the hyphen at which a word may be divided."""

Box = tuple[float, float, float, float]


class Encrypted(ValueError):
    """A PDF that opens with a password alone."""


class _Fonts(PDFResourceManager):
    """The fonts of a PDF, also those that bring a table of their codes."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """A font, as pdfminer asks for it."""
        font = super().get_font(objid, spec)
        if isinstance(font, PDFCIDFont) and type(font.cmap) is CMap and not font.cmap.code2cid:
            encoding = resolve1(spec.get("Encoding"))
            table = encoding.get_data() if isinstance(encoding, PDFStream) else b""
            _set_codes(font, code_length(table), glyph_numbers(table), by_code="ToUnicode" in spec)
        return font


def _set_codes(font: PDFCIDFont, length: int, numbers: dict[int, int], *, by_code: bool) -> None:
    """Let a font have glyphs of these numbers for its codes; what they stand for may go by their codes."""
    if numbers and not by_code:
        font.cmap = table = FileCMap()
        for code, number in numbers.items():
            table.add_code2cid(code.to_bytes(length, "big").decode("latin-1"), number)
        return
    font.cmap = IdentityCMapByte() if length == 1 else IdentityCMap()
    widths: dict[int | str, float] = {
        code: font.widths[number] for code, number in numbers.items() if number in font.widths
    }
    font.widths = font.widths | widths


class Document:
    """A PDF."""

    def __init__(self, raw: bytes) -> None:
        """Open one.

        Raises:
            Encrypted: it opens with a password alone.
            Exception: pdfminer cannot read it; of whatever kind.
        """
        try:
            self._document = PDFDocument(PDFParser(BytesIO(raw)))
        except (PDFEncryptionError, PDFPasswordIncorrect) as error:
            raise Encrypted from error

    @property
    def title(self) -> str:
        """What the PDF says that it is called; empty if it does not say."""
        with suppress(Exception):
            for info in self._document.info:
                if isinstance(title := resolve1(info.get("Title")), bytes):
                    return decode_text(title)
        return ""

    def pages(self, most: int) -> "list[Page]":
        """Its pages, no more than so many.

        Raises:
            Exception: pdfminer cannot read it; of whatever kind.
        """
        pen = _Pen()
        return [Page(page, pen) for page in islice(PDFPage.create_pages(self._document), most)]


class Page:
    """A page of a PDF."""

    def __init__(self, page: PDFPage, pen: "_Pen") -> None:
        self._page = page
        self._pen = pen

    def glyphs(self) -> list[list[Glyph]]:
        """Its glyphs as they are drawn, those that are turned apart from the others; the most first.

        Raises:
            Exception: pdfminer cannot read it; of whatever kind.
        """
        return self._pen.glyphs_of(self._page)


class _Pen(PDFTextDevice):
    """Takes down the glyphs of pages."""

    def __init__(self) -> None:
        self._manager = _Fonts()
        super().__init__(self._manager)
        self._turned: dict[int, list[Glyph]] = {}
        self._spoken: list[_Spoken | None] = []
        self._box: Box = (0.0, 0.0, 0.0, 0.0)

    def glyphs_of(self, page: PDFPage) -> list[list[Glyph]]:
        """The glyphs of a page by how they are turned, the most first."""
        self._turned, self._spoken = {}, []
        PDFPageInterpreter(self._manager, self).process_page(page)
        return sorted(self._turned.values(), key=len, reverse=True)

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        """Begin with a page: what stands outside its box is not seen."""
        left, foot, right, head = page.cropbox
        corners = [apply_matrix_pt(ctm, point) for point in ((left, foot), (right, head))]
        (left, right), (foot, head) = (sorted(edges) for edges in zip(*corners, strict=True))
        self._box = (left, foot, right, head)

    def end_page(self, page: PDFPage) -> None:
        """End with a page: what is not closed ends with it."""
        del page
        while self._spoken:
            self.end_tag()

    def begin_tag(self, tag: PSLiteral, props: "PDFStackT | None" = None) -> None:
        """Begin with glyphs that belong together; the file may say what they stand for."""
        del tag
        text = props.get("ActualText") if isinstance(props, dict) else None
        self._spoken.append(_Spoken(_plain(decode_text(text))) if isinstance(text, bytes) else None)

    def end_tag(self) -> None:
        """End with them."""
        spoken = self._spoken.pop() if self._spoken else None
        if spoken and spoken.text and spoken.glyph:
            self._turned.setdefault(spoken.turn, []).append(
                replace(spoken.glyph, text=spoken.text, is_sure=True)
            )

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        """Take down a glyph.

        Returns:
            How far the next one stands from it.
        """
        del ncs, graphicstate
        advance = font.char_width(cid) * fontsize * scaling
        start, stop = (apply_matrix_pt(matrix, (x, rise)) for x in (0.0, advance))
        size = abs(fontsize) * math.hypot(matrix[2], matrix[3])
        angle = math.atan2(matrix[1], matrix[0])
        turn = round(angle / (math.pi / 2))
        if size and abs(angle - turn * math.pi / 2) < SLANT and self._shows(start):
            (left, baseline), (right, _) = sorted((_turned(start, turn), _turned(stop, turn)))
            text, is_sure = _meant(font, cid)
            if text == " " and right - left < NO_WIDTH * size:
                text = ZWNJ
            self._take(turn % 4, Glyph(text, left, right, baseline, size, is_sure))
        return advance

    def _shows(self, point: tuple[float, float]) -> bool:
        left, foot, right, head = self._box
        return left <= point[0] <= right and foot <= point[1] <= head

    def _take(self, turn: int, glyph: Glyph) -> None:
        spoken = next(filter(None, self._spoken), None)
        if spoken:
            spoken.take(turn, glyph)
        elif glyph.text:
            self._turned.setdefault(turn, []).append(glyph)


class _Spoken:
    """Glyphs of which the file says what they stand for together, as one glyph: where the widest stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.turn = 0
        self.glyph: Glyph | None = None

    def take(self, turn: int, glyph: Glyph) -> None:
        """Take one of the glyphs."""
        last = self.glyph
        if last is None or (glyph.baseline != last.baseline and glyph.width > last.width):
            self.turn, self.glyph = turn, glyph
        elif glyph.baseline == last.baseline:
            left, right = min(last.left, glyph.left), max(last.right, glyph.right)
            self.glyph = replace(last, left=left, right=right)


def _turned(point: tuple[float, float], turn: int) -> tuple[float, float]:
    """A point as it lies when what is drawn with this turn, in quarters, is held upright."""
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn % 4]


def _meant(font: PDFFont, code: int) -> tuple[str, bool]:
    """What a glyph stands for, and whether the file says so; characters of private use say nothing."""
    try:
        text = font.to_unichr(code)
    except PDFUnicodeNotDefined:
        return UNREAD, False
    text = _plain(text)
    if text and all(unicodedata.category(one) == "Co" for one in text):
        return UNREAD, False
    return text, _is_sure(font, code)


def _is_sure(font: PDFFont, code: int) -> bool:
    """Whether a font's table of what its glyphs stand for, if it has one, has this one."""
    table = getattr(font, "unicode_map", None)
    try:
        return table is None or bool(table.get_unichr(code))
    except KeyError:
        return False


def _plain(text: str) -> str:
    """A text without the forms that letters take beside others, and without what gives no look to it."""
    letters = _FORM.sub(lambda form: unicodedata.normalize("NFKC", form[0]).strip(), text)
    return "".join(
        one for one in letters if one in _KEPT or unicodedata.category(one) not in ("Cc", "Cf", "Cs")
    )
