"""Hudhud calls nobody and writes only where it was told to: watched by strace, and by an audit hook."""

import gzip
import http.client
import http.server
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from nights import TEXTS, write
from tracing import Program, Traced
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from indexer.commands.terminal import EXIT_INTERRUPTED
from indexer.models.model import Model, default_cache
from indexer.storage.layout import Layout
from indexer.text.orthography.word_tables import MAKER
from search_api.serving.app import create_app
from search_api.serving.live import Live

ROOT = Path(__file__).parent.parent
QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"
FAR = "https://far.example"
PAGE = f"""<!DOCTYPE html SYSTEM "{FAR}/page.dtd"><html><head><title>صلح</title><base href="{FAR}/">
<link rel="stylesheet" href="style.css"><link rel="canonical" href="{FAR}/1"><script src="count.js"></script>
</head><body><img src="dot.gif"><article><p>{TEXTS[0]}</p><p>{TEXTS[1]}</p></article></body></html>"""
FEED = f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY far SYSTEM "{FAR}/entity">]>
<rss version="2.0" xml:base="{FAR}"><channel><title>خبر</title><link>{FAR}</link><item><guid>f1</guid>
<title>خبر</title><link>{FAR}/2</link><enclosure url="{FAR}/a.mp3"/>
<description>{TEXTS[2]}</description></item></channel></rss>"""


ASIDE: tuple[object, ...] = ("bind AF_INET6 0 ::1", ["uname", "-p"])
"""What libraries of hazm do as they are imported: they see whether there is IPv6, and what the machine is."""

SEMAPHORES = Path("/dev/shm")
"""One of them makes a semaphore here, and takes it away again."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of somebody who has nothing yet: one for each thing that Hudhud reads or writes."""

    home: Path
    temporary: Path
    cache: Path
    index: Path
    archive: Path
    out: Path

    def start(self, *arguments: str, **variables: str) -> Program:
        """Run `hudhud` here, with nothing in its environment that would keep a library quiet."""
        environment = {
            **variables,
            "HOME": str(self.home),
            "HUDHUD_CACHE": str(self.cache),
            "HUDHUD_INDEX": str(self.index),
            "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.temporary),
        }
        out = self.out / arguments[0]
        out.mkdir()
        return Program([sys.executable, "-m", "search_api", *arguments], self.archive, environment, out)

    def strays(self, traced: Traced) -> list[Path]:
        """What was changed outside index and cache, but for temporary files that are gone again."""
        folders = (self.index, self.cache, self.temporary, Path("/dev/null"))
        changed = {path for path in traced.changed if not any(map(path.is_relative_to, folders))}
        return sorted(changed | {*self.home.rglob("*"), *self.temporary.rglob("*")})


