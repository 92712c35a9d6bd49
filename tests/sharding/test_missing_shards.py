"""An answer from the shards that answer: what is missing, pages of it, and nothing remembered of it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

import pytest
from making import embedded, published
from sharded import Pickled, cut_all, require_equal, searcher

from indexer.core.errors import CursorExpired, InvalidQuery, ShardMissing
from indexer.core.protocols import Missing
from indexer.generation.generation import open_live
from indexer.retrieval.retrieval import Retrieval
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.sharding.messages import Pending, Question
from indexer.sharding.shard import Shard
from indexer.storage.layout import Layout
from search_api.partial import from_what_answers
from search_api.search import Searcher
from search_api.searching.cursor import Cursor
from search_api.searching.outcomes import Result
from search_api.searching.query import Query, parse

ARTICLES = 12
SHARDS = 3
ASKED = parse("flood in Kabul", limit=2, min_confidence=0.0, exhaustive=True, facets=["language"])
PARTIAL = replace(ASKED, partial=True)

T = TypeVar("T")


class Breaking(Pickled):
    """A shard that is gone once it is asked to show something, if it is to break and no other did."""

    breaks = False

    def ask(self, question: Question[T]) -> Pending[T]:
        if self.breaks and not self.gone and question.method == Shard.shown.__name__:
            self.gone.add(self.shard.about.place)
        return super().ask(question)


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Articles that all match, four in each of three shards, the first of them with two passages more."""
    rows = [
        embedded(f"{number:02}", [["flood in Kabul", "rain"], *[["border"]] * (2 * (number == 0))], "en")
        for number in range(ARTICLES)
    ]
    return published(tmp_path_factory.mktemp("partial") / "index", rows)


@pytest.fixture(scope="module")
def shards(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Shard]]:
    made = cut_all(layout.live(), SHARDS, tmp_path_factory.mktemp("shards"))
    yield made
    for shard in made:
        shard.close()


@pytest.fixture
def gone() -> set[int]:
    """Places of shards that do not answer."""
    return set()


@pytest.fixture
def index(layout: Layout, shards: list[Shard], gone: set[int]) -> Iterator[ShardedIndex]:
    with closing(Head(layout.live())) as head:
        yield ShardedIndex(head, [Breaking(shard, gone) for shard in shards])


@pytest.fixture
def parts(index: ShardedIndex) -> Searcher:
    return searcher(index)


def found(parts: Searcher, query: Query) -> Result:
    return from_what_answers(parts, query, lambda one: one.search(query))


def following(query: Query, result: Result) -> Query:
    assert result.next_cursor
    return replace(query, cursor=result.next_cursor)


def ids(results: list[Result]) -> list[str]:
    return sorted(hit.article.id for result in results for hit in result.hits)


def of(shards: list[Shard], *places: int) -> list[str]:
    """The ids of the articles of some shards."""
    abouts = [shards[place].about for place in places]
    return [
        f"{number:02}"
        for one in abouts
        for number in range(one.first_article, one.first_article + one.articles)
    ]


def pages(parts: Searcher, query: Query) -> list[Result]:
    results = [found(parts, query)]
    while results[-1].next_cursor:
        results.append(found(parts, following(query, results[-1])))
    return results


def test_an_answer_names_what_is_missing_and_has_all_the_rest(
    parts: Searcher, shards: list[Shard], gone: set[int]
) -> None:
    gone.add(0)
    results = pages(parts, PARTIAL)
    first = shards[0].about
    missing = Missing((0,), SHARDS, first.articles, first.passages, ARTICLES + 2)
    assert ids(results) == of(shards, 1, 2)
    for result in results:
        assert result.missing == missing
        assert (result.total, result.is_total_exact) == (ARTICLES - first.articles, False)
        assert [(facet.counts, facet.is_exact) for facet in result.facets] == [
            ((("en", ARTICLES - first.articles),), False)
        ]
    assert missing.share == first.passages / (ARTICLES + 2)
    with pytest.raises(ShardMissing, match="no process answers for shard 0"):
        found(parts, ASKED)


def test_where_all_answer_nothing_is_missing_and_the_answer_is_the_same(parts: Searcher) -> None:
    one, other = found(parts, ASKED), found(parts, PARTIAL)
    require_equal(one, other)
    assert (other.missing.shards, other.is_total_exact, bool(other.missing)) == ((), True, False)
    asked: list[Searcher] = []
    from_what_answers(parts, PARTIAL, asked.append)
    assert asked == [parts]


