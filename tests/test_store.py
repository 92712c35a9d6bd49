"""Articles, passages and sentences in SQLite, and what filters admit."""

import datetime
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import ArticleNotFound, IndexDamaged
from indexer.records import Article, Chunk, Filter, Passage, Sentence, Span
from indexer.store import Store, StoreWriter

DAY = datetime.date
ARTICLES = (
    Article("a", "کابل", "کابل آرام است. باران می‌بارد.", DAY(2025, 9, 3), "prs", "in/a.txt"),
    Article("b", "تهران", "تهران گرم است.", DAY(2025, 9, 9), "fa", "in/b.txt"),
    Article("c", "بيروت", "بيروت هادئة. البحر قريب.", None, "ar", "in/c.txt"),
    Article("d", "Short", "One 😀 line.", DAY(2025, 12, 6), "en", "in/d.txt"),
)
CHUNKS = (
    [Chunk(0, 14, (Span(0, 14),)), Chunk(15, 29, (Span(15, 29),))],
    [Chunk(0, 14, (Span(0, 5), Span(6, 14)))],
    [Chunk(0, 12, (Span(0, 12),)), Chunk(13, 24, (Span(13, 24),))],
    [Chunk(0, 11, (Span(0, 3), Span(4, 5), Span(6, 11)))],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with StoreWriter(tmp_path / "store.sqlite") as writer:
        for article, chunks in zip(ARTICLES, CHUNKS, strict=True):
            writer.add(article, chunks)
        assert (writer.articles, writer.passages, writer.sentences) == (4, 6, 9)
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def test_an_article_comes_back_as_it_was(store: Store) -> None:
    assert store.articles([3, 0, 1, 2]) == [ARTICLES[3], *ARTICLES[:3]]
    assert store.article_by_id("c") == ARTICLES[2]


def test_passages_come_in_the_order_asked_for_with_their_text(store: Store) -> None:
    assert store.passages([4, 0, 5]) == [
        Passage(4, 2, 13, 24, "البحر قريب."),
        Passage(0, 0, 0, 14, "کابل آرام است."),
        Passage(5, 3, 0, 11, "One 😀 line."),
    ]
    assert store.passages([]) == []


def test_sentences_come_in_the_order_asked_for_with_their_passage(store: Store) -> None:
    assert store.sentences([8, 3, 0, 7]) == [
        Sentence(6, 11, 8, 5),
        Sentence(6, 14, 3, 2),
        Sentence(0, 14, 0, 0),
        Sentence(4, 5, 7, 5),
    ]
    assert store.sentences([]) == []
    with pytest.raises(IndexDamaged, match="holds no row 9"):
        store.sentences([8, 9])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(frozenset({"fa"})), [0, 1, 2]),
        (Filter(frozenset({"prs"})), [0, 1]),
        (Filter(frozenset({"prs", "ar"})), [0, 1, 3, 4]),
        (Filter(frozenset({"tr"})), []),
        (Filter(since=DAY(2025, 9, 9)), [2, 5]),
        (Filter(until=DAY(2025, 9, 9)), [0, 1, 2]),
        (Filter(since=DAY(2025, 9, 3), until=DAY(2025, 9, 3)), [0, 1]),
        (Filter(frozenset({"fa"}), since=DAY(2025, 9, 4)), [2]),
    ],
)
def test_a_filter_admits_by_language_and_by_date(store: Store, wanted: Filter, expected: list[int]) -> None:
    admitted = store.admitted(wanted)
    assert admitted is not None
    assert admitted.tolist() == expected


def test_an_empty_filter_admits_all(store: Store) -> None:
    assert store.admitted(Filter()) is None


def test_what_it_holds_is_counted(store: Store) -> None:
    assert store.languages() == {"ar": 1, "en": 1, "fa": 1, "prs": 1}
    assert store.dates() == ("2025-09-03", "2025-12-06")
    assert (store.count("articles"), store.count("passages"), store.count("sentences")) == (4, 6, 9)


def test_an_id_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(ArticleNotFound, match="no article has the id 'z'"):
        store.article_by_id("z")


def test_a_passage_that_is_not_there_is_damage(store: Store) -> None:
    with pytest.raises(IndexDamaged, match="holds no row 77"):
        store.passages([1, 77])


def test_many_threads_may_read_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(lambda number: store.passages([number % 6])[0].number, range(100)))
    assert texts == [number % 6 for number in range(100)]


def test_a_sound_store_has_no_faults(store: Store) -> None:
    assert store.faults() == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM passages WHERE number = 2", "store: passages are not numbered from 0 without gaps"),
        ("DELETE FROM articles WHERE number = 1", "store: articles are not numbered from 0 without gaps"),
        (
            "UPDATE passages SET article = 9 WHERE number = 5",
            "store: passages of an article that is not there",
        ),
        ("UPDATE passages SET past = 99 WHERE number = 5", "store: passages outside their article's text"),
        ("DELETE FROM sentences WHERE number = 3", "store: sentences are not numbered from 0 without gaps"),
        ("DELETE FROM sentences WHERE number = 0", "store: passages without a sentence"),
        ("UPDATE sentences SET passage = 9 WHERE number = 8", "store: sentences outside their passage"),
        ("UPDATE sentences SET passage = 1 WHERE number = 0", "store: sentences outside their passage"),
        ("UPDATE sentences SET first = 5 WHERE number = 7", "store: sentences outside their passage"),
        ("UPDATE sentences SET past = 12 WHERE number = 8", "store: sentences outside their passage"),
    ],
)
def test_a_broken_reference_is_a_fault(path: Path, statement: str, fault: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    store = Store(path)
    assert fault in store.faults()
    store.close()


def test_a_failed_build_leaves_no_rows(tmp_path: Path) -> None:
    def interrupted() -> None:
        with StoreWriter(tmp_path / "store.sqlite") as writer:
            writer.add(ARTICLES[0], CHUNKS[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    store = Store(tmp_path / "store.sqlite")
    assert (store.count("articles"), store.count("passages"), store.count("sentences")) == (0, 0, 0)
    store.close()
