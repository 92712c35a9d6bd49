"""What a disk, another process and a clock may do to a reindex: a clear message, and the old index stays."""

import contextlib
import ctypes
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import indexer.models.encoder
import search_api.serving.loading
from indexer.build import Summary, build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.drafting.draft import Progress
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from indexer.upkeep.checks import faults
from search_api.commands.cli import app

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
FRESH = Options(fresh=True)
PATIENCE = 60.0
Hudhud = Callable[..., Result]

LIMITED = """
import json, resource, sys
from pathlib import Path
import indexer.build, indexer.models.encoder
from indexer.models.model import locate
from typer.testing import CliRunner
from search_api.commands.cli import app

encoder = indexer.models.encoder.load_encoder(locate(None))
indexer.models.encoder.load_encoder = lambda *_, **__: encoder
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    done = CliRunner().invoke(app, json.loads(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    ended = done.exception is None or isinstance(done.exception, SystemExit)
    print(json.dumps([limit, done.exit_code, done.stderr if ended else repr(done.exception)]), flush=True)
"""
"""Reindexes under one limit of file sizes after another, and prints how each ended."""


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already; no traceback is ever shown."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object) -> Result:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return done

    return run


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Three seeds."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for seed in SEEDS[:3]:
        shutil.copy(seed, folder)
    return folder


@pytest.fixture
def index(layout: Layout, texts: Path, model: Model, encoder: Encoder) -> Layout:
    """An index of them."""
    build(Corpus([texts]), layout, model, encoder)
    return layout


