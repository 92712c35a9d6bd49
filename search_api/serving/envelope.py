"""What stands around every request: who may ask, headers, and the line in the log.

It is the outermost part of the application: whatever goes wrong inside, an answer carries its headers, and
the log has a line that names the request by a number which its answer carries too.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.searching.stages import Timed
from search_api.serving.callers import Callers
from search_api.serving.headers import Origins, security
from search_api.serving.problems import Refused, brief, problem, refusal
from search_api.serving.sparing import EACH

LONGEST_TARGET = 32 * 1024
"""Bytes of a path with its query."""

ASKED = "asked"
"""Where in a request's state stands what it asks for, once that is read."""

STAGES = "stages"
"""Where in a request's state its stages are written down, if somebody wants to know them."""

REFUSED = "refused"
"""Where in a request's state stands why it is refused (`problems.refusal`)."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Request:
    """A request as far as it is known, for those who decide about it and for the log.

    Attributes:
        method, path: as sent.
        headers: by name; of several with one name the last.
        address: whose it is, as far as it is believed.
        query: what stands behind the question mark.
        key: the name of its key, once that is known.
    """

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    address: str
    query: bytes = b""
    key: str = ""


class Gate(Protocol):
    """Decides whether a request is answered."""

    def __call__(self, request: Request) -> None:
        """Let it pass, and say whose it is.

        Raises:
            Refused: it is not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """A request that was answered, for those who count.

    Attributes:
        method: as sent.
        route: the pattern of its path; `-` where no route has it, or nobody looked for one.
        status: of the answer.
        seconds: from its head to the end of the answer.
        refused: why, as `problems.refusal` has it; empty where it was not.
        number: of the request, as its answer and the log have it.
        began: nanoseconds since 1970.
        stages: of answering it, where `Policy.stages` asks for them.
        parent: the `traceparent` that was sent with it.
    """

    method: str
    route: str
    status: int
    seconds: float
    refused: str
    number: str = ""
    began: int = 0
    stages: tuple[Timed, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """How requests are received.

    Attributes:
        callers: names that the server answers to, and proxies that it believes.
        origins: whose pages may ask.
        gates: what must let a request pass, in this order.
        log_queries: whether the log holds what is asked for.
        count: told of every request that was answered.
        stages: whether it is told the stages of each.
    """

    callers: Callers = field(default_factory=Callers)
    origins: Origins = field(default_factory=Origins)
    gates: tuple[Gate, ...] = ()
    log_queries: bool = False
    count: Callable[[Ended], None] = lambda ended: None
    stages: bool = False


class Envelope:
    """An application with a policy around it."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; other things than requests are the application's own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, started = time.time_ns(), time.perf_counter()
        headers = dict(scope["headers"])
        request = Request(scope["method"], _path(scope), headers, self._address(scope), scope["query_string"])
        is_head = request.method == "HEAD"
        sent = _Sent(send, self._added(request), with_body=not is_head)
        scope = {"state": {}, **scope, "method": "GET" if is_head else request.method}
        if self._policy.stages:
            scope["state"][STAGES] = []
        try:
            refused = self._refused(scope, request)
            await (refused or self._app)(scope, receive, sent)
        except Exception:
            if not sent.status:
                raise
            # the application has answered 500 and written down why
        finally:
            self._end(scope, request, sent, began, time.perf_counter() - started)

    def _address(self, scope: Scope) -> str:
        peer = scope.get("client")
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return self._policy.callers.address(peer[0] if peer else "", b",".join(forwarded).decode("latin-1"))

    def _added(self, request: Request) -> list[tuple[bytes, bytes]]:
        own = (b"x-request-id", secrets.token_hex(8).encode())
        return [*security(request.path), *self._policy.origins.headers(_origin(request)), own]

    def _refused(self, scope: Scope, request: Request) -> Response | None:
        """The answer to a request that is not let in."""
        try:
            if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
                raise Refused(
                    HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long: send a body with POST"
                )
            host = request.headers.get(b"host", b"").decode("latin-1")
            if not self._policy.callers.answers_to(host):
                raise Refused(
                    HTTPStatus.MISDIRECTED_REQUEST,
                    f"this server does not answer to the name {brief(host)!r}: start it with --allowed-hosts",
                )
            if request.method == "OPTIONS" and b"access-control-request-method" in request.headers:
                preflight = self._policy.origins.preflight(_origin(request))
                return Response(status_code=HTTPStatus.NO_CONTENT, headers=_decoded(preflight))
            for gate in self._policy.gates:
                gate(request)
        except Refused as error:
            scope["state"][REFUSED] = refusal(error)
            return problem(error.status, str(error), headers=error.headers)
        return None

    def _end(self, scope: Scope, request: Request, sent: "_Sent", began: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "-")
        status = sent.status or HTTPStatus.INTERNAL_SERVER_ERROR
        refused = scope["state"].get(REFUSED, "")
        stages = tuple(scope["state"].get(STAGES, ()))
        parent = request.headers.get(b"traceparent", b"").decode("latin-1")
        known = (request.method, route, int(status), seconds, refused)
        self._policy.count(Ended(*known, sent.number, began, stages, parent))
        self._log(scope, request, sent, route, seconds * 1000)

    def _log(self, scope: Scope, request: Request, sent: "_Sent", where: str, milliseconds: float) -> None:
        asked = ""
        if self._policy.log_queries:
            where = scope["raw_path"].decode("latin-1")
            asked = f" {brief_json(scope['state'].get(ASKED))}"
        key = f" key {request.key}" if request.key else ""
        _logger.info(
            "%s %s %s %d %.1f ms%s%s",
            sent.number,
            brief(request.method),
            where,
            sent.status or HTTPStatus.INTERNAL_SERVER_ERROR,
            milliseconds,
            key,
            asked.rstrip(),
            extra={EACH: sent.status not in _OFTEN},
        )


_OFTEN = frozenset({400, 401, 421, 429, 503})
"""Statuses that may come in floods: of their lines few are written."""

MOST_LOGGED = 300


def brief_json(asked: Any) -> str:  # noqa: ANN401 (whatever a route asks for)
    """What a request asks for, in a line of a bounded length."""
    if asked is None:
        return ""
    text = asked.model_dump_json(exclude_defaults=True) if hasattr(asked, "model_dump_json") else str(asked)
    return text if len(text) <= MOST_LOGGED else text[:MOST_LOGGED] + "\u2026"


class _Sent:
    """Sends an answer with headers added, to HEAD without its body, and knows its status."""

    def __init__(self, send: Send, added: list[tuple[bytes, bytes]], *, with_body: bool) -> None:
        self._send: Callable[[Message], Awaitable[None]] = send
        self._added = added
        self._with_body = with_body
        self.status = 0

    @property
    def number(self) -> str:
        """Of the request."""
        return self._added[-1][1].decode()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            added = [(name, value) for name, value in self._added if name not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        elif not self._with_body:
            message = {**message, "body": b""}
        await self._send(message)


def _origin(request: Request) -> bytes:
    return request.headers.get(b"origin", b"")


def _path(scope: Scope) -> str:
    """The path below the prefix that a proxy cut off."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _decoded(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
