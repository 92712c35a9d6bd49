"""Searching the five seed articles with the real model: questions in seven languages find their article."""

import datetime
from typing import Any

import numpy as np
import pytest

import search_api.searching.matched
from indexer.core.protocols import Encoder
from indexer.core.records import Candidates, MatchKind, RetrievalRequest
from indexer.lexicon.forms import STEM_WEIGHT
from indexer.models.model import Model
from indexer.vectors.dense import DenseIndex
from search_api.search import Searcher
from search_api.searching.matched import DEPTH_PER_HIT, LEAST_DEPTH
from search_api.searching.outcomes import Hit
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

NUCLEAR, WITKOFF, DRONES, LAVROV, RUTTE = (
    "003_f7d4c279eac3b33f",
    "004_964fd79116a5ca89",
    "000_c1a583e564ddadc6",
    "001_958469ad56952f10",
    "002_4c47832c54e4f7d9",
)
QUESTIONS = [
    ("Zaporizhzhia nuclear plant lost external power", NUCLEAR),
    ("How many of the 810 drones were intercepted", DRONES),
    ("Lavrov says new territorial realities must be recognised", LAVROV),
    ("Mark Rutte hopes for clarity soon on what can be delivered", RUTTE),
    ("نیروگاه هسته\u200cای زاپوریژیا برق بیرونی خود را از دست داد", NUCLEAR),
    ("لاوروف می\u200cگوید واقعیت\u200cهای ارضی تازه باید به رسمیت شناخته شود", LAVROV),
    ("چند فروند از ۸۱۰ پهپاد رهگیری شد", DRONES),
    ("مارک روته امیدوار است به\u200cزودی روشن شود چه چیزی می\u200cتوان تحویل داد", RUTTE),
    ("فقدت محطة زابوريجيا النووية الطاقة الخارجية", NUCLEAR),
    ("لافروف يقول إنه يجب الاعتراف بالوقائع الإقليمية الجديدة", LAVROV),
    ("Das Atomkraftwerk Saporischschja verlor die externe Stromversorgung", NUCLEAR),
    ("Lawrow sagt, neue territoriale Realitäten müssten anerkannt werden", LAVROV),
    ("Zaporijya nükleer santrali dış güç kaynağını kaybetti", NUCLEAR),
    ("Lavrov yeni toprak gerçeklerinin tanınması gerektiğini söylüyor", LAVROV),
    ("Запорожская атомная станция потеряла внешнее электроснабжение", NUCLEAR),
    ("Лавров говорит, что новые территориальные реалии должны быть признаны", LAVROV),
]


def ids(searcher: Searcher, text: str, **options: object) -> list[str]:
    result = searcher.search(parse(text, **options))  # type: ignore[arg-type]
    return [hit.article.id for hit in result.hits]


@pytest.mark.parametrize(("question", "article"), QUESTIONS)
def test_a_question_finds_its_article_first(searcher: Searcher, question: str, article: str) -> None:
    assert ids(searcher, question)[0] == article


def test_names_alone_find_their_article_first(searcher: Searcher) -> None:
    assert ids(searcher, "Witkoff and Kushner met Umerov")[0] == WITKOFF


def test_each_article_is_one_hit_with_its_best_passage(searcher: Searcher) -> None:
    articles = searcher.search(parse("war in Ukraine", limit=10))
    passages = searcher.search(parse("war in Ukraine", limit=100, group="passage"))
    assert sorted(hit.article.id for hit in articles.hits) == sorted(
        {hit.article.id for hit in passages.hits}
    )
    for hit in articles.hits:
        best = next(found for found in passages.hits if found.article.id == hit.article.id)
        assert (hit.passage, hit.score) == (best.passage, best.score)


def test_hits_are_ranked_by_score_then_passage(searcher: Searcher) -> None:
    hits = searcher.search(parse("گفت\u200cوگو درباره صلح", limit=100, group="passage")).hits
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert list(hits) == sorted(hits, key=lambda hit: (-hit.score, hit.passage.number))
    assert len({hit.passage.number for hit in hits}) == len(hits)


