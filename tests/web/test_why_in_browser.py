"""Why something was found, in a real browser: words light what answers them, and are switched."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import Looking
from playwright.sync_api import Locator, Page, expect

QUERY = "/?q=ship+stuck+in+the+Suez+canal"

PAINTED = """() => [...(CSS.highlights.get("counterparts") ?? [])].map(range => range.toString().trim())"""
CLASSED = """() => [...document.querySelectorAll(".lit")].flatMap(one => one.matches(".answer")
    ? [...one.querySelectorAll("dt, .counterpart")] : [one]).map(one => one.textContent.trim())"""
WITHOUT_PAINT = "Object.defineProperty(window, 'Highlight', {value: undefined})"


def lit(page: Page, script: str = PAINTED) -> list[str]:
    found: list[str] = page.evaluate(script)
    return found


def word(page: Page, text: str) -> Locator:
    return page.locator(".words .word", has_text=re.compile(f"^{text}$"))


def belonging(page: Page, number: str, within: str = "#results") -> list[str]:
    """The texts that belong to a word of the query: the word, and what answers it, as the page has them."""
    found: list[str] = page.evaluate(
        """([number, within]) => {
            const has = one => (one.dataset.words ?? one.dataset.word).split(' ').includes(number)
            const words = [...document.querySelectorAll('.word')].filter(has)
            const inside = [...document.querySelector(within).querySelectorAll('.answer, mark[data-words]')]
            return [...words, ...inside.filter(has)].flatMap(one => one.matches('.answer')
                ? [...one.querySelectorAll('dt, .counterpart')] : [one]).map(one => one.textContent.trim())
        }""",
        [number, within],
    )
    return found


@pytest.mark.parametrize("way", ["hover", "focus"])
def test_a_word_lights_all_that_answer_it(looking: Looking, way: str) -> None:
    page = looking.at(QUERY)
    suez = word(page, "Suez")
    getattr(suez, way)()
    expected = belonging(page, suez.get_attribute("data-word") or "")
    assert {"Suez", "Suez canal", "کانال سوئز"} <= set(expected)
    assert sorted(lit(page)) == sorted(expected)


def test_a_mark_lights_its_word_and_what_else_answers_it_in_its_own_hit(looking: Looking) -> None:
    page = looking.at(QUERY)
    mark = page.locator("#hit-1 .sentence mark[data-words]").first
    mark.hover()
    [number] = (mark.get_attribute("data-words") or "").split()
    expected = belonging(page, number, "#hit-1")
    assert mark.inner_text() in expected
    assert sorted(lit(page)) == sorted(expected)
    assert len(expected) < len(belonging(page, number)), "other hits stay as they are"


def test_an_answer_is_reached_by_tab_and_lights_its_word(looking: Looking) -> None:
    page = looking.at(QUERY)
    page.locator("#hit-1 a.title").focus()
    while not page.evaluate("document.activeElement.matches('.answer')"):
        page.keyboard.press("Tab")
    asked = page.evaluate("document.activeElement.querySelector('dt').textContent.trim()")
    assert asked in lit(page)
    assert len(lit(page)) > 2


def test_what_is_lit_goes_dark_again(looking: Looking) -> None:
    page = looking.at(QUERY)
    word(page, "Suez").hover()
    assert lit(page)
    page.locator("h1.verdict").hover()
    assert lit(page) == []
    word(page, "Suez").hover()
    page.locator("[data-key=switch-dictionary]").press("Enter")
    page.wait_for_url("**without=dictionary*")
    assert lit(page) == [], "new results are not lit"


def test_words_are_lit_without_the_highlight_api_too(looking: Looking) -> None:
    page = looking.blank()
    page.add_init_script(WITHOUT_PAINT)
    page.goto(QUERY)
    suez = word(page, "Suez")
    suez.hover()
    assert sorted(lit(page, CLASSED)) == sorted(belonging(page, suez.get_attribute("data-word") or ""))
    paper = suez.evaluate("one => getComputedStyle(one).backgroundColor")
    page.locator("h1.verdict").hover()
    assert lit(page, CLASSED) == []
    assert suez.evaluate("one => getComputedStyle(one).backgroundColor") != paper


def test_ways_to_match_are_switched_by_a_click(looking: Looking) -> None:
    page = looking.at(QUERY)
    switch = page.locator("[data-key=switch-dictionary]")
    assert page.locator("mark.k-dictionary").count() > 0
    switch.click()
    page.wait_for_url("**without=dictionary*")
    assert page.locator("mark.k-dictionary").count() == 0
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    page.wait_for_function("() => !location.search.includes('without')")
    assert page.locator("mark.k-dictionary").count() > 0


def test_exact_words_are_one_click_away(looking: Looking) -> None:
    page = looking.at("/?q=کانال+سوئز")
    page.locator("[data-key=switch-exact]").click()
    page.wait_for_url("**exact=true*")
    kinds = {one.get_attribute("class") for one in page.locator("#results mark").all()}
    assert kinds == {"k-same"}
    assert page.locator(".hit a.title").count() > 0


def test_words_are_switched_off_and_on(looking: Looking) -> None:
    page = looking.at(QUERY)
    word(page, "ship").click()
    expect(page.locator(".words a.off")).to_have_text("ship")
    assert parse_qs(urlsplit(page.url).query)["off"] == ["ship"]
    assert "ship" not in page.locator(".answer dt").all_inner_texts()
    page.locator(".words a.off").click()
    expect(page.locator(".words a.off")).to_have_count(0)
    assert page.locator("#q").input_value() == "ship stuck in the Suez canal"


def test_the_passage_opens_below_its_sentence_and_stays_open_where_results_change_only_beside(
    looking: Looking,
) -> None:
    page = looking.at(QUERY)
    passage = page.locator("#hit-1 details.passage")
    passage.locator("summary").click()
    sentence = page.locator("#hit-1 > .sentence").inner_text()
    expect(passage.locator(".best")).to_have_text(sentence)
    page.locator("[data-key=switch-gloss]").click()
    page.wait_for_url("**gloss=false*")
    assert page.locator("#hit-1 details.passage").evaluate("one => one.open")


def test_meanings_stand_under_their_words_and_are_called_what_they_are(looking: Looking) -> None:
    page = looking.at(f"{QUERY}&languages=ar")
    gloss = page.locator("#hit-1 details.word-by-word")
    expect(gloss.locator(".note")).to_have_text(
        "Dictionary matches for single words. This is not a translation."
    )
    ruby = gloss.locator("ruby", has_text="السويس").first
    boxes = ruby.evaluate(
        "one => { const text = new Range(); text.selectNode(one.firstChild);"
        " return [text.getBoundingClientRect().bottom, one.querySelector('rt').getBoundingClientRect().top] }"
    )
    assert boxes[1] >= boxes[0] - 12, "the meaning is below the word"
    assert ruby.locator("rt").inner_text().casefold() == "suez"
    page.locator("[data-key=switch-gloss]").click()
    expect(page.locator("ruby")).to_have_count(0)
    assert page.locator(".hit").count() > 0
