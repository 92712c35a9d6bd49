"""The client: one method for each thing that the API does."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from search_api.client.answers import Article, Results
from search_api.client.errors import Refused, UnexpectedAnswer
from search_api.client.transport import Address, Transport

T = TypeVar("T")

Day = datetime.date | str | None


class Client:
    """A server's API. Several threads may use it at once; there is nothing to close."""

    __slots__ = ("_transport", "_url")

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        key: str | None = None,
        *,
        timeout: float = 30.0,
        tries: int = 4,
        longest_wait: float = 30.0,
    ) -> None:
        """Ask nothing yet.

        Args:
            url: of the server, with the prefix that it has behind a proxy, as
                `https://news.example.org/hudhud`.
            key: as whoever runs the server gave it; none where none is needed.
            timeout: seconds that connecting, and each read, may take.
            tries: of a request that the server cannot answer now (429, 503), the first included.
            longest_wait: seconds that all waits between tries of a request may take together; where
                `Retry-After` asks for more, the error is raised at once.

        Raises:
            ValueError: `url` is no address of a server, or `tries` is below 1.
        """
        if tries < 1:
            raise ValueError(f"tries must be 1 or more, not {tries}")
        self._url = url
        self._transport = Transport(Address.of(url), key, timeout, tries, longest_wait)

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        languages: str | Iterable[str] = (),
        since: Day = None,
        until: Day = None,
        group: Literal["article", "passage"] = "article",
        evidence: bool = True,
        gloss: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> Results:
        """The passages that answer `query`, best first.

        Args:
            query: a question or some words, in any language.
            limit: most hits, 1 to 100.
            languages: only articles in these, `"fa,ar"` or `["fa", "ar"]`.
            since: first day admitted, a date or `YYYY-MM-DD`.
            until: last day admitted, likewise.
            group: `article` gives one hit an article, `passage` every passage.
            evidence: whether hits say which of their words answer which of the query's.
            gloss: whether hits say what their words mean in English.
            more: fields of the request that this client does not know, as docs/api.md names them.

        Raises:
            InvalidRequest: a part cannot be searched.
            ApiError: as `errors` has it.
        """
        codes = languages.split(",") if isinstance(languages, str) and languages else list(languages)
        asked: dict[str, Any] = {
            "q": query,
            "limit": limit,
            "languages": codes,
            "from": _day(since),
            "to": _day(until),
            "group": group,
            "evidence": evidence,
            "gloss": gloss,
            **(more or {}),
        }
        return self._read(Results.of, self._transport.json("POST", "/v1/search", asked))

    def article(self, id: str) -> Article:
        """The article of this id, whole; offsets of hits count in its `text`.

        Raises:
            NotFound: there is none.
            ApiError: as `errors` has it.
        """
        return self._read(Article.of, self._transport.json("GET", f"/v1/articles/{quote(id)}"))

    def is_ready(self) -> bool:
        """Whether the live index answers.

        Raises:
            NotReached: no server answers.
        """
        try:
            found = self._transport.json("GET", "/readyz")
        except Refused:
            return False
        return found.get("status") == "ok"

    def __repr__(self) -> str:
        return f"<Client {self._url!r}, {'with a key' if self._transport.key else 'without a key'}>"

    def _read(self, read: Callable[[Mapping[str, Any]], T], document: Mapping[str, Any]) -> T:
        try:
            return read(document)
        except (KeyError, TypeError, ValueError) as error:
            raise UnexpectedAnswer(
                f"what {self._url} answers lacks what this client needs ({error!r}): is it an older or"
                " newer Hudhud?"
            ) from error


def _day(given: Day) -> str | None:
    if isinstance(given, datetime.datetime):
        given = given.date()
    return given.isoformat() if isinstance(given, datetime.date) else given or None
