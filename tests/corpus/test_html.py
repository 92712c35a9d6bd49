import datetime
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus.html import LOUD, article_of, chosen_language, read, with_title
from indexer.corpus.source import MAX_BYTES, Source
from indexer.text.orthography.common import ZWNJ

TITLE = f"گفتگوهای صلح ادامه می{ZWNJ}یابد"
FIRST = (
    f"رئیس دولت روز دوشنبه اعلام کرد که گفتگوهای صلح در پایتخت ادامه می{ZWNJ}یابد و پیشنهاد تازه{ZWNJ}ای "
    f"به هر دو طرف داده شده است که هنوز درباره آن تصمیم نگرفته{ZWNJ}اند."
)
SECOND = f"او گفت نماینده{ZWNJ}های سه کشور همسایه نیز در نشست آینده شرکت خواهند کرد و سخن می{ZWNJ}گویند."
THIRD = "ناظران می گویند که این نخستین بار است که همه طرفها سر یک میز می نشینند و این خود گامی به پیش است."
ARABIC = (
    "قال رئيس الحكومة إن المحادثات مستمرة، وإن اقتراحا جديدا قدم يوم الاثنين إلى الدول الأوروبية التي لم ترد "
    "عليه بعد، وإن الجولة القادمة من المفاوضات ستعقد في العاصمة خلال الأسبوع المقبل بحضور الوسطاء."
)
DARI = f"قوماندان پولیس گفت که طیاره در میدان هوایی نشست. {FIRST}"


def page(
    head: str = "", before: str = "", body: str = "", after: str = "", lang: str = "fa", heading: str = TITLE
) -> str:
    paragraphs = body or "".join(f"<p>{text}</p>" for text in (FIRST, SECOND, THIRD))
    return (
        f"<!DOCTYPE html><html lang='{lang}'><head><meta charset='utf-8'><title>{heading} | خبرنامه</title>"
        f"{head}</head><body><nav><ul><li><a href='/'>خانه</a></li><li><a href='/w'>جهان</a></li></ul></nav>"
        f"<main><h1>{heading}</h1>{before}<article>{paragraphs}</article>{after}</main>"
        "<footer><p>همه حقوق محفوظ است</p></footer></body></html>"
    )


def of(content: str | bytes, url: str | None = None, encoding: str | None = None) -> Article | Skipped:
    raw = content.encode() if isinstance(content, str) else content
    return article_of(raw, id="a", source="a.html", path="/c/a.html", url=url, encoding=encoding)


def article(content: str | bytes, url: str | None = None, encoding: str | None = None) -> Article:
    found = of(content, url, encoding)
    assert isinstance(found, Article)
    return found


def source_of(content: bytes) -> Source:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield BytesIO(content)

    return Source("news/a", "c/news/a.html", "/c/news/a.html", opened)


def test_a_page() -> None:
    assert of(page()) == Article(
        "a", TITLE, f"{TITLE}\n\n{FIRST}\n{SECOND}\n{THIRD}", None, "fa", "a.html", None, None
    )


def test_a_page_as_a_source() -> None:
    raw = page().encode()
    [record] = read(source_of(raw))
    [again] = read(source_of(raw))
    [other] = read(source_of(raw.replace(b"</p>", b"!</p>", 1)))
    assert isinstance(record, Record)
    assert isinstance(again, Record)
    assert isinstance(other, Record)
    assert (record.id, record.source, record.path) == ("news/a", "c/news/a.html", "/c/news/a.html")
    assert record.digest == again.digest != other.digest
    found = record.load()
    assert isinstance(found, Article)
    assert (found.id, found.source, found.title) == ("news/a", "c/news/a.html", TITLE)


def test_every_kind_of_half_space_is_kept() -> None:
    first, second = FIRST.replace(ZWNJ, "&zwnj;"), SECOND.replace(ZWNJ, "&#8204;")
    body = f"<p>{first}</p><p>{second}</p><p>{THIRD}\U00010600</p>"
    found = article(page(body=body, heading=TITLE.replace(ZWNJ, "&#x200c;")))
    assert found.title == TITLE
    assert found.text == f"{TITLE}\n\n{FIRST}\n{SECOND}\n{THIRD}\U00010600"
    assert found.text.count(ZWNJ) == 6


def test_the_title_of_meta_elements_keeps_its_half_space() -> None:
    head = f"<meta property='og:title' content='خانه{ZWNJ}ها &amp;quot;نو&amp;quot;'>"
    assert article(page(head)).title == f'خانه{ZWNJ}ها "نو"'


