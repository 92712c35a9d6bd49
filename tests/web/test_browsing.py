"""The browser sees what it must: complaints of the console, requests to others, faults that axe knows."""

import re

import pytest
from browsing import Looking, violations, watching
from looking import REQUIRED, require_chromium
from playwright.sync_api import Browser


def test_what_the_server_serves_is_seen(looking: Looking) -> None:
    page = looking.at("/healthz")
    assert page.inner_text("body") == '{"status":"ok"}'
    assert looking.watched.requests[0] == f"{looking.watched.origin}/healthz"


MOMENT = 200
"""Milliseconds after which a page has said what it says."""


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "error: broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("fetch('https://far.example/').catch(() => {})", "another host: https://far.example/"),
    ],
)
def test_what_goes_wrong_fails_the_test(browser: Browser, origin: str, script: str, complaint: str) -> None:
    def look() -> None:
        with watching(browser, origin) as looking:
            page = looking.blank()
            page.set_content(f"<script>{script}</script>")
            page.wait_for_timeout(MOMENT)

    with pytest.raises(AssertionError, match=re.escape(complaint)):
        look()


def test_what_a_test_provokes_does_not_fail_it(looking: Looking) -> None:
    looking.watched.expected.append("broken on purpose")
    looking.blank().set_content("<script>console.error('broken on purpose')</script>")
    assert looking.watched.wrong == []


def test_axe_sees_what_is_not_accessible(looking: Looking) -> None:
    page = looking.blank()
    page.set_content("<title>t</title><html lang=en><main><h1>h</h1><img src='data:,'></main></html>")
    assert [line.split(":")[0] for line in violations(page)] == ["image-alt"]


def test_a_missing_browser_is_told_or_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="Chromium is not installed"):
        require_chromium()
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(AssertionError, match="apt-get install chromium"):
        require_chromium()
