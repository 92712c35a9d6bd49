import datetime
import errno
import json
import os
import socket
import threading
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer import corpus
from indexer.corpus.decoding import BinaryContent, UnknownEncoding, decode
from indexer.corpus.text import MAX_BYTES, MAX_TITLE_LENGTH, parse, title_of
from indexer.errors import DuplicateArticleId, PathNotFound
from indexer.records import Article, Skipped, SkipReason

SEEDS = Path(__file__).parent.parent / "seeds"
PERSIAN = "رئيس دولت روز دوشنبه اعلام کرد که گفتگوهاي صلح ادامه دارد و پيشنهاد تازه‌اي داده شده است."
ARABIC = "قال رئيس الحكومة إن المحادثات مستمرة، وإن اقتراحا جديدا قدم يوم الاثنين إلى الدول الأوروبية."
RUSSIAN = "Глава правительства сообщил в понедельник, что переговоры о мире продолжаются."
FRENCH = "Le chef du gouvernement a déclaré lundi que les négociations étaient terminées à Genève."
BOM = "\ufeff"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


def outcome(paths: Sequence[Path], root: Path) -> list[tuple[str, str]]:
    """What became of every input: (source below `root`, id or reason)."""
    return [
        (
            os.path.relpath(item.source, root),
            item.id if isinstance(item, Article) else item.reason.name,
        )
        for item in corpus.read(paths)
    ]


def only(path: Path) -> Article | Skipped:
    [item] = corpus.read([path])
    return item


def test_the_seeds() -> None:
    articles = [item for item in corpus.read([SEEDS]) if isinstance(item, Article)]
    assert [(article.id, article.language, str(article.date)) for article in articles] == [
        ("000_c1a583e564ddadc6", "fa", "2025-09-09"),
        ("001_958469ad56952f10", "prs", "2025-09-03"),
        ("002_4c47832c54e4f7d9", "fa", "2025-09-04"),
        ("003_f7d4c279eac3b33f", "ar", "None"),
        ("004_964fd79116a5ca89", "fa", "2025-12-06"),
    ]
    raw = (SEEDS / "004_964fd79116a5ca89.txt").read_text(encoding="utf-8")
    assert raw == " date 2025-12-06 " + articles[4].text
    assert articles[4].title == "خبرگزاری کار ایران"
    assert articles[4].source == str(SEEDS / "004_964fd79116a5ca89.txt")
    assert articles[3].text == (SEEDS / "003_f7d4c279eac3b33f.txt").read_text(encoding="utf-8")


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    names = ["b.txt", "a.txt", "a/z.txt", "a/b/c.txt", "B.TXT", "c.text", "d.md", "e", "خبر.txt"]
    write(tmp_path, dict.fromkeys(names, "متن"))
    assert outcome([tmp_path], tmp_path) == [
        ("B.TXT", "B"),
        ("a/b/c.txt", "a/b/c"),
        ("a/z.txt", "a/z"),
        ("a.txt", "a"),
        ("b.txt", "b"),
        ("c.text", "c"),
        ("d.md", "d"),
        ("e", "e"),
        ("خبر.txt", "خبر"),
    ]


def test_a_file_given_by_name_is_read_whatever_its_suffix(tmp_path: Path) -> None:
    write(tmp_path, {"page.html": "متن", "sub/.hidden": "متن"})
    given = [tmp_path / "page.html", tmp_path / "sub" / ".hidden"]
    assert outcome(given, tmp_path) == [("page.html", "page"), ("sub/.hidden", ".hidden")]


def test_what_a_folder_holds_besides_articles_is_skipped_with_its_reason(tmp_path: Path) -> None:
    write(
        tmp_path, {"page.html": "متن", ".hidden.txt": "متن", ".git/a.txt": "متن", "x.pdf": "", "a.txt": "متن"}
    )
    assert list(corpus.read([tmp_path]))[:4] == [
        Skipped(str(tmp_path / ".git"), SkipReason.HIDDEN, "its name begins with a dot"),
        Skipped(str(tmp_path / ".hidden.txt"), SkipReason.HIDDEN, "its name begins with a dot"),
        Article("a", "متن", "متن", None, "ar", str(tmp_path / "a.txt")),
        Skipped(str(tmp_path / "page.html"), SkipReason.UNSUPPORTED, ".html is not a format that is read"),
    ]
    assert outcome([tmp_path], tmp_path)[4:] == [("x.pdf", "UNSUPPORTED")]


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن"})
    for missing in (tmp_path / "missing", tmp_path / "a.txt" / "below"):
        with pytest.raises(PathNotFound) as raised:
            corpus.read([tmp_path, missing])
        assert str(raised.value) == f"{missing} does not exist: give files, or folders of .txt or .md files"


