"""What a browser is shown when something is wrong; static files, other pages, and a prefix."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import Browser, browsing, words

from indexer.core.errors import IndexDamaged, IndexNotFound, Overloaded, TooSlow
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.cursor import Cursor
from search_api.serving.envelope import Policy
from search_api.serving.gates import KeyGate
from search_api.serving.keys import KeyFile, Keys, Scope
from search_api.serving.live import Live
from search_api.web.assets import FOREVER, assets


@pytest.fixture
def browser(live: Live) -> Iterator[Browser]:
    with browsing(live) as opened:
        yield opened


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/?q=!!", 422, "This cannot be searched"),
        ("/?q=war&from=soon", 422, "This cannot be searched"),
        ("/?q=war&nonsense=1", 422, "This cannot be searched"),
        ("/nowhere", 404, "There is nothing here"),
        ("/article/none", 404, "There is nothing here"),
    ],
)
def test_a_problem_is_a_page(browser: Browser, address: str, status: int, title: str) -> None:
    page = browser.open(address)
    assert (page.answer.status_code, page.text("h1")) == (status, title)
    assert page.answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(page.answer.headers["content-length"]) == len(page.answer.content)


def test_the_query_stays_in_the_box(browser: Browser) -> None:
    assert browser.open("/?q=war&from=soon").one("input#q").get("value") == "war"
    assert "from must be a date" in browser.open("/?q=war&from=soon").text("p.detail")


@pytest.mark.parametrize(
    ("address", "detail", "ways"),
    [
        ("/?q=war&lang=fa", "did you mean languages?", {"Leave out lang": "/?q=war"}),
        ("/?q=war&from=soon&limit=3", "from must be a date", {"Leave out from": "/?q=war&limit=3"}),
        ("/?q=war&languages=xx!&sort=up", "sort", {"Leave out sort": "/?q=war&languages=xx%21"}),
        ("/?q=!!", "no letter and no digit", {}),
    ],
)
def test_what_does_not_fit_is_left_out_by_a_link(
    browser: Browser, address: str, detail: str, ways: dict[str, str]
) -> None:
    page = browser.open(address)
    assert detail in page.text("p.detail")
    assert {words(one): one.get("href") for one in page.all("a.button")} == ways


@pytest.mark.parametrize(
    ("error", "status", "title", "retry"),
    [
        (Overloaded("x"), 503, "Too much is asked at the moment", "2"),
        (TooSlow("x"), 503, "Too much is asked at the moment", "2"),
        (IndexDamaged("a file is gone"), 503, "The index cannot be used now", "5"),
        (ZeroDivisionError("secret"), 500, "Something went wrong", None),
    ],
)
def test_a_fault_is_a_page_that_says_what_to_do(
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    title: str,
    retry: str | None,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Searcher, "search", fail)
    page = browser.open("/?q=war&limit=3")
    assert (page.answer.status_code, page.text("h1")) == (status, title)
    assert page.one("#results").get("data-retry") == retry
    assert "secret" not in page.answer.text
    assert page.all("a.button")[0].get("href") == "/?q=war&limit=3"


def test_an_index_that_is_being_built_is_told(
    browser: Browser, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexDamaged("nothing is published")

    monkeypatch.setattr(Searcher, "search", fail)
    with live.layout.writing():
        page = browser.open("/?q=war")
    assert (page.text("h1"), page.one("#results").get("data-retry")) == ("The index is being built", "5")
    assert browser.open("/?q=war").text("h1") == "The index cannot be used now", "no writer is at work"


def test_an_index_that_nobody_builds_is_told(
    browser: Browser, live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexNotFound("nothing is published")

    monkeypatch.setattr(Searcher, "search", fail)
    killed = Layout(tmp_path)
    (killed.generations / ".draft-1").mkdir(parents=True)
    monkeypatch.setattr(live, "_layout", killed)
    page = browser.open("/?q=war")
    assert (page.text("h1"), page.one("#results").get("data-retry")) == ("Nothing is indexed yet", "5")
    assert "hudhud reindex" in page.text("#results")


def test_an_old_page_of_results_says_to_begin_again(browser: Browser) -> None:
    first = browser.open("/?q=war&limit=2&min_confidence=0")
    following = first.one("a[rel=next]").get("href")
    with pytest.MonkeyPatch.context() as patch:
        read = Cursor.read

        def of_another(text: str, query: object, generation: str) -> Cursor:
            return read(text, query, f"{generation}x")  # type: ignore[arg-type]

        patch.setattr(Cursor, "read", of_another)
        page = browser.open(following)
    assert (page.answer.status_code, page.text("h1")) == (410, "The archive has changed")
    assert "cursor" not in page.one("a.button").get("href")


@pytest.mark.parametrize("address", ["/v1/search?q=!!", "/v1/nowhere"])
def test_the_api_tells_browsers_what_it_tells_programs(browser: Browser, address: str) -> None:
    assert browser.open(address).answer.headers["content-type"] == "application/problem+json"


def test_programs_are_told_of_problems_as_before(browser: Browser) -> None:
    answer = browser.client.get("/nowhere", headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_need_a_key_where_searches_do(live: Live, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    _, search = keys.create("reader", [Scope.SEARCH])
    _, feed = keys.create("feeds", [Scope.FEED])
    policy = Policy(gates=(KeyGate(Keys(keys), anonymous=False),))
    with browsing(live, policy) as browser:
        for address in ("/", "/?q=war", "/article/x", "/queries?list=war", "/saved"):
            page = browser.open(address)
            assert (page.answer.status_code, page.text("h1")) == (401, "A key is needed"), address
            assert browser.open(address, x_api_key=feed).answer.status_code == 403
            assert browser.open(address, x_api_key=search).answer.status_code in (200, 404)
        for address in (f"/static/{assets().digest}/page.css", "/opensearch.xml"):
            assert browser.client.get(address).status_code == 200


def test_files_are_kept_for_ever_under_their_digest(browser: Browser) -> None:
    page = browser.open("/")
    addresses = [one.get("href") for one in page.all("link[rel=stylesheet]")]
    assert addresses == [f"/static/{assets().digest}/page.css"]
    plain = browser.client.get(addresses[0], headers={"accept-encoding": "identity"})
    assert plain.headers["cache-control"] == FOREVER
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    assert plain.content == assets().by_name["page.css"].content
    packed = assets().by_name["page.css"].packed
    assert gzip.decompress(packed) == plain.content
    answer = browser.client.get(addresses[0], headers={"accept-encoding": "gzip"})
    assert (answer.headers["content-encoding"], answer.content) == ("gzip", plain.content)
    for wrong in (
        "/static/0/page.css",
        f"/static/{assets().digest}/none.css",
        f"/static/{assets().digest}/..%2f",
    ):
        assert browser.client.get(wrong).status_code == 404


@pytest.mark.parametrize(("accepted", "given"), [("gzip, br", "gzip"), ("identity", None)])
def test_pages_are_packed_for_who_takes_that(browser: Browser, accepted: str, given: str | None) -> None:
    answer = browser.client.get("/saved", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == given
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.text == browser.open("/saved").answer.text


def test_browsers_are_told_how_to_search_here(browser: Browser) -> None:
    answer = browser.client.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    assert 'template="http://localhost/?q={searchTerms}"' in answer.text


def test_pages_work_behind_a_prefix(live: Live) -> None:
    with browsing(live, prefix="/hudhud") as browser:
        for address in ("/hudhud/", "/hudhud/?q=war", "/hudhud/?q=!!", "/hudhud/saved"):
            page = browser.open(address)
            links = [
                one.get(name)
                for one in page.root.iter()
                for name in ("href", "src", "action")
                if one.get(name)
            ]
            assert all(link.startswith(("/hudhud/", "#")) for link in links), links
        style = browser.open("/hudhud/").one("link[rel=stylesheet]").get("href")
        assert browser.client.get(style).status_code == 200
        article = browser.open("/hudhud/?q=war").all("a.title")[0].get("href")
        assert browser.open(article).answer.status_code == 200


def test_several_searches_are_told_in_a_table(browser: Browser) -> None:
    page = browser.open(
        "/queries?list=Zaporizhzhia+nuclear+plant+lost+external+power%0Ahow+do+bees+make+honey%0A!!%0A%0A"
    )
    rows = [words(row) for row in page.root.iter("tr")][1:]
    assert len(rows) == 3
    assert rows[0].startswith("Zaporizhzhia nuclear plant lost external power Clear match 1")
    assert "Nothing here seems to answer this" in rows[1]
    assert rows[2] == "!! Cannot be searched: the query holds no letter and no digit"


@pytest.mark.parametrize("address", ["/", "/?q=war", "/?q=!!", "/saved"])
def test_head_is_get_without_a_body(browser: Browser, address: str) -> None:
    got, head = browser.open(address).answer, browser.client.head(address)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-security-policy"] == got.headers["content-security-policy"]