def test_an_index_without_shards_is_asked_as_it_is(layout: Layout) -> None:
    with closing(Retrieval(open_live(layout.folder))) as whole:
        asked: list[Searcher] = []
        one = searcher(whole)
        from_what_answers(one, PARTIAL, asked.append)
        assert asked == [one]
        assert not one.search(PARTIAL).missing


def test_nothing_is_remembered_of_a_partial_answer(layout: Layout, parts: Searcher, gone: set[int]) -> None:
    gone.update({0, 2})
    scores = [hit.scores.lexical for hit in found(parts, PARTIAL).hits]
    gone.clear()
    with closing(Retrieval(open_live(layout.folder))) as whole:
        wanted = searcher(whole).search(ASKED)
    for query in (ASKED, PARTIAL):
        require_equal(found(parts, query), wanted)
    assert scores != pytest.approx([hit.scores.lexical for hit in wanted.hits])


def test_a_shard_that_is_lost_meanwhile_is_left_out_of_all_of_the_answer(
    parts: Searcher, shards: list[Shard], gone: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Breaking, "breaks", True)
    lost = found(parts, replace(PARTIAL, limit=1))
    [place] = gone
    assert lost.missing.shards == (place,)
    assert not set(ids([lost])) & set(of(shards, place))


def test_pages_are_of_the_shards_that_the_first_was_of(
    parts: Searcher, shards: list[Shard], gone: set[int]
) -> None:
    gone.add(2)
    results = [found(parts, PARTIAL)]
    gone.clear()
    while results[-1].next_cursor:
        results.append(found(parts, following(PARTIAL, results[-1])))
    assert ids(results) == of(shards, 0, 1)
    assert {result.missing.shards for result in results} == {(2,)}


@pytest.mark.parametrize("before", [set(), {2}])
def test_a_page_that_would_skip_what_was_lost_since_is_refused(
    parts: Searcher, gone: set[int], before: set[int]
) -> None:
    gone.update(before)
    query = following(PARTIAL, found(parts, PARTIAL))
    gone.add(0)
    with pytest.raises(ShardMissing, match="a shard that the page before came from does not answer"):
        found(parts, query)


def test_a_page_of_a_partial_answer_is_none_of_a_whole_one(parts: Searcher, gone: set[int]) -> None:
    gone.add(1)
    query = following(PARTIAL, found(parts, PARTIAL))
    gone.clear()
    with pytest.raises(InvalidQuery, match="keep partial=true"):
        found(parts, replace(query, partial=False))


@pytest.mark.parametrize("missing", [(SHARDS,), tuple(range(SHARDS))])
def test_a_cursor_of_other_shards_has_expired(parts: Searcher, missing: tuple[int, ...]) -> None:
    result = found(parts, PARTIAL)
    cursor = replace(Cursor.parsed(result.next_cursor or ""), missing=missing)
    with pytest.raises(CursorExpired, match="of an index of other shards"):
        found(parts, replace(PARTIAL, cursor=cursor.written()))


def test_a_cursor_of_shards_has_expired_where_there_are_none(
    layout: Layout, parts: Searcher, gone: set[int]
) -> None:
    gone.add(0)
    query = following(PARTIAL, found(parts, PARTIAL))
    with (
        closing(Retrieval(open_live(layout.folder))) as whole,
        pytest.raises(CursorExpired, match="of an index of other shards"),
    ):
        found(searcher(whole), query)


def test_where_no_shard_answers_there_is_no_answer(parts: Searcher, gone: set[int]) -> None:
    gone.update(range(SHARDS))
    with pytest.raises(ShardMissing, match=r"no process answers for any shard of 000001-\w+: try again soon"):
        found(parts, PARTIAL)


def test_all_hits_of_a_partial_answer_are_taken_from_one_set_of_shards(
    parts: Searcher, shards: list[Shard], gone: set[int]
) -> None:
    gone.add(1)
    everything = from_what_answers(parts, PARTIAL, lambda one: one.everything(PARTIAL))
    assert sorted(hit.article.id for hit in everything.hits) == of(shards, 0, 2)
    assert (everything.total, everything.is_total_exact) == (len(of(shards, 0, 2)), False)
    assert everything.missing.shards == (1,)


def test_articles_are_looked_up_in_shards_that_are_left_and_refused_of_others(
    index: ShardedIndex, shards: list[Shard], gone: set[int]
) -> None:
    gone.add(1)
    left = index.without_missing()
    for place in (0, 2):
        for article_id in of(shards, place):
            assert left.article_by_id(article_id).id == article_id
    with pytest.raises(ShardMissing, match="no process answers for shard 1"):
        left.article_by_id(of(shards, 1)[0])
