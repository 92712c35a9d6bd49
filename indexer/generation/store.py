"""The articles of a segment in SQLite: what is shown of them."""

import datetime
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.core.records import Article

_SCHEMA = """
CREATE TABLE articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, date TEXT, date_text TEXT,
    language TEXT NOT NULL, source TEXT NOT NULL, url TEXT, publisher TEXT NOT NULL, metadata TEXT NOT NULL,
    text TEXT NOT NULL);
"""
_COLUMNS = "id, title, text, date, language, source, date_text, url, publisher, metadata"
_ROWS_AT_ONCE = 500


class StoreWriter:
    """Writes a new store."""

    def __init__(self, path: Path) -> None:
        """Make the file `path`.

        Raises:
            IndexNotWritable: the disk is full or the file cannot be written.
        """
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN")
        except sqlite3.OperationalError as error:
            raise _not_writable(error) from error
        self._articles = 0

    def __len__(self) -> int:
        return self._articles

    def add(self, article: Article) -> None:
        """Append an article; rows are numbered from 0.

        Raises:
            IndexNotWritable: the disk is full or the file cannot be written.
        """
        date = article.date.isoformat() if article.date else None
        values = (
            *(article.id, article.title, article.text, date),
            *(article.language, article.source, article.date_text, article.url, article.publisher),
            json.dumps(dict(article.metadata), ensure_ascii=False) if article.metadata else "",
        )
        try:
            self._connection.execute(
                f"INSERT INTO articles (row, {_COLUMNS}) VALUES (?{', ?' * len(values)})",
                (self._articles, *values),
            )
        except sqlite3.OperationalError as error:
            raise _not_writable(error) from error
        self._articles += 1

    def close(self) -> None:
        """Commit.

        Raises:
            IndexNotWritable: the disk is full.
        """
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise _not_writable(error) from error
        finally:
            self._connection.close()

    def discard(self) -> None:
        """Close the file, which is of no use afterwards."""
        self._connection.close()


class Store:
    """Reads a store that `StoreWriter` wrote. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def articles(self, rows: Sequence[int]) -> list[Article]:
        """The articles in `rows`, in the order asked for.

        Raises:
            IndexDamaged: the store cannot be read, or does not hold one of them.
        """
        found = {
            row: _article(values)
            for start in range(0, len(rows), _ROWS_AT_ONCE)
            for some in [rows[start : start + _ROWS_AT_ONCE]]
            for row, *values in self._all(
                f"SELECT row, {_COLUMNS} FROM articles WHERE row IN ({','.join('?' * len(some))})", some
            )
        }
        lost = set(rows) - found.keys()
        if lost:
            raise IndexDamaged(f"{self._path} holds no row {min(lost)}", [self._path])
        return [found[row] for row in rows]

    def iterate(self, rows: Sequence[int]) -> Iterator[Article]:
        """The articles in `rows`, in that order, some at a time."""
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            yield from self.articles(rows[start : start + _ROWS_AT_ONCE])

    def faults(self) -> list[str]:
        """What is wrong with the file's structure, a line each. Reads all of it."""
        return [row[0] for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._opened().execute(query, tuple(values)).fetchall()
        except (sqlite3.DatabaseError, OverflowError) as error:
            raise IndexDamaged(f"{self._path} cannot be read ({error})", [self._path]) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        return self._connection


def _article(values: Sequence[Any]) -> Article:
    article_id, title, text, date, language, source, date_text, url, publisher, metadata = values
    day = None if date is None else datetime.date.fromisoformat(date)
    further = tuple((name, tuple(several)) for name, several in json.loads(metadata or "{}").items())
    return Article(
        *(article_id, title, text, day, language, source, date_text, url),
        publisher=publisher,
        metadata=further,
    )


def _not_writable(error: sqlite3.OperationalError) -> IndexNotWritable:
    return IndexNotWritable(f"the index cannot be written: {error}")
