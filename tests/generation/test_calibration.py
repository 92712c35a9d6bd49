"""What is usual of queries that an index does not answer, with vectors made by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from making import catalogued, embedded, segment, whole

from indexer.core.engine import LENGTHS, QUERY_LANGUAGES, Unrelated
from indexer.core.errors import IndexDamaged
from indexer.core.records import Vectors
from indexer.generation import calibration
from indexer.generation.calibration import UNRELATED, unrelated_queries
from indexer.generation.catalogue import Catalogue
from indexer.generation.columns import dense_indexes

X, Y, Z = np.eye(3, dtype=np.float32)


def catalogue(folder: Path, passages: Sequence[Vectors], sentences: Sequence[Vectors]) -> Catalogue:
    articles = [
        embedded(f"{number:03}", [[f"s{number}"]], "fa", vectors=(passage[None], sentence[None]))
        for number, (passage, sentence) in enumerate(zip(passages, sentences, strict=True))
    ]
    return catalogued(folder, whole([segment(folder / "segment", articles, 3)]))


def leaning(cosine: float) -> Vectors:
    return np.array([cosine, np.sqrt(1 - cosine**2), 0.0], np.float32)


def test_there_are_queries_of_each_language_and_length() -> None:
    kinds = [(language, length) for language, length, _ in unrelated_queries()]
    for language in QUERY_LANGUAGES:
        for length in LENGTHS:
            assert kinds.count((language, length)) >= 10


def test_the_median_and_the_spread_of_the_nearest_are_kept(tmp_path: Path) -> None:
    made = catalogue(tmp_path, [X, Z], [leaning(0.5), Z])
    steps: dict[tuple[str, str], int] = {}

    def encode(texts: Sequence[str]) -> Vectors:
        vectors = []
        for language, length, _ in unrelated_queries():
            step = steps[language, length] = steps.get((language, length), 0) + 1
            vectors.append(leaning(0.5 + 0.01 * step))
        assert len(vectors) == len(texts)
        return np.array(vectors, np.float32)

    assert calibration.write(made, encode, tmp_path) == (UNRELATED,)
    found = calibration.read(tmp_path)
    for row, language in enumerate(QUERY_LANGUAGES):
        for column, length in enumerate(LENGTHS):
            values = np.array([0.5 + 0.01 * (step + 1) for step in range(steps[language, length])])
            median = np.median(values)
            assert found.medians[row, column, 0] == pytest.approx(median, abs=2e-3)
            deviation = 1.4826 * np.median(np.abs(values - median))
            assert found.spreads[row, column, 0] == pytest.approx(deviation, abs=2e-3)


def test_in_a_large_index_the_nearest_is_expected_to_be_nearer_than_in_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cosines = np.linspace(0.1, 0.9, 40)
    made = catalogue(tmp_path, [leaning(float(one)) for one in cosines], [Y] * 40)
    monkeypatch.setattr(calibration, "SAMPLE", 10)
    monkeypatch.setattr(calibration, "TAIL", 4)
    sample = np.sort(cosines[np.linspace(0, 39, 10).astype(int)])[::-1][:4]
    expected = sample[0] + (sample - sample[-1]).mean() * np.log(4)
    index = dense_indexes(made)[0]
    (found,) = calibration._nearest(index, X[None, :])
    assert found == pytest.approx(float(expected), abs=2e-3)


def test_cosines_are_counted_from_what_is_usual_of_their_language_and_length() -> None:
    medians, spreads = np.zeros((3, 2, 2)), np.ones((3, 2, 2))
    medians[2, 0], spreads[2, 0] = (0.8, 0.7), (0.1, 0.05)
    medians[0, 1] = 0.5
    unrelated = Unrelated(medians, spreads)
    cosines = np.array([[0.9, 0.8], [0.8, 0.7]], np.float32)
    np.testing.assert_allclose(unrelated.beyond(cosines, "ar", 2), [[1.0, 0.0], [2.0, 0.0]], atol=1e-5)
    for language in ("en", "de", "und"):
        np.testing.assert_allclose(unrelated.beyond(cosines, language, 3), cosines - 0.5, atol=1e-6)
    np.testing.assert_allclose(unrelated.beyond(cosines, "prs", 1), cosines, atol=1e-6)


def test_a_file_of_another_shape_is_damage(tmp_path: Path) -> None:
    np.save(tmp_path / UNRELATED, np.zeros((2, 3, 2, 1)))
    with pytest.raises(IndexDamaged, match="has the shape"):
        calibration.read(tmp_path)
