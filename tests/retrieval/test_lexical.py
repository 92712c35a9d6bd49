"""BM25 over weighted words, against the formula written out, and against scoring everything."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from worded import Sentences, indexed

from indexer.core import engine
from indexer.core.bounded import OVERHEAD, Bounded
from indexer.core.records import Expansion, Numbers, Phrase, Scores
from indexer.generation.postings import Postings
from indexer.retrieval import bm25 as formulas
from indexer.retrieval import lexical
from indexer.retrieval.bm25 import K1, B
from indexer.retrieval.lexical import LexicalIndex
from indexer.retrieval.words import OBJECTS, Everywhere, Idf, LexicalScores, Word

PASSAGES = (
    (["rain", "rain", "city"], ["flood", "city"]),
    (["sun", "city"],),
    (["shower", "in", "the", "city"], ["rain"], ["sun"]),
)
ALL = np.arange(3)


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return indexed(tmp_path, PASSAGES)


def postings_of(index: LexicalIndex) -> Postings:
    found = index._standing._postings
    assert isinstance(found, Postings)
    return found


def word(index: LexicalIndex, **weights: float) -> Expansion:
    """A word of a query that stands for words of the index with these weights."""
    words = postings_of(index).words
    terms = sorted(number for term in weights if (number := words.number(term)) is not None)
    return Expansion(
        "asked",
        np.array(terms, np.int64),
        np.array([weights[words[term]] for term in terms], np.float32),
        np.zeros(len(terms), np.uint8),
    )


def scores(index: LexicalIndex, words: Sequence[Expansion]) -> LexicalScores:
    return index.query(words).scores(np.arange(index.passages))


def bm25(tf: float, df: float, documents: int, length: int, mean_length: float) -> float:
    """What one word adds to the score of a document."""
    idf = math.log(1 + (documents - df + 0.5) / (df + 0.5))
    return idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / mean_length))


def test_expansions_are_summed_before_saturation(index: LexicalIndex) -> None:
    found = scores(index, [word(index, rain=1.0, shower=0.5)])
    # tf: 2 · 1; 0; 1 · .5 + 1 · 1. df: min(1, 2) + min(1, 1.5)
    df, mean = 1.0 + 1.0, (5 + 2 + 6) / 3
    assert found.passage.tolist() == pytest.approx([bm25(2, df, 3, 5, mean), 0.0, bm25(1.5, df, 3, 6, mean)])
    # sentences: 2 in the first, .5 and 1 in two of the last passage
    df, mean = 1 + 0.5 + 1, (3 + 2 + 2 + 4 + 1 + 1) / 6
    assert found.sentence.tolist() == pytest.approx(
        [
            max(bm25(2, df, 6, 3, mean), 0.0),
            0.0,
            max(bm25(0.5, df, 6, 4, mean), bm25(1, df, 6, 1, mean), 0.0),
        ]
    )


def test_a_rare_expansion_of_little_weight_counts_little_in_df(index: LexicalIndex) -> None:
    found = scores(index, [word(index, flood=0.25)])
    df, mean = 0.25, (5 + 2 + 6) / 3
    assert found.passage.tolist() == pytest.approx([bm25(0.25, df, 3, 5, mean), 0.0, 0.0])


def test_a_query_is_the_sum_of_its_words(index: LexicalIndex) -> None:
    rain, sun = word(index, rain=1.0), replace(word(index, sun=1.0), word="other")
    both = scores(index, [rain, sun])
    df, mean = 2, (5 + 2 + 6) / 3
    assert both.passage.tolist() == pytest.approx(
        [
            bm25(2, df, 3, 5, mean),
            bm25(1, df, 3, 2, mean),
            bm25(1, df, 3, 6, mean) + bm25(1, df, 3, 6, mean),
        ]
    )
    # the best sentence is one sentence: rain and sun are in two of the last passage
    df, mean = 2, (3 + 2 + 2 + 4 + 1 + 1) / 6
    assert both.sentence.tolist() == pytest.approx(
        [bm25(2, df, 6, 3, mean), bm25(1, df, 6, 2, mean), bm25(1, df, 6, 1, mean)]
    )


def test_a_word_asked_twice_counts_twice(index: LexicalIndex) -> None:
    rain = word(index, rain=1.0)
    np.testing.assert_allclose(
        scores(index, [rain, rain]).passage, 2 * scores(index, [rain]).passage, rtol=1e-6
    )


def test_no_words_and_words_that_stand_for_nothing_score_nothing(index: LexicalIndex) -> None:
    for words in ([], [word(index)]):
        found = scores(index, words)
        assert (found.passage.tolist(), found.sentence.tolist()) == ([0.0] * 3, [0.0] * 3)


@pytest.mark.parametrize(
    ("words", "passages"),
    [
        ([{"city": 1.0}], [0, 1, 2]),
        ([{"rain": 1.0}], [0, 2]),
        ([{"rain": 1.0}, {"city": 1.0}], [0]),
        ([{"city": 1.0}, {"rain": 1.0, "shower": 0.5}], [0, 2]),
        ([{"sun": 1.0}, {"city": 1.0}], [1]),
        ([{"sun": 1.0}, {"rain": 1.0}], []),
        ([{"the": 1.0}, {}], []),
    ],
)
def test_passages_with_words_have_them_in_one_sentence(
    index: LexicalIndex, words: list[dict[str, float]], passages: list[int]
) -> None:
    assert index.passages_with([word(index, **one) for one in words]).tolist() == passages


def test_a_phrase_counts_where_a_sentence_holds_all_its_words(index: LexicalIndex) -> None:
    def part(**weights: float) -> tuple[Numbers, Scores]:
        one = word(index, **weights)
        return one.terms, one.weights

    nothing = word(index)
    together = Phrase((part(rain=1.0, flood=0.5), part(city=1.0)), 0.8)
    found = scores(index, [replace(nothing, phrases=(together,))])
    # in the first passage twice: min(2 · 1, 1) in its first sentence, min(1 · .5, 1) in its second; elsewhere
    # no sentence has both
    tf, mean = 0.8 * (1.0 + 0.5), (5 + 2 + 6) / 3
    expected = [bm25(tf, min(1.0, tf), 3, 5, mean), 0.0, 0.0]
    assert found.passage.tolist() == pytest.approx(expected, rel=1e-5)
    assert scores(index, [nothing]).passage.tolist() == [0.0, 0.0, 0.0]


def random_passages(passages: int = 200) -> list[list[list[str]]]:
    chance = np.random.default_rng(5)
    return [
        [
            [f"w{int(number)}" for number in chance.zipf(1.5, int(chance.integers(1, 12))) % 50]
            for _ in range(int(chance.integers(1, 5)))
        ]
        for _ in range(passages)
    ]


def test_one_word_ranks_as_in_plain_bm25(tmp_path: Path) -> None:
    passages = random_passages()
    index = indexed(tmp_path, passages, segments=3)
    documents = [[term for sentence in sentences for term in sentence] for sentences in passages]
    mean = sum(map(len, documents)) / len(documents)
    for term in ("w1", "w2", "w7", "w30"):
        df = sum(term in document for document in documents)
        expected = np.array(
            [bm25(document.count(term), df, len(documents), len(document), mean) for document in documents]
        )
        found = scores(index, [word(index, **{term: 1.0})]).passage
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        (best,) = index.query([word(index, **{term: 1.0})]).best(20, None)
        np.testing.assert_allclose(expected[best], np.sort(expected)[::-1][:20][: len(best)], rtol=1e-5)


def test_a_word_more_often_than_a_byte_counts_is_counted_255_times(tmp_path: Path) -> None:
    index = indexed(tmp_path, [[["rain"] * 300], [["sun"] * 300]])
    assert scores(index, [word(index, rain=1.0)]).passage.tolist() == pytest.approx(
        [bm25(255, 1, 2, 300, 300), 0.0]
    )


def test_sentences_without_words_score_nothing(tmp_path: Path) -> None:
    index = indexed(tmp_path, [[[], ["rain"]], [[]]])
    # the mean length is counted as one word at least
    expected = [bm25(1, 1, 2, 1, 1), 0.0]
    assert scores(index, [word(index, rain=1.0)]).passage.tolist() == pytest.approx(expected)


def test_an_index_without_words_answers_nothing(tmp_path: Path) -> None:
    index = indexed(tmp_path, [[[]]])
    assert scores(index, [word(index)]).passage.tolist() == [0.0]
    assert [one.tolist() for one in index.query([word(index)]).best(5, None)] == [[]]


@pytest.mark.parametrize("sorting", [0, 10**6])
def test_sums_and_maxima_by_sorting_and_by_table_are_the_same(
    monkeypatch: pytest.MonkeyPatch, sorting: int
) -> None:
    monkeypatch.setattr(formulas, "SORTING", sorting)
    rows, sums = formulas.summed(np.array([5, 1, 5, 3]), np.array([1, 2, 4, 8], np.float32), 7)
    assert (rows.tolist(), sums.tolist()) == ([1, 3, 5], [2.0, 8.0, 5.0])
    most = formulas.greatest(np.array([5, 1, 5, 3]), np.array([1, 2, 4, 8], np.float32), rows, 7)
    assert most.tolist() == [2.0, 8.0, 4.0]


Exact = NDArray[np.float64]


class Exhaustive:
    """Scores every sentence and every passage by the formula, out of all the words of an index."""

    def __init__(self, index: LexicalIndex, passages: Sequence[Sentences]) -> None:
        vocabulary = postings_of(index).words
        self._first = np.cumsum([0, *map(len, passages)])[:-1]
        sentences = [sentence for passage in passages for sentence in passage]
        self._table = np.zeros((len(sentences), len(vocabulary)))
        for row, sentence in enumerate(sentences):
            for term in sentence:
                self._table[row, vocabulary.number(term)] += 1
        self._lengths = np.array([len(sentence) for sentence in sentences])

    def scores(self, words: Sequence[Expansion]) -> tuple[Exact, Exact]:
        """Of each passage its BM25, and that of its best sentence."""
        passage, sentence = np.zeros(len(self._first)), np.zeros(len(self._table))
        for one in words:
            frequency = self._table[:, one.terms] @ one.weights
            for phrase in one.phrases:
                parts = [self._table[:, terms] @ weights for terms, weights in phrase.parts]
                frequency = frequency + phrase.weight * np.minimum.reduce(parts)
            passage += _bm25(
                np.add.reduceat(frequency, self._first), np.add.reduceat(self._lengths, self._first)
            )
            sentence += _bm25(frequency, self._lengths)
        return passage, np.maximum.reduceat(sentence, self._first)

    def with_all(self, words: Sequence[Expansion]) -> list[int]:
        """The passages with a sentence that holds every word."""
        holds = np.logical_and.reduce([self._table[:, one.terms].sum(axis=1) > 0 for one in words])
        return np.flatnonzero(np.logical_or.reduceat(holds, self._first)).tolist()


def _bm25(frequency: Exact, lengths: Numbers) -> Exact:
    df = np.minimum(frequency, 1).sum() if frequency.any() else 1.0
    idf = math.log(1 + (len(lengths) - df + 0.5) / (df + 0.5))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    return np.asarray(idf * frequency * (K1 + 1) / (frequency + norm))


def some_queries(index: LexicalIndex, queries: int = 30) -> list[list[Expansion]]:
    """Queries of one to six words that stand for one to eight terms, or for two terms together."""
    chance = np.random.default_rng(9)
    terms = len(postings_of(index).words)
    found = []
    for number in range(queries):
        words = []
        for place in range(int(chance.integers(1, 7))):
            chosen = np.unique(chance.integers(0, terms, int(chance.integers(1, 9))))
            weights = chance.uniform(0.05, 1, len(chosen)).astype(np.float32)
            one, other = chosen[:1], chance.integers(0, terms, 1)
            phrases = (Phrase(((one, weights[:1]), (other, weights[:1])), 0.5),) if place % 2 else ()
            kinds = np.zeros(len(chosen), np.uint8)
            words.append(Expansion(f"{number} {place}", chosen, weights, kinds, phrases=phrases))
        found.append(words)
    return found


def assert_best(found: Numbers, scores: Exact, admitted: Numbers | None) -> None:
    """They are 15 of those admitted with the highest scores above 0, best first."""
    rows = np.arange(len(scores)) if admitted is None else admitted
    rows = rows[scores[rows] > 0]
    expected = np.sort(scores[rows])[::-1][:15]
    np.testing.assert_allclose(scores[found], expected, rtol=1e-5)
    assert len(set(found.tolist())) == len(expected)
    assert set(found.tolist()) <= set(rows.tolist())


@pytest.mark.parametrize(("most_sampled", "lookup"), [(16_384, 400), (50, 400), (50, 0), (50, 10**9)])
def test_the_best_are_those_of_scoring_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_sampled: int, lookup: int
) -> None:
    """Whether words are left out as soon as may be (0), when it pays, or never."""
    monkeypatch.setattr(engine, "SAMPLED", most_sampled)
    monkeypatch.setattr(lexical, "LOOKUP", lookup)
    monkeypatch.setattr(lexical, "AT_ONCE", 16)
    monkeypatch.setattr(lexical, "POOL", 200)
    passages = random_passages()
    index = indexed(tmp_path, passages, segments=2)
    exhaustive = Exhaustive(index, passages)
    some = np.arange(0, len(passages), 3)
    for words in some_queries(index):
        passage, sentence = exhaustive.scores(words)
        found = scores(index, words)
        np.testing.assert_allclose(found.passage, passage, rtol=1e-5)
        np.testing.assert_allclose(found.sentence, sentence, rtol=1e-5)
        query = index.query(words)
        for admitted in (None, some, some[:10]):
            (best,) = query.best(15, admitted)
            assert_best(best, passage, admitted)
            best, by_sentence = query.best(15, admitted, by_sentence=True)
            assert_best(best, passage, admitted)
            if lookup == 10**9 or not index.is_sampled:
                assert_best(by_sentence, sentence, admitted)
        assert index.passages_with(words).tolist() == exhaustive.with_all(words)


@pytest.mark.parametrize("lookup", [400, 0])
def test_few_of_the_best_sentences_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lookup: int
) -> None:
    """Of words put together at random, the worst case; left out when it pays, or as soon as may be (0)."""
    monkeypatch.setattr(engine, "SAMPLED", 50)
    monkeypatch.setattr(lexical, "LOOKUP", lookup)
    monkeypatch.setattr(lexical, "AT_ONCE", 16)
    passages = random_passages(1000)
    index = indexed(tmp_path, passages)
    exhaustive = Exhaustive(index, passages)
    shares = []
    for words in some_queries(index):
        _, sentence = exhaustive.scores(words)
        _, found = index.query(words).best(15, None, by_sentence=True)
        expected = np.sort(sentence[sentence > 0])[::-1][:15]
        assert np.all(np.diff(sentence[found]) <= 1e-5)
        shares.append(np.count_nonzero(sentence[found] >= expected[-1] - 1e-5) / len(expected))
    assert np.mean(shares) > 0.6


def test_frequent_words_are_left_out_where_they_cannot_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SAMPLED", 50)
    monkeypatch.setattr(lexical, "LOOKUP", 1)
    passages = [[["the", "a"] + ["rain", "flood"] * (number % 40 == 7)] for number in range(400)]
    index = indexed(tmp_path, passages)
    looked: list[Word] = []
    everywhere = index.everywhere

    def counted(asked: Word) -> Everywhere:
        looked.append(asked)
        return everywhere(asked)

    monkeypatch.setattr(index, "everywhere", counted)
    words = [replace(word(index, **{term: 1.0}), word=term) for term in ("the", "rain", "flood")]
    assert index.query(words).best(5, None)[0].tolist() == [7, 47, 87, 127, 167]
    assert {one.expansion.word for one in looked} == {"rain", "flood"}


def test_a_sample_tells_what_is_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = random_passages(2000)
    index = indexed(tmp_path / "all", passages)
    exhaustive = Exhaustive(index, passages)
    monkeypatch.setattr(engine, "SAMPLED", 500)
    monkeypatch.setattr(lexical, "ENOUGH", 0)
    sampling = indexed(tmp_path / "sampling", passages)
    for words in some_queries(index, 10):
        passage, sentence = exhaustive.scores(words)
        for one, tolerance in ((index, 1e-4), (sampling, 0.25)):
            query = one.query(words)
            found = query.z_scores(query.scores(np.arange(2000)), 0.0)
            for z, expected in ((found.passage, passage), (found.sentence, sentence)):
                usual = (expected - expected.mean()) / expected.std()
                np.testing.assert_allclose(z, usual, atol=tolerance * max(1, np.abs(usual).max()))


def test_what_is_unusual_is_held_to_a_least_deviation(index: LexicalIndex) -> None:
    query = index.query([word(index, flood=1.0)])
    found = query.scores(ALL)
    usual = query.z_scores(found, 100.0)
    assert usual.passage.tolist() == pytest.approx(((found.passage - found.passage.mean()) / 100).tolist())


@pytest.mark.parametrize("most_sampled", [2, 3])
def test_words_are_scored_for_several_queries_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_sampled: int
) -> None:
    monkeypatch.setattr(engine, "SAMPLED", most_sampled)
    index = indexed(tmp_path, PASSAGES)
    rain, sun = (
        index.query([word(index, rain=1.0), word(index, city=0.5)]),
        index.query([word(index, sun=1.0)]),
    )
    nothing = index.query([])
    together = index.scores([rain, nothing, sun], ALL)
    for found, query in zip(together, (rain, nothing, sun), strict=True):
        alone = query.scores(ALL)
        np.testing.assert_array_equal(found.passage, alone.passage)
        np.testing.assert_array_equal(found.sentence, alone.sentence)
    assert [one.tolist() for one in nothing.best(3, None, by_sentence=True)] == [[], []]
    assert nothing.z_scores(together[1], 0.0).passage.tolist() == [0.0, 0.0, 0.0]


def test_words_are_remembered_by_what_they_stand_for(
    tmp_path: Path, index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word(index, rain=1.0), word(index, rain=0.5), word(index, sun=1.0), word(index, city=1.0)]
    fresh = [scores(index, [one]).passage.tolist() for one in words]
    assert len(set(map(tuple, fresh))) == 4
    for most in (lexical.REMEMBERED, 4 * 2 * (OVERHEAD + OBJECTS + 100), 0):
        monkeypatch.setattr(lexical, "REMEMBERED", most)
        remembering = indexed(tmp_path / str(most), PASSAGES)
        for _ in range(2):
            assert [scores(remembering, [one]).passage.tolist() for one in words] == fresh


def test_what_is_remembered_is_not_computed_again(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[Expansion] = []
    compute = index._computed

    def counted(asked: Expansion, key: bytes, idf: Idf | None) -> Word:
        computed.append(asked)
        return compute(asked, key, idf)

    monkeypatch.setattr(index, "_computed", counted)
    rain, sun = word(index, rain=1.0), word(index, sun=1.0)
    for one in (rain, sun, rain, sun):
        index.query([one])
    assert computed == [rain, sun]


def test_unknown_words_take_no_more_memory_than_others(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_words", Bounded[bytes, Word](1 << 20))
    nothing = word(index)
    for number in range(50_000):
        index.query([replace(nothing, word=f"unknown{number}")])
    assert index._words.bytes <= 1 << 20
    assert len(index._words) == (1 << 20) // (OVERHEAD + OBJECTS)
