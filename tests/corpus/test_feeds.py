import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus.feeds import read
from indexer.corpus.source import MAX_BYTES, Source
from indexer.text.orthography.common import ZWNJ

SUMMARY = f"رئیس دولت گفت که گفتگوها ادامه می{ZWNJ}یابد."
FULL = (
    f"رئیس دولت روز دوشنبه اعلام کرد که گفتگوهای صلح در پایتخت ادامه می{ZWNJ}یابد و پیشنهاد تازه به هر دو "
    "طرف داده شده است که هنوز درباره آن تصمیم نگرفته اند."
)
RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>خبرنامه</title><language>fa-IR</language>
<item><title>صلح &amp;amp; جنگ</title><guid isPermaLink="false">g-1</guid><link>https://e.org/1</link>
  <pubDate>Tue, 09 Sep 2025 23:25:00 -0430</pubDate><description>{SUMMARY}</description>
  <content:encoded><![CDATA[<p>{FULL.replace(ZWNJ, "&zwnj;")}</p>
    <p>بند<br>دوم</p><script>x</script>]]></content:encoded>
</item>
<item><title>دوم</title><link>https://e.org/2</link><description>{SUMMARY}
سطر</description><dc:date>۱۸ شهریور ۱۴۰۴</dc:date></item>
<item><title>سوم</title><pubDate>دیروز</pubDate></item>
<item><guid>g-4</guid><pubDate></pubDate><description>&lt;p&gt;&lt;/p&gt;</description></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>أخبار</title>
<entry><id>urn:1</id><title type="html">عنوان &lt;b&gt;مهم&lt;/b&gt;</title><link href="https://e.org/a"/>
<updated>2025-09-10T10:00:00Z</updated><published>2025-09-09T10:00:00Z</published><summary>ملخص</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>النص الأول</p><p>الثاني</p></div>
</content></entry>
<entry><id>urn:2</id><title>خبر</title><updated>2025-09-10</updated><content type="text">سطر
آخر &lt;b&gt;</content></entry>
</feed>"""


def source_of(content: str | bytes) -> Source:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield BytesIO(content.encode() if isinstance(content, str) else content)

    return Source("news/feed", "c/feed.xml", "/c/feed.xml", opened)


def records(content: str | bytes) -> list[Record]:
    found = list(read(source_of(content)))
    assert [item for item in found if isinstance(item, Skipped)] == []
    return [item for item in found if isinstance(item, Record)]


def fault(reason: SkipReason, detail: str) -> Skipped:
    return Skipped("c/feed.xml", reason, detail, "/c/feed.xml", None)


def test_the_entries_of_rss() -> None:
    found = records(RSS)
    assert [(record.id, record.source, record.path) for record in found] == [
        ("g-1", "c/feed.xml: entry 1", "/c/feed.xml"),
        ("https://e.org/2", "c/feed.xml: entry 2", "/c/feed.xml"),
        ("news/feed/3", "c/feed.xml: entry 3", "/c/feed.xml"),
        ("g-4", "c/feed.xml: entry 4", "/c/feed.xml"),
    ]
    day = datetime.date(2025, 9, 9)
    assert [record.load() for record in found] == [
        Article(
            "g-1",
            "صلح & جنگ",
            f"صلح & جنگ\n\n{FULL}\n\nبند\nدوم",
            day,
            "fa",
            "c/feed.xml: entry 1",
            "Tue, 09 Sep 2025 23:25:00 -0430",
            "https://e.org/1",
        ),
        Article(
            "https://e.org/2",
            "دوم",
            f"دوم\n\n{SUMMARY}\nسطر",
            day,
            "fa",
            "c/feed.xml: entry 2",
            "۱۸ شهریور ۱۴۰۴",
            "https://e.org/2",
        ),
        Article("news/feed/3", "سوم", "سوم", None, "fa", "c/feed.xml: entry 3", "دیروز", None),
        Skipped(
            "c/feed.xml: entry 4", SkipReason.EMPTY, "no letter and no digit in it", "/c/feed.xml", "g-4"
        ),
    ]


def test_the_entries_of_atom() -> None:
    assert [record.load() for record in records(ATOM)] == [
        Article(
            "urn:1",
            "عنوان مهم",
            "عنوان مهم\n\nالنص الأول\n\nالثاني",
            datetime.date(2025, 9, 9),
            "ar",
            "c/feed.xml: entry 1",
            "2025-09-09T10:00:00Z",
            "https://e.org/a",
        ),
        Article(
            "urn:2",
            "خبر",
            "خبر\n\nسطر\nآخر <b>",
            datetime.date(2025, 9, 10),
            "ar",
            "c/feed.xml: entry 2",
        ),
    ]


def test_a_digest_is_of_one_entry() -> None:
    before = [record.digest for record in records(RSS)]
    after = [record.digest for record in records(RSS.replace("سطر", "سطور"))]
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert before[2:] == after[2:]
    assert len(set(before)) == 4


def test_other_encodings() -> None:
    feed = "<rss version='2.0'><channel><item><title>خبر جديد</title></item></channel></rss>"
    text = f"<?xml version='1.0' encoding='windows-1256'?>{feed}"
    for raw in (text.encode("cp1256"), text.replace("windows-1256", "utf-16").encode("utf-16")):
        [record] = records(raw)
        found = record.load()
        assert isinstance(found, Article)
        assert found.title == "خبر جديد"


def test_a_feed_that_is_not_well_formed_is_read_all_the_same() -> None:
    broken = RSS.replace("<link>https://e.org/2</link>", "<link>https://e.org/2</link>&nbsp;&<br>")
    assert [record.id for record in records(broken)] == ["g-1", "https://e.org/2", "news/feed/3", "g-4"]


@pytest.mark.parametrize(
    ("end", "ids"),
    [
        ("<dc:date>", ["g-1"]),
        ("<item><title>سوم", ["g-1", "https://e.org/2"]),
        ("<guid>g-4", ["g-1", "https://e.org/2", "news/feed/3"]),
        ("</channel>", ["g-1", "https://e.org/2", "news/feed/3", "g-4"]),
    ],
)
def test_a_feed_that_is_cut_off_keeps_its_whole_entries(end: str, ids: list[str]) -> None:
    found = list(read(source_of(RSS[: RSS.index(end)])))
    assert [item.id for item in found[:-1]] == ids
    assert found[-1] == fault(SkipReason.MALFORMED, f"cut off behind {len(ids)} whole entries")


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (b"", SkipReason.EMPTY, "no letter and no digit in it"),
        (b" \n", SkipReason.EMPTY, "no letter and no digit in it"),
        (b"<a><b/></a>", SkipReason.UNSUPPORTED, "XML, but no RSS or Atom feed"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><a/>", SkipReason.UNSUPPORTED, "XML, but no RSS or Atom feed"),
        (b"hello", SkipReason.UNSUPPORTED, "no RSS or Atom feed"),
        (b"http://127.0.0.1:9/feed", SkipReason.UNSUPPORTED, "no RSS or Atom feed"),
        (b"/etc/passwd", SkipReason.UNSUPPORTED, "no RSS or Atom feed"),
        (b" " * (MAX_BYTES + 1), SkipReason.TOO_LARGE, "larger than 64 MiB"),
    ],
)
def test_what_is_no_feed(content: bytes, reason: SkipReason, detail: str) -> None:
    assert list(read(source_of(content))) == [fault(reason, detail)]


def test_what_a_library_cannot_do_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("feedparser.parse", fail)
    expected = fault(SkipReason.MALFORMED, "the feed cannot be read (AssertionError)")
    assert list(read(source_of(RSS))) == [expected]


def test_entities_are_neither_fetched_nor_multiplied() -> None:
    declared = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'x'}'>" for n in range(12))
    text = f"""<!DOCTYPE rss [{declared}<!ENTITY f SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>
<item><guid>1</guid><title>خبر</title><description>&e11;&f;</description></item></channel></rss>"""
    for item in read(source_of(text)):
        found = item.load() if isinstance(item, Record) else item
        assert not isinstance(found, Article) or len(found.text) < 100
        assert "root:" not in str(found)


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 1800), st.integers(0, 60), st.sampled_from([RSS, ATOM]))
def test_any_bytes_are_records_or_skipped(noise: bytes, place: int, cut: int, feed: str) -> None:
    whole = feed.encode()
    for content in (noise, whole[:place] + noise + whole[place + cut :]):
        for item in read(source_of(content)):
            found = item.load() if isinstance(item, Record) else item
            assert isinstance(found, Article | Skipped)
            assert found.source.startswith("c/feed.xml")
