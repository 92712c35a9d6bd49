"""Locks on generations, between processes."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.storage.locks import GenerationLock, InUse
from indexer.storage.manifest import MANIFEST

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks on Windows")

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from indexer.storage.locks import GenerationLock
lock = getattr(GenerationLock, sys.argv[2])(Path(sys.argv[1]))
print("held", flush=True)
for line in sys.stdin:
    lock.release()
    print("released", flush=True)
"""
Hold = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A generation's folder, for a lock."""
    folder = tmp_path / "generation"
    folder.mkdir()
    (folder / MANIFEST).write_text("{}")
    return folder


@pytest.fixture
def hold(folder: Path) -> Iterator[Hold]:
    """Has another process take a lock of a kind."""
    holders: list[subprocess.Popen[str]] = []

    def held(kind: str) -> "subprocess.Popen[str]":
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        holders.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        return holder

    yield held
    for holder in holders:
        holder.kill()
        holder.communicate()


def require(folder: Path, *, shared: bool, alone: bool) -> None:
    """Assert which locks can be taken now."""
    for take, free in ((GenerationLock.shared, shared), (GenerationLock.alone, alone)):
        if free:
            take(folder).release()
        else:
            with pytest.raises(InUse, match=MANIFEST):
                take(folder)


def test_readers_share_a_generation(folder: Path, hold: Hold) -> None:
    hold("shared")
    require(folder, shared=True, alone=False)


def test_who_removes_a_generation_has_it_alone(folder: Path, hold: Hold) -> None:
    hold("alone")
    require(folder, shared=False, alone=False)


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_a_lock_is_free_once_it_is_released(folder: Path, hold: Hold, kind: str) -> None:
    holder = hold(kind)
    assert holder.stdin
    assert holder.stdout
    print("release", file=holder.stdin, flush=True)
    assert holder.stdout.readline() == "released\n"
    require(folder, shared=True, alone=True)


@pytest.mark.parametrize("kind", ["shared", "alone"])
def test_a_killed_process_leaves_no_lock(folder: Path, hold: Hold, kind: str) -> None:
    holder = hold(kind)
    holder.kill()
    holder.wait(20)
    require(folder, shared=True, alone=True)


def test_locks_of_one_process_count_as_those_of_others(folder: Path) -> None:
    first, second = GenerationLock.shared(folder), GenerationLock.shared(folder)
    require(folder, shared=True, alone=False)
    first.release()
    first.release()
    require(folder, shared=True, alone=False)
    second.release()
    require(folder, shared=True, alone=True)


@pytest.mark.parametrize("take", [GenerationLock.shared, GenerationLock.alone])
def test_a_generation_that_is_not_there_has_no_lock(
    folder: Path, take: Callable[[Path], GenerationLock]
) -> None:
    with pytest.raises(FileNotFoundError):
        take(folder / "missing")
    (folder / MANIFEST).unlink()
    with pytest.raises(FileNotFoundError):
        take(folder)


def test_a_generation_that_is_removed_meanwhile_has_no_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is moved away between opening the file and locking it."""
    import fcntl

    flock = fcntl.flock

    def moved(descriptor: int, operation: int) -> None:
        folder.rename(folder.with_name("moved"))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", moved)
    with pytest.raises(FileNotFoundError):
        GenerationLock.shared(folder)
    monkeypatch.undo()
    require(folder.with_name("moved"), shared=True, alone=True)


def test_a_lock_goes_with_a_folder_that_is_moved(folder: Path) -> None:
    lock = GenerationLock.shared(folder)
    moved = folder.rename(folder.with_name("moved"))
    require(moved, shared=True, alone=False)
    lock.release()
    shutil.rmtree(moved)
