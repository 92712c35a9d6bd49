"""All hits of a search as files, over HTTP."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.core.limits import Limits
from search_api.export import COLUMNS
from search_api.serving.app import create_app
from search_api.serving.live import Live

ASKED = {"q": "flood", "min_confidence": "0", "sort": "newest"}


@pytest.fixture(scope="module")
def client(newsroom: Live) -> Iterator[TestClient]:
    with TestClient(create_app(newsroom)) as opened:
        yield opened


def rows(text: str) -> list[list[str]]:
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_csv_holds_every_hit_that_pages_hold(client: TestClient) -> None:
    answer = client.get("/v1/search.csv", params=ASKED)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (answer.headers["hudhud-total"], answer.headers["hudhud-total-is-exact"]) == ("5", "true")
    header, *found = rows(answer.text)
    assert header == [*COLUMNS, "meta.author", "meta.section"]
    hits = client.get("/v1/search", params=ASKED | {"limit": "100"}).json()["hits"]
    assert [row[header.index("id")] for row in found] == [hit["article"]["id"] for hit in hits]
    first = dict(zip(header, found[1], strict=True))
    assert {name: first[name] for name in ("rank", "id", "date", "language", "publisher", "meta.author")} == {
        "rank": "2",
        "id": "news/03",
        "date": "2025-11-10",
        "language": "ar",
        "publisher": "aljazeera.net",
        "meta.author": "علي حسن",
    }
    [words] = [hit["evidence"]["words"] for hit in hits if hit["article"]["id"] == "news/03"]
    assert words
    assert first["words"] == "; ".join(f"{one['query']['text']} = {one['passage']['text']}" for one in words)


def test_json_lines_hold_the_same_with_lists(client: TestClient) -> None:
    answer = client.get("/v1/search.jsonl", params=ASKED | {"fields": "id,date,meta.author,twins"})
    assert answer.headers["content-type"] == "application/jsonl"
    assert lines(answer.text)[2:] == [
        {"id": "news/01", "date": "2025-11-02", "meta.author": ["Sara Nouri", "Ali"], "twins": []},
        {"id": "news/02", "date": "2025-10-30", "meta.author": ["Ali"], "twins": []},
        {"id": "news/05", "date": None, "meta.author": [], "twins": []},
    ]


def test_only_what_matches_is_exported(client: TestClient) -> None:
    unsure = lines(client.get("/v1/search.jsonl", params={"q": "flood", "fields": "id,confidence"}).text)
    assert 0 < len(unsure) < 5
    assert min(row["confidence"] for row in unsure) >= 0.05
    filtered = client.get("/v1/search.jsonl", params=ASKED | {"sources": "ایسنا", "fields": ["id"]})
    assert lines(filtered.text) == [{"id": "news/01"}, {"id": "news/05"}]
    assert client.get("/v1/search.jsonl", params={"q": "the"}).text == ""


def test_words_alone_are_exported_with_the_sentence_that_has_them(client: TestClient) -> None:
    asked = {"q": "باران", "min_confidence": "0", "exact": "true", "sort": "newest"}
    found = lines(client.get("/v1/search.jsonl", params=asked | {"fields": "id,sentence"}).text)
    assert [row["id"] for row in found] == ["news/01", "news/02"]
    assert all("باران" in row["sentence"] for row in found)
    refused = client.get("/v1/search.jsonl", params=asked | {"mode": "dense"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "mode")


def test_no_more_is_exported_than_is_told_apart(newsroom: Live) -> None:
    with TestClient(create_app(newsroom, Limits(matched=2))) as client:
        answer = client.get("/v1/search.jsonl", params=ASKED)
    assert (len(lines(answer.text)), answer.headers["hudhud-total-is-exact"]) == (2, "false")


@pytest.mark.parametrize(
    ("parameters", "field", "message"),
    [
        ({"fields": "id,tags"}, "fields", "no column is called 'tags': there are rank, confidence, id"),
        ({"fields": ",".join(f"f{n}" for n in range(40))}, "fields", "fields: Input should have at most 32"),
        ({"limit": "5"}, "limit", "limit is not a field here: a file has all hits; search has limit"),
        (
            {"page": "5"},
            "page",
            "page is not a field here: mode, exact, without, languages, sources, meta, not.",
        ),
        ({"sort": "date"}, "sort", "sort: Input should be 'relevance', 'newest', 'oldest' or 'added'"),
    ],
)
def test_what_cannot_be_exported_is_told(
    client: TestClient, parameters: dict[str, str], field: str, message: str
) -> None:
    answer = client.get("/v1/search.csv", params=ASKED | parameters)
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert fault["message"].startswith(message)
