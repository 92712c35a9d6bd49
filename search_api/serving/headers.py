"""Headers of answers: what browsers may do with them, and pages of other origins."""

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.core.errors import InvalidSetting

Headers = list[tuple[bytes, bytes]]

_PAGES = ("/docs", "/static-offline-docs/")
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_CONTENT = b"default-src 'none'; frame-ancestors 'none'"
_CONTENT_OF_PAGES = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    b" img-src 'self' data:; frame-ancestors 'none'"
)
_EXPOSED = b"retry-after, x-request-id"
_METHODS = b"GET, HEAD, POST"
_REQUEST_HEADERS = b"authorization, content-type, x-api-key, mcp-protocol-version, mcp-method, mcp-name"
_MINUTES = b"600"


def security(path: str) -> Headers:
    """What every answer carries: that of the documentation may hold scripts, of this server alone."""
    is_page = path.startswith(_PAGES)
    content = _CONTENT_OF_PAGES if is_page else _CONTENT
    kept = [] if is_page else [(b"cache-control", b"no-store")]
    return [*_SECURITY, *kept, (b"content-security-policy", content)]


@dataclass(frozen=True, slots=True)
class Origins:
    """Origins whose pages may ask and read: none unless they are named.

    A browser sends no key by itself, so credentials are not allowed, and `*` gives no more than a key.
    """

    allowed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, named: Iterable[str]) -> "Origins":
        """Read them from settings.

        Raises:
            InvalidSetting: one is no origin.
        """
        origins = frozenset(named)
        for origin in sorted(origins - {"*"}):
            scheme, _, rest = origin.partition("://")
            if scheme not in {"http", "https"} or not rest or "/" in rest:
                raise InvalidSetting(
                    f"{origin!r} is no origin: use one as https://news.example.org, without a path"
                )
        return cls(origins)

    def headers(self, origin: bytes) -> Headers:
        """What an answer to a page of `origin` carries."""
        if not self.allowed:
            return []
        vary = [(b"vary", b"Origin")]
        if not self.allows(origin):
            return vary
        return [
            *vary,
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED),
        ]

    def preflight(self, origin: bytes) -> Headers:
        """What an answer to a browser carries that asks whether a page of `origin` may ask."""
        if not self.allows(origin):
            return self.headers(origin)
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _REQUEST_HEADERS),
            (b"access-control-max-age", _MINUTES),
        ]

    def allows(self, origin: bytes) -> bool:
        """Whether pages of `origin` may ask."""
        return bool(origin) and ("*" in self.allowed or origin.decode("latin-1") in self.allowed)
