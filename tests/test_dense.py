"""FAISS against brute force in numpy."""

from pathlib import Path

import numpy as np
import pytest

from indexer.dense import DenseIndex
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
    _, rows = index.search(query, 5, among)
    expected = among[np.argsort(-(vectors[among] @ query), kind="stable")[:5]]
    np.testing.assert_array_equal(rows, expected)


def test_no_row_admitted_finds_nothing(index: DenseIndex) -> None:
    scores, rows = index.search(unit(1)[0], 5, np.empty(0, np.int64))
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
