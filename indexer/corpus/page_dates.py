"""What a page gives as the date of its publication: in a meta element, as JSON-LD, in or near the article."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.corpus.budget import require_json
from indexer.text import dates

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # what is asked of an element of lxml

_SPACE = re.compile(r"\s+")
_DATE_METAS = """
    article:published_time og:article:published_time og:published_time article:published datepublished
    dc.date.issued dcterms.issued dc.date.published dc.date.created dcterms.created dcterms.date dc.date
    citation_publication_date citation_date parsely-pub-date sailthru.date publication_date publish_date
    publish-date publishdate pubdate date
"""
_ASIDE = frozenset({"nav", "aside", "footer"})
_ASIDE_WORDS = ("comment", "relat")
_DATE_WORDS, _CHANGED_WORDS = ("date", "publish", "time"), ("update", "modif")


def stated_dates(tree: "Element") -> Iterator[str]:
    """What the page gives as the date of its publication, the likeliest first."""
    metas = [
        (
            (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(),
            content,
        )
        for meta in tree.iter("meta")
        if (content := meta.get("content"))
    ]
    yield from (content for wanted in _DATE_METAS.split() for name, content in metas if name == wanted)
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and script.text:
            yield from _in_json(script.text)
    for element in _date_elements(tree):
        yield from filter(None, map(element.get, ("datetime", "content", "title")))
        if len(text := _SPACE.sub(" ", "".join(element.itertext()))) <= dates.MAX_LENGTH:
            yield text


def _date_elements(tree: "Element") -> Iterator["Element"]:
    """The elements that may hold the date: in the article, in the main part, or behind the first heading.

    Not where comments or other articles are announced. The page is gone through once, for articles may lie
    in articles.
    """
    asides = articles = 0
    is_behind_heading = False
    heading = next(tree.iter("h1"), None)
    for element, step in _walked(tree):
        marks = f" {element.get('class', '')} {element.get('id', '')}".lower()
        is_within = articles > 0
        asides += step * (element.tag in _ASIDE or any(word in marks for word in _ASIDE_WORDS))
        articles += step * (element.tag in ("article", "main"))
        if step < 0:
            is_behind_heading |= element is heading
        elif not asides and (is_within or is_behind_heading) and _is_date(element, marks):
            yield element


def _walked(tree: "Element") -> Iterator[tuple["Element", int]]:
    """Every element with 1 where it begins and -1 where it ends."""
    above = [(tree, iter(tree))]
    yield tree, 1
    while above:
        element, children = above[-1]
        child = next(children, None)
        if child is None:
            above.pop()
            yield element, -1
        elif isinstance(child.tag, str):
            above.append((child, iter(child)))
            yield child, 1


def _is_date(element: "Element", marks: str) -> bool:
    if element.tag == "time" or element.get("itemprop") == "datePublished":
        return True
    return any(word in marks for word in _DATE_WORDS) and not any(word in marks for word in _CHANGED_WORDS)


def _in_json(script: str) -> Iterator[str]:
    """Every datePublished of JSON-LD, the outermost first."""
    try:
        require_json(script.encode("utf-8", "replace"))
        level = [json.loads(script, strict=False)]
    except (ValueError, RecursionError):
        return
    while level:
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                published = value.get("datePublished")
                yield from [published] if isinstance(published, str) else []
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner
