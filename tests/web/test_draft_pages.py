"""Draft translations on pages without a script: where one can be had, how it is shown, why there is none."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from reading import Browser, Page, browsing, found, words
from standing_in import StandIn, draft_of

from indexer.core.errors import HudhudError, TooSlow, TranslationFailed
from search_api.search import Searcher
from search_api.serving.live import Live

NUCLEAR = "003_f7d4c279eac3b33f"
QUERY = "/?q=Zaporizhzhia+nuclear+plant+lost+external+power&languages=ar"
NOTES = {
    "en": "Draft by a machine. Check before you quote.",
    "fa": "پیش\u200cنویس ماشین است. پیش از نقل آن را بسنجید.",
    "ar": "مسودة من الآلة. تحقّق منها قبل الاقتباس.",
}


@pytest.fixture
def translator() -> StandIn:
    return StandIn("ar")


@pytest.fixture
def browser(live: Live, translator: StandIn) -> Iterator[Browser]:
    with browsing(live, translator=translator) as opened:
        yield opened


def draft(page: Page) -> html.HtmlElement:
    """The draft on a page, in its place."""
    place = page.one("div.draft").getparent()
    assert place.get("id") == page.answer.url.fragment or page.answer.url.fragment == ""
    return page.one("div.draft")


def test_a_result_leads_to_its_article_with_a_draft_of_the_passage(
    browser: Browser, searcher: Searcher
) -> None:
    page = browser.open(QUERY)
    [link] = page.all("a.draft-of")
    address = urlsplit(link.get("href"))
    passages = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))
    shown = page.text("p.text")
    [passage] = [one for one in passages if " ".join(one.text.split()) == shown]
    start = str(passage.start)
    asked = parse_qs(address.query)
    assert address.path == f"/article/{NUCLEAR}"
    assert (asked["at"], asked["draft"]) == ([f"{start}-{passage.end}"], [start])
    assert address.fragment == f"draft-{start}"
    assert link.get("data-answer") == f"/v1/articles/{NUCLEAR}/translation?start={start}"
    article = browser.open(link.get("href"))
    [text] = found(draft(article), "p.text")
    assert text.text == draft_of(passage.text, "ar")
    assert (text.get("lang"), text.get("dir"), text.get("translate")) == ("en", "ltr", "no")
    assert words(found(draft(article), "p.note")[0]) == NOTES["en"]
    assert "".join(one.text_content() for one in article.all("span.named")) == passage.text.replace("\n", "")


def test_an_article_has_a_link_for_each_passage_and_shows_what_is_asked_for(
    browser: Browser, searcher: Searcher
) -> None:
    page = browser.open(f"/article/{NUCLEAR}?q=nuclear")
    passages = searcher.index.passages_of(searcher.index.number_of(NUCLEAR))
    links = page.all("a.draft-of")
    assert [link.get("aria-label") for link in links] == [
        f"Draft translation of passage {number}" for number in range(1, len(passages) + 1)
    ]
    assert page.all("div.draft") == []
    drafted = browser.open(links[1].get("href"))
    assert len(drafted.all("a.draft-of")) == len(passages)
    assert draft(drafted).getparent().get("id") == f"draft-{passages[1].start}"
    assert drafted.one("p.back").xpath("a")[0].get("href") == "/?q=nuclear"
    assert all("draft=" not in one.get("href") for one in drafted.all("a.pilcrow"))


@pytest.mark.parametrize("code", NOTES)
def test_a_draft_is_called_one_in_the_language_of_the_page(browser: Browser, code: str) -> None:
    page = browser.open(f"/article/{NUCLEAR}?draft=0", accept_language=code)
    shown = draft(page)
    assert words(found(shown, "p.note")[0]) == NOTES[code]
    around = shown.getparent().getparent()
    assert (around.get("lang"), around.get("dir")) == (code, "ltr" if code == "en" else "rtl")
    assert found(shown, "p.text")[0].get("lang") == "en"


@pytest.mark.parametrize("languages", [None, ("fa", "prs")])
def test_where_nothing_translates_a_language_there_is_no_link(
    live: Live, languages: tuple[str, ...] | None
) -> None:
    translator = StandIn(*languages) if languages else None
    with browsing(live, translator=translator) as browser:
        for address in (QUERY, f"/article/{NUCLEAR}", f"/article/{NUCLEAR}?draft=0"):
            page = browser.open(address)
            assert page.answer.status_code == 200
            assert page.all("a.draft-of") + page.all("div.draft") == []


@pytest.mark.parametrize("start", ["1", "-1", "x", ""])
def test_what_is_no_passage_is_passed_over(browser: Browser, start: str) -> None:
    page = browser.open(f"/article/{NUCLEAR}?draft={start}")
    assert page.answer.status_code == 200
    assert page.all("div.draft") == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TranslationFailed("no"), "There is no draft of this passage."),
        (TooSlow("no"), "The translator is busy. Try again in a few seconds."),
    ],
    ids=["failed", "too slow"],
)
def test_a_draft_that_fails_is_told_in_its_place(
    browser: Browser, translator: StandIn, error: HudhudError, told: str
) -> None:
    translator.fails = error
    page = browser.open(f"/article/{NUCLEAR}?draft=0")
    assert page.answer.status_code == 200
    assert words(draft(page)) == told
