"""The page in a real browser: it finds, fits every screen, is mirrored, and leaves letters joined."""

from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import Looking
from playwright.sync_api import Page, expect

QUERY = "/?q=ship+stuck+in+the+Suez+canal"
LANGUAGES = {"en": "ltr", "fa": "rtl", "ar": "rtl"}


def test_a_question_is_typed_and_answered_without_a_mouse(looking: Looking) -> None:
    page = looking.at("/")
    page.keyboard.type("two ferries collided in Istanbul")
    page.keyboard.press("Enter")
    expect(page.locator("article.hit").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["q"] == ["two ferries collided in Istanbul"]
    assert (page.locator(".hit a.title").first.get_attribute("href") or "").startswith("/article/ferry-")


def test_search_works_without_a_script(looking: Looking) -> None:
    page = looking.at("/", java_script_enabled=False)
    page.fill("#q", "tomb near Luxor")
    page.press("#q", "Enter")
    assert (page.locator(".hit a.title").first.get_attribute("href") or "").startswith("/article/tomb-")


@pytest.mark.parametrize("script", [True, False])
def test_on_a_narrow_screen_options_are_folded(looking: Looking, script: bool) -> None:
    page = looking.at(QUERY, viewport={"width": 390, "height": 844}, java_script_enabled=script)
    order = page.locator(".options .segments")
    expect(order).to_be_hidden()
    top = page.locator("article.hit").first.bounding_box()
    assert top
    assert top["y"] < 844 / 2
    page.locator(".options summary").click()
    expect(order).to_be_visible()


def test_on_a_wide_screen_options_are_open(looking: Looking) -> None:
    page = looking.at(QUERY, viewport={"width": 1280, "height": 900})
    expect(page.locator(".options summary")).to_be_hidden()
    page.locator(".options .segments a", has_text="Newest").click()
    expect(page.locator(".options .segments a[aria-current]")).to_have_text("Newest")


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_the_masthead_and_the_results_share_a_grid(looking: Looking, width: int) -> None:
    page = looking.at(QUERY, viewport={"width": width, "height": 900})
    names = (".brand", ".search", ".places", "#results > .column", "#results > .narrow")
    boxes = {name: page.locator(name).bounding_box() for name in names}
    starts = {name: round(box["x"]) for name, box in boxes.items() if box}
    ends = {name: round(box["x"] + box["width"]) for name, box in boxes.items() if box}
    assert starts[".brand"] == starts["#results > .column"]
    assert ends[".search"] == ends["#results > .column"]
    assert starts[".places"] == starts["#results > .narrow"]
    assert starts[".places"] - ends[".search"] >= 24


def test_titles_and_sources_of_joined_stories_stand_on_lines_of_their_own(looking: Looking) -> None:
    page = looking.at("/?q=two+ferries+collided+near+Istanbul&stories=true")
    row = page.locator(".twins li").first
    assert row.locator("h3").get_attribute("dir") == "rtl"
    assert "phrase, ferry" in row.locator(".gloss rt").all_inner_texts(), "a title says what its words mean"
    title, told = row.locator("h3").bounding_box(), row.locator(".told").bounding_box()
    assert title is not None
    assert told is not None
    assert title["y"] + title["height"] <= told["y"]


def test_back_shows_the_search_before(looking: Looking) -> None:
    page = looking.at(QUERY)
    page.locator(".hit a.title").first.click()
    expect(page.locator("article.whole")).to_be_visible()
    page.go_back()
    expect(page.locator("article.hit").first).to_be_visible()
    assert page.input_value("#q") == "ship stuck in the Suez canal"


@pytest.mark.parametrize(("language", "direction"), LANGUAGES.items())
def test_the_page_is_mirrored_by_its_language_and_articles_are_not(
    looking: Looking, language: str, direction: str
) -> None:
    page = looking.at(QUERY, locale=language)
    root = page.locator("html")
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction)
    assert page.locator(".hit .sentence").first.get_attribute("dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def widths(page: Page) -> list[tuple[float, float]]:
    """Of each marked word its width with its mark, and without."""
    found: list[tuple[float, float]] = page.evaluate(
        """() => [...document.querySelectorAll('.hit .sentence mark')].map(mark => {
            const range = document.createRange(), sentence = mark.closest('.sentence')
            range.selectNodeContents(mark)
            const marked = range.getBoundingClientRect().width
            const plain = sentence.cloneNode(false)
            plain.style.cssText = 'white-space:nowrap;display:inline-block;position:absolute'
            plain.textContent = mark.textContent
            sentence.after(plain)
            const width = plain.getBoundingClientRect().width
            plain.remove()
            return [marked, width]
        })"""
    )
    return found


def test_letters_stay_joined_in_marked_words(looking: Looking) -> None:
    page = looking.at(QUERY)
    page.evaluate("document.fonts.ready")
    found = widths(page)
    assert len(found) > 3
    assert all(marked == pytest.approx(plain, abs=0.5) for marked, plain in found), found
