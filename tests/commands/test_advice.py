"""One advice for a damaged index, whichever command meets it; and it is one that helps."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import indexer.models.encoder
import search_api.serving.loading
from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT, MANIFEST
from search_api.commands.cli import app

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
ANEW = "make the index anew with `hudhud reindex PATH... --fresh`"
RESTORE = f"restore a backup with `hudhud import FILE`, or {ANEW}"
Hudhud = Callable[..., Result]


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    shutil.copy(SEEDS[0], folder)
    return folder


@pytest.fixture(scope="module")
def made(
    archive: Path, seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An index of two generations."""
    layout = Layout(tmp_path_factory.mktemp("made"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(Corpus([archive]), layout, model, encoder)
    (archive / "later.txt").write_text("الرئيس الأوكراني قال ذلك يوم الجمعة.", encoding="utf-8")
    build(Corpus([archive]), layout, model, encoder)
    return layout.folder


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Layout:
    """A copy of it to spoil; its generations share no file."""
    return Layout(Path(shutil.copytree(made, tmp_path / "index")))


def truncate(folder: Path) -> None:
    (folder / "ids.npy").write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


COMMANDS = [
    ["search", "war"],
    ["serve", "--port", "1"],
    ["info"],
    ["export", "/no/such/folder/file"],
    ["delete", "later"],
    ["delete", "later", "--purge"],
]


@pytest.mark.parametrize("command", [*COMMANDS[:1], *COMMANDS[2:]], ids=" ".join)
def test_every_command_advises_to_go_back_where_there_is_something(
    hudhud: Hudhud, index: Layout, command: list[str]
) -> None:
    first, live = index.published()
    truncate(live)
    done = hudhud(*command, "--index", index.folder)
    assert (done.exit_code, done.stdout) == (4, "")
    told = done.stderr.splitlines()[-1]
    assert told.startswith(f"hudhud: {live} is damaged (ids.npy: 0 bytes instead of ")
    assert told.endswith(f"): go back with `hudhud rollback {first.name}`")
    assert told.count("`") == 2


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_advises_to_restore_where_there_is_nothing(
    hudhud: Hudhud, index: Layout, command: list[str]
) -> None:
    for folder in index.published():
        truncate(folder)
    done = hudhud(*command, "--index", index.folder)
    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr.endswith(f"): {RESTORE}\n")
    assert done.stderr.count("`") == 4


def test_going_back_as_advised_helps(hudhud: Hudhud, index: Layout) -> None:
    first, live = index.published()
    flip(live / "ids.npy")
    found = hudhud("verify", "--index", index.folder)
    assert found.exit_code == 1
    assert found.stderr == (
        f"hudhud: {live.name} in {index.folder} is not sound: go back with `hudhud rollback {first.name}`\n"
    )
    assert hudhud("rollback", first.name, "--index", index.folder).stdout == f"live: {first.name}\n"
    assert hudhud("search", "war", "--index", index.folder).exit_code == 0
    assert hudhud("verify", "--index", index.folder).exit_code == 0
    other = hudhud("verify", "--generation", "2", "--index", index.folder)
    assert (other.exit_code, other.stderr) == (1, f"hudhud: {live.name} in {index.folder} is not sound\n")


def test_restoring_as_advised_helps(hudhud: Hudhud, index: Layout, archive: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    assert hudhud("export", backup, "--index", index.folder).exit_code == 0
    for folder in index.published():
        flip(folder / "ids.npy")
    refused = hudhud("rollback", "--index", index.folder)
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert refused.stderr.startswith(f"hudhud: {index.published()[0]} is damaged (ids.npy: SHA-256 ")
    assert refused.stderr.endswith(f"); nothing was changed: {RESTORE}\n")
    assert hudhud("import", backup, "--index", index.folder).exit_code == 0
    assert hudhud("verify", "--index", index.folder).exit_code == 0
    flip(index.live() / "ids.npy")
    done = hudhud("reindex", archive, "--fresh", "--quiet", "--index", index.folder)
    assert (done.exit_code, hudhud("verify", "--index", index.folder).exit_code) == (0, 0)


def test_a_file_that_both_share_is_nothing_to_go_back_to(hudhud: Hudhud, index: Layout) -> None:
    first, live = index.published()
    (shared,) = first.rglob("articles.sqlite")
    copy = live / shared.relative_to(first)
    copy.unlink()
    copy.hardlink_to(shared)
    flip(shared)
    found = hudhud("verify", "--index", index.folder)
    assert found.stdout.startswith(f"{shared.relative_to(first)}: SHA-256 ")
    assert found.stderr == f"hudhud: {live.name} in {index.folder} is not sound: {RESTORE}\n"


@pytest.mark.parametrize("content", [None, b"", b"000009-x\n"])
def test_a_lost_pointer_is_written_anew_as_advised(
    hudhud: Hudhud, index: Layout, content: bytes | None
) -> None:
    newest = index.published()[-1]
    index.current.unlink() if content is None else index.current.write_bytes(content)
    for command in COMMANDS:
        done = hudhud(*command, "--index", index.folder)
        assert (done.exit_code, done.stdout) == (4, ""), command
        assert f"hudhud: {index.current} " in done.stderr
        assert done.stderr.endswith(f": go back with `hudhud rollback {newest.name}`\n")
    assert hudhud("rollback", newest.name, "--index", index.folder).exit_code == 0
    assert hudhud("info", "--index", index.folder).exit_code == 0


@pytest.mark.parametrize(("form", "upgrade"), [(2, ""), (FORMAT + 1, "upgrade Hudhud, or ")])
def test_another_format(hudhud: Hudhud, index: Layout, form: int, upgrade: str) -> None:
    first, live = index.published()
    for folder in (live, first):
        manifest = folder / MANIFEST
        manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', f'"format": {form}'))
        remedy = ANEW if folder == first else f"go back with `hudhud rollback {first.name}`"
        message = f"{live / MANIFEST} has format {form}, this version reads format {FORMAT}"
        for command in (["search", "war"], ["info"], ["reindex", SEEDS[0], "--quiet"]):
            done = hudhud(*command, "--index", index.folder)
            assert (done.exit_code, done.stderr) == (4, f"hudhud: {message}: {upgrade}{remedy}\n")
        verified = hudhud("verify", "--index", index.folder)
        assert verified.stdout == f"{message}\n"
        assert verified.stderr.endswith(f" is not sound: {upgrade}{remedy}\n")


def test_a_damaged_cache_is_not_a_damaged_index(hudhud: Hudhud, index: Layout, archive: Path) -> None:
    index.cache.write_bytes(b"this is not a database, it is a sentence\n" * 100)
    done = hudhud("reindex", archive, "--fresh", "--quiet", "--index", index.folder)
    assert done.exit_code == 4
    assert done.stderr.endswith("): delete it and try again; nothing but time is lost\n")


def test_the_command_itself_says_so_in_a_line(index: Layout) -> None:
    first, live = index.published()
    command = [sys.executable, "-m", "search_api", "info", "--index", str(index.folder)]
    for spoilt, remedy in ((live, f"go back with `hudhud rollback {first.name}`"), (first, RESTORE)):
        truncate(spoilt)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
        _, _, told = done.stderr.partition(" ")
        assert told.startswith(f"hudhud: {live} is damaged (ids.npy: 0 bytes instead of ")
        assert done.stderr.endswith(f"): {remedy}\n")
