"""The page while a shard does not answer: it offers the rest, says what is missing, and leads back."""

from collections.abc import Iterator

import pytest
from newsroom import ARTICLES
from reading import Browser, browsing, words
from sharded import Parts

from search_api.serving.live import Live


@pytest.fixture
def browser(parted: Live) -> Iterator[Browser]:
    with browsing(parted) as opened:
        yield opened


def test_the_page_offers_the_rest_says_what_is_missing_and_leads_back(browser: Browser, parts: Parts) -> None:
    with parts.without_the_second():
        refused = browser.open("/?q=flood&limit=100&min_confidence=0")
        assert refused.answer.status_code == 503
        assert refused.text("h1") == "Part of the archive does not answer now"
        assert refused.texts("a.button") == ["Try again", "Search the rest"]
        rest = browser.open(refused.all("a.button")[1].get("href"))
        share = round(100 * parts.lost["share"])
        told = f"Not searched, for it does not answer now: {share} % of the archive. Search all of it again"
        assert rest.text("p.missing") == told
        assert len(rest.all("article.hit")) == len(ARTICLES) - parts.lost["articles"]
        assert "partial=true" not in rest.one("#results").get("data-feed")
    [back] = [link for link in rest.all("a") if words(link) == "Search all of it again"]
    whole = browser.open(back.get("href"))
    assert whole.answer.status_code == 200
    assert whole.all("p.missing") == []


def test_an_article_that_is_not_there_now_is_refused_and_offers_no_rest(
    browser: Browser, parts: Parts
) -> None:
    with parts.without_the_second():
        lost = max(article.id for article in ARTICLES)
        page = browser.open(f"/article/{lost}")
        assert (page.answer.status_code, page.texts("a.button")) == (503, ["Try again"])
