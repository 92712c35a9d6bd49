"""Who is let in: by key, and so many times a minute."""

import logging
import math
import time
from http import HTTPStatus
from urllib.parse import parse_qsl

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from indexer.core.errors import KeysUnusable
from search_api.serving.callers import FORWARDED
from search_api.serving.envelope import Gate, Request
from search_api.serving.headers import Origins
from search_api.serving.keys import LONGEST_KEY, Keys, Scope
from search_api.serving.problems import Refused, brief
from search_api.serving.sessions import Sessions, token_in

OPEN = (
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
    "/static-offline-docs/",
    "/static/",
    "/opensearch.xml",
    "/settings",
    "/sign-in",
    "/sign-out",
)
"""Beginnings of paths that need no key: they say nothing of any article."""

PAGES = ("/article/", "/queries", "/saved")
"""Beginnings of paths of pages for people, and the path `/`: whoever may search may see them."""

MCP = "/mcp"
"""Where agents ask; what they may ask is what searches may."""

FEED = "/v1/search.atom"
"""The path of feeds, whose readers send no headers: their key stands in the address."""

TOKEN = "token"

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
"""Where a key is shown for a session, and where one is ended."""

ATTEMPTS = 10
"""To sign in, of an address in a minute."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

_logger = logging.getLogger(__name__)

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hudhud"'}


class KeyGate:
    """Lets in who has a key of the right scope; or everybody, where that is allowed and there is no key."""

    def __init__(
        self, keys: Keys, *, anonymous: bool, always: bool = False, sessions: Sessions | None = None
    ) -> None:
        """Ask for keys.

        Args:
            keys: that there are.
            anonymous: whether nobody needs a key as long as there is none.
            always: whether nobody needs a key, though there may be some.
            sessions: of browsers, which stand for a key where pages and searches are asked for.
        """
        self._keys = keys
        self._anonymous = anonymous
        self._always = always
        self._sessions = sessions

    def __call__(self, request: Request) -> None:
        """Let a request in, and say whose key it has.

        Raises:
            Refused: it has no key (401), or none for this (403).
        """
        if _is_open(request.path):
            return
        try:
            self._ask(request)
        except KeysUnusable as error:
            _logger.error("%s", error)
            message = "the keys cannot be read: the log of the server says more"
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, message) from error

    def _ask(self, request: Request) -> None:
        text = _text(request)
        if not text:
            if not self._has_session(request):
                self._without_key(request)
            return
        key = self._keys.find(text)
        if key is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, "this key is not known, or was revoked", _CHALLENGE)
        request.key = key.id
        wanted = _scopes(request.path)
        if wanted.isdisjoint(key.scopes):
            scopes = " or ".join(sorted(wanted))
            raise Refused(HTTPStatus.FORBIDDEN, f"this needs a key with the scope {scopes}")

    def _has_session(self, request: Request) -> bool:
        """Whether a browser asks that has signed in, for what a session is good for; says whose it is."""
        token = token_in(request.headers.get(b"cookie", b""))
        if self._sessions is None or not token or Scope.SEARCH not in _scopes(request.path):
            return False
        key = None if request.path == MCP else self._sessions.key_of(token)
        if key is None:
            return False
        require_own_page(request)
        request.key = key.id
        return True

    def _without_key(self, request: Request) -> None:
        if self._always:
            return
        if not self._anonymous or self._keys.any:
            message = "this needs a key: send it as Authorization: Bearer KEY, or as X-API-Key"
            raise Refused(HTTPStatus.UNAUTHORIZED, message, _CHALLENGE)
        if not request.headers.keys().isdisjoint(FORWARDED):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "this request came through a proxy, which the server was not told of: start it with"
                " --trusted-proxies, and make keys; or with --anonymous",
            )


class SignInGate:
    """Lets an address try to sign in so many times a minute, and from this server's own page alone.

    A page elsewhere could otherwise sign somebody in under a key that is not theirs, and then know what they
    look for, as far as the key's rate tells.
    """

    def __init__(self, per_minute: int = ATTEMPTS) -> None:
        """Count from now on."""
        self._limit = RateLimitItemPerMinute(per_minute)
        self._counts = FixedWindowRateLimiter(MemoryStorage())

    def __call__(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            Refused: it comes from elsewhere (403), or there were too many in this minute (429).
        """
        if request.path not in {SIGN_IN, SIGN_OUT} or request.method in _SAFE:
            return
        require_own_page(request)
        if request.path == SIGN_IN and not self._counts.hit(self._limit, request.address):
            message = f"more than {self._limit.amount} attempts to sign in within a minute: wait for the next"
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, message, {"Retry-After": "60"})


