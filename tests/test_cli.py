"""The `hudhud` command as a person meets it: what it prints, where, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import indexer.encoder
import search_api.search
from indexer.generation import Layout
from indexer.lexicon import REFERENCE_WORDS, VECTOR_WORDS
from indexer.records import Encoder
from indexer.similarity import PASSAGES
from search_api.cli import app

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
NUCLEAR = "003_f7d4c279eac3b33f"
Hudhud = Callable[..., Result]


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already."""
    monkeypatch.setattr(indexer.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.search, "load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def in_a_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "search_api", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def test_reindex_ends_with_a_summary_and_search_finds(hudhud: Hudhud, layout: Layout) -> None:
    made = hudhud("reindex", SEEDS, "--index", layout.folder)
    assert made.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in made.stdout.splitlines())
    assert lines["Articles"] == "5 (3 fa, 1 ar, 1 prs)"
    assert lines["Skipped"] == "none"
    passages, words = int(lines["Passages"]), len(np.load(layout.live() / VECTOR_WORDS))
    sentences = 86
    texts = passages + sentences + words + REFERENCE_WORDS
    assert lines["Texts"] == f"0 embedded, {texts:,} reused"
    assert "5 articles" in made.stderr
    again = hudhud("reindex", SEEDS, "--index", layout.folder, "--quiet", "--json")
    assert again.stderr == ""
    summary = json.loads(again.stdout)
    assert (summary["embedded"], summary["reused"]) == (0, texts)
    found = hudhud("search", "Zaporizhzhia nuclear plant lost external power", "--index", layout.folder)
    assert found.exit_code == 0
    assert found.stdout.splitlines()[1].split()[2:] == ["ar", "no", "date", NUCLEAR]


def test_search_prints_the_response_of_the_api(hudhud: Hudhud, seed_index: Path) -> None:
    options = "--json --limit 2 --languages fa,ar --from 2025-09-04 --to 2025-12-31 --group passage"
    printed = hudhud("search", "war", "--index", seed_index, *options.split())
    body = json.loads(printed.stdout)
    assert list(body) == ["query", "generation", "took_ms", "reranking_ms", "hits"]
    assert list(body["hits"][0]) == ["rank", "score", "scores", "article", "passage", "evidence"]
    assert [hit["article"]["date"] >= "2025-09-04" for hit in body["hits"]] == [True, True]


def test_right_to_left_text_is_isolated_and_stands_right(hudhud: Hudhud, seed_index: Path) -> None:
    printed = hudhud("search", "nuclear plant", "--index", seed_index, "--limit", 1).stdout
    *lines, reasons = [line for line in printed.splitlines()[2:] if line.strip()]
    assert lines
    assert all(line.strip()[0] == "\u2067" and line[-1] == "\u2069" for line in lines)
    assert len({len(line) for line in lines}) == 1
    assert reasons == "     nuclear \u2192 \u2068النووية\u2069 (translation)"


def test_no_hit_is_said(hudhud: Hudhud, seed_index: Path) -> None:
    printed = hudhud("search", "war", "--index", seed_index, "--languages", "tr")
    assert (printed.exit_code, printed.stdout) == (0, "0 hits for: war\nNo article passes these filters.\n\n")


def test_info_says_what_is_live(hudhud: Hudhud, seed_index: Path) -> None:
    lines = dict(line.split(maxsplit=1) for line in hudhud("info", "--index", seed_index).stdout.splitlines())
    assert lines["Articles"] == "5 (3 fa, 1 ar, 1 prs)"
    assert lines["Dates"] == "2025-09-03 to 2025-12-06"
    assert lines["Generation"].startswith(Layout(seed_index).live().name)
    assert "384 dimensions" in lines["Model"]
    manifest = json.loads(hudhud("info", "--index", seed_index, "--json").stdout)
    assert manifest["articles"] == 5


