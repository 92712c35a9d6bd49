"""BM25 over weighted words, against the formula written out."""

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.core.bounded import OVERHEAD, Bounded
from indexer.core.errors import IndexDamaged
from indexer.core.records import Expansion, Numbers, Phrase, Scores
from indexer.generation import postings
from indexer.generation.postings import Postings, PostingsWriter, merge
from indexer.retrieval import lexical
from indexer.retrieval.lexical import K1, B, LexicalIndex
from indexer.storage.vocabulary import Vocabulary

PASSAGES = (
    (["rain", "rain", "city"], ["flood", "city"]),
    (["sun", "city"],),
    (["shower", "in", "the", "city"], ["rain"], ["sun"]),
)
FIRST_SENTENCES = np.array([0, 2, 3, 6])
WORDS = ["city", "flood", "in", "rain", "shower", "sun", "the"]
FILES = ("words.txt", "words.npy", postings.POSTINGS, postings.SENTENCES, postings.COUNTS, postings.LENGTHS)


def write(folder: Path, passages: Sequence[Sequence[Sequence[str]]] = PASSAGES) -> tuple[str, ...]:
    writer = PostingsWriter(folder)
    for sentences in passages:
        for sentence in sentences:
            writer.add(sentence)
    return writer.save()


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    assert write(tmp_path) == FILES
    return LexicalIndex(Postings(tmp_path), FIRST_SENTENCES)


def words_of(index: LexicalIndex) -> Vocabulary:
    return cast("Postings", index._postings).words


def word(index: LexicalIndex, **weights: float) -> Expansion:
    """A word of a query that stands for words of the index with these weights."""
    terms = sorted(number for term in weights if (number := words_of(index).number(term)) is not None)
    return Expansion(
        "asked",
        np.array(terms, np.int64),
        np.array([weights[words_of(index)[term]] for term in terms], np.float32),
        np.zeros(len(terms), np.uint8),
    )


def bm25(tf: float, df: float, documents: int, length: int, mean_length: float) -> float:
    """What one word adds to the score of a document."""
    idf = math.log(1 + (documents - df + 0.5) / (df + 0.5))
    return idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / mean_length))


def test_the_words_are_numbered_in_order(index: LexicalIndex) -> None:
    assert [words_of(index)[number] for number in range(7)] == WORDS


def test_expansions_are_summed_before_saturation(index: LexicalIndex) -> None:
    scores = index.scores([word(index, rain=1.0, shower=0.5)])
    # tf: 2 · 1; 0; 1 · .5 + 1 · 1. df: min(1, 2) + min(1, 1.5)
    df, mean = 1.0 + 1.0, (5 + 2 + 6) / 3
    assert scores.passage.tolist() == pytest.approx([bm25(2, df, 3, 5, mean), 0.0, bm25(1.5, df, 3, 6, mean)])
    # sentences: 2 in the first, .5 and 1 in two of the last passage
    df, mean = 1 + 0.5 + 1, (3 + 2 + 2 + 4 + 1 + 1) / 6
    assert scores.sentence.tolist() == pytest.approx(
        [
            max(bm25(2, df, 6, 3, mean), 0.0),
            0.0,
            max(bm25(0.5, df, 6, 4, mean), bm25(1, df, 6, 1, mean), 0.0),
        ]
    )


def test_a_rare_expansion_of_little_weight_counts_little_in_df(index: LexicalIndex) -> None:
    scores = index.scores([word(index, flood=0.25)])
    df, mean = 0.25, (5 + 2 + 6) / 3
    assert scores.passage.tolist() == pytest.approx([bm25(0.25, df, 3, 5, mean), 0.0, 0.0])


def test_a_query_is_the_sum_of_its_words(index: LexicalIndex) -> None:
    rain, sun = word(index, rain=1.0), replace(word(index, sun=1.0), word="other")
    both = index.scores([rain, sun])
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
        index.scores([rain, rain]).passage, 2 * index.scores([rain]).passage, rtol=1e-6
    )