def test_a_limit_counts_hits(searcher: Searcher) -> None:
    assert len(ids(searcher, "war", limit=2)) == 2
    assert len(ids(searcher, "war", limit=7, group="passage")) == 7


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["fa"], {DRONES, LAVROV, RUTTE, WITKOFF}),
        (["prs"], {LAVROV}),
        (["ar"], {NUCLEAR}),
        (["AR", " prs"], {NUCLEAR, LAVROV}),
    ],
)
def test_persian_admits_dari_and_dari_only_dari(
    searcher: Searcher, languages: list[str], expected: set[str]
) -> None:
    assert set(ids(searcher, "war", languages=languages)) == expected


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2025-09-04", "2025-12-31", {DRONES, RUTTE, WITKOFF}),
        ("2025-09-03", "2025-09-03", {LAVROV}),
        (None, "2025-09-09", {DRONES, LAVROV, RUTTE}),
        ("2026-01-01", None, set()),
    ],
)
def test_an_article_without_a_date_is_outside_any_date_filter(
    searcher: Searcher, since: str | None, until: str | None, expected: set[str]
) -> None:
    assert set(ids(searcher, "war", since=since, until=until)) == expected


@pytest.mark.parametrize(
    ("options", "undated"),
    [
        ({"since": "2025-09-04"}, True),
        ({"until": "2025-09-04", "languages": ["ar", "fa"]}, True),
        ({"since": "2026-01-01", "languages": ["ar"]}, True),
        ({"since": "2025-09-04", "languages": ["fa"]}, False),
        ({"languages": ["ar"]}, False),
        ({}, False),
    ],
)
def test_a_filter_by_date_says_how_many_articles_without_a_date_it_leaves_out(
    searcher: Searcher, options: dict[str, Any], undated: bool
) -> None:
    told = "1 article has no date, and no filter by date finds what has none"
    assert searcher.search(parse("war", **options)).warnings == ((told,) if undated else ())


def test_a_filter_for_passages_leaves_those_that_it_admits_as_they_are(searcher: Searcher) -> None:
    everything = searcher.search(parse("ceasefire talks", limit=100, group="passage")).hits
    admitted = searcher.search(parse("ceasefire talks", limit=100, group="passage", languages=["prs"])).hits
    expected = [hit for hit in everything if hit.article.id == LAVROV]
    assert [(hit.passage, hit.sentence) for hit in admitted] == [
        (hit.passage, hit.sentence) for hit in expected
    ]
    scores = [hit.score for hit in expected]
    np.testing.assert_allclose([hit.score for hit in admitted], scores, atol=1e-4)
    assert len(expected) > 1


def test_a_passage_is_the_text_between_its_offsets(searcher: Searcher) -> None:
    for hit in searcher.search(parse("war", limit=100, group="passage")).hits:
        article = searcher.index.article_by_id(hit.article.id)
        assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_what_a_seed_repeats_is_indexed_once(searcher: Searcher) -> None:
    hits = searcher.search(parse("مذاکرات", limit=100, group="passage")).hits
    lead = "بر لزوم اتخاذ گامهای معتبر برای برقراری آتشبس"
    article = searcher.index.article_by_id(WITKOFF)
    assert article.text.count(lead) == 2
    assert sum(hit.passage.text.count(lead) for hit in hits) == 1


def test_seeds_have_their_dates_and_languages(searcher: Searcher) -> None:
    articles = {
        name: searcher.index.article_by_id(name) for name in (NUCLEAR, WITKOFF, DRONES, LAVROV, RUTTE)
    }
    assert {name: (article.language, article.date) for name, article in articles.items()} == {
        DRONES: ("fa", datetime.date(2025, 9, 9)),
        LAVROV: ("prs", datetime.date(2025, 9, 3)),
        RUTTE: ("fa", datetime.date(2025, 9, 4)),
        NUCLEAR: ("ar", None),
        WITKOFF: ("fa", datetime.date(2025, 12, 6)),
    }


