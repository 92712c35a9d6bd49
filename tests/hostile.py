"""Files made to bring a reader down: small, and each of them costly in a way of its own.

`python tests/hostile.py FOLDER` writes them all, for trying by hand.
"""

import gzip
import io
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

TEXT = "باران بارید و رودخانه پر آب شد."
LINE = json.dumps({"id": "good", "text": TEXT}).encode() + b"\n"
"""An article that stands beside what is hostile, in the same file where that can be."""

_HEAD = "<html><head><title>باران</title></head><body>"
_FEED = (
    '<?xml version="1.0" encoding="utf-8"?>{}<rss version="2.0"><channel><title>x</title>{}</channel></rss>'
)
_ITEM = "<item><guid>{}</guid><title>باران</title><description>{}</description></item>"
_ENTITY = "<!ENTITY a1% '" + "&a%;" * 10 + "'>"
_ZIP64 = 2**32 - 1


def page(inner: str) -> bytes:
    """A page with something before its one paragraph."""
    return f"{_HEAD}{inner}<p>{TEXT}</p></body></html>".encode()


def feed(inner: str, description: str | None = None, doctype: str = "") -> bytes:
    """A feed of one good entry, with something before it, and another entry."""
    other = "" if description is None else _ITEM.format("bad", description)
    return _FEED.format(doctype, inner + other + _ITEM.format("good", TEXT)).encode()


def many(text: str, times: int) -> str:
    """A text with another number in the place of each %, so many times."""
    return "".join(text.replace("%", str(number)) for number in range(times))


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP, its members compressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def overlapping(times: int = 250) -> bytes:
    """A ZIP whose directory names one member again and again (Fifield 2019), and another one."""
    packed = zipped([("000.jsonl", b"\n" * 10_000_000), ("good.txt", TEXT.encode())])
    end = packed.rindex(b"PK\x05\x06")
    start = packed.index(b"PK\x01\x02")
    good = packed.index(b"PK\x01\x02", start + 1)
    named = b"".join(packed[start:good].replace(b"000.j", b"%03d.j" % number) for number in range(times))
    entries = named + packed[good:end]
    count = times + 1
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entries), start, 0)
    return packed[:start] + entries + last


def many_members(count: int = 1_200_000) -> bytes:
    """A ZIP with a directory of that many files, none of which is there."""
    entry = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"x.txt"
    )
    size = len(entry) * count
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, size, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, _ZIP64, _ZIP64, 0)
    return entry * count + end + locator + last


def gzipped(*parts: tuple[bytes, int]) -> bytes:
    """A gzip of pieces, each so many times, without ever holding it."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    packed = [packer.compress(piece) for piece, times in parts for _ in range(times)]
    return b"".join([*packed, packer.flush()])


def warc(*records: tuple[bytes, bytes]) -> bytes:
    """A web archive of records, each with more headers and an answer with more headers."""
    pieces = []
    for number, (headers, more) in enumerate(records):
        body = b"HTTP/1.1 200 OK\r\n%sContent-Type: text/html\r\n\r\n%s" % (more, page(""))
        pieces.append(
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/%d\r\n%s"
            b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
            % (number, headers, len(body), body)
        )
    return b"".join(pieces)


def parquet(column: object, **options: object) -> bytes:
    """A table of one column of texts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = io.BytesIO()
    pq.write_table(pa.table({"text": column}), packed, compression="zstd", write_statistics=False, **options)
    return packed.getvalue()


