"""Vectors of texts that every index is compared with: made once per machine."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from making import MODEL, Checksums, encode

from indexer.core.records import Vectors
from indexer.drafting.fixed_texts import FOLDER, VECTORS, FixedTexts

TEXTS = ["rain", "flood"]


class Counting(Checksums):
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().encode(texts)


@pytest.fixture
def fixed(tmp_path: Path) -> FixedTexts:
    return FixedTexts(MODEL, Counting(), tmp_path / FOLDER)


def asked(fixed: FixedTexts) -> list[str]:
    assert isinstance(fixed.encoder, Counting)
    return fixed.encoder.asked


def test_they_are_encoded_once(fixed: FixedTexts) -> None:
    first = fixed.encode(TEXTS, "query: ")
    np.testing.assert_allclose(first, encode(["query: rain", "query: flood"]), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(fixed.encode(TEXTS, "query: "), first)
    assert asked(fixed) == ["query: rain", "query: flood"]


def test_other_texts_prompts_and_models_have_their_own(fixed: FixedTexts) -> None:
    fixed.encode(TEXTS, "query: ")
    fixed.encode(TEXTS[:1], "query: ")
    fixed.encode(TEXTS, "")
    assert asked(fixed) == ["query: rain", "query: flood", "query: rain", "rain", "flood"]
    other = replace(fixed, model=replace(MODEL, fingerprint="0" * 64))
    other.encode(TEXTS, "")
    assert asked(fixed)[5:] == ["rain", "flood"]


@pytest.mark.parametrize("content", [b"", b"\0" * 160])
def test_what_is_damaged_is_made_anew(fixed: FixedTexts, content: bytes) -> None:
    expected = fixed.encode(TEXTS, "")
    (file,) = fixed.folder.rglob(VECTORS)
    file.write_bytes(content)
    np.testing.assert_array_equal(fixed.encode(TEXTS, ""), expected)
    assert asked(fixed) == [*TEXTS, *TEXTS]


def test_where_nothing_can_be_written_they_are_encoded_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fixed = FixedTexts(MODEL, Counting(), tmp_path / "file" / FOLDER)
    for _ in range(2):
        np.testing.assert_allclose(fixed.encode(TEXTS, ""), encode(TEXTS), atol=1e-3)
    assert asked(fixed) == [*TEXTS, *TEXTS]


def test_they_are_kept_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    FixedTexts.of(MODEL, Counting()).encode(TEXTS, "")
    assert len(list((tmp_path / FOLDER).rglob(VECTORS))) == 1