def test_verify_tells_sound_from_damaged(hudhud: Hudhud, layout: Layout) -> None:
    hudhud("reindex", SEEDS, "--index", layout.folder)
    sound = hudhud("verify", "--index", layout.folder)
    assert (sound.exit_code, sound.stdout.split()[-2:]) == (0, ["is", "sound"])
    path = layout.live() / PASSAGES
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    damaged = hudhud("verify", "--index", layout.folder)
    assert damaged.exit_code == 1
    assert damaged.stdout.startswith(f"{PASSAGES}: SHA-256")
    assert json.loads(hudhud("verify", "--index", layout.folder, "--json").stdout)["sound"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["search", "?!"], 2, "hudhud: the query holds no letter and no digit"),
        (["search", "war", "--limit", "0"], 2, "hudhud: limit must be from 1 to 100, not 0"),
        (["search", "war", "--from", "soon"], 2, "hudhud: from must be a date as YYYY-MM-DD, not 'soon'"),
        (["search", "war"], 4, "hudhud: there is no index in"),
        (["serve"], 4, "hudhud: there is no index in"),
        (["info"], 4, "hudhud: there is no index in"),
        (["verify"], 4, "hudhud: there is no index in"),
        (["reindex", "/no/such/folder"], 2, "hudhud: "),
        (["reindex", "seeds", "--model", "./no-model"], 3, "hudhud: the model folder ./no-model"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    hudhud: Hudhud, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    result = hudhud(*arguments, "--index", tmp_path / "none")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


def test_an_empty_folder_is_named(hudhud: Hudhud, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = hudhud("reindex", tmp_path / "empty", "--index", tmp_path / "index", "--quiet")
    assert result.exit_code == 2
    assert result.stderr == f"hudhud: nothing to index in {tmp_path / 'empty'}: it holds no files\n"


def test_what_was_skipped_is_counted_with_an_example(hudhud: Hudhud, tmp_path: Path, layout: Layout) -> None:
    (tmp_path / "good.txt").write_text("هوا در کابل آفتابی است.")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    result = hudhud("reindex", tmp_path, "--index", layout.folder, "--quiet")
    assert "Skipped   2 (1 binary, 1 empty)" in result.stdout
    assert f"skipped, binary: e.g. {tmp_path / 'binary.txt'}: " in result.stderr


def test_a_typing_error_in_an_option_names_the_right_one(hudhud: Hudhud) -> None:
    result = hudhud("search", "war", "--limt", "3")
    assert result.exit_code == 2
    assert "--limit" in result.stderr


def test_an_unknown_setting_is_refused() -> None:
    result = in_a_process("info", HUDHUD_IDNEX="elsewhere")
    assert result.returncode == 2
    assert result.stderr == "hudhud: HUDHUD_IDNEX is not a setting of Hudhud: did you mean HUDHUD_INDEX?\n"


def test_the_index_is_taken_from_the_environment(tmp_path: Path) -> None:
    result = in_a_process("info", HUDHUD_INDEX=str(tmp_path / "mine"))
    assert f"there is no index in {tmp_path / 'mine'}" in result.stderr


def test_help_comes_in_well_under_a_second() -> None:
    in_a_process("--help")
    started = time.process_time(), os.times().children_user + os.times().children_system
    assert in_a_process("--help").returncode == 0
    spent = os.times().children_user + os.times().children_system - started[1]
    assert spent < 0.8


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys, search_api.cli; print({'torch', 'faiss', 'numpy', 'hazm', 'fastapi'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    for number in range(2000):
        (archive / f"{number}.txt").write_text(
            f"خبر شماره {number}: در شهر شماره {number * 7} باران بارید. " * 20
        )
    command = [
        sys.executable,
        "-m",
        "search_api",
        "reindex",
        str(archive),
        "--index",
        str(tmp_path / "index"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "index").glob("generations/.draft-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "The live index is unchanged" in err
    assert "Traceback" not in err
    assert list((tmp_path / "index" / "generations").iterdir()) == []


def test_everything_runs_with_the_network_blocked(layout: Layout) -> None:
    program = f"""
import socket
class Blocked(socket.socket):
    def connect(self, address):
        raise AssertionError(f"a connection to {{address}} was tried")
    connect_ex = connect
socket.socket = Blocked
def no_name(*arguments, **options):
    raise AssertionError(f"a name was looked up: {{arguments}}")
socket.getaddrinfo = no_name
from typer.testing import CliRunner
from search_api.cli import app
search = ["search", "nuclear plant", "--json", "--limit", "1"]
for arguments in (["reindex", {str(SEEDS)!r}], search, ["info"], ["verify"]):
    result = CliRunner().invoke(app, [*arguments, "--index", {str(layout.folder)!r}])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    if arguments[0] == "search":
        print(result.stdout)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["hits"][0]["article"]["id"] == NUCLEAR
