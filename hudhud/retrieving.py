"""What retrievers of LangChain and LlamaIndex share: whom they ask, for what, and what is told of a hit."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Value = str | int | float | None


class Passage(Protocol):
    """A hit, of `hudhud.Index` or of `search_api.client.Client`."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def date(self) -> datetime.date | None: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102


class Searched(Protocol):
    """What is asked: an index on this machine, or a server."""

    def search(
        self,
        query: str,
        *,
        limit: int = ...,
        languages: str | Iterable[str] = ...,
        since: datetime.date | str | None = ...,
        until: datetime.date | str | None = ...,
        group: Literal["article", "passage"] = ...,
        evidence: bool = ...,
    ) -> Sequence[Passage]:
        """The passages that answer `query`, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Asking:
    """What a retriever asks for each query.

    Attributes:
        limit: most passages.
        languages: only articles in these.
        since, until: first and last day admitted.
        group: `passage`, or `article` for the best passage of each.
        least_confidence: passages that answer less surely are left out; 0 leaves none out.
    """

    limit: int = 5
    languages: tuple[str, ...] = ()
    since: datetime.date | str | None = None
    until: datetime.date | str | None = None
    group: Literal["article", "passage"] = "passage"
    least_confidence: float = 0.0

    def of(self, searched: Searched, query: str) -> Iterator[Passage]:
        """The passages that `searched` has for `query`, best first."""
        found = searched.search(
            query,
            limit=self.limit,
            languages=self.languages,
            since=self.since,
            until=self.until,
            group=self.group,
            evidence=False,
        )
        return (passage for passage in found if passage.confidence >= self.least_confidence)


def name_of(passage: Passage) -> str:
    """A name for a passage: its article, and its offsets there."""
    return f"{passage.id}#{passage.start}-{passage.end}"


def metadata_of(passage: Passage) -> dict[str, Value]:
    """What to cite a passage by; `start` and `end` count code points in the article's text."""
    return {
        "id": passage.id,
        "title": passage.title,
        "date": passage.date.isoformat() if passage.date else None,
        "language": passage.language,
        "url": passage.url,
        "source": passage.source,
        "start": passage.start,
        "end": passage.end,
        "confidence": round(passage.confidence, 3),
    }
