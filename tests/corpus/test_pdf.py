import gzip
import io
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from pdfs import from_left, from_right, made, stream, whole

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus, pdf
from indexer.corpus.pdf import is_title, outcome_of
from indexer.pdf import child
from indexer.pdf.outcome import Refusal, refused

HEADLINE = "افتتاح نیروگاه برق"
BODY = "وزیر نیرو دیروز نیروگاه برق جنوب کشور را افتتاح کرد."
STORY = [from_right(500, 730, HEADLINE, 16), from_right(500, 700, BODY)]
TEXT = f"{HEADLINE}\n\n{BODY}"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
LEAF = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 4 0 R /Resources << >> >>"


def read(path: Path) -> list[Article | Skipped]:
    return [item.load() if isinstance(item, Record) else item for item in Corpus([path])]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_file_is_an_article_without_a_date(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", made(STORY))
    assert read(path) == [Article("a", HEADLINE, TEXT, None, "fa", "a.pdf")]


@pytest.mark.parametrize("name", ["a", "a.txt", "a.txt.gz", "a.html"])
def test_a_pdf_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    content = made(STORY)
    [article] = read(written(tmp_path / name, gzip.compress(content) if name.endswith(".gz") else content))
    assert isinstance(article, Article)
    assert (article.id, article.text) == ("a", TEXT)


def test_a_pdf_may_be_packed_and_lie_in_a_zip(tmp_path: Path) -> None:
    written(tmp_path / "a.pdf.gz", gzip.compress(made(STORY)))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("b.PDF", made(STORY))
    written(tmp_path / "z.zip", archive.getvalue())
    found = read(tmp_path)
    assert [(one.id, one.text) for one in found if isinstance(one, Article)] == [("a", TEXT), ("z/b", TEXT)]


@pytest.mark.parametrize(
    ("stated", "title", "text"),
    [
        (HEADLINE, HEADLINE, TEXT),
        ("برق جنوب", "برق جنوب", TEXT),
        ("گزارش ویژه هفته", "گزارش ویژه هفته", f"گزارش ویژه هفته\n\n{TEXT}"),
        ("Microsoft Word - گزارش.docx", HEADLINE, TEXT),
        ("news page 3", HEADLINE, TEXT),
        ("۱۲۳ ۴۵۶", HEADLINE, TEXT),
    ],
)
def test_the_title_is_what_the_file_says_if_it_is_one(
    tmp_path: Path, stated: str, title: str, text: str
) -> None:
    [article] = read(written(tmp_path / "a.pdf", made(STORY, title=stated)))
    assert isinstance(article, Article)
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize(
    "title",
    ["Untitled", "untitled document", "Document1", "annual report.indd", "Microsoft Word - news", "x"],
)
def test_names_that_programs_give_are_no_titles(title: str) -> None:
    assert not is_title(title, "The annual report of the ministry")
    assert is_title("Annual report", "The annual report of the ministry")


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (b"", SkipReason.EMPTY, "no letter and no digit in it"),
        (b"plain text", SkipReason.MALFORMED, "called a PDF, and is none"),
        (b"%PDF-1.7 and no more", SkipReason.MALFORMED, "the PDF cannot be read (PDFSyntaxError)"),
        (
            whole([CATALOG, ONE_PAGE, LEAF, stream(b"0 0 9 9 re f")]),
            SkipReason.EMPTY,
            "a PDF of one page without text, such as a scan: have its text recognised first",
        ),
    ],
)
def test_what_has_no_text_is_skipped(tmp_path: Path, content: bytes, reason: SkipReason, detail: str) -> None:
    path = written(tmp_path / "a.pdf", content)
    assert read(path) == [Skipped(str(path), reason, detail, str(path), "a")]


def test_an_encrypted_pdf_is_skipped_as_unreadable(tmp_path: Path) -> None:
    secret = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'11' * 32}> /U <{'22' * 32}> /P -4 >> /ID [<33> <33>]"
    )
    path = written(tmp_path / "a.pdf", made(STORY, extra=secret))
    detail = "encrypted: save it so that it opens without a password"
    assert read(path) == [Skipped(str(path), SkipReason.UNREADABLE, detail, str(path), "a")]


def test_letters_that_stand_for_nothing_known_are_not_read_as_others(tmp_path: Path) -> None:
    unknown = [from_left(50, 700 - 15 * number, "ab cd") for number in range(5)]
    [found] = read(written(tmp_path / "a.pdf", made(unknown).replace(b"endbfchar", b"endnothin")))
    assert isinstance(found, Skipped)
    assert (found.reason, found.detail) == (
        SkipReason.ENCODING,
        "the PDF does not say what letters its glyphs stand for",
    )


LIMITED = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory")


@LIMITED
def test_a_pdf_that_fills_the_memory_is_refused() -> None:
    described = "/Type /Font /Subtype /CIDFontType2 /BaseFont /F /W [0 2000000000 5]"
    font = f"<< /Type /Font /Subtype /Type0 /BaseFont /F /DescendantFonts [<< {described} >>] >>".encode()
    leaf = LEAF.replace(b"/Resources << >>", b"/Resources << /Font << /F 5 0 R >> >>")
    raw = whole([CATALOG, ONE_PAGE, leaf, stream(b"BT /F 9 Tf (a) Tj ET"), font])
    assert len(raw) < 1_000
    assert outcome_of(raw) == refused(
        Refusal.TOO_LARGE, f"a PDF that takes more than {child.MEMORY // 10**6} MB of memory"
    )


@LIMITED
def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    endless = zlib.compress(b"q Q " * 2**23, 9)
    raw = whole([CATALOG, ONE_PAGE, LEAF, stream(endless, "/Filter /FlateDecode")])
    assert outcome_of(raw) == refused(
        Refusal.TOO_LARGE, "a PDF that takes more time to read than its pages are worth"
    )


def test_a_process_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LONGEST_WAIT", 0.01)
    assert outcome_of(made(STORY)) == refused(Refusal.TOO_LARGE, "a PDF that is not read within 0.01 seconds")


def test_a_process_that_ends_otherwise_costs_its_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_READER", "this")
    assert outcome_of(made(STORY)) == refused(Refusal.DAMAGED, "the PDF ends the process that reads it (0)")