@pytest.mark.parametrize(
    ("typed", "variant"),
    [
        ("نیروی هوایی اوکراین چه گفت", "نيروي هوايي اوكراين چه گفت"),
        ("چند فروند از ۸۱۰ پهپاد", "چند فروند از 810 پهپاد"),
        ("گفت\u200cوگو با روبیو", "گفتوگو با روبیو"),
        ("چه کسی این را نمی\u200cخواهد", "چه کسی این را نمیخواهد"),
        ("الحُكُومَةُ الأوكرانية", "الحكومة الأوكرانية"),
        ("محطة الطاقة", "محطـــة الطاقة"),
    ],
)
def test_another_spelling_of_the_same_words_finds_the_same(
    searcher: Searcher, typed: str, variant: str
) -> None:
    found, again = (searcher.search(parse(text, group="passage")).hits for text in (typed, variant))
    assert [(hit.passage.number, hit.score) for hit in found] == [
        (hit.passage.number, hit.score) for hit in again
    ]


ASKED = [
    "Witkoff and Kushner met Umerov",
    "  Zaporizhzhia nuclear plant lost external power?",
    "چند فروند از ۸۱۰ پهپاد رهگیری شد",
    "نيروي هوايي اوكراين چه گفت",
    "محطـــة الطاقة النووية",
    "Lawrow sagt, neue territoriale Realitäten müssten anerkannt werden",
    "Лавров говорит о мире",
    "810 پهپاد drones",
]


def first(searcher: Searcher, text: str, article: str) -> Hit:
    """The best passage of `article` for `text`."""
    return next(hit for hit in searcher.search(parse(text)).hits if hit.article.id == article)


def words(hit: Hit) -> set[tuple[str, str, str]]:
    """What answers what, and how."""
    return {(match.query.text, match.passage.text, match.kind.value) for match in hit.words}


@pytest.mark.parametrize("text", ASKED)
def test_evidence_is_where_it_says(searcher: Searcher, text: str) -> None:
    hits = searcher.search(parse(text, limit=100, group="passage")).hits
    matches = [(hit, match) for hit in hits for match in hit.words]
    assert matches
    for hit, match in matches:
        assert match.passage.of(hit.article.text) == match.passage.text
        assert hit.passage.start <= match.passage.start < match.passage.end <= hit.passage.end
        assert match.query.of(text) == match.query.text
        assert match.query.text == match.query.text.strip() != ""
        assert 0 < match.weight <= 1
    for hit in hits:
        starts = [match.passage.start for match in hit.words]
        assert starts == sorted(set(starts))


@pytest.mark.parametrize("text", ASKED)
def test_the_nearest_sentence_is_one_of_the_passage(searcher: Searcher, text: str) -> None:
    for hit in searcher.search(parse(text, limit=100, group="passage")).hits:
        assert hit.sentence.passage == hit.passage.number
        assert hit.passage.start <= hit.sentence.start < hit.sentence.end <= hit.passage.end
        inside = slice(hit.sentence.start - hit.passage.start, hit.sentence.end - hit.passage.start)
        assert hit.passage.text[inside] == hit.sentence.of(hit.article.text)


def test_the_sentence_that_answers_is_the_nearest(searcher: Searcher) -> None:
    hit = first(searcher, "چند فروند از ۸۱۰ پهپاد رهگیری شد", DRONES)
    assert "۷۴۷ فروند از ۸۱۰ پهپاد" in hit.sentence.of(hit.article.text)


def test_words_match_by_spelling_sound_and_meaning(searcher: Searcher) -> None:
    same = words(first(searcher, "810 پهپاد", DRONES))
    assert {("810", "۸۱۰", "same"), ("پهپاد", "پهپاد", "same")} <= same
    assert ("Kushner", "کوشنر", "sound") in words(first(searcher, "Witkoff and Kushner", WITKOFF))
    meaning = words(first(searcher, "Zaporizhzhia nuclear plant lost external power", NUCLEAR))
    assert {("external", "الخارجية", "dictionary")} <= meaning


