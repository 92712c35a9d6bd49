"""Pages as tests read them: asked of an application, parsed as HTML."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html

from search_api.serving.app import create_app
from search_api.serving.envelope import Envelope, Policy
from search_api.serving.live import Live
from search_api.translating.translator import Translator
from search_api.web.pages import add_pages
from search_api.web.problems import WithProblemPages

ASKED = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}


_SELECTOR = re.compile(r"(\w*)(?:\.([\w-]+))?(?:#([\w-]+))?(?:\[([\w-]+)=([^\]]*)\])?")


def found(inside: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """The elements that fit `tag.class#id[attribute=value]`, each part of which may be left out."""
    parts = _SELECTOR.fullmatch(selector)
    assert parts, selector
    tag, kind, name, attribute, value = parts.groups()
    return [
        element
        for element in inside.iter(tag or html.etree.Element)
        if kind in (None, *element.get("class", "").split())
        and name in (None, element.get("id"))
        and (attribute is None or element.get(attribute) == value)
    ]


def words(element: html.HtmlElement) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, and its HTML."""

    answer: Response
    root: html.HtmlElement

    def all(self, selector: str) -> list[html.HtmlElement]:
        return found(self.root, selector)

    def one(self, selector: str) -> html.HtmlElement:
        [element] = self.all(selector)
        return element

    def texts(self, selector: str) -> list[str]:
        return [words(element) for element in self.all(selector)]

    def text(self, selector: str) -> str:
        return words(self.one(selector))


class Browser:
    """Somebody who opens pages."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def open(self, address: str, **headers: str) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get(address, headers=ASKED | named, follow_redirects=False)
        return Page(answer, html.document_fromstring(answer.text or "<p>"))

    def follow(self, page: Page, selector: str) -> Page:
        return self.open(page.one(selector).get("href"))


@contextmanager
def browsing(
    live: Live,
    policy: Policy | None = None,
    prefix: str = "",
    translator: Translator | None = None,
) -> Iterator[Browser]:
    app = create_app(live, translator=translator)
    add_pages(app)
    shown = WithProblemPages(Envelope(app, policy or Policy()), live)
    with TestClient(
        shown, base_url="http://localhost", raise_server_exceptions=False, root_path=prefix
    ) as client:
        yield Browser(client)
