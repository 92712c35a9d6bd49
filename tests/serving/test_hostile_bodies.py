"""Whatever is sent, the answer is 2xx or a clear 4xx, it is short, and it comes soon."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

import search_api.searching.syntax
import search_api.serving.asked
from benchmarks.load.hostile import BODIES
from indexer.core.limits import Limits
from search_api.serving.app import create_app
from search_api.serving.filter_fields import MOST_LANGUAGES
from search_api.serving.live import Live
from search_api.serving.problems import MOST_ECHOED, MOST_FAULTS, echo
from search_api.serving.schemas import MOST_OF_A_QUERY

JSON = {"content-type": "application/json"}
LONGEST_ANSWER = 8000
"""Bytes of a problem: ten faults of a hundred characters, each told twice, with what JSON makes of them."""


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


@pytest.mark.parametrize("name", BODIES)
def test_a_body_ends_in_an_answer_or_a_clear_problem(client: TestClient, name: str) -> None:
    response = client.post("/v1/search", content=BODIES[name], headers=JSON)
    body = response.json()
    if response.status_code == 200:
        assert body["generation"]
        return
    assert response.status_code in {413, 422}, response.text[:300]
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["detail"]
    assert len(response.content) <= LONGEST_ANSWER
    assert len(body["errors"]) <= MOST_FAULTS
    for fault in body["errors"]:
        assert len(str(fault["value"])) <= MOST_ECHOED
        assert len(fault["field"]) <= MOST_ECHOED


@pytest.mark.parametrize(
    ("name", "status", "detail"),
    [
        ("a lone surrogate", 422, "q: Input should be a valid string, unable to parse raw data as a unicode"),
        ("255 lists", 422, "q: Input should be a valid string, not '[[[...]]"),
        ("100,000 lists", 422, "the body is nested too deep"),
        ("NaN", 422, "the body is no JSON: NaN is no number"),
        (
            "languages of ones",
            422,
            f"languages: Input should have at most {MOST_LANGUAGES} codes, not '[1, 1, 1",
        ),
        ("20,000 fields", 422, "the body has 15,001 fields: 64 may be"),
        ("too long a body", 413, "the body is longer than 262,144 bytes"),
        (
            "q of 20,001 characters",
            422,
            f"q: String should have at most {MOST_OF_A_QUERY} characters, not 'xxx",
        ),
    ],
)
def test_problems_say_what_is_wrong(client: TestClient, name: str, status: int, detail: str) -> None:
    response = client.post("/v1/search", content=BODIES[name], headers=JSON)
    assert (response.status_code, response.json()["detail"][: len(detail)]) == (status, detail)


def test_of_many_faults_ten_are_told(client: TestClient) -> None:
    problem = client.post("/v1/search", content=BODIES["60 fields"], headers=JSON).json()
    assert len(problem["errors"]) == MOST_FAULTS
    assert problem["detail"].endswith("; and 50 more")


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    for given in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = client.post("/v1/search", content=b'{"q":"war"}', headers={"content-type": given})
        assert response.status_code == 415


def test_a_body_without_a_length_is_counted(live: Live) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    with TestClient(create_app(live, Limits(body_bytes=10_000))) as client:
        response = client.post("/v1/search", content=endless(), headers=JSON)
    assert (response.status_code, response.json()["detail"]) == (413, "the body is longer than 10,000 bytes")


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("q=war&" + "x=1&" * 100, "the query has more than 64 parameters"),
        ("q=war&" + "languages=fa&" * 20, "languages: Input should have at most 16 codes"),
        ("q=%ed%a0%80", "the query holds no letter and no digit"),
        ("q=war&limit=%ed%a0%80", "limit: Input should be a valid integer"),
    ],
)
def test_parameters_are_bounded_too(client: TestClient, query: str, detail: str) -> None:
    response = client.get(f"/v1/search?{query}")
    assert (response.status_code, response.json()["detail"][: len(detail)]) == (422, detail)


def test_an_id_is_bounded_and_echoed_in_part(client: TestClient) -> None:
    for length in (4096, 5000):
        response = client.get(f"/v1/articles/{'x' * length}")
        assert response.status_code == 404
        assert len(response.json()["detail"]) < 200


def test_nothing_is_read_or_written_on_the_event_loop(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def watched(module: Any, name: str) -> None:  # noqa: ANN401 (any module)
        function = getattr(module, name)

        def call(*args: object, **kwargs: object) -> object:
            seen[name] = threading.current_thread().name
            return function(*args, **kwargs)

        monkeypatch.setattr(module, name, call)

    watched(search_api.searching.syntax, "identify_query")
    watched(search_api.serving.asked, "_json")
    watched(search_api.serving.asked, "_fitting")
    watched(search_api.serving.schemas.SearchResponse, "model_dump_json")
    with TestClient(create_app(live)) as client:
        assert client.post("/v1/search", json={"q": "war in Kyiv"}).status_code == 200
    assert set(seen) == {"identify_query", "_json", "_fitting", "model_dump_json"}
    assert {name.partition("_")[0].partition("-")[0] for name in seen.values()} == {"searches"}


def test_the_dearest_faulty_body_costs_little(client: TestClient) -> None:
    for name in ("languages of ones", "20,000 fields", "100,000 objects", "60 fields"):
        started = time.perf_counter()
        client.post("/v1/search", content=BODIES[name], headers=JSON)
        assert time.perf_counter() - started < 5, name


def test_what_is_echoed_fits_json() -> None:
    values = [float("nan"), 10**4000, "\ud800", [["a"] * 9] * 9, {"a": {"b": {"c": 1}}}, None, True, 3, "fa"]
    told = [echo(value) for value in values]
    assert [*told[:2], *told[5:]] == ["nan", "a number of too many digits", None, True, 3, "fa"]
    assert told[2] == "\ufffd"
    json.dumps(told, allow_nan=False).encode()
