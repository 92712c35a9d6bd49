import dataclasses
import datetime
import errno
import json
import os
import socket
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.core.errors import InvalidMapping, PathNotFound
from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus, InMemory, formats, packed
from indexer.corpus.decoding import BinaryContent, UnknownEncoding, decode
from indexer.corpus.source import MAX_BYTES, digest
from indexer.corpus.text import MAX_TITLE_LENGTH, parse, title_of

SEEDS = Path(__file__).parents[2] / "seeds"
PERSIAN = "رئيس دولت روز دوشنبه اعلام کرد که گفتگوهاي صلح ادامه دارد و پيشنهاد تازه\u200cاي داده شده است."
ARABIC = "قال رئيس الحكومة إن المحادثات مستمرة، وإن اقتراحا جديدا قدم يوم الاثنين إلى الدول الأوروبية."
RUSSIAN = "Глава правительства сообщил в понедельник, что переговоры о мире продолжаются."
FRENCH = "Le chef du gouvernement a déclaré lundi que les négociations étaient terminées à Genève."
BOM = "\ufeff"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


def read(paths: Sequence[str | Path], roots: Sequence[str] = ()) -> Iterator[Article | Skipped]:
    """What a corpus of these paths holds, every record read."""
    for item in Corpus(paths, roots=roots):
        yield item.load() if isinstance(item, Record) else item


def records(paths: Sequence[str | Path]) -> list[Record]:
    """The records of a corpus that holds nothing else."""
    found = list(Corpus(paths))
    assert all(isinstance(item, Record) for item in found)
    return [item for item in found if isinstance(item, Record)]


