"""The client: one method for each thing that the API does."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, Unpack
from urllib.parse import quote

from search_api.client.answers import Article, Results
from search_api.client.asking import Asking, Day, Omit, Values, body_of, fields_of, parameters_of, parted
from search_api.client.errors import Refused, UnexpectedAnswer, refused
from search_api.client.hits import Document
from search_api.client.nearby import SimilarArticle, Suggestion, Translation
from search_api.client.transport import Address, Transport

T = TypeVar("T")

_SEARCH = "/v1/search"
_AT_ONCE = 16
"""Searches of one request."""

_MOST_IDS = 100
"""Ids of one request."""


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
        languages: Values = (),
        sources: Values = (),
        meta: Mapping[str, Values] | None = None,
        omit: Omit | None = None,
        since: Day = None,
        until: Day = None,
        mode: Literal["hybrid", "dense", "lexical"] | None = None,
        exact: bool = False,
        without: Values = (),
        group: Literal["article", "passage"] = "article",
        evidence: bool = True,
        gloss: bool = False,
        highlight: Values = (),
        min_confidence: float | None = None,
        count: bool = False,
        facets: Values = (),
        sort: Literal["relevance", "newest", "oldest", "added"] = "relevance",
        collapse: bool = False,
        stories: bool = False,
        partial: bool = False,
        cursor: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Results:
        """The passages that answer `query`, best first.

        Args:
            query: a question or some words, in any language.
            limit: most hits, 1 to 100.
            languages: only articles in these, `"fa,ar"` or `["fa", "ar"]`.
            sources: only articles of these publishers, however they are spelled.
            meta: only articles with one of these values of a further field, `{"author": ["Ali"]}`.
            omit: articles to leave out, `Omit(sources=["a.org"], meta={"author": ["Ali"]})`.
            since: first day admitted, a date or `YYYY-MM-DD`.
            until: last day admitted, likewise.
            mode: what finds articles and orders them; hybrid, or lexical where `exact` is asked for, when
                None.
            exact: whether only the words themselves count, however they are spelled.
            without: what does not count: `"stem,sound"` or a list.
            group: `article` gives one hit an article, `passage` every passage.
            evidence: whether hits say which of their words answer which of the query's.
            gloss: whether hits say what their words mean in English.
            highlight: the forms in which words that answer are marked: `html`, `offsets` or both.
            min_confidence: from which an article matches; if given, hits are what matches alone.
            count: whether all that matches is counted.
            facets: fields by whose values it is counted: `language`, `source`, `month`, `meta.author`.
            sort: what hits are ordered by; by date, all that matches.
            collapse: whether copies of one story are one hit, with its `twins`.
            stories: whether what tells the same story in several languages is one hit, likewise.
            partial: whether an answer from some shards of the index will do, where others do not answer: then
                `missing` of the results says what was not searched.
            cursor: `next_cursor` of the page before; `pages` gives all pages.
            more: fields of the request that this client does not know, as docs/api.md names them.

        Raises:
            InvalidRequest: a part cannot be searched.
            CursorExpired: the page before is of another generation.
            ApiError: as `errors` has it.
        """
        asking: Asking = {
            "limit": limit,
            "languages": languages,
            "sources": sources,
            "meta": meta,
            "omit": omit,
            "since": since,
            "until": until,
            "mode": mode,
            "exact": exact,
            "without": without,
            "group": group,
            "evidence": evidence,
            "gloss": gloss,
            "highlight": highlight,
            "min_confidence": min_confidence,
            "count": count,
            "facets": facets,
            "sort": sort,
            "collapse": collapse,
            "stories": stories,
            "partial": partial,
            "cursor": cursor,
            "more": more,
        }
        return self._read(Results.of, self._transport.json("POST", _SEARCH, body_of(query, asking)))

    def pages(self, query: str, **asking: Unpack[Asking]) -> Iterator[Results]:
        """The pages of a search, one after the other, from `cursor` if it is given; none is asked for early.

        Args:
            query: a question or some words, in any language.
            asking: what `search` takes; `limit` is of a page.

        Raises:
            CursorExpired: another generation answers now: what came so far is of the one before.
            ApiError: as `errors` has it.
        """
        while True:
            page = self.search(query, **asking)
            yield page
            if page.next_cursor is None:
                return
            asking["cursor"] = page.next_cursor

    def select(self, query: str, fields: Values, **asking: Unpack[Asking]) -> Document:
        """An answer whose hits have these parts alone, as docs/api.md describes it: objects, lists, texts.

        Args:
            query: a question or some words, in any language.
            fields: names of parts, `"title,url,meta.author"` or a list.
            asking: what `search` takes.

        Raises:
            ApiError: as `errors` has it.
        """
        body = {**body_of(query, asking), "fields": parted(fields)}
        return self._transport.json("POST", _SEARCH, body)

    def article(self, id: str) -> Article:
        """The article of this id, whole; offsets of hits count in its `text`.

        Raises:
            NotFound: there is none.
            ApiError: as `errors` has it.
        """
        return self._read(Article.of, self._transport.json("GET", f"/v1/articles/{quote(id)}"))

    def searches(self, queries: Iterable[str], **asking: Unpack[Asking]) -> list[Results | Refused]:
        """The answers to several queries, in their order; the problem in place of one that has none.

        Args:
            queries: any number; sixteen go into a request.
            asking: what `search` takes, the same for all.

        Raises:
            ApiError: no request was answered; as `errors` has it.
        """
        bodies = [body_of(query, asking) for query in queries]
        found: list[Results | Refused] = []
        for first in range(0, len(bodies), _AT_ONCE):
            body = {"searches": bodies[first : first + _AT_ONCE]}
            answer = self._transport.json("POST", f"{_SEARCH}/batch", body)
            found += self._read(_outcomes, answer)
        return found

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """The articles of these ids, each once, in their order; an id that no article has gives none.

        Raises:
            ApiError: as `errors` has it.
        """
        left = list(dict.fromkeys(ids))
        found: list[Article] = []
        while left:
            some, left = left[:_MOST_IDS], left[_MOST_IDS:]
            answer = self._transport.json("POST", "/v1/articles", {"ids": some})
            articles, again = self._read(_some_articles, answer)
            if len(again) >= len(some):
                raise UnexpectedAnswer(f"{self._url} gives none of the articles that it was asked for")
            found += articles
            left = [*again, *left]
        return found

    def similar(
        self,
        id: str,
        *,
        limit: int = 10,
        languages: Values = (),
        sources: Values = (),
        meta: Mapping[str, Values] | None = None,
        omit: Omit | None = None,
    ) -> list[SimilarArticle]:
        """The articles that are like one: the same story in other languages first.

        Args:
            id: of the one.
            limit: most articles, 1 to 100.
            languages: only articles in these, as for `search`.
            sources: only articles of these publishers.
            meta: only articles with one of these values of a further field.
            omit: articles to leave out.

        Raises:
            NotFound: no article has this id.
            ApiError: as `errors` has it.
        """
        asked = fields_of(
            {"limit": limit, "languages": languages, "sources": sources, "meta": meta, "omit": omit}
        )
        path = f"/v1/articles/{quote(id)}/similar?{parameters_of(asked)}"
        answer = self._transport.json("GET", path)
        return self._read(lambda document: [*map(SimilarArticle.of, document["similar"])], answer)

    def translation(self, id: str, start: int) -> Translation:
        """A draft translation of a passage into English, where the server has a model for its language.

        Args:
            id: of its article.
            start: where the passage begins, as hits and articles tell it.

        Raises:
            NotFound: no article has this id, or nothing translates its language there.
            InvalidRequest: no passage of it begins there.
            ApiError: as `errors` has it.
        """
        path = f"/v1/articles/{quote(id)}/translation?{parameters_of({'start': start})}"
        return self._read(Translation.of, self._transport.json("GET", path))

    def suggest(self, typed: str, *, limit: int = 8) -> list[Suggestion]:
        """Words of the archive that the last word typed may become.

        Raises:
            InvalidRequest: nothing was typed.
            ApiError: as `errors` has it.
        """
        answer = self._transport.json("GET", f"/v1/suggest?{parameters_of({'q': typed, 'limit': limit})}")
        return self._read(lambda document: [*map(Suggestion.of, document["suggestions"])], answer)

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


def _some_articles(document: Document) -> tuple[list[Article], list[str]]:
    """The articles that were sent, and the ids to ask for again."""
    return [*map(Article.of, document["articles"])], [*document["left"]]


def _outcomes(document: Document) -> list[Results | Refused]:
    """What became of each search of a batch."""
    return [
        Results.of(one["response"]) if one["response"] else refused(one["status"], one["problem"], {})
        for one in document["outcomes"]
    ]
