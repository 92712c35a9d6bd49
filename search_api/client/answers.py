"""What the API gives, typed. A field that this client does not know is kept in `more`.

Names are those of `hudhud.Results`, so that a program may search an index of its own today and a server
tomorrow.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self, overload

from search_api.client.hits import Document, Hit, Metadata, besides, day_of, metadata_of


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """A date that the query mentions; `since` and `until` are None where it is a day of any year."""

    text: str
    since: datetime.date | None
    until: datetime.date | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a date."""
        return cls(document["text"], day_of(document["from"]), day_of(document["to"]))


@dataclass(frozen=True, slots=True)
class Facet:
    """A field, and how many of the articles that match have which of its values.

    Attributes:
        field: `language`, `source`, `month`, or a further field as `meta.author`.
        counts: pairs of a value and how many articles have it, most first; months the latest first.
        is_exact: whether all that matches was counted.
    """

    field: str
    counts: tuple[tuple[str, int], ...]
    is_exact: bool

    @classmethod
    def of(cls, name: str, document: Document) -> Self:
        """Read the counts of a field."""
        counts = tuple((one["value"], one["count"]) for one in document["counts"])
        return cls(name, counts, document["is_exact"])


@dataclass(frozen=True, slots=True)
class Missing:
    """What of the index was not searched: shards for which no process answers.

    Attributes:
        shards: their places, from 0.
        of: how many shards the index has.
        articles, passages: how many these shards have.
        share: of all passages those that were not searched, 0 to 1.
    """

    shards: tuple[int, ...]
    of: int
    articles: int
    passages: int
    share: float

    @classmethod
    def of_document(cls, document: Document) -> Self:
        """Read what is missing."""
        return cls(
            *(tuple(document["shards"]), document["of"], document["articles"]),
            *(document["passages"], document["share"]),
        )


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """The answers to a query, best first: a sequence of hits, all from one generation.

    Attributes:
        query: as it was asked; of a long one the beginning, which was read.
        language: that the query is written in, as far as can be told.
        verdict: whether the archive answers it, by the first hit: `strong`, `weak` or `none`.
        verdict_text: what that means, for a person.
        generation: name of the one that answered.
        took_ms: the search, in milliseconds.
        hits: as a tuple.
        reranking_ms: what of the time a reranker took; None without one.
        since, until: first and last day admitted, in the Gregorian calendar; None where it is open.
        dates: that the query mentions; articles of these days come first.
        exact, excluded: what stands between quotation marks, and behind a minus.
        mode: what found articles and ordered them: `hybrid`, `dense` or `lexical`.
        without: kinds of evidence that did not count.
        warnings: what to know of the answer, for a person.
        corrected: the query as it may have been meant, where a word seems mistyped; else None.
        total: how many articles match; passages, or stories, where these are the hits.
        is_total_exact: whether no more do; `count=True` counts on.
        answering: how many of them answer, perhaps at least, as far as they were looked at.
        facets: the fields that were asked for.
        next_cursor: names the next page; None where nothing follows.
        missing: what was not searched, with `partial=True`; None where all of the index was.
        more: what else the server gave.
    """

    query: str
    language: str
    verdict: str
    verdict_text: str
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]
    reranking_ms: float | None
    since: datetime.date | None
    until: datetime.date | None
    dates: tuple[MentionedDate, ...]
    exact: tuple[str, ...]
    excluded: tuple[str, ...]
    mode: str
    without: tuple[str, ...]
    warnings: tuple[str, ...]
    corrected: str | None
    total: int
    is_total_exact: bool
    answering: int
    facets: tuple[Facet, ...]
    next_cursor: str | None
    missing: Missing | None
    more: Document = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read an answer."""
        query = document["query"]
        return cls(
            query=query["text"],
            language=query["language"],
            verdict=document["verdict"],
            verdict_text=document["verdict_text"],
            generation=document["generation"],
            took_ms=document["took_ms"],
            hits=tuple(map(Hit.of, document["hits"])),
            reranking_ms=document["reranking_ms"],
            since=day_of(query["from"]),
            until=day_of(query["to"]),
            dates=tuple(map(MentionedDate.of, query["dates"])),
            exact=tuple(query["exact"]),
            excluded=tuple(query["excluded"]),
            mode=query["mode"],
            without=tuple(query["without"]),
            warnings=tuple(query["warnings"]),
            corrected=query["corrected"],
            total=document["total"],
            is_total_exact=document["total_is_exact"],
            answering=document["answering"],
            facets=tuple(Facet.of(name, counts) for name, counts in document["facets"].items()),
            next_cursor=document["next_cursor"],
            missing=Missing.of_document(document["missing"]) if document.get("missing") else None,
            more=besides(document, _OF_RESULTS),
        )

    def __len__(self) -> int:
        return len(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)


_OF_RESULTS = frozenset(
    {
        *("query", "verdict", "verdict_text", "generation", "took_ms", "reranking_ms", "hits"),
        *("total", "total_is_exact", "answering", "facets", "next_cursor", "missing"),
    }
)


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where a passage stands in its article: code points `start` to before `end`."""

    id: int
    start: int
    end: int

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read where a passage stands."""
        return cls(document["id"], document["start"], document["end"])


@dataclass(frozen=True, slots=True)
class Article:
    """An article, whole; offsets of hits and of `passages` count in its `text`.

    `date` and `url` are None where it states none; `metadata` are further fields, pairs of a name and its
    values; `more` is what else the server gave.
    """

    id: str
    title: str
    text: str
    date: datetime.date | None
    language: str
    source: str
    url: str | None
    publisher: str
    metadata: Metadata
    passages: tuple[PassageSpan, ...]
    more: Document = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read an article."""
        return cls(
            document["id"],
            document["title"],
            document["text"],
            day_of(document["date"]),
            document["language"],
            document["source"],
            document["url"],
            document["publisher"],
            metadata_of(document["metadata"]),
            tuple(map(PassageSpan.of, document["passages"])),
            besides(document, _OF_ARTICLES),
        )


_OF_ARTICLES = frozenset(
    {
        *("id", "title", "text", "date", "language", "source", "url"),
        *("publisher", "metadata", "passages"),
    }
)
