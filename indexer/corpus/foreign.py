"""Files that are no text, or not what they are called: told by their first bytes."""

import stat
from contextlib import suppress
from pathlib import Path

HEAD = 4096
"""Bytes at the beginning of a file by which it is told."""

CONVERT = "convert it to text first"
RENAME = "name it .pdf"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF-"
_BEGINNINGS = (
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"AT&TFORM", "a DjVu file"),
    (_OLE, "an old Word, Excel or PowerPoint file"),
)
_IN_ZIP = (
    (b"word/", "a Word document (DOCX)"),
    (b"xl/", "an Excel workbook (XLSX)"),
    (b"ppt/", "a PowerPoint file (PPTX)"),
    (b"mimetypeapplication/epub+zip", "an EPUB book"),
    (b"mimetypeapplication/vnd.oasis.opendocument.", "an OpenDocument file"),
)
_OFFICE = b"[Content_Types].xml"


def told_by(head: bytes) -> str | None:
    """What a file that begins so is, and what to do with it; None where it is nothing of this kind.

    White space and a byte-order mark may stand before what tells it.
    """
    if is_pdf(head):
        return f"a PDF; {RENAME}"
    beginning = _beginning(head)
    for signature, name in _BEGINNINGS:
        if beginning.startswith(signature):
            return f"{name}; {CONVERT}"
    if not head.startswith(_ZIP):
        return None
    for sign, name in _IN_ZIP:
        if sign in head:
            return f"{name}; {CONVERT}"
    return f"an Office document; {CONVERT}" if _OFFICE in head[:100] else None


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins so is a PDF."""
    return _beginning(head).startswith(_PDF)


def _beginning(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def told_by_file(path: Path) -> str | None:
    """The same of a file; of what is no regular file, or cannot be read, nothing is told."""
    with suppress(OSError):
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return told_by(file.read(HEAD))
    return None
