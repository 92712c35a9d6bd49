"""Problems as pages: a browser that asked for a page gets one that says what to do."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.serving.envelope import REFUSED
from search_api.serving.gates import is_page
from search_api.serving.live import OPENING, Live
from search_api.serving.problems import SHARD_MISSING
from search_api.web.addresses import PARTIAL, UI, Address
from search_api.web.answers import HEADERS, MEDIA_TYPE, html
from search_api.web.preferences import Preferences
from search_api.web.visit import FRAGMENT

_PROBLEM = b"application/problem+json"
_OWN = frozenset({b"content-type", b"content-length", *(name.lower().encode() for name in HEADERS)})
_MOST_READ = 4096
"""Bytes of a query that a page about a problem shows again."""

_QUERY = "q"
_ITEM = re.compile(r"\.\d+$")
"""What names an item of a list, behind the name of its field."""

_BUSY = frozenset({"overloaded", "too slow", "too often"})


class WithProblemPages:
    """An application whose problems are pages where pages are asked for; all else passes."""

    def __init__(self, app: ASGIApp, live: Live) -> None:
        """Show the problems of `app`, which answers from `live`."""
        self._app = app
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "state": {**scope.get("state", {})}}
        await self._app(scope, receive, _Shown(scope, send, self._live))


def _wants_page(scope: Scope) -> bool:
    """Whether a request is a browser's, and for no address of the API."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return is_page(path) or (b"text/html" in accepted and not path.startswith(("/v1/", "/mcp")))


class _Shown:
    """Sends an answer; one that tells of a problem as a page."""

    def __init__(self, scope: Scope, send: Send, live: Live) -> None:
        self._scope = scope
        self._send = send
        self._live = live
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._tell(self._start)

    async def _tell(self, start: Message) -> None:
        is_head = self._scope["method"] == "HEAD"
        page = b"" if is_head else self._page(start["status"]).encode()
        kept = [(name, value) for name, value in start["headers"] if name.lower() not in _OWN]
        own = {**HEADERS, "Content-Type": MEDIA_TYPE, "Content-Length": str(len(page))}
        added = [(name.lower().encode(), value.encode()) for name, value in own.items()]
        await self._send({**start, "headers": [*kept, *added]})
        await self._send({"type": "http.response.body", "body": page})

    def _page(self, status: int) -> str:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._scope["headers"]}
        path = self._scope["path"].removeprefix(self._scope.get("root_path", ""))
        pairs = parse_qsl(self._scope["query_string"][:_MOST_READ].decode("latin-1"))
        here = Address(self._scope.get("root_path", ""), path, tuple(pairs))
        query = next((value for name, value in pairs if name == _QUERY), "")
        problem = json.loads(self._body) if self._body else {}
        is_fragment = FRAGMENT in headers
        return html(
            "problem_part.html" if is_fragment else "problem.html",
            here,
            Preferences.of(headers, dict(pairs).get(UI, "")),
            query=query,
            kind=self._kind(status),
            status=status,
            detail=problem.get("detail", ""),
            again=str(replace(here, pairs=())) if path == "/" else str(here.at("/")),
            retry=str(here.dropped("cursor")),
            leave_out=tuple(_without(problem, here)),
            rest=str(here.with_only(PARTIAL, "true")) if path == "/" else "",
        )

    def _kind(self, status: int) -> str:
        """Which of the states a page has for it."""
        reason = self._scope["state"].get(REFUSED, "")
        if reason == SHARD_MISSING:
            return "incomplete"
        if status == HTTPStatus.SERVICE_UNAVAILABLE and reason not in _BUSY:
            return self._unusable()
        if reason in _BUSY or status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
            return "busy"
        return _KINDS.get(status, "fault" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused")

    def _unusable(self) -> str:
        """Why nothing answers: the first index is made or opened, there is none, or none can be used."""
        layout = self._live.layout
        if layout.is_being_written or self._live.state.fault == OPENING:
            return "building"
        with contextlib.suppress(OSError):
            return "unusable" if layout.published() else "unbuilt"
        return "unusable"


_KINDS: dict[int, str] = {
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.NOT_FOUND: "missing",
    HTTPStatus.GONE: "gone",
    HTTPStatus.UNAUTHORIZED: "key",
    HTTPStatus.FORBIDDEN: "key",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A parameter that does not fit, and the address without it."""

    name: str
    address: str


def _without(problem: Mapping[str, Any], here: Address) -> Iterator[LeftOut]:
    """Ways out of a problem: the address without each parameter that does not fit, but for the query."""
    fields = (fault["field"] for fault in problem.get("errors", ()))
    for name in dict.fromkeys(_ITEM.sub("", field) for field in fields):
        if name != _QUERY and here.values(name):
            yield LeftOut(name, str(here.dropped(name)))


def _is_problem(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return kinds[:1] == [_PROBLEM]
