"""Hits, typed: a passage, its article, and why it answers. What this client does not know is in `more`.

Names are those of `hudhud.Hit`, so that a program may search an index of its own today and a server tomorrow.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

Document = Mapping[str, Any]

Metadata = tuple[tuple[str, tuple[str, ...]], ...]
"""Further fields of an article: pairs of a name and its values."""


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
class Reference:
    """An article without its text; `date` and `url` are None where it states none."""

    id: str
    title: str
    date: datetime.date | None
    language: str
    source: str
    url: str | None
    publisher: str
    metadata: Metadata

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read what is told of an article."""
        return cls(
            document["id"],
            document["title"],
            day_of(document["date"]),
            document["language"],
            document["source"],
            document["url"],
            document["publisher"],
            metadata_of(document["metadata"]),
        )


@dataclass(frozen=True, slots=True)
class MarkedHtml:
    """HTML that can stand in any element of a page, with the words that answer in `mark` elements."""

    title: str
    passage: str
    sentence: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read it."""
        return cls(document["title"], document["passage"], document["sentence"])


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that answer, whole and apart from all other marks.

    Attributes:
        start, end: where they stand in the article's text, in code points.
        utf16_start, utf16_end: the same in units of UTF-16.
        query: the words of the query that they answer.
        kind: how the surest is answered, as in `WordMatch`.
        weight: how surely, above 0 to 1.
    """

    start: int
    end: int
    utf16_start: int
    utf16_end: int
    query: str
    kind: str
    weight: float

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a mark."""
        utf16 = document["utf16"]
        return cls(
            document["start"],
            document["end"],
            utf16["start"],
            utf16["end"],
            document["query"],
            document["kind"],
            document["weight"],
        )


@dataclass(frozen=True, slots=True)
class Highlight:
    """The words that answer, in the forms that were asked for: `html`, and `marks` where `offsets` was.

    Offsets of `title_marks` count in the title.
    """

    html: MarkedHtml | None
    marks: tuple[Mark, ...]
    title_marks: tuple[Mark, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read it."""
        html, offsets = document["html"], document["offsets"]
        found = (offsets["marks"], offsets["title_marks"]) if offsets else ((), ())
        return cls(MarkedHtml.of(html) if html else None, *(tuple(map(Mark.of, marks)) for marks in found))


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer: a passage of an article, and why it answers.

    Attributes:
        rank: from 1, the best.
        confidence: how surely it answers the query, 0 to 1.
        score: what hits are ordered by, higher is better; those of two queries do not compare.
        title, date, language, id, url, source, publisher: of the article; None where it states no date or
            address. `source` is the file that it was read from, below what was indexed.
        text: the passage.
        sentence: the sentence of the passage that is nearest to the query.
        start, end: where the passage stands in the article's text, in code points.
        sentence_start: where the sentence begins there.
        evidence: the words of the passage that answer words of the query.
        gloss: the words of the passage with their meanings in English, if they were asked for.
        scores: what `score` is made of.
        passage: number of the passage in its generation.
        metadata: of the article: further fields that the index keeps, pairs of a name and its values.
        twins: copies of the article, where copies are one hit.
        highlight: the words that answer, marked, if that was asked for.
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
    passage: int
    publisher: str
    metadata: Metadata
    twins: tuple[Reference, ...]
    highlight: Highlight | None
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
            date=day_of(article["date"]),
            language=article["language"],
            id=article["id"],
            url=article["url"],
            source=article["source"],
            start=start,
            end=passage["end"],
            sentence_start=sentence["start"],
            evidence=tuple(map(WordMatch.of, evidence["words"])),
            gloss=tuple(map(Gloss.of, evidence["gloss"])),
            scores=Scores.of(document["scores"]),
            passage=passage["id"],
            publisher=article["publisher"],
            metadata=metadata_of(article["metadata"]),
            twins=tuple(map(Reference.of, document["twins"])),
            highlight=Highlight.of(document["highlight"]) if document["highlight"] else None,
            more=besides(document, _KNOWN),
        )


_KNOWN = frozenset(
    {"rank", "confidence", "score", "scores", "article", "twins", "passage", "evidence", "highlight"}
)


def metadata_of(document: Document) -> Metadata:
    """The further fields of an article."""
    return tuple((name, tuple(values)) for name, values in document.items())


def day_of(written: str | None) -> datetime.date | None:
    """The day that is written as YYYY-MM-DD, if one is."""
    return datetime.date.fromisoformat(written) if written else None


def besides(document: Document, known: frozenset[str]) -> Document:
    """What an object has besides the fields in `known`."""
    return {name: value for name, value in document.items() if name not in known}
