"""What a real browser shows when the server ends, is busy, waits for its first index, or asks for a key.

Each of these pages is held against axe too, here where it can be had.
"""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import filelock
from asking import Server, free_port
from browsing import Looking, violations_by_day_and_night, watching
from playwright.sync_api import Browser, Page, expect

from search_api.serving.keys import KeyFile, Scope

QUERY = "/?q=Suez+canal"
LOST = "Failed to load resource"
"""What a browser itself says on its console of a request that was refused or lost."""

PATIENTLY = 60_000
"""Milliseconds that a page may take to ask again, and a server to start."""


@contextmanager
def served(browser: Browser, index: Path, log: Path, **environment: str) -> Iterator[Looking]:
    """A browser before a server of its own, which answers in some way."""
    with (
        Server(index, log, port=None, **environment) as server,
        watching(browser, f"http://127.0.0.1:{server.port}") as looks,
    ):
        looks.watched.expected.append(LOST)
        while server.ready()[0] == 0:
            assert not server.has_ended, log.read_text(encoding="utf-8")
        yield looks


def typed(page: Page, text: str) -> None:
    page.locator("#q").fill(text)
    page.keyboard.press("Enter")


def test_a_server_that_ends_in_the_middle_of_a_search_is_told_and_waited_for(
    browser: Browser, archive: Path, tmp_path: Path
) -> None:
    port = free_port()
    with watching(browser, f"http://127.0.0.1:{port}") as looks:
        looks.watched.expected.append(LOST)
        with Server(archive, tmp_path / "first.txt", port=port) as first:
            first.wait_for((archive / "CURRENT").read_text(encoding="utf-8").strip())
            page, start = looks.at(QUERY), looks.at("/")
            os.kill(first.process, signal.SIGSTOP)
            typed(page, "tomb near Luxor")
            expect(page.locator("main")).to_have_attribute("aria-busy", "true")
            os.kill(first.process, signal.SIGKILL)
            told = page.locator(".offline")
            expect(told).to_contain_text("No connection to the server")
            expect(told).to_contain_text("The results below are from before")
            expect(page.locator("#said")).to_have_text("No connection to the server")
            expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
            assert page.locator(".hit").count() > 0
            assert page.locator("#q").input_value() == "tomb near Luxor"
            assert violations_by_day_and_night(page) == []
            typed(start, "Suez canal")
            expect(start.locator(".offline")).to_contain_text("Your search is sent again")
        with Server(archive, tmp_path / "second.txt", port=port):
            page.wait_for_url("**Luxor*", timeout=PATIENTLY)
            expect(page.locator(".offline")).to_have_count(0)
            best = page.locator(".hit a.title").first
            expect(best).to_have_attribute("href", re.compile("^/article/tomb-"))
            expect(start.locator(".hit").first).to_be_visible(timeout=PATIENTLY)


def test_a_busy_server_is_asked_again(browser: Browser, archive: Path, tmp_path: Path) -> None:
    target = f"{QUERY}&ui=ar&limit=1"
    with served(browser, archive, tmp_path / "log.txt", HUDHUD_REQUESTS_PER_MINUTE="1") as looks:
        page = looks.at(target)
        while not page.locator(".state-busy").count():
            page.goto(target)
        assert page.locator("#results a.button").get_attribute("href") == target
        with page.expect_request(lambda one: "hudhud-fragment" in one.headers, timeout=PATIENTLY):
            assert violations_by_day_and_night(page) == []


def test_a_first_index_is_waited_for_also_where_its_build_was_killed(
    browser: Browser, archive: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    (index / "generations" / ".draft-1").mkdir(parents=True)
    lock = filelock.FileLock(index / ".lock")
    lock.acquire()
    with served(browser, index, tmp_path / "log.txt") as looks:
        page = looks.at(QUERY)
        expect(page.locator("h1")).to_have_text("The index is being built")
        assert violations_by_day_and_night(page) == []
        lock.release()
        expect(page.locator("h1")).to_have_text("Nothing is indexed yet", timeout=PATIENTLY)
        expect(page.locator("#results")).to_contain_text("makes one with “hudhud reindex”")
        assert violations_by_day_and_night(page) == []
        for made in archive.glob("generations/0*"):
            shutil.copytree(made, index / "generations" / made.name)
        shutil.copy(archive / "CURRENT", index / "CURRENT.new")
        (index / "CURRENT.new").rename(index / "CURRENT")
        expect(page.locator(".hit").first).to_be_visible(timeout=PATIENTLY)


def test_signing_in_and_out_keeps_the_language_of_the_address(
    browser: Browser, archive: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    _, key = KeyFile(keys).create("newsroom", [Scope.SEARCH])
    with served(browser, archive, tmp_path / "log.txt", HUDHUD_KEYS=str(keys)) as looks:
        page = looks.at(f"{QUERY}&ui=fa")
        assert violations_by_day_and_night(page) == []
        page.locator("#results a.button").click()
        expect(page.locator("#key")).to_be_focused()
        assert page.locator("html").get_attribute("lang") == "fa"
        assert violations_by_day_and_night(page) == []
        page.fill("#key", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#sign-in-wrong")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == "fa"
        assert violations_by_day_and_night(page) == []
        page.fill("#key", key)
        page.keyboard.press("Enter")
        expect(page.locator(".hit").first).to_be_visible()
        assert parse_qs(urlsplit(page.url).query) == {"q": ["Suez canal"], "ui": ["fa"]}
        page.locator(".places a[href^='/sign-out']").click()
        assert page.locator("html").get_attribute("lang") == "fa"
        assert violations_by_day_and_night(page) == []
        page.locator("form.signing button").click()
        page.wait_for_url("**/sign-in*")
        assert page.locator("html").get_attribute("lang") == "fa"
