"""Words alone, meaning alone, and kinds of evidence switched off: what is found, and by what."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from indexer.core.errors import InvalidQuery
from indexer.core.protocols import Encoder
from indexer.core.records import ALL_KINDS, MatchKind, Sentence
from indexer.models.model import Model
from indexer.text.orthography import tokens
from search_api.search import Searcher
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.lanes import LANES
from search_api.searching.modes import Mode, Without, kinds_of, mode_of
from search_api.searching.outcomes import Hit
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders
from search_api.searching.telling import most_telling
from search_api.serving.app import create_app
from search_api.serving.live import Live

NUCLEAR, WITKOFF, DRONES = "003_f7d4c279eac3b33f", "004_964fd79116a5ca89", "000_c1a583e564ddadc6"
NAMES = "Witkoff and Kushner met Umerov"


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[TestClient]:
    with TestClient(create_app(live)) as opened:
        yield opened


def hits(searcher: Searcher, text: str, **options: object) -> tuple[Hit, ...]:
    return searcher.search(parse(text, limit=100, **options)).hits  # type: ignore[arg-type]


def kinds(found: tuple[Hit, ...]) -> set[MatchKind]:
    return {match.kind for hit in found for match in hit.words}


def folds(text: str) -> set[str]:
    return {token.text for token in tokens(text)}


def test_exact_finds_only_passages_that_hold_a_word_itself(searcher: Searcher) -> None:
    found = hits(searcher, "پهپاد رهگیری", exact=True, group="passage")
    held = [
        hit for hit in hits(searcher, "جنگ", group="passage") if folds(hit.passage.text) & {"پهپاد", "رهگیری"}
    ]
    assert {hit.passage.number for hit in found} == {hit.passage.number for hit in held}
    assert 0 < len(found) < len(hits(searcher, "پهپاد رهگیری", group="passage"))
    assert kinds(found) == {MatchKind.SAME}
    assert found[0].article.id == DRONES


def test_exact_words_are_the_same_however_they_are_spelled(searcher: Searcher) -> None:
    persian, arabic = hits(searcher, "۸۱۰", exact=True), hits(searcher, "810", exact=True)
    assert [(hit.passage, hit.score) for hit in persian] == [(hit.passage, hit.score) for hit in arabic]
    assert [hit.article.id for hit in persian] == [DRONES]


def test_exact_finds_nothing_across_languages_and_says_so(searcher: Searcher) -> None:
    result = searcher.search(parse(NAMES, exact=True))
    assert result.hits == ()
    assert result.verdict == "none"
    assert result.warnings == (
        "nothing holds these words; mode=hybrid also finds what says the same in others",
    )


def test_lexical_finds_by_translation_and_sound_and_orders_by_words(searcher: Searcher) -> None:
    found = hits(searcher, "Kushner Umerov", mode="lexical", group="passage")
    everything = hits(searcher, "Kushner Umerov", group="passage")
    shown = {hit.passage.number for hit in everything if hit.words}
    assert {hit.passage.number for hit in found} == shown
    assert 0 < len(shown) < len(everything)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert found[0].article.id == WITKOFF
    assert MatchKind.SOUND in kinds(found)


def test_dense_is_ordered_by_meaning_alone_and_still_shows_words(
    searcher: Searcher, encoder: Encoder, model: Model
) -> None:
    [corrected] = [lane for lane in LANES if lane.name == "+ hubs, languages"]
    vectors = Searcher(searcher.index, QueryEncoders.of(encoder, model.prompts.query), lane=corrected)
    found = hits(searcher, NAMES, mode="dense", group="passage")
    expected = hits(vectors, NAMES, group="passage")
    assert [(hit.passage, hit.score) for hit in found] == [(hit.passage, hit.score) for hit in expected]
    assert [hit.passage for hit in found] != [hit.passage for hit in hits(searcher, NAMES, group="passage")]
    assert MatchKind.SOUND in kinds(found)


@pytest.mark.parametrize("without", Without)
def test_what_is_switched_off_is_no_evidence(searcher: Searcher, without: Without) -> None:
    text = "Umerov 810 talks پهپاد Trump Raketen"
    assert kinds(hits(searcher, text, group="passage")) == ALL_KINDS
    left = kinds(hits(searcher, text, group="passage", without=[without]))
    assert left == ALL_KINDS - without.kinds


def test_without_sound_a_name_in_latin_letters_is_not_read_as_persian(searcher: Searcher) -> None:
    text = "chand forud az 810 pahpad rahgiri shod"
    heard = hits(searcher, text, mode="lexical", without=["translation"])
    unheard = hits(searcher, text, mode="lexical", without=["translation", "sound"])
    assert kinds(heard) == {MatchKind.SAME, MatchKind.SOUND}
    assert kinds(unheard) == {MatchKind.SAME}
    assert [hit.article.id for hit in unheard] == [DRONES]


def test_a_minus_leaves_out_other_forms_only_where_they_count(searcher: Searcher) -> None:
    stem_only = [
        hit.article.id
        for hit in hits(searcher, "جنگ -پهپادی")
        if "پهپاد" in folds(hit.article.text) and "پهپادی" not in folds(hit.article.text)
    ]
    assert stem_only == []
    without = hits(searcher, "جنگ -پهپادی", without=["stem"])
    assert all("پهپادی" not in folds(hit.article.text) for hit in without)
    assert len(without) >= len(hits(searcher, "جنگ -پهپادی"))


def test_several_words_that_are_one_in_the_dictionary_are_looked_for_one_by_one(searcher: Searcher) -> None:
    together = searcher.search(parse("پهپاد prime minister", mode="lexical", exact=True, group="passage"))
    assert {match.query.text for hit in together.hits for match in hit.words} == {"پهپاد"}


def test_of_words_alone_the_best_sentence_has_most_of_them(searcher: Searcher) -> None:
    for hit in hits(searcher, "پهپاد رهگیری شد", exact=True):
        [sentences] = searcher.index.sentences_of([hit.passage.number])
        held = [folds(one.of(hit.article.text)) & {"پهپاد", "رهگیری"} for one in sentences]
        assert hit.sentence in sentences
        assert len(held[sentences.index(hit.sentence)]) == max(map(len, held))


def test_the_most_telling_sentence() -> None:
    sentences = [Sentence(0, 10, 4, 1), Sentence(10, 20, 5, 1), Sentence(20, 30, 6, 1)]

    def word(query: int, at: int, weight: float) -> WordMatch:
        return WordMatch(TextSpan(query, query + 1, "q"), TextSpan(at, at + 2, "ww"), MatchKind.SAME, weight)

    assert most_telling(sentences, sentences[1], []) == sentences[1]
    assert most_telling(sentences, sentences[0], [word(0, 12, 1.0), word(0, 15, 1.0)]) == sentences[1]
    two = [word(0, 1, 0.9), word(0, 4, 0.8), word(0, 22, 0.5), word(7, 25, 0.5)]
    assert most_telling(sentences, sentences[0], two) == sentences[2]
    assert most_telling(sentences, sentences[2], [word(0, 1, 1.0), word(0, 11, 1.0)]) == sentences[0]


def test_modes_and_kinds() -> None:
    assert (mode_of(None, exact=False), mode_of(None, exact=True)) == (Mode.HYBRID, Mode.LEXICAL)
    assert (mode_of("dense", exact=False), mode_of("lexical", exact=True)) == (Mode.DENSE, Mode.LEXICAL)
    assert kinds_of([], exact=True) == {MatchKind.SAME}
    assert kinds_of(["sound", "stem"], exact=False) == ALL_KINDS - {MatchKind.SOUND, MatchKind.STEM}
    assert kinds_of(["translation"], exact=False) == {MatchKind.SAME, MatchKind.STEM, MatchKind.SOUND}


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"mode": "fuzzy"}, "mode", "mode must be hybrid, dense or lexical, not 'fuzzy'"),
        (
            {"mode": "dense", "exact": True},
            "mode",
            "exact finds words alone, and mode=dense finds others: leave one of them out",
        ),
        (
            {"without": ["same"]},
            "without",
            "without takes stem, sound, name, dictionary, translation, not 'same'",
        ),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse("war", **options)
    assert (raised.value.field, str(raised.value)) == (field, message)


def test_the_api_takes_them_and_says_what_it_took(client: TestClient) -> None:
    body = client.get("/v1/search", params={"q": "پهپاد", "without": "sound,translation", "limit": 1}).json()
    told = ["name", "dictionary", "sound", "translation"]
    assert (body["query"]["mode"], body["query"]["without"]) == ("hybrid", told)
    body = client.post("/v1/search", json={"q": "پهپاد", "exact": True, "without": ["stem"]}).json()
    assert (body["query"]["mode"], body["query"]["without"]) == ("lexical", ["stem", *told])
    assert [hit["evidence"]["words"][0]["kind"] for hit in body["hits"]] == ["same"] * len(body["hits"])
    refused = client.get("/v1/search", params={"q": "x", "exact": True, "mode": "hybrid"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "mode")


def test_a_sentence_score_stays_that_of_the_nearest(searcher: Searcher) -> None:
    lexical = hits(searcher, "پهپاد", exact=True, group="passage")
    hybrid = {hit.passage.number: hit for hit in hits(searcher, "پهپاد", group="passage")}
    for hit in lexical:
        expected = hybrid[hit.passage.number].scores.sentence
        assert np.float32(hit.scores.sentence) == np.float32(expected)
