"""The folder of an index: one writer, publication in steps, and what is removed."""

import errno
import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from test_manifest import WHOLE

from indexer.core.errors import (
    GenerationNotFound,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    IndexNotWritable,
)
from indexer.storage import layout as layouts
from indexer.storage.layout import Layout, Pruned
from indexer.storage.locks import GenerationLock
from indexer.storage.manifest import MANIFEST, Manifest, fact_of
from indexer.storage.sharing import share

ROOT = Path(__file__).parents[2]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "index")


def drafted(layout: Layout, content: str = "content") -> tuple[Path, Manifest]:
    """A draft of two files, one in a folder, and its manifest."""
    draft = layout.draft()
    (draft / "segments" / "x").mkdir(parents=True)
    (draft / "a.bin").write_text(content)
    (draft / "segments" / "x" / "b.bin").write_text(content * 2)
    files = {name: fact_of(draft / name) for name in ("segments/x/b.bin", "a.bin")}
    return draft, replace(WHOLE, name=layout.next_name("0123456789"), files=files)


def publish(layout: Layout, content: str = "content", *, live: bool = True) -> str:
    with layout.writing():
        draft, manifest = drafted(layout, content)
        return layout.publish(draft, manifest, live=live).name


def names(layout: Layout) -> list[str]:
    """Everything that lies beside the generations."""
    return sorted(path.name for path in layout.generations.iterdir())


def require_sound(layout: Layout) -> Manifest:
    """Assert that the live generation is whole; its manifest."""
    manifest = Manifest.read(layout.live() / MANIFEST)
    assert manifest.name == layout.live().name
    assert {name: fact_of(layout.live() / name) for name in manifest.files} == manifest.files
    return manifest


def test_nothing_published_says_how_to_make_an_index(layout: Layout) -> None:
    expected = r"there is no index in .*index: make one with `hudhud reindex PATH --index .*index`"
    with pytest.raises(IndexNotFound, match=expected):
        layout.live()
    assert (layout.published(), layout.roots(), layout.cache_size()) == ([], (), 0)


def test_what_was_published_is_live(layout: Layout) -> None:
    first = publish(layout, "one")
    assert first == "000001-01234567"
    second = publish(layout, "two")
    assert layout.live() == layout.generations / second
    assert layout.current.read_text() == "000002-01234567\n"
    assert [folder.name for folder in layout.published()] == [first, second]
    assert (layout.live() / "segments" / "x" / "b.bin").read_text() == "twotwo"
    assert layout.roots() == ("/news/خبر",)
    assert sorted(path.name for path in layout.folder.iterdir()) == [".lock", "CURRENT", "generations"]


def test_what_is_not_to_be_live_is_published_beside(layout: Layout) -> None:
    first = publish(layout)
    second = publish(layout, live=False)
    assert layout.live().name == first
    assert [folder.name for folder in layout.published()] == [first, second]


def test_an_older_generation_can_be_pointed_to(layout: Layout) -> None:
    first, _ = publish(layout, "one"), publish(layout, "two")
    layout.point_to(layout.named("1"))
    assert layout.live().name == first
    # numbers go on from the highest
    assert publish(layout, "three") == "000003-01234567"


def test_generations_are_told_by_their_numbers(layout: Layout) -> None:
    for name in ("1000000-a", "000010-b", "000002-c", "000002-a", ".draft-1", ".removed-000001-a", "notes"):
        (layout.generations / name).mkdir(parents=True)
    in_order = ["000002-a", "000002-c", "000010-b", "1000000-a"]
    assert [folder.name for folder in layout.published()] == in_order
    assert layout.next_name("0123456789abcdef") == "1000001-01234567"
    found = {name: layout.named(name).name for name in ("10", "000010", "000010-b", "1000000", "2")}
    assert found == {
        "10": "000010-b",
        "000010": "000010-b",
        "000010-b": "000010-b",
        "1000000": "1000000-a",
        "2": "000002-a",
    }


