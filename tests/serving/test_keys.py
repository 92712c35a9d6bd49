"""Keys, scopes and rates: who is let in."""

import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from indexer.core.errors import KeysUnusable
from search_api.serving import keys
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate, RateGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live

SEARCH = "/v1/search?q=war&limit=1"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    monkeypatch.setattr(keys, "_LOOK_EVERY", 0.0)
    return KeyFile(tmp_path / "index" / "keys.json")


def client_of(live: Live, *gate: KeyGate | RateGate) -> TestClient:
    return TestClient(Envelope(create_app(live), Policy(gates=gate)), base_url="http://localhost")


@pytest.fixture
def client(live: Live, file: KeyFile) -> Iterator[TestClient]:
    with client_of(live, KeyGate(Keys(file), anonymous=True)) as opened:
        yield opened


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def test_a_key_is_shown_once_and_kept_as_a_digest(file: KeyFile) -> None:
    key, text = file.create("news\x1b[31mroom", [Scope.SEARCH])
    kept = file.path.read_text(encoding="utf-8")
    assert text.startswith(f"hudhud_{key.id}_")
    assert len(text.rpartition("_")[0]) >= 8
    assert text.split("_", 2)[2] not in kept
    assert json.loads(kept)["keys"][0]["name"] == "news\ufffd[31mroom"
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert Keys(file).find(text) == key
    for wrong in (text[:-1], text + "x", "", "hudhud", text.upper(), "\udcff"):
        assert Keys(file).find(wrong) is None


def test_two_keys_of_one_name_are_two(file: KeyFile) -> None:
    (first, one), (second, two) = file.create("a", [Scope.SEARCH]), file.create("a", [Scope.ADMIN])
    assert one != two
    assert file.read() == (first, second)
    assert file.revoke(first.id) == first
    assert file.read() == (second,)
    with pytest.raises(KeysUnusable, match="there is no key"):
        file.revoke(first.id)


