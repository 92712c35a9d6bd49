"""The vector cache: what it keeps, what it refuses, what reaches the model."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from indexer.core.errors import CacheDamaged, IndexNotWritable
from indexer.core.records import Vectors
from indexer.vectors import cache as caching
from indexer.vectors.cache import CachedEncoder, Keys, VectorCache, keys_of

DIMENSIONS = 8


class SpellingEncoder:
    """A pure function of the text, and a record of what it was asked."""

    dimensions = DIMENSIONS
    engine = "spelling"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
        rows = np.array([np.random.default_rng(seed).normal(size=DIMENSIONS) for seed in seeds], np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def test_a_text_is_encoded_once_and_read_back_the_same(tmp_path: Path) -> None:
    encoder = SpellingEncoder()
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        cached = CachedEncoder(encoder, cache, "model", "query: ")
        first = cached.encode(["کابل", "تهران", "کابل"])
        assert encoder.asked == ["query: تهران", "query: کابل"]
        assert (cached.embedded, cached.reused) == (2, 1)
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        again = CachedEncoder(encoder, cache, "model", "query: ")
        second = again.encode(["تهران", "کابل"])
        assert (again.embedded, again.reused) == (0, 2)
    assert encoder.asked == ["query: تهران", "query: کابل"]
    np.testing.assert_array_equal(second, first[[1, 0]])
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_allclose(first[:2], encoder.encode(["query: کابل", "query: تهران"]), atol=5e-4)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize(("fingerprint", "prompt"), [("other", "query: "), ("model", "passage: ")])
def test_another_model_or_prompt_shares_nothing(tmp_path: Path, fingerprint: str, prompt: str) -> None:
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        CachedEncoder(SpellingEncoder(), cache, "model", "query: ").encode(["کابل"])
        encoder = SpellingEncoder()
        CachedEncoder(encoder, cache, fingerprint, prompt).encode(["کابل"])
    assert encoder.asked == [f"{prompt}کابل"]


def test_no_texts_give_no_rows(tmp_path: Path) -> None:
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        assert CachedEncoder(SpellingEncoder(), cache, "model", "").encode([]).shape == (0, DIMENSIONS)


def test_a_vector_whose_bits_flipped_is_encoded_again(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with VectorCache(path) as cache:
        right = CachedEncoder(SpellingEncoder(), cache, "model", "").encode(["کابل"])
    with closing(sqlite3.connect(path)) as connection, connection:
        (blob,) = connection.execute("SELECT vector FROM vectors").fetchone()
        connection.execute("UPDATE vectors SET vector = ?", (bytes([blob[0] ^ 1]) + blob[1:],))
    encoder = SpellingEncoder()
    with VectorCache(path) as cache:
        np.testing.assert_array_equal(CachedEncoder(encoder, cache, "model", "").encode(["کابل"]), right)
    assert encoder.asked == ["کابل"]


def test_what_was_encoded_before_an_interruption_is_kept(tmp_path: Path) -> None:
    class Interrupted(SpellingEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            if self.asked:
                raise KeyboardInterrupt
            return super().encode(texts)

    texts = [f"متن {number}" for number in range(300)]
    interrupted = Interrupted()
    with VectorCache(tmp_path / "cache.sqlite") as cache, pytest.raises(KeyboardInterrupt):
        CachedEncoder(interrupted, cache, "model", "").encode(texts)
    encoder = SpellingEncoder()
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        CachedEncoder(encoder, cache, "model", "").encode(texts)
    assert interrupted.asked + encoder.asked == sorted(texts, key=len, reverse=True)
    assert len(interrupted.asked) == 256


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is not a database, it is a sentence\n" * 100)
    with pytest.raises(
        CacheDamaged, match=r"vector cache .*cache\.sqlite is damaged .* delete it and try again"
    ):
        VectorCache(path)


def held(cache: VectorCache, space: int, texts: Sequence[str]) -> list[str]:
    """Which of `texts` the cache has in a space."""
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    found = cache.get(space, digests)
    return [text for text, digest in zip(texts, digests, strict=True) if digest in found]


def filled(cache: VectorCache, prompt: str, texts: Sequence[str]) -> int:
    """Encode texts into a space; its number."""
    cached = CachedEncoder(SpellingEncoder(), cache, "model", prompt)
    cached.encode(texts)
    return cached.space


def test_a_key_is_half_of_the_hash() -> None:
    keys = keys_of(["کابل", "تهران"])
    digests = [hashlib.sha256(text.encode()).digest() for text in ("کابل", "تهران")]
    assert [key.tobytes() for key in keys] == [digest[:16] for digest in digests]
    assert keys_of([]).shape == (0, 2)


class TestForgetting:
    TEXTS = tuple(f"متن {number}" for number in range(50))

    def test_all_but_what_is_used_is_forgotten(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(caching, "_KEYS_AT_ONCE", 7)
        with VectorCache(tmp_path / "cache.sqlite") as cache:
            first, second = filled(cache, "a: ", self.TEXTS), filled(cache, "b: ", self.TEXTS[:9])
            used: dict[int, list[Keys]] = {
                first: [keys_of(self.TEXTS[:10]), keys_of(self.TEXTS[5:20]), keys_of(["not there"])]
            }
            assert cache.forget(used) == 30 + 9
            assert held(cache, first, self.TEXTS) == list(self.TEXTS[:20])
            assert held(cache, second, self.TEXTS) == []
            assert cache.forget(used) == 0
            assert cache.forget({}) == 20

    def test_what_was_forgotten_is_not_on_disk_once_erased(self, tmp_path: Path) -> None:
        path = tmp_path / "cache.sqlite"
        with VectorCache(path) as cache:
            space = filled(cache, "", self.TEXTS)
            vectors = {
                text: cache.get(space, [hashlib.sha256(text.encode()).digest()]).popitem()[1].tobytes()
                for text in self.TEXTS
            }
            # some builds of SQLite overwrite what is deleted at once
            cache._connection.execute("PRAGMA secure_delete = OFF")
            cache.forget({space: [keys_of(self.TEXTS[:10])]})
            cache.erase()
            content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            there = [text for text, vector in vectors.items() if vector in content]
            assert there == list(self.TEXTS[:10])
            digests = {text: hashlib.sha256(text.encode()).digest() for text in self.TEXTS}
            assert [text for text, digest in digests.items() if digest in content] == there
            assert held(cache, space, self.TEXTS) == there
        assert path.stat().st_size == 4096

    def test_the_number_of_vectors_is_estimated(self, tmp_path: Path) -> None:
        with VectorCache(tmp_path / "cache.sqlite") as cache:
            vectors = np.ones((4000, 384), np.float32)
            keys = [hashlib.sha256(f"{number}".encode()).digest() for number in range(4000)]
            assert cache.estimated_rows(384) < 20
            cache.put(cache.space("model", ""), keys, vectors)
            assert 4000 * 0.8 < cache.estimated_rows(384) < 4000 * 1.4
            cache.forget({})
            assert cache.estimated_rows(384) < 20

    def test_trimming_takes_the_oldest_space_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with VectorCache(tmp_path / "cache.sqlite") as cache:
            first, second = filled(cache, "a: ", self.TEXTS[:30]), filled(cache, "b: ", self.TEXTS)
            monkeypatch.setattr(cache, "estimated_rows", lambda dimensions: 80)
            row = 2 * DIMENSIONS + caching._ROW_OVERHEAD
            assert cache.trim(80 * row, DIMENSIONS) == 0
            assert cache.trim(45 * row, DIMENSIONS) == 35
            assert held(cache, first, self.TEXTS) == []
            left = sorted(self.TEXTS, key=lambda text: hashlib.sha256(text.encode()).digest())[5:]
            assert held(cache, second, self.TEXTS) == [text for text in self.TEXTS if text in left]
            assert cache.trim(0, DIMENSIONS) == 45


def test_texts_of_like_length_are_encoded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_COMMIT_EVERY", 2)
    encoder = SpellingEncoder()
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        CachedEncoder(encoder, cache, "model", "").encode(["a", "bb", "ccc", "d", "eee"])
    assert encoder.asked == ["ccc", "eee", "bb", "a", "d"]


def test_every_commit_is_told(tmp_path: Path) -> None:
    ticks: list[int] = []
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        cached = CachedEncoder(
            SpellingEncoder(), cache, "model", "", tick=lambda: ticks.append(cached.embedded)
        )
        cached.encode([f"{number}" for number in range(600)])
    assert ticks == [256, 512, 600]


def test_pages_that_were_overwritten_are_named(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    texts = [f"متن {number}" for number in range(2000)]
    with VectorCache(path) as cache:
        filled(cache, "", texts)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    message = r"cache\.sqlite is damaged .*: delete it and try again; nothing but time is lost$"
    with pytest.raises(CacheDamaged, match=message), VectorCache(path) as cache:
        filled(cache, "", texts)


def test_a_cache_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache.sqlite").mkdir()
    with pytest.raises(IndexNotWritable, match=r"the vector cache .*cache\.sqlite cannot be opened"):
        VectorCache(tmp_path / "cache.sqlite")


def test_keeping_vectors_writes_a_few_times_their_size(tmp_path: Path) -> None:
    """With pages of 4 KB it is 23 times: each row lies at a random place, and its page is written twice."""
    rows, dimensions = 20_480, 384
    vectors = np.zeros((256, dimensions), np.float32)
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        space = cache.space("model", "")
        before = _written()
        for first in range(0, rows, 256):
            keys = [hashlib.sha256(str(first + row).encode()).digest() for row in range(256)]
            cache.put(space, keys, vectors)
        assert _written() - before < 10 * rows * 2 * dimensions
        assert cache.estimated_rows(dimensions) == pytest.approx(rows, rel=0.3)


def _written() -> int:
    """Bytes that this process has given to the system to write."""
    [line] = [line for line in Path("/proc/self/io").read_text().splitlines() if line.startswith("wchar")]
    return int(line.split()[1])
