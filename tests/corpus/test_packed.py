import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus
from indexer.corpus.packed import members, open_file, seekable, unpacked
from indexer.corpus.source import DamagedArchive

LINES = b"".join(
    json.dumps({"id": f"n{number}", "text": f"خبر شماره {number}"}).encode() + b"\n" for number in range(4000)
)
PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstd.compress}


def unpack(data: bytes, packing: str) -> bytes:
    with unpacked(lambda: nullcontext(io.BytesIO(data)), packing) as opened:
        return opened.read()


def outcome(path: Path) -> list[tuple[str, str]]:
    """Id, or reason and detail, of every record."""
    return [
        (item.id, "") if isinstance(item, Record) else (item.reason.name, item.detail)
        for item in Corpus([path])
    ]


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
@given(data=st.binary(max_size=10_000))
def test_unpacking_gives_what_was_packed(packing: str, data: bytes) -> None:
    assert unpack(PACK[packing](data) if packing else data, packing) == data


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_several_parts_in_one_file_are_one_stream(packing: str) -> None:
    assert unpack(PACK[packing](b"one ") + PACK[packing](b"two"), packing) == b"one two"


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_a_truncated_stream_gives_what_there_is_and_then_an_error(packing: str) -> None:
    packed = PACK[packing](LINES)[:-200]
    pieces: list[bytes] = []
    with unpacked(lambda: nullcontext(io.BytesIO(packed)), packing) as opened, pytest.raises(DamagedArchive):
        pieces.extend(iter(partial(opened.read, 1000), b""))
    read = b"".join(pieces)
    assert len(read) > 50_000
    assert LINES.startswith(read)


@pytest.mark.parametrize("packing", [".gz", ".zst"])
@given(data=st.binary(max_size=200))
def test_whatever_bytes_are_unpacked_or_damaged(packing: str, data: bytes) -> None:
    for stream in (data, PACK[packing](data)[:-5] + data):
        try:
            unpack(stream, packing)
        except DamagedArchive as error:
            assert str(error) != ""  # noqa: PT017


@given(data=st.binary(max_size=300), place=st.integers(0, 400))
def test_whatever_zip_is_read_or_damaged(data: bytes, place: int) -> None:
    whole = zipped({"a.txt": b"content " * 50, "b/c.txt": b"other"})
    for stream in (data, whole[:place], whole[:place] + data + whole[place + len(data) :]):
        try:
            with members(io.BytesIO(stream)) as listed:
                for member in listed:
                    with member.open() as opened:
                        opened.read()
        except DamagedArchive as error:
            assert str(error) != ""  # noqa: PT017


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_what_was_read_before_the_damage_counts(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"news.jsonl{packing}"
    path.write_bytes(PACK[packing](LINES)[:-200])
    *read, last = list(Corpus([tmp_path]))
    assert [item.id for item in read[:1000]] == [f"n{number}" for number in range(1000)]
    assert isinstance(last, Skipped)
    assert (last.source, last.reason, last.path, last.id) == (
        str(path),
        SkipReason.DAMAGED,
        str(path.resolve()),
        None,
    )


def test_a_truncated_text_is_no_article(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(LINES)[:-20])
    assert list(Corpus([tmp_path])) == [
        Skipped(
            str(path),
            SkipReason.DAMAGED,
            "Compressed file ended before the end-of-stream marker was reached",
            str(path.resolve()),
            "a",
        )
    ]


def test_the_files_in_a_zip(tmp_path: Path) -> None:
    line = json.dumps({"text": "یک خبر"}).encode()
    files = {
        "z.txt": b"last",
        "b/c.jsonl": line + b"\n" + json.dumps({"id": "own", "text": "x"}).encode(),
        "b/d.txt.gz": gzip.compress(b"packed twice"),
        "a.zip": zipped({"x.txt": b"x"}),
        ".hidden/x.txt": b"x",
        "p.docx": b"x",
        "../up.txt": b"up",
        "folder/": b"",
    }
    path = tmp_path / "2025.zip"
    path.write_bytes(zipped(files))
    items = list(Corpus([tmp_path]))
    place = str(path.resolve())
    assert [(item.source.removeprefix(f"{path}!/"), item.id, item.path) for item in items] == [
        (".hidden/x.txt", None, ""),
        ("a.zip", None, ""),
        ("b/c.jsonl:1", "2025/b/c/1", place),
        ("b/c.jsonl:2", "own", place),
        ("b/d.txt.gz", "2025/b/d", place),
        ("p.docx", None, ""),
        ("up.txt", "2025/up", place),
        ("z.txt", "2025/z", place),
    ]
    assert [(item.reason.name, item.detail) for item in items if isinstance(item, Skipped)] == [
        ("HIDDEN", "its name begins with a dot"),
        ("UNSUPPORTED", ".zip is not a format that is read in a ZIP"),
        ("UNSUPPORTED", ".docx is not a format that is read in a ZIP"),
    ]
    articles = [item.load() for item in items if isinstance(item, Record)]
    assert [item.text for item in articles if isinstance(item, Article)] == [
        "یک خبر",
        "x",
        "packed twice",
        "up",
        "last",
    ]


def test_damage_in_a_zip(tmp_path: Path) -> None:
    whole = zipped({"a.txt": b"first " * 100, "b.jsonl": LINES, "c.txt": b"third"})
    path = tmp_path / "a.zip"
    path.write_bytes(whole[:-30])
    assert outcome(path) == [("DAMAGED", "File is not a zip file")]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        start = archive.getinfo("c.txt").header_offset
    path.write_bytes(whole[: start - 40] + b"\0" * 40 + whole[start:])
    found = outcome(path)
    assert (found[0], found[1], found[-1]) == (("a/a", ""), ("n0", ""), ("a/c", ""))
    assert [item for item, _ in found].count("DAMAGED") == 1


def test_encrypted_files_in_a_zip_are_skipped(tmp_path: Path) -> None:
    whole = bytearray(zipped({"a.txt": b"first", "b.jsonl": b"{}", "c.txt": b"third"}))
    for name in (b"a.txt", b"b.jsonl"):
        entry = whole.rindex(name) - 46
        assert whole[entry : entry + 4] == b"PK\x01\x02"
        whole[entry + 8] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(whole))
    first, second, third = list(Corpus([path]))
    assert first == Skipped(f"{path}!/a.txt", SkipReason.DAMAGED, "encrypted", str(path.resolve()), "a/a")
    assert second == Skipped(f"{path}!/b.jsonl", SkipReason.DAMAGED, "encrypted", str(path.resolve()), None)
    assert third.id == "a/c"


