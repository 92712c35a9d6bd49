"""How near passages are to a query, with vectors made by hand."""

import dataclasses
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from making import catalogued, embedded, segment, whole

from indexer.core import engine
from indexer.core.engine import group_of
from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers, Vectors
from indexer.generation import columns, hubness
from indexer.generation.catalogue import Catalogue
from indexer.generation.segment import Embedded
from indexer.retrieval.similarity import Similarity
from indexer.vectors.cache import keys_of

X, Y, Z, W = np.eye(4, dtype=np.float32)
XY = np.array([0.6, 0.8, 0.0, 0.0], np.float32)
XZ = np.array([0.6, 0.0, 0.8, 0.0], np.float32)
YZ = np.array([0.0, 0.6, 0.8, 0.0], np.float32)
PASSAGES = (XY, Z, XZ)
SENTENCES = ((X, Y), (Z,), (XZ, YZ, XZ))

HALF = 5e-4
"""How exact numbers of half precision are."""


def rows(vectors: Sequence[Vectors]) -> Vectors:
    return np.array(vectors, np.float32)


def near(expected: Sequence[float], tolerance: float = HALF) -> object:
    return pytest.approx(expected, abs=tolerance)


class Engine:
    """As much of an engine as similarity asks."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.passage_vectors, self.sentence_vectors = columns.dense_indexes(catalogue)
        self.columns = columns.read(catalogue, folder)


def opened(folder: Path, catalogue: Catalogue) -> Similarity:
    return Similarity(cast("engine.Engine", Engine(folder, catalogue)))


def catalogue_of(
    folder: Path,
    passages: Sequence[Vectors],
    sentences: Sequence[Sequence[Vectors]],
    languages: Sequence[str],
) -> Catalogue:
    """Passages, each an article of its own, with their vectors and those of their sentences."""
    articles = [
        embedded(
            f"{number:03}",
            [[f"{number} {place}" for place in range(len(several))]],
            language,
            vectors=(rows([passage]), rows(several)),
        )
        for number, (passage, several, language) in enumerate(
            zip(passages, sentences, languages, strict=True)
        )
    ]
    read = segment(folder / "segment", articles, len(passages[0]))
    return catalogued(folder, whole([read]))


def written(folder: Path, catalogue: Catalogue) -> Similarity:
    assert {*columns.write(catalogue, folder)} == {*columns.FILES, hubness.NEAREST}
    return opened(folder, catalogue)


def saved(folder: Path, languages: Sequence[str] = ("fa", "fa", "fa")) -> Similarity:
    """Three passages of two, one and three sentences."""
    return written(folder, catalogue_of(folder, PASSAGES, SENTENCES, languages))


def test_a_passage_has_its_cosine_and_that_of_its_best_sentence(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    passage, sentence, best = similar.cosines(X, np.array([0, 1, 2]))
    assert passage.tolist() == near([0.6, 0.0, 0.6])
    assert sentence.tolist() == near([1.0, 0.0, 0.6])
    assert best.tolist() == [0, 2, 3]
    assert len(similar) == 3
    assert similar.first_sentences.tolist() == [0, 2, 3, 6]


def test_of_equal_sentences_the_first_is_the_best(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    assert similar.cosines(XZ, np.array([2]))[2].tolist() == [3]
    assert similar.cosines(W, np.array([0, 1, 2]))[2].tolist() == [0, 2, 3]


def test_passages_are_compared_in_the_order_asked_for(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    compared = similar.compare(Y, "fa", np.array([2, 0]))
    assert compared.passage.tolist() == near([0.0, 0.8])
    assert compared.sentence.tolist() == near([0.6, 1.0])
    assert compared.best.tolist() == [4, 1]
    forwards = similar.compare(Y, "fa", np.array([0, 2]))
    assert compared.z.tolist() == forwards.z.tolist()[::-1]


def test_no_passage_is_compared_with_nothing(tmp_path: Path) -> None:
    compared = saved(tmp_path).compare(X, "fa", np.empty(0, np.int64))
    for column in (compared.passage, compared.sentence, compared.best, compared.z):
        assert column.tolist() == []


def test_hubness_is_the_nearness_to_sentences_of_others(tmp_path: Path) -> None:
    saved(tmp_path)
    # of six sentences, 1/150 is rounded up to one: the nearest of another passage
    nearest = [
        max(0.6 * 0.6, 0.8 * 0.6, 0.0),
        max(0.8, 0.8),
        max(0.6, 0.8),
    ]
    assert np.load(tmp_path / hubness.HUBNESS).tolist() == near(nearest)


def test_copies_say_nothing_about_hubs(tmp_path: Path) -> None:
    written(tmp_path, catalogue_of(tmp_path, [X, X], [[X], [X, XY]], ["fa", "fa"]))
    # X is the copy of X; what remains of the other passage is XY for the first, nothing for the second
    assert np.load(tmp_path / hubness.HUBNESS).tolist() == near([0.6, 0.0])


def test_the_blend_is_the_mean_of_both_cosines_less_a_share_of_hubness(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    blended = similar.blend(
        np.array([0.6, 0.1], np.float32), np.array([1.0, 0.3], np.float32), np.array([0, 2])
    )
    assert blended.tolist() == near([((0.6 - 0.3 * 0.48) + 1.0) / 2, ((0.1 - 0.3 * 0.8) + 0.3) / 2])


def test_a_standard_score_counts_deviations_from_the_mean_of_the_sample(tmp_path: Path) -> None:
    compared = saved(tmp_path).compare(X, "fa", np.array([0, 1, 2]))
    blended = [
        ((0.6 - 0.3 * 0.48) + 1.0) / 2,
        ((0.0 - 0.3 * 0.8) + 0.0) / 2,
        ((0.6 - 0.3 * 0.8) + 0.6) / 2,
    ]
    mean = sum(blended) / 3
    deviation = math.sqrt(sum((one - mean) ** 2 for one in blended) / 3)
    assert compared.z.tolist() == near([(one - mean) / deviation for one in blended], 3e-3)


def test_the_nearest_are_near_themselves_or_by_a_sentence(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    # XY is the nearest passage, the first of the two sentences that are X · XY = .6
    assert similar.nearest(X, 1, None).passages.tolist() == [0]
    # passage 2 is nearest, its sentence too
    assert similar.nearest(XZ, 1, None).passages.tolist() == [2]
    # passage 0 is nearest by itself (.8), and by a sentence (1)
    assert similar.nearest(Y, 1, None).passages.tolist() == [0]
    # passage 1 is nearest by itself; by a sentence too; then 2 in both ways
    assert similar.nearest(Z, 2, None).passages.tolist() == [1, 2]
    query = np.array([0.0, 0.28, 0.96, 0.0], np.float32)
    # passage 1 has .96; the sentence YZ of passage 2 .6 · .28 + .8 · .96 = .936, passage 1's own .96
    assert similar.nearest(query, 1, None).passages.tolist() == [1]


def test_only_what_is_admitted_is_found(tmp_path: Path) -> None:
    similar = saved(tmp_path)
    assert similar.nearest(X, 1, np.array([1, 2])).passages.tolist() == [2]
    assert similar.nearest(X, 5, np.array([1])).passages.tolist() == [1]
    assert similar.nearest(X, 5, np.empty(0, np.int64)).passages.tolist() == []


def test_the_nearest_of_each_language_are_found(tmp_path: Path) -> None:
    similar = saved(tmp_path, ("fa", "ar", "prs"))
    assert similar.nearest(X, 1, None).passages.tolist() == [0, 1]
    assert similar.nearest(X, 1, np.array([1, 2])).passages.tolist() == [1, 2]
    assert similar.codes(np.array([0, 1, 2])).tolist() == [1, 0, 1]


def articles_of_many() -> list[Embedded]:
    """120 passages of one sentence; those of odd number are Arabic and nearer to the first axis."""
    chance = np.random.default_rng(7)
    vectors = chance.normal(size=(120, 8)).astype(np.float32)
    vectors[1::2, 0] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        embedded(
            f"{number:03}",
            [[f"text {number}"]],
            ("fa", "ar")[number % 2],
            vectors=(vectors[[number]], vectors[[number]]),
        )
        for number in range(120)
    ]


def many(folder: Path) -> Similarity:
    return written(folder, catalogued(folder, whole([segment(folder / "segment", articles_of_many())])))


QUERY = np.eye(8, dtype=np.float32)[0]
EVERY = np.arange(120)


def blend(similar: Similarity, query: Vectors, passages: Numbers) -> list[float]:
    passage, sentence, _ = similar.cosines(query, passages)
    return [float(score) for score in similar.blend(passage, sentence, passages)]


@pytest.mark.parametrize("language", ["fa", "prs", "ar"])
def test_a_query_in_a_language_of_the_index_leaves_their_order(tmp_path: Path, language: str) -> None:
    similar = many(tmp_path)
    standard = similar.compare(QUERY, language, EVERY).z
    expected = np.argsort(-np.array(blend(similar, QUERY, EVERY)), kind="stable")
    assert np.argsort(-standard, kind="stable").tolist() == expected.tolist()


def test_for_a_foreign_query_languages_are_balanced(tmp_path: Path) -> None:
    similar = many(tmp_path)
    blended = np.array(blend(similar, QUERY, EVERY))

    def nearest(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        """The mean of the nearest tenth."""
        return float(np.sort(scores)[-max(1, len(scores) // 10) :].mean())

    # 60 of each language: the share of its own mean is 60 / (60 + 50)
    share = 60 / 110
    offsets = [share * nearest(blended[code::2]) + (1 - share) * nearest(blended) for code in (0, 1)]
    assert offsets[1] - offsets[0] > 0.05
    balanced = blended - np.array(offsets * 60)
    expected = (balanced - balanced.mean()) / balanced.std()
    standard = similar.compare(QUERY, "en", EVERY).z
    np.testing.assert_allclose(standard, expected, atol=1e-4)
    assert np.argsort(-standard).tolist() != np.argsort(-blended).tolist()


def spread(folder: Path) -> Catalogue:
    """The same 120 passages in three segments, in no order, with dead ones between them."""
    articles = articles_of_many()
    order = np.random.default_rng(3).permutation(120).tolist()
    parts = []
    for number, some in enumerate((order[:10], order[10:90], order[90:])):
        dead = [embedded(f"dead {place}", [["text 0", "gone"]]) for place in range(3)]
        read = segment(folder / f"segment{number}", [*dead, *(articles[place] for place in some)])
        parts.append((read, np.arange(3, 3 + len(some))))
    return catalogued(folder, parts)


def test_the_files_do_not_depend_on_where_articles_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "SAMPLE", 20)
    monkeypatch.setattr(hubness, "REFERENCE_SENTENCES", 30)
    one, other = many(tmp_path / "one"), written(tmp_path / "other", spread(tmp_path / "other"))
    sample = np.load(tmp_path / "one" / columns.BACKGROUND)
    assert np.bincount(sample % 2).tolist() == [20, 20]
    for name in columns.FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    for language in ("en", "fa"):
        expected = one.compare(QUERY, language, EVERY)
        compared = other.compare(QUERY, language, EVERY)
        for column in ("passage", "sentence", "best", "z"):
            np.testing.assert_array_equal(getattr(compared, column), getattr(expected, column))
    for depth in (1, 7, 500):
        for among in (None, np.arange(0, 120, 11)):
            nearest, as_before = (each.nearest(QUERY, depth, among) for each in (other, one))
            for field in dataclasses.fields(nearest):
                found, known = (getattr(each, field.name) for each in (nearest, as_before))
                np.testing.assert_array_equal(found, known)


def test_the_sample_are_the_passages_with_the_smallest_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "SAMPLE", 7)
    catalogue = spread(tmp_path)
    columns.write(catalogue, tmp_path)
    keys = keys_of([f"text {number}" for number in range(120)])[:, 0].tolist()
    smallest = [sorted(range(first, 120, 2), key=keys.__getitem__)[:7] for first in (0, 1)]
    assert np.load(tmp_path / columns.BACKGROUND).tolist() == sorted([*smallest[0], *smallest[1]])


def test_hubness_is_that_of_brute_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubness, "REFERENCE_SENTENCES", 100)
    monkeypatch.setattr(hubness, "NEAREST_SHARE", 1 / 30)
    monkeypatch.setattr(hubness, "_BLOCK", 50)
    many(tmp_path)
    stored = np.concatenate([one.passages for one in articles_of_many()]).astype(np.float16)
    vectors = stored.astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = keys_of([f"text {number}" for number in range(120)])[:, 0]
    reference = np.argsort(keys, kind="stable")[:100]
    cosines = vectors @ vectors[reference].T
    cosines[np.arange(120)[:, None] == reference] = 0.0
    cosines[cosines > 0.985] = 0.0
    # a thirtieth of a hundred is rounded to three
    expected = np.sort(cosines, axis=1)[:, -3:].mean(axis=1)
    np.testing.assert_allclose(np.load(tmp_path / hubness.HUBNESS), expected, atol=2e-4)


def test_a_sample_stands_for_as_many_as_its_language_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A language with more passages than the sample takes counts as much as it has."""
    monkeypatch.setattr(columns, "SAMPLE", 1)
    vectors = [XY, XY, XY, Z]
    catalogue = catalogue_of(tmp_path, vectors, [[one] for one in vectors], ["fa", "fa", "fa", "ar"])
    similar = written(tmp_path, catalogue)
    scores = similar.compare(X, "fa", EVERY[:4]).z
    # three scores of one value, one of another: their mean is 0, their variance 1
    assert scores.tolist() == near([1 / math.sqrt(3)] * 3 + [-math.sqrt(3)])