def dictionary(size: int = 1_000_000, rows: int = 13_000) -> bytes:
    """Rows that all have one long text, which a dictionary holds once: 3 KB for 13 GB."""
    import pyarrow as pa

    places = pa.array([0] * rows, pa.int32())
    return parquet(pa.DictionaryArray.from_arrays(places, pa.array(["آب" * (size // 4)])))


GOOD, NOTHING = ("good",), ()
NONE = "no text in the page"
BEYOND = "unpacked, it is more than 100 times as large as packed"
ENTRY = "more than 10,000 tags"
Case = tuple[Callable[[], bytes], str, tuple[str, ...]]
HOSTILE: dict[str, Case] = {
    "spaces.txt": (lambda: b" " * 3_000_000 + b"." * 3_000_000, "no letter and no digit in it", NOTHING),
    "lines.txt": (lambda: (b" " * 200 + b"\n") * 15_000, "no letter and no digit in it", NOTHING),
    "hashes.md": (lambda: b"# " * 1_000_000, "no letter and no digit in it", NOTHING),
    "newlines.txt": (lambda: b"\n" * 60_000_000, "no letter and no digit in it", NOTHING),
    "foreign.txt": (lambda: b"\xc7\xe1 " * 15_000_000, "larger than 16 MB, more than any", NOTHING),
    "control.txt": (lambda: b"\1" * 60_000_000, "larger than 16 MB, more than any", NOTHING),
    "foreign.json": (lambda: b'["' + b"\xc7\xe1 " * 15_000_000 + b'"]', "16 MB, and not UTF-8", NOTHING),
    "foreign.xml": (lambda: feed("") + b"\xc7\xe1 " * 15_000_000, "16 MB, and not", NOTHING),
    "foreign.html": (lambda: page("") + b"\xc7\xe1 " * 15_000_000, "larger than 16 MB, more", NOTHING),
    "long.txt": (lambda: "آب ".encode() * 2_000_000, "a text of 6,000,000 characters, more", NOTHING),
    "title.jsonl": (
        lambda: json.dumps({"title": " " * 400_000 + "-" * 400_000}).encode() + b"\n" + LINE,
        "no letter and no digit in it",
        GOOD,
    ),
    "tags.xml": (lambda: feed("", "<p></p>" * 60_000), ENTRY, GOOD),
    "unclosed.xml": (lambda: feed("", "<p>" * 60_000), ENTRY, GOOD),
    "outside.xml": (lambda: feed("<a></a>" * 60_000), ENTRY, NOTHING),
    "attributes.xml": (
        lambda: feed("", "<a " + many('a%="1" ', 20_000) + "/>"),
        "a tag of more than 1,000 attributes",
        GOOD,
    ),
    "namespaces.xml": (
        lambda: feed("<a " + many('xmlns:a%="u%" ', 20_000) + "/>"),
        "a tag of more than 1,000 attributes",
        NOTHING,
    ),
    "entries.xml": (lambda: feed("<item></item>" * 200_000), "more than 100,000 tags, and little", NOTHING),
    "cdata.xml": (lambda: feed("<![CDATA[" * 50_000), ENTRY, NOTHING),
    "articles.html": (lambda: page("<article>" * 3000), NONE, NOTHING),
    "breaks.html": (lambda: page("<br>" * 200_000), "more than 100,000 tags", NOTHING),
    "spans.html": (lambda: page("<span>" * 200_000), "more than 100,000 tags", NOTHING),
    "attributes.html": (
        lambda: page("<p " + many("a%=1 ", 100_000) + ">x</p>"),
        "a tag of more than 1,000 attributes",
        NOTHING,
    ),
    "slashes.html": (
        lambda: page("<p" + many("/a%", 100_000) + ">x</p>"),
        "a tag of more than 1,000 attributes",
        NOTHING,
    ),
    "quoted.html": (
        lambda: page("<p " + many('a%="<" ', 50_000) + ">x</p>"),
        "a tag of more than 1,000 attributes",
        NOTHING,
    ),
    "arrays.json": (lambda: b"[" + b"[]," * 1_000_000 + LINE + b"]", "more than 2,000,000 values", NOTHING),
    "few-arrays.json": (
        lambda: b"[" + b"[]," * 500_000 + b"[]]",
        "none of its 500,001 items is a JSON object",
        NOTHING,
    ),
    "numbers.json": (lambda: b"[" + b"1.5," * 8_000_000 + b"1]", "more than 2,000,000 values", NOTHING),
    "deep.json": (lambda: b"[" * 900_000 + b"]" * 900_000, "nested too deeply", NOTHING),
    "wide.jsonl": (lambda: b"[" + b"[]," * 5_000_000 + b"[]]\n" + LINE, "more than 2,000,000 values", GOOD),
    "newlines.jsonl.gz": (lambda: gzipped((b"\n" * 2**20, 2)), "1,000,000 empty lines; nothing", NOTHING),
    "line.jsonl.gz": (lambda: gzipped((b" " * 2**20, 150)), BEYOND, NOTHING),
    "newlines.csv.gz": (
        lambda: gzipped((b"id,text\ngood,x\n", 1), (b"\n" * 2**20, 2)),
        "1,000,000 empty lines; nothing",
        GOOD,
    ),
    "newlines.txt.gz": (lambda: gzipped((b"\n" * 2**20, 100)), "larger than 64 MiB", NOTHING),
    "columns.csv": (lambda: b"id,text" + b"," * 10_000_000, "more than 100,000 columns", NOTHING),
    "cells.csv": (lambda: b"id,text\ngood,x\n" + b"," * 10_000_000, "more than 100,000 columns", GOOD),
    "quote.csv": (lambda: b'id,text\ngood,x\nbad,"' + b"x\n" * 20_000_000, "longer than any article", GOOD),
    "dictionary.parquet": (dictionary, "its rows hold more than 100 times the bytes", NOTHING),
    "pages.parquet": (
        lambda: parquet(["آب" * 5_000_000] * 5, use_dictionary=False),
        "its pages unpack to far more than the file",
        NOTHING,
    ),
    "lists.parquet": (
        lambda: parquet([["آب"] * 4_000_001]),
        "more than 4,000,000 values in the lists of a column",
        NOTHING,
    ),
    "headers.warc": (
        lambda: warc((b"", b""), (b"a: b\r\n" * 2_000_000, b"")),
        "behind 1 whole records: of the next, its headers are larger than 256 KiB",
        ("http://x.example/0",),
    ),
    "headers.warc.gz": (
        lambda: (
            gzip.compress(warc((b"", b"")))
            + gzipped((b"WARC/1.0\r\n", 1), (b"a: " + b"x" * 2**20 + b"\r\n", 120))
        ),
        f"behind 1 whole records: {BEYOND}",
        ("http://x.example/0",),
    ),
    "packed.warc": (
        lambda: gzipped((warc((b"", b"")), 1), (b"WARC/1.0\r\na: ", 1), (b"x" * 2**20, 120)),
        f"behind 1 whole records: {BEYOND}",
        ("http://x.example/0",),
    ),
    "folded.warc": (
        lambda: warc((b"", b""), (b"a: b\r\n" + b" c\r\n" * 100_000, b""), (b"", b"")),
        "its headers are larger than 256 KiB",
        ("http://x.example/0", "http://x.example/2"),
    ),
    "answers.warc": (
        lambda: warc((b"", b""), (b"", b"a: b\r\n" * 500_000), (b"", b"")),
        "its headers are larger than 256 KiB",
        ("http://x.example/0", "http://x.example/2"),
    ),
    "folded-answers.warc": (
        lambda: warc((b"", b""), (b"", b"a: b\r\n" + b" c\r\n" * 500_000), (b"", b"")),
        "its headers are larger than 256 KiB",
        ("http://x.example/0", "http://x.example/2"),
    ),
    "overlapping.zip": (overlapping, "250 of its files overlap in it", ("overlapping/good",)),
    "newlines.zip": (
        lambda: zipped([("a.txt", b"\n" * 50_000_000), ("good.txt", TEXT.encode())]),
        BEYOND,
        ("newlines/good",),
    ),
    "members.zip": (many_members, "too many files in it", NOTHING),
}
"""Of each file: what makes it, why something of it is skipped, and the ids of what is read all the same."""

BEARABLE: dict[str, Callable[[], bytes]] = {
    "nested.html": lambda: page("<article>" * 200 + "<div class=date>x</div>" * 20_000),
    "apart.html": lambda: page("<article><h1>x</h1><time>y</time></article>" * 5000),
    "metas.html": lambda: page("<meta name=date content=x>" * 30_000),
    "class.html": lambda: page(f"<div class='{'a ' * 500_000}'>x</div>"),
    "laughs.xml": lambda: feed(
        "",
        "&a9;",
        f"<!DOCTYPE rss [<!ENTITY a0 'ha'>{many(_ENTITY, 9)}]>",
    ),
    "escaped.xml": lambda: feed("", "&lt;b&gt;" * 60_000),
    "table.csv": lambda: b"id,text\n" + b"x\n" * 3_000_000,
    "objects.jsonl": lambda: b"{}\n" * 1_000_000,
    "indented.txt": lambda: b" " * 1_000_000 + TEXT.encode(),
}
"""Files whose time grew with the square of something, and that are read all the same."""


def main(folder: Path) -> None:
    """Write every file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, *_) in HOSTILE.items():
        (folder / name).write_bytes(make())
    for name, make in BEARABLE.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
