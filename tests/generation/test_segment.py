"""Segments: what is written is read, and a copy is what would have been written."""

import datetime
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
from making import DIMENSIONS, embedded, segment

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows
from indexer.core.records import Chunk, Numbers, Span
from indexer.generation import segment as segments
from indexer.generation import sentence_words
from indexer.generation.segment import Embedded, Segment, SegmentWriter
from indexer.text.orthography import tokens
from indexer.vectors.cache import keys_of

DAY = datetime.date
FILES = (
    *(segments.STORE, segments.DIGESTS, segments.LANGUAGES, segments.DAYS, segments.GARBLED),
    segments.FIRST_PASSAGES,
    *(segments.PASSAGE_SPANS, segments.FIRST_SENTENCES, segments.SENTENCE_SPANS),
    *(segments.PASSAGE_KEYS, segments.SENTENCE_KEYS, segments.PASSAGES, segments.SENTENCES),
    *("ids.txt", "ids.npy", "paths.txt", "paths.npy", "words.txt", "words.npy"),
    *(sentence_words.FIRST_WORDS, sentence_words.SENTENCE_WORDS, sentence_words.COUNTS),
    sentence_words.LENGTHS,
    *("columns.txt", "columns.npy", "column-0-values.txt", "column-0-values.npy", "column-0-starts.npy"),
    "column-0-codes.npy",
)
ARTICLES = (
    embedded("b", [["باران بارید", "سیل آمد سیل"], ["کابل آرام"]], "prs", DAY(2025, 9, 3)),
    embedded("empty", [], "und", None),
    embedded("a", [["نزل المطر"], ["في بيروت", "البحر"]], "ar", None),
    embedded("c", [["One 😀 line", "one more"]], "en", DAY(1, 1, 1), publisher="a.org"),
)

WORDS = ["باران", "مطر", "rain", "سیل", "2025", "😀", "-"]
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
PASSAGES = st.lists(st.lists(SENTENCE, min_size=1, max_size=3), max_size=3)
DAYS = st.none() | st.dates()
LANGUAGES = st.sampled_from(["fa", "prs", "ar", "und", "ckb"])
CORPUS = st.lists(st.tuples(PASSAGES, LANGUAGES, DAYS), min_size=1, max_size=6).map(
    lambda several: [embedded(f"{(7 * number) % 10}/{number}", *one) for number, one in enumerate(several)]
)


def words_of(article: Embedded) -> list[list[str]]:
    text = article.article.text
    return [
        [token.text for token in tokens(span.of(text))]
        for chunk in article.chunks
        for span in chunk.sentences
    ]


def counted_words(read: Segment) -> list[dict[str, int]]:
    """Of each sentence its words, and how often they stand in it."""
    words = read.words
    return [
        {
            words.words[number]: count
            for number, count in zip(
                words.numbers[start:end].tolist(), words.counts[start:end].tolist(), strict=True
            )
        }
        for start, end in pairwise(words.starts.tolist())
    ]


def require_holds(read: Segment, articles: Sequence[Embedded]) -> None:
    """Assert that a segment has exactly these articles."""
    rows = range(len(articles))
    assert len(read) == len(articles)
    assert read.store.articles(rows) == [one.article for one in articles]
    assert [read.ids[row] for row in rows] == [one.article.id for one in articles]
    assert [read.origin(row) for row in rows] == [one.origin for one in articles]
    assert [read.chunks(row) for row in rows] == [one.chunks for one in articles]
    assert [code.decode() for code in read.languages.tolist()] == [one.article.language for one in articles]
    dates = [one.article.date for one in articles]
    assert read.days.tolist() == [date.toordinal() if date else 0 for date in dates]
    for keys, part in ((read.passage_keys, "passage_keys"), (read.sentence_keys, "sentence_keys")):
        np.testing.assert_array_equal(keys, np.concatenate([getattr(one, part) for one in articles]))
    for file, part in ((read.passages, "passages"), (read.sentences, "sentences")):
        vectors = np.concatenate([getattr(one, part) for one in articles])
        stored = file.stored(np.arange(len(vectors)))
        # to the nearest half; of two equally near, FAISS and numpy need not take the same one
        step = np.spacing(np.abs(vectors).astype(np.float16)).astype(np.float32)
        assert (np.abs(stored - vectors) <= step / 2).all()
        np.testing.assert_array_equal(stored, stored.astype(np.float16).astype(np.float32))
        assert len(file) == len(vectors)
    sentences = [words for one in articles for words in words_of(one)]
    assert counted_words(read) == [dict(Counter(words)) for words in sentences]
    assert read.words.lengths.tolist() == list(map(len, sentences))


def test_what_it_holds_in_numbers(tmp_path: Path) -> None:
    read = segment(tmp_path / "one", ARTICLES)
    assert (read.name, len(read)) == ("one", 4)
    assert read.first_passages.tolist() == [0, 2, 2, 4, 5]
    assert read.first_sentences.tolist() == [0, 2, 3, 4, 6, 8]
    assert read.chunks(0) == [
        Chunk(0, 23, (Span(0, 11), Span(12, 23))),
        Chunk(24, 33, (Span(24, 33),)),
    ]
    assert read.chunks(1) == []
    assert read.days.tolist() == [DAY(2025, 9, 3).toordinal(), 0, 0, 1]
    assert read.languages.tolist() == [b"prs", b"und", b"ar", b"en"]
    assert [read.paths[row] for row in range(4)] == ["/in/b", "/in/empty", "/in/a", "/in/c"]
    np.testing.assert_array_equal(
        read.sentence_keys[:3], keys_of(["باران بارید", "سیل آمد سیل", "کابل آرام"])
    )
    assert counted_words(read)[1] == {"سیل": 2, "امد": 1}
    assert [sentence for sentence, words in enumerate(counted_words(read)) if "one" in words] == [6, 7]
    read.close()


