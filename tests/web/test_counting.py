"""Of a large archive, what results can be narrowed by is counted beside them: by a link, or by the script."""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from browsing import Looking, violations, watching
from playwright.sync_api import Browser, Page, expect
from reading import browsing

from search_api.serving.app import create_app
from search_api.serving.listening import bound
from search_api.serving.live import Live
from search_api.web import pages
from search_api.web.pages import add_pages

QUERY = "/?q=war+in+Ukraine&min_confidence=0"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every archive is one in which counting takes long."""
    monkeypatch.setattr(pages, "COUNTED_AT_ONCE", 0)


def test_without_a_script_a_link_counts(live: Live) -> None:
    with browsing(live) as browser:
        page = browser.open(QUERY)
        assert len(page.all("article.hit")) == 5
        assert page.all("section.field") == []
        counted = browser.follow(page, "a[data-key=count]")
        assert counted.all("section.counting") == []
        assert counted.texts("h2#field-1") == ["Language"]
        assert len(counted.all("article.hit")) == 5
        links = [link.get("href") for link in counted.root.iter("a")]
        assert not [link for link in links if "counted" in link]


@pytest.mark.parametrize("further", ["&sort=newest", "&collapse=true"])
def test_what_is_counted_anyway_is_shown_with_it(live: Live, further: str) -> None:
    with browsing(live) as browser:
        page = browser.open(QUERY + further)
        assert page.all("section.counting") == []
        assert page.texts("h2#field-1") == ["Language"]


def test_a_small_archive_is_counted_at_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED_AT_ONCE", 18)
    with browsing(live) as browser:
        assert browser.open(QUERY).texts("h2#field-1") == ["Language"]
        monkeypatch.setattr(pages, "COUNTED_AT_ONCE", 17)
        assert browser.open(QUERY).all("h2#field-1") == []


@pytest.fixture
def looking(browser: Browser, live: Live) -> Iterator[Looking]:
    """A browser before a server of this process."""
    app = create_app(live)
    add_pages(app)
    with bound("127.0.0.1", 0) as listener:
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with watching(browser, f"http://127.0.0.1:{listener.getsockname()[1]}") as looks:
                yield looks
        finally:
            server.should_exit = True
            thread.join()


def counted(page: Page) -> None:
    expect(page.locator("section.field h2").first).to_have_text("Language")
    expect(page.locator("section.counting")).to_have_count(0)


def test_a_script_counts_once_the_results_are_shown(looking: Looking) -> None:
    page = looking.at(QUERY)
    counted(page)
    assert "counted" not in page.url
    assert page.locator("button.save").is_visible()
    page.locator("#q").fill("Zelensky")
    page.keyboard.press("Enter")
    expect(page.locator("h1.verdict")).to_be_visible()
    page.wait_for_url("**Zelensky*")
    counted(page)
    page.locator("[data-key=want-language-ar]").click()
    page.wait_for_url("**languages=ar*")
    counted(page)
    assert "counted" not in page.url
    assert violations(page) == []


def test_where_counting_fails_the_link_comes_back(looking: Looking) -> None:
    looking.watched.expected.append("503")
    page = looking.blank()
    page.route("**counted=true*", lambda route: route.fulfill(status=503, body="busy"))
    page.goto(QUERY)
    button = page.locator("a[data-key=count]")
    expect(button).to_be_visible()
    expect(page.locator("section.counting .note")).to_be_hidden()
    page.unroute("**counted=true*")
    button.click()
    counted(page)