@pytest.mark.parametrize("name", ["3", "000001", "b", "000001-", "", "../x"])
def test_a_generation_that_is_not_there_is_named(layout: Layout, name: str) -> None:
    with pytest.raises(GenerationNotFound, match=f"has no generation '{name}'; it has none"):
        layout.named(name)
    (layout.generations / "000002-a").mkdir(parents=True)
    with pytest.raises(GenerationNotFound, match=f"has no generation '{name}'; it has 000002-a"):
        layout.named(name)


@pytest.mark.parametrize("pointer", ["", "\n", "../elsewhere", "a/b", "/", "."])
def test_a_pointer_that_names_no_generation_is_refused(layout: Layout, pointer: str) -> None:
    publish(layout)
    layout.current.write_text(pointer)
    with pytest.raises(IndexDamaged, match=r"CURRENT names no generation$"):
        layout.live()
    assert layout.roots() == ()


def test_a_pointer_that_cannot_be_read_is_refused(layout: Layout) -> None:
    publish(layout)
    layout.current.write_bytes(b"\xff\xfe")
    with pytest.raises(IndexDamaged, match=r"CURRENT cannot be read \(.*\)$"):
        layout.live()
    layout.current.unlink()
    layout.current.mkdir()
    with pytest.raises(IndexDamaged, match="CURRENT cannot be read"):
        layout.live()


def test_the_cache_is_measured_with_its_journal(layout: Layout) -> None:
    layout.folder.mkdir()
    layout.cache.write_bytes(b"12345")
    layout.cache.with_name("cache.sqlite-wal").write_bytes(b"123")
    layout.folder.joinpath("other").write_bytes(b"1")
    assert layout.cache_size() == 8


class Steps:
    """Records the steps of publishing, and ends the process, so to say, before one of them."""

    def __init__(self, patch: pytest.MonkeyPatch, layout: Layout, stop_before: int = -1) -> None:
        self.taken: list[str] = []
        self._layout, self._stop = layout, stop_before
        for owner, name in ((layouts, "sync"), (Manifest, "write"), (Path, "rename"), (Path, "replace")):
            patch.setattr(owner, name, self._recorded(name, getattr(owner, name)))

    def _recorded(self, name: str, do: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object) -> object:
            if len(self.taken) == self._stop:
                raise Killed
            paths = [self._short(one) for one in arguments if isinstance(one, Path)]
            self.taken.append(" ".join([name, *paths]))
            return do(*arguments)

        return step

    def _short(self, path: Path) -> str:
        return str(path.relative_to(self._layout.folder))


class Killed(BaseException):
    """The process ends here."""


STEPS = [
    "sync generations/.draft-1/segments/x/b.bin",
    "sync generations/.draft-1/a.bin",
    "sync generations/.draft-1/segments/x",
    "sync generations/.draft-1/segments",
    "write generations/.draft-1/manifest.json",
    "sync generations/.draft-1",
    "rename generations/.draft-1 generations/000002-01234567",
    "sync generations",
    "sync CURRENT.new",
    "replace CURRENT.new CURRENT",
    "sync .",
]


