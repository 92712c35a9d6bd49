"""Inverted lists against comparing every row."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Vectors
from indexer.vectors import clusters, dense, lists, probing, reach, vector_files
from indexer.vectors.clusters import Axes, evenly
from indexer.vectors.dense import DenseIndex, VectorPart
from indexer.vectors.lists import InvertedLists
from indexer.vectors.vector_files import VectorFile, VectorWriter

ROWS, DIMENSIONS = 6000, 32
PERSIAN, ARABIC = frozenset(["fa", "prs"]), frozenset(["ar"])
DEAD = np.arange(0, 2 * ROWS, 7)


def vectors_of(seed: int) -> Vectors:
    """Around 80 centres that lie close together, as the vectors of a model do."""
    centres = np.random.default_rng(5).normal(size=(80, DIMENSIONS)) + 2.0
    chance = np.random.default_rng(seed)
    found = centres[chance.integers(80, size=ROWS)] + 0.6 * chance.normal(size=(ROWS, DIMENSIONS))
    unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def languages_of(seed: int) -> NDArray[np.bytes_]:
    """Persian, Arabic, a little Dari, and one row in English."""
    names = np.random.default_rng(seed).choice(
        np.array([b"fa", b"ar", b"prs"], "S8"), ROWS, p=(0.6, 0.3, 0.1)
    )
    names[17] = b"en"
    return names


def written(folder: Path, name: str, seed: int) -> VectorPart:
    writer = VectorWriter(DIMENSIONS)
    writer.add(vectors_of(seed))
    writer.save(folder / f"{name}.faiss")
    file = VectorFile(folder / f"{name}.faiss")
    assert reach.write(folder, name, file, languages_of(seed), 0.99) == lists.names(name)
    return VectorPart(file, partial(languages_of, seed), InvertedLists.open(folder, name, file))


@pytest.fixture(scope="module", autouse=True)
def few_are_many() -> object:
    """Lists over a few thousand rows, which are else compared as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "EXACT_BELOW", 1000)
        patch.setattr(clusters, "ROWS_PER_LIST", 64)
        patch.setattr(probing, "LOOKED_THROUGH_BELOW", 0)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lists")


@pytest.fixture(scope="module")
def index(folder: Path) -> DenseIndex:
    """Two files, one row in seven of which is dead."""
    alive = np.setdiff1d(np.arange(2 * ROWS), DEAD).astype(np.uint32)
    return DenseIndex([written(folder, "one", 1), written(folder, "two", 2)], alive)


def shares(index: DenseIndex, among: object, limit: int) -> float:
    """The share of the nearest that is found, by queries that are in no file."""
    found = []
    for query in vectors_of(9)[:40]:
        said = index.search(query, limit, among)  # type: ignore[arg-type]
        exact = index.search(query, limit, among, exact=True)  # type: ignore[arg-type]
        assert len(said[1]) == len(exact[1])
        found.append(len(np.intersect1d(said[1], exact[1])) / max(len(exact[1]), 1))
    return float(np.mean(found))


@pytest.mark.parametrize("languages", [PERSIAN, ARABIC, PERSIAN | ARABIC])
def test_the_recall_that_was_asked_for_is_reached(index: DenseIndex, languages: frozenset[str]) -> None:
    assert shares(index, index.of_languages(languages), 100) >= 0.98


