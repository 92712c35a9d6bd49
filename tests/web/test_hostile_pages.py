"""Titles, texts and queries that would like to be HTML or scripts: they are shown, and do nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_archive import ARTICLES, EVIL, META
from reading import Browser, browsing

import search_api.serving.loading
from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import InMemory
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from search_api.serving.live import Live
from search_api.serving.opening import Opener


@pytest.fixture(scope="module")
def hostile(
    model: Model, encoder: Encoder, seed_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    layout = Layout(tmp_path_factory.mktemp("hostile"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(InMemory(ARTICLES), layout, model, encoder, options=Options(meta=META))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
        opened = Live(layout, Opener(None, None))
    yield opened
    opened.close()


@pytest.fixture
def browser(hostile: Live) -> Iterator[Browser]:
    with browsing(hostile) as opened:
        yield opened


def is_harmless(browser: Browser, address: str) -> None:
    page = browser.open(address)
    assert "<img src=x" not in page.answer.text
    assert "<script>" not in page.answer.text
    assert "49" not in page.text("main")
    assert not [one for one in page.root.iter() for name in one.attrib if name.startswith("on")]
    links = [one.get("href") for one in page.root.iter("a")]
    assert all(link.startswith(("/", "#", "https://")) for link in links)


def test_an_article_is_shown_as_it_is(browser: Browser) -> None:
    for options in ("", "&gloss=true", "&collapse=true"):
        is_harmless(browser, f"/?q=drones+nuclear{options}")
    page = browser.open("/?q=drones+nuclear")
    [title] = [one for one in page.all("a.title") if one.text_content() == EVIL]
    assert any(EVIL in one.text_content() for one in page.all("p.sentence"))
    assert page.all("a.source") == [], "no address of the web"
    address = title.get("href")
    is_harmless(browser, address)
    article = browser.open(address)
    assert article.answer.status_code == 200
    assert EVIL in article.text("h1")
    assert len(article.all("mark")) > 0


@pytest.mark.parametrize("path", ["/", "/queries", "/article/none"])
def test_a_query_is_shown_as_it_is(browser: Browser, path: str) -> None:
    for name in ("q", "off", "list", "languages", "not.meta.author", "sort", "from", "cursor", "at", EVIL):
        address = str(browser.client.build_request("GET", path, params={"q": "drones", name: EVIL}).url)
        is_harmless(browser, address)


def test_a_filter_of_a_hostile_value_is_switched_by_its_link(browser: Browser) -> None:
    page = browser.open("/?q=drones+nuclear&min_confidence=0")
    link = next(one for one in page.all("a.want") if EVIL in one.text_content())
    only = browser.open(link.get("href"))
    assert [EVIL in one.text_content() for one in only.all("a.title")] == [True]