def test_no_words_and_words_that_stand_for_nothing_score_nothing(index: LexicalIndex) -> None:
    for words in ([], [word(index)]):
        scores = index.scores(words)
        assert (scores.passage.tolist(), scores.sentence.tolist()) == ([0.0] * 3, [0.0] * 3)


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


def test_words_are_remembered_by_what_they_stand_for(
    index: LexicalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word(index, rain=1.0), word(index, rain=0.5), word(index, sun=1.0), word(index, city=1.0)]
    fresh = [LexicalIndex(Postings(tmp_path), FIRST_SENTENCES).scores([one]) for one in words]
    assert len({tuple(scores.passage.tolist()) for scores in fresh}) == 4
    for remembered in (lexical.REMEMBERED, 2 * (OVERHEAD + 48), 0):
        monkeypatch.setattr(index, "_remembered", Bounded(remembered))
        for _ in range(2):
            for one, expected in zip(words, fresh, strict=True):
                scores = index.scores([one])
                np.testing.assert_array_equal(scores.passage, expected.passage)
                np.testing.assert_array_equal(scores.sentence, expected.sentence)


def test_what_is_remembered_is_not_computed_again(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[Expansion] = []
    compute = index._computed

    def counted(asked: Expansion) -> "tuple[lexical._WordScores, lexical._WordScores]":
        computed.append(asked)
        return compute(asked)

    monkeypatch.setattr(index, "_computed", counted)
    # rows of passages and sentences, 12 bytes each: 2 + 2 for rain, 2 + 2 for sun, 1 + 1 for flood
    monkeypatch.setattr(index, "_remembered", Bounded(2 * (OVERHEAD + 48)))
    rain, sun, flood = word(index, rain=1.0), word(index, sun=1.0), word(index, flood=1.0)
    for one in (rain, sun, rain, flood, rain, sun):
        index.scores([one])
    assert computed == [rain, sun, flood, sun]


def test_words_that_stand_nowhere_fill_no_memory(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: Bounded[object, object] = Bounded(50 * OVERHEAD)
    monkeypatch.setattr(index, "_remembered", remembered)
    for number in range(200):
        index.scores([replace(word(index), word=f"unknown{number}")])
    assert len(remembered) == 50


def random_passages() -> list[list[list[str]]]:
    chance = np.random.default_rng(5)
    return [
        [
            [f"w{int(number)}" for number in chance.zipf(1.5, int(chance.integers(1, 12))) % 50]
            for _ in range(int(chance.integers(1, 5)))
        ]
        for _ in range(200)
    ]


def test_spilling_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "spilled").mkdir()
    names = write(tmp_path / "whole", random_passages())
    monkeypatch.setattr(postings, "SPILL", 7)
    assert write(tmp_path / "spilled", random_passages()) == names
    for name in names:
        assert (tmp_path / "spilled" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert sorted(found.name for found in (tmp_path / "spilled").iterdir()) == sorted(names)


def test_one_word_ranks_as_in_plain_bm25(tmp_path: Path) -> None:
    passages = random_passages()
    write(tmp_path, passages)
    first = np.cumsum([0, *map(len, passages)])
    index = LexicalIndex(Postings(tmp_path), first)
    documents = [[term for sentence in sentences for term in sentence] for sentences in passages]
    mean = sum(map(len, documents)) / len(documents)
    for term in ("w1", "w2", "w7", "w30"):
        df = sum(term in document for document in documents)
        expected = np.array(
            [bm25(document.count(term), df, len(documents), len(document), mean) for document in documents]
        )
        scores = index.scores([word(index, **{term: 1.0})]).passage
        np.testing.assert_allclose(scores, expected, rtol=1e-5)
        found = np.lexsort((np.arange(len(scores)), -scores.round(5)))
        np.testing.assert_array_equal(found, np.lexsort((np.arange(len(scores)), -expected.round(5))))


def test_a_word_more_often_than_a_byte_counts_is_counted_255_times(tmp_path: Path) -> None:
    write(tmp_path, [[["rain"] * 300], [["sun"] * 300]])
    index = LexicalIndex(Postings(tmp_path), np.array([0, 1, 2]))
    assert index.scores([word(index, rain=1.0)]).passage.tolist() == pytest.approx(
        [bm25(255, 1, 2, 300, 300), 0.0]
    )


def test_sentences_without_words_score_nothing(tmp_path: Path) -> None:
    write(tmp_path, [[[], ["rain"]], [[]]])
    index = LexicalIndex(Postings(tmp_path), np.array([0, 2, 3]))
    # the mean length is counted as one word at least
    assert index.scores([word(index, rain=1.0)]).passage.tolist() == pytest.approx([bm25(1, 1, 2, 1, 1), 0.0])


def test_a_phrase_counts_where_a_sentence_holds_all_its_words(index: LexicalIndex) -> None:
    def part(**weights: float) -> tuple[Numbers, Scores]:
        one = word(index, **weights)
        return one.terms, one.weights

    nothing = word(index)
    together = Phrase((part(rain=1.0, flood=0.5), part(city=1.0)), 0.8)
    scores = index.scores([replace(nothing, phrases=(together,))])
    # in the first passage twice: min(2 · 1, 1) in its first sentence, min(1 · .5, 1) in its second; elsewhere
    # no sentence has both
    tf, mean = 0.8 * (1.0 + 0.5), (5 + 2 + 6) / 3
    expected = [bm25(tf, min(1.0, tf), 3, 5, mean), 0.0, 0.0]
    assert scores.passage.tolist() == pytest.approx(expected, rel=1e-5)
    assert index.scores([nothing]).passage.tolist() == [0.0, 0.0, 0.0]


def test_no_word_at_all_can_be_written_and_read(tmp_path: Path) -> None:
    write(tmp_path, [[[]]])
    index = LexicalIndex(Postings(tmp_path), np.array([0, 1]))
    assert (len(words_of(index)), index.scores([]).passage.tolist()) == (0, [0.0])


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_truncated_file_is_damage(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    os.truncate(tmp_path / name, 20)
    with pytest.raises(IndexDamaged, match=name):
        LexicalIndex(Postings(tmp_path), FIRST_SENTENCES)
    (tmp_path / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        LexicalIndex(Postings(tmp_path), FIRST_SENTENCES)


@pytest.mark.parametrize("name", [postings.POSTINGS, postings.SENTENCES, postings.COUNTS])
def test_files_that_do_not_fit_each_other_are_damage(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    np.save(tmp_path / name, np.load(tmp_path / name)[:-1])
    with pytest.raises(IndexDamaged, match=r"the postings in .* do not fit each other$"):
        Postings(tmp_path)


@pytest.mark.parametrize("sorting", [0, 10**6])
def test_sums_by_sorting_and_by_table_are_the_same(monkeypatch: pytest.MonkeyPatch, sorting: int) -> None:
    monkeypatch.setattr(lexical, "SORTING", sorting)
    rows, sums = lexical._summed(np.array([5, 1, 5, 3]), np.array([1, 2, 4, 8], np.float32), 7)
    assert (rows.tolist(), sums.tolist()) == ([1, 3, 5], [2.0, 8.0, 5.0])


def test_wrong_lengths_are_told(tmp_path: Path) -> None:
    write(tmp_path)
    assert Postings(tmp_path).sentences_with_wrong_lengths().tolist() == []
    np.save(tmp_path / postings.LENGTHS, np.array([3, 3, 2, 4, 1, 2], np.uint32))
    assert Postings(tmp_path).sentences_with_wrong_lengths().tolist() == [1, 5]


def test_a_sentence_of_more_words_than_are_counted_is_not_called_wrong(tmp_path: Path) -> None:
    write(tmp_path, [[["rain"] * 300, ["rain"] * 255, ["sun"]]])
    assert Postings(tmp_path).sentences_with_wrong_lengths().tolist() == []


Sentences = list[list[str]]
WORD = st.sampled_from(["rain", "sun", "باران", "مطر", "مطرا", "a", "😀", "2025"])
PARTS = st.lists(st.lists(st.lists(WORD, max_size=6), max_size=6), min_size=1, max_size=4)


def written(folder: Path, sentences: Sentences) -> Postings:
    folder.mkdir()
    writer = PostingsWriter(folder)
    for sentence in sentences:
        writer.add(sentence)
    writer.save()
    return Postings(folder)


def same_bytes(one: Path, other: Path) -> None:
    assert sorted(found.name for found in one.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def merged(folder: Path, parts: Sequence[Sentences], numbers: Sequence[Numbers]) -> Path:
    """The folder of what `merge` makes of `parts`, whose sentences get these numbers."""
    postings = [written(folder / f"part{place}", sentences) for place, sentences in enumerate(parts)]
    (folder / "merged").mkdir()
    assert merge(list(zip(postings, numbers, strict=True)), folder / "merged") == FILES
    return folder / "merged"


@pytest.mark.parametrize("spill", [1, 3, 4_000_000])
def test_merging_is_adding_one_by_one(spill: int) -> None:
    @settings(max_examples=25)
    @given(PARTS, st.data())
    def check(parts: list[Sentences], data: st.DataObject) -> None:
        places = [
            (part, sentence) for part, sentences in enumerate(parts) for sentence in range(len(sentences))
        ]
        dead = {place for place in places if data.draw(st.integers(0, 3)) == 0}
        order = data.draw(st.permutations([place for place in places if place not in dead]))
        numbers = [np.full(len(sentences), -1, np.int64) for sentences in parts]
        for number, (part, sentence) in enumerate(order):
            numbers[part][sentence] = number
        with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
            straight = [parts[part][sentence] for part, sentence in order]
            written(Path(name) / "straight", straight)
            patch.setattr(postings, "SPILL", spill)
            same_bytes(merged(Path(name), parts, numbers), Path(name) / "straight")

    check()


def test_words_of_dead_sentences_alone_vanish(tmp_path: Path) -> None:
    parts = [[["rain", "sun"], ["flood"]], [["sun"], ["snow", "rain"]]]
    folder = merged(tmp_path, parts, [np.array([1, -1]), np.array([0, -1])])
    postings = Postings(folder)
    assert [postings.words[number] for number in range(len(postings.words))] == ["rain", "sun"]
    assert postings.starts.tolist() == [0, 1, 3]
    assert postings.sentences.tolist() == [1, 0, 1]
    assert postings.lengths.tolist() == [1, 2]


@pytest.mark.parametrize("parts", [[], [[]], [[["rain"]], [["sun"], []]]])
def test_nothing_alive_is_merged_to_nothing(tmp_path: Path, parts: list[Sentences]) -> None:
    folder = merged(tmp_path, parts, [np.full(len(sentences), -1, np.int64) for sentences in parts])
    postings = Postings(folder)
    assert (len(postings.words), postings.starts.tolist(), postings.lengths.tolist()) == (0, [0], [])
    written(tmp_path / "none", [])
    same_bytes(folder, tmp_path / "none")


@pytest.mark.parametrize("spill", [1, 3, 4_000_000])
def test_copying_is_adding_one_by_one(spill: int) -> None:
    @settings(max_examples=25)
    @given(st.lists(st.lists(WORD, max_size=6), max_size=6), PARTS, st.data())
    def check(before: Sentences, parts: list[Sentences], data: st.DataObject) -> None:
        with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
            folder = Path(name)
            sources = [written(folder / f"part{place}", part) for place, part in enumerate(parts)]
            straight = list(before)
            (folder / "copied").mkdir()
            patch.setattr(postings, "SPILL", spill)
            writer = PostingsWriter(folder / "copied")
            for sentence in before:
                writer.add(sentence)
            for source, part in zip(sources, parts, strict=True):
                kept = [place for place in range(len(part)) if data.draw(st.booleans())]
                writer.copy(source, np.array(kept, np.int64))
                straight += [part[place] for place in kept]
            writer.add(["sun", "sun"])
            writer.save()
            patch.undo()
            written(folder / "straight", [*straight, ["sun", "sun"]])
            same_bytes(folder / "copied", folder / "straight")

    check()
