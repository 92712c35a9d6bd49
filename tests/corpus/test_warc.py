import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus.source import MAX_BYTES, DamagedArchive, Source
from indexer.corpus.warc import read

HTML = "text/html; charset=utf-8"
TALKS = (
    "رئیس دولت روز دوشنبه اعلام کرد که گفتگوهای صلح در پایتخت ادامه دارد و پیشنهاد تازه ای به هر دو طرف داده "
    "شده است که هنوز درباره آن تصمیم نگرفته اند."
)
OLD = "قال رئيس الحكومة إن المحادثات مستمرة، وإن اقتراحا جديدا قدم يوم الاثنين إلى الدول الأوروبية المعنية."


def page(text: str = TALKS, title: str = "صلح") -> bytes:
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()
    )


def archive(
    *pages: tuple[str, str, bytes, dict[str, str]], packed: bool = False, status: str = "200 OK"
) -> bytes:
    """A WARC file: kind of record, address, payload, and headers of the answer."""
    stream = BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    for kind, address, payload, headers in pages:
        answer = None if kind == "resource" else StatusAndHeaders(status, list(headers.items()), "HTTP/1.1")
        content_type = headers.get("Content-Type") if kind == "resource" else None
        record = writer.create_warc_record(
            address, kind, BytesIO(payload), http_headers=answer, warc_content_type=content_type or ""
        )
        writer.write_record(record)
        record.raw_stream.close()
    return stream.getvalue()