def test_a_member_that_unpacks_to_too_much_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.corpus.source.MAX_BYTES", 2**20)
    (tmp_path / "a.zip").write_bytes(zipped({"bomb.txt": b"0" * (2**20 + 1), "fits.txt": b"0" * 2**20}))
    assert outcome(tmp_path) == [("TOO_LARGE", "larger than 1 MiB"), ("a/fits", "")]


def test_ten_megabytes_of_packed_lines_are_streamed(tmp_path: Path) -> None:
    text = "واژه\u200cهای یک خبر که بارها می\u200cآیند. " * 40
    lines = (json.dumps({"id": number, "text": f"{number} {text}"}).encode() for number in range(1200))
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines), 1))
    assert next(iter(Corpus([path]))).id == "0"
    tracemalloc.start()
    try:
        ids = [item.id for item in Corpus([path])]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ids == [str(number) for number in range(1200)]
    assert peak < 2 * 2**20


def test_what_can_only_be_read_once_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"content")
    with unpacked(lambda: nullcontext(io.BytesIO(packed)), ".gz") as opened, seekable(opened) as copy:
        assert copy.seek(3) == 3
        assert copy.read() == b"tent"
    monkeypatch.setattr("indexer.corpus.packed.MAX_SPOOLED", 6)
    with (
        unpacked(lambda: nullcontext(io.BytesIO(packed)), ".gz") as opened,
        pytest.raises(DamagedArchive, match="larger than"),
        seekable(opened),
    ):
        pass


def test_a_file_is_opened_only_if_it_is_regular(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    with open_file(tmp_path / "a") as opened:
        assert opened.read() == b"content"
    with pytest.raises(OSError, match="not a regular file"), open_file(tmp_path):
        pass


def test_a_zip_whose_directory_has_lost_files_is_told(tmp_path: Path) -> None:
    content = zipped({"a.txt": b"one", "b.txt": b"two"})
    first = content.index(b"PK\1\2")
    comment = len(content) - 22 - first - 51
    damaged = content[: first + 32] + comment.to_bytes(2, "little") + content[first + 34 :]
    (tmp_path / "a.zip").write_bytes(damaged)
    detail = "its directory is damaged: 1 of 2 files are listed"
    assert outcome(tmp_path / "a.zip") == [("DAMAGED", detail)]
