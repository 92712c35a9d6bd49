"""What the tools give, and what they say where something is wrong."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jsonschema
import pytest

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import Cancelled, IndexingError
from indexer.core.records import Article
from search_api.agents.calls import TOOLS, Calls, Told, Tool
from search_api.agents.tools import MOST_OF_A_TEXT, NOTICE, USUAL_OF_A_TEXT
from search_api.search import Searcher
from search_api.serving.live import Live

QUERY = "Zaporizhzhia nuclear plant lost external power"
NUCLEAR = "003_f7d4c279eac3b33f"


@pytest.fixture
def calls(live: Live) -> Calls:
    return Calls(live)


def call(calls: Calls, name: str, **given: object) -> Told:
    return calls.call(name, given, NO_DEADLINE)


def structure(told: Told) -> dict[str, Any]:
    assert told.structure is not None, told.text
    return told.structure


def test_a_passage_that_is_found_is_fetched_by_its_offsets(calls: Calls) -> None:
    found = structure(call(calls, "search", query=QUERY, limit=2, languages=["ar"]))
    first = found["results"][0]
    assert (first["id"], first["language"], found["verdict"]) == (NUCLEAR, "ar", "strong")
    fetched = structure(call(calls, "fetch", id=first["id"], start=first["start"], end=first["end"]))
    assert fetched["untrusted"]["text"] == first["untrusted"]["text"]
    assert fetched["generation"] == found["generation"]
    sentence = first["sentence"]
    assert first["start"] <= sentence["start"] < sentence["end"] <= first["end"]


def test_what_others_wrote_stands_apart(calls: Calls, searcher: Searcher) -> None:
    article = searcher.index.article_by_id(NUCLEAR)
    found = structure(call(calls, "search", query=QUERY, limit=1))
    fetched = structure(call(calls, "fetch", id=NUCLEAR))
    for answer in (found, fetched):
        assert answer.pop("notice") == NOTICE
    untrusted = [found["results"][0].pop("untrusted"), fetched.pop("untrusted")]
    for own in untrusted:
        assert (own["title"], own["url"], own["source"]) == (article.title, None, article.source)
        assert own["text"] in article.text
    trusted = json.dumps([found, fetched], ensure_ascii=False)
    assert [word for word in article.text.split() if not word.isascii() and word in trusted] == []


def test_filters_are_those_of_searches(calls: Calls) -> None:
    given = {"query": "war", "limit": 20}
    undated = structure(call(calls, "search", **given, **{"from": "2025-09-01", "to": "2025-09-30"}))
    assert {result["date"][:7] for result in undated["results"]} == {"2025-09"}
    assert undated["warnings"] != []
    assert structure(call(calls, "search", **given, languages=["de"]))["results"] == []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"sources": ["ايسنا"]}, {1, 5}),
        ({"meta": {"author": ["Ali"]}, "not.languages": ["prs"]}, {1}),
        ({"not.sources": ["aljazeera.net"], "not.meta": {"section": ["sport"]}}, {1, 2}),
        ({"languages": ["pes"]}, {1, 5}),
    ],
)
def test_publishers_and_further_fields_are_filters(
    newsroom: Live, filters: dict[str, Any], ids: set[int]
) -> None:
    calls = Calls(newsroom)
    found = structure(call(calls, "search", query="flood football wheat", limit=20, **filters))
    assert {int(result["id"][-2:]) for result in found["results"]} == ids
    first = found["results"][0]
    told = structure(call(calls, "fetch", id=first["id"]))["untrusted"]
    assert (first["untrusted"]["publisher"], first["untrusted"]["metadata"]) == (
        told["publisher"],
        told["metadata"],
    )
    assert told["metadata"]["section"]


def test_a_filter_by_a_field_that_is_not_kept_names_those_that_are(newsroom: Live) -> None:
    told = call(Calls(newsroom), "search", query="flood", meta={"tags": ["x"]})
    assert told.text == (
        "the index keeps no field 'meta.tags': it has language, source, meta.author, meta.section, month;"
        " declare more with `hudhud reindex --meta`"
    )


def test_a_long_text_is_read_in_stretches(calls: Calls, searcher: Searcher) -> None:
    text = searcher.index.article_by_id(NUCLEAR).text
    read, start = "", 0
    while start is not None:
        part = structure(call(calls, "fetch", id=NUCLEAR, start=start, end=start + 700))
        assert part["length"] == len(text)
        assert part["untrusted"]["text"] == text[part["start"] : part["end"]]
        read, start = read + part["untrusted"]["text"], part["next_start"]
    assert read == text


def test_a_stretch_is_no_longer_than_it_may_be(searcher: Searcher) -> None:
    long = _Long(searcher, "ب" * 100_000)
    whole = structure(call(Calls(long), "fetch", id=NUCLEAR, end=100_000))  # type: ignore[arg-type]
    usual = structure(call(Calls(long), "fetch", id=NUCLEAR, start=10))  # type: ignore[arg-type]
    assert (whole["end"], whole["next_start"]) == (MOST_OF_A_TEXT, MOST_OF_A_TEXT)
    assert (usual["start"], usual["end"]) == (10, 10 + USUAL_OF_A_TEXT)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("search", {}, "query is missing"),
        ("search", {"query": "war", "limit": 50}, "limit: Input should be less than or equal to 20, not 50"),
        ("search", {"query": "..."}, "the query holds no letter and no digit"),
        ("search", {"query": "war", "languages": ["persian"]}, "'persian' is not a language code"),
        ("search", {"query": "war", "from": "yesterday"}, "yesterday"),
        (
            "search",
            {"query": "war", "depth": 3},
            "depth is not a field here: query, limit, languages, sources, meta, not.languages,",
        ),
        ("fetch", {"id": "nowhere"}, "no article has the id 'nowhere': use one that `search` gave"),
        ("fetch", {"id": NUCLEAR, "start": 99_999}, "start 99,999 is not before end"),
        ("fetch", {"id": NUCLEAR, "start": 9, "end": 9}, "start 9 is not before end 9"),
        ("fetch", {"id": NUCLEAR, "start": -1}, "start: Input should be greater than or equal to 0, not -1"),
        ("search", {f"k{n}": n for n in range(65)}, "65 arguments were given: 64 may be"),
        ("delete", {"id": NUCLEAR}, "there is no tool 'delete': search and fetch are"),
    ],
)
def test_what_is_wrong_is_said(calls: Calls, name: str, given: dict[str, Any], said: str) -> None:
    told = calls.call(name, given, NO_DEADLINE)
    assert told.is_error
    assert said in told.text
    assert len(told.text) < 500


def test_a_fault_of_ours_is_written_down_and_not_shown(caplog: pytest.LogCaptureFixture, live: Live) -> None:
    told = call(Calls(_Broken(live, ZeroDivisionError("/secret/path"))), "search", query="war")
    assert told == Told("this is a fault of the server; its log says more")
    assert "ZeroDivisionError: /secret/path" in caplog.text


def test_an_index_that_cannot_be_used_is_said_without_its_folder(live: Live) -> None:
    error = IndexingError(f"{live.layout.folder}/CURRENT cannot be read")
    told = call(Calls(_Broken(live, error)), "search", query="war")
    assert told.text.startswith("CURRENT cannot be read")
    assert str(live.layout.folder) not in told.text


def test_a_call_ends_when_nobody_waits_or_its_time_is_over(calls: Calls) -> None:
    gone = Deadline()
    gone.cancel()
    with pytest.raises(Cancelled):
        calls.call("search", {"query": "war"}, gone)
    assert "took more than 0 seconds" in calls.call("search", {"query": "war"}, Deadline(0)).text


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_examples_and_answers_fit_the_schemas(calls: Calls, tool: Tool) -> None:
    examples = tool.input_schema["examples"]
    assert examples
    for example in examples:
        jsonschema.validate(example, tool.input_schema)
        jsonschema.validate(structure(calls.call(tool.name, example, NO_DEADLINE)), tool.output_schema)
    assert NOTICE in tool.description


def test_the_text_is_the_structure(calls: Calls) -> None:
    told = call(calls, "search", query=QUERY)
    assert json.loads(told.text) == told.structure


class _Long:
    """An index whose articles have one text."""

    def __init__(self, searcher: Searcher, text: str) -> None:
        self.index, self._text, self._searcher = self, text, searcher
        self.name = "long"

    @contextmanager
    def searcher(self) -> Iterator[Any]:
        yield self

    def article_by_id(self, article_id: str) -> Article:
        return dataclasses.replace(self._searcher.index.article_by_id(article_id), text=self._text)


class _Broken:
    """An index that raises."""

    def __init__(self, live: Live, error: Exception) -> None:
        self.layout, self._error = live.layout, error

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        raise self._error
        yield
