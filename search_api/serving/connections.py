"""Connections that cannot be held against others: what uvicorn's HTTP/1.1 protocol leaves to its caller.

A request's head must come whole in time, however its bytes trickle, and an answer must be fetched in time.
Where there are as many connections as there may be, the one that was idle longest makes room for a new one,
so nobody is shut out by connections on which nobody asks.
"""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from indexer.core.limits import DEFAULTS, Limits
from search_api.serving.details import Problem
from search_api.serving.problems import REASONS

LINGER = 2.0
"""Seconds that a client has to read the answer to a request which it has not sent whole."""


class Connection(H11Protocol):
    """A connection with limits of time; `limited` makes the class for a server."""

    limits: Limits = DEFAULTS
    refused: Callable[[str], None] = staticmethod(lambda reason: None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (uvicorn's)
        super().__init__(*args, **kwargs)
        self.idle_since = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if need be in the place of an idle one."""
        super().connection_made(transport)
        self._give_up_after(self.limits.read_seconds)
        others = [
            other
            for other in self.connections
            if isinstance(other, Connection) and other is not self and not other.transport.is_closing()
        ]
        if len(others) >= self.limits.connections:
            idle = [other for other in others if other.is_idle]
            if idle:
                min(idle, key=lambda other: other.idle_since).transport.abort()
            else:
                self.refused("too many connections")
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections: try again in a second")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._give_up_after(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a head must be whole in time, counted from the first."""
        was_idle = self.is_idle
        super().data_received(data)
        if not self.is_idle and was_idle:
            self._give_up_after(
                self.limits.deadline_seconds + self.limits.read_seconds + self.limits.send_seconds
            )
        elif self.is_idle and self._timer is None:
            self._give_up_after(self.limits.read_seconds)

    def on_response_complete(self) -> None:
        """An answer is given; nothing more is taken if its request never came whole."""
        self.idle_since = time.monotonic()
        self._give_up_after(None)
        if self.conn.their_state is h11.SEND_BODY:
            self._give_up_after(LINGER)
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Nobody asked: the connection ends, also if the last answer is not fetched."""
        super().timeout_keep_alive_handler()
        self._give_up_after(self.limits.send_seconds)

    def send_400_response(self, msg: str) -> None:
        """What came is no request."""
        self.refused(REASONS[HTTPStatus.BAD_REQUEST])
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def shutdown(self) -> None:
        """End as soon as the request that is being answered ends."""
        try:
            super().shutdown()
        except h11.LocalProtocolError:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer without looking at what was asked, and close."""
        body = Problem(title=status.phrase, status=status, detail=detail).model_dump_json().encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
        self._give_up_after(self.limits.send_seconds)

    def _give_up_after(self, seconds: float | None) -> None:
        """End the connection in so many seconds, whatever is under way; not at all when None."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def limited(limits: Limits, refused: Callable[[str], None] | None = None) -> type[Connection]:
    """The class of connections with these limits.

    Args:
        limits: of each.
        refused: told why one was refused, on which no request came.
    """
    own = {"refused": staticmethod(refused)} if refused else {}
    return type("LimitedConnection", (Connection,), {"limits": limits, **own})
