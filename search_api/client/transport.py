"""Requests over HTTP, tried again where the server asks for that; the standard library alone.

Each request has a connection of its own, so a client may be used by several threads. No redirect is
followed and no proxy asked, so that a key goes to the named server and to nobody else.
"""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from search_api.client.errors import NotReached, Refused, UnexpectedAnswer, refused, seconds_of

MOST_BYTES = 256 * 1024 * 1024
"""Of an answer; an article may be long."""

_WORTH_ANOTHER_TRY = (429, 503)
_FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is."""

    is_secure: bool
    host: str
    port: int | None
    prefix: str

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read an address as `https://news.example.org/hudhud`.

        Raises:
            ValueError: it is none, or holds more than scheme, host, port and path.
        """
        parts = urlsplit(url)
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("the address of a server holds no name, no query and no fragment")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a server: use one as https://news.example.org")
        return cls(parts.scheme == "https", parts.hostname, parts.port, parts.path.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Transport:
    """Sends requests to one server.

    Attributes:
        address: of the server.
        key: that each request carries; never shown.
        timeout: seconds that a connection, and each read from it, may take.
        tries: of one request, the first included.
        longest_wait: seconds that all waits for another try may take together.
    """

    address: Address
    key: str | None = field(repr=False)
    timeout: float
    tries: int
    longest_wait: float

    def json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """The object that the server answers with.

        Raises:
            ApiError: as `errors` has it.
        """
        patience = self.longest_wait
        for tried in range(1, self.tries + 1):
            status, headers, content = self._ask(method, path, body)
            if status == http.client.OK:
                return _object(content, self.address)
            error = _problem(status, headers, content)
            wait = seconds_of(headers.get("retry-after"))
            wait = _FIRST_WAIT * 2 ** (tried - 1) if wait is None else wait
            if status not in _WORTH_ANOTHER_TRY or tried == self.tries or wait > patience:
                raise error
            patience -= wait
            time.sleep(wait)
        raise AssertionError("the last try ends in an answer or an error")

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, dict[str, str], bytes]:
        kind = http.client.HTTPSConnection if self.address.is_secure else http.client.HTTPConnection
        connection = kind(self.address.host, self.address.port, timeout=self.timeout)
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, self.address.prefix + path, sent, self._headers(sent is not None))
            response = connection.getresponse()
            content = response.read(MOST_BYTES + 1)
            headers = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(f"{self._where}: {error or type(error).__name__}") from error
        finally:
            connection.close()
        if len(content) > MOST_BYTES:
            raise UnexpectedAnswer(f"{self._where} gave more than {MOST_BYTES:,} bytes")
        return response.status, headers, content

    def _headers(self, has_body: bool) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "hudhud-client"}
        if has_body:
            headers["Content-Type"] = "application/json"
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return headers

    @property
    def _where(self) -> str:
        return f"{self.address.host}{f':{self.address.port}' if self.address.port else ''}"


def _object(content: bytes, address: Address) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise UnexpectedAnswer(f"what {address.host} answers is no JSON: is it a Hudhud?") from error
    if not isinstance(found, dict):
        raise UnexpectedAnswer(f"what {address.host} answers is no object: is it a Hudhud?")
    return found


def _problem(status: int, headers: Mapping[str, str], content: bytes) -> Refused:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    return refused(status, told if isinstance(told, dict) else {}, headers)