def test_another_form_of_a_word_is_weaker_than_the_word(searcher: Searcher) -> None:
    hit = first(searcher, "پهپاد", DRONES)
    weights = {(match.passage.text, match.kind): match.weight for match in hit.words}
    assert weights["پهپاد", MatchKind.SAME] == 1.0
    assert weights["پهپادی", MatchKind.STEM] == STEM_WEIGHT < 1


def test_without_evidence_only_the_words_are_missing(searcher: Searcher) -> None:
    told = searcher.search(parse("Witkoff and Kushner met Umerov")).hits
    untold = searcher.search(parse("Witkoff and Kushner met Umerov", evidence=False)).hits
    assert [hit.words for hit in untold] == [()] * 5
    assert [(hit.passage, hit.scores, hit.sentence) for hit in untold] == [
        (hit.passage, hit.scores, hit.sentence) for hit in told
    ]
    assert told[0].words


class Recording:
    """An index, and the depths that it was asked for."""

    def __init__(self, searcher: Searcher) -> None:
        self._index = searcher.index
        self.name, self.lexicon = self._index.name, self._index.lexicon
        self.passages, self.sentences = self._index.passages, self._index.sentences
        self.articles, self.article_by_id = self._index.articles, self._index.article_by_id
        self.sentences_of, self.passages_of = self._index.sentences_of, self._index.passages_of
        self.number_of, self.alike = self._index.number_of, self._index.alike
        self.completions, self.shown = self._index.completions, self._index.shown
        self.having = self._index.having
        self.close, self.undated = self._index.close, self._index.undated
        self.further_fields, self.arrivals = self._index.further_fields, self._index.arrivals
        self.counts, self.sketches = self._index.counts, self._index.sketches
        self.together = self._index.together
        self.missing, self.without_missing = self._index.missing, self._index.without_missing
        self.depths: list[int] = []

    def candidates(self, request: RetrievalRequest) -> Candidates:
        self.depths.append(request.depth)
        return self._index.candidates(request)


@pytest.mark.parametrize("languages", [[], ["fa"], ["ar"]])
def test_many_articles_are_found_however_few_passages_are_asked_for_first(
    searcher: Searcher, encoder: Encoder, model: Model, monkeypatch: pytest.MonkeyPatch, languages: list[str]
) -> None:
    query = parse("sanctions", limit=100, languages=languages)
    expected = [(hit.article.id, hit.passage) for hit in searcher.search(query).hits]
    monkeypatch.setattr(search_api.searching.matched, "LEAST_DEPTH", 1)
    monkeypatch.setattr(search_api.searching.matched, "DEPTH_PER_HIT", 0)
    index = Recording(searcher)
    found = Searcher(index, QueryEncoders.of(encoder, model.prompts.query)).search(query)
    assert [(hit.article.id, hit.passage) for hit in found.hits] == expected
    assert index.depths == [4**step for step in range(len(index.depths))]
    assert len(index.depths) > 2


def test_passages_are_asked_for_once(searcher: Searcher, encoder: Encoder, model: Model) -> None:
    index = Recording(searcher)
    again = Searcher(index, QueryEncoders.of(encoder, model.prompts.query))
    again.search(parse("war", limit=100, group="passage"))
    again.search(parse("war", limit=5))
    assert index.depths == [100 * DEPTH_PER_HIT, LEAST_DEPTH]


def test_what_limits_a_search_to_a_whole_language_is_made_once(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a million passages it takes longer than the search itself."""
    monkeypatch.delattr(DenseIndex, "of_languages")
    found = searcher.search(parse("nuclear plant", languages=["ar"]))
    assert {hit.article.language for hit in found.hits} == {"ar"}