def wide_vectors_of(seed: int) -> Vectors:
    """Around the same centres, but each as far from its own as from others; 9 lies between two of them."""
    centres = np.random.default_rng(5).normal(size=(80, DIMENSIONS)) + 2.0
    chance = np.random.default_rng(seed)
    scales = np.ones((ROWS, 1)) if seed == 9 else chance.gamma(2.0, 0.5, size=(ROWS, 1))
    found = centres[chance.integers(80, size=ROWS)] + scales * chance.normal(size=(ROWS, DIMENSIONS))
    if seed == 9:
        found += centres[chance.integers(80, size=ROWS)]
    unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_the_recall_is_reached_among_six_files_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest hundred are some twenty of each file: nearer than its own hundred, and harder to find."""
    monkeypatch.setitem(globals(), "vectors_of", wide_vectors_of)
    parts = [written(tmp_path, str(seed), seed) for seed in range(1, 7)]
    index = DenseIndex(parts, np.arange(6 * ROWS, dtype=np.uint32))
    found = [shares(index, index.of_languages(languages), 100) for languages in (PERSIAN, ARABIC)]
    assert np.mean(found) >= 0.98


def test_languages_that_are_searched_together_reach_as_far(folder: Path, index: DenseIndex) -> None:
    del index
    reaches = np.load(folder / "one-reach.npy")["reach"]
    assert reaches[2] == reaches[3] > 0


def test_few_admitted_rows_are_compared_and_not_looked_for(
    index: DenseIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of a day: whatever else there is costs nothing."""
    monkeypatch.delattr(InvertedLists, "scan")
    monkeypatch.delattr(InvertedLists, "probe")
    monkeypatch.setattr(dense, "_BLOCK", 300)
    among = np.arange(5, len(index), 11)
    query = vectors_of(9)[0]
    scores, numbers = index.search(query, 20, index.rows(among))
    cosines = index.vectors(among) @ query
    expected = np.argsort(-cosines, kind="stable")[:20]
    assert numbers.tolist() == among[expected].tolist()
    np.testing.assert_allclose(scores, cosines[expected], atol=1e-3)


def test_only_rows_in_the_language_that_are_alive_are_found(index: DenseIndex) -> None:
    languages = np.concatenate([languages_of(1), languages_of(2)])
    alive = np.setdiff1d(np.arange(2 * ROWS), DEAD)
    for query in vectors_of(9)[:10]:
        numbers = index.search(query, 200, index.of_languages(ARABIC))[1]
        assert len(np.unique(numbers)) == 200
        assert set(languages[alive[numbers]].tolist()) == {b"ar"}


def test_scores_are_those_of_comparing_and_best_first(index: DenseIndex) -> None:
    query = vectors_of(9)[0]
    scores, numbers = index.search(query, 50)
    np.testing.assert_allclose(scores, index.vectors(numbers) @ query, atol=1e-3)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


