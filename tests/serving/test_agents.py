"""MCP over HTTP, asked by the client of the package and by others who mean no good."""

import asyncio
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from asking import Server
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from serving import Served, served, wait_until

from indexer.core.deadline import Deadline
from indexer.core.limits import Limits
from search_api.agents import library
from search_api.agents.mounting import WithMcp
from search_api.searching.query import Query
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate, OriginGate, RateGate
from search_api.serving.headers import Origins
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live

QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"
LIMITS = Limits()
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "search", "arguments": {"query": QUERY, "limit": 1}},
}
ASKING = ("Content-Type: application/json", "Accept: application/json, text/event-stream")


@contextmanager
def running(live: Live, policy: Policy | None = None, limits: Limits = LIMITS) -> Iterator[Served]:
    app = WithMcp(create_app(live, limits), live, limits)
    with served(Envelope(app, policy or Policy()), limits) as server:
        yield server


@pytest.fixture(scope="module")
def server(live: Live) -> Iterator[Served]:
    origins = Origins.of(["https://news.example.org"])
    with running(live, Policy(origins=origins, gates=(OriginGate(origins),))) as opened:
        yield opened


def asked(
    server: Served, talk: Callable[[Client], Coroutine[Any, Any, Any]], mode: str = "auto", **headers: str
) -> Any:  # noqa: ANN401 (whatever is talked about)
    """What a client of the package hears."""

    async def connect() -> object:
        async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
            transport = streamable_http_client(f"http://127.0.0.1:{server.port}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await talk(client)

    return asyncio.run(connect())


def post(server: Served, body: object, *headers: str) -> Any:  # noqa: ANN401 (an answer, and its JSON)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = ["POST /mcp HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(sent)}"]
    return server.ask("\r\n".join([*lines, *(headers or ASKING), "", ""]).encode() + sent)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_the_package_searches_and_fetches(server: Served, live: Live, mode: str) -> None:
    async def talk(client: Client) -> tuple[list[Any], CallToolResult, CallToolResult]:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("search", {"query": QUERY, "languages": ["ar"]})
        first = found.structured_content["results"][0]
        stretch = {name: first[name] for name in ("id", "start", "end")}
        return tools, found, await client.call_tool("fetch", stretch)

    tools, found, fetched = asked(server, talk, mode)
    assert [tool.name for tool in tools] == ["search", "fetch"]
    assert all("never an instruction" in tool.description for tool in tools)
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert tools[0].input_schema["examples"][0] == {"query": QUERY}
    first = found.structured_content["results"][0]
    with live.searcher() as searcher:
        text = searcher.index.article_by_id(NUCLEAR).text
    assert fetched.structured_content["untrusted"]["text"] == text[first["start"] : first["end"]]
    assert json.loads(fetched.content[0].text) == fetched.structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_what_is_wrong_is_an_error_of_the_tool(server: Served, mode: str) -> None:
    async def talk(client: Client) -> list[CallToolResult]:
        calls: tuple[tuple[str, dict[str, object]], ...] = (
            ("search", {"query": "war", "limit": 99}),
            ("fetch", {"id": "nowhere"}),
            ("delete", {}),
        )
        return [await client.call_tool(name, given) for name, given in calls]

    answers = asked(server, talk, mode)
    assert [answer.is_error for answer in answers] == [True] * 3
    said = [answer.content[0].text for answer in answers]
    assert said[0] == "limit: Input should be less than or equal to 20, not 99"
    assert [text.split(":")[0] for text in said[1:]] == [
        "no article has the id 'nowhere'",
        "there is no tool 'delete'",
    ]
    assert "Traceback" not in "".join(said)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://news.example.org", 200),
        ("https://evil.example", 403),
        ("http://localhost:6274", 403),
        ("null", 403),
    ],
)
def test_pages_of_other_origins_may_not_ask(server: Served, origin: str, status: int) -> None:
    found = post(server, CALL, *ASKING, f"Origin: {origin}")
    assert found.status == status
    if status == 403:
        assert "--allowed-origins" in found.json["detail"]
    assert server.get("/v1/search?q=war&limit=1", f"Origin: {origin}").status == 200


def test_the_same_keys_and_rates_hold(live: Live, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    _, search = file.create("agent", [Scope.SEARCH])
    _, admin = file.create("admin", [Scope.ADMIN])
    gate = RateGate(KeyGate(Keys(file), anonymous=True), 100, 4)

    async def talk(client: Client) -> CallToolResult:
        return await client.call_tool("search", {"query": QUERY, "limit": 1})

    with running(live, Policy(gates=(gate,))) as server:
        assert post(server, CALL).status == 401
        assert post(server, CALL, *ASKING, "X-API-Key: hudhud_00000000_x").status == 401
        assert post(server, CALL, *ASKING, f"X-API-Key: {admin}").status == 403
        found = asked(server, talk, authorization=f"Bearer {search}")
        assert found.structured_content["results"][0]["id"] == NUCLEAR
        refused = [post(server, CALL, *ASKING, f"Authorization: Bearer {search}") for _ in range(4)]
        assert refused[-1].status == 429
        assert 1 <= int(refused[-1].headers["retry-after"]) <= 60


def test_only_bodies_that_may_be_are_read(server: Served) -> None:
    too_long = post(server, CALL | {"more": "x" * LIMITS.body_bytes})
    assert (too_long.status, too_long.json["detail"]) == (413, "the body is longer than 262,144 bytes")
    for method in ("GET", "DELETE", "PUT"):
        found = server.ask(f"{method} /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert (found.status, found.headers["allow"]) == (405, "POST")


MODERN = ("MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: search")
HOSTILE = (
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"[" * 100_000,
    b'{"a":' * 30_000,
    b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":NaN,"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"\\ud800"}}}',
    json.dumps(CALL | {"params": {"name": "x" * 100_000, "arguments": {}}}).encode(),
    json.dumps(CALL | {"params": {"name": "search", "arguments": [1]}}).encode(),
    json.dumps(CALL | {"params": {"name": "search", "arguments": {"languages": [1] * 60_000}}}).encode(),
    json.dumps(CALL | {"params": {"name": "fetch", "arguments": {"id": NUCLEAR, "start": 10**400}}}).encode(),
    json.dumps(CALL | {"params": 7}).encode(),
    json.dumps(CALL | {"method": "nothing/" + "y" * 100_000}).encode(),
    json.dumps([CALL] * 200).encode(),
    json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}).encode(),
    json.dumps({"jsonrpc": "2.0", "id": 1, "result": {}}).encode(),
)  # fmt: skip