def outcome(paths: Sequence[str | Path], root: Path, roots: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What became of every input: (source below `root`, id or reason)."""
    found = []
    for item in Corpus(paths, roots=roots):
        read = item.load() if isinstance(item, Record) else item
        what = read.id if isinstance(read, Article) else read.reason.name
        found.append((os.path.relpath(item.source, root), what))
    return found


def skip(path: Path, reason: SkipReason, detail: str, id: str | None = None) -> Skipped:
    """A whole file that is skipped."""
    return Skipped(str(path), reason, detail, os.path.realpath(path.parent) + "/" + path.name, id)


def only(path: Path) -> Article | Skipped:
    [item] = read([path])
    return item


def test_the_seeds() -> None:
    articles = [item for item in read([SEEDS]) if isinstance(item, Article)]
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
    assert articles[4].source == "004_964fd79116a5ca89.txt"
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
    write(tmp_path, {"page.docx": "متن", "sub/.hidden": "متن"})
    given = [tmp_path / "page.docx", tmp_path / "sub" / ".hidden"]
    assert outcome(given, tmp_path) == [("page.docx", "page"), ("sub/.hidden", ".hidden")]


def test_what_a_folder_holds_besides_articles_is_skipped_with_its_reason(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"page.docx": "متن", ".hidden.txt": "متن", ".git/a.txt": "متن", "x.docx": "", "a.txt": "متن"},
    )
    assert list(read([tmp_path]))[:4] == [
        skip(tmp_path / ".git", SkipReason.HIDDEN, "its name begins with a dot"),
        skip(tmp_path / ".hidden.txt", SkipReason.HIDDEN, "its name begins with a dot"),
        Article("a", "متن", "متن", None, "ar", "a.txt"),
        skip(tmp_path / "page.docx", SkipReason.UNSUPPORTED, ".docx is not a format that is read"),
    ]
    assert outcome([tmp_path], tmp_path)[4:] == [("x.docx", "UNSUPPORTED")]


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن"})
    for missing in (tmp_path / "missing", tmp_path / "a.txt" / "below"):
        with pytest.raises(PathNotFound) as raised:
            Corpus([tmp_path, missing])
        assert str(raised.value) == (
            f"{missing} does not exist: give files, folders, patterns such as '*.txt', or -"
        )


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
    broken, loop = (list(read([tmp_path / "docs"]))[number] for number in (1, 6))
    assert broken == skip(tmp_path / "docs" / "broken.txt", SkipReason.UNREADABLE, "a link to nothing")
    assert loop == skip(
        tmp_path / "docs" / "up", SkipReason.LINK_LOOP, "leads back to a folder that it lies in"
    )


def test_the_second_of_two_files_of_one_id_is_skipped_and_names_the_first(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "a.md": "متن", "0.txt": "متن"})
    first, second, third = read([tmp_path])
    assert [getattr(first, "id", None), getattr(second, "source", None)] == ["0", "a.md"]
    assert third == Skipped(
        str(tmp_path / "a.txt"),
        SkipReason.DUPLICATE,
        f"article 'a' was read from {tmp_path / 'a.md'} already",
        str(tmp_path / "a.txt"),
        "a",
    )


def test_two_folders_with_one_name_below_them(tmp_path: Path) -> None:
    write(tmp_path, {"2024/sub/a.txt": "متن", "2025/sub/a.txt": "متن", "2025/sub/b.txt": "متن"})
    assert outcome([tmp_path / "2024", tmp_path / "2025"], tmp_path) == [
        ("2024/sub/a.txt", "sub/a"),
        ("2025/sub/a.txt", "DUPLICATE"),
        ("2025/sub/b.txt", "sub/b"),
    ]
    assert outcome([tmp_path], tmp_path) == [
        ("2024/sub/a.txt", "2024/sub/a"),
        ("2025/sub/a.txt", "2025/sub/a"),
        ("2025/sub/b.txt", "2025/sub/b"),
    ]


def test_an_empty_file_claims_no_id(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": " \n", "a.txt": "متن"})
    assert outcome([tmp_path], tmp_path) == [("a.md", "EMPTY"), ("a.txt", "a")]


def test_a_file_that_two_paths_reach_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "sub/b.txt": "متن", "page.docx": "متن", ".x": "متن"})
    whole = [(".x", "HIDDEN"), ("a.txt", "a"), ("page.docx", "UNSUPPORTED"), ("sub/b.txt", "sub/b")]
    assert outcome([tmp_path], tmp_path) == whole
    assert outcome([tmp_path, tmp_path], tmp_path) == whole
    assert outcome([tmp_path, tmp_path / "a.txt", tmp_path / "sub"], tmp_path) == whole
    assert outcome([tmp_path, tmp_path / "page.docx"], tmp_path) == [*whole, ("page.docx", "page")]
    assert outcome([tmp_path / "sub", tmp_path], tmp_path) == [("sub/b.txt", "b"), *whole[:3]]
    (tmp_path / "link").symlink_to(tmp_path / "sub")
    assert outcome([tmp_path / "sub", tmp_path / "link"], tmp_path) == [("sub/b.txt", "b")]


def test_a_file_that_vanishes_while_walking_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "b.txt": "متن"})
    items = read([tmp_path])
    next(items)
    (tmp_path / "b.txt").unlink()
    assert list(items) == [skip(tmp_path / "b.txt", SkipReason.UNREADABLE, "no longer there")]


def test_a_file_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "متن", "b.txt": "متن"})
    opened = os.open

    def refuse(path: Path, flags: int) -> int:
        if path.name == "a.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    assert list(read([tmp_path])) == [
        skip(tmp_path / "a.txt", SkipReason.UNREADABLE, "Permission denied", "a"),
        Article("b", "متن", "متن", None, "ar", "b.txt"),
    ]


def test_a_folder_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert only(tmp_path) == skip(tmp_path, SkipReason.UNREADABLE, "Permission denied")


def test_an_error_while_reading_is_a_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "متن"})
    monkeypatch.setattr(os, "open", lambda path, flags: os.pipe()[0])
    assert only(tmp_path / "a.txt") == skip(
        tmp_path / "a.txt", SkipReason.UNREADABLE, "not a regular file", "a"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_sockets_and_devices_are_skipped_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(tmp_path / "socket"))
        found: list[Article | Skipped] = []
        reading = threading.Thread(
            target=lambda: found.extend(read([tmp_path, tmp_path / "pipe.txt", Path("/dev/zero")])),
            daemon=True,
        )
        reading.start()
        reading.join(timeout=10)
    assert found == [
        skip(tmp_path / "pipe.txt", SkipReason.UNREADABLE, "not a regular file", "pipe"),
        skip(tmp_path / "socket", SkipReason.UNREADABLE, "not a regular file", "socket"),
        skip(Path("/dev/zero"), SkipReason.UNREADABLE, "not a regular file", "zero"),
    ]


def test_a_huge_file_is_skipped(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert only(tmp_path) == skip(tmp_path / "a.txt", SkipReason.TOO_LARGE, "larger than 64 MiB", "a")


def test_a_name_that_is_not_utf8_can_be_stored(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"\xff.jpg", b"caf\xc3\xa9.txt"):
        try:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("متن", encoding="utf-8")
        except OSError:
            pytest.skip("this file system takes only UTF-8")
    stored = [json.dumps([item.source, item.id, getattr(item, "path", "")]) for item in read([tmp_path])]
    assert [json.loads(item.encode("utf-8")) for item in stored] == [
        ["café.txt", "café", ""],
        ["caf\\xe9.txt", "caf\\xe9", ""],
        [f"{tmp_path}/\\xff.jpg", None, f"{os.path.realpath(tmp_path)}/\\xff.jpg"],
    ]


def test_one_file_is_in_memory_at_a_time(tmp_path: Path) -> None:
    write(tmp_path, {f"{number:02}.txt": "The words of the article. " * 40_000 for number in range(16)})
    next(read([tmp_path]))
    tracemalloc.start()
    try:
        sizes = [len(item.text) for item in read([tmp_path]) if isinstance(item, Article)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sizes == [1_040_000] * 16
    assert peak < 8 * 1_040_000


def test_nothing_is_decoded_before_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": PERSIAN, "b.txt": PERSIAN, "c.txt": ARABIC})
    (tmp_path / "d.txt").write_bytes(b"text\0text")
    first, second, third, binary = records([tmp_path])
    assert (first.id, first.source, first.path) == (
        "a",
        str(tmp_path / "a.txt"),
        os.path.realpath(tmp_path) + "/a.txt",
    )
    assert first.digest == digest(b"text", PERSIAN.encode())
    assert first.digest == second.digest != third.digest
    assert [len(item.digest) for item in (first, binary)] == [16, 16]
    assert binary.load() == skip(tmp_path / "d.txt", SkipReason.BINARY, "it holds NUL bytes", "d")


@pytest.mark.parametrize(
    ("paths", "roots", "sources"),
    [
        (["old", "new"], [], ["a.jsonl:1", "2024/b.txt", "a.jsonl:1", "c.zip!/x/d.txt"]),
        (["new/a.jsonl"], [], ["a.jsonl:1"]),
        (["old/2024/b.txt"], ["old"], ["2024/b.txt"]),
        (["old/2024/*.txt"], [], ["b.txt"]),
        (["."], [], ["new/a.jsonl:1", "new/c.zip!/x/d.txt", "old/2024/b.txt", "old/a.jsonl:1"]),
    ],
)
def test_an_article_tells_its_file_below_what_was_indexed_and_a_record_where_that_is(
    tmp_path: Path, paths: list[str], roots: list[str], sources: list[str]
) -> None:
    for folder in ("old", "new"):
        write(tmp_path / folder, {"a.jsonl": json.dumps({"id": folder, "text": PERSIAN})})
    write(tmp_path / "old", {"2024/b.txt": PERSIAN})
    with zipfile.ZipFile(tmp_path / "new" / "c.zip", "w") as archive:
        archive.writestr("x/d.txt", PERSIAN)
    known = [os.path.realpath(tmp_path / root) for root in roots]
    corpus = Corpus([tmp_path / path for path in paths], roots=known)
    items = [item for item in corpus if isinstance(item, Record)]
    loaded = [item.load() for item in items]
    assert sorted(item.source for item in loaded) == sorted(sources)
    assert all(item.source.startswith(f"{tmp_path}/") for item in items)
    assert all(item.source.endswith(f"/{read.source}") for item, read in zip(items, loaded, strict=True))


def test_a_corpus_can_be_gone_through_again(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "متن", "b.txt": "متن", "b.md": "متن"})
    corpus = Corpus([tmp_path])
    first, second = (
        [(item.source, getattr(item, "digest", b""), item.id) for item in corpus] for _ in range(2)
    )
    assert first == second
    assert [item[2] for item in first] == ["a", "b", "b"]


def test_a_file_below_a_known_root_has_the_id_that_this_root_gives(tmp_path: Path) -> None:
    write(tmp_path, {"2025/a.txt": "متن", "2025/b/c.txt": "متن", "d.txt": "متن"})
    archive = os.path.realpath(tmp_path)
    assert Corpus([tmp_path]).roots == (archive,)
    part = Corpus([tmp_path / "2025"], roots=[archive])
    assert part.roots == (archive,)
    assert [item.id for item in part] == ["2025/a", "2025/b/c"]
    assert [item.id for item in Corpus([tmp_path / "2025" / "b" / "c.txt"], roots=[archive])] == ["2025/b/c"]
    assert [item.id for item in Corpus([tmp_path / "2025" / "b" / "c.txt"])] == ["c"]
    assert [item.id for item in Corpus([f"{tmp_path}/2025/*.txt"], roots=[archive])] == ["2025/a"]
    whole = Corpus([tmp_path], roots=[f"{archive}/2025"])
    assert whole.roots == (archive,)
    assert [item.id for item in whole] == ["a", "b/c", "d"]
    again = Corpus([tmp_path], roots=[archive, f"{archive}/2025"])
    assert [item.id for item in again] == ["a", "b/c", "d"]
    assert Corpus([tmp_path / "2025", tmp_path]).roots == (f"{archive}/2025", archive)
    assert Corpus([tmp_path, tmp_path / "2025"]).roots == (archive,)
    beside = Corpus([tmp_path / "2025"], roots=[f"{archive}/202"])
    assert [item.id for item in beside] == ["a", "b/c"]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = ["2024/a.txt", "2025/a.txt", "2025/b/c.txt", "2025/x.docx", "2025/.h.txt", "d.txt"]
    write(tmp_path, dict.fromkeys(files, "متن"))
    assert outcome([f"{tmp_path}/*/*.txt"], tmp_path) == [("2024/a.txt", "2024/a"), ("2025/a.txt", "2025/a")]
    assert outcome([f"{tmp_path}/**/c.*"], tmp_path) == [("2025/b/c.txt", "2025/b/c")]
    assert outcome([f"{tmp_path}/**/2025", f"{tmp_path}/**"], tmp_path) == [
        ("2025/.h.txt", "HIDDEN"),
        ("2025/a.txt", "2025/a"),
        ("2025/b/c.txt", "2025/b/c"),
        ("2025/x.docx", "UNSUPPORTED"),
        ("2024/a.txt", "2024/a"),
        ("d.txt", "d"),
    ]
    assert Corpus([f"{tmp_path}/**"]).roots == (os.path.realpath(tmp_path),)
    assert outcome([f"{tmp_path}/2025/[wxy].*"], tmp_path) == [("2025/x.docx", "UNSUPPORTED")]
    write(tmp_path, {"[d].txt": "متن"})
    assert outcome([tmp_path / "[d].txt"], tmp_path) == [("[d].txt", "[d]")]
    monkeypatch.chdir(tmp_path)
    assert [(item.id, item.source) for item in Corpus(["*.txt"])] == [("[d]", "[d].txt"), ("d", "d.txt")]
    with pytest.raises(PathNotFound, match=r"^nothing matches 2026/\*\.txt$"):
        Corpus(["2026/*.txt"])


def test_what_a_corpus_covers(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["news/a.txt", "other/b.txt", "c.txt"], "متن"))
    root = os.path.realpath(tmp_path)
    places = [
        "news/a.txt",
        "news/x/y.txt",
        "newsroom/a.txt",
        "other/b.txt",
        "other/x/b.txt",
        "c.txt",
        "o.txt",
    ]

    def covered(*paths: str | Path) -> list[str]:
        corpus = Corpus([tmp_path / path for path in paths])
        assert corpus.source_of("") is None
        return [place for place in places if corpus.source_of(f"{root}/{place}")]

    assert covered("news") == ["news/a.txt", "news/x/y.txt"]
    assert covered("c.txt") == ["c.txt"]
    assert covered("*.txt") == ["c.txt", "o.txt"]
    assert covered("*/b.txt") == ["other/b.txt"]
    assert covered("**/b.txt", "c.txt") == ["other/b.txt", "other/x/b.txt", "c.txt"]
    assert covered("n*") == ["news/a.txt", "news/x/y.txt", "newsroom/a.txt"]
    assert covered("**") == places
    assert Corpus([f"{tmp_path}/*"]).source_of(f"{root}/.hidden") is None
    assert Corpus(["-"]).source_of(f"{root}/c.txt") is None
    assert Corpus(["/"]).source_of("/c.txt") == "/"
    both = Corpus([tmp_path / "news", f"{tmp_path}/*"])
    assert both.source_of(f"{root}/news/a.txt") == f"{root}/news"
    assert both.source_of(f"{root}/c.txt") == f"{root}/*"
    assert Corpus([tmp_path / "news", "-"]).origin == f"{tmp_path / 'news'}, -"


PARTS = st.sampled_from(["*", "**", "?", "[ab]", "a", "b", "a*", "*.txt", "b.txt", "?.*", ".h*", "[!a].txt"])


@settings(max_examples=150)
@given(pattern=st.lists(PARTS, min_size=1, max_size=4))
def test_what_a_pattern_covers_is_what_it_finds(tmp_path: Path, pattern: list[str]) -> None:
    names = [
        "a/b/a.txt",
        "a/b/b.txt",
        "a/a",
        "b/a/b/b.txt",
        "b/.h/a.txt",
        "b/b.txt",
        "a.txt",
        ".h.txt",
        "ab.txt",
    ]
    write(tmp_path, dict.fromkeys(names, "متن"))
    root = os.path.realpath(tmp_path)
    try:
        corpus = Corpus([tmp_path / "/".join(pattern)])
    except PathNotFound:
        return
    found = {item.path for item in corpus}
    hidden = {item.path for item in corpus if isinstance(item, Skipped) and item.reason is SkipReason.HIDDEN}
    for name in names:
        place = f"{root}/{name}"
        above = any(place.startswith(f"{path}/") for path in hidden)
        assert (corpus.source_of(place) is not None) is (place in found or above)


def test_a_folder_that_is_another_one_at_the_end_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"archive/a.txt": "متن", "archive/b.txt": "متن"})
    archive = tmp_path / "archive"
    items = read([archive])
    assert next(items).id == "a"
    archive.rename(tmp_path / "unmounted")
    archive.mkdir()
    changed = "no longer the folder that it was when reading began"
    assert list(items) == [
        skip(archive / "b.txt", SkipReason.UNREADABLE, "no longer there"),
        skip(archive, SkipReason.UNREADABLE, changed),
    ]
    archive.rmdir()
    (tmp_path / "unmounted").rename(archive)
    assert outcome([archive], tmp_path) == [("archive/a.txt", "a"), ("archive/b.txt", "b")]


def test_a_file_that_changes_while_it_is_read_is_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.txt": "متن"})
    opened, times = packed.open_file, [0]

    @contextmanager
    def changing(path: Path) -> Iterator[BinaryIO]:
        with opened(path) as file:
            yield file
        if times[0]:
            times[0] -= 1
            path.write_bytes(path.read_bytes() + " دوم".encode())

    monkeypatch.setattr(formats, "open_file", changing)
    times[0] = 1
    article = only(tmp_path)
    assert isinstance(article, Article)
    assert article.text == "متن دوم"
    times[0] = 2
    assert only(tmp_path) == skip(tmp_path / "a.txt", SkipReason.CHANGED, "twice while it was read", "a")


def test_articles_in_memory_as_records() -> None:
    article = Article("a", "تیتر", "متن", datetime.date(2025, 1, 2), "fa", "memory")
    other = dataclasses.replace(article, id="b", url="https://example.org/b")
    skipped = Skipped("c", SkipReason.EMPTY, "nothing")
    record = Record("d", "memory", "", b"digest", lambda: other)
    first, second, third, fourth, fifth = InMemory([article, other, skipped, record, article])
    assert third is skipped
    assert fourth is record
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.load() is article
    [same] = InMemory([dataclasses.replace(article)])
    [changed] = InMemory([dataclasses.replace(article, url="https://example.org/a")])
    assert isinstance(same, Record)
    assert isinstance(changed, Record)
    assert first.digest == same.digest != changed.digest
    detail = "article 'a' was read from memory already"
    assert fifth == Skipped("memory", SkipReason.DUPLICATE, detail, "", "a")


def test_a_format_that_there_is_not() -> None:
    with pytest.raises(InvalidMapping) as raised:
        Corpus(["-"], format="xlsx")
    assert str(raised.value) == (
        "no format is called 'xlsx': there are text, jsonl, json, csv, tsv, parquet, html, pdf, warc, feed"
    )


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
        (
            PERSIAN.encode("utf-16")[:20] + PERSIAN.encode("utf-16")[21:],
            "marked as utf-16-le, but byte 176 behind the mark is not (truncated data)",
        ),
        (b"\xd8 ".join([b"\xd9\x85"] * 9), "UTF-8, but for 8 of its 34 bytes"),
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
    assert only(tmp_path) == skip(tmp_path / "a.txt", SkipReason.ENCODING, str(raised.value), "a")


@pytest.mark.parametrize(
    "raw",
    [b"text\0text", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(1, 32)) * 9, bytes(range(1, 256)) * 4],
)
def test_binary_files_are_skipped(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(BinaryContent) as raised:
        decode(raw)
    (tmp_path / "a.txt").write_bytes(raw)
    assert only(tmp_path) == skip(tmp_path / "a.txt", SkipReason.BINARY, str(raised.value), "a")


@pytest.mark.parametrize(
    "content", ["", " \n\t\n", BOM, " date 2025-01-02 ", "date 2025-01-02\n\n", "***\n—"]
)
def test_empty_files_are_skipped(content: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": content})
    assert only(tmp_path) == skip(tmp_path / "a.txt", SkipReason.EMPTY, "no letter and no digit in it", "a")


def test_newlines_are_made_one_before_offsets_count(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": f"{BOM} date 2025-01-02 تیتر\r\nیک\rدو\n\r\nسه\r\n"})
    assert only(tmp_path / "a.txt") == Article(
        "a", "تیتر", "تیتر\nیک\nدو\n\nسه\n", datetime.date(2025, 1, 2), "fa", "a.txt"
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


LONG = "این جمله\u200cای است که برای آزمودن عنوان نوشته شده است و از همهٔ عنوان\u200cهای دیگر درازتر است"


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
