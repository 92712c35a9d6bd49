"""Vectors kept by (model fingerprint, prompt, text): what makes a reindex cheap and resumable.

One SQLite file beside the generations. Vectors are stored as float16 with a checksum and are
always read back through the file, so that a text has the same vector whether it was encoded
today, in another batch, or last year.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import CacheDamaged, IndexNotWritable
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spaces (
    space INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, prompt TEXT NOT NULL,
    UNIQUE (fingerprint, prompt));
CREATE TABLE IF NOT EXISTS vectors (
    space INTEGER NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (space, text_hash)) WITHOUT ROWID;
"""
_COMMIT_EVERY = 256

_LAYOUT = ("page_size = 1024", "cache_size = -16000", "wal_autocheckpoint = 16384")
"""Keys are random, so every row dirties a page of the tree, written whole, to the log and then to its
place. In small pages a row's vector lies on a page of its own beside the tree, and the log holds 16 MB before
pages are put in their places, each once: for 300,000 vectors 1.9 GB are written instead of 8.0, in half to
two thirds of the time. A file from before keeps its pages."""

Keys = NDArray[np.uint64]
"""Shape `(texts, 2)`: the first 16 bytes of each text's SHA-256, what vectors are joined to texts by."""
_KEYS_PER_SELECT = 500
_KEYS_AT_ONCE = 20_000
_ROW_OVERHEAD = 240


def keys_of(texts: Sequence[str]) -> Keys:
    """What stands for `texts` beside their vectors."""
    digests = b"".join(_digest(text)[:16] for text in texts)
    return np.frombuffer(digests, np.uint64).reshape(len(texts), 2)


