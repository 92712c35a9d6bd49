"""A real Chromium that looks at a real server: what goes wrong in it, and what it asks of other hosts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

SECONDS = 60.0
"""What a page waits for at most, which never takes as long."""

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_WRONG = frozenset({"error", "warning", "assert"})
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_ALL: Mapping[str, Any] = {"type": "tag", "values": list(_RULES)}
_OF_COLOURS = "color-contrast"


@dataclass
class Watched:
    """What browsers say that look at one server. It has no slots: Playwright leaves something on it.

    Attributes:
        origin: of the server.
        wrong: errors and warnings on the console, exceptions, dialogs, and requests to anybody else.
        requests: the addresses that were asked for, in order.
        expected: parts of lines on the console that a test provokes.
    """

    origin: str
    wrong: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def look_at(self, context: BrowserContext) -> None:
        """Listen to all pages of a context."""
        context.on("console", self._said)
        context.on("weberror", lambda error: self._complain(f"exception: {error.error}"))
        context.on("request", self._asked)
        context.on("dialog", self._opened)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in _WRONG:
            self._complain(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _opened(self, dialog: Dialog) -> None:
        self._complain(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _complain(self, line: str) -> None:
        if not any(part in line for part in self.expected):
            self.wrong.append(line)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.requests.append(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.wrong.append(f"a request to another host: {request.url}")


@dataclass(frozen=True, slots=True)
class Looking:
    """A browser that looks at one server. Each page has a context of its own: no cookie, nothing stored."""

    browser: Browser
    watched: Watched

    def at(self, target: str = "/", **options: Any) -> Page:  # noqa: ANN401 (as Playwright has them)
        """The page at a target, loaded; `options` are those of a browser's context."""
        page = self.blank(**options)
        page.goto(target)
        return page

    def blank(self, **options: Any) -> Page:  # noqa: ANN401 (as Playwright has them)
        """An empty page, to which targets are those of the server."""
        given: Mapping[str, Any] = {"locale": "en-GB", "timezone_id": "UTC", **options}
        context = self.browser.new_context(base_url=self.watched.origin, **given)
        context.set_default_timeout(SECONDS * 1000)
        self.watched.look_at(context)
        return context.new_page()


@contextmanager
def chromium_of(program: Path) -> Iterator[Browser]:
    """A browser with nothing remembered, which reports to nobody."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watching(browser: Browser, origin: str) -> Iterator[Looking]:
    """Look at a server; fails in the end if anything went wrong, or anybody else was asked."""
    looking = Looking(browser, Watched(origin))
    try:
        yield looking
    finally:
        for context in browser.contexts:
            context.close()
    assert not looking.watched.wrong, "\n".join(looking.watched.wrong)


def violations_by_day_and_night(page: Page) -> list[str]:
    """What axe-core finds in light colours, and of contrast in dark ones: nothing else depends on them."""
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {line}" for line in violations(page, {"type": "rule", "values": [_OF_COLOURS]})]


def violations(page: Page, asked: Mapping[str, Any] = _ALL) -> list[str]:
    """What axe-core finds in a page as it stands: the rule and the element of each.

    Args:
        page: that is looked at.
        asked: which rules, as axe-core takes them.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    options = {"runOnly": asked, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['html'][:160]} — {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