def response(number: int, payload: bytes = b"", **headers: str) -> tuple[str, str, bytes, dict[str, str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return "response", f"https://e.org/{number}", payload or page(), {"Content-Type": HTML} | named


def source_of(content: bytes, failing: bool = False) -> Source:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield _Failing(content) if failing else BytesIO(content)

    return Source("a", "c/a.warc.gz", "/c/a.warc.gz", opened)


class _Failing(BytesIO):
    """What is packed ends too early."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size) or self._fail()

    def _fail(self) -> bytes:
        raise DamagedArchive("the stream ends too early")


def records(content: bytes) -> list[Record]:
    found = list(read(source_of(content)))
    assert [item for item in found if isinstance(item, Skipped)] == []
    return [item for item in found if isinstance(item, Record)]


def loaded(payload: bytes, **headers: str) -> Article | Skipped:
    [record] = records(archive(response(1, payload, **headers)))
    return record.load()


def skipped(reason: SkipReason, detail: str) -> Skipped:
    return Skipped("c/a.warc.gz: record 1", reason, detail, "/c/a.warc.gz", "https://e.org/1")


def outcome(content: bytes) -> list[str]:
    """Ids of records, and what is said of faults."""
    return [item.id if isinstance(item, Record) else item.detail for item in read(source_of(content))]


TEXT = f"صلح\n\n{TALKS}"
ARTICLE = Article(
    "https://e.org/1", "صلح", TEXT, None, "fa", "c/a.warc.gz: record 1", None, "https://e.org/1"
)


@pytest.mark.parametrize("packed", [False, True])
def test_pages_are_articles_and_nothing_else(packed: bool) -> None:
    content = archive(
        ("warcinfo", "", b"software: x", {}),
        ("request", "https://e.org/1", b"", {}),
        response(1),
        response(2, b"GIF89a", Content_Type="image/gif"),
        ("resource", "https://e.org/3", page(), {"Content-Type": "application/xhtml+xml"}),
        ("metadata", "https://e.org/1", page(), {"Content-Type": HTML}),
        response(4),
        packed=packed,
    )
    first, second, third = records(content)
    assert [(record.id, record.source, record.path) for record in (first, second, third)] == [
        ("https://e.org/1", "c/a.warc.gz: record 3", "/c/a.warc.gz"),
        ("https://e.org/3", "c/a.warc.gz: record 5", "/c/a.warc.gz"),
        ("https://e.org/4", "c/a.warc.gz: record 7", "/c/a.warc.gz"),
    ]
    assert [record.load().source for record in (first, second, third)] == [
        "c/a.warc.gz: record 3",
        "c/a.warc.gz: record 5",
        "c/a.warc.gz: record 7",
    ]


def test_a_page() -> None:
    assert loaded(page()) == ARTICLE


def test_one_gzip_member_of_many_records() -> None:
    content = gzip.compress(archive(response(1), response(2)))
    assert [record.id for record in records(content)] == ["https://e.org/1", "https://e.org/2"]


def test_pages_that_were_not_found_are_left_out() -> None:
    assert records(archive(response(1), status="404 Not Found")) == []
    assert records(archive(response(1), status="301 Moved")) == []


def test_the_digest_is_of_the_page_and_its_headers() -> None:
    contents = [
        archive(response(1)),
        archive(response(1, page(TALKS + "!"))),
        archive(response(1, Content_Type="text/html")),
        archive(response(2)),
    ]
    digests = [record.digest for content in contents for record in records(content)]
    assert len(set(digests)) == 4
    assert records(archive(response(9), response(1)))[1].digest == digests[0]


def chunked(payload: bytes) -> bytes:
    parts = [payload[start : start + 100] for start in range(0, len(payload), 100)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def deflated(payload: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(payload) + packer.flush()


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (chunked(page()), {"Transfer_Encoding": "chunked"}),
        (page(), {"Transfer_Encoding": "chunked"}),
        (gzip.compress(page()), {"Content_Encoding": "gzip"}),
        (page(), {"Content_Encoding": "gzip"}),
        (zlib.compress(page()), {"Content_Encoding": "deflate"}),
        (deflated(page()), {"Content_Encoding": "deflate"}),
        (page(), {"Content_Encoding": "br"}),
        (page(), {"Content_Encoding": "identity"}),
        (chunked(gzip.compress(page())), {"Content_Encoding": "x-gzip", "Transfer_Encoding": "Chunked"}),
        (gzip.compress(zlib.compress(page())), {"Content_Encoding": "deflate, gzip"}),
    ],
)
def test_codings_of_the_body(payload: bytes, headers: dict[str, str]) -> None:
    assert loaded(payload, **headers) == ARTICLE


@pytest.mark.parametrize(
    ("payload", "headers", "reason", "detail"),
    [
        (
            chunked(page())[:-30],
            {"Transfer_Encoding": "chunked"},
            "MALFORMED",
            "its chunks are damaged or cut off",
        ),
        (
            gzip.compress(page())[:-9],
            {"Content_Encoding": "gzip"},
            "MALFORMED",
            "it is cut off within its compression",
        ),
        (b"\x1b\x03", {"Content_Encoding": "br"}, "UNSUPPORTED", "content encoding br"),
        (
            gzip.compress(bytes(MAX_BYTES + 1), 1),
            {"Content_Encoding": "gzip"},
            "TOO_LARGE",
            "larger than 64 MiB",
        ),
        (b"<html></html>", {}, "EMPTY", "no text in the page"),
    ],
)
def test_a_body_that_cannot_be_read(
    payload: bytes, headers: dict[str, str], reason: str, detail: str
) -> None:
    assert loaded(payload, **headers) == skipped(SkipReason[reason], detail)


def test_damaged_compression_of_a_body() -> None:
    payload = gzip.compress(page())
    found = loaded(payload[:20] + bytes(40) + payload[60:], Content_Encoding="gzip")
    assert isinstance(found, Skipped)
    assert (found.reason, found.id) == (SkipReason.MALFORMED, "https://e.org/1")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"WARC-Type: response", b"WARC-Type: respo.se", "no kind of record is called 'respo.se'"),
        (b"Content-Type: text/html", b"Content-Type: text/itml", "its content type 'text/itml' is not known"),
        (b"1.1 200 OK", b"1.1 2\xd90 OK", "its status '2\xd90' is none"),
        (b"\nContent-Type: text/html", b"\nContent-Typ_: text/html", "https://e.org/1"),
    ],
)
def test_a_damaged_header_is_told(old: bytes, new: bytes, said: str) -> None:
    content = archive(response(1), response(2))
    assert content.count(old) == 2
    assert outcome(content.replace(old, new, 1)) == [said, "https://e.org/2"]


def test_the_encoding_that_the_server_states() -> None:
    raw = f"<html><body><h1>خبر</h1><p>{OLD}</p></body></html>".encode("cp1256")
    found = loaded(raw, Content_Type="text/html; Charset=Windows-1256")
    assert isinstance(found, Article)
    assert found.text == f"خبر\n{OLD}"


def test_a_page_too_large_is_passed_over() -> None:
    content = archive(response(1, bytes(MAX_BYTES + 1)), response(2))
    found = list(read(source_of(content)))
    assert found[0] == skipped(SkipReason.TOO_LARGE, "larger than 64 MiB")
    assert [record.id for record in found[1:]] == ["https://e.org/2"]


def test_an_archive_that_is_cut_off_keeps_what_was_whole() -> None:
    whole = archive(response(1), response(2))
    cut = whole[: len(archive(response(1))) + 400]
    assert outcome(cut) == ["https://e.org/1", "behind 1 whole records: the next is cut off"]
    last = list(read(source_of(cut)))[-1]
    assert last == Skipped(
        "c/a.warc.gz", SkipReason.DAMAGED, "behind 1 whole records: the next is cut off", "/c/a.warc.gz"
    )


def test_wherever_it_is_cut_there_is_a_fault_and_no_half_page() -> None:
    first, whole = archive(response(1)), archive(response(1), response(2))
    for end in range(len(first) + 1, len(whole) - 4):
        ids = outcome(whole[:end])
        assert ids[0] == "https://e.org/1"
        assert ids[1].startswith("behind 1 whole records: ")


def test_damage_of_what_the_archive_is_packed_in() -> None:
    content = archive(response(1), response(2))
    found = list(read(source_of(content[: len(content) - 50], failing=True)))
    assert found[-1] == Skipped(
        "c/a.warc.gz", SkipReason.DAMAGED, "behind 1 whole records: the stream ends too early", "/c/a.warc.gz"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\r\n\r\n", []),
        (b"hello\n", ["behind 0 whole records: what follows is no record"]),
        (b"x" * 100_000, ["behind 0 whole records: what follows is no record"]),
        (
            b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
            ["behind 0 whole records: the next does not say how long it is"],
        ),
        (
            archive(response(1)) + b"junk",
            ["https://e.org/1", "behind 1 whole records: what follows is no record"],
        ),
        (archive(response(1)).replace(b"WARC-Target-URI", b"X-Target"), ["it has no WARC-Target-URI"]),
    ],
)
def test_what_is_no_archive(content: bytes, expected: list[str]) -> None:
    assert outcome(content) == expected


def test_memory_does_not_grow_with_the_archive() -> None:
    block = archive(response(1, page(TALKS * 500)))

    def peak(times: int) -> int:
        tracemalloc.start()
        assert sum(isinstance(record, Record) for record in read(source_of(block * times))) == times
        most = tracemalloc.get_traced_memory()[1] - len(block) * times
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(40) < peak(4) + 2**20


def test_nothing_is_said_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    outcome(archive(("response", "https://e.org/a b", page(), {"Content-Type": HTML})) + b"junk")
    assert capfd.readouterr() == ("", "")


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 2500), st.integers(0, 60), st.booleans())
def test_any_bytes_are_records_or_skipped(noise: bytes, place: int, cut: int, packed: bool) -> None:
    whole = archive(response(1, gzip.compress(page()), Content_Encoding="gzip"), response(2), packed=packed)
    for content in (noise, whole[:place] + noise + whole[place + cut :]):
        for item in read(source_of(content)):
            found = item.load() if isinstance(item, Record) else item
            assert isinstance(found, Article | Skipped)
            assert found.source.encode().startswith(b"c/a.warc.gz")
