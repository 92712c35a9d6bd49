"""`partial=true` over HTTP: searches, batches, files and the client, while a shard does not answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from newsroom import ARTICLES
from sharded import Parts

from indexer.core.errors import ShardMissing
from search_api.client import Missing, Results
from search_api.client.asking import body_of
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.problems import refusal

ASKED = {"q": "flood", "min_confidence": "0", "limit": "100"}
PARTIAL = ASKED | {"partial": "true"}


@pytest.fixture
def client(parted: Live) -> Iterator[TestClient]:
    with TestClient(create_app(parted)) as opened:
        yield opened


def expected(parts: Parts) -> list[str]:
    """The articles of the first shard."""
    return sorted(article.id for article in ARTICLES)[: len(ARTICLES) - int(parts.lost["articles"])]


def ids(body: dict[str, Any]) -> list[str]:
    return sorted(hit["article"]["id"] for hit in body["hits"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_search_is_refused_or_answered_in_part_as_it_asks(
    client: TestClient, parts: Parts, method: str
) -> None:
    def ask(asked: dict[str, str]) -> Any:  # noqa: ANN401
        if method == "GET":
            return client.get("/v1/search", params=asked)
        body = asked | {"limit": 100, "min_confidence": 0, "partial": asked.get("partial") == "true"}
        return client.post("/v1/search", json=body)

    whole = ask(PARTIAL).json()
    assert (ids(whole), whole["missing"]) == (sorted(article.id for article in ARTICLES), None)
    with parts.without_the_second():
        assert ask(ASKED).status_code == 503
        answer = ask(PARTIAL)
        assert answer.status_code == 200
        body = answer.json()
        assert (body["missing"], body["total_is_exact"]) == (parts.lost, False)
        assert ids(body) == expected(parts)
    assert ids(ask(ASKED).json()) == ids(whole)


def test_some_parts_of_hits_are_given_of_a_partial_answer(client: TestClient, parts: Parts) -> None:
    with parts.without_the_second():
        body = client.get("/v1/search", params=PARTIAL | {"fields": "id"}).json()
        assert (ids(body), body["missing"]) == (expected(parts), parts.lost)


def test_a_batch_has_both_kinds_of_outcomes(client: TestClient, parts: Parts) -> None:
    searches = [{"q": "flood"}, {"q": "flood", "partial": True}]
    with parts.without_the_second():
        found = client.post("/v1/search/batch", json={"searches": searches}).json()["outcomes"]
        assert [one["status"] for one in found] == [503, 200]
        assert found[1]["response"]["missing"] == parts.lost


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_files_say_in_headers_what_they_lack(client: TestClient, parts: Parts, kind: str) -> None:
    asked = {"q": "flood", "min_confidence": "0", "fields": "id"}
    whole = client.get(f"/v1/search.{kind}", params=asked | {"partial": "true"})
    assert "hudhud-missing-shards" not in whole.headers
    with parts.without_the_second():
        assert client.get(f"/v1/search.{kind}", params=asked).status_code == 503
        answer = client.get(f"/v1/search.{kind}", params=asked | {"partial": "true"})
    assert (answer.headers["hudhud-missing-shards"], answer.headers["hudhud-total-is-exact"]) == (
        "1",
        "false",
    )
    assert float(answer.headers["hudhud-missing-share"]) == parts.lost["share"]
    assert [article.id for article in ARTICLES if article.id in answer.text] == expected(parts)


def test_a_feed_is_whole_or_none(client: TestClient, parts: Parts) -> None:
    with parts.without_the_second():
        assert client.get("/v1/search.atom", params={"q": "flood"}).status_code == 503
        assert client.get("/v1/search.atom", params={"q": "flood", "partial": "true"}).status_code == 422


def test_the_client_asks_for_it_and_reads_what_is_missing(client: TestClient, parts: Parts) -> None:
    body = body_of("flood", {"partial": True})
    assert Results.of(client.post("/v1/search", json=body).json()).missing is None
    with parts.without_the_second():
        lost = parts.lost
        assert Results.of(client.post("/v1/search", json=body).json()).missing == Missing(
            *((1,), 2, lost["articles"], lost["passages"], lost["share"])
        )


def test_a_shard_that_is_missing_has_a_reason_of_its_own() -> None:
    assert refusal(ShardMissing("no process answers for shard 1")) == "shard missing"
