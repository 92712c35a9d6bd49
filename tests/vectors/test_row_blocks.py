"""Rows in shared files are the rows that were written, however they came to be there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.vectors import row_blocks
from indexer.vectors.row_blocks import MOST_FILES, RowBlocks

NAME = "words"


def rows_of(numbers: list[int]) -> NDArray[np.float16]:
    """A row of four values for each number, a different one for each."""
    return np.array([[number + place / 8 for place in range(4)] for number in numbers], np.float16).reshape(
        -1, 4
    )


def every(blocks: RowBlocks) -> NDArray[np.float16]:
    return blocks[np.arange(len(blocks))]


def test_what_is_written_is_read_in_any_order(tmp_path: Path) -> None:
    names = row_blocks.write(tmp_path, NAME, rows_of([3, 1, 2]))
    blocks = RowBlocks(tmp_path, NAME)
    assert names == (f"words/{blocks.files[0]}.npy", "words-files.npy", "words-rows.npy")
    np.testing.assert_array_equal(blocks[np.array([2, 0, 2])], rows_of([2, 3, 2]))
    assert (len(blocks), blocks.stored) == (3, 3)


def test_no_rows_at_all(tmp_path: Path) -> None:
    row_blocks.write(tmp_path, NAME, np.empty((0, 4), np.float16))
    assert len(RowBlocks(tmp_path, NAME)) == 0


@settings(max_examples=60)
@given(data=st.data())
def test_after_many_nights_the_rows_are_those_of_one_night(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each night some numbers go and others come; every number keeps its own row."""
    base, before = None, list[int]()
    for _ in range(data.draw(st.integers(1, 12))):
        folder = tmp_path_factory.mktemp("night")
        now = sorted(data.draw(st.sets(st.integers(0, 20), max_size=12)))
        kept = [before.index(number) if number in before else -1 for number in now]
        new = rows_of([number for number in now if number not in before])
        row_blocks.write(folder, NAME, new, base, np.array(kept, np.int64))
        blocks = RowBlocks(folder, NAME)
        np.testing.assert_array_equal(every(blocks), rows_of(now))
        assert len(blocks.files) <= MOST_FILES
        assert blocks.stored <= max(len(now) / 0.75, len(now)) + len(new)
        base, before = blocks, now


def test_files_are_shared_and_only_new_rows_are_written(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    row_blocks.write(tmp_path / "one", NAME, rows_of(list(range(10))))
    one = RowBlocks(tmp_path / "one", NAME)
    row_blocks.write(tmp_path / "two", NAME, rows_of([99]), one, np.array([0, 1, -1, *range(3, 10)]))
    two = RowBlocks(tmp_path / "two", NAME)
    assert two.files[0] == one.files[0]
    shared = tmp_path / "two" / NAME / f"{one.files[0]}.npy"
    assert shared.samefile(tmp_path / "one" / NAME / f"{one.files[0]}.npy")
    assert two.stored == 11
    np.testing.assert_array_equal(every(two), rows_of([0, 1, 99, *range(3, 10)]))


@pytest.mark.parametrize(("kept", "sharing"), [(range(7), True), (range(10), False)])
def test_all_is_written_anew_when_much_is_dead_or_nothing_may_be_shared(
    tmp_path: Path, kept: range, sharing: bool
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    row_blocks.write(tmp_path / "one", NAME, rows_of(list(range(10))))
    one = RowBlocks(tmp_path / "one", NAME)
    none = np.empty((0, 4), np.float16)
    row_blocks.write(tmp_path / "two", NAME, none, one, np.array(kept), sharing=sharing)
    two = RowBlocks(tmp_path / "two", NAME)
    np.testing.assert_array_equal(every(two), rows_of(list(kept)))
    (file,) = (tmp_path / "two" / NAME).iterdir()
    assert file.stat().st_nlink == 1
    assert two.stored == len(kept)


def test_rows_that_are_not_there_are_damage(tmp_path: Path) -> None:
    row_blocks.write(tmp_path, NAME, rows_of([1, 2]))
    np.save(tmp_path / "words-rows.npy", np.array([0, 2], np.uint32))
    with pytest.raises(IndexDamaged, match="words has 2 rows, and 2 is used"):
        RowBlocks(tmp_path, NAME)