@pytest.mark.parametrize("share", [3, 40])
def test_a_wide_filter_finds_as_many_as_are_wanted(
    index: DenseIndex, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_few", 0)
    among = index.rows(np.arange(0, len(index), share))
    assert shares(index, among, 100) >= 0.98


def test_a_filter_that_admits_fewer_than_are_wanted_finds_them_all(
    index: DenseIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_few", 0)
    wanted = np.array([3, 500, 7000, 9000])
    found = index.search(vectors_of(9)[0], 50, index.rows(wanted))[1]
    assert sorted(found.tolist()) == wanted.tolist()


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows are looked through by each call."""
    looked: list[int] = []
    scan = InvertedLists.scan

    def counted(self: InvertedLists, probe: lists.Probe, some: NDArray[np.int64], *rest: object) -> object:
        looked.append(int(self.sizes[some].sum()))
        return scan(self, probe, some, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(InvertedLists, "scan", counted)
    return looked


def test_all_rows_are_looked_through_at_once_where_choosing_saves_nothing(
    index: DenseIndex, looked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "LOOKED_THROUGH_BELOW", 2 * ROWS + 10_000)
    assert shares(index, index.of_languages(PERSIAN), 100) >= 0.995
    looked.clear()
    index.search(vectors_of(9)[0], 10, index.of_languages(PERSIAN | ARABIC))
    assert len(looked) == 2
    assert sum(looked) >= 2 * ROWS - 2


def test_fewer_rows_are_looked_through_than_there_are(
    index: DenseIndex, looked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "FIRST_ROWS", 1)
    index.search(vectors_of(9)[0], 10)
    assert 0 < sum(looked) < ROWS


def test_lists_are_looked_into_a_little_beyond_their_reach(
    index: DenseIndex, looked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for margin in (0.0, reach.MARGIN, 100.0):
        monkeypatch.setattr(probing, "MARGIN", margin)
        looked.clear()
        for query in vectors_of(9)[:20]:
            index.search(query, 10)
        found.append(sum(looked))
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize(("very_many", "times"), [(0, 3), (10 * ROWS, 1)])
def test_among_very_many_rows_more_candidates_are_compared(
    index: DenseIndex, very_many: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def stored(files: Sequence[VectorFile], rows: Sequence[NDArray[np.int64]]) -> Vectors:
        compared.append(sum(map(len, rows)))
        return vector_files.stored(files, rows)

    monkeypatch.setattr(dense, "stored", stored)
    monkeypatch.setattr(probing, "VERY_MANY", very_many)
    index.search(vectors_of(9)[0], 10)
    most = times * reach.CANDIDATES_PER_RESULT * 10
    assert most / 2 < compared[-1] <= most  # rows that fill up a list come twice


def test_the_same_rows_give_the_same_files(folder: Path, index: DenseIndex, tmp_path: Path) -> None:
    del index
    written(tmp_path, "one", 1)
    for name in lists.names("one"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_what_was_asked_and_measured_is_written(folder: Path, index: DenseIndex) -> None:
    del index
    described = np.load(folder / "one-reach.npy")
    assert described["language"].tolist() == [b"ar", b"en", b"fa", b"prs"]
    assert described["asked"].tolist() == pytest.approx([0.99] * 4)
    assert (described["recall"] >= 0.95).all()
    assert described["reach"][1] == 0.0


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system takes no advice")
def test_codes_are_read_ahead_when_they_are_opened(
    folder: Path, index: DenseIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces, for Linux reads no more than the beginning of long ones."""
    del index
    advised: list[tuple[int, int]] = []

    def advise(descriptor: int, start: int, length: int, advice: int) -> None:
        assert os.fstat(descriptor).st_ino == path.stat().st_ino
        assert advice == os.POSIX_FADV_WILLNEED
        advised.append((start, length))

    path = folder / "one-lists.faiss"
    monkeypatch.setattr(os, "posix_fadvise", advise)
    monkeypatch.setattr(lists, "_AHEAD", 10_000)
    assert InvertedLists.open(folder, "one", VectorFile(folder / "one.faiss")) is not None
    assert advised == [(start, 10_000) for start in range(0, path.stat().st_size, 10_000)]
    assert len(advised) > 1


def test_few_rows_have_no_lists(tmp_path: Path) -> None:
    writer = VectorWriter(DIMENSIONS)
    writer.add(vectors_of(1)[:999])
    writer.save(tmp_path / "few.faiss")
    file = VectorFile(tmp_path / "few.faiss")
    assert reach.write(tmp_path, "few", file, languages_of(1)[:999], 0.99) == ()
    assert InvertedLists.open(tmp_path, "few", file) is None


@pytest.mark.parametrize("name", lists.names("one"))
@pytest.mark.parametrize("size", [0, 40, None])
def test_a_damaged_file_is_told(
    folder: Path, index: DenseIndex, tmp_path: Path, name: str, size: int | None
) -> None:
    del index
    for other in ("one.faiss", *lists.names("one")):
        (tmp_path / other).write_bytes((folder / other).read_bytes())
    if size is None:
        (tmp_path / name).unlink()
    else:
        os.truncate(tmp_path / name, size)
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read"):
        InvertedLists.open(tmp_path, "one", VectorFile(tmp_path / "one.faiss"))


def test_lists_over_other_vectors_are_told(folder: Path, index: DenseIndex, tmp_path: Path) -> None:
    del index
    writer = VectorWriter(DIMENSIONS)
    writer.add(vectors_of(1)[:5000])
    writer.save(tmp_path / "other.faiss")
    with pytest.raises(IndexDamaged, match=r"the lists of one in .* do not fit its vectors"):
        InvertedLists.open(folder, "one", VectorFile(tmp_path / "other.faiss"))


def test_axes_are_a_rotation_whose_pairs_vary_about_equally() -> None:
    scales = np.linspace(0.1, 3.2, DIMENSIONS)
    residuals = (np.random.default_rng(3).normal(size=(9000, DIMENSIONS)) * scales).astype(np.float32)
    axes = Axes.of(residuals)
    np.testing.assert_allclose(axes.rotation.T @ axes.rotation, np.eye(DIMENSIONS), atol=1e-5)
    np.testing.assert_allclose(axes.spreads, (residuals @ axes.rotation).std(axis=0), rtol=0.02)
    assert axes.spreads[0] < axes.spreads[1]
    assert axes.spreads[-2] < axes.spreads[-1]


def test_numbers_are_evenly_spread() -> None:
    assert evenly(10, 4).tolist() == [0, 3, 6, 9]
    assert evenly(3, 10).tolist() == [0, 1, 2]
    assert evenly(0, 10).tolist() == []
