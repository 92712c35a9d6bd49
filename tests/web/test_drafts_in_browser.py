"""Draft translations in a real browser: in place with a script, on a page of their own without one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Server
from browsing import Looking, violations, watching
from playwright.sync_api import Browser, Page, expect
from standing_in import model_in, module_in

QUERY = "/?q=ship+stuck+in+the+Suez+canal&languages=ar"
NOTE = "Draft by a machine. Check before you quote."
DRAFT = re.compile(r"aren: \d+ characters <b>")


@pytest.fixture(scope="module")
def drafting(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `hudhud serve` answers whose processes of translation run a stand-in."""
    folder = tmp_path_factory.mktemp("drafting")
    models = model_in(folder / "models", "aren")
    model_in(models, "faen", "refuses")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(module_in(folder)))
        server = Server(archive, folder / "log.txt", HUDHUD_TRANSLATION_MODELS=str(models))
    with server:
        server.wait_for((archive / "CURRENT").read_text(encoding="utf-8").strip())
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def looking(browser: Browser, drafting: str) -> Iterator[Looking]:
    with watching(browser, drafting) as looks:
        yield looks


def opened(looking: Looking, target: str = QUERY, **options: object) -> Page:
    """The page of results with the passage of the first one open."""
    page = looking.at(target, **options)
    page.locator(".passage summary").first.click()
    return page


def test_a_draft_comes_in_place_is_called_one_and_goes_again(looking: Looking) -> None:
    page = opened(looking)
    button = page.locator(".draft-of").first
    expect(button).to_have_attribute("aria-expanded", "false")
    address = page.url
    button.focus()
    page.keyboard.press("Space")
    draft = page.locator(".draft")
    expect(draft.locator(".note")).to_have_text(NOTE)
    text = draft.locator(".text")
    expect(text).to_have_text(DRAFT)
    assert [text.get_attribute(name) for name in ("lang", "dir", "translate")] == ["en", "ltr", "no"]
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(button).to_have_text("Draft translation")
    expect(button).to_be_focused()
    assert page.url == address
    page.keyboard.press("Enter")
    expect(draft).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")


def test_a_draft_is_announced_once(looking: Looking) -> None:
    page = opened(looking)
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => {
            const text = document.getElementById('said').textContent
            if (text) window.heard.push(text)
        }).observe(document.getElementById('said'), { childList: true }) }"""
    )
    page.locator(".draft-of").first.click()
    expect(page.locator("#said")).to_have_text(NOTE)
    assert page.evaluate("window.heard") == [NOTE]
    assert page.locator(".draft").first.evaluate("one => one.closest('[aria-live], [role=status]')") is None


def test_without_a_script_a_page_shows_the_draft(looking: Looking) -> None:
    page = opened(looking, java_script_enabled=False)
    page.locator(".draft-of").first.click()
    expect(page.locator(".draft .text")).to_have_text(DRAFT)
    expect(page.locator(".draft .note")).to_have_text(NOTE)
    expect(page.locator(".named").first).to_be_visible()


def test_a_draft_that_fails_is_told_in_its_place(looking: Looking) -> None:
    looking.watched.expected.append("500")
    page = opened(looking, "/?q=ship+stuck+in+the+Suez+canal&languages=fa")
    page.locator(".draft-of").first.click()
    expect(page.locator(".draft")).to_have_text("There is no draft of this passage.")
    expect(page.locator("#said")).to_have_text("There is no draft of this passage.")


@pytest.mark.parametrize(
    ("status", "told"), [(503, "The translator is busy. Try again in a few seconds."), (0, "No connection")]
)
def test_a_server_that_is_busy_or_gone_is_told(looking: Looking, status: int, told: str) -> None:
    looking.watched.expected += ["503", "ERR_FAILED"]
    page = opened(looking)
    page.route("**/translation?*", lambda route: route.fulfill(status=status) if status else route.abort())
    page.locator(".draft-of").first.click()
    expect(page.locator(".draft")).to_contain_text(told)


def test_other_results_have_drafts_of_their_own(looking: Looking) -> None:
    page = opened(looking)
    page.locator(".draft-of").first.click()
    expect(page.locator(".draft")).to_have_count(1)
    page.fill("#q", "tomb near Luxor")
    page.keyboard.press("Enter")
    expect(page.locator(".hit a.title").first).to_have_attribute("href", re.compile("tomb-"))
    expect(page.locator(".draft")).to_have_count(0)
    expect(page.locator(".draft-of").first).to_have_attribute("role", "button")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fa", "ar"])
def test_axe_finds_nothing(looking: Looking, language: str, colours: str, pictures: Path) -> None:
    page = opened(looking, locale=language, color_scheme=colours)
    page.locator(".draft-of").first.click()
    expect(page.locator(".draft .text")).to_have_text(DRAFT)
    page.screenshot(path=pictures / f"draft-{language}-{colours}.png", full_page=True)
    assert violations(page) == []
    article = looking.at("/article/canal-ar?draft=0#draft-0", locale=language, color_scheme=colours)
    expect(article.locator(".draft .text")).to_have_text(DRAFT)
    article.screenshot(path=pictures / f"draft-article-{language}-{colours}.png", full_page=True)
    assert violations(article) == []
