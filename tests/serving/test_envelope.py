"""Hosts, origins, headers and the log: what stands around every request."""

import logging
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from serving import served

from indexer.core.errors import InvalidSetting
from indexer.core.limits import Limits
from search_api.search import Searcher
from search_api.serving.app import create_app
from search_api.serving.callers import Callers, is_loopback
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.headers import Origins
from search_api.serving.live import Live

LOGGER = "search_api.serving.envelope"
SECRET = "zaporizhzhia"
ORIGIN = "https://news.example.org"


@pytest.fixture
def client(live: Live) -> Iterator[TestClient]:
    policy = Policy(Callers.of(["news.example.org", ".inside.example"], []), Origins.of([ORIGIN]))
    with TestClient(Envelope(create_app(live), policy), base_url="http://localhost") as opened:
        yield opened


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("10.1.2.3", 200),
        ("news.example.org", 200),
        ("a.inside.example:80", 200),
        ("inside.example", 421),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evilinside.example", 421),
        ("", 421),
    ],
)
def test_only_known_hosts_are_answered_to(client: TestClient, host: str, status: int) -> None:
    for path in ("/healthz", "/v1/search?q=war&limit=1"):
        response = client.get(path, headers={"host": host})
        assert response.status_code == status, response.text
    if status == 421:
        assert response.headers["content-type"] == "application/problem+json"
        assert "--allowed-hosts" in response.json()["detail"]