def test_links_are_followed_but_not_in_loops(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.txt": "متن", "elsewhere/b.txt": "متن"})
    (tmp_path / "docs" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "docs" / "up").symlink_to(tmp_path / "docs")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "docs")
    (tmp_path / "docs" / "self.txt").symlink_to(tmp_path / "docs" / "self.txt")
    (tmp_path / "docs" / "same.txt").symlink_to(tmp_path / "docs" / "a.txt")
    (tmp_path / "docs" / "broken.txt").symlink_to(tmp_path / "nothing")
    assert outcome([tmp_path / "docs"], tmp_path) == [
        ("docs/a.txt", "a"),
        ("docs/broken.txt", "UNREADABLE"),
        ("docs/linked/b.txt", "linked/b"),
        ("docs/linked/back", "LINK_LOOP"),
        ("docs/same.txt", "same"),
        ("docs/self.txt", "LINK_LOOP"),
        ("docs/up", "LINK_LOOP"),
    ]
    broken, loop = (list(corpus.read([tmp_path / "docs"]))[number] for number in (1, 6))
    assert broken == Skipped(
        str(tmp_path / "docs" / "broken.txt"), SkipReason.UNREADABLE, "a link to nothing"
    )
    assert loop == Skipped(
        str(tmp_path / "docs" / "up"), SkipReason.LINK_LOOP, "leads back to a folder that it lies in"
    )


def test_two_files_of_one_id_are_an_error_that_names_both(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "a.md": "متن", "0.txt": "متن"})
    items = corpus.read([tmp_path])
    assert [getattr(next(items), "id", None), getattr(next(items), "id", None)] == ["0", "a"]
    with pytest.raises(DuplicateArticleId) as raised:
        next(items)
    assert str(raised.value) == (
        f"{tmp_path / 'a.md'} and {tmp_path / 'a.txt'} would both be article 'a': "
        "rename one, or index a folder that holds both"
    )


def test_two_folders_with_one_name_below_them_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"2024/sub/a.txt": "متن", "2025/sub/a.txt": "متن"})
    message = r"2024/sub/a\.txt and .*2025/sub/a\.txt would both be article 'sub/a'"
    with pytest.raises(DuplicateArticleId, match=message):
        list(corpus.read([tmp_path / "2024", tmp_path / "2025"]))
    assert outcome([tmp_path], tmp_path) == [
        ("2024/sub/a.txt", "2024/sub/a"),
        ("2025/sub/a.txt", "2025/sub/a"),
    ]


def test_a_skipped_file_claims_no_id(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "", "a.txt": "متن"})
    assert outcome([tmp_path], tmp_path) == [("a.md", "EMPTY"), ("a.txt", "a")]


def test_a_file_that_two_paths_reach_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "sub/b.txt": "متن", "page.html": "متن", ".x": "متن"})
    whole = [(".x", "HIDDEN"), ("a.txt", "a"), ("page.html", "UNSUPPORTED"), ("sub/b.txt", "sub/b")]
    assert outcome([tmp_path], tmp_path) == whole
    assert outcome([tmp_path, tmp_path], tmp_path) == whole
    assert outcome([tmp_path, tmp_path / "a.txt", tmp_path / "sub"], tmp_path) == whole
    assert outcome([tmp_path, tmp_path / "page.html"], tmp_path) == [*whole, ("page.html", "page")]
    assert outcome([tmp_path / "sub", tmp_path], tmp_path) == [("sub/b.txt", "b"), *whole[:3]]
    (tmp_path / "link").symlink_to(tmp_path / "sub")
    assert outcome([tmp_path / "sub", tmp_path / "link"], tmp_path) == [("sub/b.txt", "b")]


def test_a_file_that_vanishes_while_walking_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "b.txt": "متن"})
    items = corpus.read([tmp_path])
    next(items)
    (tmp_path / "b.txt").unlink()
    assert list(items) == [Skipped(str(tmp_path / "b.txt"), SkipReason.UNREADABLE, "no longer there")]