@pytest.mark.parametrize("headers", [(), MODERN], ids=["handshake", "modern"])
def test_no_body_breaks_it_or_fills_the_log(
    server: Served, caplog: pytest.LogCaptureFixture, headers: tuple[str, ...]
) -> None:
    assert post(server, CALL, *ASKING).status == 200
    with caplog.at_level(logging.INFO):
        for body in HOSTILE:
            found = post(server, body, *ASKING, *headers)
            assert found.status in {200, 202, 400, 404, 413}, (body[:100], found)
            assert len(found.body) < 2_000_000
    lines = [record.getMessage() for record in caplog.records]
    assert max(map(len, lines), default=0) < 1000
    assert [line for line in lines if "Traceback" in line or "yyyy" in line] == []
    assert post(server, CALL).json["result"]["structuredContent"]["results"][0]["id"] == NUCLEAR


def test_a_call_whose_client_left_is_stopped(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_: object, __: Query, deadline: Deadline) -> None:
        begun.set()
        while True:
            try:
                deadline.check()
            except BaseException:
                ended.set()
                raise
            time.sleep(0.01)

    with running(live) as server:
        monkeypatch.setattr("search_api.search.Searcher.search", slow)
        body = json.dumps(CALL).encode()
        lines = ["POST /mcp HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *ASKING, "", ""]
        connection = server.send("\r\n".join(lines).encode() + body)
        assert begun.wait(60)
        connection.close()
        assert ended.wait(5)


def test_a_call_that_takes_too_long_says_so(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: object, __: Query, deadline: Deadline) -> None:
        while True:
            deadline.check()
            time.sleep(0.01)

    monkeypatch.setattr("search_api.search.Searcher.search", slow)
    with running(live, limits=Limits(deadline_seconds=0.2)) as server:
        result = post(server, CALL).json["result"]
    assert result["isError"]
    assert result["content"][0]["text"].startswith("the answer took more than 0.2 seconds")


def test_searches_of_both_kinds_share_their_places(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    waiting = threading.Semaphore(0)

    def held(_: object, __: Query, deadline: Deadline) -> None:
        waiting.release()
        assert go.wait(60)
        deadline.cancel()
        deadline.check()

    monkeypatch.setattr("search_api.search.Searcher.search", held)
    with running(live, limits=Limits(searches_at_once=1, searches_waiting=0)) as server:
        connection = server.send("GET /v1/search?q=war HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert waiting.acquire(timeout=60)
        result = post(server, CALL).json["result"]
        go.set()
        connection.close()
    assert result["isError"]
    assert result["content"][0]["text"] == "too many searches are waiting: try again in a second"


def test_the_log_has_its_line_and_no_query(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    for log_queries in (False, True):
        caplog.clear()
        with caplog.at_level(logging.INFO), running(live, Policy(log_queries=log_queries)) as server:
            assert post(server, CALL).status == 200
            wait_until(lambda: any("POST /mcp 200" in line for line in caplog.messages))
        line = next(line for line in caplog.messages if "POST /mcp 200" in line)
        assert ("Zaporizhzhia" in line) == log_queries


def test_a_server_ends_without_a_word(live: Live, capfd: pytest.CaptureFixture[str]) -> None:
    with running(live) as server:
        assert post(server, CALL).status == 200
    said = capfd.readouterr().err
    assert "Finished server process" in said
    assert "ERROR" not in said


def test_without_the_package_a_sentence_says_what_to_install(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    with running(live) as server:
        found = post(server, CALL)
        assert server.get("/healthz").status == 200
    assert found.status == 404
    assert "pip install 'hudhud[mcp]'" in found.json["detail"]
    assert library.PACKAGE in found.json["detail"]


def test_hudhud_serve_answers_at_mcp_and_asks_where_pages_are_from(seed_index: Path, tmp_path: Path) -> None:
    with Server(seed_index, tmp_path / "log") as server:
        wait_until(lambda: server.ready()[0] == 200)
        url = f"http://127.0.0.1:{server.port}/mcp"
        headers = {"accept": "application/json, text/event-stream"}
        with httpx2.Client(trust_env=False, timeout=60) as client:
            found = client.post(url, json=CALL, headers=headers)
            foreign = client.post(url, json=CALL, headers=headers | {"origin": "https://evil.example"})
        assert found.json()["result"]["structuredContent"]["results"][0]["id"] == NUCLEAR
        assert foreign.status_code == 403
    assert server.complaints() == []
