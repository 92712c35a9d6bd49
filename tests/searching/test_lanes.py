"""What each part of the scoring adds: the scores of lanes, and the words that they let count."""

import numpy as np
import pytest

from indexer.core.protocols import Encoder
from indexer.core.records import ALL_KINDS, KINDS, Candidates, MatchKind, RetrievalRequest
from indexer.models.model import Model
from search_api.search import Searcher
from search_api.searching.fusion import QueryTraits, fuse
from search_api.searching.lanes import FUSED, LANES, Lane
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

NUCLEAR, WITKOFF = "003_f7d4c279eac3b33f", "004_964fd79116a5ca89"
NAMES = {lane.name: lane for lane in LANES}
CANDIDATES = Candidates(
    passages=np.array([3, 5]),
    articles=np.array([0, 1]),
    days=np.array([0, 0]),
    sentences=np.array([7, 9]),
    passage_cosine=np.array([0.8, 0.75], np.float32),
    sentence_cosine=np.array([0.5, 0.85], np.float32),
    dense_z=np.array([2.5, 2.0], np.float32),
    lexical_share=np.zeros(2, np.float32),
    unrelated_passage=np.zeros(2, np.float32),
    unrelated_sentence=np.zeros(2, np.float32),
    lexical=np.array([4.0, 0.0], np.float32),
    lexical_z=np.array([1.0, 6.0], np.float32),
    sentence_z=np.array([2.0, 3.0], np.float32),
    sound_z=np.array([0.5, -1.0], np.float32),
    sound_share=np.array([0.9, 0.1], np.float32),
)


class Recording:
    """An index, and the words that it was asked for."""

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
        self.asked: set[tuple[int, MatchKind]] = set()

    def candidates(self, request: RetrievalRequest) -> Candidates:
        for expansion in request.words:
            kinds = (KINDS[kind] for kind in expansion.kinds.tolist())
            self.asked |= set(zip(expansion.terms.tolist(), kinds, strict=True))
        return self._index.candidates(request)


def test_lanes_go_from_bare_vectors_to_everything() -> None:
    assert [(lane.name, lane.kinds) for lane in LANES] == [
        ("passage vectors", frozenset()),
        ("+ sentences", frozenset()),
        ("+ hubs, languages", frozenset()),
        ("all but same", ALL_KINDS - {MatchKind.SAME}),
        ("all but stem", ALL_KINDS - {MatchKind.STEM}),
        ("all but name", ALL_KINDS - {MatchKind.NAME}),
        ("all but dictionary", ALL_KINDS - {MatchKind.DICTIONARY}),
        ("all but sound", ALL_KINDS - {MatchKind.SOUND}),
        ("all but translation", ALL_KINDS - {MatchKind.TRANSLATION}),
        ("all", ALL_KINDS),
    ]
    assert LANES[-1] is FUSED


@pytest.mark.parametrize(
    ("lane", "expected"),
    [
        ("passage vectors", [0.8, 0.75]),
        ("+ sentences", [(0.8 + 0.5) / 2, (0.75 + 0.85) / 2]),
        ("+ hubs, languages", [2.5, 2.0]),
    ],
)
def test_lanes_without_words_are_cosines(lane: str, expected: list[float]) -> None:
    for traits in (QueryTraits(), QueryTraits(1.0, 0.5, 2)):
        scores = NAMES[lane].score(CANDIDATES, traits)
        assert scores.dtype == np.float32
        assert scores.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("lane", [lane for lane in LANES if lane.kinds], ids=lambda lane: str(lane.name))
def test_lanes_with_words_are_fused(lane: Lane) -> None:
    for traits in (QueryTraits(), QueryTraits(romanised=0.5), QueryTraits(known=0.5, words=3)):
        expected = fuse(CANDIDATES, traits)
        assert lane.score(CANDIDATES, traits).tolist() == expected.tolist()


def of(searcher: Searcher, encoder: Encoder, model: Model, lane: Lane) -> tuple[Searcher, Recording]:
    index = Recording(searcher)
    return Searcher(index, QueryEncoders.of(encoder, model.prompts.query), lane=lane), index


def test_vectors_alone_order_hits_by_their_cosines(
    searcher: Searcher, encoder: Encoder, model: Model
) -> None:
    asked = parse("nuclear plant", limit=100, group="passage")
    for name, weight in (("passage vectors", 0.0), ("+ sentences", 0.5)):
        hits = of(searcher, encoder, model, NAMES[name])[0].search(asked).hits
        scores = [hit.scores.passage * (1 - weight) + hit.scores.sentence * weight for hit in hits]
        assert [hit.score for hit in hits] == pytest.approx(scores)
        assert scores == sorted(scores, reverse=True)
        assert {(hit.scores.lexical, hit.words) for hit in hits} == {(0.0, ())}


@pytest.mark.parametrize("kind", MatchKind)
def test_leaving_a_kind_out_removes_its_words(
    searcher: Searcher, encoder: Encoder, model: Model, kind: MatchKind
) -> None:
    asked = parse("Umerov 810 talks پهپاد Trump Raketen", limit=100, group="passage")
    everything, whole = of(searcher, encoder, model, FUSED)
    without, index = of(searcher, encoder, model, NAMES[f"all but {kind}"])
    told = {match.kind for hit in everything.search(asked).hits for match in hit.words}
    untold = {match.kind for hit in without.search(asked).hits for match in hit.words}
    assert told == ALL_KINDS
    assert untold == ALL_KINDS - {kind}
    assert {each for _, each in whole.asked} == ALL_KINDS
    assert {each for _, each in index.asked} == ALL_KINDS - {kind}
    of_others = {term for term, each in whole.asked if each is not kind}
    assert of_others <= {term for term, _ in index.asked}


FIND_NAMES = {"all", *(f"all but {kind}" for kind in MatchKind if kind is not MatchKind.SOUND)}


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: str(lane.name))
def test_names_in_another_script_are_found_by_their_sound(
    searcher: Searcher, encoder: Encoder, model: Model, lane: Lane
) -> None:
    hits = of(searcher, encoder, model, lane)[0].search(parse("Witkoff and Kushner met Umerov")).hits
    assert (hits[0].article.id == WITKOFF) is (lane.name in FIND_NAMES)


def test_a_search_uses_everything(searcher: Searcher, encoder: Encoder, model: Model) -> None:
    asked = parse("Zaporizhzhia nuclear plant lost external power")
    plain = Searcher(searcher.index, QueryEncoders.of(encoder, model.prompts.query)).search(asked).hits
    fused = of(searcher, encoder, model, FUSED)[0].search(asked).hits
    assert [(hit.passage, hit.scores, hit.words) for hit in plain] == [
        (hit.passage, hit.scores, hit.words) for hit in fused
    ]
    assert plain[0].article.id == NUCLEAR
