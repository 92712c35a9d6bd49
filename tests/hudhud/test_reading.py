"""`hudhud.open` and the index that it gives, over the seed articles and with the real model."""

import datetime
import gc
import inspect
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest
from nights import TEXTS

import hudhud
from indexer.storage.layout import Layout
from indexer.storage.locks import GenerationLock, InUse
from indexer.storage.manifest import MANIFEST, Manifest
from search_api.search import Searcher
from search_api.searching.outcomes import Result
from search_api.searching.query import Group, Query, Sort, parse
from search_api.serving.schemas import SearchRequest

NUCLEAR = "003_f7d4c279eac3b33f"
WITKOFF = "004_964fd79116a5ca89"
DRONES = "000_c1a583e564ddadc6"
RUTTE = "002_4c47832c54e4f7d9"
LAVROV = "001_958469ad56952f10"
QUERY = "Witkoff and Kushner met Umerov"

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def index(seed_index: Path) -> Iterator[hudhud.Index]:
    with hudhud.open(seed_index) as opened:
        yield opened


def is_read(folder: Path) -> bool:
    """Whether somebody holds the generation in `folder` open."""
    try:
        GenerationLock.alone(folder).release()
    except InUse:
        return True
    return False


class TestSearch:
    def test_gives_what_the_search_finds(self, index: hudhud.Index, searcher: Searcher) -> None:
        results = index.search(QUERY)
        expected = hudhud.Results.of(searcher.search(parse(QUERY)))
        assert results.hits == expected.hits
        assert (results.query, results.language, results.generation) == (QUERY, "en", index.generation)
        assert results[0].id == WITKOFF
        assert {(match.query.text, match.passage.text) for match in results[0].evidence} >= {
            ("Kushner", "کوشنر")
        }

    def test_limits_groups_and_leaves_evidence_out(self, index: hudhud.Index) -> None:
        assert [hit.id for hit in index.search(QUERY, limit=1)] == [WITKOFF]
        passages = index.search(QUERY, limit=100, group="passage")
        assert len(passages) == index.info().passages
        assert all(hit.evidence == () for hit in index.search(QUERY, evidence=False))

    @pytest.mark.parametrize(
        ("languages", "expected"),
        [
            ("ar", {NUCLEAR}),
            ("prs, ar", {NUCLEAR, LAVROV}),
            (["prs"], {LAVROV}),
            ({"fa"}, {WITKOFF, DRONES, RUTTE, LAVROV}),
            ("", {WITKOFF, DRONES, RUTTE, LAVROV, NUCLEAR}),
        ],
    )
    def test_languages_in_a_text_or_a_collection(
        self, index: hudhud.Index, languages: str | list[str], expected: set[str]
    ) -> None:
        assert {hit.id for hit in index.search("war", languages=languages)} == expected

    @pytest.mark.parametrize(
        ("since", "until", "expected"),
        [
            (datetime.date(2025, 9, 4), "2025-12-31", {DRONES, RUTTE, WITKOFF}),
            ("2025-09-03", datetime.datetime(2025, 9, 3, 23, tzinfo=datetime.UTC), {LAVROV}),
            (None, "2025-09-09", {DRONES, LAVROV, RUTTE}),
            ("", None, {WITKOFF, DRONES, RUTTE, LAVROV, NUCLEAR}),
        ],
    )
    def test_days_as_dates_or_texts(
        self,
        index: hudhud.Index,
        since: datetime.date | str | None,
        until: datetime.date | str | None,
        expected: set[str],
    ) -> None:
        assert {hit.id for hit in index.search("war", since=since, until=until)} == expected

    def test_says_how_the_query_was_understood(self, index: hudhud.Index) -> None:
        results = index.search('war "آتش بس" -نان 18 Shahrivar 1404', since="1404-01-01")
        assert results.dates == (
            hudhud.MentionedDate("18 Shahrivar 1404", datetime.date(2025, 9, 9), datetime.date(2025, 9, 9)),
        )
        assert (results.exact, results.excluded) == (("آتش بس",), ("نان",))
        assert (results.since, results.until) == (datetime.date(2025, 3, 21), None)
        assert results.warnings == (
            "since 1404-01-01 is read as Jalali: 2025-03-21",
            "1 article has no date, and no filter by date finds what has none",
        )
        assert repr(results).split("\n")[1] == results.warnings[0]
        assert f"<p>{results.warnings[0]}</p>" in results._repr_html_()
        assert index.search("war", since=datetime.date(1404, 1, 1)).since == datetime.date(1404, 1, 1)

    def test_says_what_cannot_be_searched(self, index: hudhud.Index) -> None:
        wrong = {
            "limit": (101, "limit must be from 1 to 100, not 101"),
            "since": ("yesterday", "since must be a date as YYYY-MM-DD, not 'yesterday'"),
            "until": ("2025-02-30", "until is '2025-02-30', and February 2025 has 28 days"),
            "group": ("page", "group must be article or passage, not 'page'"),
        }
        for name, (value, message) in wrong.items():
            with pytest.raises(hudhud.InvalidQuery) as raised:
                index.search("war", **{name: value})  # type: ignore[arg-type]
            assert (str(raised.value), raised.value.field, raised.value.value) == (message, name, value)
        with pytest.raises(hudhud.InvalidQuery, match="no letter and no digit"):
            index.search("?")

    def test_takes_what_the_api_takes(self) -> None:
        asked = inspect.signature(hudhud.Index.search).parameters
        left_out = {"q", "highlight", "fields", "partial", "not_languages", "not_sources", "not_meta"}
        assert set(asked) - {"self", "query", "omit"} == set(SearchRequest.model_fields) - left_out
        assert (get_args(asked["group"].annotation), get_args(asked["sort"].annotation)) == (
            tuple(Group),
            tuple(Sort),
        )