def test_dari_counts_as_persian() -> None:
    assert [group_of(language) for language in ("prs", "fa", "ar", "und")] == ["fa", "fa", "ar", "und"]


@pytest.mark.parametrize("name", columns.FILES)
def test_a_missing_or_truncated_file_is_damage(tmp_path: Path, name: str) -> None:
    catalogue = catalogue_of(tmp_path, PASSAGES, SENTENCES, ["fa"] * 3)
    columns.write(catalogue, tmp_path)
    os.truncate(tmp_path / name, 20)
    with pytest.raises(IndexDamaged, match=name):
        opened(tmp_path, catalogue)
    (tmp_path / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        opened(tmp_path, catalogue)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (hubness.HUBNESS, [0.0] * 4),
        (hubness.HUBNESS, [0.0] * 2),
        (columns.BACKGROUND, []),
        (columns.BACKGROUND, [0, 3]),
    ],
)
def test_files_that_do_not_fit_each_other_are_damage(tmp_path: Path, name: str, values: list[float]) -> None:
    catalogue = catalogue_of(tmp_path, PASSAGES, SENTENCES, ["fa"] * 3)
    columns.write(catalogue, tmp_path)
    np.save(tmp_path / name, np.array(values, np.load(tmp_path / name).dtype))
    with pytest.raises(IndexDamaged, match=r"do not fit each other$"):
        opened(tmp_path, catalogue)