class VectorCache:
    """A file of vectors; use as a context manager, from one thread."""

    def __init__(self, path: Path) -> None:
        """Open the cache at `path`, creating it where there is none.

        Raises:
            CacheDamaged: the file is not a database; it can be deleted, at the cost of encoding again.
            IndexNotWritable: it cannot be opened for writing.
        """
        self._path = path
        try:
            self._connection = _opened(path)
        except sqlite3.OperationalError as error:
            raise IndexNotWritable(
                f"the vector cache {path} cannot be opened for writing: {error}"
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def space(self, fingerprint: str, prompt: str) -> int:
        """The number under which vectors of this model and prompt are kept."""
        row = (fingerprint, prompt)
        with self._writing():
            self._connection.execute("INSERT OR IGNORE INTO spaces (fingerprint, prompt) VALUES (?, ?)", row)
        found = self._connection.execute("SELECT space FROM spaces WHERE (fingerprint, prompt) = (?, ?)", row)
        return int(found.fetchone()[0])

    def get(self, space: int, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """The vectors that are kept for `keys`; one whose checksum does not fit counts as not kept."""
        found: dict[bytes, NDArray[np.float16]] = {}
        for some in _slices(keys, _KEYS_PER_SELECT):
            marks = ",".join("?" * len(some))
            rows = self._rows(
                f"SELECT text_hash, vector, checksum FROM vectors WHERE space = ? AND text_hash IN ({marks})",
                (space, *some),
            )
            found |= {
                key: np.frombuffer(blob, np.float16)
                for key, blob, checksum in rows
                if zlib.crc32(blob) == checksum
            }
        return found

    def put(self, space: int, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep `vectors`, one row per key, and commit."""
        blobs = [row.tobytes() for row in vectors.astype(np.float16)]
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                [(space, key, blob, zlib.crc32(blob)) for key, blob in zip(keys, blobs, strict=True)],
            )

    def estimated_rows(self, dimensions: int) -> int:
        """About how many vectors of so many dimensions there are."""
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size // (2 * dimensions + _ROW_OVERHEAD)

    def forget(self, used: Mapping[int, Sequence[Keys]]) -> int:
        """Forget every text but those of `used`, by space; how many were forgotten."""
        forgotten = 0
        for (space,) in self._connection.execute("SELECT space FROM spaces").fetchall():
            first_halves = [keys[:, 0] for keys in used.get(space, [])]
            kept = np.unique(np.concatenate([np.empty(0, np.uint64), *first_halves]))
            forgotten += self._forget_in(space, kept)
        return forgotten

    def trim(self, most_bytes: int, dimensions: int) -> int:
        """Forget texts, of other models' spaces first, until about `most_bytes` are left; how many were."""
        row = 2 * dimensions + _ROW_OVERHEAD
        excess = self.estimated_rows(dimensions) - most_bytes // row
        if excess <= 0:
            return 0
        with self._writing():
            return self._connection.execute(
                "DELETE FROM vectors WHERE (space, text_hash) IN"
                " (SELECT space, text_hash FROM vectors ORDER BY space, text_hash LIMIT ?)",
                (excess,),
            ).rowcount

    def erase(self) -> None:
        """Overwrite on disk what was forgotten."""
        try:
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            raise IndexNotWritable(f"the vector cache {self._path} cannot be written: {error}") from error

    def _forget_in(self, space: int, kept: NDArray[np.uint64]) -> int:
        forgotten = 0
        last = b""
        while True:
            rows = self._rows(
                "SELECT text_hash FROM vectors WHERE space = ? AND text_hash > ? ORDER BY text_hash LIMIT ?",
                (space, last, _KEYS_AT_ONCE),
            )
            keys = [key for (key,) in rows]
            if not keys:
                return forgotten
            last = keys[-1]
            halves = np.frombuffer(b"".join(key[:8] for key in keys), np.uint64)
            unused = np.flatnonzero(~np.isin(halves, kept))
            with self._writing():
                self._connection.executemany(
                    "DELETE FROM vectors WHERE space = ? AND text_hash = ?",
                    [(space, keys[position]) for position in unused.tolist()],
                )
            forgotten += len(unused)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.OperationalError as error:
            raise IndexNotWritable(f"the vector cache {self._path} cannot be written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _rows(self, query: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.DatabaseError) -> CacheDamaged:
        return CacheDamaged(
            f"the vector cache {self._path} is damaged ({error}): delete it and try again;"
            " nothing but time is lost"
        )


class CachedEncoder:
    """Encodes through a cache: only texts that it does not hold reach the model.

    Attributes:
        embedded: texts that the model had to encode so far.
        reused: texts whose vectors were there already, from an earlier run or earlier in this one.
        space: where in the cache they are kept.
    """

    def __init__(
        self,
        encoder: Encoder,
        cache: VectorCache,
        fingerprint: str,
        prompt: str,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Encode with `encoder`; `tick` is called whenever some vectors were committed."""
        self._tick = tick
        self.embedded = 0
        self.reused = 0
        self._encoder = encoder
        self._cache = cache
        self._prompt = prompt
        self.space = cache.space(fingerprint, prompt)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, for `texts` without their prompt.

        What the model encodes is committed every few hundred texts, the longest first, for texts of like
        length are encoded together: a run that is killed loses no more than that.
        """
        keys = [_digest(text) for text in texts]
        by_key = dict(zip(keys, texts, strict=True))
        held = self._cache.get(self.space, list(by_key))
        missing = sorted((key for key in by_key if key not in held), key=lambda key: -len(by_key[key]))
        for some in _slices(missing, _COMMIT_EVERY):
            vectors = self._encoder.encode([self._prompt + by_key[key] for key in some])
            self._cache.put(self.space, some, vectors)
            self.embedded += len(some)
            self._tick()
        held |= self._cache.get(self.space, missing)
        self.reused += len(texts) - len(missing)
        return _unit_rows([held[key] for key in keys], self._encoder.dimensions)


def _opened(path: Path) -> sqlite3.Connection:
    """A connection to the cache at `path`, with its tables; closed again where they cannot be made."""
    connection = sqlite3.connect(path)
    try:
        for setting in (*_LAYOUT, "journal_mode = WAL", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _slices(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _unit_rows(rows: Sequence[NDArray[np.float16]], dimensions: int) -> Vectors:
    vectors = np.asarray(rows, np.float32).reshape(len(rows), dimensions)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
