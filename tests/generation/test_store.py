"""The articles of a segment in SQLite."""

import datetime
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from indexer.core.errors import IndexDamaged
from indexer.core.records import Article
from indexer.generation import store as stores
from indexer.generation.store import Store, StoreWriter

DAY = datetime.date
ARTICLES = (
    Article("a", "کابل", "کابل آرام است. باران بارید.", DAY(2025, 9, 3), "prs", "in/a.txt"),
    Article("b", "تهران", "تهران گرم است.", DAY(2025, 9, 9), "fa", "in/b.txt", "۱۸ شهریور ۱۴۰۴"),
    Article("c", "بيروت", "بيروت هادئة. البحر قريب.", None, "ar", "in/c.txt", None, "https://example.org/c"),
    Article("d", "Short", "One 😀 line.", DAY(2025, 12, 6), "en", "in/d.txt"),
    Article("", "", "", None, "und", ""),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    writer = StoreWriter(tmp_path / "store.sqlite")
    for article in ARTICLES:
        writer.add(article)
    assert len(writer) == 5
    writer.close()
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def test_an_article_comes_back_as_it_was(store: Store) -> None:
    assert store.articles([3, 0, 4, 1, 2]) == [ARTICLES[3], ARTICLES[0], ARTICLES[4], *ARTICLES[1:3]]
    assert store.articles([2, 2]) == [ARTICLES[2], ARTICLES[2]]
    assert store.articles([]) == []


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_articles_come_some_at_a_time_in_the_order_asked_for(
    store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_ROWS_AT_ONCE", at_once)
    order = [4, 1, 3, 0, 1]
    assert list(store.iterate(order)) == [ARTICLES[row] for row in order]
    assert store.articles(order) == [ARTICLES[row] for row in order]
    assert list(store.iterate([])) == []


@pytest.mark.parametrize("row", [5, 77, -1, 2**70])
def test_a_row_that_is_not_there_is_damage(store: Store, row: int) -> None:
    expected = "cannot be read" if row > 2**63 else f"holds no row {row}$"
    with pytest.raises(IndexDamaged, match=expected) as refused:
        store.articles([1, row])
    assert [path.name for path in refused.value.files] == ["store.sqlite"]


def test_many_threads_may_read_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda number: store.articles([number % 5])[0].id, range(100)))
    assert ids == [ARTICLES[number % 5].id for number in range(100)]


def test_a_closed_store_opens_again(store: Store) -> None:
    assert store.articles([0]) == [ARTICLES[0]]
    store.close()
    store.close()
    assert store.articles([1]) == [ARTICLES[1]]


def test_a_sound_store_has_no_faults(store: Store) -> None:
    assert store.faults() == []


def test_an_index_in_disorder_is_a_fault(path: Path) -> None:
    """Rows out of order, as a flipped bit in a number would leave them."""
    content = bytearray(path.read_bytes())
    page_size = int.from_bytes(content[16:18], "big")
    cells = page_size + 8  # page 2 is the table's only leaf; its cells' places follow the header
    content[cells : cells + 2], content[cells + 2 : cells + 4] = (
        content[cells + 2 : cells + 4],
        content[cells : cells + 2],
    )
    path.write_bytes(content)
    with closing(Store(path)) as store:
        (fault,) = store.faults()
        assert fault.endswith("Rowid 1 out of order")


def test_a_file_that_is_no_database_is_damage(path: Path) -> None:
    path.write_bytes(b"no database" * 100)
    with closing(Store(path)) as store, pytest.raises(IndexDamaged, match=r"store\.sqlite cannot be read"):
        store.articles([0])


def test_a_truncated_file_is_damage(path: Path) -> None:
    os.truncate(path, 4096)
    with closing(Store(path)) as store, pytest.raises(IndexDamaged, match=r"store\.sqlite cannot be read"):
        store.articles([0])


def test_a_missing_file_is_damage_and_not_made(path: Path) -> None:
    path.unlink()
    with closing(Store(path)) as store, pytest.raises(IndexDamaged, match=r"store\.sqlite cannot be read"):
        store.articles([0])
    assert not path.exists()


def test_the_same_articles_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path / "again.sqlite")
    for article in ARTICLES:
        writer.add(article)
    writer.close()
    assert (tmp_path / "again.sqlite").read_bytes() == path.read_bytes()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["again.sqlite", "store.sqlite"]


def test_what_is_discarded_leaves_no_rows(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path / "store.sqlite")
    writer.add(ARTICLES[0])
    writer.discard()
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (0,)


FULL = """
import resource, signal, sys
from pathlib import Path
from indexer.core.errors import IndexNotWritable
from indexer.core.records import Article
from indexer.generation.store import StoreWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    writer = StoreWriter(Path(sys.argv[1]))
    for number in range(40):
        writer.add(Article(str(number), "", "x" * 100_000, None, "fa", ""))
    writer.close()
except IndexNotWritable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Unix")
@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_a_full_disk_is_named(tmp_path: Path, limit: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "store.sqlite"), str(limit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("the index cannot be written: ")
