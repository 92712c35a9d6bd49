"""Hostile articles, queries, addresses and lists in a real browser: nothing runs, nobody else is asked.

The harness fails a test where a dialog opens, the console complains, or another host is asked.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from asking import Server
from browsing import Looking, watching
from hostile_archive import ARTICLES, EVIL, META, WAYS_OUT
from playwright.sync_api import Browser, Page, expect

from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import InMemory
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout

SEARCH = "/?q=drones+nuclear+plant&min_confidence=0"
PLANTED = (
    "img[src='x'], svg[onload], iframe, meta[http-equiv], [onclick], [onfocus], [onmouseover], [onerror]"
)
OWN = "link => link.protocol.startsWith('http')"
NAMES = ("q", "off", "list", "languages", "not.meta.author", "sort", "from", "cursor", "at", "ui", EVIL)


@pytest.fixture(scope="module")
def hostile_origin(
    model: Model, encoder: Encoder, seed_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where a server answers from articles that are all hostile."""
    layout = Layout(tmp_path_factory.mktemp("hostile"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(InMemory(ARTICLES), layout, model, encoder, options=Options(meta=META))
    with Server(layout.folder, tmp_path_factory.mktemp("served") / "log.txt") as server:
        server.wait_for(layout.live().name)
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def looking(browser: Browser, hostile_origin: str) -> Iterator[Looking]:
    with watching(browser, hostile_origin) as looks:
        yield looks


def is_harmless(page: Page) -> None:
    assert page.locator(PLANTED).count() == 0
    scripts = page.locator("script").evaluate_all(
        "all => all.map(one => one.getAttribute('src') ?? one.text)"
    )
    assert [one for one in scripts if not one.startswith("/static/")] == []
    odd = page.locator("a").evaluate_all(f"all => all.filter(one => !({OWN})(one)).map(one => one.href)")
    assert odd == []
    assert "49" not in page.locator("main").inner_text()


def test_results_show_hostile_articles_as_they_are(looking: Looking) -> None:
    page = looking.at(f"{SEARCH}&limit=20")
    titles = page.locator(".hit a.title")
    assert {" ".join(way.split()) for way in WAYS_OUT} <= {
        " ".join(title.split()) for title in titles.all_text_contents()
    }
    is_harmless(page)
    page.locator("details.passage summary").first.click()
    for place in page.locator(":is(.hit mark, .answer, .choice a, a.source):visible").all()[:30]:
        place.hover()
    page.locator("[data-key=switch-stories]").click()
    page.wait_for_url("**stories=true*")
    is_harmless(page)


def test_hostile_articles_are_read_and_saved(looking: Looking) -> None:
    page = looking.at(f"{SEARCH}&limit=20")
    addresses = [one.get_attribute("href") or "" for one in page.locator(".hit a.title").all()]
    for address in addresses:
        page.goto(address)
        expect(page.locator("article.whole")).to_be_visible()
        is_harmless(page)
        page.keyboard.press("n")
    page.goto(f"/?{urlencode({'q': f'drones {EVIL}', 'meta.author': EVIL})}")
    page.locator("button.save").click()
    page.goto("/saved")
    assert page.locator("#saved-list a").first.text_content() == f"drones {EVIL}"
    is_harmless(page)


def test_values_of_hostile_articles_are_wanted_and_left_out(looking: Looking) -> None:
    page = looking.at(SEARCH)
    page.locator(".choice", has_text=EVIL).first.locator(".want").click()
    page.wait_for_url("**sources=*")
    assert page.locator(".hit a.title").all_text_contents() == [EVIL]
    is_harmless(page)


def test_hostile_words_are_typed_and_suggested(looking: Looking) -> None:
    page = looking.at("/")
    page.locator("#q").press_sequentially("drones <img src=x onerror=alert(1)>")
    expect(page.locator(".words")).to_contain_text("<img src=x onerror=alert(1)>")
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially("ale")
    page.wait_for_function("() => !document.querySelector('#suggestions').hidden")
    is_harmless(page)


@pytest.mark.parametrize(
    "path", ["/", "/queries", "/article/none", "/saved", "/sign-in", "/nowhere", "/settings"]
)
def test_hostile_addresses_are_shown_as_they_are(looking: Looking, path: str) -> None:
    looking.watched.expected.append("Failed to load resource")
    page = looking.blank()
    for name in NAMES:
        page.goto(f"{path}?{urlencode({'q': 'drones', name: EVIL, 'next': 'javascript:alert(1)'})}")
        is_harmless(page)
    page.goto(f"/article/{quote(EVIL, safe='')}")
    is_harmless(page)


def test_a_list_of_saved_searches_that_somebody_changed_leads_nowhere_else(looking: Looking) -> None:
    wrong = ["javascript:alert(1)", "//evil.example/", "/\\evil.example/", "https://evil.example/", "/%", 7]
    kept = [{"query": EVIL, "address": address, "feed": "javascript:alert(2)"} for address in wrong]
    kept.append({"query": EVIL, "address": f"/?q={quote(EVIL)}", "feed": "//evil.example/v1/"})
    page = looking.at("/saved")
    page.evaluate("kept => localStorage.setItem('hudhud-saved', kept)", json.dumps([*kept, None, "x"]))
    page.reload()
    links = page.locator("#saved-list a")
    hosts = links.evaluate_all("all => all.map(one => one.origin === location.origin)")
    assert hosts
    assert all(hosts)
    is_harmless(page)
    page.evaluate("localStorage.setItem('hudhud-saved', '{')")
    page.reload()
    expect(page.locator("#saved-none")).to_be_visible()
