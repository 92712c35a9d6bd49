"""Why a passage answers a query, as the API tells it.

An answer has hundreds of these parts: as dataclasses, which nothing checks again, they are made in a third
of the time of models.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field

from indexer.core.records import MatchKind
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.gloss import GlossedWord
from search_api.searching.outcomes import Hit


@dataclass(frozen=True, slots=True)
class TextSpanResponse:
    """A stretch of a text: code points `start` to before `end`."""

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, span: TextSpan) -> "TextSpanResponse":
        """The response for `span`."""
        return cls(text=span.text, start=span.start, end=span.end)


@dataclass(frozen=True, slots=True)
class WordMatchResponse:
    """A word of the article that answers a word of the query."""

    query: Annotated[TextSpanResponse, Field(description="Offsets in the query as typed.")]
    passage: Annotated[TextSpanResponse, Field(description="Offsets in the article's text.")]
    kind: MatchKind
    weight: Annotated[float, Field(description="How surely, in (0, 1].")]

    @classmethod
    def of(cls, match: WordMatch) -> "WordMatchResponse":
        """The response for `match`."""
        return cls(
            query=TextSpanResponse.of(match.query),
            passage=TextSpanResponse.of(match.passage),
            kind=match.kind,
            weight=match.weight,
        )


@dataclass(frozen=True, slots=True)
class SentenceResponse:
    """The sentence of the passage that is nearest to the query; offsets in the article's text."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class GlossedWordResponse:
    """A word of the passage with its likeliest meanings; offsets in the article's text."""

    start: int
    end: int
    text: str
    meanings: list[str]

    @classmethod
    def of(cls, word: GlossedWord) -> "GlossedWordResponse":
        """The response for `word`."""
        return cls(start=word.start, end=word.end, text=word.text, meanings=list(word.meanings))


class EvidenceResponse(BaseModel):
    """Why a passage answers the query."""

    sentence: SentenceResponse
    words: list[WordMatchResponse]
    gloss: Annotated[
        list[GlossedWordResponse], Field(description="What its words mean in English, if asked for.")
    ]

    @classmethod
    def of(cls, hit: Hit) -> "EvidenceResponse":
        """The response for `hit`."""
        score = round(hit.scores.sentence, 6)
        sentence = SentenceResponse(start=hit.sentence.start, end=hit.sentence.end, score=score)
        return cls(
            sentence=sentence,
            words=[WordMatchResponse.of(match) for match in hit.words],
            gloss=[GlossedWordResponse.of(word) for word in hit.gloss],
        )
