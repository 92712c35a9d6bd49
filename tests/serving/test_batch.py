"""Several searches in one request: each as if it were asked alone, encoded together."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.core.deadline import Deadline
from indexer.core.errors import TooSlow
from indexer.core.limits import Limits
from search_api.search import Searcher
from search_api.searching.outcomes import Result
from search_api.searching.query import Query
from search_api.searching.query_encoder import QueryEncoder
from search_api.serving.app import create_app
from search_api.serving.batch import MOST_SEARCHES
from search_api.serving.live import Live

SEARCHES = [
    {"q": "Zaporizhzhia nuclear plant", "limit": 2, "highlight": ["html"]},
    {"q": "پهپاد", "exact": True, "languages": ["fa"]},
    {"q": "war", "not.languages": ["ar"], "facets": ["language"], "sort": "newest", "min_confidence": 0},
]


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def batch(client: TestClient, searches: Sequence[object]) -> dict[str, Any]:
    answer = client.post("/v1/search/batch", json={"searches": searches})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_each_search_is_answered_as_if_it_were_asked_alone(client: TestClient, searcher: Searcher) -> None:
    body = batch(client, SEARCHES)
    assert body["generation"] == searcher.index.name
    for search, outcome in zip(SEARCHES, body["outcomes"], strict=True):
        alone = client.post("/v1/search", json=search).json()
        assert (outcome["status"], outcome["problem"]) == (200, None)
        assert outcome["response"] | {"took_ms": 0} == alone | {"took_ms": 0}
        assert alone["hits"]


def test_what_is_wrong_with_one_is_told_there_and_the_others_are_answered(client: TestClient) -> None:
    wrong: list[object] = [
        {"q": "?"},
        {"q": "war", "lmit": 1},
        7,
        {"q": "war", "mode": "dense", "exact": True},
    ]
    outcomes = batch(client, [*wrong, SEARCHES[1]])["outcomes"]
    for search, outcome in zip(wrong, outcomes, strict=False):
        assert (outcome["status"], outcome["response"]) == (422, None)
        alone = client.post("/v1/search", json=search)
        assert (alone.status_code, alone.json()) == (422, outcome["problem"])
    assert outcomes[-1]["status"] == 200


def test_all_are_encoded_in_one_pass(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    begin = QueryEncoder.begin

    def watched(self: QueryEncoder, texts: Sequence[str], *rest: Deadline) -> Any:  # noqa: ANN401
        asked.append(list(texts))
        return begin(self, texts, *rest)

    monkeypatch.setattr(QueryEncoder, "begin", watched)
    batch(client, [{"q": "harvest of wheat"}, {"q": "?"}, {"q": "کشت گندم"}])
    assert asked[0] == ["harvest of wheat", "کشت گندم"]


def test_one_that_comes_too_late_is_a_problem_of_its_own(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Searcher.search

    def late(self: Searcher, query: Query, deadline: Deadline) -> Result:
        if query.text == "late":
            raise TooSlow("it took too long")
        return search(self, query, deadline)

    monkeypatch.setattr(Searcher, "search", late)
    outcomes = batch(client, [{"q": "war"}, {"q": "late"}, {"q": "peace"}])["outcomes"]
    assert [outcome["status"] for outcome in outcomes] == [200, 503, 200]
    assert outcomes[1]["problem"]["detail"] == "it took too long"


@pytest.mark.parametrize("body", [{"searches": []}, {"searches": [{"q": "x"}] * (MOST_SEARCHES + 1)}, {}, []])
def test_none_or_too_many_are_refused(client: TestClient, body: object) -> None:
    assert client.post("/v1/search/batch", json=body).status_code == 422


def test_no_more_is_counted_than_a_server_counts(live: Live) -> None:
    search = {"q": "war", "count": True, "min_confidence": 0}
    with TestClient(create_app(live, Limits(matched=2))) as client:
        [outcome] = batch(client, [search])["outcomes"]
    response = outcome["response"]
    assert (response["total"], response["total_is_exact"]) == (2, False)


def test_more_searches_than_may_be_are_refused_in_plain_words(client: TestClient) -> None:
    answer = client.post("/v1/search/batch", json={"searches": [{"q": "war"}] * 17})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith("searches may have 16 items at most, not ")
