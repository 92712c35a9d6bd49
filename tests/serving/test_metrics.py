"""What a server tells of itself: right numbers, for administrators alone, and nothing of what is asked."""

import re
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from serving import SECONDS, served, wait_until

from indexer.core.limits import Limits
from indexer.core.settings import Settings
from indexer.storage.manifest import MANIFEST, Manifest
from search_api.commands.serving import metrics_apart
from search_api.searching import stages
from search_api.serving import keys
from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.facts import Facts
from search_api.serving.gates import KeyGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live
from search_api.serving.memory import private_bytes
from search_api.serving.metrics import Metrics
from search_api.serving.scraping import add_metrics, metrics_alone

SECRET = "zaporizhzhia"
Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def metrics(live: Live) -> Metrics:
    return Metrics(Facts(live))


@pytest.fixture
def client(live: Live, metrics: Metrics) -> Iterator[TestClient]:
    app = create_app(live, Limits(body_bytes=1000), metrics)
    add_metrics(app, metrics)
    with TestClient(Envelope(app, Policy(count=metrics.request)), base_url="http://localhost") as opened:
        yield opened


def numbers(text: str) -> Numbers:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Numbers, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    for _ in range(3):
        client.get("/v1/search", params={"q": SECRET, "limit": 1})
    client.post("/v1/search", json={"q": SECRET, "limit": 1})
    client.get("/v1/search")
    client.get(f"/v1/articles/{SECRET}")
    client.get(f"/{SECRET}")
    client.request(SECRET, "/healthz")
    told = client.get("/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = numbers(told.text)
    name = "hudhud_requests_total"
    assert of(found, name, method="GET", route="/v1/search", status="200") == 3
    assert of(found, name, method="POST", route="/v1/search", status="200") == 1
    assert of(found, name, method="GET", route="/v1/search", status="422") == 1
    assert of(found, name, method="GET", route="/v1/articles/{id:path}", status="404") == 1
    assert of(found, name, method="GET", route="-", status="404") == 1
    assert of(found, name, method="other", route="/healthz", status="405") == 1
    assert of(found, "hudhud_request_seconds_count", route="/v1/search") == 5
    assert SECRET not in told.text.lower()


def test_stages_of_a_search_are_timed_and_add_up(client: TestClient) -> None:
    for number in range(3):
        client.get("/v1/search", params={"q": f"nuclear plant {number}", "limit": 3})
    found = numbers(client.get("/metrics").text)
    name = "hudhud_search_stage_seconds"
    counts = {stage: of(found, f"{name}_count", stage=stage) for stage in stages.NAMES}
    assert counts == {stage: 0 if stage in {"facets", "reranking"} else 3 for stage in stages.NAMES}
    total = sum(of(found, f"{name}_sum", stage=stage) for stage in stages.NAMES)
    requests = of(found, "hudhud_request_seconds_sum", route="/v1/search")
    assert 0.3 * requests < total < requests


def test_counting_by_fields_is_a_stage_of_its_own(client: TestClient) -> None:
    counted = {"q": "nuclear plant", "facets": "language,month", "sort": "newest"}
    assert client.get("/v1/search", params=counted).json()["facets"].keys() == {"language", "month"}
    found = numbers(client.get("/metrics").text)
    counts = {stage: of(found, "hudhud_search_stage_seconds_count", stage=stage) for stage in stages.NAMES}
    assert counts == {stage: 0 if stage == "reranking" else 1 for stage in stages.NAMES}


def test_what_answers_is_told(client: TestClient, live: Live, seed_index: Path) -> None:
    generation = str(live.state.generation)
    manifest = Manifest.read(seed_index / "generations" / generation / MANIFEST)
    found = numbers(client.get("/metrics").text)
    assert of(found, "hudhud_generation", generation=generation) == 1
    assert of(found, "hudhud_index_ok") == 1
    assert of(found, "hudhud_articles") == manifest.articles == 5
    assert of(found, "hudhud_passages") == manifest.passages > 5
    assert of(found, "hudhud_generation_made_seconds") == pytest.approx(
        Facts.made(manifest).timestamp(), abs=0.01
    )
    assert of(found, "hudhud_private_memory_bytes") == pytest.approx(private_bytes(), rel=0.1)
    assert of(found, "process_resident_memory_bytes") > 50e6
    assert of(found, "hudhud_running", work="searches") == 0


def test_caches_tell_bytes_and_hits(client: TestClient) -> None:
    def look() -> Numbers:
        return numbers(client.get("/metrics").text)

    before = look()
    for _ in range(4):
        client.get("/v1/search", params={"q": "a question that nobody has asked before", "limit": 1})
    after = look()
    for cache in ("vectors", "expansions"):
        assert of(after, "hudhud_cache_bytes", cache=cache) > of(before, "hudhud_cache_bytes", cache=cache)
    hits, misses = (
        of(after, f"hudhud_cache_{kind}_total", cache="vectors")
        - of(before, f"hudhud_cache_{kind}_total", cache="vectors")
        for kind in ("hits", "misses")
    )
    assert hits >= 3
    assert 1 <= misses <= 8
    assert of(after, "hudhud_cache_entries", cache="words") > 0


def test_refusals_are_counted_by_reason(client: TestClient, live: Live) -> None:
    client.get("/healthz", headers={"host": "evil.example"})
    client.get("/v1/search?limit=x")
    client.post("/v1/search", content=b"x" * 2000, headers={"content-type": "application/json"})
    client.post("/v1/search", content=b"x")
    client.get("/v1/search?q=" + "x" * 40_000)
    found = numbers(client.get("/metrics").text)
    for reason in ("unknown host", "invalid", "long body", "no JSON", "long address"):
        assert of(found, "hudhud_refused_total", reason=reason) == 1, reason
    slow = Metrics(Facts(live))
    app = create_app(live, Limits(deadline_seconds=0.0001), slow)
    with TestClient(Envelope(app, Policy(count=slow.request)), base_url="http://localhost") as late:
        assert late.get("/v1/search?q=war").status_code == 503
    assert of(numbers(slow.text().decode()), "hudhud_refused_total", reason="too slow") == 1


def test_connections_that_were_refused_are_counted(live: Live, metrics: Metrics) -> None:
    with served(create_app(live), Limits(), refused=metrics.refused) as server:
        assert server.ask(b"\0\1\r\n\r\n").status == 400
    assert of(numbers(metrics.text().decode()), "hudhud_refused_total", reason="no request") == 1


def test_metrics_are_for_the_scope_admin(
    live: Live, metrics: Metrics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_LOOK_EVERY", 0.0)
    file = KeyFile(tmp_path / "keys.json")
    app = create_app(live, metrics=metrics)
    add_metrics(app, metrics)
    gate = KeyGate(Keys(file), anonymous=True)
    with TestClient(
        Envelope(app, Policy(gates=(gate,), count=metrics.request)), base_url="http://localhost"
    ) as client:
        assert client.get("/metrics").status_code == 200
        _, search = file.create("desk", [Scope.SEARCH])
        _, admin = file.create("operator", [Scope.ADMIN])
        refused = client.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="hudhud"')
        refused = client.get("/metrics", headers={"x-api-key": search})
        assert (refused.status_code, refused.json()["detail"]) == (
            403,
            "this needs a key with the scope admin",
        )
        told = client.get("/metrics", headers={"authorization": f"Bearer {admin}"})
    assert told.status_code == 200
    found = numbers(told.text)
    assert of(found, "hudhud_refused_total", reason="no key") == 1
    assert of(found, "hudhud_refused_total", reason="forbidden") == 1


def test_metrics_may_have_an_address_of_their_own(live: Live, metrics: Metrics) -> None:
    app = Envelope(create_app(live, metrics=metrics), Policy(count=metrics.request))
    with served(app, Limits()) as server, served(metrics_alone(metrics), Limits()) as apart:
        assert server.get("/metrics").status == 404
        assert server.get("/v1/search?q=war&limit=1").status == 200
        found = numbers(apart.get("/metrics").body.decode())
        assert apart.get("/v1/search?q=war&limit=1").status == 404
    assert of(found, "hudhud_requests_total", method="GET", route="/v1/search", status="200") == 1


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_serve_tells_them_at_the_port_that_is_set(metrics: Metrics) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with metrics_apart(metrics, Settings(metrics_port=port)) as is_apart:
        assert is_apart
        wait_until(lambda: listens(port))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=SECONDS) as answer:
            assert of(numbers(answer.read().decode()), "hudhud_index_ok") == 1
    with metrics_apart(metrics, Settings()) as is_apart:
        assert not is_apart


def test_a_manifest_that_is_gone_leaves_the_rest(
    live: Live, metrics: Metrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(live.layout, "generations", tmp_path)
    found = numbers(metrics.text().decode())
    assert of(found, "hudhud_generation", generation=str(live.state.generation)) == 1
    assert not [name for name, _ in found if re.search("articles|passages", name)]
