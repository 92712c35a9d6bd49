"""The page in a real browser is light, there after few round trips, and answers every interaction at once."""

import gzip
from collections.abc import Sequence

from browsing import Looking
from playwright.sync_api import Page, Response, expect

QUERY = "/?q=ship+stuck+in+the+Suez+canal"
MOST_BYTES = 300_000
FIRST_WINDOW = 10 * 1460
"""Bytes that a server sends before it hears from the browser: ten segments (RFC 6928)."""

MOST_TRIPS = 3
SLOWEST = 1000.0
"""Milliseconds to the next paint, on a machine on which much else runs; alone it is some tens."""

WATCH = """
window.slow = []
new PerformanceObserver(list => {
    for (const one of list.getEntries()) if (one.interactionId) window.slow.push([one.name, one.duration])
}).observe({type: 'event', durationThreshold: 16, buffered: true})
"""
BLOCKING = """() => performance.getEntriesByType('resource')
    .filter(one => one.renderBlockingStatus === 'blocking').map(one => one.name)"""


def loaded(looking: Looking, target: str) -> tuple[Page, dict[str, Response]]:
    """A page and all answers that it took, by their addresses."""
    page = looking.blank()
    answers: dict[str, Response] = {}

    def keep(answer: Response) -> None:
        answers[answer.url] = answer

    page.on("response", keep)
    page.goto(target)
    page.wait_for_load_state("networkidle")
    return page, answers


def windows(bytes_sent: int) -> int:
    """Round trips that so many bytes take on a fresh connection, whose window doubles with each."""
    trips, sent, window = 0, 0, FIRST_WINDOW
    while sent < bytes_sent:
        trips, sent, window = trips + 1, sent + window, 2 * window
    return trips


def on_the_way(answers: Sequence[Response]) -> int:
    """The bytes of some answers as they were sent."""
    return sum(int(answer.headers["content-length"]) for answer in answers)


def test_the_page_is_light(looking: Looking) -> None:
    _, answers = loaded(looking, QUERY)
    sizes = {url: len(answer.body()) for url, answer in answers.items()}
    assert sum(sizes.values()) < MOST_BYTES, sizes
    assert any(url.endswith(".woff2") for url in sizes)


def test_results_are_painted_after_three_round_trips(looking: Looking) -> None:
    page, answers = loaded(looking, QUERY)
    document = answers[page.url]
    assert document.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(document.body(), 6, mtime=0)) == on_the_way([document])
    blocking = page.evaluate(BLOCKING)
    assert [url.rpartition("/")[2] for url in blocking] == ["page.css"]
    connecting, styles = 1, windows(on_the_way([answers[url] for url in blocking]))
    assert connecting + windows(on_the_way([document])) + styles <= MOST_TRIPS


def test_the_next_paint_comes_at_once_on_fifty_results(looking: Looking) -> None:
    page = looking.blank()
    page.add_init_script(WATCH)
    page.goto(f"{QUERY}&limit=50&min_confidence=0")
    assert page.locator(".hit").count() >= 30
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.locator("details.passage summary").first.click()
    page.locator("details.passage summary").last.click()
    page.locator(".answer").first.click()
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    page.locator("[data-key=switch-gloss]").click()
    page.wait_for_url("**gloss=false*")
    page.locator("#q").press("End")
    page.locator("#q").press_sequentially(" ship")
    page.wait_for_url("**canal+ship*")
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    page.evaluate("() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    found = page.evaluate("window.slow")
    assert found, "interactions are seen"
    assert max(duration for _, duration in found) < SLOWEST, found
