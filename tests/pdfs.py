"""Small PDFs, written by hand: glyphs where a test wants them, each half as wide as high."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 0.5
"""Of a glyph, in sizes of the font."""

PAGE = (595, 842)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn from a place on a page to the right, each string of it as one glyph."""

    x: float
    y: float
    glyphs: Sequence[str]
    size: float = 10.0


def from_right(x: float, y: float, text: str, size: float = 10.0) -> Drawn:
    """A line of letters that are read from right to left, which begins at `x` and is drawn as it looks."""
    return Drawn(x - len(text) * WIDTH * size, y, text[::-1], size)


def from_left(x: float, y: float, text: str, size: float = 10.0) -> Drawn:
    """A line of letters that are read from left to right."""
    return Drawn(x, y, text, size)


def made(*pages: Sequence[Drawn], title: str = "", extra: str = "") -> bytes:
    """A PDF with these pages; `extra` stands in its trailer."""
    codes = {glyph: code for code, glyph in enumerate(sorted(_glyphs(pages)), 1)}
    contents = [zlib.compress(_content(page, codes)) for page in pages]
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _font(len(codes)),
        stream(_to_unicode(codes)),
        b"<< /Title <"
        + ("\ufeff" + title).encode("utf-16-be").hex().encode()
        + b"> /CreationDate (D:20200101) >>",
    ]
    for number, content in enumerate(contents):
        size = "{} {}".format(*PAGE)
        resources = "<< /Font << /F 3 0 R >> >>"
        place = f"/Contents {first + 2 * number + 1} 0 R /Resources {resources} /MediaBox [0 0 {size}]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {place} >>".encode())
        objects.append(stream(content, "/Filter /FlateDecode"))
    return whole(objects, f"/Info 5 0 R {extra}")


def whole(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """A file with these objects, numbered from 1; the first is its catalog."""
    file = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + (head + end).encode()


def stream(content: bytes, more: str = "") -> bytes:
    """A stream object."""
    return f"<< /Length {len(content)} {more} >>\nstream\n".encode() + content + b"\nendstream"


def _glyphs(pages: Sequence[Sequence[Drawn]]) -> set[str]:
    return {glyph for page in pages for drawn in page for glyph in drawn.glyphs}


def _content(page: Sequence[Drawn], codes: dict[str, int]) -> bytes:
    return "\n".join(_shown(drawn, codes) for drawn in page).encode()


def _shown(drawn: Drawn, codes: dict[str, int]) -> str:
    text = "".join(f"{codes[glyph]:02x}" for glyph in drawn.glyphs)
    return f"BT /F {drawn.size} Tf {drawn.x} {drawn.y} Td <{text}> Tj ET"


def _font(count: int) -> bytes:
    widths = " ".join(str(round(1000 * WIDTH)) for _ in range(count))
    described = f"/FirstChar 1 /LastChar {count} /Widths [{widths}] /ToUnicode 4 0 R"
    descriptor = "<< /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 0 500 1000] /Ascent 800 >>"
    return (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /F {described} /FontDescriptor {descriptor} >>".encode()
    )


def _to_unicode(codes: dict[str, int]) -> bytes:
    lines = "\n".join(_mapped(codes))
    return f"begincmap\n1 begincodespacerange <00> <ff> endcodespacerange\n{lines}\nendcmap".encode()


def _mapped(codes: dict[str, int]) -> Iterator[str]:
    for glyph, code in codes.items():
        if glyph:
            yield f"1 beginbfchar <{code:02x}> <{glyph.encode('utf-16-be').hex()}> endbfchar"
