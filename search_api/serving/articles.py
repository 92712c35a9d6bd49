"""Articles as the API gives them: one, some by their ids, and those that tell the same."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from indexer.core.records import Article, Passage
from search_api.searching.query import DEFAULT_LIMIT, MAX_LIMIT
from search_api.serving.asked import MOST_OF_AN_ID
from search_api.serving.filter_fields import FilterFields
from search_api.serving.schemas import ArticleReference, reference_of
from search_api.similar import SimilarArticle, SimilarResult

MOST_IDS = 100
MOST_CHARACTERS = 4_000_000
"""Of the texts in one answer: the longest article that is indexed has no more."""


class PassageSpan(BaseModel):
    """Where a passage stands in its article: code points `start` to before `end`."""

    id: Annotated[int, Field(description="As in hits of the same generation.")]
    start: int
    end: int

    @classmethod
    def of(cls, passage: Passage) -> "PassageSpan":
        """The response for `passage`."""
        return cls(id=passage.number, start=passage.start, end=passage.end)


class ArticleResponse(ArticleReference):
    """An article, whole. Offsets of passages count code points in `text`."""

    text: str
    passages: Annotated[list[PassageSpan], Field(description="In the order of the text.")]

    @classmethod
    def of(cls, article: Article, passages: Sequence[Passage]) -> "ArticleResponse":
        """The response for `article`."""
        return cls(
            **reference_of(article), text=article.text, passages=[PassageSpan.of(one) for one in passages]
        )


class ArticlesRequest(BaseModel):
    """Articles that are asked for by their ids."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[
        list[Annotated[str, Field(max_length=MOST_OF_AN_ID)]], Field(min_length=1, max_length=MOST_IDS)
    ]


class ArticlesResponse(BaseModel):
    """Articles by their ids, each once, in the order in which they were asked for."""

    generation: str
    articles: list[ArticleResponse]
    missing: Annotated[list[str], Field(description="Ids that no article has.")]
    left: Annotated[
        list[str],
        Field(description=f"Ids to ask for again: {MOST_CHARACTERS:,} characters of text are sent at once."),
    ]


class SimilarRequest(FilterFields):
    """What is asked of the articles that are like another."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most articles.")] = DEFAULT_LIMIT


class SimilarArticleResponse(BaseModel):
    """An article that is like the one that was asked about."""

    rank: int
    confidence: Annotated[float, Field(description="How surely it tells the same story, 0 to 1.")]
    same_story: Annotated[bool, Field(description="Whether it probably does.")]
    article: ArticleReference
    passage: Annotated[PassageSpan, Field(description="Its passage that is most alike.")]
    like: Annotated[PassageSpan, Field(description="The passage of the other that this one is like.")]

    @classmethod
    def of(cls, found: SimilarArticle) -> "SimilarArticleResponse":
        """The response for `found`."""
        return cls(
            rank=found.rank,
            confidence=round(found.confidence, 3),
            same_story=found.is_same_story,
            article=ArticleReference(**reference_of(found.article)),
            passage=PassageSpan.of(found.passage),
            like=PassageSpan.of(found.like),
        )


class SimilarResponse(BaseModel):
    """The articles that are like one: the same story in other languages first."""

    article: ArticleReference
    generation: str
    took_ms: float
    similar: list[SimilarArticleResponse]

    @classmethod
    def of(cls, result: SimilarResult) -> "SimilarResponse":
        """The response for `result`."""
        return cls(
            article=ArticleReference(**reference_of(result.article)),
            generation=result.generation,
            took_ms=round(result.took_ms, 1),
            similar=[SimilarArticleResponse.of(found) for found in result.similar],
        )
