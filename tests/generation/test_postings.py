"""Postings out of the words of segments: whatever segments their sentences lie in, and some of them dead."""

import os
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worded import Sentences, first_sentences, written

from indexer.core import engine
from indexer.core.engine import sampled
from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers
from indexer.generation import postings
from indexer.generation.postings import Postings, SentenceTerms, blocks, merge
from indexer.generation.sentence_words import SentenceWords

FILES = (
    *("words.txt", "words.npy", postings.POSTINGS, postings.SAMPLED, postings.LENGTHS),
    *(postings.SEGMENT_WORDS, postings.PASSAGES, postings.PLACES, postings.COUNTS),
)
FITTING = (postings.POSTINGS, postings.SAMPLED, postings.PASSAGES, postings.PLACES, postings.COUNTS)
PASSAGES = ([["rain", "rain", "city"], ["flood", "city"]], [["sun", "city"]], [["rain"], ["sun"]])
FIRST = first_sentences(PASSAGES)
SENTENCES = [sentence for passage in PASSAGES for sentence in passage]
WORD = st.sampled_from(["rain", "sun", "باران", "مطر", "مطرا", "a", "😀", "2025"])
PARTS = st.lists(st.lists(st.lists(WORD, max_size=6), max_size=6), min_size=1, max_size=4)

Stands = dict[str, list[tuple[int, int, int]]]


def stands(index: Postings, numbers: Sequence[int] | None = None, *, sampled: bool = False) -> Stands:
    """By word the passages, places and counts of its postings."""
    found = {}
    for number in range(len(index.words)) if numbers is None else numbers:
        of_word = index.of_terms(np.array([number]), sampled=sampled)
        columns = (of_word.passages.tolist(), of_word.places.tolist(), of_word.counts.tolist())
        assert of_word.sizes.tolist() == [len(of_word.passages)]
        found[index.words[number]] = list(zip(*columns, strict=True))
    return found


def expected(passages: Sequence[Sentences], chosen: Sequence[int] | None = None) -> Stands:
    found: Stands = {word: [] for passage in passages for sentence in passage for word in sentence}
    for passage in range(len(passages)) if chosen is None else chosen:
        for place, sentence in enumerate(passages[passage]):
            for word, count in Counter(sentence).items():
                found[word].append((passage, place, count))
    return found


def made(folder: Path, parts: Sequence[Sentences], numbers: Sequence[Numbers], first: Numbers) -> Postings:
    words = [written(folder / f"part{place}", part) for place, part in enumerate(parts)]
    (folder / "merged").mkdir()
    assert set(merge(list(zip(words, numbers, strict=True)), first, folder / "merged")) == set(FILES)
    return Postings(folder / "merged")


@pytest.fixture
def index(tmp_path: Path) -> Postings:
    return made(tmp_path, [SENTENCES], [np.arange(5)], FIRST)


def test_each_word_has_its_sentences(index: Postings) -> None:
    assert [index.words[number] for number in range(4)] == ["city", "flood", "rain", "sun"]
    assert stands(index) == {
        "city": [(0, 0, 1), (0, 1, 1), (1, 0, 1)],
        "flood": [(0, 1, 1)],
        "rain": [(0, 0, 2), (2, 0, 1)],
        "sun": [(1, 0, 1), (2, 1, 1)],
    }
    assert index.lengths.tolist() == [3, 2, 2, 1, 1]
    assert index.sizes(np.array([2, 0])).tolist() == [2, 3]
    both = index.of_terms(np.array([1, 3]))
    assert (both.passages.tolist(), both.sizes.tolist()) == ([0, 1, 2], [1, 2])
    assert index.of_terms(np.empty(0, np.int64)).passages.tolist() == []


def test_postings_of_sampled_passages_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SAMPLED", 2)
    assert sampled(3).tolist() == [0, 1]
    assert sampled(7).tolist() == [0, 3]
    passages = [
        [["rain"]],
        [["rain", "sun"]],
        [["sun"]],
        [["rain", "rain"], ["sun"]],
        [["rain"]],
        [],
        [["sun"]],
    ]
    sentences = [sentence for passage in passages for sentence in passage]
    found = made(tmp_path, [sentences], [np.arange(7)], first_sentences(passages))
    assert stands(found) == {
        "rain": [(0, 0, 1), (3, 0, 2), (1, 0, 1), (4, 0, 1)],
        "sun": [(3, 1, 1), (1, 0, 1), (2, 0, 1), (6, 0, 1)],
    }
    assert stands(found, sampled=True) == expected(passages, [0, 3])


