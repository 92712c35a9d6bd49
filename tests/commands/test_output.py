"""Nothing but text reaches a terminal or a log, whatever the output is."""

import ast
import io
import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from indexer.commands.output import EXIT_OUTPUT, json_line, put, put_json, say
from indexer.commands.reports import plain_skipped
from indexer.core.records import Skipped, SkipReason
from indexer.core.shown import ShownFormatter, controlled, shown, shown_json
from search_api.commands.render import show
from search_api.search import Searcher
from search_api.searching.query import parse

ROOT = Path(__file__).parents[2]
ESC, BELL, CSI, DELETE = "\x1b", "\x07", "\x9b", "\x7f"
OVERRIDE, ISOLATE, ZWNJ, RLM = "\u202e", "\u2067", "\u200c", "\u200f"
BAD = "\ufffd"
HOSTILE = f"a{ESC}]0;x{BELL}\r\nb{CSI}2J{OVERRIDE}c{ISOLATE}"
SHOWN = f"a{BAD}]0;x{BAD} b{BAD}2Jc"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HOSTILE, SHOWN),
        ("a\tb\n\nc\u2028d", "a b c d"),
        (f"می{ZWNJ}بارد{RLM}", f"می{ZWNJ}بارد{RLM}"),
        (f"{DELETE}\x00\ud800", BAD * 3),
        (12, "12"),
    ],
)
def test_what_is_shown_is_one_line_of_text(text: object, line: str) -> None:
    assert shown(text) == line
    assert not set(controlled(str(text))) & {ESC, CSI, BELL, DELETE}


def test_json_says_the_same_without_what_a_terminal_obeys() -> None:
    value = {"title": HOSTILE, "text": f"می{ZWNJ}بارد 😀"}
    document = json.dumps(value, ensure_ascii=False)
    for ascii_only in (False, True):
        written = shown_json(document, ascii_only=ascii_only)
        assert json.loads(written) == value
        assert not set(written) & {ESC, CSI, BELL, OVERRIDE, ISOLATE}
        assert written.isascii() == ascii_only


def test_lines_for_people_and_for_logs_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    put(HOSTILE)
    put_json({"id": HOSTILE})
    out, err = capsys.readouterr()
    line, document = out.splitlines()
    assert (err, line) == (f"{SHOWN}\n", SHOWN)
    assert json.loads(document) == {"id": HOSTILE}
    skipped = Skipped(HOSTILE, SkipReason.EMPTY, HOSTILE)
    written = json_line(plain_skipped(skipped))
    assert (json.loads(written)["source"], CSI in written, "\n" in written) == (HOSTILE, False, False)


def test_a_message_of_a_log_is_one_line() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ShownFormatter("%(levelname)s: %(message)s"))
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "%s", (HOSTILE,), sys.exc_info())
    handler.handle(record)
    first, *traceback = stream.getvalue().splitlines()
    assert first == f"ERROR: {SHOWN}"
    assert traceback[0] == "Traceback (most recent call last):"
    assert not set(stream.getvalue()) & {ESC, CSI, BELL}


@pytest.mark.parametrize("full", [False, True])
def test_a_hit_is_shown_as_text(searcher: Searcher, full: bool) -> None:
    result = searcher.search(parse("war", limit=1))
    [hit] = result.hits
    article = replace(hit.article, title=HOSTILE, source=HOSTILE, url=None, text=HOSTILE * 400)
    passage = replace(hit.passage, text=HOSTILE * 3)
    output = io.StringIO()
    query = replace(result.query, text=HOSTILE)
    told = replace(
        result, query=query, hits=(replace(hit, article=article, passage=passage),), warnings=(HOSTILE,)
    )
    show(told, Console(file=output, width=100), full=full)
    assert not set(output.getvalue()) & {ESC, CSI, BELL, OVERRIDE, "\r"}
    assert SHOWN in output.getvalue()


def test_one_module_prints() -> None:
    modules = [*(ROOT / "indexer/commands").glob("*.py"), *(ROOT / "search_api/commands").glob("*.py")]
    printing = {
        module.name
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and "file" not in {keyword.arg for keyword in node.keywords}
    }
    assert printing == {"output.py"}


def hudhud(command: str, index: Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    """Run a line of the shell in which `hudhud` is the command."""
    environment = os.environ | {
        "HUDHUD_INDEX": str(index),
        "PYTHONIOENCODING": encoding,
        "HUDHUD": f"{sys.executable} -m search_api",
    }
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("hudhud", "$HUDHUD")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )


FULL = b"hudhud: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", ["hudhud info", "hudhud info --json", "hudhud --help"])
def test_a_full_output_is_told_in_a_line(command: str, seed_index: Path) -> None:
    done = hudhud(f"{command} > /dev/full", seed_index)
    assert (done.returncode, done.stderr) == (EXIT_OUTPUT, FULL)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell")
@pytest.mark.parametrize(
    "command", ["hudhud info | true", "hudhud info >&-", "hudhud info 2>&-", "hudhud --help | true"]
)
def test_an_output_that_nobody_reads_is_no_error(command: str, seed_index: Path) -> None:
    done = hudhud(command, seed_index)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell")
@pytest.mark.parametrize("encoding", ["ascii", "cp1256", "utf-8"])
def test_any_encoding_of_the_output_is_borne(encoding: str, seed_index: Path, tmp_path: Path) -> None:
    missing = tmp_path / "خبر 😀"
    told = hudhud(f"hudhud info --index '{missing}'", seed_index, encoding)
    assert told.returncode == 4
    assert b"Traceback" not in told.stderr
    assert str(missing).encode(encoding, "replace") in told.stderr
    done = hudhud("hudhud info --json", seed_index, encoding)
    assert (done.returncode, json.loads(done.stdout)["articles"]) == (0, 5)
