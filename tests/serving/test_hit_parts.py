"""Parts of hits over HTTP: each stands where a whole hit has it, and nothing else is given."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.core.records import Passage
from search_api.export import COLUMNS
from search_api.searching.evidence import Evidence, WordMatch
from search_api.serving.app import create_app
from search_api.serving.hit_parts import PLACES
from search_api.serving.live import Live

ASKED = {"q": "flood", "min_confidence": 0, "highlight": ["html"], "gloss": True}
WHERE = {**PLACES, **{f"meta.{name}": ("article", "metadata", name) for name in ("author", "section")}}


@pytest.fixture(scope="module")
def client(newsroom: Live) -> Iterator[TestClient]:
    with TestClient(create_app(newsroom)) as opened:
        yield opened


def hits(client: TestClient, **more: object) -> list[dict[str, Any]]:
    answer = client.post("/v1/search", json=ASKED | more)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hits"]
    return found


@pytest.mark.parametrize("name", WHERE)
def test_a_part_stands_where_a_whole_hit_has_it(client: TestClient, name: str) -> None:
    whole, parts = hits(client), hits(client, fields=[name])
    assert len(whole) == len(parts) == 5
    for hit, part in zip(whole, parts, strict=True):
        assert part == only(hit, WHERE[name])


def only(whole: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    """What stands at a place of a hit, with what is around it; an article may lack a further field."""
    first, *inner = place
    if first not in whole:
        return {}
    return {first: only(whole[first], tuple(inner)) if inner else whole[first]}


def test_parts_are_joined_in_the_order_of_hits(client: TestClient) -> None:
    [whole] = hits(client, limit=1)
    [part] = hits(client, limit=1, fields="meta.author,url,words,rank,title")
    assert part == {
        "rank": 1,
        "article": {
            "title": whole["article"]["title"],
            "url": whole["article"]["url"],
            "metadata": {"author": whole["article"]["metadata"]["author"]},
        },
        "evidence": {"words": whole["evidence"]["words"]},
    }
    assert list(part) == ["rank", "article", "evidence"]
    assert whole["evidence"]["words"]
    for both in ("title,article", "article,title"):
        assert hits(client, limit=1, fields=both) == [{"article": whole["article"]}]


def test_all_else_of_the_answer_stays(client: TestClient) -> None:
    whole = client.get("/v1/search?q=flood&facets=language&min_confidence=0").json()
    parts = client.get("/v1/search?q=flood&facets=language&min_confidence=0&fields=id").json()
    assert list(parts) == list(whole)
    assert parts["hits"] == [{"article": {"id": hit["article"]["id"]}} for hit in whole["hits"]]
    for name in ("hits", "took_ms"):
        del whole[name], parts[name]
    assert parts == whole


def test_the_columns_of_files_are_parts_too(client: TestClient) -> None:
    assert set(COLUMNS) <= set(PLACES)
    answer = client.get("/v1/search?q=flood&fields=title&fields=place")
    assert answer.status_code == 422
    assert answer.json()["detail"] == (f"no part of a hit is called 'place': there are {', '.join(WHERE)}")


def test_words_are_not_looked_for_where_no_part_needs_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Passage] = []
    found = Evidence.matches

    def matches(evidence: Evidence, passage: Passage) -> tuple[WordMatch, ...]:
        looked.append(passage)
        return found(evidence, passage)

    monkeypatch.setattr(Evidence, "matches", matches)
    monkeypatch.setattr("search_api.search.gloss", None)
    assert len(hits(client, fields="title,passage")) == 5
    assert len(looked) == 1  # of the first hit, for the verdict
    assert len(hits(client, fields="words")) == 5
    assert len(looked) > 5


def test_a_search_of_a_batch_may_name_parts(client: TestClient) -> None:
    searches = [{"q": "flood", "limit": 1, "fields": ["id"]}, {"q": "flood", "fields": ["place"]}]
    first, second = client.post("/v1/search/batch", json={"searches": searches}).json()["outcomes"]
    [hit] = hits(client, limit=1)
    assert first["response"]["hits"] == [{"article": {"id": hit["article"]["id"]}}]
    assert (second["status"], second["problem"]["errors"][0]["field"]) == (422, "fields")
