"""A search as an Atom feed (RFC 4287): what came into the archive last stands first, which makes it an alert.

An entry is an article that matches. It says when the article came, as its `updated`, and why it matches.
Readers of feeds show an entry once, so they tell of what has come since they looked last.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode
from xml.etree import ElementTree

from fastapi import FastAPI, Query, Response
from pydantic import Field

from search_api.searching import query as queries
from search_api.searching.outcomes import Hit
from search_api.searching.query import MAX_LIMIT, Sort, parse
from search_api.serving.asked import Asked, from_query
from search_api.serving.gates import FEED, TOKEN
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import Given, OffLoop
from search_api.serving.whole_fields import WholeFields

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50

_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = ("http://", "https://")


class FeedRequest(WholeFields):
    """A search that somebody follows."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most entries.")] = ENTRIES

    def parsed(self, matched: int) -> queries.Query:
        """The query that this asks for; `matched` articles are told apart at most.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        return parse(
            self.q,
            **self.limits(),
            sort=Sort.ADDED,
            matched=matched,
        )


def add_feed(app: FastAPI, live: Live, off_loop: OffLoop, words: WordCaches, matched: int) -> None:
    """Add the route; `words` counts what is asked; `matched` articles are told apart at most."""

    @app.get(
        FEED,
        summary="A search as an Atom feed, the newest arrivals first",
        response_class=Response,
        responses={200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}},
    )
    @off_loop.takes(_asked)
    def search_feed(request: Annotated[FeedRequest, Query()], deadline: Given) -> Response:
        query = request.parsed(matched)
        words.count(query.text)
        with live.searcher() as searcher:
            hits = list(islice(searcher.everything(query, deadline).hits, request.limit))
            came = searcher.index.arrivals([hit.passage.article for hit in hits])
        name = request.model_dump_json(exclude_defaults=True, by_alias=True)
        here = asked_at(request.model_dump(exclude_defaults=True, by_alias=True))
        return Response(feed(name, here, query, hits, came), media_type=MEDIA_TYPE)


def asked_at(asked: Mapping[str, Any]) -> str:
    """The address of a feed below the server's, without a token, which is nobody else's."""
    return f"{FEED.rpartition('/')[2]}?{urlencode(list(_pairs(asked)))}"


def _pairs(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in asked.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{field}", one) for field, several in value.items() for one in several)
        elif isinstance(value, list):
            yield from ((name, str(one)) for one in value)
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def feed(name: str, here: str, query: queries.Query, hits: Iterable[Hit], came: Iterable[int]) -> bytes:
    """The feed of a search.

    Args:
        name: what tells the search from every other, by which readers know the feed again.
        here: the address of the feed, relative to its own.
        query: what was asked.
        hits: the entries, in their order.
        came: when the article of each came, in seconds since 1970.
    """
    root = ElementTree.Element("feed", {"xmlns": _ATOM})
    entries = list(zip(hits, came, strict=True))
    _add(root, "id", f"urn:hudhud:search:{quote(name, safe='')}")
    ElementTree.SubElement(root, "link", {"rel": "self", "href": here})
    _add(root, "title", f"Hudhud: {query.text}")
    _add(root, "updated", _time(max((seconds for _, seconds in entries), default=0)))
    _add(ElementTree.SubElement(root, "author"), "name", "Hudhud")
    for hit, seconds in entries:
        _add_entry(root, hit, seconds)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(root: ElementTree.Element, hit: Hit, seconds: int) -> None:
    article = hit.article
    entry = ElementTree.SubElement(root, "entry", {_LANGUAGE: article.language})
    _add(entry, "id", f"urn:hudhud:article:{quote(article.id, safe='')}")
    _add(entry, "title", article.title)
    _add(entry, "updated", _time(seconds))
    if article.date:
        _add(entry, "published", f"{article.date.isoformat()}T00:00:00Z")
    if article.publisher:
        _add(ElementTree.SubElement(entry, "author"), "name", article.publisher)
    is_on_the_web = article.url and article.url.startswith(_WEB)
    address = article.url if article.url and is_on_the_web else f"articles/{quote(article.id)}"
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": _text(address)})
    answers = dict.fromkeys(f"{match.query.text} = {match.passage.text}" for match in hit.words)
    words = "; ".join(answers)
    sentence = hit.sentence.of(article.text)
    _add(entry, "summary", f"{sentence}\n\n{words}" if words else sentence)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _text(text)


def _text(text: str) -> str:
    """A text without the characters that XML 1.0 may not hold."""
    return _NO_XML.sub("\ufffd", text)


def _time(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _asked(asked: Asked) -> FeedRequest:
    """What is asked for, without the token, which is for the gate alone and for no log."""
    pairs = parse_qsl(asked.query.decode("latin-1"), keep_blank_values=True)
    if any(name == TOKEN for name, _ in pairs):
        kept = urlencode([(name, value) for name, value in pairs if name != TOKEN])
        asked = replace(asked, query=kept.encode())
    return from_query(FeedRequest)(asked)
