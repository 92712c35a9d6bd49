"""The vector cache: what it keeps, what it refuses, what reaches the model."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.cache import CachedEncoder, VectorCache
from indexer.errors import IndexDamaged
from indexer.records import Vectors

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

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def test_a_text_is_encoded_once_and_read_back_the_same(tmp_path: Path) -> None:
    encoder = SpellingEncoder()
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        cached = CachedEncoder(encoder, cache, "model", "query: ")
        first = cached.encode(["کابل", "تهران", "کابل"])
        assert encoder.asked == ["query: کابل", "query: تهران"]
        assert (cached.embedded, cached.reused) == (2, 1)
    with VectorCache(tmp_path / "cache.sqlite") as cache:
        again = CachedEncoder(encoder, cache, "model", "query: ")
        second = again.encode(["تهران", "کابل"])
        assert (again.embedded, again.reused) == (0, 2)
    assert encoder.asked == ["query: کابل", "query: تهران"]
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
    with sqlite3.connect(path) as connection:
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
    assert interrupted.asked + encoder.asked == texts
    assert len(interrupted.asked) == 256


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is not a database, it is a sentence\n" * 100)
    with pytest.raises(
        IndexDamaged, match=r"vector cache .*cache\.sqlite is damaged .* delete it and reindex"
    ):
        VectorCache(path)