def test_each_step_is_on_disk_before_the_next(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(layout, "one")
    steps = Steps(monkeypatch, layout)
    publish(layout, "two")
    assert steps.taken == STEPS


def test_what_is_shared_is_on_disk_already(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(layout, "one")
    steps = Steps(monkeypatch, layout)
    with layout.writing():
        draft, manifest = drafted(layout, "two")
        (draft / "a.bin").unlink()
        share(layout.live() / "a.bin", draft / "a.bin")
        manifest = replace(manifest, files={name: fact_of(draft / name) for name in manifest.files})
        layout.publish(draft, manifest)
    assert steps.taken == [step for step in STEPS if not step.endswith("a.bin")]
    require_sound(layout)


@pytest.mark.parametrize("step", range(len(STEPS) + 1))
def test_a_crash_before_any_step_leaves_the_old_or_the_new_one(layout: Layout, step: int) -> None:
    old = publish(layout, "one")
    with pytest.MonkeyPatch.context() as patch:
        Steps(patch, layout, step)
        with layout.writing():
            # a process that was killed tidies nothing up
            patch.setattr(layout, "_clear", lambda: None)
            draft, manifest = drafted(layout, "two")
            if step < len(STEPS):
                with pytest.raises(Killed):
                    layout.publish(draft, manifest)
            else:
                layout.publish(draft, manifest)
    now = require_sound(layout).name
    assert now == ("000002-01234567" if step > STEPS.index("replace CURRENT.new CURRENT") else old)
    with layout.writing():
        assert not [name for name in names(layout) if name.startswith(".")]
    publish(layout, "three")
    assert (require_sound(layout).name > now, layout.live().joinpath("a.bin").read_text()) == (True, "three")


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_full_disk_at_any_step_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    publish(layout, "one")
    with monkeypatch.context() as patch:
        patch.setattr(sys.modules[__name__], "Killed", OSError(errno.ENOSPC, "No space left on device"))
        Steps(patch, layout, step)
        with pytest.raises(IndexNotWritable, match=r"cannot be written: .*No space left on device"):
            publish(layout, "two")
    require_sound(layout)
    assert not [name for name in names(layout) if name.startswith(".")]


def test_what_a_killed_process_left_is_removed_and_nothing_else(layout: Layout) -> None:
    name = publish(layout)
    for left in (".draft-1", ".draft-99999", ".removed-000000-a", ".other-thing", ".draft"):
        (layout.generations / left).mkdir()
        (layout.generations / left / "a").write_text("half")
    with layout.writing():
        assert names(layout) == [".draft", ".other-thing", name]
        assert layout.draft().name == ".draft-1"
        assert layout.draft().name == ".draft-2"
    assert names(layout) == [".draft", ".other-thing", name]


def test_a_draft_that_fails_leaves_nothing(layout: Layout) -> None:
    name = publish(layout)

    def interrupted() -> None:
        with layout.writing():
            drafted(layout)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(layout) == [name]
    assert require_sound(layout).name == name


HOLD = """
import sys
from pathlib import Path
from indexer.storage.layout import Layout
with Layout(Path(sys.argv[1])).writing():
    (Layout(Path(sys.argv[1])).draft() / "half").touch()
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(layout: Layout) -> Iterator["subprocess.Popen[str]"]:
    """Another process that writes the index."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_writer_is_refused(layout: Layout, holder: "subprocess.Popen[str]") -> None:
    expected = "another process is writing the index in .*index: wait for it to end, then try again"
    with pytest.raises(IndexLocked, match=expected), layout.writing():
        pass
    assert names(layout) == [".draft-1"]
    assert holder.stdin
    print(file=holder.stdin, flush=True)
    assert holder.wait(20) == 0
    assert names(layout) == []
    publish(layout)


def test_a_writer_at_work_is_seen_and_one_that_was_killed_is_not(
    layout: Layout, holder: "subprocess.Popen[str]"
) -> None:
    assert layout.is_being_written
    assert layout.is_being_written, "looking takes nothing from it"
    holder.kill()
    holder.wait(20)
    assert names(layout) == [".draft-1"]
    assert not layout.is_being_written
    with layout.writing():
        assert layout.is_being_written
    assert not layout.is_being_written
    assert not Layout(layout.folder / "none").is_being_written


def test_who_looks_stops_no_writer(layout: Layout) -> None:
    publish(layout)
    descriptor = os.open(layout.folder / ".lock", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    threading.Timer(0.05, os.close, (descriptor,)).start()
    with layout.writing():
        assert names(layout) == ["000001-01234567"]


def test_a_writer_that_was_killed_is_forgotten(layout: Layout, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait(20)
    assert names(layout) == [".draft-1"]
    assert publish(layout) == "000001-01234567"
    assert names(layout) == ["000001-01234567"]


def test_a_second_writer_of_one_process_is_refused(layout: Layout) -> None:
    with layout.writing():
        with pytest.raises(IndexLocked), Layout(layout.folder).writing():
            pass
        drafted(layout)
        assert names(layout) == [".draft-1"]
    publish(layout)


def test_a_file_in_the_way_of_the_folder_is_named(layout: Layout) -> None:
    layout.folder.write_text("in the way")
    with pytest.raises(IndexNotWritable, match=r"the index in .*index cannot be written: "):
        publish(layout)


WRITE = """
import os, sys
from pathlib import Path
import filelock
from indexer.core.errors import IndexNotWritable
from indexer.storage.layout import Layout
if os.geteuid() == 0:
    os.setuid(65534)
try:
    with Layout(Path(sys.argv[1])).writing():
        pass
except IndexNotWritable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="rights are those of Unix")
@pytest.mark.parametrize("made", [False, True])
def test_a_folder_that_cannot_be_written_is_named(made: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        if made:
            (folder / "generations").mkdir()
        folder.chmod(0o555)
        ended = subprocess.run(
            [sys.executable, "-c", WRITE, name],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )
        folder.chmod(0o755)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"the index in {name} cannot be written: ")
    assert "Permission denied" in ended.stdout


@pytest.mark.parametrize(
    ("live", "keep", "left"),
    [
        (5, 2, [4, 5]),
        (5, 1, [5]),
        (5, 0, [5]),
        (5, 4, [2, 3, 4, 5]),
        (5, 9, [1, 2, 3, 4, 5]),
        (2, 2, [2, 5]),
        (1, 3, [1, 4, 5]),
        (2, 1, [2]),
    ],
)
def test_the_newest_and_the_live_one_are_kept(layout: Layout, live: int, keep: int, left: list[int]) -> None:
    every = [publish(layout) for _ in range(5)]
    layout.point_to(layout.named(str(live)))
    with layout.writing():
        pruned = layout.prune(keep)
    gone = tuple(name for number, name in enumerate(every, 1) if number not in left)
    assert pruned == Pruned(gone, ())
    assert names(layout) == [every[number - 1] for number in left]
    assert require_sound(layout).name == every[live - 1]


def test_what_somebody_reads_is_not_removed(layout: Layout) -> None:
    first, second, third = (publish(layout, content) for content in ("one", "two", "three"))
    lock = GenerationLock.shared(layout.generations / first)
    with layout.writing():
        assert layout.prune(1) == Pruned((second,), (first,))
    assert names(layout) == [first, third]
    assert (layout.generations / first / "a.bin").read_text() == "one"
    lock.release()
    with layout.writing():
        assert layout.prune(1) == Pruned((first,), ())
    assert names(layout) == [third]


def test_pruning_needs_a_live_one(layout: Layout) -> None:
    publish(layout, live=False)
    with pytest.raises(IndexDamaged, match=r"CURRENT is missing$"), layout.writing():
        layout.prune(1)
    assert layout.live_or_none() is None
    assert names(layout) == ["000001-01234567"]


def test_some_generations_are_removed_whole_or_not(layout: Layout) -> None:
    first, second, third = (publish(layout, content) for content in ("one", "two", "three"))
    (layout.generations / first / MANIFEST).unlink()
    with layout.writing():
        removed = layout.remove([layout.generations / first, layout.generations / second])
    assert removed == Pruned((first, second), ())
    assert names(layout) == [third]
    with layout.writing():
        assert layout.remove([]) == Pruned((), ())


def test_a_reader_finds_a_generation_that_is_removed_gone(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment when it is renamed on, even though its files are still being removed."""
    first, _ = publish(layout, "one"), publish(layout, "two")
    seen: list[str] = []

    def looked_at(path: Path, **_: object) -> None:
        seen.append(path.name)
        with pytest.raises(FileNotFoundError):
            GenerationLock.shared(layout.generations / first)

    with layout.writing():
        monkeypatch.setattr(shutil, "rmtree", looked_at)
        layout.prune(1)
        monkeypatch.undo()
    assert seen == [f".removed-{first}"]
    assert names(layout) == ["000002-01234567"]
