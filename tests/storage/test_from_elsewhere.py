"""Folders of an index that somebody else made: nothing in them is waited for, followed or believed."""

import os
import sys
from pathlib import Path

import pytest
from making import embedded, published

from indexer.core.errors import IndexDamaged, IndexNotWritable
from indexer.generation.generation import Generation
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links")


@pytest.fixture
def index(tmp_path: Path) -> Layout:
    return published(tmp_path / "index", [embedded("a", [["x"]], "en")])


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "pipe", "endless"])
def test_what_names_the_live_generation_is_a_small_file(index: Layout, device: str) -> None:
    index.current.unlink()
    if device == "pipe":
        os.mkfifo(index.current)
    elif device == "endless":
        with index.current.open("wb") as file:
            file.truncate(10**12)
    else:
        index.current.symlink_to(device)
    with pytest.raises(IndexDamaged, match=r"CURRENT cannot be read \(.*(no\w* a? ?regular|larger)"):
        index.live()


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../x", "a\x1b[2Jb", "", ".draft-1", "a\nb"])
def test_it_names_a_folder_beside_the_others(index: Layout, name: str) -> None:
    index.current.write_text(name)
    with pytest.raises(IndexDamaged, match=r"CURRENT names no generation$"):
        index.live()


def test_no_link_is_written_through(index: Layout, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (index.folder / "CURRENT.new").symlink_to(victim)
    live = index.live()
    index.point_to(live)
    assert (victim.read_text(), index.live()) == ("mine", live)
    assert not index.current.is_symlink()


@pytest.mark.parametrize("name", [MANIFEST, "ids.txt"])
def test_a_pipe_is_not_waited_for(index: Layout, name: str) -> None:
    path = index.live() / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(IndexDamaged, match="not a regular file"):
        Generation(index.live())


def test_no_lock_is_a_link(index: Layout, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    lock = index.folder / ".lock"
    lock.unlink(missing_ok=True)
    lock.symlink_to(victim)
    with pytest.raises(IndexNotWritable), index.writing():
        pass
    assert victim.read_text() == "mine"