def in_a_process(*command: object) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.getenv("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


class TestNoSpace:
    def test_files_that_may_not_grow(self, index: Layout, texts: Path) -> None:
        (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
        live = index.live()
        sizes = {path.stat().st_size for path in live.rglob("*") if path.is_file()}
        ordered = sorted(size for size in sizes if size > 0)
        limits = {ordered[place] - 1 for place in range(len(ordered) - 1, -1, -(len(ordered) // 10 or 1))}
        limits |= {ordered[-1] - 1, index.cache.stat().st_size // 2, 1}
        command = ["reindex", str(texts), "--index", str(index.folder), "--fresh", "--quiet"]
        with in_a_process("-c", LIMITED, json.dumps(command), *sorted(limits)) as process:
            out, err = process.communicate(timeout=240)
        assert process.returncode == 0, f"{process.returncode}: {err}"
        ended = [json.loads(line) for line in out.splitlines()]
        assert [limit for limit, _, _ in ended] == sorted(limits)
        for limit, code, told in ended:
            assert code == 4, (limit, code, told)
            assert told.startswith("hudhud: ")
            assert told.count("\n") == 1, told
        assert index.live() == live
        assert faults(live) == []
        assert list(index.generations.glob(".*")) == []

    def test_a_small_disk_that_is_full_at_every_file(
        self, index: Layout, texts: Path, hudhud: Hudhud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with small_disk(tmp_path / "disk", megabytes=32) as disk:
            layout = Layout(disk / "index")
            shutil.copytree(index.folder, layout.folder)
            live = layout.live()
            usage = shutil.disk_usage(disk)
            room = usage.free
            monkeypatch.setattr("indexer.preconditions.shutil.disk_usage", lambda _: usage)
            taken = sum(path.stat().st_size for path in live.rglob("*") if path.is_file())
            (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
            for share in range(11):
                fill(disk / "ballast", room - taken * share // 12)
                done = hudhud("reindex", texts, "--index", layout.folder, "--fresh", "--quiet")
                (disk / "ballast").unlink()
                assert (done.exit_code, layout.live()) == (4, live), share
                assert done.stderr.startswith("hudhud: ")
                assert done.stderr.count("\n") == 1, done.stderr
            assert faults(live) == []

    def test_too_little_room_is_told_before_the_work(
        self, index: Layout, texts: Path, hudhud: Hudhud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        live = index.live()
        (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
        full = shutil.disk_usage(index.folder)._replace(free=10)
        monkeypatch.setattr("indexer.preconditions.shutil.disk_usage", lambda _: full)
        done = hudhud("reindex", texts, "--index", index.folder, "--quiet")
        assert (done.exit_code, index.live()) == (4, live)
        assert "where 0 MB are free: make room, or choose another --index" in done.stderr


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes; skips where none may be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path: Path, size: int) -> None:
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(size, 1))


class TestReadOnly:
    @pytest.mark.parametrize("part", ["", "generations", "cache.sqlite"])
    def test_what_may_not_be_written_is_told(
        self, index: Layout, texts: Path, hudhud: Hudhud, part: str
    ) -> None:
        live = index.live()
        (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
        path = index.folder / part
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        try:
            with without_privileges():
                done = hudhud("reindex", texts, "--index", index.folder, "--quiet")
        finally:
            path.chmod(mode)
        assert (done.exit_code, done.stdout, index.live()) == (4, "", live)
        assert done.stderr.startswith("hudhud: the ")
        assert "cannot be" in done.stderr
        assert done.stderr.count("\n") == 1
        assert hudhud("reindex", texts, "--index", index.folder, "--quiet").exit_code == 0

    def test_it_is_searched_all_the_same(self, index: Layout, hudhud: Hudhud) -> None:
        folders = [index.folder, *(path for path in index.folder.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        try:
            with without_privileges():
                done = hudhud("search", "war", "--index", index.folder)
        finally:
            for folder in folders:
                folder.chmod(0o755)
        assert done.exit_code == 0


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Let the permissions of files hold for root as well, in this thread; skips where that cannot be."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root may write everything here")
    libc = ctypes.CDLL(None, use_errno=True)
    header, data = _Header(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(ctypes.byref(header), ctypes.byref(data)) == 0
    before = data[0]
    data[0] = before & ~0b1110
    assert libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        data[0] = before
        assert libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0


class TestTwoWriters:
    def test_the_second_is_refused_and_the_first_goes_on(
        self, index: Layout, texts: Path, model: Model, encoder: Encoder, hudhud: Hudhud
    ) -> None:
        (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
        begun, go_on = threading.Event(), threading.Event()
        done: list[Summary] = []

        def pause(progress: Progress) -> None:
            if progress.stage == "publishing":
                begun.set()
                assert go_on.wait(PATIENCE)

        first = threading.Thread(
            target=lambda: done.append(build(Corpus([texts]), index, model, encoder, pause))
        )
        first.start()
        try:
            assert begun.wait(PATIENCE)
            (draft,) = index.generations.glob(".draft-*")
            before = sorted(draft.rglob("*"))
            refused = "another process is writing the index in"
            for command in (["reindex", texts], ["prune"], ["rollback"], ["delete", SEEDS[0].stem]):
                second = hudhud(*command, "--index", index.folder)
                assert second.exit_code == 4
                assert second.stderr.splitlines()[-1].startswith(f"hudhud: {refused} {index.folder}")
            assert sorted(draft.rglob("*")) == before
        finally:
            go_on.set()
            first.join(PATIENCE)
        assert [(summary.changes.new, summary.manifest.name) for summary in done] == [(1, index.live().name)]
        assert faults(index.live()) == []

    def test_a_process_that_was_killed_leaves_no_lock(
        self, index: Layout, texts: Path, hudhud: Hudhud
    ) -> None:
        holding = (
            "import sys; from pathlib import Path; from indexer.storage.layout import Layout\n"
            "with Layout(Path(sys.argv[1])).writing():\n"
            "    Layout(Path(sys.argv[1])).draft(); print('held', flush=True); sys.stdin.read()"
        )
        with in_a_process("-c", holding, index.folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            assert hudhud("reindex", texts, "--index", index.folder).exit_code == 4
            assert len(list(index.generations.glob(".draft-*"))) == 1
            process.kill()
            assert process.wait(PATIENCE) == -signal.SIGKILL
        assert hudhud("reindex", texts, "--index", index.folder).exit_code == 0
        assert list(index.generations.glob(".draft-*")) == []


class TestClock:
    def test_names_and_order_do_not_hang_on_it(
        self,
        index: Layout,
        texts: Path,
        model: Model,
        encoder: Encoder,
        hudhud: Hudhud,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first = index.live()
        (texts / "new.txt").write_text("خبر تازه", encoding="utf-8")
        future = time.time() + 10**8
        for path in (*texts.iterdir(), *first.rglob("*")):
            os.utime(path, (future, future))

        class _Past(datetime.datetime):
            @classmethod
            def now(cls, tz: datetime.tzinfo | None = None) -> "_Past":
                return cls(1999, 12, 31, tzinfo=tz)

        monkeypatch.setattr("indexer.drafting.derived.datetime.datetime", _Past)
        monkeypatch.setattr(time, "time", lambda: 0.0)
        summary = build(Corpus([texts]), index, model, encoder)
        second = index.live()
        os.utime(second, (0, 0))
        assert (summary.changes.new, summary.changes.unchanged, summary.work.embedded) == (1, 3, 2)
        assert [path.name[:6] for path in index.published()] == ["000001", "000002"]
        manifest = Manifest.read(second / MANIFEST)
        assert (manifest.base, manifest.created) == (first.name, "1999-12-31T00:00:00+00:00")
        assert build(Corpus([texts]), index, model, encoder).published is False
        assert hudhud("rollback", "--index", index.folder).stdout == f"live: {first.name}\n"
        build(Corpus([texts]), index, model, encoder, options=Options(keep=2))
        assert index.published()[-1] == index.live()
        assert index.live().name[:6] == "000003"
