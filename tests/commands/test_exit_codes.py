"""The exit codes that docs/operations.md lists, each as a process ends with it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nights import TEXTS, write

from indexer.storage.layout import Layout

ROOT = Path(__file__).parents[2]
TABLE = re.compile(r"^\| (\d+) \| ", re.MULTILINE)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "search_api", *map(str, arguments)]


def code(*arguments: object, **environment: str) -> int:
    """What `hudhud` ends with."""
    done = subprocess.run(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | environment,
        timeout=300,
        check=False,
    )
    return done.returncode


def test_both_tables_list_the_same_codes() -> None:
    operations, command_line = (
        (ROOT / "docs" / name).read_text(encoding="utf-8").partition("## Exit codes")[2].partition("\n## ")[0]
        for name in ("operations.md", "command-line.md")
    )
    assert TABLE.findall(operations) == TABLE.findall(command_line) != []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("info", 0),
        ("--version", 0),
        ("verify --generation 1 --index HERE/damaged", 1),
        ("reindex", 2),
        ("reindex HERE/nowhere", 2),
        ("reindex HERE/in --no-such-option", 2),
        ("search ?!", 2),
        ("search war --model HERE/no-model", 3),
        ("search war --index HERE/nowhere", 4),
        ("serve --index HERE/nowhere", 4),
        ("reindex HERE/in --max-skipped 0 --index HERE/new", 6),
        ("reindex HERE/in --max-skipped 0 --index HERE/new --dry-run", 6),
    ],
)
def test_an_exit_code(seed_index: Path, tmp_path: Path, arguments: str, expected: int) -> None:
    write(tmp_path / "in", {"a": TEXTS[1], "empty": ""})
    shutil.copytree(seed_index, tmp_path / "damaged")
    damaged = Layout(tmp_path / "damaged").live() / "ids.npy"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\xff")
    given = arguments.replace("HERE", str(tmp_path)).split()
    assert code(*given, HUDHUD_INDEX=str(seed_index)) == expected
    assert not (tmp_path / "new" / "CURRENT").exists()


def test_while_another_process_writes_it_is_4(layout: Layout, tmp_path: Path) -> None:
    with layout.writing():
        assert code("reindex", write(tmp_path / "in", {"a": TEXTS[1]}), "--index", layout.folder) == 4


def test_a_port_in_use_is_2_and_a_line(seed_index: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("serve", "--index", seed_index, "--port", port),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=300,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, "")
    [line] = [line for line in done.stderr.splitlines() if " hudhud: " in line]
    assert line.partition(" ")[2] == (
        f"hudhud: cannot listen at 127.0.0.1, port {port} (Address already in use): stop what listens there,"
        " or choose with --host and --port"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_stopped_ends_with_130(seed_index: Path, number: signal.Signals) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        command("serve", "--index", seed_index, "--port", port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    deadline = time.monotonic() + 120
    while not _answers(port):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in printed
    lines = printed.splitlines()
    assert [
        line for line in lines if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d ", line)
    ] == []
    assert any(" hudhud: stopped" in line for line in lines)


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
