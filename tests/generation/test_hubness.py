"""Hubness that is kept from one generation to the next is what it would be if all were compared anew."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import making
import numpy as np
import pytest
from making import catalogued, embedded, encode, publish, published, segment

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers, Scores, Vectors
from indexer.drafting.merging import SegmentRows
from indexer.generation import columns, hubness
from indexer.generation.catalogue import Catalogue
from indexer.generation.columns import dense_indexes
from indexer.generation.generation import open_live
from indexer.generation.segment import Embedded, Segment

SENTENCES = 90
NEAREST = 5


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference of ninety sentences, of which the five nearest count and eight are kept."""
    monkeypatch.setattr(columns, "SAMPLE", 40)
    monkeypatch.setattr(hubness, "REFERENCE_SENTENCES", SENTENCES)
    monkeypatch.setattr(hubness, "NEAREST_SHARE", NEAREST / SENTENCES)
    monkeypatch.setattr(hubness, "SPARE", 3)
    monkeypatch.setattr(hubness, "_BLOCK", 64)


def stored(folder: Path, ids: Sequence[int]) -> Segment:
    """A segment of articles of three sentences in two passages; some of them say the same."""
    articles = [
        embedded(
            f"{number:05}",
            [[f"first {number}", f"second {number % 50}"], [f"third {number}"]],
            language=("fa", "ar")[number % 2],
        )
        for number in ids
    ]
    return segment(folder, articles)


def compared(parts: Sequence[SegmentRows], folder: Path, base: hubness.Kept | None = None) -> hubness.Kept:
    """The columns of some rows of some segments, written in `folder`, as the next generation knows them."""
    catalogue = catalogued(folder, parts)
    columns.write(catalogue, folder, base)
    return columns.known(catalogue, dense_indexes(catalogue)[1], folder)


def of(folder: Path) -> Scores:
    found: Scores = np.load(folder / hubness.HUBNESS)
    return found


def test_nights_keep_what_would_be_compared_anew(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    parts = [(stored(tmp_path / "s0", range(400)), np.arange(400))]
    base = compared(parts, tmp_path / "g0")
    anew: list[int] = []
    known = hubness._compared

    def counted(reference: hubness.Reference, vectors: Vectors, numbers: Numbers, width: int) -> Scores:
        anew.append(len(numbers))
        return known(reference, vectors, numbers, width)

    for night in range(1, 9):
        parts = [(one, np.sort(chance.permutation(rows)[: max(len(rows) - 4, 1)])) for one, rows in parts]
        if night == 5:  # merged, as small segments are
            parts = [parts[0], *parts[3:]]
        ids = range(1000 * night, 1000 * night + 12)
        parts.append((stored(tmp_path / f"s{night}", ids), np.arange(12)))
        folder, fresh = tmp_path / f"g{night}", tmp_path / f"fresh{night}"
        with patch.object(hubness, "_compared", counted):
            base = compared(parts, folder, base)
        compared(parts, fresh)
        assert (folder / hubness.HUBNESS).read_bytes() == (fresh / hubness.HUBNESS).read_bytes()
        kept, expected = (np.load(one / hubness.NEAREST)[:, :NEAREST] for one in (folder, fresh))
        np.testing.assert_array_equal(kept, expected)
    passages = 2 * sum(len(rows) for _, rows in parts)
    assert 8 * 24 <= sum(anew) < 0.5 * 8 * passages


def test_what_a_night_leaves_unknown_is_compared_with_all(tmp_path: Path) -> None:
    one = stored(tmp_path / "s0", range(300))
    base = compared([(one, np.arange(300))], tmp_path / "g0")
    half = [(one, np.arange(0, 300, 2))]
    compared(half, tmp_path / "g1", base)
    compared(half, tmp_path / "fresh")
    assert of(tmp_path / "g1").tolist() == of(tmp_path / "fresh").tolist()


def test_a_reference_that_is_not_full_is_compared_anew(tmp_path: Path) -> None:
    one, other = stored(tmp_path / "s0", range(20)), stored(tmp_path / "s1", range(100, 105))
    base = compared([(one, np.arange(20))], tmp_path / "g0")
    assert not base.reference.is_full
    both = [(one, np.arange(20)), (other, np.arange(5))]
    compared(both, tmp_path / "g1", base)
    compared(both, tmp_path / "fresh")
    assert of(tmp_path / "g1").tolist() == of(tmp_path / "fresh").tolist()


def test_what_is_kept_of_other_passages_is_damage(tmp_path: Path) -> None:
    parts = [(stored(tmp_path / "s0", range(100)), np.arange(100))]
    compared(parts, tmp_path / "g0")
    nearest = np.load(tmp_path / "g0" / hubness.NEAREST)
    catalogue = Catalogue(tmp_path / "g0", [parts[0][0]])
    for wrong in (nearest[:-1], nearest[:, 0]):
        np.save(tmp_path / "g0" / hubness.NEAREST, wrong)
        with pytest.raises(IndexDamaged, match=hubness.NEAREST):
            columns.known(catalogue, dense_indexes(catalogue)[1], tmp_path / "g0")


def test_nothing_is_taken_over_from_another_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its vectors may have other dimensions, and its cosines say nothing of these."""
    monkeypatch.setattr(columns, "SAMPLE", SENTENCES)
    texts = [f"text {number}" for number in range(SENTENCES + 5)]

    def articles(name: str, dimensions: int) -> list[Embedded]:
        vectors = encode(texts, dimensions)
        return [
            embedded(f"{name} {place}", [[text]], vectors=(one, one))
            for place, text in enumerate(texts)
            for one in [vectors[place : place + 1]]
        ]

    layout = published(tmp_path / "index", articles("old", 8))
    base = open_live(layout.folder)
    monkeypatch.setattr(making, "MODEL", replace(making.MODEL, fingerprint="0" * 64))
    made = publish(layout, articles("new", 6), base, range(len(texts)))
    base.close()
    assert (made.dimensions, made.passages) == (6, len(texts))
    fresh = published(tmp_path / "fresh", articles("new", 6))
    assert of(layout.live()).tolist() == of(fresh.live()).tolist()
