"""Totals, facets, dates, pages and copies, against brute force over small archives with made-up vectors."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Checksums, Passages, embedded, published

from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled, CursorExpired, InvalidQuery, UnknownField
from indexer.core.records import Filter, MatchKind
from indexer.generation.generation import open_live
from indexer.retrieval.retrieval import Retrieval
from search_api.search import Searcher
from search_api.searching import copies, matched
from search_api.searching.confidence import MATCHING
from search_api.searching.modes import Mode
from search_api.searching.outcomes import Result
from search_api.searching.query import Group, Query, Sort, parse
from search_api.searching.query_encoder import QueryEncoders

WORDS = ("flood", "wheat", "Kabul", "border", "school", "rain", "price", "river")
META = ("author",)
QUERY = "flood in Kabul"
FIRST = datetime.date(2025, 1, 1)

Row = tuple[str, Passages, str, int | None, str, tuple[str, ...]]
"""Id, sentences by passage, language, days behind the first, publisher, authors."""


@contextmanager
def searched(
    rows: Sequence[Row],
) -> Iterator[Searcher]:
    """A searcher over articles of these ids, passages, languages, days, publishers and authors."""
    with TemporaryDirectory() as folder:
        layout = published(
            Path(folder),
            [
                embedded(
                    *(
                        id,
                        passages,
                        language,
                        datetime.date(2025, 1, 1) + datetime.timedelta(day) if day else None,
                    ),
                    publisher=publisher,
                    metadata=(("author", authors),) if authors else (),
                )
                for id, passages, language, day, publisher, authors in rows
            ],
            META,
        )
        searcher = Searcher(Retrieval(open_live(layout.folder)), QueryEncoders.of(Checksums(), "query: "))
        try:
            yield searcher
        finally:
            searcher.close()


SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
ROWS = st.lists(
    st.tuples(
        st.lists(st.lists(SENTENCES, min_size=1, max_size=2), min_size=1, max_size=3),
        st.sampled_from(["en", "fa", "prs"]),
        st.none() | st.integers(1, 90),
        st.sampled_from(["", "a.org", "b.org"]),
        st.lists(st.sampled_from(["Ali", "Sara"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=14,
).map(lambda rows: [(f"{number:02}", *row) for number, row in enumerate(rows)])
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "languages": st.lists(st.sampled_from(["en", "fa"]), min_size=1, max_size=2, unique=True),
        "sources": st.lists(st.sampled_from(["a.org", "B.ORG"]), min_size=1, max_size=2, unique=True),
        "meta": st.just({"author": ["ali"]}),
        "since": st.sampled_from(["2025-01-20", "2025-02-10"]),
    },
)


def everything(searcher: Searcher, query: Query) -> list[tuple[int, int, float, float]]:
    """Of every passage that the filters admit: its number, its article, its score and its confidence."""
    plain = replace(
        query,
        filter=query.filter,
        group=Group.PASSAGE,
        limit=10_000,
        min_confidence=0.0,
        cursor="",
        facets=(),
    )
    plain = replace(plain, sort=Sort.RELEVANCE, collapse=False, counts=True, matched=10_000)
    result = searcher.search(plain)
    return [(hit.passage.number, hit.passage.article, hit.score, hit.confidence) for hit in result.hits]


def brute(searcher: Searcher, query: Query) -> list[int]:
    """The passages that are hits, in their order: the best one of each article that matches."""
    best: dict[int, tuple[int, float]] = {}
    for passage, article, score, confidence in everything(searcher, query):
        if confidence >= query.least_confidence:
            known = best.get(article)
            if known is None or (-score, passage) < (-known[1], known[0]):
                best[article] = (passage, score)
    ordered = sorted(best.items(), key=lambda item: (-item[1][1], item[1][0]))
    if query.sort in (Sort.NEWEST, Sort.OLDEST):
        days = {
            number: article.date.toordinal() if article.date else None
            for number in best
            for article in searcher.index.articles([number])
        }
        sign = -1 if query.sort is Sort.NEWEST else 1
        ordered.sort(key=lambda item: (days[item[0]] is None, sign * (days[item[0]] or 0)))
    return [passage for _, (passage, _) in ordered]


def pages(searcher: Searcher, query: Query) -> list[Result]:
    found = [searcher.search(query)]
    while found[-1].next_cursor:
        found.append(searcher.search(replace(query, cursor=found[-1].next_cursor)))
        assert len(found) < 100
    return found


def numbers(results: Sequence[Result]) -> list[int]:
    return [hit.passage.number for result in results for hit in result.hits]


@settings(max_examples=40)
@given(
    ROWS,
    FILTERS,
    st.sampled_from(Mode),
    st.sampled_from(Sort),
    st.sampled_from([0.0, 0.01, 0.05, 0.3, 1.0]),
    st.integers(1, 5),
)
def test_pages_of_what_matches_are_those_of_brute_force(
    rows: list[Row],
    filters: dict[str, object],
    mode: Mode,
    sort: Sort,
    least: float,
    limit: int,
) -> None:
    with searched(rows) as searcher:
        query = parse(QUERY, limit=limit, mode=mode, sort=sort, min_confidence=least, **filters)  # type: ignore[arg-type]
        found = pages(searcher, query)
        expected = brute(searcher, query)
        if sort is Sort.RELEVANCE:
            first = len(found[0].hits)
            assert sorted(numbers(found)) == sorted(expected)
            assert numbers(found)[first:] == [one for one in expected if one not in numbers(found)[:first]]
        else:
            assert numbers(found) == expected
        assert [hit.rank for result in found for hit in result.hits] == list(range(1, len(expected) + 1))
        counted = searcher.search(replace(query, counts=True))
        assert (counted.total, counted.is_total_exact) == (len(expected), True)
        assert found[0].total <= len(expected)
        assert found[0].total == len(expected) or not found[0].is_total_exact


@settings(max_examples=40)
@given(ROWS, FILTERS, st.sampled_from(Mode))
def test_facets_are_those_of_brute_force_without_the_own_filter(
    rows: list[Row], filters: dict[str, object], mode: Mode
) -> None:
    fields = {"languages": "language", "sources": "source", "meta": "meta.author", "since": "month"}
    with searched(rows) as searcher:
        query = parse(QUERY, mode=mode, facets=fields.values(), **filters)  # type: ignore[arg-type]
        result = searcher.search(query)
        assert [facet.field for facet in result.facets] == list(fields.values())
        for name, facet in zip(fields, result.facets, strict=True):
            others = {key: value for key, value in filters.items() if key != name}
            matching = brute(searcher, parse(QUERY, mode=mode, **others))  # type: ignore[arg-type]
            articles = searcher.index.articles([one.article for one in searcher.index.passages(matching)])
            counted: Counter[str] = Counter()
            for article in articles:
                values = {
                    "languages": (article.language,),
                    "sources": (article.publisher,) * bool(article.publisher),
                    "meta": dict(article.metadata).get("author", ()),
                    "since": (article.date.isoformat()[:7],) if article.date else (),
                }
                counted.update(values[name])
            assert dict(facet.counts) == counted
            assert facet.is_exact


def _many(count: int) -> list[Row]:
    return [
        (f"{number:03}", [[f"flood in Kabul number {number}"]], "en", number, "a.org", ())
        for number in range(count)
    ]


def test_what_came_last_is_first() -> None:
    with searched(_many(5)) as searcher:
        came = {0: 100, 1: 300, 2: 200, 3: 300, 4: 100}
        searcher.index.arrivals = lambda articles: np.array([came[one] for one in articles])  # type: ignore[method-assign]
        found = pages(searcher, parse(QUERY, limit=2, min_confidence=0.0, sort="added"))
        times = [came[hit.passage.article] for result in found for hit in result.hits]
        assert times == [300, 300, 200, 100, 100]


def test_what_is_counted_at_most_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matched, "LEAST_DEPTH", 8)
    with searched(_many(40)) as searcher:
        asked = parse(QUERY, limit=5, min_confidence=0.0, facets=["source"], matched=12)
        capped = searcher.search(asked)
        assert (capped.total, capped.is_total_exact) == (12, False)
        assert [(facet.counts, facet.is_exact) for facet in capped.facets] == [((("a.org", 12),), False)]
        assert len(numbers(pages(searcher, asked))) == 12
        whole = searcher.search(replace(asked, matched=1000))
        assert (whole.total, whole.is_total_exact) == (40, True)


def test_a_plain_search_tells_at_least_how_many_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matched, "LEAST_DEPTH", 8)
    with searched(_many(40)) as searcher:
        plain = searcher.search(parse(QUERY, limit=3, min_confidence=0.0))
        assert (3 <= plain.total < 40, plain.is_total_exact, len(plain.hits)) == (True, False, 3)
        assert sorted(numbers(pages(searcher, parse(QUERY, limit=3, min_confidence=0.0)))) == list(range(40))


def test_the_first_page_shows_what_is_unsure_unless_somebody_asks_how_sure() -> None:
    rows = [("a", [["flood in Kabul"]], "en", 1, "", ()), ("b", [["wheat"]], "en", 2, "", ())]
    with searched(rows) as searcher:
        plain = searcher.search(parse(QUERY))
        assert [hit.article.id for hit in plain.hits] == ["a", "b"]
        assert [hit.confidence >= MATCHING for hit in plain.hits] == [True, False]
        assert (plain.total, plain.is_total_exact, plain.next_cursor) == (1, True, None)
        strict = searcher.search(parse(QUERY, min_confidence=MATCHING))
        assert [hit.article.id for hit in strict.hits] == ["a"]
        newest = searcher.search(parse(QUERY, sort="newest"))
        assert [hit.article.id for hit in newest.hits] == ["a"]


def test_a_cursor_is_of_one_generation_and_of_one_search() -> None:
    with searched(_many(6)) as searcher, searched(_many(7)) as later:
        query = parse(QUERY, limit=2, min_confidence=0.0)
        cursor = searcher.search(query).next_cursor
        assert cursor
        with pytest.raises(CursorExpired, match=r"^the cursor is of generation 000001-\w+, and 000001-"):
            later.search(replace(query, cursor=cursor))
        others = (
            replace(query, filter=Filter(frozenset({"fa"}))),
            replace(query, sort=Sort.NEWEST),
            replace(query, mode=Mode.LEXICAL),
            replace(query, kinds=query.kinds - {MatchKind.SOUND}),
            replace(query, exhaustive=True),
        )
        for other in others:
            with pytest.raises(InvalidQuery, match=r"^the cursor is of another search"):
                searcher.search(replace(other, cursor=cursor))
        assert searcher.search(replace(query, cursor=cursor, limit=50)).hits[0].rank == 3


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "W10", "WzEsMiwzLDRd", "a" * 5000, "bnVsbA"])
def test_what_is_no_cursor_is_told(cursor: str) -> None:
    with searched(_many(1)) as searcher, pytest.raises(InvalidQuery, match=r"^the cursor is none: hand back"):
        searcher.search(replace(parse(QUERY), cursor=cursor))


def test_a_facet_of_a_field_that_is_not_kept_is_told() -> None:
    with searched(_many(1)) as searcher, pytest.raises(UnknownField, match=r"no field 'meta.tags'"):
        searcher.search(parse(QUERY, facets=["meta.tags"]))


STORY = ["flood in Kabul", "rain fell on the border", "the river rose by a metre", "a school is closed now"]


def test_copies_of_a_story_are_one_hit_with_its_twins() -> None:
    other = ["wheat is dear in Herat", "bread costs twice as much", *STORY[1:2]]
    rows = [
        ("copy", [STORY[1:]], "en", 3, "b.org", ()),
        ("other", [other], "en", 1, "c.org", ()),
        ("story", [STORY], "en", 2, "a.org", ()),
    ]
    with searched(rows) as searcher:
        query = parse(QUERY, min_confidence=0.0, collapse=True, sort="oldest", facets=["source"])
        result = searcher.search(query)
        assert [(hit.article.id, [twin.id for twin in hit.twins]) for hit in result.hits] == [
            ("other", []),
            ("story", ["copy"]),
        ]
        assert (result.total, result.is_total_exact) == (2, True)
        assert dict(result.facets[0].counts) == {"a.org": 1, "b.org": 1, "c.org": 1}
        newest = searcher.search(replace(query, sort=Sort.NEWEST))
        assert [(hit.article.id, [twin.id for twin in hit.twins]) for hit in newest.hits] == [
            ("copy", ["story"]),
            ("other", []),
        ]


def test_comparing_copies_ends_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline, compared = Deadline(), []

    class Article(dict[int, float]):
        """The parts of an article; who waits leaves when the third one is compared."""

        def items(self) -> Any:  # noqa: ANN401 (of a class without a name)
            compared.append(self)
            if len(compared) == 3:
                deadline.cancel()
            return super().items()

    monkeypatch.setattr(copies, "_parts", lambda *_: [Article({number: 1.0}) for number in range(9)])
    with searched(_many(1)) as searcher, pytest.raises(Cancelled):
        copies.collapsed(searcher.index, np.arange(9), deadline)
    assert len(compared) == 3


@settings(max_examples=40)
@given(ROWS, st.integers(1, 4))
def test_collapsed_pages_hold_every_article_once(rows: list[Row], limit: int) -> None:
    with searched(rows) as searcher:
        query = parse(QUERY, limit=limit, min_confidence=0.0, collapse=True)
        found = [hit for result in pages(searcher, query) for hit in result.hits]
        ids = [one for hit in found for one in (hit.article.id, *(twin.id for twin in hit.twins))]
        assert sorted(ids) == [row[0] for row in rows]
        assert searcher.search(query).total == len(found)
        keys = [{text for passage in row[1] for text in passage} for row in rows]
        shown = [keys[int(hit.article.id)] for hit in found]
        for place, one in enumerate(shown):
            for before in shown[:place]:
                assert one != before


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"sort": "date"}, "sort", "sort must be relevance, newest, oldest, added, not 'date'"),
        ({"min_confidence": 1.5}, "min_confidence", "min_confidence must be from 0 to 1, not 1.5"),
        ({"facets": map(str, range(9))}, "facets", "facets names 9 fields: 8 may be"),
        ({"collapse": True, "group": "passage"}, "collapse", "only articles are joined"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(InvalidQuery, match=f"^{message}") as raised:
        parse(QUERY, **options)  # type: ignore[arg-type]
    assert raised.value.field == field


@pytest.mark.parametrize("mode", Mode)
def test_what_others_have_at_most_is_no_less_than_what_they_have(
    monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    monkeypatch.setattr(matched, "LEAST_DEPTH", 2)
    words = np.random.default_rng(1).choice(WORDS, (60, 6))
    rows = [
        (f"{n:02}", [[" ".join(row[:3]), " ".join(row[3:])]], ("en", "fa")[n % 2], None, "", ())
        for n, row in enumerate(words.tolist())
    ]
    with searched(rows) as searcher:
        for word in WORDS:
            for least in (0.02, 0.05, 0.1, 0.3):
                query = parse(word, limit=1, mode=mode, min_confidence=least)
                plain = searcher.search(query)
                total = len(brute(searcher, query))
                assert plain.total == total if plain.is_total_exact else plain.total <= total
                counted = searcher.search(replace(query, counts=True))
                assert (counted.total, counted.is_total_exact) == (total, True)


def test_words_alone_are_counted_and_paged_through_without_what_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matched, "LEAST_DEPTH", 2)
    words = [("flood", "rain") for _ in range(9)] + [("wheat", "price") for _ in range(9)]
    rows: list[Row] = [
        (f"{n:02}", [[" ".join(row)]], "en", n + 1, "a.org", ()) for n, row in enumerate(words)
    ]
    with searched(rows) as searcher:
        asked = parse("flood", exact=True, limit=2, min_confidence=0.0, facets=["source"], sort="newest")
        found = pages(searcher, asked)
        assert [hit.article.id for result in found for hit in result.hits] == [
            f"{n:02}" for n in range(8, -1, -1)
        ]
        assert {(result.total, result.is_total_exact, result.facets[0].counts) for result in found} == {
            (9, True, (("a.org", 9),))
        }
        capped = searcher.search(replace(asked, matched=5))
        assert (capped.total, capped.is_total_exact) == (5, False)
        nothing = searcher.search(parse("river", exact=True))
        assert (nothing.total, nothing.is_total_exact, nothing.hits) == (0, True, ())