@pytest.mark.parametrize("content", ["", "[]", '{"keys":[{}]}', '{"keys":[{"id":1}]}', "\xff"])
def test_a_file_that_is_none_is_refused(file: KeyFile, content: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(content, encoding="latin-1")
    with pytest.raises(KeysUnusable, match="cannot be read"):
        Keys(file)


def test_without_keys_anybody_of_this_machine_may_ask(client: TestClient, file: KeyFile) -> None:
    assert client.get(SEARCH).status_code == 200
    _, text = file.create("a", [Scope.SEARCH])
    refused = client.get(SEARCH)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="hudhud"')
    assert refused.json()["detail"].startswith("this needs a key: send it as Authorization: Bearer KEY")
    assert client.get(SEARCH, headers=bearer(text)).status_code == 200
    assert client.get(SEARCH, headers={"x-api-key": text}).status_code == 200


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_behind_a_proxy_that_was_not_named_nobody_is_of_this_machine(client: TestClient, header: str) -> None:
    response = client.get(SEARCH, headers={header: "1.2.3.4"})
    assert response.status_code == 403
    assert "--trusted-proxies" in response.json()["detail"]


def test_where_others_may_ask_a_key_is_needed_or_said_not_to_be(live: Live, file: KeyFile) -> None:
    with client_of(live, KeyGate(Keys(file), anonymous=False)) as client:
        assert client.get(SEARCH).status_code == 401
    file.create("a", [Scope.SEARCH])
    with client_of(live, KeyGate(Keys(file), anonymous=False, always=True)) as client:
        assert client.get(SEARCH).status_code == 200
        assert client.get(SEARCH, headers=bearer("wrong")).status_code == 401


def test_a_key_of_another_scope_is_403(client: TestClient, file: KeyFile) -> None:
    _, text = file.create("a", [Scope.ADMIN])
    for path in (SEARCH, "/v1/articles/x"):
        response = client.get(path, headers=bearer(text))
        assert (response.status_code, response.json()["detail"]) == (
            403,
            "this needs a key with the scope search",
        )
    _, both = file.create("b", [Scope.ADMIN, Scope.SEARCH])
    assert client.get(SEARCH, headers=bearer(both)).status_code == 200


def test_a_key_that_was_revoked_is_401(client: TestClient, file: KeyFile) -> None:
    key, text = file.create("a", [Scope.SEARCH])
    file.create("b", [Scope.SEARCH])
    assert client.get(SEARCH, headers=bearer(text)).status_code == 200
    file.revoke(key.id)
    response = client.get(SEARCH, headers=bearer(text))
    assert (response.status_code, response.json()["detail"]) == (401, "this key is not known, or was revoked")


def test_what_says_nothing_of_articles_needs_no_key(client: TestClient, file: KeyFile) -> None:
    file.create("a", [Scope.SEARCH])
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/static-offline-docs/favicon.png"):
        assert client.get(path).status_code == 200
    for path in ("/v1/search", "/v1/articles/x", "/nowhere", "//v1/search", "/docs/../v1/search?q=war"):
        assert client.get(path).status_code in {401, 404}
        assert "hits" not in client.get(path).text


def test_keys_that_cannot_be_read_let_nobody_in(
    client: TestClient, file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    _, text = file.create("a", [Scope.SEARCH])
    file.path.write_text("{", encoding="utf-8")
    for headers in ({}, bearer(text)):
        response = client.get(SEARCH, headers=headers)
        assert (response.status_code, str(file.path) in response.text) == (503, False)
    assert str(file.path) in caplog.text
    assert client.get("/healthz").status_code == 200


def test_no_key_is_in_a_log_or_an_error(live: Live, file: KeyFile, caplog: pytest.LogCaptureFixture) -> None:
    key, text = file.create("a", [Scope.SEARCH])
    admin, other = file.create("b", [Scope.ADMIN])
    caplog.set_level(logging.DEBUG)
    policy = Policy(gates=(KeyGate(Keys(file), anonymous=False),), log_queries=True)
    with TestClient(Envelope(create_app(live), policy), base_url="http://localhost") as client:
        for given in (text, other, text + "x"):
            for path in (SEARCH, "/v1/search", "/v1/articles/x", "/nowhere"):
                response = client.get(path, headers=bearer(given))
                assert given not in response.text + str(response.headers)
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not [line for line in told if text.split("_", 2)[2] in line or other.split("_", 2)[2] in line]
    assert any(line.split()[1:] and f"key {key.id}" in line for line in told)
    assert any(f"key {admin.id}" in line for line in told)


def test_so_many_requests_a_minute_and_no_more(live: Live, file: KeyFile) -> None:
    (_, one), (_, two) = file.create("a", [Scope.SEARCH]), file.create("b", [Scope.SEARCH])
    gate = KeyGate(Keys(file), anonymous=False, always=True)
    with client_of(live, RateGate(gate, per_address=2, per_key=3)) as client:
        with_one = [client.get("/v1/articles/x", headers=bearer(one)).status_code for _ in range(5)]
        with_two = [client.get("/v1/articles/x", headers=bearer(two)).status_code for _ in range(2)]
        without = [client.get("/v1/articles/x").status_code for _ in range(3)]
        refused = client.get("/v1/articles/x", headers=bearer("wrong"))
        health = [client.get("/healthz").status_code for _ in range(9)]
    if with_one != [404] * 5:  # a minute may have ended between
        assert with_one[:3] == [404] * 3
        assert with_one[-1] == 429
    assert with_two == [404] * 2
    assert without[:2] == [404] * 2
    if refused.status_code == 429:
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["detail"].startswith("more than 2 requests in a minute")
    assert health == [200] * 9


def test_a_limit_of_a_minute_ends_with_it(monkeypatch: pytest.MonkeyPatch, file: KeyFile) -> None:
    from search_api.serving.envelope import Request
    from search_api.serving.problems import Refused

    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    gate = RateGate(KeyGate(Keys(file), anonymous=True), per_address=2, per_key=0)

    def ask(address: str) -> int:
        try:
            gate(Request("GET", "/v1/search", {}, address))
        except Refused as refused:
            return int(refused.headers["Retry-After"])
        return 0

    assert [ask("a"), ask("a"), ask("b")] == [0, 0, 0]
    assert 1 <= ask("a") <= 60
    now += 61
    assert ask("a") == 0
