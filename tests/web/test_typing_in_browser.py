"""Typing in a real browser: suggestions, results as one pauses, keys alone, what a screen reader is told."""

import re
from urllib.parse import parse_qs, urlsplit

from browsing import Looking
from playwright.sync_api import Locator, Page, expect

QUERY = "ship stuck in the Suez canal"
RESULTS = f"/?q={QUERY.replace(' ', '+')}"


def box(page: Page) -> Locator:
    return page.locator("#q")


def options(page: Page) -> Locator:
    return page.locator("#suggestions [role=option]")


def chosen(page: Page) -> list[str | None]:
    return [one.get_attribute("aria-selected") for one in options(page).all()]


def suggested(looking: Looking, text: str) -> Page:
    """A page with suggestions for a beginning that was typed."""
    page = looking.at("/")
    box(page).press_sequentially(text)
    expect(options(page).first).to_be_visible()
    return page


def focused(page: Page, attribute: str = "id") -> str | None:
    found: str | None = page.evaluate("name => document.activeElement.getAttribute(name)", attribute)
    return found


def asked(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("q", [""])[0]


def test_suggestions_are_a_list_of_a_combobox_and_nothing_is_chosen_by_itself(looking: Looking) -> None:
    page = suggested(looking, "canal")
    told = {
        name: box(page).get_attribute(name)
        for name in ("role", "aria-expanded", "aria-controls", "aria-autocomplete", "aria-activedescendant")
    }
    assert told == {
        "role": "combobox",
        "aria-expanded": "true",
        "aria-controls": "suggestions",
        "aria-autocomplete": "list",
        "aria-activedescendant": None,
    }
    assert page.locator("#suggestions").get_attribute("role") == "listbox"
    assert options(page).locator("bdi").all_inner_texts() == ["کانال", "قناة"]
    assert options(page).locator(".means").all_inner_texts() == ["canal", "canal"]
    assert chosen(page) == ["false", "false"]


def test_arrows_choose_a_suggestion_and_enter_takes_it(looking: Looking) -> None:
    page = suggested(looking, "canal")
    page.keyboard.press("ArrowUp")
    assert (chosen(page), box(page).get_attribute("aria-activedescendant")) == (
        ["false", "true"],
        "suggestion-1",
    )
    page.keyboard.press("ArrowDown")
    assert chosen(page) == ["true", "false"]
    assert box(page).input_value() == "canal", "what is typed stays until a suggestion is taken"
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("کانال ")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(box(page)).to_be_focused()
    page.wait_for_url(lambda _: asked(page).strip() == "کانال")
    expect(page.locator("article.hit").first).to_be_visible()


def test_a_suggestion_is_taken_by_a_click(looking: Looking) -> None:
    page = suggested(looking, "canal")
    options(page).nth(1).click()
    expect(box(page)).to_have_value("قناة ")
    expect(box(page)).to_be_focused()


def test_escape_closes_suggestions_and_keeps_what_was_typed(looking: Looking) -> None:
    page = suggested(looking, "canal")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    assert (box(page).input_value(), box(page).get_attribute("aria-activedescendant")) == ("canal", None)
    expect(box(page)).to_be_focused()


def test_enter_searches_for_what_was_typed_where_nothing_is_chosen(looking: Looking) -> None:
    page = suggested(looking, "canal")
    page.keyboard.press("Enter")
    expect(page.locator("article.hit").first).to_be_visible()
    assert asked(page) == "canal"
    expect(page.locator("#suggestions")).to_be_hidden()


def test_results_come_as_one_pauses_and_back_leaves_them_all(looking: Looking) -> None:
    page = looking.at("/")
    box(page).press_sequentially("ferries collided")
    expect(page.locator("article.hit").first).to_be_visible()
    assert asked(page) == "ferries collided"
    box(page).press_sequentially(" in Istanbul")
    page.wait_for_url("**Istanbul*")
    assert box(page).input_value() == "ferries collided in Istanbul"
    expect(box(page)).to_be_focused()
    page.go_back()
    expect(page.locator(".welcome")).to_be_visible()
    assert (box(page).input_value(), page.title()) == ("", "Hudhud")


def test_results_are_announced_with_their_verdict_and_count(looking: Looking) -> None:
    looking.watched.expected.append("422")
    page = looking.at("/")
    said = page.locator("#said")
    assert (said.get_attribute("role"), said.get_attribute("aria-live")) == ("status", "polite")
    box(page).fill(QUERY)
    page.keyboard.press("Enter")
    expect(said).to_have_text(
        re.compile(r"^Clear match\. Articles that may answer: \d+, of \d+ that lie near\.$")
    )
    box(page).fill("!!")
    page.keyboard.press("Enter")
    expect(said).to_have_text("This cannot be searched")


def test_focus_stays_where_results_change(looking: Looking) -> None:
    page = looking.at(RESULTS)
    names = ("switch-dictionary", "Order-newest", "want-language-ar", "word-0")
    for name in names:
        place = page.locator(f"[data-key={name}]")
        place.focus()
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=before)
        assert focused(page, "data-key") == name
        page.go_back()
        page.wait_for_function("before => location.href === before", arg=before)
        expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")


def test_focus_goes_to_the_results_where_its_place_is_gone(looking: Looking) -> None:
    page = looking.at(f"{RESULTS}&languages=ar")
    page.locator(".reset a").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => !location.search.includes('languages')")
    assert focused(page) == "main"


def test_the_page_is_used_without_a_mouse(looking: Looking) -> None:
    page = looking.at(RESULTS)
    titles = page.locator(".hit a.title")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    assert page.evaluate("getSelection().toString()") == QUERY, "what is there is typed over"
    page.keyboard.press("ArrowDown")
    expect(titles.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/article/canal-*")
    expect(page.locator("article.whole h1")).to_be_visible()


def test_keys_are_letters_in_the_box(looking: Looking) -> None:
    page = looking.at("/")
    page.keyboard.type("c/?")
    assert box(page).input_value() == "c/?"
    expect(page.locator("dialog#keys")).to_be_hidden()


def test_a_question_mark_shows_the_keys_and_escape_closes_them(looking: Looking) -> None:
    page = looking.at(RESULTS)
    page.locator(".hit a.title").first.focus()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("c")
    assert page.locator("#said").inner_text() == "", "keys do nothing while they are shown"
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    expect(page.locator(".hit a.title").first).to_be_focused()


def test_a_letter_copies_the_link_of_the_search(looking: Looking) -> None:
    page = looking.at(RESULTS, permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("c")
    expect(page.locator("#said")).to_have_text("The link is copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