def test_tables_of_text_are_read_and_tables_of_data_are_not() -> None:
    cells = f"<td><p>{FIRST}</p><p>{SECOND}</p></td><td><p>{THIRD}</p></td>"
    layout = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    data = "<table><tr><th>شهر</th><th>دما</th></tr><tr><td>کابل</td><td>۳۱</td></tr></table>"
    assert article(page(body=layout + data)).text == f"{TITLE}\n\n{FIRST}\n{SECOND}\n{THIRD}"


@pytest.mark.parametrize(("paragraphs", "is_vast"), [(7_000, False), (9_000, True)])
def test_a_vast_page_is_read_by_one_extractor(
    paragraphs: int, is_vast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def extract(*_: object, fast: bool, **__: object) -> None:
        asked.append(fast)

    monkeypatch.setattr("trafilatura.bare_extraction", extract)
    of("<html><body>" + "<p>x</p>" * paragraphs)
    assert asked == [is_vast]


def test_comments_are_not_read() -> None:
    comment = "<div class='comment'><p>من با این خبر مخالفم.</p></div>"
    after = f"<div id='comments' class='comments'><h3>نظرها</h3>{comment}</div>"
    assert article(page(after=after)).text == f"{TITLE}\n\n{FIRST}\n{SECOND}\n{THIRD}"


TIME = "<time datetime='2025-09-09'>دیروز</time>"
WRITTEN = f"سه{ZWNJ}شنبه ۱۸ شهریور ۱۴۰۴ - ۱۰:۲۵"
META = "<meta property='article:published_time' content='2025-09-09T10:25:00+03:30'>"
JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle",
"dateModified": "2025-10-10", "datePublished": "2025-09-08"}]}</script>"""


@pytest.mark.parametrize(
    ("head", "before", "date", "date_text"),
    [
        (META, "<time datetime='2025-09-01'>", "2025-09-09", "2025-09-09T10:25:00+03:30"),
        ("<meta name='DC.Date' content='2025-09-09'>", "", "2025-09-09", None),
        ("<meta name='date' content='1404/06/18'>", "", "2025-09-09", "1404/06/18"),
        (JSON_LD, "", "2025-09-08", None),
        (META.replace("2025-09-09", "-") + JSON_LD, "", "2025-09-08", None),
        ("<script type='application/ld+json'>{</script>", TIME, "2025-09-09", None),
        ("", "<time>۱۸ شهریور ۱۴۰۴</time>", "2025-09-09", "۱۸ شهریور ۱۴۰۴"),
        ("", f"<div class='news-Date'>{WRITTEN}</div>", "2025-09-09", WRITTEN),
        ("", "<span itemprop='datePublished' content='2025-09-09'>x</span>", "2025-09-09", None),
        ("", "<span class='update-date'>2025-09-09</span>", None, None),
        ("", f"<aside>{TIME}</aside>", None, None),
        ("", "<div class='related'><span class='date'>2025-09-09</span></div>", None, None),
        ("", "<p>۱۸ شهریور ۱۴۰۴</p>", None, None),
        ("<meta property='article:modified_time' content='2025-09-09'>", "", None, None),
    ],
)
def test_the_date_that_a_page_states(head: str, before: str, date: str | None, date_text: str | None) -> None:
    found = article(page(head, before))
    assert (str(found.date) if found.date else None, found.date_text) == (date, date_text)


def test_a_date_before_the_heading_is_the_day_of_the_visit() -> None:
    assert article(page().replace("<nav>", "<div class='today-date'>۱۸ شهریور ۱۴۰۴</div><nav>")).date is None


def test_a_date_in_the_address() -> None:
    assert article(page(), "https://example.org/2025/09/09/talks").date == datetime.date(2025, 9, 9)
    assert article(page(), "https://example.org/2025/19/09/talks").date is None
    assert article(page(META), "https://example.org/2025/01/01/talks").date == datetime.date(2025, 9, 9)


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        ("", "https://e.org/x?y=1", "https://e.org/x?y=1"),
        ("<link rel='canonical' href='https://e.org/x'>", "https://e.org/x?y=1", "https://e.org/x"),
        ("<link rel='canonical' href='/x'>", "https://e.org/a/b", "https://e.org/x"),
        ("<link rel='canonical' href='/x'>", None, None),
        ("<base href='https://e.org/'>", None, None),
        ("<meta property='og:url' content='https://e.org/o'>", None, "https://e.org/o"),
        ("<link rel='canonical' href='javascript:x'>", "https://e.org/a", "https://e.org/a"),
        ("<link rel='canonical' href='http://[x'>", "https://e.org/a", "https://e.org/a"),
    ],
)
def test_the_address(head: str, url: str | None, expected: str | None) -> None:
    assert article(page(head), url).url == expected


OLD = THIRD.replace("ی", "ي")


@pytest.mark.parametrize(
    ("codec", "meta", "encoding"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "windows-1256", "windows-1256"),
        ("utf-8-sig", "iso-8859-1", None),
        ("cp1256", "windows-1256", None),
        ("cp1256", "iso-8859-1", "Windows-1256"),
        ("cp1256", "unicode_escape", None),
        ("cp1256", "utf-8", "utf-8"),
        ("utf-16-le", "utf-8", "utf-16le"),
        ("utf-16", "utf-8", None),
    ],
)
def test_encodings(codec: str, meta: str, encoding: str | None) -> None:
    text = page(body=f"<p>{OLD}</p><p>{OLD[::-1]}</p>", heading="خبر").replace("utf-8", meta)
    raw = text.replace("ی", "ي").encode(codec)
    assert article(raw, encoding=encoding).text == f"خبر\n\n{OLD}\n{OLD[::-1]}"


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (FIRST, "fa", "fa"),
        (FIRST + SECOND, "ar", "fa"),
        (FIRST + SECOND, "prs", "prs"),
        (DARI, "fa", "prs"),
        (ARABIC + ARABIC, "fa", "ar"),
        (ARABIC, "en", "ar"),
        (ARABIC, None, "ar"),
        ("سلام", "fa", "fa"),
        ("سلام", "ru", "ar"),
        ("Les pourparlers de paix se poursuivent dans la capitale, a dit le ministre.", "en", "fr"),
        ("Dünya", "az", "az"),
    ],
)
def test_the_language(text: str, declared: str | None, language: str) -> None:
    assert chosen_language(text, declared) == language


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body></body></html>", SkipReason.EMPTY),
        (b"<html><head><title>x</title></head><body><script>y</script></body></html>", SkipReason.EMPTY),
        (b"<", SkipReason.EMPTY),
        (b"GIF89a\0\0\0", SkipReason.BINARY),
        (b"<p>" + bytes(range(0x80, 0x100)) * 4, SkipReason.ENCODING),
    ],
)
def test_what_is_no_page(content: bytes, reason: SkipReason) -> None:
    found = of(content)
    assert isinstance(found, Skipped)
    assert (found.reason, found.source, found.path, found.id) == (reason, "a.html", "/c/a.html", "a")


def test_a_file_without_a_page() -> None:
    at = ("c/news/a.html", "/c/news/a.html", "news/a")
    for content, reason in ((b" \n", SkipReason.EMPTY), (b" " * (MAX_BYTES + 1), SkipReason.TOO_LARGE)):
        [found] = read(source_of(content))
        assert isinstance(found, Skipped)
        assert (found.source, found.path, found.id, found.reason) == (*at, reason)


def test_what_a_library_cannot_do_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("trafilatura.bare_extraction", fail)
    assert of(page()) == Skipped(
        "a.html", SkipReason.MALFORMED, "the page cannot be read (RecursionError)", "/c/a.html", "a"
    )


def test_the_library_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    of(b"<")
    of(page())
    assert capfd.readouterr() == ("", "")
    assert {logging.getLogger(name).level for name in LOUD} == {logging.CRITICAL + 1}
    assert logging.getLogger().level <= logging.WARNING


def test_a_title_stands_above_its_text_once() -> None:
    assert with_title("الف", "ب") == "الف\n\nب"
    assert with_title("الف", "الف ب") == "الف ب"
    assert with_title("", "ب") == "ب"
    assert with_title("الف", "") == "الف"


@settings(max_examples=40)
@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 40))
def test_any_bytes_are_an_article_or_skipped(noise: bytes, place: int, cut: int) -> None:
    whole = page(META + JSON_LD).encode()
    for raw in (noise, whole[:place] + noise + whole[place + cut :]):
        found = of(raw)
        assert found.source == "a.html"
        if isinstance(found, Article):
            assert any(character.isalnum() for character in found.title)
            assert found.text.encode()
