"""N shards answer as one index does: random archives, filters, facets, groups, orders, modes and pages."""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Passages, embedded, publish, published
from sharded import TOLERANCE, require_equal, searcher, sharded

from indexer.core import engine
from indexer.core.errors import ArticleNotFound
from indexer.core.protocols import Index
from indexer.core.records import Filter
from indexer.generation.generation import open_live
from indexer.retrieval import completion, lexical
from indexer.retrieval.retrieval import Retrieval
from indexer.sharding.about import spans
from search_api.search import Searcher
from search_api.searching import matched
from search_api.searching.outcomes import Result
from search_api.searching.query import Query, parse
from search_api.similar import similar

WORDS = ("flood", "wheat", "Kabul", "border", "rain", "سیل", "باران", "کابل", "السيل")
FIRST = datetime.date(2025, 1, 1)

Row = tuple[str, Passages, str, int | None, str, tuple[str, ...]]
"""Id, sentences by passage, language, days behind the first, publisher, authors."""

SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
ROWS = st.lists(
    st.tuples(
        st.lists(st.lists(SENTENCES, min_size=1, max_size=3), min_size=1, max_size=3),
        st.sampled_from(["en", "fa", "prs", "ar"]),
        st.none() | st.integers(1, 90),
        st.sampled_from(["", "a.org", "A.org", "b.org"]),
        st.lists(st.sampled_from(["Ali", "ali", "Sara"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=6,
    max_size=24,
).map(lambda rows: [(f"{number:02}", *row) for number, row in enumerate(rows)])
ASKED = st.fixed_dictionaries(
    {
        "text": st.sampled_from(
            [
                "flood in Kabul",
                "wheat border",
                "سیل در کابل",
                "'flood' rain",
                '"flood rain" Kabul',
                "flood -wheat",
                "باران 2025-01-20",
                "rain rain",
            ]
        ),
        "limit": st.integers(1, 8),
    },
    optional={
        "languages": st.lists(st.sampled_from(["en", "fa", "ar"]), min_size=1, max_size=2, unique=True),
        "sources": st.lists(st.sampled_from(["a.org", "B.ORG"]), min_size=1, max_size=2, unique=True),
        "meta": st.just({"author": ["ali"]}),
        "since": st.sampled_from(["2025-01-20", "2025-02-10"]),
        "group": st.sampled_from(["article", "passage"]),
        "sort": st.sampled_from(["relevance", "newest", "oldest", "added"]),
        "facets": st.just(["language", "source", "month", "meta.author"]),
        "mode": st.sampled_from(["hybrid", "dense", "lexical"]),
        "collapse": st.booleans(),
        "min_confidence": st.sampled_from([0.0, 0.2]),
        "exact": st.booleans(),
    },
).filter(
    lambda asked: (
        not (asked.get("collapse") and asked.get("group") == "passage")
        and not (asked.get("exact") and asked.get("mode"))
    )
)


@contextmanager
def both(rows: Sequence[Row], shards: int) -> Iterator[tuple[Index, Index]]:
    """An index of articles, published in two generations, and the same in shards: as many as it allows."""
    with TemporaryDirectory() as folder:
        half = len(rows) // 2
        layout = published(Path(folder) / "index", [_embedded(row) for row in rows[half:]], ("author",))
        with closing(open_live(layout.folder)) as base:
            publish(layout, [_embedded(row) for row in rows[:half]], base, meta=("author",))
        with closing(open_live(layout.folder)) as live:
            while (most := len(spans(live.catalogue.first_passages, shards))) < shards:
                shards = most
            with sharded(live.folder, shards, Path(folder) / "shards") as index:
                yield Retrieval(live), index


def _embedded(row: Row) -> Any:  # noqa: ANN401
    id, passages, language, day, publisher, authors = row
    date = FIRST + datetime.timedelta(day) if day else None
    metadata = (("author", authors),) if authors else ()
    return embedded(id, passages, language, date, publisher=publisher, metadata=metadata)


def pages(searcher: Searcher, query: Query) -> list[Result]:
    found = [searcher.search(query)]
    while (cursor := found[-1].next_cursor) and len(found) < 4:
        found.append(searcher.search(replace(query, cursor=cursor)))
    return found


@given(
    rows=ROWS,
    shards=st.integers(2, 5),
    asked=st.lists(ASKED, min_size=4, max_size=6),
    depth=st.sampled_from([2, 5, matched.LEAST_DEPTH]),
)
@settings(max_examples=10)
def test_shards_find_and_score_as_one_index(
    rows: list[Row], shards: int, asked: list[dict[str, Any]], depth: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, both(rows, shards) as (whole, parts):
        patch.setattr(matched, "LEAST_DEPTH", depth)
        patch.setattr(matched, "DEPTH_PER_HIT", min(depth, matched.DEPTH_PER_HIT))
        for one in asked:
            query = parse(one.pop("text"), exhaustive=True, **one)
            found = [pages(searcher(index), query) for index in (whole, parts)]
            for first, second in zip(*found, strict=True):
                require_equal(first, second)


@given(rows=ROWS, shards=st.integers(2, 4), asked=st.lists(ASKED, min_size=4, max_size=4))
@settings(max_examples=6)
def test_shards_score_as_one_index_by_a_sample(
    rows: list[Row], shards: int, asked: list[dict[str, Any]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SAMPLED", 7)
        patch.setattr(lexical, "ENOUGH", 6)
        with both(rows, shards) as (whole, parts):
            for one in asked:
                query = parse(one.pop("text"), exhaustive=True, **one)
                for first, second in zip(
                    *(pages(searcher(index), query) for index in (whole, parts)), strict=True
                ):
                    require_equal(first, second)


@given(rows=ROWS, shards=st.integers(2, 5), most=st.sampled_from([engine.SAMPLED, 7]))
@settings(max_examples=6)
def test_shards_tell_of_words_and_articles_as_one_index(rows: list[Row], shards: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SAMPLED", most)
        patch.setattr(completion, "COUNTED", 20)
        with both(rows, shards) as (whole, parts):
            numbers = np.arange(len(rows))[::-2]
            assert parts.arrivals(numbers.tolist()).tolist() == whole.arrivals(numbers.tolist()).tolist()
            assert parts.articles(numbers.tolist()) == whole.articles(numbers.tolist())
            for beginning in ("fl", "k", "سی", ""):
                assert parts.completions(beginning, beginning, 5) == whole.completions(
                    beginning, beginning, 5
                )
            for day in (None, FIRST, FIRST + datetime.timedelta(40)):
                assert parts.undated(Filter(since=day)) == whole.undated(Filter(since=day))
            for number, (id, *_) in enumerate(rows):
                assert parts.number_of(id) == number
                passages = whole.passages_of(number)
                assert parts.passages_of(number) == passages
                own = [passage.number for passage in passages]
                assert parts.sentences_of(own) == whole.sentences_of(own)
            one, other = whole.together(numbers), parts.together(numbers)
            np.testing.assert_allclose(one.cosines, other.cosines, atol=TOLERANCE)
            np.testing.assert_allclose(one.usual, other.usual, atol=TOLERANCE)
            for id in (rows[0][0], rows[-1][0]):
                first, second = similar(whole, id), similar(parts, id)
                assert [one.article.id for one in first.similar] == [one.article.id for one in second.similar]
                confidences = [[one.confidence for one in result.similar] for result in (first, second)]
                assert confidences[0] == pytest.approx(confidences[1], rel=TOLERANCE, abs=TOLERANCE)


@pytest.mark.parametrize("id", ["", "zz", "05 "])
def test_an_article_that_is_in_no_shard_is_not_found(id: str) -> None:
    rows = [(f"{number:02}", [["flood"]], "en", None, "", ()) for number in range(8)]
    with both(rows, 3) as (_, parts), pytest.raises(ArticleNotFound, match="has the id"):
        parts.number_of(id)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 8))
def test_shards_follow_each_other_and_have_passages(sizes: list[int], shards: int) -> None:
    starts = np.cumsum([0, *sizes])
    found = spans(starts, shards)
    assert [number for one in found for number in one] == [*range(len(sizes))]
    held = [int(starts[one.stop] - starts[one.start]) for one in found]
    assert len(found) <= shards
    assert max(held) - max(sizes) <= sum(sizes) / len(found) + max(sizes)
    if sum(sizes):
        assert min(held) > 0