def require_own_page(request: Request) -> None:
    """Let a request pass that changes nothing, or that a page of this server sent.

    Browsers say which: by `Sec-Fetch-Site` over https and on the same machine, else by `Origin`
    (W3C Fetch Metadata; OWASP, Cross-Site Request Forgery Prevention).

    Raises:
        Refused: another page sent it, or nothing says which (403).
    """
    if request.method in _SAFE:
        return
    site = request.headers.get(b"sec-fetch-site")
    origin = request.headers.get(b"origin", b"").partition(b"://")[2]
    host = request.headers.get(b"host", b"")
    if site == b"same-origin" or (site is None and origin and origin == host):
        return
    raise Refused(HTTPStatus.FORBIDDEN, "this was not sent by a page of this server: open it there")


class OriginGate:
    """Lets no page of another origin speak MCP, unless the origin is named.

    A browser sends what a page of any origin asks to a server on the same machine, and says from where. The
    protocol has servers look at that (Model Context Protocol, Transports, Security Warning).
    """

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def __call__(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            Refused: a page asks whose origin is not named (403).
        """
        origin = request.headers.get(b"origin", b"")
        if request.path == MCP and origin and not self._origins.allows(origin):
            message = (
                f"pages of {brief(origin.decode('latin-1'))!r} may not ask here: start the server with"
                " --allowed-origins"
            )
            raise Refused(HTTPStatus.FORBIDDEN, message)


class RateGate:
    """Lets in whom another gate lets in, so many times a minute: counted by key, and without one by address.

    Who is refused for a wrong key is counted too. The counts are of one process, and go with it.
    """

    def __init__(self, inner: Gate, per_address: int, per_key: int) -> None:
        """Count from now on; 0 counts nothing."""
        self._inner = inner
        self._address, self._key = _per_minute(per_address), _per_minute(per_key)
        self._counts = FixedWindowRateLimiter(MemoryStorage())

    @property
    def per_minute(self) -> int | None:
        """Requests of a key in a minute; None for any number."""
        return self._key.amount if self._key else None

    def __call__(self, request: Request) -> None:
        """Count a request.

        Raises:
            Refused: there were too many in this minute (429), or as the other gate has it.
        """
        if _is_open(request.path):
            return
        try:
            self._inner(request)
        finally:
            limit = self._key if request.key else self._address
            self._count(limit, request.key or request.address)

    def _count(self, limit: RateLimitItem | None, whose: str) -> None:
        if limit is None or self._counts.hit(limit, whose):
            return
        message = (
            f"more than {limit.amount} requests in a minute: wait, or ask whoever runs this server for more"
        )
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, message, {"Retry-After": str(self._wait(limit, whose))})

    def _wait(self, limit: RateLimitItem, whose: str) -> int:
        """Whole seconds until more is let in."""
        return max(1, math.ceil(self._counts.get_window_stats(limit, whose).reset_time - time.time()))


def _per_minute(amount: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(amount) if amount else None


def _is_open(path: str) -> bool:
    return path.startswith(OPEN)


def is_page(path: str) -> bool:
    """Whether a page for people is at this path."""
    return path == "/" or path.startswith(PAGES)


def _scopes(path: str) -> frozenset[Scope]:
    """Of which scopes a key must have one."""
    if path == FEED:
        return frozenset({Scope.SEARCH, Scope.FEED})
    is_search = path.startswith("/v1/") or path == MCP or is_page(path)
    return frozenset({Scope.SEARCH if is_search else Scope.ADMIN})


def _text(request: Request) -> str:
    """The text of a key that a request carries, for a feed also as its token; empty where there is none."""
    if request.path == FEED:
        given = dict(parse_qsl(request.query.decode("latin-1"))).get(TOKEN, "")
        if given:
            return given[: LONGEST_KEY + 1]
    bearer = request.headers.get(b"authorization", b"").decode("latin-1")
    kind, _, given = bearer.partition(" ")
    text = given if kind.lower() == "bearer" else request.headers.get(b"x-api-key", b"").decode("latin-1")
    return text.strip()[: LONGEST_KEY + 1]
