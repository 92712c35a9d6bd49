"""The nouns of Hudhud, once. Everything here is frozen and knows no library but numpy."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape `(texts, dimensions)`; every row has unit length."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: code points `start` (included) to `end` (excluded)."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Article:
    """A source document as it was read.

    `text` is what every offset counts in: decoded, newlines as `\\n`, without byte-order mark
    and header, otherwise unchanged. `language` is `fa`, `prs`, `ar` or another ISO 639 code,
    `und` where it cannot be told. `source` is the file it was read from.
    """

    id: str
    title: str
    text: str
    date: datetime.date | None
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The retrieval unit: whole sentences of one article, `article.text[start:end] == text`.

    `number` counts all passages of a generation from 0 and is also the row of its vector;
    `article` is the number of its article in the same generation.
    """

    number: int
    article: int
    start: int
    end: int
    text: str


class SkipReason(StrEnum):
    """Why an input did not become an article."""

    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding not recognised"
    UNREADABLE = "unreadable"
    LINK_LOOP = "link loop"
    HIDDEN = "hidden file"
    UNSUPPORTED = "unsupported format"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that did not become an article, with what is needed to mend it."""

    source: str
    reason: SkipReason
    detail: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search is limited to.

    `languages` are codes, any of which may fit (`fa` admits `prs`); empty admits all. `since` and
    `until` are included; an article without a date is outside any date filter.
    """

    languages: frozenset[str] = frozenset()
    since: datetime.date | None = None
    until: datetime.date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everything is admitted."""
        return not self.languages and self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an index offers for a query: the numbers of a passage and its article, and how near it is.

    `dense` is the cosine between the vectors of query and passage.
    """

    passage: int
    article: int
    dense: float


class Index(Protocol):
    """What searching asks of an index, whatever engine holds it."""

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        ...

    def candidates(self, vector: Vectors, wanted: Filter, limit: int) -> list[Candidate]:
        """The `limit` passages nearest to a query vector under a filter, best first, ties by number."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        ...

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        ...

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        ...


class Encoder(Protocol):
    """Turns texts into vectors. Implementations are safe to call from several threads."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    @property
    def engine(self) -> str:
        """What computes the vectors, for people to read."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, one row per text, in the given order. Texts carry their prompt."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for a few short texts, as exactly as the engine can."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends."""
        ...
