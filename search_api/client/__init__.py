"""The HTTP API from Python: `Client("http://127.0.0.1:8000").search("…")`, with the standard library alone.

This folder needs nothing else of Hudhud, so that it can be copied to where only the client is wanted.

May import: nothing of Hudhud.
"""

from search_api.client.answers import Article, Facet, MentionedDate, Missing, PassageSpan, Results
from search_api.client.asking import Asking, Omit
from search_api.client.client import Client
from search_api.client.errors import (
    ApiError,
    CursorExpired,
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
from search_api.client.hits import Gloss, Highlight, Hit, Mark, MarkedHtml, Reference, Scores, WordMatch
from search_api.client.nearby import SimilarArticle, Suggestion, Translation

__all__ = [
    "ApiError",
    "Article",
    "Asking",
    "Client",
    "CursorExpired",
    "Facet",
    "Fault",
    "Gloss",
    "Highlight",
    "Hit",
    "InvalidRequest",
    "KeyRefused",
    "Mark",
    "MarkedHtml",
    "MentionedDate",
    "Missing",
    "NotAllowed",
    "NotFound",
    "NotReached",
    "Omit",
    "PassageSpan",
    "Reference",
    "Refused",
    "Results",
    "Scores",
    "ServerFault",
    "SimilarArticle",
    "Suggestion",
    "TooManyRequests",
    "Translation",
    "Unavailable",
    "UnexpectedAnswer",
    "WordMatch",
]
