"""The catalogue of a generation, against lists in plain Python."""

import datetime
import os
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import catalogued, embedded, segment, whole

from indexer.core.errors import ArticleNotFound, IndexDamaged
from indexer.core.records import Filter, Passage, Sentence
from indexer.drafting.merging import SegmentRows
from indexer.generation import catalogue as catalogues
from indexer.generation import fields
from indexer.generation.catalogue import Catalogue
from indexer.generation.segment import Embedded

DAY = datetime.date
BY_HAND = (
    embedded("c", [["بيروت هادئة"], ["البحر قريب"]], "ar", None),
    embedded("a", [["کابل آرام است"], ["باران", "بارید"]], "prs", DAY(2025, 9, 3)),
    embedded("e", [], "und", DAY(2025, 10, 1)),
    embedded("d", [["One 😀", "line"]], "en", DAY(2025, 12, 6)),
    embedded("b", [["تهران گرم است"]], "fa", DAY(2025, 9, 9)),
)
SPANS: tuple[str, ...] = (
    "ids.txt",
    "ids.npy",
    "column-0-values.txt",
    "column-0-values.npy",
    "column-0-keys.txt",
    "column-0-keys.npy",
    "column-0-key-codes.npy",
    "column-0-starts.npy",
    "column-0-codes.npy",
    "column-0-articles.npy",
    "column-0-article-starts.npy",
    fields.DAYS,
    fields.BY_DAY,
)
SPANS += (catalogues.FIRST_PASSAGES, catalogues.FIRST_SENTENCES)
"""The files that depend on the articles alone."""
ROWS = (catalogues.ARTICLE_ROWS, catalogues.PASSAGE_ROWS, catalogues.SENTENCE_ROWS)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Three segments of the five articles and of a dead one."""
    dead = embedded("b", [["old", "words"], ["of b"]], "ar", DAY(2024, 1, 1))
    first = segment(tmp_path / "first", [dead, *BY_HAND[:2]])
    second = segment(tmp_path / "second", [dead])
    third = segment(tmp_path / "third", BY_HAND[2:])
    parts = [(first, np.array([1, 2])), (second, np.empty(0, np.int64)), (third, np.arange(3))]
    yield catalogued(tmp_path / "catalogue", parts)
    for read, _ in parts:
        read.close()


def test_articles_are_numbered_by_id(catalogue: Catalogue) -> None:
    assert len(catalogue) == 5
    assert [catalogue.ids[number] for number in range(5)] == ["a", "b", "c", "d", "e"]
    assert catalogue.article_rows.tolist() == [2, 6, 1, 5, 4]
    assert catalogue.passage_rows.tolist() == [4, 5, 9, 2, 3, 8]
    assert catalogue.sentence_rows.tolist() == [5, 6, 7, 13, 3, 4, 11, 12]
    assert catalogue.first_passages.tolist() == [0, 2, 3, 5, 6, 6]
    assert catalogue.first_sentences.tolist() == [0, 1, 3, 4, 5, 6, 8]
    located = [(read.name, row) for read, row in map(catalogue.locate, range(5))]
    assert located == [("first", 2), ("third", 2), ("first", 1), ("third", 1), ("third", 0)]
    assert [rows.tolist() for rows in catalogue.live_rows()] == [[1, 2], [], [0, 1, 2]]
    assert catalogue.language_names == ["ar", "en", "fa", "prs", "und"]
    assert catalogue.languages.tolist() == [3, 2, 0, 1, 4]


def test_articles_come_in_the_order_asked_for(catalogue: Catalogue) -> None:
    in_order = sorted((one.article for one in BY_HAND), key=lambda article: article.id)
    assert catalogue.articles([3, 0, 4]) == [in_order[3], in_order[0], in_order[4]]
    assert [catalogue.article_by_id(one.article.id) for one in BY_HAND] == [one.article for one in BY_HAND]
    assert catalogue.articles([]) == []


@pytest.mark.parametrize("missing", ["z", "", "aa", "A"])
def test_an_id_that_is_not_there_is_named(catalogue: Catalogue, missing: str) -> None:
    with pytest.raises(ArticleNotFound, match=f"no article has the id '{missing}' in this index"):
        catalogue.article_by_id(missing)


def test_passages_come_in_the_order_asked_for_with_their_text(catalogue: Catalogue) -> None:
    assert catalogue.passages([4, 1, 5]) == [
        Passage(4, 2, 12, 22, "البحر قريب"),
        Passage(1, 0, 14, 25, "باران بارید"),
        Passage(5, 3, 0, 10, "One 😀 line"),
    ]
    assert catalogue.passages([]) == []


def test_sentences_come_in_the_order_asked_for_with_their_passage(catalogue: Catalogue) -> None:
    assert catalogue.sentences([7, 2, 0]) == [
        Sentence(6, 10, 7, 5),
        Sentence(20, 25, 2, 1),
        Sentence(0, 13, 0, 0),
    ]
    assert catalogue.sentences([]) == []


@pytest.mark.parametrize("number", [-1, 5, 77])
def test_an_article_that_is_not_there_is_damage(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(IndexDamaged, match=f"^there is no article {number} among 5$"):
        catalogue.articles([0, number])


@pytest.mark.parametrize("number", [-1, 6, 77])
def test_a_passage_that_is_not_there_is_damage(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(IndexDamaged, match=f"^there is no passage {number} among 6$"):
        catalogue.passages([1, number])


@pytest.mark.parametrize("number", [-1, 8, 77])
def test_a_sentence_that_is_not_there_is_damage(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(IndexDamaged, match=f"^there is no sentence {number} among 8$"):
        catalogue.sentences([1, number])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(frozenset({"fa"})), [0, 1, 2]),
        (Filter(frozenset({"prs"})), [0, 1]),
        (Filter(frozenset({"prs", "ar"})), [0, 1, 3, 4]),
        (Filter(frozenset({"tr"})), []),
        (Filter(frozenset({"und"})), []),
        (Filter(since=DAY(2025, 9, 9)), [2, 5]),
        (Filter(until=DAY(2025, 9, 9)), [0, 1, 2]),
        (Filter(since=DAY(2025, 9, 3), until=DAY(2025, 9, 3)), [0, 1]),
        (Filter(since=DAY(2025, 9, 10), until=DAY(2025, 9, 9)), []),
        (Filter(frozenset({"fa"}), since=DAY(2025, 9, 4)), [2]),
        (Filter(since=DAY.min), [0, 1, 2, 5]),
        (Filter(until=DAY.max), [0, 1, 2, 5]),
    ],
)
def test_a_filter_admits_by_language_and_by_date(
    catalogue: Catalogue, wanted: Filter, expected: list[int]
) -> None:
    admitted = catalogue.admitted(wanted)
    assert admitted is not None
    assert admitted.tolist() == expected


def test_an_empty_filter_admits_all(catalogue: Catalogue) -> None:
    assert catalogue.admitted(Filter()) is None


def test_what_it_holds_is_counted(catalogue: Catalogue) -> None:
    assert catalogue.language_counts() == {"ar": 1, "en": 1, "fa": 1, "prs": 1, "und": 1}
    assert catalogue.fields.dates() == ("2025-09-03", "2025-12-06")


def test_languages_are_counted_with_most_articles_first(tmp_path: Path) -> None:
    languages = ["fa", "ar", "fa", "en", "en"]
    articles = [embedded(f"{place}", [["x"]], code, None) for place, code in enumerate(languages)]
    read = segment(tmp_path / "one", [embedded("dead", [["x"]], "tr"), *articles])
    made = catalogued(tmp_path / "made", [(read, np.arange(1, 6))])
    assert list(made.language_counts().items()) == [("en", 2), ("fa", 2), ("ar", 1)]
    assert made.fields.dates() == (None, None)


LANGUAGE = st.sampled_from(["fa", "prs", "ar", "en"])
COUNTS = st.lists(st.integers(1, 3), max_size=3)
"""How many sentences each passage of an article has."""
ARTICLE = st.tuples(COUNTS, LANGUAGE, st.none() | st.dates(DAY(2025, 1, 1), DAY(2025, 1, 9)))


def articles_of(drawn: "dict[str, tuple[list[int], str, DAY | None]]") -> list[Embedded]:
    return [
        embedded(
            article_id,
            [
                [f"{article_id} {passage} {sentence}" for sentence in range(count)]
                for passage, count in enumerate(counts)
            ],
            language,
            date,
        )
        for article_id, (counts, language, date) in drawn.items()
    ]


def scattered(folder: Path, articles: Sequence[Embedded], chance: random.Random) -> list[SegmentRows]:
    """The articles in some segments in any order, dead ones between them."""
    shuffled = list(articles)
    chance.shuffle(shuffled)
    owners = [chance.randrange(3) for _ in shuffled]
    parts = []
    for place in range(3):
        kept = [(one, True) for one, owner in zip(shuffled, owners, strict=True) if owner == place]
        dead = [embedded(one.article.id, [["dead", "one"]]) for one in chance.sample(shuffled, 2)]
        several = [*kept, *((one, False) for one in dead)]
        chance.shuffle(several)
        read = segment(folder / f"segment{place}", [one for one, _ in several])
        rows = [row for row, (_, alive) in enumerate(several) if alive]
        parts.append((read, np.array(rows, np.int64)))
    return parts


@settings(max_examples=15)
@given(
    st.dictionaries(st.text("abc/", max_size=3), ARTICLE, min_size=2, max_size=8),
    st.randoms(use_true_random=False),
)
def test_however_articles_are_spread_the_catalogue_is_that_of_brute_force(
    drawn: "dict[str, tuple[list[int], str, DAY | None]]", chance: random.Random
) -> None:
    in_order = sorted(articles_of(drawn), key=lambda one: one.article.id)
    with TemporaryDirectory() as name:
        folder = Path(name)
        made = catalogued(folder / "made", scattered(folder, in_order, chance))
        require_numbered(made, in_order)
        require_admits(made, in_order)
        alone = catalogued(folder / "alone", whole([segment(folder / "whole", in_order)]))
        for file in SPANS:
            assert (folder / "made" / file).read_bytes() == (folder / "alone" / file).read_bytes()
        assert all(getattr(alone, rows).tolist() == list(range(len(getattr(alone, rows)))) for rows in NAMES)
        for read in (*made.segments, *alone.segments):
            read.close()


NAMES = ("article_rows", "passage_rows", "sentence_rows")


def require_numbered(made: Catalogue, in_order: Sequence[Embedded]) -> None:
    """Assert that `made` numbers what these articles hold in their order."""
    passages = [(number, chunk) for number, one in enumerate(in_order) for chunk in one.chunks]
    sentences = [(place, span) for place, (_, chunk) in enumerate(passages) for span in chunk.sentences]
    texts = [one.article.text for one in in_order]
    assert made.articles(range(len(in_order))) == [one.article for one in in_order]
    assert made.passages(range(len(passages))) == [
        Passage(place, number, chunk.start, chunk.end, chunk.of(texts[number]))
        for place, (number, chunk) in enumerate(passages)
    ]
    assert made.sentences(range(len(sentences))) == [
        Sentence(span.start, span.end, number, place) for number, (place, span) in enumerate(sentences)
    ]
    assert made.first_passages.tolist() == [0, *accumulate(len(one.chunks) for one in in_order)]
    assert made.first_sentences.tolist() == [0, *accumulate(len(chunk.sentences) for _, chunk in passages)]
    assert made.passage_articles().tolist() == [number for number, _ in passages]
    require_joined(made, in_order)


def require_joined(made: Catalogue, in_order: Sequence[Embedded]) -> None:
    """Assert that every row of `made` is that of the vector which belongs to its number."""
    keys = np.concatenate([one.passage_keys for one in in_order])
    rows = np.concatenate([read.passage_keys for read in made.segments])
    np.testing.assert_array_equal(rows[made.passage_rows], keys)
    keys = np.concatenate([one.sentence_keys for one in in_order])
    rows = np.concatenate([read.sentence_keys for read in made.segments])
    np.testing.assert_array_equal(rows[made.sentence_rows], keys)
    numbers = np.concatenate(made.sentence_numbers())
    expected = np.full(len(numbers), -1)
    expected[made.sentence_rows] = range(len(keys))
    assert numbers.tolist() == expected.tolist()
    assert list(map(len, made.sentence_numbers())) == [len(read.sentences) for read in made.segments]


def require_admits(made: Catalogue, in_order: Sequence[Embedded]) -> None:
    """Assert that filters admit the passages of the articles that fit."""
    for languages in ({"fa"}, {"prs", "en"}, set[str]()):
        for since in (None, DAY(2025, 1, 4)):
            for until in (None, DAY(2025, 1, 6)):
                admitted = made.admitted(Filter(frozenset(languages), since, until))
                if admitted is None:
                    assert (languages, since, until) == (set(), None, None)
                    continue
                fitting = [fits(one, languages, since, until) for one in in_order]
                owners = made.passage_articles().tolist()
                assert admitted.tolist() == [place for place, owner in enumerate(owners) if fitting[owner]]


def fits(one: Embedded, languages: set[str], since: DAY | None, until: DAY | None) -> bool:
    language, date = one.article.language, one.article.date
    spoken = not languages or language in languages or (language == "prs" and "fa" in languages)
    if not since and not until:
        return spoken
    return spoken and date is not None and (since or DAY.min) <= date <= (until or DAY.max)


@pytest.mark.parametrize("name", [*SPANS, *ROWS])
def test_a_missing_or_truncated_file_is_damage(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    path = tmp_path / "catalogue" / name
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(IndexDamaged, match=name.replace(".", r"\.")):
        Catalogue(path.parent, catalogue.segments)
    path.unlink()
    with pytest.raises(IndexDamaged, match=name.replace(".", r"\.")):
        Catalogue(path.parent, catalogue.segments)


FITTING = sorted(name for name in {*SPANS, *ROWS} if name.endswith(".npy"))


@pytest.mark.parametrize("name", FITTING)
@pytest.mark.parametrize("left", [-1, 0])
def test_files_that_do_not_fit_each_other_are_damage(
    catalogue: Catalogue, tmp_path: Path, name: str, left: int
) -> None:
    path = tmp_path / "catalogue" / name
    np.save(path, np.load(path)[:left])
    with pytest.raises(IndexDamaged):
        Catalogue(path.parent, catalogue.segments)


@pytest.mark.parametrize(("name", "row"), list(zip(ROWS, (7, 10, 14), strict=True)))
def test_rows_beyond_the_segments_are_damage(
    catalogue: Catalogue, tmp_path: Path, name: str, row: int
) -> None:
    path = tmp_path / "catalogue" / name
    rows = np.load(path)
    rows[1] = row
    np.save(path, rows)
    with pytest.raises(IndexDamaged, match=r"^the catalogue in .* does not fit its segments$"):
        Catalogue(path.parent, catalogue.segments)


def test_a_language_without_a_name_is_damage(catalogue: Catalogue, tmp_path: Path) -> None:
    codes = np.load(tmp_path / "catalogue" / "column-0-codes.npy")
    np.save(tmp_path / "catalogue" / "column-0-codes.npy", codes + np.uint32(1))
    with pytest.raises(IndexDamaged, match=r"^the columns in .* do not fit its articles$"):
        Catalogue(tmp_path / "catalogue", catalogue.segments)


def test_other_segments_are_damage(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"does not fit its segments$"):
        Catalogue(tmp_path / "catalogue", catalogue.segments[:2])
