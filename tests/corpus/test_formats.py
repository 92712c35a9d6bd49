import datetime
import gzip
import io
import json
import os
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus, Fields
from indexer.corpus.formats import FORMATS, NAMES, ZIP, kind_of
from indexer.corpus.packed import PACKINGS

TEXT = "رئیس جمهور گفت که گفتگوها ادامه دارد."
SUFFIXES = [suffix for form in FORMATS for suffix in form.suffixes if suffix]


def outcome(path: Path, fields: Fields | None = None) -> list[tuple[str, str]]:
    """Id and text of every article; place and reason with detail of all else."""
    items: list[tuple[str, str]] = []
    for item in Corpus([path], fields=fields or Fields()):
        found = item.load() if isinstance(item, Record) else item
        if isinstance(found, Article):
            items.append((found.id, found.text))
        else:
            assert found.path == os.path.realpath(path) or (
                found.path == "" and found.reason in (SkipReason.HIDDEN, SkipReason.UNSUPPORTED)
            )
            items.append((found.source.removeprefix(str(path)), f"{found.reason.name}: {found.detail}"))
    return items


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "stem", "packing", "form"),
    [
        ("a", "a", "", "text"),
        ("a.TXT", "a", "", "text"),
        ("1.2.md", "1.2", "", "text"),
        ("a.jsonl.gz", "a", ".gz", "jsonl"),
        ("a.ndjson.ZST", "a", ".zst", "jsonl"),
        ("a.gz", "a", ".gz", "text"),
        ("a.json", "a", "", "json"),
        ("a.csv", "a", "", "csv"),
        ("a.tsv", "a", "", "tsv"),
        ("a.parquet", "a", "", "parquet"),
        ("a.htm", "a", "", "html"),
        ("a.warc.gz", "a", ".gz", "warc"),
        ("a.atom", "a", "", "feed"),
        ("a.zip", "a", ".zip", None),
        ("a.tar.gz", "a", ".gz", None),
        ("a.PDF.gz", "a", ".gz", "pdf"),
        ("a.docx", "a", "", None),
        ("a.zip.gz", "a", ".gz", None),
    ],
)
def test_what_a_name_says(name: str, stem: str, packing: str, form: str | None) -> None:
    kind = kind_of(name)
    assert (kind.stem, kind.packing, kind.format.name if kind.format else None) == (stem, packing, form)
    assert kind.is_read is (form is not None or packing == ".zip")


def test_every_format_has_a_name_and_suffixes_of_its_own() -> None:
    assert NAMES == ("text", "jsonl", "json", "csv", "tsv", "parquet", "html", "pdf", "warc", "feed")
    assert " ".join(SUFFIXES) == (
        ".txt .text .md .jsonl .ndjson .json .csv .tsv .parquet .html .htm .xhtml .pdf .warc .xml .rss .atom"
    )


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        '\ufeff{"id": "x", "text": "یک"}',
        "",
        '{"text": "دو"}\r',
        '{"text": "سه"',
        "[1]",
        '{"id": 9, "title": ""}',
        "[" * 100_000,
        f'{{"id": {"9" * 5000}}}',
        '{"text": "آخر"}',
    ]
    raw = "\n".join(lines).encode() + b'\n{"text": "caf\xe9"}'
    assert outcome(written(tmp_path / "a.jsonl", raw)) == [
        ("x", "یک"),
        ("a/2", "دو"),
        (":4", "MALFORMED: not JSON: Expecting ',' delimiter at character 15"),
        (":5", "MALFORMED: not a JSON object"),
        (":6", "EMPTY: neither a text nor a title"),
        (":7", "MALFORMED: not JSON that can be read: nested too deeply"),
        (":8", "MALFORMED: not JSON that can be read: a number of too many digits"),
        ("a/8", "آخر"),
        ("a/9", "café"),
    ]


def test_json_lines_that_are_no_text(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"text": "یک"}\n{"text": "دو"}'.encode("utf-16"))
    assert outcome(path) == [("", "BINARY: it holds NUL bytes; JSON Lines are text in UTF-8")]


