"""Arrays in files that are mapped into memory."""

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.storage.arrays import mapped, mapped_starts, writing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "a.npy", np.arange(5, dtype=np.uint32))
    return tmp_path / "a.npy"


def test_an_array_is_mapped_and_not_to_be_written(path: Path) -> None:
    array = mapped(path)
    assert array.tolist() == [0, 1, 2, 3, 4]
    assert array.dtype == np.dtype(np.uint32)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_an_empty_array_is_mapped(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "a.npy", np.empty(shape, np.int64))
    assert mapped(tmp_path / "a.npy", len(shape)).shape == shape


@pytest.mark.parametrize(
    "content",
    [b"", b"no array", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x05\x00{'a'}", b"PK\x03\x04", b"PK\x05\x06"],
)
def test_a_file_without_an_array_is_damage(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"a\.npy cannot be read$"):
        mapped(path)


def test_a_missing_or_truncated_file_is_damage(path: Path) -> None:
    whole = path.read_bytes()
    for size in (len(whole) - 1, len(whole) - 4, 40):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexDamaged, match=r"a\.npy cannot be read"):
            mapped(path)
    path.unlink()
    with pytest.raises(IndexDamaged, match=r"a\.npy cannot be read"):
        mapped(path)


@pytest.mark.parametrize("place", range(0, 128, 3))
@pytest.mark.parametrize("bit", [1, 64])
def test_a_flipped_bit_in_the_header_raises_nothing_else(path: Path, place: int, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= bit
    path.write_bytes(content)
    with suppress(IndexDamaged):
        mapped(path)


def test_other_dimensions_are_damage(path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"a\.npy has 1 dimensions instead of 2$"):
        mapped(path, 2)
    np.save(path, np.float64(1.0))
    with pytest.raises(IndexDamaged, match=r"a\.npy has 0 dimensions instead of 1$"):
        mapped(path)
    assert float(mapped(path, 0)) == 1.0


def test_starts_are_never_empty(path: Path) -> None:
    assert mapped_starts(path).tolist() == [0, 1, 2, 3, 4]
    np.save(path, np.empty(0, np.int64))
    with pytest.raises(IndexDamaged, match=r"a\.npy is empty$"):
        mapped_starts(path)


@pytest.mark.parametrize("kind", ["u1", "<u4", "<f2"])
@pytest.mark.parametrize("length", [0, 1, 1000])
def test_what_is_written_piece_by_piece_is_an_array(tmp_path: Path, kind: str, length: int) -> None:
    values: NDArray[Any] = (np.arange(length) % 200).astype(kind)
    with writing(tmp_path / "a.npy", np.dtype(kind), (length,)) as file:
        for start in range(0, length, 300):
            file.write(values[start : start + 300].tobytes())
    np.testing.assert_array_equal(mapped(tmp_path / "a.npy"), values)
    np.save(tmp_path / "b.npy", values)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def test_threads_map_at_once(path: Path) -> None:
    """Whatever a thread stops for in the middle of a header: here the collector, which lets others run."""

    def yielding(*_: object) -> None:
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(yielding)
    gc.set_threshold(7)
    try:
        with ThreadPoolExecutor(4) as threads:
            lengths = set(threads.map(lambda _: len(mapped(path)), range(2400)))
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(yielding)
    assert lengths == {len(mapped(path))}