@pytest.mark.parametrize("at_once", [1, 3, 8_000_000])
@pytest.mark.parametrize("most_sampled", [2, 16_384])
def test_merging_is_counting_the_words_of_passages(at_once: int, most_sampled: int) -> None:
    @settings(max_examples=25)
    @given(PARTS, st.data())
    def check(parts: list[Sentences], data: st.DataObject) -> None:
        places = [(part, place) for part, some in enumerate(parts) for place in range(len(some))]
        dead = {place for place in places if data.draw(st.integers(0, 3)) == 0}
        order = data.draw(st.permutations([place for place in places if place not in dead]))
        numbers = [np.full(len(sentences), -1, np.int64) for sentences in parts]
        rows = np.empty(len(order), np.uint32)
        before = np.cumsum([0, *map(len, parts)])
        for number, (part, sentence) in enumerate(order):
            numbers[part][sentence] = number
            rows[number] = before[part] + sentence
        sentences = [parts[part][place] for part, place in order]
        cuts = sorted({0, len(order), *(cut for cut in range(len(order)) if data.draw(st.booleans()))})
        passages = [sentences[start:end] for start, end in pairwise(cuts)]
        with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
            patch.setattr(postings, "AT_ONCE", at_once)
            patch.setattr(postings, "_READ_AT_ONCE", at_once)
            patch.setattr(engine, "SAMPLED", most_sampled)
            found = made(Path(name), parts, numbers, np.array(cuts))
            first = sampled(len(passages)).tolist()
            rest = [passage for passage in range(len(passages)) if passage not in first]
            assert stands(found, sampled=True) == expected(passages, first)
            assert stands(found) == expected(passages, [*first, *rest])
            assert found.lengths.tolist() == list(map(len, sentences))
            assert [found.words[number] for number in range(len(found.words))] == sorted(expected(passages))
            segments = [SentenceWords(Path(name) / f"part{place}") for place in range(len(parts))]
            terms = SentenceTerms(Path(name) / "merged", segments, rows)
            asked = np.array(data.draw(st.permutations(range(len(order)))), np.int64)
            numbers_of, counts, owners = terms.of_sentences(asked)
            counted: list[Counter[str]] = [Counter() for _ in asked]
            for term, count, owner in zip(numbers_of, counts, owners, strict=True):
                counted[owner][found.words[term]] += int(count)
            assert counted == [Counter(sentences[number]) for number in asked]

    check()


def test_no_word_at_all_can_be_written_and_read(tmp_path: Path) -> None:
    found = made(tmp_path, [[[]]], [np.array([0])], np.array([0, 1]))
    assert (len(found.words), found.starts.tolist(), found.lengths.tolist()) == (0, [0], [0])


@pytest.mark.parametrize("parts", [[], [[]], [[["rain"]], [["sun"], []]]])
def test_nothing_alive_is_merged_to_nothing(tmp_path: Path, parts: list[Sentences]) -> None:
    found = made(tmp_path, parts, [np.full(len(some), -1, np.int64) for some in parts], np.array([0]))
    assert (len(found.words), found.starts.tolist(), found.lengths.tolist()) == (0, [0], [])


def test_sentences_beyond_the_last_place_count_as_one(tmp_path: Path) -> None:
    found = made(tmp_path, [[["rain"]] * 258], [np.arange(258)], np.array([0, 258]))
    assert found.of_terms(np.array([0])).places.tolist() == [*range(256), 255, 255]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_truncated_file_is_damage(index: Postings, tmp_path: Path, name: str) -> None:
    assert len(index.words) == 4
    segments = [SentenceWords(tmp_path / "part0")]

    def opened() -> None:
        Postings(tmp_path / "merged")
        SentenceTerms(tmp_path / "merged", segments, np.arange(5, dtype=np.uint32))

    opened()
    os.truncate(tmp_path / "merged" / name, 10)
    with pytest.raises(IndexDamaged, match=name):
        opened()
    (tmp_path / "merged" / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        opened()


@pytest.mark.parametrize("name", FITTING)
def test_files_that_do_not_fit_each_other_are_damage(index: Postings, tmp_path: Path, name: str) -> None:
    assert len(index.words) == 4
    np.save(tmp_path / "merged" / name, np.load(tmp_path / "merged" / name)[:-1])
    with pytest.raises(IndexDamaged, match=r"the postings in .* do not fit each other$"):
        Postings(tmp_path / "merged")


def test_numbers_of_words_of_other_segments_are_damage(index: Postings, tmp_path: Path) -> None:
    assert len(index.words) == 4
    with pytest.raises(IndexDamaged, match=r"the numbers of words in .* do not fit its segments$"):
        SentenceTerms(tmp_path / "merged", [], np.arange(5, dtype=np.uint32))


def test_wrong_lengths_are_told(index: Postings, tmp_path: Path) -> None:
    assert index.sentences_with_wrong_lengths(FIRST).tolist() == []
    np.save(tmp_path / "merged" / postings.LENGTHS, np.array([3, 3, 2, 1, 2], np.uint32))
    assert Postings(tmp_path / "merged").sentences_with_wrong_lengths(FIRST).tolist() == [1, 4]


def test_a_sentence_of_more_words_than_are_counted_is_not_called_wrong(tmp_path: Path) -> None:
    sentences = [["rain"] * 300, ["rain"] * 255, ["sun"]]
    found = made(tmp_path, [sentences], [np.arange(3)], np.array([0, 2, 3]))
    assert found.sentences_with_wrong_lengths(np.array([0, 2, 3])).tolist() == []


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 20))
def test_blocks_of_words_have_not_too_many_postings(counts: list[int], most: int) -> None:
    starts = np.cumsum([0, *counts])
    found = list(blocks(starts, most))
    ends = [0, *(past for _, past in found)]
    assert [first for first, _ in found] == ends[:-1]
    assert ends[-1] == len(counts)
    for first, past in found:
        assert past == first + 1 or sum(counts[first:past]) <= most