def test_an_article_whole(index: hudhud.Index) -> None:
    hit = index.search("nuclear plant", languages="ar")[0]
    article = index.article(hit.id)
    assert isinstance(article, hudhud.Article)
    assert (article.id, article.title, article.language) == (NUCLEAR, hit.title, "ar")
    assert article.text[hit.start : hit.end] == hit.text
    with pytest.raises(hudhud.ArticleNotFound, match="nowhere"):
        index.article("nowhere")


def test_what_is_live(index: hudhud.Index, seed_index: Path) -> None:
    manifest = Manifest.read(Layout(seed_index).live() / MANIFEST)
    info = index.info()
    assert info == hudhud.Info(
        index=seed_index,
        generation=manifest.name,
        created=datetime.datetime.fromisoformat(manifest.created),
        model="multilingual-e5-small (embedded)",
        articles=5,
        passages=manifest.passages,
        sentences=manifest.sentences,
        languages={"fa": 3, "ar": 1, "prs": 1},
        first_date=datetime.date(2025, 9, 3),
        last_date=datetime.date(2025, 12, 6),
        garbled=0,
        undated=1,
        bytes=manifest.bytes,
    )
    assert info.created.utcoffset() == datetime.timedelta(0)
    assert repr(index) == f"<Index {str(seed_index)!r}, generation {manifest.name}>"


def test_an_index_without_dates(layout: Layout) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    with hudhud.open(layout.folder) as index:
        assert (index.info().first_date, index.info().last_date) == (None, None)
        assert index.info().undated == index.info().articles


def test_a_closed_index_answers_no_more(seed_index: Path) -> None:
    index = hudhud.open(seed_index)
    index.close()
    index.close()
    assert repr(index) == f"<Index {str(seed_index)!r}, closed>"
    for ask in (lambda: index.search("war"), lambda: index.article(NUCLEAR), index.info):
        with pytest.raises(hudhud.IndexClosed) as raised:
            ask()
        assert str(raised.value) == (f"the index in {seed_index} was closed: open it again with hudhud.open")


def test_an_index_that_is_forgotten_closes_itself(layout: Layout) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    index = hudhud.open(layout.folder)
    index.search("bread")
    assert is_read(layout.live())
    del index
    gc.collect()
    assert not is_read(layout.live())


def test_several_threads_ask_at_once(index: hudhud.Index) -> None:
    questions = [QUERY, "nuclear plant", "مذاکرات صلح", "drones"] * 6
    expected = {question: index.search(question).hits for question in questions}
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(index.search, questions))
    assert [results.hits for results in found] == [expected[question] for question in questions]


def test_a_search_that_runs_while_the_index_is_closed_ends_as_usual(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    index = hudhud.open(layout.folder)
    began, closed = threading.Event(), threading.Event()
    search = Searcher.search

    def slow(searcher: Searcher, query: Query) -> Result:
        began.set()
        assert closed.wait(20)
        return search(searcher, query)

    monkeypatch.setattr(Searcher, "search", slow)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(index.search, "نان تازه")
        assert began.wait(20)
        index.close()
        assert is_read(layout.live())
        closed.set()
        assert [hit.id for hit in running.result()] == ["bread"]
    assert not is_read(layout.live())


def test_an_open_index_stays_what_it_was_and_one_that_follows_does_not(layout: Layout) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    with hudhud.open(layout.folder) as still, hudhud.open(layout.folder, follow=True) as following:
        first = still.generation
        assert following.generation == first
        second = hudhud.index({"id": "football", "text": TEXTS[2]}, layout.folder).generation
        deadline = time.monotonic() + 20
        while following.generation != second:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert {hit.id for hit in following.search("نان")} == {"bread", "football"}
        assert following.info().generation == following.search("نان").generation == second
        assert {hit.id for hit in still.search("نان")} == {"bread"}
        assert still.info().generation == still.search("نان").generation == first
    assert not is_read(layout.live())
    with pytest.raises(hudhud.IndexClosed):
        following.search("نان")


def test_an_index_whose_files_are_gone_still_has_a_repr(layout: Layout) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    with hudhud.open(layout.folder) as index:
        (layout.live() / MANIFEST).unlink()
        assert repr(index) == f"<Index {str(layout.folder)!r}, generation {layout.live().name}>"
        with pytest.raises(hudhud.IndexDamaged):
            index.info()


def test_the_folder_is_found_again_from_another_one(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    monkeypatch.chdir(layout.folder.parent)
    with hudhud.open(layout.folder.name) as index:
        monkeypatch.chdir(tmp_path)
        assert index.info().index == layout.folder
        assert index.article("bread").text == TEXTS[1]


def test_what_cannot_be_opened(layout: Layout, tmp_path: Path) -> None:
    for follow in (False, True):
        with pytest.raises(hudhud.IndexNotFound, match="there is no index in"):
            hudhud.open(tmp_path / "nowhere", follow=follow)
    with pytest.raises(hudhud.ModelNotFound):
        hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder, model=str(tmp_path / "nowhere"))
    hudhud.index({"id": "bread", "text": TEXTS[1]}, layout.folder)
    with pytest.raises(hudhud.ModelNotFound):
        hudhud.open(layout.folder, model=str(tmp_path / "nowhere"))
    assert not is_read(layout.live())