def test_a_file_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "متن", "b.txt": "متن"})
    opened = os.open

    def refuse(path: Path, flags: int) -> int:
        if path.name == "a.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    assert list(corpus.read([tmp_path])) == [
        Skipped(str(tmp_path / "a.txt"), SkipReason.UNREADABLE, "Permission denied"),
        Article("b", "متن", "متن", None, "ar", str(tmp_path / "b.txt")),
    ]


def test_a_folder_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert only(tmp_path) == Skipped(str(tmp_path), SkipReason.UNREADABLE, "Permission denied")


def test_an_error_while_reading_is_a_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "متن"})
    monkeypatch.setattr(os, "open", lambda path, flags: os.pipe()[0])
    assert only(tmp_path / "a.txt") == Skipped(
        str(tmp_path / "a.txt"), SkipReason.UNREADABLE, "not a regular file"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_sockets_and_devices_are_skipped_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(tmp_path / "socket"))
        found: list[Article | Skipped] = []
        reading = threading.Thread(
            target=lambda: found.extend(corpus.read([tmp_path, tmp_path / "pipe.txt", Path("/dev/zero")])),
            daemon=True,
        )
        reading.start()
        reading.join(timeout=10)
    assert found == [
        Skipped(str(tmp_path / "pipe.txt"), SkipReason.UNREADABLE, "not a regular file"),
        Skipped(str(tmp_path / "socket"), SkipReason.UNREADABLE, "not a regular file"),
        Skipped("/dev/zero", SkipReason.UNREADABLE, "not a regular file"),
    ]


def test_a_huge_file_is_skipped(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert only(tmp_path) == Skipped(str(tmp_path / "a.txt"), SkipReason.UNSUPPORTED, "larger than 64 MiB")


def test_a_name_that_is_not_utf8_can_be_stored(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"\xff.jpg", b"caf\xc3\xa9.txt"):
        try:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("متن", encoding="utf-8")
        except OSError:
            pytest.skip("this file system takes only UTF-8")
    stored = [json.dumps([item.source, getattr(item, "id", "")]) for item in corpus.read([tmp_path])]
    assert [json.loads(item.encode("utf-8")) for item in stored] == [
        [f"{tmp_path}/café.txt", "café"],
        [f"{tmp_path}/caf\\xe9.txt", "caf\\xe9"],
        [f"{tmp_path}/\\xff.jpg", ""],
    ]


def test_one_file_is_in_memory_at_a_time(tmp_path: Path) -> None:
    write(tmp_path, {f"{number:02}.txt": "The words of the article. " * 40_000 for number in range(16)})
    next(corpus.read([tmp_path]))
    tracemalloc.start()
    try:
        sizes = [len(item.text) for item in corpus.read([tmp_path]) if isinstance(item, Article)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sizes == [1_040_000] * 16
    assert peak < 8 * 1_040_000


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (PERSIAN.encode(), PERSIAN),
        (BOM.encode() + PERSIAN.encode(), PERSIAN),
        (BOM.encode() * 2 + PERSIAN.encode(), PERSIAN),
        (PERSIAN.encode("utf-16"), PERSIAN),
        ((BOM + PERSIAN).encode("utf-16-be"), PERSIAN),
        ((BOM + ARABIC).encode("utf-32-le"), ARABIC),
        ((BOM + ARABIC).encode("utf-32-be"), ARABIC),
        (PERSIAN.encode("cp1256"), PERSIAN),
        (ARABIC.encode("cp1256"), ARABIC),
        (ARABIC.encode("iso8859_6"), ARABIC),
        ("پيام کوتاه".encode("cp1256"), "پيام کوتاه"),
        (f"Reuters 2025: {ARABIC} (AFP)".encode("cp1256"), f"Reuters 2025: {ARABIC} (AFP)"),
        (RUSSIAN.encode("cp1251"), RUSSIAN),
        (RUSSIAN.encode("koi8_r"), RUSSIAN),
        (FRENCH.encode("cp1252"), FRENCH),
        ("Café fermé".encode("cp1252"), "Café fermé"),
        (b"plain", "plain"),
        (b"", ""),
        (BOM.encode(), ""),
    ],
)
def test_encodings(raw: bytes, text: str) -> None:
    assert decode(raw) == text


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (PERSIAN.encode()[:-2], f"UTF-8, but for byte {len(PERSIAN.encode()) - 3} (unexpected end of data)"),
        (b"caf\xe9 " + PERSIAN.encode(), "UTF-8, but for byte 3 (invalid continuation byte)"),
        (
            PERSIAN.encode("utf-16")[:-1],
            "marked as utf-16-le, but byte 176 behind the mark is not (truncated data)",
        ),
        (
            "日本語のニュース記事です。今日は雨です。".encode("shift_jis"),
            "not UTF-8 (byte 0: invalid start byte)",
        ),
        (
            "Cumhurbaşkanı ışık gördü, dağın ardında".encode("cp1254"),
            "not UTF-8 (byte 8: invalid start byte)",
        ),
        (bytes(range(0x80, 0x100)) * 4, "not UTF-8 (byte 0: invalid start byte)"),
    ],
)
def test_unknown_encodings_are_reported(raw: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownEncoding) as raised:
        decode(raw)
    assert str(raised.value).startswith(message)
    (tmp_path / "a.txt").write_bytes(raw)
    assert only(tmp_path) == Skipped(str(tmp_path / "a.txt"), SkipReason.ENCODING, str(raised.value))


