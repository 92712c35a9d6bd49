"""The quantised index of words against brute force."""

import os
import shutil
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.core.records import Scores, Vectors
from indexer.vectors import row_blocks
from indexer.vectors.quantised import QuantisedIndex


def unit(rows: int, dimensions: int = 16, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    rows_of_unit_length: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows_of_unit_length


def clustered(rows: int) -> NDArray[np.float16]:
    """Vectors around 300 centres, not around the origin, as those of a model lie."""
    chance = np.random.default_rng(11)
    centres = chance.normal(size=(300, 32)) + 2.0
    vectors = centres[chance.integers(300, size=rows)] + 0.5 * chance.normal(size=(rows, 32))
    of_unit_length: NDArray[np.float16] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(
        np.float16
    )
    return of_unit_length


def single(vectors: NDArray[np.float16]) -> Vectors:
    return vectors.astype(np.float32)


def brute_force(vectors: NDArray[np.float16], query: Vectors) -> Scores:
    return np.asarray(single(vectors) @ query, np.float32)


def quantised(vectors: NDArray[np.float16], folder: Path, name: str) -> tuple[str, ...]:
    """Write vectors and an index over them; the names of the index's own files."""
    row_blocks.write(folder, name, vectors)
    return QuantisedIndex.write(folder, name)


def test_a_small_quantised_index_is_exact(tmp_path: Path) -> None:
    vectors = clustered(QuantisedIndex.EXACT_BELOW - 1)
    assert quantised(vectors, tmp_path, "words") == ()
    index = QuantisedIndex.load(tmp_path, "words")
    assert len(index) == 4999
    for query in single(clustered(5020)[-20:]):
        scores, rows = index.search(query, 10)
        cosines = brute_force(vectors, query)
        expected = np.lexsort((np.arange(4999), -cosines))[:10]
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_allclose(scores, cosines[expected], atol=1e-6)


def test_a_large_quantised_index_finds_what_brute_force_finds(tmp_path: Path) -> None:
    everything = clustered(8200)
    vectors, queries = everything[:8000], single(everything[8000:])
    assert quantised(vectors, tmp_path, "words") == ("words.faiss",)
    index = QuantisedIndex.load(tmp_path, "words")
    hits = 0
    for query in queries:
        scores, rows = index.search(query, 100)
        cosines = brute_force(vectors, query)
        np.testing.assert_allclose(scores, cosines[rows], atol=1e-6)
        assert scores.tolist() == sorted(scores.tolist(), reverse=True)
        hits += len(set(rows[:10].tolist()) & set(np.argsort(-cosines)[:10].tolist()))
    assert hits / (10 * len(queries)) >= 0.95


def test_a_quantised_index_is_written_and_read_the_same_twice(tmp_path: Path) -> None:
    vectors = clustered(6000)
    names = quantised(vectors, tmp_path, "one")
    others = quantised(vectors, tmp_path, "two")
    for name, other in zip(names, others, strict=True):
        assert (tmp_path / name).read_bytes() == (tmp_path / other).read_bytes()
    one, two = QuantisedIndex.load(tmp_path, "one"), QuantisedIndex.load(tmp_path, "two")
    query = single(vectors)[7]
    for first, second in zip(one.search(query, 100), two.search(query, 100), strict=True):
        np.testing.assert_array_equal(first, second)
    assert one.search(query, 100)[1][0] == 7


def test_equal_scores_of_a_quantised_index_come_by_row(tmp_path: Path) -> None:
    quantised(np.repeat(unit(1), 4, axis=0).astype(np.float16), tmp_path, "words")
    index = QuantisedIndex.load(tmp_path, "words")
    assert index.search(unit(1)[0], 3)[1].tolist() == [0, 1, 2]
    assert index.search(unit(1)[0], 9)[1].tolist() == [0, 1, 2, 3]


def test_an_empty_quantised_index_finds_nothing(tmp_path: Path) -> None:
    quantised(np.empty((0, 16), np.float16), tmp_path, "words")
    scores, rows = QuantisedIndex.load(tmp_path, "words").search(unit(1)[0], 5)
    assert (scores.tolist(), rows.tolist()) == ([], [])


def test_stored_vectors_come_by_row_as_they_were_given(tmp_path: Path) -> None:
    vectors = clustered(20)
    quantised(vectors, tmp_path, "words")
    rows = np.array([7, 0, 7])
    np.testing.assert_array_equal(QuantisedIndex.load(tmp_path, "words").vectors[rows], vectors[rows])


def test_a_full_disk_is_named_for_a_quantised_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("Error: 'f' failed: No space left on device")

    monkeypatch.setattr(faiss, "write_index", full)
    with pytest.raises(IndexNotWritable, match=r"words\.faiss cannot be written: is the disk full\?"):
        quantised(clustered(5000), tmp_path, "words")


@pytest.fixture(scope="module")
def words_of_5000(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the smallest index that is not exact."""
    folder = tmp_path_factory.mktemp("words")
    quantised(clustered(5000), folder, "words")
    return folder


@pytest.mark.parametrize("name", ["words-rows.npy", "words-files.npy", "words.faiss"])
def test_a_damaged_quantised_index_is_named(words_of_5000: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(words_of_5000, tmp_path / "copy")
    os.truncate(folder / name, 20)
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read$"):
        QuantisedIndex.load(folder, "words")
    (folder / name).unlink()
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read$"):
        QuantisedIndex.load(folder, "words")


def test_quantised_files_that_do_not_fit_each_other_are_named(words_of_5000: Path, tmp_path: Path) -> None:
    quantised(clustered(5001), tmp_path, "words")
    shutil.copy(words_of_5000 / "words.faiss", tmp_path)
    with pytest.raises(IndexDamaged, match=r"words\.faiss has 5000 rows for 5001$"):
        QuantisedIndex.load(tmp_path, "words")
