"""Articles and passages of one generation in SQLite, and which of them a filter admits."""

import datetime
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ArticleNotFound, IndexDamaged, IndexNotWritable
from indexer.language import admits
from indexer.records import Article, Chunk, Filter, Passage, Sentence

_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    date TEXT, language TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles (number),
    first INTEGER NOT NULL, past INTEGER NOT NULL);
CREATE TABLE sentences (
    number INTEGER PRIMARY KEY, passage INTEGER NOT NULL REFERENCES passages (number),
    first INTEGER NOT NULL, past INTEGER NOT NULL);
CREATE INDEX passages_by_article ON passages (article);
CREATE INDEX articles_by_language_and_date ON articles (language, date);
"""
_COLUMNS = "id, title, text, date, language, source"


class StoreWriter:
    """Writes a new store; leaving it as a context manager commits and closes it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        self.articles = 0
        self.passages = 0
        self.sentences = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._connection.execute("ROLLBACK" if kind else "COMMIT")
        finally:
            self._connection.close()

    def add(self, article: Article, passages: Iterable[Chunk]) -> None:
        """Append an article, its passages and their sentences, each numbered in the order in which they come.

        Raises:
            IndexNotWritable: the disk is full or the file cannot be written.
        """
        date = article.date.isoformat() if article.date else None
        values = (article.id, article.title, article.text, date, article.language, article.source)
        chunks = list(enumerate(passages, self.passages))
        rows = [(number, self.articles, chunk.start, chunk.end) for number, chunk in chunks]
        sentences = [(number, span.start, span.end) for number, chunk in chunks for span in chunk.sentences]
        try:
            self._connection.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)", (self.articles, *values)
            )
            self._connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", rows)
            self._connection.executemany(
                "INSERT INTO sentences VALUES (?, ?, ?, ?)",
                [(number, *sentence) for number, sentence in enumerate(sentences, self.sentences)],
            )
        except sqlite3.OperationalError as error:
            raise IndexNotWritable(f"the index cannot be written: {error}") from error
        self.articles += 1
        self.passages += len(rows)
        self.sentences += len(sentences)


class Store:
    """Reads a store that `StoreWriter` wrote. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for.

        Raises:
            IndexDamaged: the store does not hold one of them.
        """
        rows = self._each(
            "SELECT passages.number, article, first, past, text FROM passages JOIN articles ON"
            " articles.number = article WHERE passages.number IN",
            numbers,
        )
        return [
            Passage(number, article, first, past, text[first:past])
            for number, article, first, past, text in rows
        ]

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for.

        Raises:
            IndexDamaged: the store does not hold one of them.
        """
        rows = self._each("SELECT number, passage, first, past FROM sentences WHERE number IN", numbers)
        return [Sentence(first, past, number, passage) for number, passage, first, past in rows]

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        query = f"SELECT number, {_COLUMNS} FROM articles WHERE number IN"
        return [_article(row[1:]) for row in self._each(query, numbers)]

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        rows = self._all(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", (article_id,))
        if not rows:
            raise ArticleNotFound(f"no article has the id {article_id!r} in this index")
        return _article(rows[0])

    def admitted(self, wanted: Filter) -> NDArray[np.int64] | None:
        """Numbers of the passages that `wanted` admits, sorted; None when it admits all.

        An article without a date is outside any date filter.
        """
        if wanted.is_empty:
            return None
        languages = [
            row[0]
            for row in self._all("SELECT DISTINCT language FROM articles")
            if not wanted.languages or any(admits(code, row[0]) for code in wanted.languages)
        ]
        conditions = [f"language IN ({','.join('?' * len(languages))})"]
        values: list[str] = list(languages)
        for comparison, day in (("date >= ?", wanted.since), ("date <= ?", wanted.until)):
            if day is not None:
                conditions.append(comparison)
                values.append(day.isoformat())
        rows = self._all(
            "SELECT passages.number FROM passages JOIN articles ON articles.number = article"
            f" WHERE {' AND '.join(conditions)} ORDER BY passages.number",
            tuple(values),
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def languages(self) -> dict[str, int]:
        """How many articles there are of each language, most first."""
        counted = "SELECT language, count(*) FROM articles GROUP BY language ORDER BY count(*) DESC, language"
        return dict(self._all(counted))

    def count(self, table: Literal["articles", "passages", "sentences"]) -> int:
        """Rows of a table."""
        return int(self._all(f"SELECT count(*) FROM {table}")[0][0])

    def dates(self) -> tuple[str | None, str | None]:
        """First and last date of the articles that have one."""
        first, last = self._all("SELECT min(date), max(date) FROM articles")[0]
        return first, last

    def faults(self) -> list[str]:
        """What is wrong inside the store, a line each: structure, numbering, offsets. Reads all of it."""
        found = [f"store: {row[0]}" for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]
        gaps = "SELECT count(*) != coalesce(max(number) + 1, 0) FROM"
        checks = {
            "articles are not numbered from 0 without gaps": f"{gaps} articles",
            "passages are not numbered from 0 without gaps": f"{gaps} passages",
            "sentences are not numbered from 0 without gaps": f"{gaps} sentences",
            "passages of an article that is not there": "SELECT count(*) FROM passages WHERE article NOT IN"
            " (SELECT number FROM articles)",
            "passages outside their article's text": "SELECT count(*) FROM passages JOIN articles ON"
            " articles.number = article WHERE first < 0 OR first >= past OR past > length(text)",
            "sentences outside their passage": "SELECT count(*) FROM sentences LEFT JOIN passages ON"
            " passages.number = passage WHERE passages.number IS NULL OR sentences.first < passages.first OR"
            " sentences.first >= sentences.past OR sentences.past > passages.past",
            "passages without a sentence": "SELECT count(*) FROM passages WHERE number NOT IN"
            " (SELECT passage FROM sentences)",
        }
        return found + [f"store: {fault}" for fault, query in checks.items() if self._all(query)[0][0]]

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._connections:
            self._connections.pop().close()

    def _each(self, query: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """The row of each number, which is its first column; `query` ends before the list of numbers."""
        rows = {row[0]: row for row in self._all(f"{query} ({','.join('?' * len(numbers))})", tuple(numbers))}
        lost = set(numbers) - rows.keys()
        if lost:
            raise IndexDamaged(f"{self._path} holds no row {min(lost)}: run `hudhud verify`, then reindex")
        return [rows[number] for number in numbers]

    def _all(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connected().execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{self._path} cannot be read ({error}): run `hudhud verify`, then reindex"
            ) from error

    def _connected(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connections.append(self._local.connection)
        connection: sqlite3.Connection = self._local.connection
        return connection


def _article(row: tuple[Any, ...]) -> Article:
    article_id, title, text, date, language, source = row
    day = None if date is None else datetime.date.fromisoformat(date)
    return Article(article_id, title, text, day, language, source)
