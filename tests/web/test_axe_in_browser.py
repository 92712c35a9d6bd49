"""axe-core finds nothing in any state of the page, light and dark, in both directions.

States of a server that fails, or that asks for a key, are held against it in `test_failing_in_browser.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsing import Looking, violations_by_day_and_night
from playwright.sync_api import Page, expect

QUERY = "/?q=ship+stuck+in+the+Suez+canal&limit=2"


def nothing(page: Page) -> None:
    """As it is opened."""


def suggest(page: Page) -> None:
    page.locator("#q").press_sequentially("canal")
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions [aria-selected=true]")).to_be_visible()


def help_with_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()


def hover(page: Page) -> None:
    page.locator(".words .word").first.hover()
    page.locator("details.passage summary").first.click()


def save(page: Page) -> None:
    page.locator("button.save").click()
    page.goto("/saved")


def jump(page: Page) -> None:
    page.keyboard.press("n")


@dataclass(frozen=True, slots=True)
class State:
    """A page, and what somebody does on it; what the browser itself says on its console of its answer."""

    target: str
    then: Callable[[Page], None] = nothing
    complaint: str = "nothing is said"


STATES = {
    "start": State("/"),
    "suggestions": State("/?limit=2", suggest),
    "results": State(QUERY, hover),
    "meanings off": State(f"{QUERY}&gloss=false&ui=en", help_with_keys),
    "stories": State(f"{QUERY}&stories=true"),
    "narrowed": State(f"{QUERY}&not.languages=fa&from=2025-01-01&sort=newest&exact=true&off=ship"),
    "doubtful": State("/?q=how+do+penguins+knit&limit=2"),
    "nothing": State("/?q=%22zzqqxx%22"),
    "article": State("/article/canal-ar?q=Suez+canal&at=0-100", jump),
    "saved": State(QUERY, save),
    "none saved": State("/saved"),
    "queries": State("/queries"),
    "answered queries": State("/queries?list=Suez+canal%0A!!%0Ahow+do+penguins+knit"),
    "bad filter": State("/?q=war&lang=fa", complaint="422"),
    "no article": State("/article/none", complaint="404"),
    "no page": State("/nowhere", complaint="404"),
    "settings": State("/settings"),
}


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(looking: Looking, name: str, language: str, pictures: Path) -> None:
    state = STATES[name]
    looking.watched.expected.append(state.complaint)
    page = looking.at(state.target, locale=language)
    state.then(page)
    picture = f"{name.replace(' ', '-')}-{language}"
    found = violations_by_day_and_night(page)
    page.screenshot(path=pictures / f"{picture}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.screenshot(path=pictures / f"{picture}-light.png", full_page=True)
    assert found == []


def test_a_page_of_two_columns_fits_a_phone(looking: Looking, pictures: Path) -> None:
    page = looking.at(QUERY, viewport={"width": 360, "height": 740}, locale="fa")
    page.screenshot(path=pictures / "results-fa-phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations_by_day_and_night(page) == []
