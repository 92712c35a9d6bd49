"""What is told of all that matches: totals, facets, order, pages; as requests and answers write it."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from indexer.core.protocols import Missing
from search_api.searching.confidence import MATCHING
from search_api.searching.cursor import LONGEST
from search_api.searching.facets import Facet
from search_api.searching.query import MOST_FACETS, Sort
from search_api.serving.lists import parted

_LONGEST_FIELD = 80


class MatchFields(BaseModel):
    """What to tell of all that matches, and in which order."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    min_confidence: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description=f"Confidence from which an article matches, {MATCHING} unless given. If given, hits"
            " are what matches alone.",
        ),
    ] = None
    count: Annotated[bool, Field(description="Count all that matches; costs more.")] = False
    facets: Annotated[
        list[Annotated[str, Field(max_length=_LONGEST_FIELD)]],
        BeforeValidator(parted(MOST_FACETS, "fields")),
        Field(
            max_length=MOST_FACETS,
            description="Fields by whose values all that matches is counted: `language`, `source`, `month`,"
            " `meta.author`; costs more.",
        ),
    ] = []
    sort: Annotated[Sort, Field(description="What hits are ordered by; by date, all that matches.")] = (
        Sort.RELEVANCE
    )
    collapse: Annotated[bool, Field(description="Show copies of one story as one hit; costs more.")] = False
    stories: Annotated[
        bool, Field(description="Show what tells the same story in several languages as one hit.")
    ] = False
    cursor: Annotated[
        str, Field(max_length=LONGEST, description="`next_cursor` of the page before; empty for the first.")
    ] = ""

    partial: Annotated[
        bool,
        Field(
            description="Where shards of the index do not answer, answer from the others and say so, and not"
            " with 503."
        ),
    ] = False


class MissingResponse(BaseModel):
    """What of the index was not searched: shards for which no process answers."""

    shards: Annotated[list[int], Field(description="Their places, from 0.")]
    of: Annotated[int, Field(description="How many shards the index has.")]
    articles: Annotated[int, Field(description="How many these shards have.")]
    passages: Annotated[int, Field(description="How many these shards have.")]
    share: Annotated[float, Field(description="Of all passages those that were not searched, 0 to 1.")]

    @classmethod
    def of_missing(cls, missing: Missing) -> "MissingResponse | None":
        """The response for what is missing; None where nothing is."""
        if not missing:
            return None
        return cls(
            shards=list(missing.shards),
            of=missing.of,
            articles=missing.articles,
            passages=missing.passages,
            share=round(missing.share, 4),
        )


class FacetCount(BaseModel):
    """A value of a field, and how many of the articles that match have it."""

    value: str
    count: int


class FacetResponse(BaseModel):
    """The values of a field, those that most articles have first; months the latest first."""

    counts: list[FacetCount]
    is_exact: Annotated[bool, Field(description="False where more match than are counted, or were searched.")]

    @classmethod
    def of(cls, facet: Facet) -> "FacetResponse":
        """The response for `facet`."""
        counts = [FacetCount(value=value, count=count) for value, count in facet.counts]
        return cls(counts=counts, is_exact=facet.is_exact)
