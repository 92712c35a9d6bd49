"""`hudhud mcp`: a client of the package starts it and asks; it calls nobody, and ends when it is told to."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from tracing import Traced, calls
from tracing import strace as traced_by
from typer.testing import CliRunner

from indexer.commands.terminal import EXIT_INTERRUPTED
from search_api.commands.cli import app

ROOT = Path(__file__).parents[2]
QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"
STARTED = "speaking MCP"


def command(index: Path) -> list[str]:
    return [sys.executable, "-m", "search_api", "mcp", "--index", str(index)]


def environment() -> dict[str, str]:
    """With a collector of traces that would be told, if anything told one."""
    names = ("PATH", "HOME", "HUDHUD_CACHE", "XDG_CACHE_HOME", "TMPDIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318"}


@contextmanager
def started(index: Path) -> Iterator[tuple[IO[str], IO[str], "subprocess.Popen[str]"]]:
    """The command, and both ends of what it hears and says."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(index), env=environment(), stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout, process


def request(number: int, method: str, **params: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def test_a_client_that_starts_it_searches_and_nobody_else_is_asked(
    strace: None, seed_index: Path, tmp_path: Path
) -> None:
    del strace
    log = tmp_path / "log"
    watched = ("%network", "%process")
    program, *arguments = [*traced_by(watched, log), *command(seed_index)]
    parameters = StdioServerParameters(command=program, args=arguments, env=environment())

    async def talk() -> tuple[object, str, bool, str]:
        async with Client(parameters, read_timeout_seconds=120) as client:
            found = await client.call_tool("search", {"query": QUERY, "languages": ["ar"]})
            first = found.structured_content["results"][0]
            stretch = {name: first[name] for name in ("id", "start", "end")}
            read = await client.call_tool("fetch", stretch)
            wrong = await client.call_tool("search", {"query": "war", "languages": ["persian"]})
            same = read.structured_content["untrusted"]["text"] == first["untrusted"]["text"]
            return first["id"], client.server_info.name, same, wrong.content[0].text  # type: ignore[union-attr]

    found, name, same, wrong = asyncio.run(talk())
    assert (found, name, same) == (NUCLEAR, "hudhud", True)
    assert wrong.startswith("'persian' is not a language code")
    traced = Traced(tmp_path, tuple(calls(log.read_text(errors="replace").splitlines())))
    assert len(traced.programs) == 1
    assert (traced.sockets, traced.addresses, traced.forked) == (set(), [], set())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_it_is_told_to(seed_index: Path, number: signal.Signals) -> None:
    with started(seed_index) as (_, _, process):
        assert process.stderr is not None
        assert any(STARTED in line for line in process.stderr)
        process.send_signal(number)
        assert process.wait(10) == EXIT_INTERRUPTED
        assert process.stderr.read().endswith("hudhud: stopped\n")


_SIGNALLED_WHILE_IT_WRITES = """
import io, signal, sys
from indexer.commands.output import say
from search_api.commands import connecting

class Signalling(io.FileIO):
    def write(self, data):
        signal.raise_signal(signal.SIGTERM)
        return super().write(data)

sys.stderr = io.TextIOWrapper(io.BufferedWriter(Signalling(2, "w", closefd=False)))
signal.signal(signal.SIGTERM, connecting._end)
say("a line")
"""


def test_it_ends_even_while_it_writes_a_line() -> None:
    command = [sys.executable, "-c", _SIGNALLED_WHILE_IT_WRITES]
    ended = subprocess.run(command, env=environment(), capture_output=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stderr) == (EXIT_INTERRUPTED, "hudhud: stopped\n")


def test_it_ends_with_its_input_and_prints_nothing_else(seed_index: Path) -> None:
    who = {"name": "test", "version": "1"}
    lines = [
        "no JSON",
        request(1, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=who),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        request(2, "tools/call", name="search", arguments={"query": "صلح", "limit": 1}),
    ]
    answers: dict[int | None, dict[str, Any]] = {}
    with started(seed_index) as (heard, said, process):
        heard.write("\n".join(lines) + "\n")
        heard.flush()
        while 2 not in answers:
            answer = json.loads(said.readline())
            answers[answer.get("id")] = answer
        heard.close()
        assert process.wait(60) == 0
        assert said.read() == ""
    assert answers[1]["result"]["serverInfo"]["name"] == "hudhud"
    assert len(answers[2]["result"]["structuredContent"]["results"]) == 1


def test_without_the_package_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    done = CliRunner().invoke(app, ["mcp"])
    assert done.exit_code == 2
    assert "pip install 'hudhud[mcp]'" in done.stderr
    assert done.stdout == ""
