"""FAISS against brute force in numpy."""

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.core.records import Vectors
from indexer.vectors import vector_files
from indexer.vectors.dense import DenseIndex, VectorPart
from indexer.vectors.vector_files import VectorFile, VectorWriter


def unit(rows: int, dimensions: int = 16, seed: int = 1) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    rows_of_unit_length: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows_of_unit_length


def written(path: Path, vectors: Vectors) -> VectorFile:
    writer = VectorWriter(vectors.shape[1])
    writer.add(vectors)
    assert len(writer) == len(vectors)
    writer.save(path)
    return VectorFile(path)


def rounded(vectors: Vectors) -> Vectors:
    return np.asarray(vectors.astype(np.float16).astype(np.float32))


def joined(files: Sequence[VectorFile], rows: NDArray[np.uint32]) -> DenseIndex:
    """An index over some files, whose rows are in one language."""
    return DenseIndex([VectorPart(file, partial(in_persian, len(file))) for file in files], rows)


def in_persian(rows: int) -> NDArray[np.bytes_]:
    return np.full(rows, b"fa", "S8")


SIZES = (120, 0, 300, 80)
"""Vectors in each of the files."""


@pytest.fixture(scope="module")
def rows() -> NDArray[np.uint32]:
    """380 of 500 rows in no order; the others are dead, among them all of the last file."""
    alive = np.random.default_rng(5).permutation(420)[:380]
    return alive.astype(np.uint32)


@pytest.fixture(scope="module")
def vectors(rows: NDArray[np.uint32]) -> Vectors:
    """Those of the index, by number."""
    return rounded(unit(500))[rows]


@pytest.fixture(scope="module")
def index(rows: NDArray[np.uint32], tmp_path_factory: pytest.TempPathFactory) -> DenseIndex:
    folder = tmp_path_factory.mktemp("dense")
    starts = np.cumsum([0, *SIZES])
    everything = unit(500)
    files = [
        written(folder / str(number), everything[starts[number] : starts[number + 1]]) for number in range(4)
    ]
    return joined(files, rows)


def nearest(vectors: Vectors, query: Vectors, limit: int, among: Sequence[int] | None = None) -> list[int]:
    """Brute force."""
    numbers = np.arange(len(vectors)) if among is None else np.array(among, np.int64)
    cosines = vectors[numbers].astype(np.float64) @ query.astype(np.float64)
    chosen: list[int] = numbers[np.lexsort((numbers, -cosines))[:limit]].tolist()
    return chosen


def test_the_nearest_in_several_files_are_those_of_brute_force(index: DenseIndex, vectors: Vectors) -> None:
    assert len(index) == 380
    for query in unit(20, seed=2):
        scores, numbers = index.search(query, 10)
        expected = nearest(vectors, query, 10)
        assert numbers.tolist() == expected
        np.testing.assert_allclose(scores, vectors[expected] @ query, atol=1e-6)


def test_everything_alive_is_found_and_nothing_else(index: DenseIndex, vectors: Vectors) -> None:
    query = unit(1, seed=6)[0]
    for limit in (379, 380, 381, 1000):
        assert index.search(query, limit)[1].tolist() == nearest(vectors, query, limit)