def test_a_line_that_is_too_long_is_one_skip_and_never_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.corpus.source.MAX_BYTES", 2**20)
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "first"}\n')
        for _ in range(32):
            file.write(b"x" * 2**20)
        file.write(b'\n{"text": "third"}\n')
    outcome(path)
    tracemalloc.start()
    try:
        found = outcome(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [("a/1", "first"), (":2", "TOO_LARGE: a line larger than 1 MiB"), ("a/3", "third")]
    assert peak < 6 * 2**20


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"text": "one"}', [("a", "one")]),
        ('{"id": 5, "title": "one", "items": [{"x": 1}]}', [("a/1", "two")]),
        ('[{"text": "one"}, 5, {"id": "i", "text": "two"}]', None),
        ('{"count": 2, "tags": ["t"], "data": [{"text": "one"}], "other": [{"y": 1}]}', [("a/1", "one")]),
        ('{"news": [{"text": "one"}]}', [("a/1", "one")]),
        ('{"news": [{"text": "one"}], "more": [{"text": "two"}]}', [NEITHER := ("", "")]),
        ("[]", []),
        ("5", [NEITHER]),
        ("{}", [NEITHER]),
        ('{"text": ', [("", "MALFORMED: not JSON: Expecting value at character 10")]),
        ("[" * 100_000, [("", "MALFORMED: not JSON that can be read: nested too deeply")]),
        ("", [("", "MALFORMED: not JSON: Expecting value at character 1")]),
    ],
    ids=range(12),
)
def test_json(content: str, expected: list[tuple[str, str]] | None, tmp_path: Path) -> None:
    found = outcome(written(tmp_path / "a.json", content))
    if expected is None:
        expected = [("a/1", "one"), (", record 2", "MALFORMED: not a JSON object"), ("i", "two")]
    elif "items" in content:
        expected = [(", record 1", "EMPTY: neither a text nor a title")]
    elif expected == [NEITHER]:
        expected = [("", "MALFORMED: neither an article nor a list of articles")]
    assert found == expected


def test_json_in_another_encoding(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", json.dumps({"text": TEXT}, ensure_ascii=False).encode("utf-16"))
    assert outcome(path) == [("a", TEXT)]
    assert outcome(written(path, b"{\0}")) == [("", "BINARY: it holds NUL bytes")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(encoding: str, delimiter: str, tmp_path: Path) -> None:
    rows = [
        ["id", "title", "text", "views"],
        ["1", "گفتگوها", "رئيس جمهور گفت", "5"],
        ["", "", f'"با {delimiter} نقل قول"\nو سطر دوم', "6"],
    ]
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    path = written(tmp_path / "a.csv", "\r\n".join(quoted).encode(encoding))
    assert outcome(path) == [
        ("1", "گفتگوها\n\nرئيس جمهور گفت"),
        ("a/2", f'"با {delimiter} نقل قول"\nو سطر دوم'),
    ]


def test_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    content = (
        b'title,text\n"two\nlines",x\n\nonly one\na,b,c\n"a"b,c\n'
        + "یک,دو".encode()
        + b"\ncaf\xe9,x\n,\nlast,row"
    )
    assert outcome(written(tmp_path / "a.csv", content + "\nخبر,سه".encode())) == [
        ("a/1", "two\nlines\n\nx"),
        (":5", "MALFORMED: 1 columns, where the header has 2"),
        (":6", "MALFORMED: 3 columns, where the header has 2"),
        (":7", "MALFORMED: ',' expected after '\"'"),
        ("a/5", "یک\n\nدو"),
        ("a/6", "café\n\nx"),
        (":10", "EMPTY: neither a text nor a title"),
        ("a/8", "last\n\nrow"),
        ("a/9", "خبر\n\nسه"),
    ]


def test_a_table_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    unknown = "MALFORMED: none of its columns is known as text or title, and none is mapped to them: a, b"
    assert outcome(written(path, "a,b\n1,2")) == [("", unknown)]
    assert outcome(path, Fields.parse(["text=b"])) == [("a/1", "2")]
    assert outcome(written(path, b"a,b\0\n")) == [("", "BINARY: it holds NUL bytes")]
    assert outcome(written(path, "")) == [("", "EMPTY: no line in it")]
    assert outcome(written(path, "id,text\n\n")) == [("", "EMPTY: no row below its header")]
    late = "; a quotation mark in it is not closed, or closed too late: of the lines behind it,"
    assert outcome(written(path, 'text\nx\n"never\nclosed')) == [
        ("a/1", "x"),
        (":3", f"MALFORMED: unexpected end of data{late} 1 are lost with it"),
    ]
    monkeypatch.setattr("indexer.corpus.source.MAX_BYTES", 2**20)
    long = "x" * (2**20 + 1)
    behind = "; nothing behind it is read"
    assert outcome(written(path, f"text\nx\n{long}\ny")) == [
        ("a/1", "x"),
        (":3", f"TOO_LARGE: a line larger than 1 MiB{behind}"),
    ]
    lines = "\n".join(["x" * 1000] * 1100)
    assert outcome(written(path, f'text\nx\n"{lines}')) == [
        ("a/1", "x"),
        (":3", f"TOO_LARGE: a field longer than any article{behind}"),
    ]


def test_a_tab_separated_table_may_hold_commas(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tsv", "text,a\ttitle\nx\ty")
    assert outcome(path, Fields(text="text,a")) == [("a/1", "y\n\nx")]


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_parquet(packing: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": [1, 2, 3],
            "body": pa.array([{"content": TEXT, "n": 1}, {"content": "متن", "n": 2}, None]),
            "published": pa.array(
                [datetime.datetime(2025, 1, 2, 23, tzinfo=datetime.UTC)] * 3, pa.timestamp("ns", "UTC")
            ),
            "unread": [b"\xff"] * 3,
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    pack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": zstd.compress}
    path = written(tmp_path / f"a.parquet{packing}", pack[packing](buffer.getvalue()))
    fields = Fields.parse(["text=body.content"])
    items = [item.load() if isinstance(item, Record) else item for item in Corpus([path], fields=fields)]
    assert items == [
        Article("1", TEXT, TEXT, datetime.date(2025, 1, 2), "fa", f"{path.name}, record 1"),
        Article("2", "متن", "متن", datetime.date(2025, 1, 2), "ar", f"{path.name}, record 2"),
        Skipped(
            f"{path}, record 3",
            SkipReason.EMPTY,
            "neither a text nor a title",
            os.path.realpath(path),
            "3",
        ),
    ]


def test_damaged_parquet(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["one", "two"]}), buffer)
    path = tmp_path / "a.parquet"
    for content in (b"", b"PAR1", buffer.getvalue()[:-20], b"x" * 100):
        [(place, detail)] = outcome(written(path, content))
        assert (place, detail.split(":")[0]) == ("", "DAMAGED")


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def feed(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    def ids(form: str | None = None) -> list[tuple[str | None, str, str]]:
        return [(item.id, item.source, item.path) for item in Corpus(["-"], format=form)]

    feed(b'{"text": "one"}\n{"id": "x", "text": "two"}\nbad')
    corpus = Corpus(["-"])
    assert [(item.id, item.source, item.path) for item in corpus] == [
        ("stdin/1", "stdin:1", ""),
        ("x", "stdin:2", ""),
        (None, "stdin:3", ""),
    ]
    assert [item.source for item in corpus] == ["stdin:1", "stdin:2", "stdin:3"]
    feed(b"text\tid\none\t5")
    assert ids("tsv") == [("5", "stdin:2", "")]
    feed(b"one")
    assert ids("text") == [("stdin", "stdin", "")]
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["one"]}), buffer)
    feed(buffer.getvalue())
    assert ids("parquet") == [("stdin/1", "stdin, record 1", "")]
    path = written(tmp_path / "news.dump", '{"text": "one"}\n')
    assert [item.id for item in Corpus([path], format="jsonl")] == ["news/1"]
    assert [item.id for item in Corpus([path])] == ["news"]