def test_the_files_are_those_that_it_names(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "one", DIMENSIONS)
    for article in ARTICLES:
        writer.add(article)
    assert (writer.articles, writer.sentences) == (4, 8)
    names = writer.save()
    assert len(names) == len(FILES)
    assert {found.name for found in (tmp_path / "one").iterdir()} == set(names) == set(FILES)


@settings(max_examples=25)
@given(CORPUS)
def test_what_was_written_is_read(articles: list[Embedded]) -> None:
    with TemporaryDirectory() as folder:
        read = segment(Path(folder) / "one", articles)
        require_holds(read, articles)
        read.close()


def copied(folder: Path, parts: Sequence[tuple[Segment, Numbers]]) -> Segment:
    writer = SegmentWriter(folder, DIMENSIONS)
    for read, rows in parts:
        writer.copy(read, rows)
    writer.save()
    return Segment(folder)


@settings(max_examples=25)
@given(CORPUS, CORPUS, st.data())
def test_a_copy_is_byte_for_byte_the_segment_of_its_articles_alone(
    first: list[Embedded], second: list[Embedded], data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        parts, kept = [], []
        for number, articles in enumerate((first, second)):
            rows = sorted(data.draw(st.sets(st.sampled_from(range(len(articles))))))
            read = segment(folder / f"source{number}", articles)
            parts.append((read, np.array(rows, np.int64)))
            kept += [articles[row] for row in rows]
        if not kept:
            return
        copy = copied(folder / "copy", parts)
        straight = segment(folder / "straight", kept)
        require_holds(copy, kept)
        for file in FILES:
            assert (copy.folder / file).read_bytes() == (straight.folder / file).read_bytes(), file
        for read in (copy, straight, *(read for read, _ in parts)):
            read.close()


def test_articles_are_added_before_and_behind_copied_ones(tmp_path: Path) -> None:
    source = segment(tmp_path / "source", ARTICLES[:3])
    writer = SegmentWriter(tmp_path / "mixed", DIMENSIONS)
    writer.add(ARTICLES[3])
    writer.copy(source, np.array([1, 2]))
    writer.add(ARTICLES[0])
    assert (writer.articles, writer.sentences) == (4, 8)
    writer.save()
    mixed = Segment(tmp_path / "mixed")
    require_holds(mixed, [ARTICLES[3], ARTICLES[1], ARTICLES[2], ARTICLES[0]])
    for read in (source, mixed):
        read.close()


def test_articles_without_passages_are_a_segment(tmp_path: Path) -> None:
    articles = [embedded("a", [], "fa", None), embedded("b", [], "und")]
    read = segment(tmp_path / "one", articles)
    require_holds(read, articles)
    copy = copied(tmp_path / "two", [(read, np.array([1]))])
    require_holds(copy, articles[1:])
    for opened in (read, copy):
        opened.close()


def test_a_discarded_segment_lets_go_of_its_file(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "one", DIMENSIONS)
    writer.add(ARTICLES[0])
    writer.discard()
    with pytest.raises(IndexDamaged):
        Segment(tmp_path / "one")


@pytest.mark.parametrize("name", sorted(set(FILES) - {segments.STORE}))
def test_a_missing_or_truncated_file_is_damage(tmp_path: Path, name: str) -> None:
    path = segment(tmp_path / "one", ARTICLES).folder / name
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(IndexDamaged, match=name.replace(".", r"\.")):
        Segment(tmp_path / "one")
    path.unlink()
    with pytest.raises(IndexDamaged, match=name.replace(".", r"\.")):
        Segment(tmp_path / "one")


ARRAYS = sorted(name for name in FILES if name.endswith(".npy"))


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("left", [-1, 0])
def test_files_that_do_not_fit_each_other_are_damage(tmp_path: Path, name: str, left: int) -> None:
    path = segment(tmp_path / "one", ARTICLES).folder / name
    np.save(path, np.load(path)[:left])
    with pytest.raises(IndexDamaged):
        Segment(tmp_path / "one")


@pytest.mark.parametrize("name", [segments.PASSAGES, segments.SENTENCES])
def test_vectors_of_other_articles_are_damage(tmp_path: Path, name: str) -> None:
    segment(tmp_path / "one", ARTICLES)
    other = segment(tmp_path / "other", ARTICLES[:1])
    (other.folder / name).replace(tmp_path / "one" / name)
    with pytest.raises(IndexDamaged, match=r"the files in .*one do not fit each other$"):
        Segment(tmp_path / "one")


@given(st.lists(st.integers(0, 4), max_size=8), st.data())
def test_ranges_are_what_belongs_to_each_in_order(counts: list[int], data: st.DataObject) -> None:
    starts = np.cumsum([0, *counts])
    numbers = data.draw(st.lists(st.sampled_from(range(len(counts))))) if counts else []
    expected = [place for number in numbers for place in range(starts[number], starts[number + 1])]
    assert inner_rows(starts, np.array(numbers, np.int64)).tolist() == expected