@pytest.mark.parametrize(
    "raw",
    [b"text\0text", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(1, 32)) * 9, bytes(range(1, 256)) * 4],
)
def test_binary_files_are_skipped(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(BinaryContent) as raised:
        decode(raw)
    (tmp_path / "a.txt").write_bytes(raw)
    assert only(tmp_path) == Skipped(str(tmp_path / "a.txt"), SkipReason.BINARY, str(raised.value))


@pytest.mark.parametrize(
    "content", ["", " \n\t\n", BOM, " date 2025-01-02 ", "date 2025-01-02\n\n", "***\n—"]
)
def test_empty_files_are_skipped(content: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": content})
    assert only(tmp_path) == Skipped(
        str(tmp_path / "a.txt"), SkipReason.EMPTY, "no letter and no digit in it"
    )


def test_newlines_are_made_one_before_offsets_count(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": f"{BOM} date 2025-01-02 تیتر\r\nیک\rدو\n\r\nسه\r\n"})
    assert only(tmp_path / "a.txt") == Article(
        "a", "تیتر", "تیتر\nیک\nدو\n\nسه\n", datetime.date(2025, 1, 2), "fa", str(tmp_path / "a.txt")
    )


@pytest.mark.parametrize(
    ("content", "date", "text"),
    [
        (" date 2025-09-09 متن", datetime.date(2025, 9, 9), "متن"),
        ("date 2025-09-09\tمتن\nدوم ", datetime.date(2025, 9, 9), "متن\nدوم "),
        (" date 2025-09-09 \nمتن", datetime.date(2025, 9, 9), "متن"),
        (" date 2025-13-40 متن", None, " date 2025-13-40 متن"),
        (" date 2025-02-29 متن", None, " date 2025-02-29 متن"),
        (" date 2025-09-091 متن", None, " date 2025-09-091 متن"),
        (" update 2025-09-09 متن", None, " update 2025-09-09 متن"),
        ("متن\n date 2025-09-09 متن", None, "متن\n date 2025-09-09 متن"),
        ("\n date 2025-09-09 متن", None, "\n date 2025-09-09 متن"),
        (" متن", None, " متن"),
    ],
)
def test_header(content: str, date: datetime.date | None, text: str) -> None:
    assert parse(content) == (date, text)


LONG = "این جمله‌ای است که برای آزمودن عنوان نوشته شده است و از همهٔ عنوان‌های دیگر درازتر است"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("تیتر\nمتن", "تیتر"),
        ("\n\n  تیتر \nمتن", "تیتر"),
        ("***\n# تیتر\nمتن", "تیتر"),
        ("#تیتر", "#تیتر"),
        ("باران آمد. برف آمد.\nمتن", "باران آمد. برف آمد."),
        (f"{LONG}. {LONG}.\nمتن", f"{LONG}."),
        ("واژه " * 100, ("واژه " * 60)[:299].rsplit(maxsplit=1)[0] + "…"),
        ("ا" * 1000, "ا" * MAX_TITLE_LENGTH + "…"),
        ("***", ""),
    ],
)
def test_title(text: str, title: str) -> None:
    assert title_of(text, "fa") == title
