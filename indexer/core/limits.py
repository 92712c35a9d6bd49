"""How much a server takes on: every limit, with the value that it has where nobody sets it."""

from dataclasses import dataclass

MOST_MATCHED = 1000
"""Articles of a search that are counted and paged through at most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes on.

    Attributes:
        searches_at_once: more than there are cores, for while one pass encodes, others gather for the next.
        searches_waiting: for their turn; the next one is refused.
        articles_at_once: looked up on threads of their own.
        articles_waiting: for their turn; the next one is refused.
        deadline_seconds: that a request may take; then it is stopped.
        body_bytes: of a request.
        read_seconds: that the head of a request may take to come, and its body.
        send_seconds: that an answer may take to be fetched by its client.
        idle_seconds: that a connection stays open on which nobody asks.
        connections: at once; beyond them, the one that was idle longest is closed for a new one.
        backlog: of connections that the system holds until the server takes them.
        matched: articles of a search that are counted and paged through at most.
        grace_seconds: that requests may take to end when the server is told to stop.
    """

    searches_at_once: int = 16
    searches_waiting: int = 24
    articles_at_once: int = 4
    articles_waiting: int = 64
    deadline_seconds: float = 10.0
    body_bytes: int = 256 * 1024
    read_seconds: float = 10.0
    send_seconds: float = 30.0
    idle_seconds: float = 5.0
    connections: int = 256
    backlog: int = 64
    grace_seconds: float = 10.0
    matched: int = MOST_MATCHED


DEFAULTS = Limits()
