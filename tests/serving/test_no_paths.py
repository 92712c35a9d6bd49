"""Nothing that a server says tells where on its machine anything lies."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from standing_in import StandIn

import search_api.serving.loading
from indexer.build import build
from indexer.core.deadline import NO_DEADLINE
from indexer.core.errors import IndexDamaged
from indexer.core.limits import Limits
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.models.model import Model
from indexer.storage.layout import Layout
from search_api.agents.calls import Calls
from search_api.serving.app import create_app
from search_api.serving.facts import Facts
from search_api.serving.live import Live
from search_api.serving.metrics import Metrics
from search_api.serving.opening import Opener
from search_api.serving.scraping import add_metrics
from search_api.web.pages import add_pages

FLOOD = "باران شدید دیروز در شهر رشت سیل به راه انداخت. خیابان پر از آب شد. چند خانواده خانه را ترک کردند."
SECRET = "kept-from-readers"
"""A folder above all else."""

ASKED: dict[str, list[str | dict[str, Any]]] = {
    "/": ["/", "/?q=flood&min_confidence=0", "/?q=flood&mode=paths", "/?q=flood&stories=true&gloss=true"],
    "/article/{id}": ["/article/a", "/article/a?q=flood", "/article/nowhere"],
    "/queries": ["/queries?list=flood", "/queries"],
    "/saved": ["/saved"],
    "/settings": ["/settings"],
    "/healthz": ["/healthz"],
    "/readyz": ["/readyz"],
    "/metrics": ["/metrics"],
    "/v1/articles": [{"ids": ["a", "b", "nowhere"]}],
    "/v1/articles/{id}": ["/v1/articles/a", "/v1/articles/b", "/v1/articles/nowhere"],
    "/v1/articles/{id}/similar": ["/v1/articles/a/similar", "/v1/articles/nowhere/similar"],
    "/v1/articles/{id}/translation": [
        "/v1/articles/a/translation?start=0",
        "/v1/articles/a/translation?start=1",
        "/v1/articles/nowhere/translation?start=0",
    ],
    "/v1/search": [
        "/v1/search?q=flood&facets=source,language&highlight=html&gloss=true&min_confidence=0",
        "/v1/search?q=flood&collapse=true&min_confidence=0",
        "/v1/search?q=flood&facets=path",
        "/v1/search?q=flood&mode=paths",
        {"q": "flood", "group": "passage"},
    ],
    "/v1/search/batch": [{"searches": [{"q": "flood"}, {"q": ""}, {"q": "flood", "cursor": "x"}]}],
    "/v1/search.csv": ["/v1/search.csv?q=flood&min_confidence=0", "/v1/search.csv?q=flood&fields=path"],
    "/v1/search.jsonl": ["/v1/search.jsonl?q=flood&min_confidence=0"],
    "/v1/search.atom": ["/v1/search.atom?q=flood&min_confidence=0"],
    "/v1/stats": ["/v1/stats"],
    "/v1/suggest": ["/v1/suggest?q=bar"],
    "/v1/version": ["/v1/version"],
}
"""By route, what is asked there: an address, or the body of a POST; mistakes among it."""


@pytest.fixture(scope="module")
def archive(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """What answers over two folders, in which two files have one name."""
    folder = tmp_path_factory.mktemp("above") / SECRET
    for name in "ab":
        (folder / name).mkdir(parents=True)
        line = json.dumps({"id": name, "text": f"{FLOOD} {name}"})
        (folder / name / "news.jsonl").write_text(line, encoding="utf-8")
    layout = Layout(folder / "index")
    layout.folder.mkdir()
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(Corpus([folder / "a", folder / "b"]), layout, model, encoder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
        opened = Live(layout, Opener(None, None), interval=0.01, retry=60)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(archive: Live) -> Iterator[TestClient]:
    metrics = Metrics(Facts(archive))
    app = create_app(archive, Limits(), metrics, translator=StandIn())
    add_metrics(app, metrics)
    add_pages(app)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as opened:
        yield opened


def said(client: TestClient, route: str) -> str:
    """All that is answered at a route, headers included."""
    answers = [
        client.get(one) if isinstance(one, str) else client.post(route, json=one) for one in ASKED[route]
    ]
    assert {answer.status_code for answer in answers} & {200, 503}
    assert 500 not in {answer.status_code for answer in answers}
    return "\n".join(f"{answer.headers} {answer.text}" for answer in answers)


def test_every_route_is_asked(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    pages = {"/", "/article/{id}", "/queries", "/saved", "/settings"}
    assert {*described, *pages, "/metrics"} == set(ASKED)


@pytest.mark.parametrize("route", ASKED)
def test_no_answer_tells_a_path(client: TestClient, route: str) -> None:
    assert SECRET not in said(client, route)


def test_two_files_of_one_name_are_told_apart_by_the_ids_of_their_articles(client: TestClient) -> None:
    hits = client.get("/v1/search?q=flood&min_confidence=0").json()["hits"]
    assert {(hit["article"]["id"], hit["article"]["source"]) for hit in hits} == {
        ("a", "news.jsonl:1"),
        ("b", "news.jsonl:1"),
    }


def test_no_tool_tells_a_path(archive: Live) -> None:
    calls = Calls(archive)
    told = [
        calls.call("search", {"query": "flood"}, NO_DEADLINE),
        calls.call("fetch", {"id": "a"}, NO_DEADLINE),
        calls.call("fetch", {"id": "nowhere"}, NO_DEADLINE),
    ]
    assert [one.is_error for one in told] == [False, False, True]
    assert SECRET not in "".join(one.text for one in told)
    assert '"source":"news.jsonl:1"' in told[1].text.replace(" ", "")


def test_an_index_that_cannot_be_used_does_not_say_where_it_is(
    archive: Live, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        place = archive.layout.folder / "generations" / "postings"
        raise IndexDamaged(f"{place} cannot be read", [place])

    monkeypatch.setattr(Live, "searcher", refuse)
    answer = client.get("/v1/search?q=flood")
    assert (answer.status_code, SECRET in answer.text) == (503, False)
    assert "postings cannot be read" in answer.json()["detail"]
    assert SECRET not in calls_text(archive)


def calls_text(archive: Live) -> str:
    """What a tool says."""
    return Calls(archive).call("search", {"query": "flood"}, NO_DEADLINE).text