def test_a_stream_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    items = iter(Corpus([path]))
    assert next(items).id == "a/1"
    path.write_text('{"text": "one"}\n', encoding="utf-8")
    assert list(items)[-1] == Skipped(
        str(path),
        SkipReason.CHANGED,
        "what was read of it counts; nothing of it is removed",
        os.path.realpath(path),
    )
    assert [item.id for item in Corpus([path])] == ["a/1"]


def test_an_id_that_two_records_have(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"id": 1, "text": "one"}\n{"id": "1", "text": "one"}\n')
    first, second = Corpus([path])
    assert isinstance(first, Record)
    assert second == Skipped(
        f"{path}:2",
        SkipReason.DUPLICATE,
        f"article '1' was read from {path}:1 already",
        os.path.realpath(path),
        "1",
    )


BEGINNINGS = [
    b"", b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"WARC/1.0\r\n",
    b"<?xml version='1.0'?><rss>", b"<html><body><p>", b'{"text": "', b"[{", b"text,title\n", b"\xff\xfe",
    b"\xef\xbb\xbf", b"<feed", b'"text\n',
]  # fmt: skip


@pytest.mark.parametrize("suffix", ["", *SUFFIXES, ZIP])
@settings(max_examples=40)
@example(b"", [b"\0" * 64])
@given(
    st.sampled_from(BEGINNINGS), st.lists(st.binary(max_size=80) | st.sampled_from(BEGINNINGS), max_size=4)
)
def test_whatever_bytes_are_articles_or_reasons(
    tmp_path: Path, suffix: str, beginning: bytes, rest: list[bytes]
) -> None:
    content = beginning + b"".join(rest)
    for packing, packed in zip(("", *PACKINGS), (content, gzip.compress(content), content), strict=True):
        _ = outcome(written(tmp_path / f"a{suffix}{packing}", packed))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"a{suffix}", content)
    outcome(tmp_path / "all.zip")


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_a_line_is_told_and_protects_its_articles(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "news.jsonl"
    path.write_bytes(content)
    [item] = Corpus([path])
    assert isinstance(item, Skipped)
    assert (item.reason, item.detail, item.path, item.id) == (
        SkipReason.EMPTY,
        "no line in it",
        str(path),
        None,
    )
