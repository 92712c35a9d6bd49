"""What the API gives besides hits, typed: articles that are like another, suggestions, and drafts."""

from dataclasses import dataclass
from typing import Self

from search_api.client.answers import PassageSpan
from search_api.client.hits import Document, Reference


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article that is like another.

    Attributes:
        rank: from 1; what probably tells the same story in another language comes first.
        confidence: how surely it tells the same story, 0 to 1.
        is_same_story: whether it probably does.
        article: without its text.
        passage: its passage that is most alike to one of the other.
        like: that one.
    """

    rank: int
    confidence: float
    is_same_story: bool
    article: Reference
    passage: PassageSpan
    like: PassageSpan

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a similar article."""
        return cls(
            document["rank"],
            document["confidence"],
            document["same_story"],
            Reference.of(document["article"]),
            PassageSpan.of(document["passage"]),
            PassageSpan.of(document["like"]),
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word of the archive that the last word typed may become.

    Attributes:
        text: the word, as an article spells it.
        query: what was typed, with its last word completed.
        articles: how many have it.
        by_sound: whether it only sounds like what was typed.
        english: the English word that begins so and that it translates; else empty.
    """

    text: str
    query: str
    articles: int
    by_sound: bool
    english: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a suggestion."""
        return cls(
            document["text"],
            document["query"],
            document["articles"],
            document["by_sound"],
            document["english"],
        )


@dataclass(frozen=True, slots=True)
class Translation:
    """A draft translation of a passage, by a machine.

    Attributes:
        article: without its text.
        passage: that was translated.
        language: of the draft, `en`.
        model: that made it.
        note: to be shown beside it.
        text: the draft.
    """

    article: Reference
    passage: PassageSpan
    language: str
    model: str
    note: str
    text: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """Read a draft."""
        return cls(
            Reference.of(document["article"]),
            PassageSpan.of(document["passage"]),
            document["language"],
            document["model"],
            document["note"],
            document["text"],
        )