@pytest.mark.parametrize("few", [0, 100, 4096])
def test_only_the_admitted_numbers_are_searched(
    index: DenseIndex, vectors: Vectors, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of them are compared one by one."""
    monkeypatch.setattr(index, "_few", few)
    query = unit(1, seed=3)[0]
    for among in (np.arange(3, 380, 7), np.array([379]), np.arange(380)):
        found = index.search(query, 5, index.rows(among))[1]
        assert found.tolist() == nearest(vectors, query, 5, among.tolist())


def test_a_limit_passes_over_files_without_an_admitted_row(
    index: DenseIndex, rows: NDArray[np.uint32], vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_few", 0)
    first = np.flatnonzero(rows < 120)
    limited = index.rows(first)
    assert [bits is None for bits in limited.bits] == [False, True, True, True]
    query = unit(1, seed=3)[0]
    assert index.search(query, 7, limited)[1].tolist() == nearest(vectors, query, 7, first.tolist())


def test_no_number_admitted_finds_nothing(index: DenseIndex) -> None:
    scores, numbers = index.search(unit(1)[0], 5, index.rows(np.empty(0, np.int64)))
    assert (scores.tolist(), numbers.tolist()) == ([], [])


DIRECTIONS = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0.6, 0.8, 0, 0]], np.float32)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 2), max_size=9), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
    st.integers(1, 12),
    st.integers(0, 2),
)
def test_equal_scores_come_by_number_wherever_they_lie(
    files: list[list[int]], chance: random.Random, limit: int, asked: int
) -> None:
    """Copies of three vectors: those at the limit are cut by number, not by where they lie in their file."""
    kinds = [kind for several in files for kind in several]
    alive = [row for row in range(len(kinds)) if chance.random() < 0.8]
    chance.shuffle(alive)
    with TemporaryDirectory() as folder:
        opened = [
            written(Path(folder) / str(number), DIRECTIONS[several]) for number, several in enumerate(files)
        ]
        index = joined(opened, np.array(alive, np.uint32))
        by_number = rounded(DIRECTIONS)[[kinds[row] for row in alive]].reshape(-1, 4)
        found = index.search(DIRECTIONS[asked], limit)
        assert found[1].tolist() == nearest(by_number, DIRECTIONS[asked], limit)
        some = [number for number in range(len(alive)) if chance.random() < 0.5]
        found = index.search(DIRECTIONS[asked], limit, index.rows(np.array(some, np.int64)))
        assert found[1].tolist() == nearest(by_number, DIRECTIONS[asked], limit, some)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    nothing = written(tmp_path / "nothing", np.empty((0, 16), np.float32))
    for files in ([], [nothing], [nothing, nothing]):
        index = joined(files, np.empty(0, np.uint32))
        scores, numbers = index.search(unit(1)[0], 10)
        assert (len(index), scores.tolist(), numbers.tolist()) == (0, [], [])


def test_a_file_all_of_whose_rows_are_dead_finds_nothing(tmp_path: Path) -> None:
    index = joined([written(tmp_path / "dead", unit(9))], np.empty(0, np.uint32))
    assert index.search(unit(1)[0], 10)[1].tolist() == []


def test_vectors_come_by_number_and_of_unit_length(index: DenseIndex, vectors: Vectors) -> None:
    numbers = np.array([17, 379, 0, 17, 204])
    found = index.vectors(numbers)
    lengths = np.linalg.norm(vectors[numbers], axis=1, keepdims=True)
    np.testing.assert_array_equal(found, vectors[numbers] / lengths)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=2e-7)
    np.testing.assert_array_equal(index.lengths(numbers), lengths[:, 0])
    assert not np.array_equal(found, vectors[numbers])


def test_no_vectors_have_their_dimensions(index: DenseIndex) -> None:
    assert index.vectors(np.empty(0, np.int64)).shape == (0, 16)
    assert index.lengths(np.empty(0, np.int64)).shape == (0,)


@pytest.mark.parametrize(
    ("rows_of", "message"),
    [
        ([0, 1, 1], "two numbers have one vector"),
        ([2, 0, 2], "two numbers have one vector"),
        ([0, 3], "there are 3 vectors, and row 3 is asked for"),
        ([2**32 - 1], "there are 3 vectors, and row 4294967295 is asked for"),
    ],
)
def test_rows_that_cannot_be_are_damage(tmp_path: Path, rows_of: list[int], message: str) -> None:
    file = written(tmp_path / "three", unit(3))
    with pytest.raises(IndexDamaged, match=message):
        joined([file], np.array(rows_of, np.uint32))


@pytest.mark.parametrize("length", [2.0, 0.0, 1.01, float("nan")])
def test_a_vector_that_is_not_of_unit_length_is_refused(length: float) -> None:
    writer = VectorWriter(16)
    with pytest.raises(ValueError, match=rf"vectors of length {length:.4f} to {length:.4f} in an index"):
        writer.add(np.asarray(length * unit(1), np.float32))
    assert len(writer) == 0


def test_no_vectors_can_be_added() -> None:
    writer = VectorWriter(16)
    writer.add(np.empty((0, 16), np.float32))
    assert len(writer) == 0


def test_what_was_written_is_read_rounded_to_half_precision(tmp_path: Path) -> None:
    vectors = unit(50)
    file = written(tmp_path / "dense.faiss", vectors)
    assert len(file) == 50
    np.testing.assert_array_equal(file.stored(np.arange(50)), rounded(vectors))
    np.testing.assert_array_equal(file.stored(np.array([7, 3, 7])), rounded(vectors)[[7, 3, 7]])


def test_numbers_of_half_precision_are_widened_to_the_last_bit() -> None:
    """All that are finite, the smallest and both zeros among them."""
    halves = np.arange(65_536, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(-1, 64)
    assert vector_files.widened(finite).tobytes() == finite.astype(np.float32).tobytes()


@pytest.mark.parametrize("block", [1, 7, 8192])
def test_copying_changes_no_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(vector_files, "_BLOCK", block)
    vectors = unit(40)
    file = written(tmp_path / "one", vectors)
    kept = np.array([3, 5, 6, 20, 39])
    writer = VectorWriter(16)
    writer.copy(file, kept)
    writer.add(unit(2, seed=9))
    writer.save(tmp_path / "copied")
    written(tmp_path / "straight", np.concatenate([vectors[kept], unit(2, seed=9)]))
    assert (tmp_path / "copied").read_bytes() == (tmp_path / "straight").read_bytes()
    again = VectorWriter(16)
    again.copy(VectorFile(tmp_path / "copied"), np.arange(7))
    again.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "copied").read_bytes()


@pytest.mark.parametrize("size", [0, 8, 100, 1000])
def test_a_file_that_faiss_cannot_read_is_named(tmp_path: Path, size: int) -> None:
    written(tmp_path / "dense.faiss", unit(50))
    os.truncate(tmp_path / "dense.faiss", size)
    with pytest.raises(IndexDamaged, match=r"dense\.faiss cannot be read$"):
        VectorFile(tmp_path / "dense.faiss")


def test_a_file_that_is_none_of_faiss_or_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "dense.faiss").write_bytes(b"no index")
    for name in ("dense.faiss", "missing.faiss"):
        with pytest.raises(IndexDamaged, match=f"{name} cannot be read$"):
            VectorFile(tmp_path / name)


FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from indexer.vectors.vector_files import VectorWriter
from indexer.core.errors import IndexNotWritable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
writer = VectorWriter(16)
writer.add(np.eye(16, dtype=np.float32)[np.zeros(20_000, int)])
try:
    writer.save(Path(sys.argv[1]))
except IndexNotWritable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Unix")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dense.faiss"
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{path} cannot be written: is the disk full?\n"


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(IndexNotWritable, match="cannot be written: is the disk full"):
        VectorWriter(16).save(tmp_path / "missing" / "dense.faiss")


@pytest.mark.parametrize(("asked", "policy"), [(None, "PASSIVE"), ("active", "ACTIVE")])
def test_threads_that_wait_sleep_unless_the_environment_says_otherwise(
    asked: str | None, policy: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_DISPLAY_ENV": "true"} | ({"OMP_WAIT_POLICY": asked} if asked else {})
    command = [sys.executable, "-c", "import indexer.vectors.dense"]
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr
    assert f"OMP_WAIT_POLICY = '{policy}'" in shown
