"""Narrowing in a real browser: values and months that are wanted or left out, pages, calendars."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import Looking
from playwright.sync_api import Locator, Page, expect

QUERY = "/?q=storm+at+sea&min_confidence=0"
STAYS = "window.isTheSamePage = true"


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def count(place: Locator) -> int:
    return int(place.locator(".count").inner_text())


def total(page: Page) -> int:
    """How many articles lie near: the last number that is told of them."""
    return int(re.findall(r"\d+", page.locator("p.total").inner_text())[-1])


def months(page: Page) -> Locator:
    return page.locator(".month")


def settled(page: Page, parameter: str) -> None:
    page.wait_for_function("name => new URLSearchParams(location.search).has(name)", arg=parameter)


def test_a_value_is_wanted_or_left_out_by_a_click_and_the_page_stays(looking: Looking) -> None:
    page = looking.at(QUERY)
    page.evaluate(STAYS)
    everything = total(page)
    arabic = page.locator("[data-key=want-language-ar]")
    among = count(arabic)
    assert 0 < among < everything
    arabic.click()
    settled(page, "languages")
    assert (asked(page)["languages"], total(page)) == (["ar"], among)
    assert {one.get_attribute("lang") for one in page.locator(".hit > .sentence").all()} == {"ar"}
    expect(page.locator("[data-key=want-language-ar]")).to_have_attribute("aria-current", "true")
    page.locator("[data-key=want-language-ar]").click()
    page.wait_for_function("() => !location.search.includes('languages')")
    page.locator("[data-key=omit-language-ar]").click()
    settled(page, "not.languages")
    assert total(page) == everything - among
    assert "ar" not in {one.get_attribute("lang") for one in page.locator(".hit > .sentence").all()}
    page.locator(".reset a").click()
    page.wait_for_function("() => !location.search.includes('not.languages')")
    assert total(page) == everything
    assert page.evaluate("window.isTheSamePage"), "no page was loaded anew"


def test_sources_and_further_fields_are_left_out_likewise(looking: Looking) -> None:
    page = looking.at(QUERY)
    source = page.locator("[data-key='omit-source-روزنامه پیام']")
    source.click()
    settled(page, "not.sources")
    assert "روزنامه پیام" not in page.locator(".hit .source").all_inner_texts()
    page.locator("[data-key='want-meta.section-world']").click()
    settled(page, "meta.section")
    assert asked(page)["not.sources"] == ["روزنامه پیام"], "both count"
    assert page.locator(".hit").count() == total(page) > 0


def test_months_are_chosen_by_dragging_across_them(looking: Looking) -> None:
    page = looking.at(QUERY)
    bars = months(page)
    first, last = bars.nth(3), bars.nth(6)
    expected = [first.get_attribute("data-first"), last.get_attribute("data-last")]
    start, end = first.bounding_box(), last.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 30, steps=5)
    assert page.locator(".month.chosen").count() == 4
    page.mouse.up()
    settled(page, "from")
    assert [asked(page)["from"][0], asked(page)["to"][0]] == expected
    assert page.locator(".days input[name=from]").input_value() == expected[0]
    page.locator(".months a", has_text="All days").click()
    page.wait_for_function("() => !location.search.includes('from')")


def test_a_drag_may_end_beside_the_months_and_the_next_click_counts(looking: Looking) -> None:
    page = looking.at(QUERY)
    bars = months(page)
    places = [bars.nth(number).bounding_box() for number in (4, 5)]
    assert all(places)
    there, beside = ((box["x"] + box["width"] / 2, box["y"] + 20) for box in places if box)
    page.mouse.move(*there)
    page.mouse.down()
    page.mouse.move(*beside)
    page.mouse.move(beside[0], beside[1] + 300)
    page.mouse.up()
    settled(page, "from")
    page.locator("[data-key=want-language-ar]").click()
    settled(page, "languages")


@pytest.mark.parametrize(("language", "ahead"), [("en", "ArrowRight"), ("fa", "ArrowLeft")])
def test_months_are_chosen_by_keys(looking: Looking, language: str, ahead: str) -> None:
    page = looking.at(QUERY, locale=language)
    bars = months(page)
    assert [one.get_attribute("tabindex") for one in bars.all()].count("0") == 1
    bars.first.focus()
    page.keyboard.press(ahead)
    expect(bars.nth(1)).to_be_focused()
    page.keyboard.press(f"Shift+{ahead}")
    page.keyboard.press(f"Shift+{ahead}")
    expect(bars.nth(3)).to_be_focused()
    assert page.locator(".month.chosen").count() == 3
    expected = [bars.nth(1).get_attribute("data-first"), bars.nth(3).get_attribute("data-last")]
    page.keyboard.press("Enter")
    settled(page, "from")
    assert [asked(page)["from"][0], asked(page)["to"][0]] == expected
    months(page).first.focus()
    page.keyboard.press("End")
    expect(months(page).last).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "last => location.search.includes(last)", arg=months(page).last.get_attribute("data-first")
    )


def test_days_are_chosen_in_the_form(looking: Looking) -> None:
    page = looking.at(QUERY)
    page.fill(".days input[name=from]", "2025-09-01")
    page.fill(".days input[name=to]", "2025-10-31")
    page.locator(".days button").click()
    settled(page, "to")
    days = [one.get_attribute("datetime") or "" for one in page.locator(".hit .line time").all()]
    assert days
    assert all("2025-09-01" <= day <= "2025-10-31" for day in days)


def test_pages_follow_each_other_and_back_goes_back(looking: Looking) -> None:
    page = looking.at(f"{QUERY}&limit=4")
    first = page.locator(".hit a.title").all_inner_texts()
    page.locator("a[rel=next]").click()
    settled(page, "cursor")
    second = page.locator(".hit a.title").all_inner_texts()
    assert not set(first) & set(second)
    assert page.locator(".hit").first.get_attribute("id") == "hit-5"
    page.go_back()
    expect(page.locator("#hit-1")).to_be_visible()
    assert page.locator(".hit a.title").all_inner_texts() == first


@pytest.mark.parametrize(
    ("language", "calendar", "day"),
    [
        ("en", "jalali", "24 Shahrivar 1404 (15 September 2025)"),
        ("en", "hijri", "23 Rabi I 1447 (15 September 2025)"),
        (
            "fa",
            "jalali",
            "\u06f2\u06f4 شهریور \u06f1\u06f4\u06f0\u06f4 (\u06f1\u06f5 سپتامبر \u06f2\u06f0\u06f2\u06f5)",
        ),
    ],
)
def test_a_calendar_is_chosen_at_the_foot_of_the_page(
    looking: Looking, language: str, calendar: str, day: str
) -> None:
    page = looking.at("/?q=Suez+canal&languages=ar", locale=language)
    page.select_option(".settings select[name=calendar]", calendar)
    when = page.locator(".hit .when").first
    expect(when).to_contain_text("(")
    assert " ".join(when.inner_text().split()) == day
    assert page.locator(".hit time").first.get_attribute("datetime") == "2025-09-15"
    assert parse_qs(urlsplit(page.url).query)["languages"] == ["ar"], "the search stays"
