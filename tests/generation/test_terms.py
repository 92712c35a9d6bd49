"""The words of a generation, out of the words of its segments."""

from pathlib import Path

import numpy as np
import pytest
from making import catalogued, embedded, encode, segment, whole

from indexer.core.records import Vectors
from indexer.generation import postings, terms
from indexer.generation.catalogue import Catalogue
from indexer.generation.segment import Embedded
from indexer.lexicon import word_vectors
from indexer.lexicon.forms import language_bit
from indexer.lexicon.lexicon import Lexicon
from indexer.storage.vocabulary import Vocabulary

ARTICLES = (
    embedded("a", [["باران بارید باران"], ["سیل آمد", "باران"]], "fa"),
    embedded("b", [["نزل المطر"], ["سیل"]], "ar"),
    embedded("c", [["باران"]], "prs"),
    embedded("d", [["rain", "سیل"]], "en"),
)
DEAD = (embedded("a", [["زلزله آمد"]], "ckb"), embedded("z", [["باران خبر"]], "ar"))
FA, AR, PRS, OTHER = (language_bit(code) for code in ("fa", "ar", "prs", "en"))


def spread(folder: Path) -> Catalogue:
    """The articles in two segments, with dead ones between them."""
    first = segment(folder / "first", [ARTICLES[3], DEAD[0], ARTICLES[1]])
    second = segment(folder / "second", [DEAD[1], ARTICLES[2], ARTICLES[0]])
    return catalogued(folder, [(first, np.array([0, 2])), (second, np.array([1, 2]))])


def alone(folder: Path, articles: tuple[Embedded, ...] = ARTICLES) -> Catalogue:
    """The articles in one segment, in order."""
    return catalogued(folder, whole([segment(folder / "whole", articles)]))


@pytest.mark.parametrize("at_once", [1, 2, 4_000_000])
def test_words_do_not_hang_on_where_articles_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    names = terms.write(alone(tmp_path / "alone"), encode, tmp_path / "alone", None)
    monkeypatch.setattr(terms, "_POSTINGS_AT_ONCE", at_once)
    assert terms.write(spread(tmp_path / "spread"), encode, tmp_path / "spread", None) == names
    for name in set(names) - {postings.SEGMENT_WORDS}:
        one, other = tmp_path / "alone" / name, tmp_path / "spread" / name
        assert one.read_bytes() == other.read_bytes(), name


def test_each_word_has_its_sentences_and_the_languages_of_their_articles(tmp_path: Path) -> None:
    catalogue = spread(tmp_path)
    terms.write(catalogue, encode, tmp_path, None)
    index = postings.Postings(tmp_path)
    read = Lexicon(tmp_path, index.words)
    sentences = catalogue.first_sentences[index.passages] + index.places
    found = {
        index.words[number]: (
            sentences[index.starts[number] : index.starts[number + 1]].tolist(),
            index.counts[index.starts[number] : index.starts[number + 1]].tolist(),
            int(read.forms.languages[number]),
        )
        for number in range(len(index.words))
    }
    assert found == {
        "باران": ([0, 2, 5], [2, 1, 1], FA | PRS),
        "بارید": ([0], [1], FA),
        "سیل": ([1, 4, 7], [1, 1, 1], FA | AR | OTHER),
        "امد": ([1], [1], FA),
        "نزل": ([3], [1], AR),
        "المطر": ([3], [1], AR),
        "rain": ([6], [1], OTHER),
    }


@pytest.mark.parametrize(
    ("frequent", "expected"),
    [
        (((100, 1),), ["المطر", "امد", "باران", "بارید", "سیل", "نزل"]),
        (((8, 1), (100, 2)), ["المطر", "امد", "باران", "بارید", "سیل", "نزل"]),
        (((7, 1), (8, 2)), ["باران", "سیل"]),
        (((6, 1), (7, 2)), ["باران", "سیل"]),
        (((6, 4), (7, 4)), ["باران", "سیل"]),
    ],
)
def test_larger_indexes_have_vectors_of_frequent_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    frequent: tuple[tuple[int, int], ...],
    expected: list[str],
) -> None:
    monkeypatch.setattr(terms, "FREQUENT", frequent)
    terms.write(spread(tmp_path), encode, tmp_path, None)
    known = Vocabulary(tmp_path, postings.WORDS)
    with_vectors = [known[number] for number in np.load(tmp_path / word_vectors.VECTOR_WORDS).tolist()]
    assert with_vectors == expected


def test_a_base_is_asked_first(tmp_path: Path) -> None:
    asked: list[str] = []

    def counted(texts: object) -> Vectors:
        assert isinstance(texts, list)
        asked.extend(texts)
        return encode(texts)

    terms.write(alone(tmp_path / "base", ARTICLES[1:]), encode, tmp_path / "base", None)
    base = Lexicon(tmp_path / "base", Vocabulary(tmp_path / "base", postings.WORDS))
    catalogue = spread(tmp_path / "new")
    terms.write(catalogue, counted, tmp_path / "new", base.known())
    # سیل, which was taken for Arabic, is in both languages now
    assert asked == ["آمد", "بارید", "سیل"]


def test_no_articles_have_no_words(tmp_path: Path) -> None:
    catalogue = alone(tmp_path, (embedded("a", []),))
    terms.write(catalogue, encode, tmp_path, None)
    read = Lexicon(tmp_path, postings.Postings(tmp_path).words)
    assert (len(read.words), read.forms.languages.tolist()) == (0, [])