def test_every_answer_has_its_headers(client: TestClient) -> None:
    paths = ("/healthz", "/v1/search?q=war&limit=1", "/v1/search", "/nowhere", "/docs", "/openapi.json")
    answers = [client.get(path) for path in paths]
    for response in answers:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "server" not in response.headers
    numbers = [response.headers["x-request-id"] for response in answers]
    assert all(re.fullmatch("[0-9a-f]{16}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert answers[1].headers["cache-control"] == "no-store"


def test_a_server_does_not_say_what_it_is(live: Live) -> None:
    with served(Envelope(create_app(live), Policy()), Limits()) as server:
        found = server.get("/healthz")
        assert found.status == 200
        assert "server" not in found.headers


def test_a_fault_has_headers_and_a_line_too(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Searcher, "search", fail)
    caplog.set_level(logging.INFO, LOGGER)
    with TestClient(Envelope(create_app(live), Policy()), base_url="http://localhost") as client:
        response = client.get("/v1/search", params={"q": SECRET})
    assert response.status_code == 500
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in response.text
    assert lines(caplog)[-1].split()[1:4] == ["GET", "/v1/search", "500"]


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOGGER]


def test_the_log_has_a_line_a_request_and_nothing_of_what_was_asked(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    got = client.get("/v1/search", params={"q": SECRET, "limit": 1})
    client.post("/v1/search", json={"q": SECRET, "limit": 1})
    client.get(f"/v1/articles/{SECRET}")
    client.get(f"/{SECRET}")
    client.get("/v1/search", params={"q": SECRET, SECRET: 1})
    found = lines(caplog)
    assert [line.split()[1:4] for line in found] == [
        ["GET", "/v1/search", "200"],
        ["POST", "/v1/search", "200"],
        ["GET", "/v1/articles/{id:path}", "404"],
        ["GET", "-", "404"],
        ["GET", "/v1/search", "422"],
    ]
    assert re.fullmatch(r"[0-9a-f]{16} GET /v1/search 200 \d+\.\d ms", found[0])
    assert found[0].startswith(got.headers["x-request-id"])
    own = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert SECRET not in "".join(own)


def test_queries_are_written_down_where_that_is_asked_for(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    with TestClient(
        Envelope(create_app(live), Policy(log_queries=True)), base_url="http://localhost"
    ) as client:
        client.get("/v1/search", params={"q": SECRET, "limit": 1})
        client.post("/v1/search", json={"q": SECRET * 100, "limit": 1})
    got, posted = lines(caplog)
    assert got.endswith(f' {{"q":"{SECRET}","limit":1}}')
    assert SECRET * 10 in posted
    assert len(posted) < 400


@pytest.mark.parametrize(
    ("origin", "allowed"), [(ORIGIN, True), ("https://evil.example", False), ("null", False), ("", False)]
)
def test_pages_of_named_origins_may_ask(client: TestClient, origin: str, allowed: bool) -> None:
    simple = client.get("/v1/search?q=war&limit=1", headers={"origin": origin})
    asked = {"origin": origin, "access-control-request-method": "POST"}
    preflight = client.options("/v1/search", headers=asked)
    assert preflight.status_code == 204
    for response in (simple, preflight):
        assert response.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert response.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in response.headers
    assert preflight.headers.get("access-control-allow-methods") == ("GET, HEAD, POST" if allowed else None)
    expected = (
        "authorization, content-type, x-api-key, mcp-protocol-version, mcp-method, mcp-name"
        if allowed
        else None
    )
    assert preflight.headers.get("access-control-allow-headers") == expected


def test_no_page_may_ask_unless_its_origin_is_named(live: Live) -> None:
    with TestClient(Envelope(create_app(live), Policy()), base_url="http://localhost") as client:
        response = client.get("/healthz", headers={"origin": ORIGIN})
    assert not [name for name in response.headers if name.startswith("access-control") or name == "vary"]


def test_all_origins_may_be_named_and_what_is_none_is_refused() -> None:
    assert (b"access-control-allow-origin", b"https://a.example") in Origins.of(["*"]).headers(
        b"https://a.example"
    )
    for wrong in ("news.example.org", "https://news.example.org/", "ftp://news.example.org"):
        with pytest.raises(InvalidSetting, match="is no origin"):
            Origins.of([wrong])


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ([], "10.0.0.7", "1.2.3.4", "10.0.0.7"),
        (["10.0.0.0/8"], "10.0.0.7", "1.2.3.4", "1.2.3.4"),
        (["10.0.0.0/8"], "10.0.0.7", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (["10.0.0.0/8"], "11.0.0.7", "1.2.3.4", "11.0.0.7"),
        (["10.0.0.0/8"], "10.0.0.7", "nonsense", "10.0.0.7"),
        (["10.0.0.0/8"], "10.0.0.7", "", "10.0.0.7"),
        (["10.0.0.0/8"], "::ffff:10.0.0.7", "1.2.3.4", "1.2.3.4"),
        (["::1"], "::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ([], "testclient", "1.2.3.4", "testclient"),
    ],
)
def test_proxies_are_believed_where_they_are_named(
    proxies: list[str], peer: str, forwarded: str, address: str
) -> None:
    assert Callers.of([], proxies).address(peer, forwarded) == address


def test_a_proxy_is_an_address() -> None:
    with pytest.raises(InvalidSetting, match="'nginx' is no address of a proxy"):
        Callers.of([], ["nginx"])


def test_loopback_is_told_from_other_addresses() -> None:
    own = ("127.0.0.1", "127.9.9.9", "::1", "localhost")
    others = ("0.0.0.0", "::", "10.0.0.1", "news.example.org")
    assert [is_loopback(host) for host in (*own, *others)] == [True] * 4 + [False] * 4


def test_the_documentation_works_behind_a_prefix(live: Live) -> None:
    with served(Envelope(create_app(live), Policy()), Limits(), "/hudhud") as server:
        page = server.get("/docs").body.decode()
        script = page.split('src="')[1].split('"')[0]
        assert "url: '/hudhud/openapi.json'" in page
        assert script.startswith("/hudhud/static-offline-docs/")
        assert server.get(script.removeprefix("/hudhud")).status == 200
        described = server.get("/openapi.json").json
        assert described["servers"] == [{"url": "/hudhud"}]
        assert server.get("/v1/search?q=war&limit=1").status == 200


def test_an_address_that_is_too_long_is_414(live: Live) -> None:
    with served(Envelope(create_app(live), Policy()), Limits()) as server:
        found = server.get("/v1/search?q=" + "a" * 40_000)
    assert (found.status, found.json["detail"]) == (414, "the address is too long: send a body with POST")
