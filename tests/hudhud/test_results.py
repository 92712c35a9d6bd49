"""Results and hits: what they hold, their JSON, and how they look at a prompt and in a notebook."""

import dataclasses
import datetime
import json
import pickle
import re
from collections.abc import Sequence

import pytest

import hudhud
from hudhud.results import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from indexer.core.records import MatchKind
from search_api.search import Searcher
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.outcomes import HitScores, Result
from search_api.searching.query import parse
from search_api.serving.schemas import SearchResponse

DRONES = "000_c1a583e564ddadc6"
QUESTIONS = ("Witkoff and Kushner met Umerov", "چند فروند از ۸۱۰ پهپاد رهگیری شد", "نان تازه")
SYNTAX = '"اوکراین" 9 September, 18 Shahrivar 1404 -نان'

HIT = hudhud.Hit(
    rank=1,
    confidence=0.876,
    score=3.14159265,
    title="Drones & <rockets>",
    text="متن <i>.\n۷۴۷ فروند از ۸۱۰ پهپاد رهگیری شد.",
    sentence="۷۴۷ فروند از ۸۱۰ پهپاد رهگیری شد.",
    date=datetime.date(2025, 9, 9),
    language="fa",
    id="drones",
    url="https://example.org/drones",
    source="news/drones.txt",
    start=100,
    end=141,
    sentence_start=109,
    evidence=(WordMatch(TextSpan(0, 3, "810"), TextSpan(122, 125, "۸۱۰"), MatchKind.SAME, 1.0),),
    gloss=(),
    scores=HitScores(0.8, 0.9, 2.5, 3.14159265),
    passage=7,
)


def results_of(hits: Sequence[hudhud.Hit]) -> hudhud.Results:
    return hudhud.Results(
        "810 <drones>", "en", "strong", "Clear match.", "000001-aaaaaaaa", 20.6, tuple(hits)
    )


def found(searcher: Searcher, question: str) -> Result:
    return searcher.search(parse(question, limit=100, group="passage"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hit_holds_what_was_found(searcher: Searcher, question: str) -> None:
    result = found(searcher, question)
    results = hudhud.Results.of(result)
    assert (results.query, results.generation, results.took_ms) == (
        question,
        result.generation,
        result.took_ms,
    )
    assert len(results) == len(result.hits) > 5
    for hit, expected in zip(results, result.hits, strict=True):
        article = expected.article
        assert (hit.rank, hit.score, hit.scores) == (expected.rank, expected.score, expected.scores)
        assert hit.confidence == expected.confidence
        assert (hit.id, hit.title, hit.date) == (article.id, article.title, article.date)
        assert (hit.language, hit.url, hit.source) == (article.language, article.url, article.source)
        assert hit.text == article.text[hit.start : hit.end] == expected.passage.text
        assert article.text[hit.sentence_start :].startswith(hit.sentence)
        assert hit.sentence in hit.text
        assert hit.evidence == expected.words


@pytest.mark.parametrize("question", [*QUESTIONS, SYNTAX])
def test_the_json_is_that_of_the_api(searcher: Searcher, question: str) -> None:
    result = found(searcher, question)
    reranked = dataclasses.replace(
        result,
        reranking_ms=12.3456,
        hits=tuple(
            dataclasses.replace(hit, scores=dataclasses.replace(hit.scores, reranked=hit.rank / 7))
            for hit in result.hits
        ),
    )
    for one in (result, reranked, dataclasses.replace(result, hits=())):
        expected = SearchResponse.of(one).model_dump(mode="json")
        given = hudhud.Results.of(one).to_dict()
        assert given == expected
        assert json.loads(json.dumps(given)) == expected
        assert [hit.to_dict() for hit in hudhud.Results.of(one)] == expected["hits"]


def test_results_are_a_sequence() -> None:
    second = dataclasses.replace(HIT, rank=2)
    results = results_of([HIT, second])
    assert (len(results), results[0], results[-1], results[:1]) == (2, HIT, second, (HIT,))
    assert (list(results), second in results, results.index(second)) == ([HIT, second], True, 1)
    assert bool(results) is True
    assert bool(results_of([])) is False


def test_hits_and_results_cannot_be_changed_and_travel_between_processes() -> None:
    results = results_of([HIT])
    with pytest.raises(dataclasses.FrozenInstanceError):
        HIT.rank = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        results.hits = ()  # type: ignore[misc]
    assert not hasattr(HIT, "__dict__")
    assert not hasattr(results, "__dict__")
    assert pickle.loads(pickle.dumps(results)) == results
    assert hash(results) == hash(results_of([HIT]))
    assert dataclasses.asdict(results)["hits"][0]["sentence"] == HIT.sentence


def test_at_a_prompt_a_hit_is_a_line() -> None:
    sentence = f"{FIRST_STRONG_ISOLATE}{HIT.sentence}{POP_DIRECTIONAL_ISOLATE}"
    assert repr(HIT) == f"<Hit  1. 0.88  fa   2025-09-09  drones  {sentence}>"
    long = dataclasses.replace(HIT, sentence="سطر\n" + "دراز " * 30, date=None, language="prs")
    shown = ("سطر " + "دراز " * 30)[:60].rstrip()
    assert repr(long) == (
        f"<Hit  1. 0.88  prs  no date     drones  {FIRST_STRONG_ISOLATE}{shown}…{POP_DIRECTIONAL_ISOLATE}>"
    )


def test_at_a_prompt_results_are_a_line_and_one_for_each_of_the_first_ten() -> None:
    assert repr(results_of([])) == "<Results: 0 hits for '810 <drones>' in 21 ms: strong>"
    lines = repr(results_of([HIT])).split("\n")
    assert lines[0] == "<Results: 1 hit for '810 <drones>' in 21 ms: strong>"
    assert lines[1:] == [repr(HIT).removeprefix("<Hit ").removesuffix(">")]
    many = repr(results_of([dataclasses.replace(HIT, rank=rank) for rank in range(1, 13)])).split("\n")
    assert len(many) == 12
    assert many[10].startswith("10. 0.88  fa   2025-09-09  drones  ")
    assert many[11] == "… and 2 more"


def test_a_notebook_marks_the_words_that_answer() -> None:
    assert results_of([HIT])._repr_html_() == (
        "<p><b>Results: 1 hit for &#x27;810 &lt;drones&gt;&#x27; in 21 ms: strong</b></p><ol>"
        '<li><span dir="auto"><b>Drones &amp; &lt;rockets&gt;</b></span>'
        "<br><small>0.88, fa, 2025-09-09, drones</small>"
        '<p dir="auto" style="white-space: pre-line">متن &lt;i&gt;.\n۷۴۷ فروند از '
        '<mark title="810 (same)">۸۱۰</mark> پهپاد رهگیری شد.</p></li></ol>'
    )


def test_a_hit_is_marked_for_a_page() -> None:
    mark = '<mark data-query="810" data-kind="same">۸۱۰</mark>'
    marked = f'<span lang="fa" dir="rtl">۷۴۷ فروند از {mark} پهپاد رهگیری شد.</span>'
    assert HIT.sentence_html == marked
    assert HIT.html == marked.replace("۷۴۷", "متن &lt;i&gt;.\n۷۴۷")
    assert [(mark.start, mark.end, mark.query) for mark in HIT.marks] == [(122, 125, "810")]


def test_a_notebook_shows_the_whole_passage_of_every_hit(searcher: Searcher) -> None:
    results = hudhud.Results.of(found(searcher, QUESTIONS[0]))
    shown = re.sub("<[^>]+>", "", results._repr_html_())
    for hit in results:
        assert hit.text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#x27;") in shown
