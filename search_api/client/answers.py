"""What the API gives, typed. A field that this client does not know is kept in `more`.

Names are those of `hudhud.Hit` and `hudhud.Results`, so that a program may search an index of its own today
and a server tomorrow.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, overload

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A word of the passage that answers a word of the query.

    Attributes:
        query, passage: both words.
        query_start: where the query's word begins in the query.
        passage_start: where the passage's word begins in the article's text.
        kind: `same`, `stem`, `dictionary`, `name`, `sound` or `translation`.
        weight: how surely, above 0 to 1.
    """

    query: str
    passage: str
    query_start: int
    passage_start: int
    kind: str
    weight: float

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a match."""
        query, passage = document["query"], document["passage"]
        return cls(
            query["text"],
            passage["text"],
            query["start"],
            passage["start"],
            document["kind"],
            document["weight"],
        )


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word of the passage with its meanings in English; offsets count in the article's text."""

    text: str
    start: int
    end: int
    meanings: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a word."""
        return cls(document["text"], document["start"], document["end"], tuple(document["meanings"]))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a score is made of; `reranked` is None where the server runs without a reranker."""

    passage: float
    sentence: float
    lexical: float
    fused: float
    reranked: float | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read the scores of a hit."""
        return cls(
            document["passage"],
            document["sentence"],
            document["lexical"],
            document["fused"],
            document.get("reranked"),
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer: a passage of an article, and why it answers.

    Attributes:
        rank: from 1, the best.
        confidence: how surely it answers the query, 0 to 1.
        score: what hits are ordered by, higher is better; those of two queries do not compare.
        title, date, language, id, url, source: of the article; None where it states no date or address.
        text: the passage.
        sentence: the sentence of the passage that is nearest to the query.
        start, end: where the passage stands in the article's text, in code points.
        sentence_start: where the sentence begins there.
        evidence: the words of the passage that answer words of the query.
        gloss: the words of the passage with their meanings in English, if they were asked for.
        scores: what `score` is made of.
        more: what else the server gave.
    """

    rank: int
    confidence: float
    score: float
    title: str
    text: str
    sentence: str
    date: datetime.date | None
    language: str
    id: str
    url: str | None
    source: str
    start: int
    end: int
    sentence_start: int
    evidence: tuple[WordMatch, ...]
    gloss: tuple[Gloss, ...]
    scores: Scores
    more: Document = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a hit."""
        article, passage, evidence = document["article"], document["passage"], document["evidence"]
        text, start, sentence = passage["text"], passage["start"], evidence["sentence"]
        return cls(
            rank=document["rank"],
            confidence=document["confidence"],
            score=document["score"],
            title=article["title"],
            text=text,
            sentence=text[sentence["start"] - start : sentence["end"] - start],
            date=_date(article["date"]),
            language=article["language"],
            id=article["id"],
            url=article.get("url", document.get("url")),
            source=article["source"],
            start=start,
            end=passage["end"],
            sentence_start=sentence["start"],
            evidence=tuple(map(WordMatch.of, evidence["words"])),
            gloss=tuple(map(Gloss.of, evidence["gloss"])),
            scores=Scores.of(document["scores"]),
            more=_more(document, "rank", "confidence", "score", "article", "passage", "evidence", "scores"),
        )


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """A date that the query mentions; `since` and `until` are None where it is a day of any year."""

    text: str
    since: datetime.date | None
    until: datetime.date | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a date."""
        return cls(document["text"], _date(document["from"]), _date(document["to"]))


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
        dates: that the query mentions; articles of these days come first.
        exact, excluded: what stands between quotation marks, and behind a minus.
        warnings: what to know of the answer, for a person.
        more: what else the server gave.
    """

    query: str
    language: str
    verdict: str
    verdict_text: str
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]
    dates: tuple[MentionedDate, ...]
    exact: tuple[str, ...]
    excluded: tuple[str, ...]
    warnings: tuple[str, ...]
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
            dates=tuple(map(MentionedDate.of, query["dates"])),
            exact=tuple(query["exact"]),
            excluded=tuple(query["excluded"]),
            warnings=tuple(query["warnings"]),
            more=_more(document, "query", "verdict", "verdict_text", "generation", "took_ms", "hits"),
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


@dataclass(frozen=True, slots=True)
class Article:
    """An article, whole; offsets of hits count in its `text`. `more` is what else the server gave."""

    id: str
    title: str
    text: str
    date: datetime.date | None
    language: str
    source: str
    url: str | None
    more: Document = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read an article."""
        return cls(
            document["id"],
            document["title"],
            document["text"],
            _date(document["date"]),
            document["language"],
            document["source"],
            document.get("url"),
            _more(document, "id", "title", "text", "date", "language", "source", "url"),
        )


def _date(written: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(written) if written else None


def _more(document: Document, *known: str) -> Document:
    return {name: value for name, value in document.items() if name not in known}
