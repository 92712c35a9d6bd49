"""How much a server takes on: every limit, with the value that it has where nobody sets it."""

import os
from dataclasses import dataclass

from indexer.core.bounded import USUAL

MOST_MATCHED = 1000
"""Articles of a search that are counted and paged through at most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes on.

    Attributes:
        searches_at_once: more than there are cores, for while one pass encodes, others gather for the next;
            not many more, for all of them share the interpreter's lock with what answers `/healthz`.
        searches_waiting: for their turn; the next one is refused.
        articles_at_once: looked up on threads of their own.
        articles_waiting: for their turn; the next one is refused.
        drafts_waiting: draft translations for their turn, of which one is made at a time; the next one is
            refused.
        deadline_seconds: that a request may take; then it is stopped.
        body_bytes: of a request.
        read_seconds: that the head of a request may take to come, and its body.
        send_seconds: that an answer may take to be fetched by its client.
        idle_seconds: that a connection stays open on which nobody asks.
        connections: at once; beyond them, the one that was idle longest is closed for a new one.
        backlog: of connections that the system holds until the server takes them.
        matched: articles of a search that are counted and paged through at most.
        grace_seconds: that requests may take to end when the server is told to stop.
        cache_mb: megabytes that what is remembered for the next query takes, all together.
    """

    searches_at_once: int = max(4, min(16, 2 * (os.cpu_count() or 1)))
    searches_waiting: int = 36
    articles_at_once: int = 4
    articles_waiting: int = 64
    drafts_waiting: int = 8
    deadline_seconds: float = 10.0
    body_bytes: int = 256 * 1024
    read_seconds: float = 10.0
    send_seconds: float = 30.0
    idle_seconds: float = 5.0
    connections: int = 256
    backlog: int = 64
    grace_seconds: float = 10.0
    cache_mb: int = USUAL // 1_000_000
    matched: int = MOST_MATCHED


DEFAULTS = Limits()
