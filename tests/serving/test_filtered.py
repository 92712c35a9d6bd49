"""Filters over HTTP, on an archive with publishers and further fields."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from search_api.serving.app import create_app
from search_api.serving.live import Live


@pytest.fixture(scope="module")
def client(newsroom: Live) -> Iterator[TestClient]:
    with TestClient(create_app(newsroom)) as opened:
        yield opened


def ids(answer: Any) -> set[int]:  # noqa: ANN401
    assert answer.status_code == 200, answer.text
    return {int(hit["article"]["id"][-2:]) for hit in answer.json()["hits"]}


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("sources=ايسنا", {"sources": ["ایسنا"]}, {1, 5}),
        (
            "sources=bbc persian&sources=Aljazeera.net",
            {"sources": ["BBC Persian", "aljazeera.net"]},
            {2, 3, 4},
        ),
        ("meta.author=ali", {"meta": {"author": ["Ali"]}}, {1, 2}),
        ("meta[author]=علی حسن", {"meta": {"author": "علي حسن"}}, {3, 4}),
        (
            "meta.author=Ali&meta.author=علي حسن&meta.section=weather",
            {"meta": {"author": ["Ali", "علي حسن"], "section": ["weather"]}},
            {1, 2, 3},
        ),
        ("not.sources=aljazeera.net", {"not.sources": ["aljazeera.net"]}, {1, 2, 5}),
        ("not.meta.section=weather", {"not.meta": {"section": ["weather"]}}, {4, 5}),
        ("languages=fas", {"languages": ["fas"]}, {1, 2, 5}),
        ("languages=pes,ara", {"languages": ["pes", "ara"]}, {1, 3, 4, 5}),
        ("not.languages=fa", {"not.languages": ["fa"]}, {3, 4}),
        ("languages=fa&not.languages=prs", {"languages": "fa", "not.languages": "prs"}, {1, 5}),
        (
            "from=2025-11-01&not.meta.author=Ali",
            {"from": "2025-11-01", "not.meta": {"author": "Ali"}},
            {3, 4},
        ),
        ("meta.author=nobody", {"meta": {"author": ["nobody"]}}, set()),
    ],
)
def test_filters_of_both_methods(
    client: TestClient, query: str, body: dict[str, object], expected: set[int]
) -> None:
    common = "q=flood football wheat&limit=100&"
    assert ids(client.get(f"/v1/search?{common}{query}")) == expected
    assert ids(client.post("/v1/search", json={"q": "flood football wheat", "limit": 100} | body)) == expected


def test_hits_show_what_filters_ask_for(client: TestClient) -> None:
    [hit] = client.get("/v1/search?q=flood&sources=ایسنا&meta.section=weather").json()["hits"]
    assert hit["article"] == {
        "id": "news/01",
        "title": "باران شدید دیروز در شهر رشت سیل به راه انداخت",
        "date": "2025-11-02",
        "language": "fa",
        "source": "news/01.txt",
        "url": "https://www.example.org/1",
        "publisher": "ایسنا",
        "metadata": {"author": ["Sara Nouri", "Ali"], "section": ["weather"]},
    }


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        (
            "meta.tags=a",
            "meta.tags",
            "the index keeps no field 'meta.tags': it has language, source, meta.author",
        ),
        ("meta=a", "meta", "meta: Input should be a valid dictionary"),
        ("meta.author=" + "a" * 201, "meta.author.0", "meta.author.0: String should have at most 200"),
        ("not.title=a", "not.title", "not.title is not a field here"),
        ("not.languages=Persian", "not.languages", "'persian' is not a language code"),
    ],
)
def test_filters_that_cannot_be_are_told(client: TestClient, query: str, field: str, message: str) -> None:
    answer = client.get(f"/v1/search?q=flood&{query}")
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["message"][: len(message)]) == (field, message)


def test_publishers_are_counted_for_who_wants_to_filter_by_them(client: TestClient) -> None:
    sources = client.get("/v1/stats").json()["sources"]
    assert sorted(sources.values(), reverse=True) == list(sources.values()) == [2, 2, 1]
    found = {name: ids(client.get("/v1/search", params={"q": "flood", "sources": name})) for name in sources}
    assert {name: len(numbers) for name, numbers in found.items()} == sources


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {1, 2, 4, 5}),
        ("sources=aljazeera.net", {4}),
        ("not.sources=aljazeera.net&languages=fas", {1, 2, 5}),
        ("meta.author=Ali", {1, 2}),
        ("not.meta.section=weather", {4, 5}),
    ],
)
def test_similar_articles_are_filtered_likewise(client: TestClient, query: str, expected: set[int]) -> None:
    answer = client.get(f"/v1/articles/news/03/similar?{query}")
    assert answer.status_code == 200, answer.text
    similar = answer.json()["similar"]
    assert {int(one["article"]["id"][-2:]) for one in similar} == expected
    assert {one["article"]["publisher"] for one in similar if one["article"]["id"] == "news/04"} <= {
        "aljazeera.net"
    }


def test_a_field_that_is_not_kept_is_told_of_similar_ones(client: TestClient) -> None:
    answer = client.get("/v1/articles/news/03/similar?meta.tags=x")
    assert answer.status_code == 422
    assert "tags" in answer.json()["detail"]
