"""Highlights over HTTP: what is marked, in which form, and what is refused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from search_api.serving.app import create_app
from search_api.serving.live import Live

QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def first_hit(client: TestClient, **fields: str) -> dict[str, Any]:
    body = client.get("/v1/search", params={"q": QUERY, "limit": 1, **fields}).json()
    found: dict[str, Any] = body["hits"][0]
    return found


def test_nothing_is_marked_unless_it_is_asked_for(client: TestClient) -> None:
    assert first_hit(client)["highlight"] is None


def test_html_marks_the_words_that_answer(client: TestClient) -> None:
    assert first_hit(client, highlight="html")["highlight"]["offsets"] is None
    highlight = first_hit(client, highlight="offsets,html")["highlight"]
    html = highlight["html"]
    assert '<mark data-query="external" data-kind="dictionary">الخارجية</mark>' in html["passage"]
    for part in ("title", "passage", "sentence"):
        assert html[part].startswith('<span lang="ar" dir="rtl">')
    assert html["passage"].count("<mark ") == len(highlight["offsets"]["marks"]) == 2


def test_words_of_the_title_that_answer_are_marked_there(newsroom: Live) -> None:
    asked = {"q": "flood rain", "highlight": "html,offsets", "meta.section": "weather", "min_confidence": "0"}
    with TestClient(create_app(newsroom)) as client:
        hits = client.get("/v1/search", params=asked).json()["hits"]
    assert len(hits) == 3
    for hit in hits:
        title, html = hit["article"]["title"], hit["highlight"]["html"]["title"]
        marks = hit["highlight"]["offsets"]["title_marks"]
        assert [re.sub("<[^>]+>", "", html), html.count("<mark ")] == [title, len(marks)]
        for mark in marks:
            word = title[mark["start"] : mark["end"]]
            attributes = f'data-query="{mark["query"]}" data-kind="{mark["kind"]}"'
            assert f"<mark {attributes}>{word}</mark>" in html
            assert mark["utf16"] == {"start": mark["start"], "end": mark["end"]}
    [first] = [hit for hit in hits if hit["article"]["id"] == "news/01"]
    marked = [
        (one["query"], one["start"], one["end"]) for one in first["highlight"]["offsets"]["title_marks"]
    ]
    assert marked == [("rain", 0, 5), ("flood", 28, 31)]


def test_hits_of_every_page_are_marked(client: TestClient) -> None:
    asked = {"q": QUERY, "limit": 2, "group": "passage", "min_confidence": 0, "highlight": ["html"]}
    cursor, found = "", []
    while cursor is not None:
        page = client.post("/v1/search", json={**asked, "cursor": cursor}).json()
        found += page["hits"]
        cursor = page["next_cursor"]
    assert len(found) > 4
    for hit in found:
        html = hit["highlight"]["html"]["passage"]
        assert ("<mark " in html) == bool(hit["evidence"]["words"])
    assert any("<mark " in hit["highlight"]["html"]["passage"] for hit in found[2:])


def test_offsets_slice_the_text_in_code_points_and_in_utf16(client: TestClient) -> None:
    hit = client.post("/v1/search", json={"q": QUERY, "limit": 1, "highlight": ["offsets", "html"]}).json()[
        "hits"
    ][0]
    offsets = hit["highlight"]["offsets"]
    text = client.get(f"/v1/articles/{NUCLEAR}").json()["text"]
    units = text.encode("utf-16-le")
    words = {word["passage"]["start"]: word for word in hit["evidence"]["words"]}
    for span in (offsets["passage"], offsets["sentence"], *offsets["marks"]):
        sliced = units[2 * span["utf16"]["start"] : 2 * span["utf16"]["end"]].decode("utf-16-le")
        assert sliced == text[span["start"] : span["end"]]
    assert text[offsets["passage"]["start"] : offsets["passage"]["end"]] == hit["passage"]["text"]
    assert offsets["sentence"]["start"] == hit["evidence"]["sentence"]["start"]
    assert offsets["marks"]
    for mark in offsets["marks"]:
        word = words[mark["start"]]
        assert (mark["query"], mark["kind"], mark["weight"]) == (
            word["query"]["text"],
            word["kind"],
            word["weight"],
        )


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"highlight": "bold"}, "highlight.0"), ({"highlight": "html", "evidence": False}, "evidence")],
)
def test_what_cannot_be_marked_is_refused(client: TestClient, fields: dict[str, Any], field: str) -> None:
    answer = client.get("/v1/search", params={"q": QUERY, **fields})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
