"""FAISS against brute force in numpy."""

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.dense import DenseIndex, QuantisedIndex, Rows
from indexer.errors import IndexDamaged
from indexer.records import Vectors


def unit(rows: int, dimensions: int = 16, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    rows_of_unit_length: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows_of_unit_length


@pytest.fixture
def vectors() -> Vectors:
    return unit(500)


@pytest.fixture
def index(vectors: Vectors) -> DenseIndex:
    index = DenseIndex(16)
    index.add(vectors[:200])
    index.add(vectors[200:])
    return index


def test_the_nearest_are_those_of_brute_force(index: DenseIndex, vectors: Vectors) -> None:
    for query in unit(20, seed=2):
        scores, rows = index.search(query, 10)
        expected = np.argsort(-(vectors @ query), kind="stable")[:10]
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_allclose(scores, vectors[expected] @ query, atol=1e-6)


def test_only_the_admitted_rows_are_searched(index: DenseIndex, vectors: Vectors) -> None:
    among = np.arange(3, 500, 7, dtype=np.int64)
    query = unit(1, seed=3)[0]
    _, rows = index.search(query, 5, Rows(among, 500))
    expected = among[np.argsort(-(vectors[among] @ query), kind="stable")[:5]]
    np.testing.assert_array_equal(rows, expected)


def test_no_row_admitted_finds_nothing(index: DenseIndex) -> None:
    scores, rows = index.search(unit(1)[0], 5, Rows(np.empty(0, np.int64), 500))
    assert (scores.shape, rows.shape) == ((0,), (0,))


def test_equal_scores_come_by_row() -> None:
    index = DenseIndex(16)
    index.add(np.repeat(unit(1), 6, axis=0))
    _, rows = index.search(unit(1)[0], 6)
    assert rows.tolist() == [0, 1, 2, 3, 4, 5]


def test_fewer_rows_than_asked_for() -> None:
    index = DenseIndex(16)
    index.add(unit(3))
    assert len(index.search(unit(1)[0], 10)[1]) == 3


def test_an_empty_index_finds_nothing() -> None:
    assert len(DenseIndex(16).search(unit(1)[0], 10)[1]) == 0


def test_a_vector_that_is_not_of_unit_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"vectors of length 2\.0000 to 2\.0000"):
        DenseIndex(16).add(2 * unit(1))


def test_saving_and_loading_changes_nothing(index: DenseIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "dense.faiss")
    loaded = DenseIndex.load(tmp_path / "dense.faiss")
    assert (len(loaded), loaded.dimensions) == (500, 16)
    query = unit(1, seed=4)[0]
    for before, after in zip(index.search(query, 20), loaded.search(query, 20), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_file_that_faiss_cannot_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"no index")
    with pytest.raises(IndexDamaged, match=r"FAISS cannot read .*dense\.faiss"):
        DenseIndex.load(tmp_path / "dense.faiss")


def clustered(rows: int) -> Vectors:
    """Vectors around 300 centres, not around the origin, as those of a model lie."""
    chance = np.random.default_rng(11)
    centres = chance.normal(size=(300, 32)) + 2.0
    vectors = centres[chance.integers(300, size=rows)] + 0.5 * chance.normal(size=(rows, 32))
    of_unit_length: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return of_unit_length


def stored(vectors: Vectors) -> Vectors:
    """The vectors as they come back from 16 bits."""
    return vectors.astype(np.float16).astype(np.float32)


def test_a_small_quantised_index_is_exact(tmp_path: Path) -> None:
    vectors = clustered(QuantisedIndex.EXACT_BELOW - 1)
    assert QuantisedIndex.write(vectors, tmp_path, "words") == ("words.npy",)
    index = QuantisedIndex.load(tmp_path, "words")
    assert len(index) == 4999
    for query in clustered(5020)[-20:]:
        scores, rows = index.search(query, 10)
        cosines = stored(vectors) @ query
        expected = np.lexsort((np.arange(4999), -cosines))[:10]
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_allclose(scores, cosines[expected], atol=1e-6)


def test_a_large_quantised_index_finds_what_brute_force_finds(tmp_path: Path) -> None:
    everything = clustered(8200)
    vectors, queries = everything[:8000], everything[8000:]
    assert QuantisedIndex.write(vectors, tmp_path, "words") == ("words.npy", "words.faiss")
    index = QuantisedIndex.load(tmp_path, "words")
    hits = 0
    for query in queries:
        scores, rows = index.search(query, 100)
        cosines = stored(vectors) @ query
        np.testing.assert_allclose(scores, cosines[rows], atol=1e-6)
        assert scores.tolist() == sorted(scores.tolist(), reverse=True)
        hits += len(set(rows[:10].tolist()) & set(np.argsort(-cosines)[:10].tolist()))
    assert hits / (10 * len(queries)) >= 0.95


def test_a_quantised_index_is_written_and_read_the_same_twice(tmp_path: Path) -> None:
    vectors = clustered(6000)
    names = QuantisedIndex.write(vectors, tmp_path, "one")
    others = QuantisedIndex.write(vectors, tmp_path, "two")
    for name, other in zip(names, others, strict=True):
        assert (tmp_path / name).read_bytes() == (tmp_path / other).read_bytes()
    one, two = QuantisedIndex.load(tmp_path, "one"), QuantisedIndex.load(tmp_path, "two")
    for first, second in zip(one.search(vectors[7], 100), two.search(vectors[7], 100), strict=True):
        np.testing.assert_array_equal(first, second)
    assert one.search(vectors[7], 100)[1][0] == 7


def test_equal_scores_of_a_quantised_index_come_by_row(tmp_path: Path) -> None:
    QuantisedIndex.write(np.repeat(unit(1), 4, axis=0), tmp_path, "words")
    index = QuantisedIndex.load(tmp_path, "words")
    assert index.search(unit(1)[0], 3)[1].tolist() == [0, 1, 2]
    assert index.search(unit(1)[0], 9)[1].tolist() == [0, 1, 2, 3]


def test_an_empty_quantised_index_finds_nothing(tmp_path: Path) -> None:
    QuantisedIndex.write(np.empty((0, 16), np.float32), tmp_path, "words")
    scores, rows = QuantisedIndex.load(tmp_path, "words").search(unit(1)[0], 5)
    assert (scores.tolist(), rows.tolist()) == ([], [])


@pytest.mark.parametrize("name", ["words.npy", "words.faiss"])
def test_a_damaged_quantised_index_is_named(tmp_path: Path, name: str) -> None:
    QuantisedIndex.write(clustered(5000), tmp_path, "words")
    os.truncate(tmp_path / name, 20)
    with pytest.raises(IndexDamaged, match=r"words.* cannot be read: reindex"):
        QuantisedIndex.load(tmp_path, "words")
    (tmp_path / name).unlink()
    with pytest.raises(IndexDamaged, match=r"words.* cannot be read: reindex"):
        QuantisedIndex.load(tmp_path, "words")


def test_quantised_files_that_do_not_fit_each_other_are_named(tmp_path: Path) -> None:
    QuantisedIndex.write(clustered(5000), tmp_path, "words")
    QuantisedIndex.write(clustered(5001), tmp_path, "other")
    (tmp_path / "other.faiss").rename(tmp_path / "words.faiss")
    with pytest.raises(IndexDamaged, match="words has 5001 rows for 5000: reindex"):
        QuantisedIndex.load(tmp_path, "words")
