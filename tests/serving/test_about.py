"""What a server says of itself and its index, and HEAD."""

import importlib.metadata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from serving import served

from indexer.core.limits import Limits
from indexer.storage.manifest import MANIFEST, Manifest
from search_api.serving.about import Stats
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.gates import KeyGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live


@pytest.fixture
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(Envelope(create_app(live), Policy()), base_url="http://localhost") as opened:
        yield opened


@pytest.fixture
def manifest(live: Live, seed_index: Path) -> Manifest:
    return Manifest.read(seed_index / "generations" / str(live.state.generation) / MANIFEST)


def test_stats_are_those_of_the_generation_that_answers(client: TestClient, manifest: Manifest) -> None:
    told = client.get("/v1/stats").json()
    assert told == {
        "generation": manifest.name,
        "made": manifest.created.replace("+00:00", "Z"),
        "model": "multilingual-e5-small (embedded)",
        "articles": 5,
        "passages": manifest.passages,
        "sentences": manifest.sentences,
        "languages": manifest.languages,
        "sources": {},
        "from": manifest.first_date,
        "to": manifest.last_date,
    }
    assert sum(told["languages"].values()) == 5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("BAAI/bge-m3", "BAAI/bge-m3"),
        ("/home/ali/models/e5", "e5"),
        ("./e5", "e5"),
        ("~/models/e5/", "e5"),
        ("models/by/me", "me"),
    ],
)
def test_no_folder_of_the_machine_is_told(manifest: Manifest, name: str, told: str) -> None:
    assert Stats.of(replace(manifest, model=name), []).model == told


def test_days_are_null_where_no_article_has_one(manifest: Manifest) -> None:
    dated = Stats.of(replace(manifest, first_date="2025-09-01", last_date="2025-09-12"), [])
    assert dated.model_dump(mode="json")["from"] == "2025-09-01"
    assert dated.model_dump(mode="json")["to"] == "2025-09-12"
    undated = Stats.of(replace(manifest, first_date=None, last_date=None), [])
    assert (undated.since, undated.until) == (None, None)


def test_the_version_is_that_of_the_package(client: TestClient) -> None:
    assert client.get("/v1/version").json() == {"hudhud": importlib.metadata.version("hudhud")}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/docs", 200),
        ("/openapi.json", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/v1/stats", 200),
        ("/v1/version", 200),
        ("/v1/search?q=war&limit=1", 200),
        ("/v1/search", 422),
        ("/v1/articles/003_f7d4c279eac3b33f", 200),
        ("/v1/articles/none", 404),
        ("/nowhere", 404),
    ],
)
def test_head_is_get_without_a_body(live: Live, path: str, status: int) -> None:
    with served(Envelope(create_app(live), Policy()), Limits()) as server:
        got = server.get(path)
        head = server.ask(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (head.status, head.body, got.status) == (status, b"", status)
    varying = {"x-request-id", "date", "content-length"}
    assert {name: head.headers[name] for name in head.headers.keys() - varying} == {
        name: got.headers[name] for name in got.headers.keys() - varying
    }
    assert abs(int(head.headers["content-length"]) - len(got.body)) < 5  # the time that it took


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/search", "GET, HEAD, POST"), ("/v1/articles/x", "GET, HEAD"), ("/healthz", "GET, HEAD")],
)
def test_a_path_says_all_methods_that_it_takes(client: TestClient, path: str, methods: str) -> None:
    for method in ("PUT", "DELETE", "OPTIONS"):
        refused = client.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, methods)


def test_stats_need_the_scope_search(live: Live, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    _, search = file.create("desk", [Scope.SEARCH])
    _, admin = file.create("operator", [Scope.ADMIN])
    policy = Policy(gates=(KeyGate(Keys(file), anonymous=False),))
    with TestClient(Envelope(create_app(live), policy), base_url="http://localhost") as client:
        for path in ("/v1/stats", "/v1/version"):
            for method in ("GET", "HEAD"):
                told = [
                    client.request(method, path, headers=headers).status_code
                    for headers in ({}, {"x-api-key": admin}, {"x-api-key": search})
                ]
                assert told == [401, 403, 200]
