"""Words in a file: the number of each, and the word of each number."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.errors import IndexDamaged
from indexer.storage import vocabulary
from indexer.storage.vocabulary import Vocabulary

WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
WORDS = ["2025", "rain", "باران", "مطر", "کابل", "😀"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert vocabulary.write(WORDS, tmp_path, "words") == ("words.txt", "words.npy")
    return tmp_path


def test_words_lie_one_after_another_in_utf_8(folder: Path) -> None:
    assert (folder / "words.txt").read_text(encoding="utf-8") == "2025rainبارانمطرکابل😀"
    assert np.load(folder / "words.npy").tolist() == [0, 4, 8, 18, 24, 32, 36]


def test_a_word_has_a_number_and_a_number_a_word(folder: Path) -> None:
    words = Vocabulary(folder, "words")
    assert [words[number] for number in range(len(words))] == words.all() == WORDS
    assert [words.number(word) for word in WORDS] == [0, 1, 2, 3, 4, 5]
    assert [words.number(word) for word in ("", "1", "rai", "rains", "بار", "\U0010ffff")] == [None] * 6


@given(st.sets(WORD), st.lists(WORD, max_size=5))
def test_what_was_written_is_read(words: set[str], others: list[str]) -> None:
    with TemporaryDirectory() as folder:
        in_order = sorted(words)
        vocabulary.write(in_order, Path(folder), "words")
        read = Vocabulary(Path(folder), "words")
        assert [read[number] for number in range(len(read))] == in_order
        assert [read.number(word) for word in in_order] == list(range(len(words)))
        assert [read.number(word) for word in set(others) - words] == [None] * len(set(others) - words)


def test_no_words_have_no_number(tmp_path: Path) -> None:
    vocabulary.write([], tmp_path, "words")
    words = Vocabulary(tmp_path, "words")
    assert (len(words), words.number("rain"), words.number("")) == (0, None, None)


@pytest.mark.parametrize("name", ["words.txt", "words.npy"])
def test_a_missing_file_is_damage(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read"):
        Vocabulary(folder, "words")


def test_a_file_of_another_length_is_damage(folder: Path) -> None:
    os.truncate(folder / "words.txt", 35)
    with pytest.raises(IndexDamaged, match=r"words\.txt has 35 bytes instead of 36$"):
        Vocabulary(folder, "words")


@pytest.mark.parametrize("content", [b"", b"no array"])
def test_a_file_without_an_array_is_damage(folder: Path, content: bytes) -> None:
    (folder / "words.npy").write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"words\.npy cannot be read"):
        Vocabulary(folder, "words")


@pytest.mark.parametrize("ends", [np.empty(0, np.int64), np.int64(36), np.zeros((2, 2), np.int64)])
def test_an_array_of_another_shape_is_damage(folder: Path, ends: object) -> None:
    np.save(folder / "words.npy", np.asarray(ends))
    with pytest.raises(IndexDamaged):
        Vocabulary(folder, "words")


def test_words_in_another_order_are_read_by_number(tmp_path: Path) -> None:
    """Ids of a segment are not sorted: they have numbers, and no search."""
    given_order = ["c/1", "", "a", "", "😀"]
    vocabulary.write(iter(given_order), tmp_path, "ids")
    ids = Vocabulary(tmp_path, "ids")
    assert [ids[number] for number in range(len(ids))] == given_order


@given(st.sets(WORD), st.text(st.characters(exclude_categories=["Cs"]), max_size=3))
def test_words_that_begin_so_are_a_range(words: set[str], other: str) -> None:
    with TemporaryDirectory() as folder:
        vocabulary.write(sorted(words), Path(folder), "words")
        read = Vocabulary(Path(folder), "words")
        for beginning in ("", other, *(word[:length] for word in words for length in (1, 2))):
            expected = [number for number, word in enumerate(sorted(words)) if word.startswith(beginning)]
            assert list(read.starting(beginning)) == expected