@pytest.fixture(scope="module")
def place(strace: None, model: Model, seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An archive in every format; the model, its encoder, vectors of the seeds, and no lists of words."""
    del strace
    place = Place(*(tmp_path_factory.mktemp(name) for name in Place.__slots__))
    for made in (model.folder, *(default_cache() / "encoders").glob(f"{model.fingerprint[:16]}-?")):
        link = place.cache / made.parent.name / made.name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(made)
    shutil.copy(Layout(seed_index).cache, Layout(place.index).cache)
    shutil.copytree(ROOT / "seeds", place.archive / "seeds")
    write(place.archive, {"page.html": PAGE, "feed.xml": FEED, "table.csv": f"id,text\nc1,{TEXTS[3]}\n"})
    line = json.dumps({"id": "j1", "text": TEXTS[4]})
    (place.archive / "lines.jsonl.gz").write_bytes(gzip.compress(line.encode()))
    pq.write_table(pa.table({"id": ["p1"], "text": [TEXTS[5]]}), place.archive / "table.parquet")
    with zipfile.ZipFile(place.archive / "more.zip", "w") as packed:
        packed.writestr("inside.warc", web_archive(PAGE))
    return place


def web_archive(page: str) -> bytes:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=False)
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
    payload = io.BytesIO(page.encode())
    record = writer.create_warc_record(f"{FAR}/3", "response", payload, http_headers=headers)
    writer.write_record(record)
    record.raw_stream.close()
    return stream.getvalue()


@pytest.fixture(scope="module")
def indexing(place: Place) -> Traced:
    """What the first reindex did, which makes the list of words too."""
    program = place.start("reindex", str(place.archive), "--quiet", "--json")
    traced = program.traced()
    summary = json.loads(program.stdout)
    assert (summary["articles"], summary["skipped"]["total"]) == (11, 0), summary
    assert summary["embedded"] > 0
    return traced


def test_indexing_calls_nobody(place: Place, indexing: Traced) -> None:
    maker, *others = indexing.programs[1:]
    assert maker == [sys.executable, "-m", MAKER]
    assert [program for program in others if program not in ASIDE] == []
    assert [address for address in indexing.addresses if address not in ASIDE] == []
    assert [path for path in place.strays(indexing) if path.parent != SEMAPHORES] == []
    assert indexing.forked <= indexing.awaited
    assert indexing.unwatched == []


@pytest.mark.usefixtures("indexing")
def test_searching_calls_nobody(place: Place) -> None:
    program = place.start("search", QUERY, "--json")
    traced = program.traced()
    assert json.loads(program.stdout)["hits"][0]["article"]["id"].endswith(NUCLEAR)
    assert traced.sockets == set()
    assert place.strays(traced) == []
    assert traced.forked == set()
    assert traced.unwatched == []


@pytest.mark.usefixtures("indexing")
def test_serving_answers_who_asks_and_calls_nobody(place: Place) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    program = place.start("serve", "--port", str(port))
    deadline = time.monotonic() + 60
    while not ask(port, "/readyz").get("checked"):
        assert time.monotonic() < deadline, program.stderr
        time.sleep(0.05)
    found = ask(port, f"/v1/search?q={quote(QUERY)}")
    program.interrupt()
    traced = program.traced(EXIT_INTERRUPTED)
    assert found["hits"][0]["article"]["id"].endswith(NUCLEAR)
    assert traced.addresses == [f"bind AF_INET {port} 127.0.0.1"]
    assert traced.sockets == {"AF_INET"}
    assert place.strays(traced) == []
    assert traced.forked == set()
    assert traced.unwatched == []


@pytest.mark.usefixtures("indexing")
def test_traces_go_to_the_collector_that_is_named_and_to_nobody_else(place: Place) -> None:
    with collector() as (there, received), socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        free.close()
        place.out.joinpath("serve").rename(place.out / "serve-before")
        program = place.start(
            *("serve", "--port", str(port)), OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{there}"
        )
        deadline = time.monotonic() + 60
        while not ask(port, "/readyz"):
            assert time.monotonic() < deadline, program.stderr
            time.sleep(0.05)
        assert ask(port, f"/v1/search?q={quote(QUERY)}")["hits"]
        program.interrupt()
        traced = program.traced(EXIT_INTERRUPTED)
    called = {address for address in traced.addresses if not address.startswith("bind")}
    assert called == {f"connect AF_INET {there} 127.0.0.1"}
    assert [path for path, _ in received] == ["/v1/traces"] * len(received)
    sent = b"".join(body for _, body in received)
    assert [
        word in sent for word in (b"GET /v1/search", b"candidates", b"Zaporizhzhia", NUCLEAR.encode())
    ] == [*(True, True, False, False)]
    assert place.strays(traced) == []


@contextmanager
def collector() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """The port of somebody who takes traces, and what was sent there."""
    received: list[tuple[str, bytes]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port, received
        finally:
            server.shutdown()


def ask(port: int, target: str) -> dict[str, Any]:
    """What a server answers; nothing as long as it does not."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", target)
        body: dict[str, Any] = json.loads(connection.getresponse().read())
    except OSError:
        return {}
    finally:
        connection.close()
    return body


AUDITED = """
import json, sys
seen = []
watched = ("socket.", "subprocess.", "os.fork", "os.posix_spawn", "os.exec", "os.system", "os.spawn")
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith(watched) else None)
from typer.testing import CliRunner
from search_api.commands.cli import app
seeds, index, query = sys.argv[1:]
found = {}
for command in (["reindex", seeds], ["search", query, "--json"], ["info"], ["verify"]):
    result = CliRunner().invoke(app, [*command, "--index", index])
    assert result.exit_code == 0, result.output
    found[command[0]] = result.stdout
import openvino
telemetry = [name for name, module in sys.modules.items() if "telemetry" in name and module]
article = json.loads(found["search"])["hits"][0]["article"]["id"]
print(json.dumps([article, hasattr(openvino, "convert_model"), telemetry, seen]))
"""


def printed(program: str, *arguments: object, **variables: str) -> list[Any]:
    """The list that a Python program prints last; its environment tells no library to be quiet."""
    speaking = {"CI", "TF_BUILD", "JENKINS_URL", "DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY"}
    kept = {name: value for name, value in os.environ.items() if name not in speaking}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=kept | variables, check=True)
    values: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def test_no_command_opens_a_socket_starts_a_process_or_loads_telemetry(layout: Layout) -> None:
    found, usable, telemetry, seen = printed(AUDITED, ROOT / "seeds", layout.folder, QUERY)
    assert (found, usable) == (NUCLEAR, True)
    assert [name for name in telemetry if name.startswith("openvino_telemetry")] == []
    assert "openvino.tools.ovc.telemetry_stub" in telemetry
    assert seen == []


LOCATE = """
import json, os
from indexer.core.errors import ModelNotFound
from indexer.models import hub
try:
    hub.snapshot("nobody/nothing", print)
except ModelNotFound:
    from huggingface_hub import constants
    print(json.dumps([constants.HF_HUB_DISABLE_TELEMETRY, os.environ["DO_NOT_TRACK"]]))
"""


def test_who_asks_the_hub_for_a_model_tells_nothing_else(tmp_path: Path) -> None:
    assert printed(LOCATE, HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1") == [True, "1"]


def test_searches_go_to_no_collector_that_the_environment_names(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")
    with TestClient(create_app(live)) as client:
        assert client.get("/v1/search", params={"q": QUERY}).status_code == 200
    assert [record for record in caplog.records if record.name.startswith("fastapi")] == []
