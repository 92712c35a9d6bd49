"""The HTTP API over the seed articles, with the real model."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient

from indexer.core.deadline import Deadline
from indexer.core.errors import Overloaded
from search_api.search import Searcher
from search_api.searching.evidence import TextSpan
from search_api.searching.query import parse
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.pool import Pool

QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def without_time(body: dict[str, Any]) -> dict[str, Any]:
    assert body["took_ms"] > 0
    return {name: value for name, value in body.items() if name != "took_ms"}


def span(there: TextSpan) -> dict[str, Any]:
    return {"text": there.text, "start": there.start, "end": there.end}


def test_a_search_answers_with_the_documented_body(client: TestClient, searcher: Searcher) -> None:
    body = without_time(client.get("/v1/search", params={"q": QUERY, "limit": 1}).json())
    [hit] = searcher.search(parse(QUERY, limit=1)).hits
    article = searcher.index.article_by_id(NUCLEAR)
    assert body == {
        "query": {
            "text": QUERY,
            "language": "en",
            "from": None,
            "to": None,
            "dates": [],
            "exact": [],
            "excluded": [],
            "mode": "hybrid",
            "without": [],
            "warnings": [],
            "corrected": None,
        },
        "verdict": "strong",
        "verdict_text": "Clear match.",
        "generation": searcher.index.name,
        "reranking_ms": None,
        "total": 1,
        "total_is_exact": True,
        "answering": 1,
        "facets": {},
        "next_cursor": None,
        "missing": None,
        "hits": [
            {
                "rank": 1,
                "confidence": round(hit.confidence, 3),
                "score": round(hit.scores.fused, 6),
                "scores": {
                    "passage": round(hit.scores.passage, 6),
                    "sentence": round(hit.scores.sentence, 6),
                    "lexical": round(hit.scores.lexical, 6),
                    "fused": round(hit.scores.fused, 6),
                    "reranked": None,
                },
                "article": {
                    "id": NUCLEAR,
                    "title": article.title,
                    "date": None,
                    "language": "ar",
                    "source": article.source,
                    "url": None,
                    "publisher": "",
                    "metadata": {},
                },
                "twins": [],
                "passage": {
                    "id": hit.passage.number,
                    "text": article.text[hit.passage.start : hit.passage.end],
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                },
                "evidence": {
                    "sentence": {
                        "start": hit.sentence.start,
                        "end": hit.sentence.end,
                        "score": round(hit.scores.sentence, 6),
                    },
                    "words": [
                        {
                            "query": span(match.query),
                            "passage": span(match.passage),
                            "kind": match.kind.value,
                            "weight": match.weight,
                        }
                        for match in hit.words
                    ],
                    "gloss": [],
                },
                "highlight": None,
            }
        ],
    }
    assert hit.words
    assert "محطة زابوريزفيا" in hit.passage.text


def test_evidence_points_into_the_query_and_the_article(client: TestClient) -> None:
    [hit] = client.get("/v1/search", params={"q": QUERY, "limit": 1}).json()["hits"]
    text = client.get(f"/v1/articles/{NUCLEAR}").json()["text"]
    for match in hit["evidence"]["words"]:
        for where, part in ((QUERY, match["query"]), (text, match["passage"])):
            assert where[part["start"] : part["end"]] == part["text"]
    kinds = {
        (match["query"]["text"], match["passage"]["text"]): match["kind"]
        for match in hit["evidence"]["words"]
    }
    assert kinds["external", "الخارجية"] == "dictionary"


def test_without_evidence_the_words_are_missing(client: TestClient) -> None:
    told, untold = (
        client.get("/v1/search", params={"q": QUERY, "evidence": evidence}).json()["hits"]
        for evidence in ("true", "false")
    )
    assert [hit["evidence"]["words"] for hit in untold] == [[]] * 5
    assert told[0]["evidence"]["words"] != []
    for hit in told:
        hit["evidence"]["words"] = []
    assert untold == told


def test_the_query_comes_back_as_it_was_understood(client: TestClient) -> None:
    text = '"آتش بس" 9 September 2025 -نان ' + "۱۸ شهریور"
    asked = {"q": text, "from": "1404-01-01", "to": "2025-12-31"}
    for response in (client.get("/v1/search", params=asked), client.post("/v1/search", json=asked)):
        assert response.json()["query"] == {
            "text": text,
            "language": "fa",
            "from": "2025-03-21",
            "to": "2025-12-31",
            "dates": [
                {"text": "9 September 2025", "from": "2025-09-09", "to": "2025-09-09"},
                {"text": "۱۸ شهریور", "from": None, "to": None},
            ],
            "exact": ["آتش بس"],
            "excluded": ["نان"],
            "mode": "hybrid",
            "without": [],
            "corrected": None,
            "warnings": [
                "from 1404-01-01 is read as Jalali: 2025-03-21",
                "1 article has no date, and no filter by date finds what has none",
            ],
        }


def test_a_long_text_is_cut_and_not_refused(client: TestClient) -> None:
    query = client.post("/v1/search", json={"q": "drones " * 1000}).json()["query"]
    assert query["text"] == ("drones " * 285).strip()
    assert query["warnings"] == ["only the first 1,994 of 7,000 characters are read"]


def test_json_and_parameters_ask_the_same(client: TestClient) -> None:
    asked = {"limit": "3", "from": "2025-09-01", "to": "2025-12-31", "group": "passage"}
    got = client.get("/v1/search", params={"q": QUERY, "languages": "fa,ar", **asked})
    posted = client.post("/v1/search", json={"q": QUERY, "languages": ["fa", "ar"], **asked, "limit": 3})
    repeated = client.get("/v1/search", params={"q": QUERY, "languages": ["fa", "ar"], **asked})
    assert got.status_code == posted.status_code == repeated.status_code == 200
    assert without_time(got.json()) == without_time(posted.json()) == without_time(repeated.json())
    assert {hit["article"]["language"] for hit in got.json()["hits"]} == {"fa"} | {"prs"}


def test_an_article_comes_whole(client: TestClient, searcher: Searcher) -> None:
    body = client.get(f"/v1/articles/{NUCLEAR}").json()
    article = searcher.index.article_by_id(NUCLEAR)
    assert body == {
        "id": NUCLEAR,
        "title": article.title,
        "text": article.text,
        "date": None,
        "language": "ar",
        "source": article.source,
        "url": None,
        "publisher": "",
        "metadata": {},
        "passages": body["passages"],
    }


@pytest.mark.parametrize(
    ("parameters", "field", "value", "detail"),
    [
        ({}, "q", None, "q is missing"),
        ({"q": " "}, "q", " ", "the query holds no letter and no digit"),
        ({"q": "x", "limit": "many"}, "limit", "many", "limit: Input should be a valid integer"),
        ({"q": "x", "limit": "500"}, "limit", "500", "limit: Input should be less than or equal to 100"),
        ({"q": "x", "languages": "persian"}, "languages", "persian", "'persian' is not a language code"),
        ({"q": "x", "from": "soon"}, "from", "soon", "from must be a date as YYYY-MM-DD, not 'soon'"),
        (
            {"q": "x", "to": "1300-01-01"},
            "to",
            "1300-01-01",
            "to 1300-01-01 may be Jalali (1921-03-21) or Hijri (in 1882): give the Gregorian date",
        ),
        (
            {"q": "x", "evidence": "some"},
            "evidence",
            "some",
            "evidence: Input should be a valid boolean",
        ),
        ({"q": "x", "group": "author"}, "group", "author", "group: Input should be 'article' or 'passage'"),
        (
            {"q": "x", "lmit": "5"},
            "lmit",
            "5",
            "lmit is not a field here: did you mean limit?",
        ),
    ],
)
def test_bad_input_is_a_problem_that_names_field_and_value(
    client: TestClient, parameters: dict[str, str], field: str, value: object, detail: str
) -> None:
    response = client.get("/v1/search", params=parameters)
    problem = response.json()
    assert response.status_code == problem["status"] == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["detail"].startswith(detail)
    assert [(fault["field"], fault["value"]) for fault in problem["errors"]] == [(field, value)]


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/v1/articles/none/such", 404, "no article has the id 'none/such' in this index"),
        ("GET", "/v2/search", 404, "GET /v2/search: Not Found"),
        ("DELETE", "/v1/search", 405, "DELETE /v1/search: Method Not Allowed"),
    ],
)
def test_other_errors_are_problems_too(
    client: TestClient, method: str, path: str, status: int, detail: str
) -> None:
    response = client.request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["detail"]) == (status, detail)


def test_json_that_is_none_is_a_problem(client: TestClient) -> None:
    response = client.post("/v1/search", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_process_answers_and_the_live_index_does(client: TestClient, searcher: Searcher) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready.pop("checked") in {True, False}
    assert ready == {"status": "ok", "generation": searcher.index.name}


def test_the_documentation_page_needs_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "swagger-ui" in page
    assert "https://" not in page
    script = page.split('src="')[1].split('"')[0]
    assert client.get(script).status_code == 200


def test_many_searches_at_once_answer_as_one_does(client: TestClient) -> None:
    alone = without_time(client.get("/v1/search", params={"q": QUERY}).json())
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: client.get("/v1/search", params={"q": QUERY}).json(), range(32)))
    assert [without_time(answer) for answer in answers] == [alone] * 32


def test_more_work_than_it_can_hold_is_refused_and_then_accepted_again() -> None:
    pool = Pool("searches", workers=1, waiting=1)
    release = threading.Event()

    async def overload() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(pool.run, release.wait, Deadline(10))
            group.start_soon(pool.run, release.wait, Deadline(10))
            await anyio.sleep(0.1)
            with pytest.raises(Overloaded, match="too many searches are waiting"):
                await pool.run(str, Deadline(10))
            release.set()
        assert await pool.run(lambda: 3, Deadline(10)) == 3

    anyio.run(overload)
    pool.close()


def test_a_fault_of_ours_is_a_problem_without_a_traceback(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Searcher, "search", fail)
    with TestClient(create_app(live), raise_server_exceptions=False) as client:
        response = client.get("/v1/search", params={"q": "war"})
    assert response.status_code == 500
    assert response.json()["detail"] == "this is a fault of the server; its log says more"
    assert "secret" not in response.text
