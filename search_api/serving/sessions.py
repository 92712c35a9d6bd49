"""Sessions: a browser that was shown a key once gets a number instead, which ends by itself and can be ended.

A key that a browser kept could be read by whoever gets at it, for good. So a person hands it in once, and the
browser keeps 256 random bits in a cookie that no script reads and no other site's page sends. Sessions stand
in the memory of one process, as SHA-256 of that number: they end with the process, with their time, when
nobody uses them, when their person leaves, and with their key.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from search_api.serving.keys import Key, Keys, Scope

COOKIE = "hudhud_session"
"""The name of the cookie."""

SECONDS = 12 * 3600
"""After which a session ends, however it is used: a day's work."""

IDLE_SECONDS = 2 * 3600
"""After which it ends if nobody uses it."""

MOST = 10_000
"""Sessions at once; beyond them the one ends that was used longest ago."""

LONGEST_TOKEN = 100
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Who was let in: with which key, since when, and used when last, in seconds of a clock."""

    key: Key
    began: float
    used: float

    def is_over(self, now: float) -> bool:
        """Whether its time has come."""
        return now - self.began >= SECONDS or now - self.used >= IDLE_SECONDS


class Sessions:
    """The sessions of a server. Safe to use from several threads."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.monotonic) -> None:
        """Let in whoever has one of these keys."""
        self.keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Session] = OrderedDict()

    def begin(self, text: str) -> str | None:
        """What a browser keeps that was shown the key of this text; None if that is no key to search with.

        Raises:
            KeysUnusable: the file of keys cannot be read.
        """
        key = self.keys.find(text.strip())
        if key is None or Scope.SEARCH not in key.scopes:
            return None
        token = secrets.token_urlsafe(_BYTES)
        now = self._clock()
        with self._lock:
            self._open[_digest(token)] = Session(key, now, now)
            self._forget(now)
        return token

    def key_of(self, token: str) -> Key | None:
        """The key of the session whose browser keeps this; None if there is none, or the key is revoked.

        Raises:
            KeysUnusable: the file of keys cannot be read.
        """
        digest, now = _digest(token[:LONGEST_TOKEN]), self._clock()
        with self._lock:
            session = self._open.get(digest)
            if session is None:
                return None
            if session.is_over(now) or not self.keys.holds(session.key):
                del self._open[digest]
                return None
            self._open[digest] = replace(session, used=now)
            self._open.move_to_end(digest)
            return session.key

    def end(self, token: str) -> None:
        """End the session whose browser keeps this, if there is one."""
        with self._lock:
            self._open.pop(_digest(token[:LONGEST_TOKEN]), None)

    def _forget(self, now: float) -> None:
        """Keep no more than MOST: those that are over go first."""
        if len(self._open) <= MOST:
            return
        for digest in [digest for digest, one in self._open.items() if one.is_over(now)]:
            del self._open[digest]
        while len(self._open) > MOST:
            self._open.popitem(last=False)


def token_in(cookies: bytes) -> str:
    """What a browser keeps, out of its header `Cookie`; empty where it keeps nothing."""
    for part in cookies.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value[: LONGEST_TOKEN + 1]
    return ""


def cookie(token: str, prefix: str, *, is_secure: bool) -> str:
    """The header `Set-Cookie` that makes a browser keep a session; with an empty token, forget it.

    Args:
        token: that it keeps.
        prefix: of all paths, which a proxy cut off.
        is_secure: whether the browser came by https, and then is to send it by nothing else.
    """
    kept = f"Max-Age={SECONDS}" if token else "Max-Age=0"
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={token}; Path={prefix or '/'}; {kept}; HttpOnly; SameSite=Strict{secure}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
