"""The words of the sentences of a segment: written, copied, and found damaged."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worded import Sentences, written

from indexer.core.errors import IndexDamaged
from indexer.generation import sentence_words
from indexer.generation.sentence_words import SentenceWords, SentenceWordsWriter

FILES = (
    *("words.txt", "words.npy", sentence_words.FIRST_WORDS, sentence_words.SENTENCE_WORDS),
    *(sentence_words.COUNTS, sentence_words.LENGTHS),
)
WORD = st.sampled_from(["rain", "sun", "باران", "مطر", "مطرا", "a", "😀", "2025"])
PARTS = st.lists(st.lists(st.lists(WORD, max_size=6), max_size=6), min_size=1, max_size=4)


def test_each_sentence_has_its_words_in_the_order_of_the_text(tmp_path: Path) -> None:
    words = written(tmp_path / "one", [["rain", "city", "rain"], [], ["a"]])
    assert [words.words[number] for number in range(3)] == ["a", "city", "rain"]
    assert words.starts.tolist() == [0, 2, 2, 3]
    assert (words.numbers.tolist(), words.counts.tolist()) == ([2, 1, 0], [2, 1, 1])
    assert words.lengths.tolist() == [3, 0, 1]
    assert words.standing(np.array([True, True, False])).tolist() == [0, 1, 1]


def test_a_word_is_counted_255_times_at_most(tmp_path: Path) -> None:
    words = written(tmp_path / "one", [["rain"] * 300])
    assert (words.counts.tolist(), words.lengths.tolist()) == ([255], [300])


@settings(max_examples=25)
@given(st.lists(st.lists(WORD, max_size=6), max_size=6), PARTS, st.data())
def test_copying_is_adding_one_by_one(before: Sentences, parts: list[Sentences], data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        sources = [written(folder / f"part{place}", part) for place, part in enumerate(parts)]
        straight = list(before)
        (folder / "copied").mkdir()
        writer = SentenceWordsWriter(folder / "copied")
        for sentence in before:
            writer.add(sentence)
        for source, part in zip(sources, parts, strict=True):
            kept = [place for place in range(len(part)) if data.draw(st.booleans())]
            writer.copy(source, np.array(kept, np.int64))
            straight += [part[place] for place in kept]
        writer.add(["sun", "sun"])
        assert writer.save() == FILES
        written(folder / "straight", [*straight, ["sun", "sun"]])
        for file in FILES:
            assert (folder / "copied" / file).read_bytes() == (folder / "straight" / file).read_bytes(), file


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_truncated_file_is_damage(tmp_path: Path, name: str) -> None:
    written(tmp_path / "one", [["rain", "sun"], ["rain"]])
    os.truncate(tmp_path / "one" / name, 6)
    with pytest.raises(IndexDamaged, match=name):
        SentenceWords(tmp_path / "one")
    (tmp_path / "one" / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        SentenceWords(tmp_path / "one")


@pytest.mark.parametrize("name", FILES[2:])
def test_files_that_do_not_fit_each_other_are_damage(tmp_path: Path, name: str) -> None:
    written(tmp_path / "one", [["rain", "sun"], ["rain"]])
    np.save(tmp_path / "one" / name, np.load(tmp_path / "one" / name)[:-1])
    with pytest.raises(IndexDamaged, match=r"the words of sentences in .* do not fit each other$"):
        SentenceWords(tmp_path / "one")
