"""Articles over HTTP: with their passages, many at once, and those that are like one."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from search_api.search import Searcher
from search_api.serving import article_routes
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.similar import similar

NUCLEAR, WITKOFF, DRONES = "003_f7d4c279eac3b33f", "004_964fd79116a5ca89", "000_c1a583e564ddadc6"


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def test_an_article_says_where_its_passages_are(client: TestClient, searcher: Searcher) -> None:
    body = client.get(f"/v1/articles/{NUCLEAR}").json()
    passages = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))
    assert body["passages"] == [
        {"id": passage.number, "start": passage.start, "end": passage.end} for passage in passages
    ]
    assert len(passages) > 1
    [hit] = client.get("/v1/search", params={"q": "nuclear plant", "languages": "ar"}).json()["hits"]
    found = {passage["id"]: passage for passage in body["passages"]}[hit["passage"]["id"]]
    assert body["text"][found["start"] : found["end"]] == hit["passage"]["text"]


def test_articles_come_once_in_the_order_asked_for_and_missing_ones_are_named(client: TestClient) -> None:
    ids = [WITKOFF, "nowhere", NUCLEAR, WITKOFF, "", "x/similar"]
    body = client.post("/v1/articles", json={"ids": ids}).json()
    assert [article["id"] for article in body["articles"]] == [WITKOFF, NUCLEAR]
    assert (body["missing"], body["left"]) == (["nowhere", "", "x/similar"], [])
    assert body["articles"][1] == client.get(f"/v1/articles/{NUCLEAR}").json()


def test_an_answer_holds_so_much_text_and_says_what_is_left(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = [len(client.get(f"/v1/articles/{one}").json()["text"]) for one in (NUCLEAR, WITKOFF)]
    asked = {"ids": [NUCLEAR, WITKOFF, DRONES]}
    for most, given in ((1, 1), (lengths[0], 1), (sum(lengths), 2), (10**9, 3)):
        monkeypatch.setattr(article_routes, "MOST_CHARACTERS", most)
        body = client.post("/v1/articles", json=asked).json()
        assert [article["id"] for article in body["articles"]] == asked["ids"][:given]
        assert body["left"] == asked["ids"][given:]


@pytest.mark.parametrize("ids", [[], ["x"] * 101, ["x" * 4097], "x", None, [1]])
def test_too_many_too_long_or_no_ids_are_refused(client: TestClient, ids: object) -> None:
    assert client.post("/v1/articles", json={"ids": ids}).status_code == 422


def test_similar_articles_over_http(client: TestClient, searcher: Searcher) -> None:
    body = client.get(f"/v1/articles/{DRONES}/similar", params={"limit": 3, "languages": "fa,prs"}).json()
    expected = similar(searcher.index, DRONES, limit=3, languages=["fa", "prs"])
    assert body["article"]["id"] == DRONES
    assert body["generation"] == searcher.index.name
    assert [
        (one["rank"], one["article"]["id"], one["confidence"], one["same_story"], one["passage"]["start"])
        for one in body["similar"]
    ] == [
        (one.rank, one.article.id, round(one.confidence, 3), one.is_same_story, one.passage.start)
        for one in expected.similar
    ]
    assert len(body["similar"]) == 3
    assert DRONES not in [one["article"]["id"] for one in body["similar"]]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/articles/nowhere/similar", 404),
        (f"/v1/articles/{DRONES}/similar?limit=0", 422),
        (f"/v1/articles/{DRONES}/similar?q=x", 422),
        (f"/v1/articles/{DRONES}/similar?languages=persian-dari", 422),
        (f"/v1/articles/{'x' * 5000}/similar", 404),
    ],
)
def test_what_is_wrong_with_asking_for_similar_ones(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == answer.json()["status"] == status
