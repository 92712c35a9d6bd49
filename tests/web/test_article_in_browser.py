"""An article in a real browser, and what is taken along: saved searches, files, lists of searches."""

import csv
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import Looking
from playwright.sync_api import Page, expect

ARTICLE = "/article/canal-ar?q=Suez+canal+ship"
RESULTS = "/?q=Suez+canal&languages=ar"
KEPT = "localStorage.getItem('hudhud-saved')"


def current(page: Page) -> str:
    found: str = page.evaluate("document.querySelector('mark.current').id")
    return found


def is_in_view(page: Page, selector: str) -> bool:
    found: bool = page.evaluate(
        "selector => { const box = document.querySelector(selector).getBoundingClientRect();"
        " return 0 <= box.top && box.top < innerHeight }",
        selector,
    )
    return found


def test_keys_and_buttons_jump_from_match_to_match(looking: Looking) -> None:
    page = looking.at(ARTICLE, viewport={"width": 800, "height": 400})
    count = page.locator(".body mark").count()
    assert count >= 3
    page.keyboard.press("n")
    assert (current(page), page.evaluate("document.activeElement.id")) == ("m1", "m1")
    page.keyboard.press("p")
    assert current(page) == f"m{count}", "before the first comes the last"
    assert is_in_view(page, "mark.current")
    after = page.locator("[data-step='1']")
    after.click()
    after.click()
    assert current(page) == "m2"
    expect(after).to_be_focused()
    assert page.locator("mark.current").count() == 1


def test_matches_are_links_without_a_script(looking: Looking) -> None:
    page = looking.at(ARTICLE, java_script_enabled=False)
    links = page.locator(".jumps a")
    assert links.count() == page.locator(".body mark").count()
    links.nth(1).click()
    assert urlsplit(page.url).fragment == "m2"


def test_a_passage_has_a_link_that_shows_it(looking: Looking) -> None:
    page = looking.at("/article/canal-ar", viewport={"width": 800, "height": 400})
    assert page.locator(".named").count() == 0
    page.locator(".pilcrow").first.click()
    page.wait_for_url("**at=*")
    start, _, end = parse_qs(urlsplit(page.url).query)["at"][0].partition("-")
    named = "".join(page.locator(".body p:not(.gloss) .named").all_text_contents())
    assert len(named) == pytest.approx(int(end) - int(start), abs=5), "but for the ends of lines"
    assert is_in_view(page, "#at")
    other = looking.at(urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    expect(other.locator("#at")).to_be_visible()


def test_a_printed_article_is_its_text_and_where_it_is_from(looking: Looking) -> None:
    page = looking.at(ARTICLE, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".masthead", ".foot", ".narrow", ".matches", ".back", ".pilcrow >> nth=0", ".glossing a"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".body p").first).to_be_visible()
    style = "one => getComputedStyle(one, '::after').content"
    assert "https://sahel.example/news/canal-ar" in page.locator(".whole a.source").evaluate(style)
    ink = page.locator(".body p").first.evaluate("one => getComputedStyle(one).color")
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 100, "dark on white"


def test_the_same_story_elsewhere_is_a_link_and_back_leads_to_the_results(looking: Looking) -> None:
    page = looking.at(ARTICLE)
    same = page.locator(".elsewhere li", has_text="Same story").first.locator("> a")
    address = same.get_attribute("href") or ""
    assert address.startswith("/article/canal-")
    same.click()
    page.wait_for_url(re.compile("/article/canal-(fa|prs)"))
    expect(page.locator(".body mark").first).to_be_visible()
    page.locator(".back a").click()
    expect(page.locator("article.hit").first).to_be_visible()
    assert page.locator("#q").input_value() == "Suez canal ship"


def test_a_search_is_saved_in_this_browser_alone_followed_and_removed(looking: Looking) -> None:
    page = looking.at(RESULTS)
    asked = len(looking.watched.requests)
    page.locator("button.save").click()
    expect(page.locator("#said")).to_have_text("Saved")
    told = [one for one in looking.watched.requests[asked:] if "/static/" not in one]
    assert told == [], "nobody is told"
    page.goto("/saved")
    rows = page.locator("#saved-list li")
    expect(rows).to_have_count(1)
    link = rows.locator("a").first
    assert (link.inner_text(), link.get_attribute("href")) == ("Suez canal", RESULTS)
    assert "languages: ar" in rows.inner_text()
    feed = page.request.get(rows.locator("a").nth(1).get_attribute("href") or "")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "canal-ar" in feed.text()
    assert looking.at("/saved").locator("#saved-list li").count() == 0, "another browser has its own"
    rows.locator("button").click()
    expect(rows).to_have_count(0)
    expect(page.locator("#saved-none")).to_be_visible()
    assert page.evaluate(KEPT) == "[]"
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_search_is_saved_once_the_last_first(looking: Looking) -> None:
    page = looking.at(RESULTS)
    page.locator("button.save").click()
    page.goto("/?q=ferries")
    page.locator("button.save").click()
    page.goto(RESULTS)
    page.locator("button.save").click()
    page.goto("/saved")
    assert page.locator("#saved-list li > a:first-child").all_inner_texts() == ["Suez canal", "ferries"]


def test_results_are_taken_along_as_a_table(looking: Looking) -> None:
    page = looking.at(RESULTS)
    with page.expect_download() as download:
        page.locator(".take a[download]").click()
    assert download.value.suggested_filename == "hudhud.csv"
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet reads it as UTF-8"
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    sure = page.locator(".hit:not(.hit-none) a.title").all_inner_texts()
    assert [row["title"] for row in rows] == sure, "what is counted, and not what is nearest beyond that"
    assert {row["language"] for row in rows} == {"ar"}
    assert rows[0]["url"] == "https://sahel.example/news/canal-ar"


@pytest.mark.parametrize("script", [True, False])
def test_several_searches_are_answered_in_one_go(looking: Looking, script: bool) -> None:
    page = looking.at("/queries", java_script_enabled=script)
    page.fill("#list", "Suez canal\nhow do penguins knit\n!!\nSuez canal")
    page.locator(".list-form button").click()
    rows = page.locator(".searches tbody tr")
    expect(rows).to_have_count(3)
    assert rows.nth(0).locator(".sureness").inner_text() == "Clear match"
    expect(rows.nth(0).locator("td a").first).to_have_attribute("href", re.compile("^/article/canal-"))
    assert "Cannot be searched" in rows.nth(2).inner_text()
    assert page.input_value("#list").startswith("Suez canal\n"), "the list can be changed and sent again"
    rows.nth(0).locator("th a").click()
    expect(page.locator("article.hit").first).to_be_visible()
    assert page.input_value("#q") == "Suez canal"
