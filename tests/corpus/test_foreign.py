"""Word documents and their like are named as what they are, whatever the file is called."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from indexer.core.records import Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.corpus.foreign import told_by

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n"
ASCII_PDF = b"%PDF-1.4\n1 0 obj\n<< /Length 44 >>\nstream\nBT (Hello) Tj ET\nendstream\nendobj\n"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
RTF = rb"{\rtf1\ansi {\fonttbl} \u1582?\u1576?\u1585?}"


def zipped(*names: str, first: bytes = b"<xml/>") -> bytes:
    """A ZIP with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return packed.getvalue()


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
ODT = zipped("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.text")

NAMED = [
    (DOCX, "a Word document (DOCX)"),
    (XLSX, "an Excel workbook (XLSX)"),
    (zipped("[Content_Types].xml", "ppt/presentation.xml"), "a PowerPoint file (PPTX)"),
    (zipped("[Content_Types].xml", "docProps/app.xml"), "an Office document"),
    (ODT, "an OpenDocument file"),
    (zipped("mimetype", first=b"application/epub+zip"), "an EPUB book"),
    (OLD_WORD, "an old Word, Excel or PowerPoint file"),
    (RTF, "an RTF document"),
]


@pytest.mark.parametrize(("head", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_beginning_tells_what_it_is(head: bytes, name: str) -> None:
    assert told_by(head) == f"{name}; convert it to text first"


def test_a_pdf_under_another_name_shall_have_its_own() -> None:
    assert told_by(PDF) == "a PDF; name it .pdf"


def test_a_byte_order_mark_and_white_space_hide_nothing() -> None:
    assert told_by(b"\xef\xbb\xbf\n" + PDF) == told_by(PDF)


@pytest.mark.parametrize(
    "head", [b"", b"PDF", "گزارش %PDF-".encode(), b"{", zipped("a.txt"), b"\xff\xd8\xff\xe0 JFIF"]
)
def test_nothing_is_told_of_what_is_something_else(head: bytes) -> None:
    assert told_by(head) is None


@pytest.mark.parametrize(
    ("name", "content", "reason", "told"),
    [
        ("a.pdf", DOCX, SkipReason.BINARY, "a Word document (DOCX); convert it to text first"),
        ("a.docx", DOCX, SkipReason.UNSUPPORTED, "a Word document (DOCX); convert it to text first"),
        ("a.doc", OLD_WORD, SkipReason.UNSUPPORTED, "an old Word, Excel or PowerPoint file;"),
        ("a.dat", PDF, SkipReason.UNSUPPORTED, "a PDF; name it .pdf"),
        ("a.jpg", b"\xff\xd8\xff\xe0", SkipReason.UNSUPPORTED, ".jpg is not a format that is read"),
        ("a", RTF, SkipReason.BINARY, "an RTF document;"),
        ("a.txt.gz", gzip.compress(RTF), SkipReason.BINARY, "an RTF document;"),
        ("a.json", PDF, SkipReason.BINARY, "a PDF; name it .pdf"),
        ("a.json", ASCII_PDF, SkipReason.BINARY, "a PDF; name it .pdf"),
        ("a.csv", XLSX, SkipReason.BINARY, "an Excel workbook (XLSX);"),
        ("a.jsonl", PDF, SkipReason.BINARY, "a PDF;"),
    ],
)
def test_a_file_is_skipped_as_what_it_is(
    tmp_path: Path, name: str, content: bytes, reason: SkipReason, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for given in (tmp_path, *([tmp_path / name] if reason is SkipReason.BINARY else [])):
        [item] = Corpus([given])
        assert isinstance(item, Skipped)
        assert (item.reason, item.detail[: len(told)]) == (reason, told)


def test_a_document_that_is_given_by_name_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(DOCX)
    [item] = Corpus([tmp_path / "a.docx"])
    assert isinstance(item, Skipped)
    assert item.detail == "a Word document (DOCX); convert it to text first"


def test_a_zip_of_articles_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped("word/a.txt", first="خبر.".encode()))
    [item] = Corpus([tmp_path])
    assert not isinstance(item, Skipped)
    assert item.id == "a/word/a"
