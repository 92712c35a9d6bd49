"""The order in which a reindex forces things to disk, read from its system calls.

A kill does not test this: what a killed process wrote is in the page cache, and is there afterwards. After a
power cut only that is there which was forced to disk.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tracing

from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
CALLS = (
    *("open", "openat", "creat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat"),
    *("mkdir", "mkdirat", "rmdir"),
    *("fsync", "fdatasync", "write", "pwrite64", "writev", "pwritev", "ftruncate"),
)
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that succeeded: `write`, `sync`, `rename`, `remove`, `create`, `link` or `mkdir`.

    `path` is absolute; `target` is the other one of a rename or a link.
    """

    what: str
    path: str
    target: str = ""


def traced(command: list[str], log: Path) -> list[Call]:
    """Run a command, and tell its calls in their order."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.getenv("PYTHONPATH", "")])}
    done = subprocess.run(
        [*tracing.strace(CALLS, log), *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(_calls(log.read_text(encoding="utf-8", errors="replace").splitlines()))


def _calls(lines: list[str]) -> Iterator[Call]:
    for call in tracing.calls(lines):
        if call.result >= 0:
            yield from _understood(call)


def _understood(call: tracing.Call) -> Iterator[Call]:
    if call.name in {"fsync", "fdatasync", "write", "writev", "pwrite64", "pwritev", "ftruncate"}:
        descriptor = _DESCRIPTOR.match(call.arguments)
        if descriptor:
            yield Call("sync" if call.name.endswith("sync") else "write", descriptor[1])
        return
    paths = [str(path) for path in tracing.paths(call, ROOT)]
    if call.name in {"open", "openat", "creat"}:
        if "O_CREAT" in call.arguments or call.name == "creat":
            yield Call("create", paths[0])
        return
    kinds = {"rename": "rename", "link": "link", "unlink": "remove", "rmdir": "remove", "mkdir": "mkdir"}
    kind = next(kind for start, kind in kinds.items() if call.name.startswith(start))
    yield Call(kind, *paths)


@dataclass(frozen=True, slots=True)
class Traced:
    """What an incremental reindex called, in a folder that had two generations.

    Attributes:
        folder: of the index.
        draft, published: folders of the new generation before and after it was published.
        removed: names of generations that were removed.
        calls: in their order.
    """

    folder: Path
    draft: Path
    published: Path
    removed: list[str]
    calls: list[Call]

    def first(self, what: str, path: Path, target: Path | None = None) -> int:
        """Place of the first such call."""
        return self._places(what, path, target)[0]

    def last(self, what: str, path: Path, target: Path | None = None) -> int:
        """Place of the last such call."""
        return self._places(what, path, target)[-1]

    def _places(self, what: str, path: Path, target: Path | None) -> list[int]:
        wanted = (what, str(path), str(target) if target else None)
        found = [
            place
            for place, call in enumerate(self.calls)
            if (call.what, call.path, call.target if target else None) == wanted
        ]
        assert found, f"never: {wanted}"
        return found


@pytest.fixture(scope="module")
def reindex(
    strace: None,
    seed_index: Path,
    model: Model,
    encoder: Encoder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Traced:
    """A reindex after two others, in which one article changes and one comes; the first generation goes."""
    del strace
    folder = tmp_path_factory.mktemp("durability").resolve()
    texts, layout = folder / "texts", Layout(folder / "index")
    texts.mkdir()
    layout.folder.mkdir()
    shutil.copy(Layout(seed_index).cache, layout.cache)
    for seed in SEEDS[:3]:
        shutil.copy(seed, texts)
    build(Corpus([texts]), layout, model, encoder)
    build(Corpus([texts]), layout, model, encoder, options=Options(fresh=True))
    before = layout.published()
    (texts / "short.txt").write_text("الرئيس الأوكراني قال ذلك يوم الجمعة.", encoding="utf-8")
    calls = traced(
        [sys.executable, "-m", "search_api", "reindex", str(texts), "--index", str(layout.folder), "--quiet"],
        folder / "log",
    )
    removed = [path.name for path in before if path not in layout.published()]
    return Traced(layout.folder, layout.generations / ".draft-1", layout.live(), removed, calls)


def inherited(reindex: Traced) -> set[str]:
    """Names of the files of the new generation that are those of the one before."""
    links = {call.target for call in reindex.calls if call.what == "link"}
    return {
        name
        for name in Manifest.read(reindex.published / MANIFEST).files
        if str(reindex.draft / name) in links
    }


def before_renames(reindex: Traced, name: str) -> list[Path]:
    """Where a file of the new generation was, one after another, before the draft was renamed."""
    path = reindex.draft / name
    earlier = [
        Path(call.path) / path.relative_to(call.target)
        for call in reindex.calls
        if call.what == "rename" and path.is_relative_to(call.target)
    ]
    return [*earlier, path]


def test_it_shares_some_files_makes_others_and_removes_the_oldest(reindex: Traced) -> None:
    files = set(Manifest.read(reindex.published / MANIFEST).files)
    shared = inherited(reindex)
    assert {"ids.txt", "postings.npy", "vector-hubness.npy"} <= files - shared
    assert {name.rpartition("/")[2] for name in shared if name.startswith("segments/")} == {
        name.rpartition("/")[2] for name in files - shared if name.startswith("segments/")
    }
    assert len(reindex.removed) == 1


def test_every_new_file_is_forced_after_its_last_change_and_before_the_manifest(reindex: Traced) -> None:
    manifest = reindex.first("create", reindex.draft / MANIFEST)
    new = set(Manifest.read(reindex.published / MANIFEST).files) - inherited(reindex)
    for name in sorted(new):
        changes = [
            place
            for place, call in enumerate(reindex.calls)
            if call.what in {"create", "write"} and call.path in map(str, before_renames(reindex, name))
        ]
        assert changes, name
        assert changes[-1] < reindex.last("sync", reindex.draft / name) < manifest, name


def test_every_new_folder_is_forced_after_its_last_entry_and_before_the_manifest(reindex: Traced) -> None:
    manifest = reindex.first("create", reindex.draft / MANIFEST)
    files = Manifest.read(reindex.published / MANIFEST).files
    folders = {(reindex.draft / name).parent for name in files} - {reindex.draft}
    for folder in sorted({reindex.draft / "segments", *folders}):
        entries = [
            place
            for place, call in enumerate(reindex.calls)
            if call.what in {"create", "link", "mkdir", "rename"}
            and Path(call.target or call.path).parent == folder
        ]
        assert all(place < reindex.last("sync", folder) < manifest for place in entries), folder


def test_the_manifest_then_the_name_then_current_then_nothing_but_tidying(reindex: Traced) -> None:
    folder, draft, generations = reindex.folder, reindex.draft, reindex.folder / "generations"
    pointer = folder / "CURRENT.new"
    renamed = reindex.first("rename", draft, reindex.published)
    in_place = reindex.first("rename", pointer, folder / "CURRENT")
    order = [
        reindex.first("create", draft / MANIFEST),
        reindex.last("write", draft / MANIFEST),
        reindex.first("sync", draft / MANIFEST),
        reindex.last("sync", draft),
        renamed,
        next(place for place, call in after(reindex, renamed) if is_sync_of(call, generations)),
        reindex.first("create", pointer),
        reindex.last("write", pointer),
        reindex.first("sync", pointer),
        in_place,
        next(place for place, call in after(reindex, in_place) if is_sync_of(call, folder)),
        reindex.first("rename", generations / reindex.removed[0]),
    ]
    assert order == sorted(set(order))
    assert reindex.last("create", draft / MANIFEST) == order[0]


def test_nothing_of_an_older_generation_changes_before_the_new_one_is_live(reindex: Traced) -> None:
    in_place = reindex.first("rename", reindex.folder / "CURRENT.new", reindex.folder / "CURRENT")
    generations = reindex.folder / "generations"
    for call in reindex.calls[:in_place]:
        place = call.target or call.path
        if Path(place).is_relative_to(generations) and call.what != "sync":
            assert Path(place).is_relative_to(reindex.draft) or call.target == str(reindex.published), call


def test_vectors_are_committed_before_what_is_made_of_them(reindex: Traced) -> None:
    log = reindex.folder / "cache.sqlite-wal"
    assert reindex.first("write", log) < reindex.first("create", reindex.draft / "word-vectors-rows.npy")
    assert reindex.first("write", log) < reindex.first("create", reindex.draft / MANIFEST)


def after(reindex: Traced, place: int) -> Iterator[tuple[int, Call]]:
    """The calls behind one of them, with their places."""
    return ((found, call) for found, call in enumerate(reindex.calls) if found > place)


def is_sync_of(call: Call, path: Path) -> bool:
    return (call.what, call.path) == ("sync", str(path))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("7 fsync(3</a/b>) = 0", [Call("sync", "/a/b")]),
        ("7    fsync(3</a/b>)     = 0", [Call("sync", "/a/b")]),
        ('7 openat(AT_FDCWD</x>, "a", O_WRONLY|O_CREAT, 0666) = 3</x/a>', [Call("create", "/x/a")]),
        ('7 openat(AT_FDCWD</x>, "a", O_RDONLY) = 3</x/a>', []),
        ('7 rename("/a", "/b") = 0', [Call("rename", "/a", "/b")]),
        ('7 linkat(AT_FDCWD</x>, "a", AT_FDCWD</x>, "b", 0) = 0', [Call("link", "/x/a", "/x/b")]),
        ('7 unlinkat(5</x/y>, "a", 0) = 0', [Call("remove", "/x/y/a")]),
        ('7 unlink("/a") = -1 ENOENT (No such file or directory)', []),
    ],
)
def test_lines_of_the_trace_are_understood(line: str, expected: list[Call]) -> None:
    assert list(_calls([line])) == expected


def test_a_call_that_another_thread_interrupts_is_understood() -> None:
    lines = ["7 fsync(3</a> <unfinished ...>", "8 fsync(4</b>) = 0", "7 <... fsync resumed>) = 0"]
    assert list(_calls(lines)) == [Call("sync", "/b"), Call("sync", "/a")]
