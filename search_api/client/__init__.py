"""The HTTP API from Python: `Client("http://127.0.0.1:8000").search("…")`, with the standard library alone.

This folder needs nothing else of Hudhud, so that it can be copied to where only the client is wanted.

May import: nothing of Hudhud.
"""

from search_api.client.answers import Article, Gloss, Hit, MentionedDate, Results, Scores, WordMatch
from search_api.client.client import Client
from search_api.client.errors import (
    ApiError,
    Fault,
    InvalidRequest,
    KeyRefused,
    NotAllowed,
    NotFound,
    NotReached,
    Refused,
    ServerFault,
    TooManyRequests,
    Unavailable,
    UnexpectedAnswer,
)

__all__ = [
    "ApiError",
    "Article",
    "Client",
    "Fault",
    "Gloss",
    "Hit",
    "InvalidRequest",
    "KeyRefused",
    "MentionedDate",
    "NotAllowed",
    "NotFound",
    "NotReached",
    "Refused",
    "Results",
    "Scores",
    "ServerFault",
    "TooManyRequests",
    "Unavailable",
    "UnexpectedAnswer",
    "WordMatch",
]
