"""Suggestions as the API takes and gives them."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from search_api.searching.suggest import DEFAULT_SUGGESTIONS, MOST_SUGGESTIONS, MOST_TYPED, Suggestion


class SuggestRequest(BaseModel):
    """What somebody has typed so far."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=MOST_TYPED, description="Its last word is completed.")]
    limit: Annotated[int, Field(ge=1, le=MOST_SUGGESTIONS, description="Most suggestions.")] = (
        DEFAULT_SUGGESTIONS
    )


class SuggestionResponse(BaseModel):
    """A word that the last one may become."""

    text: Annotated[str, Field(description="The word, as an article spells it.")]
    query: Annotated[str, Field(description="What was typed, its last word completed.")]
    articles: Annotated[int, Field(description="How many have it; an estimate for very frequent words.")]
    by_sound: Annotated[bool, Field(description="Whether it only sounds like what was typed.")]
    english: Annotated[
        str, Field(description="The English word that begins so and that it translates; else empty.")
    ]

    @classmethod
    def of(cls, suggestion: Suggestion) -> Self:
        """The response for `suggestion`."""
        return cls(
            text=suggestion.text,
            query=suggestion.query,
            articles=suggestion.articles,
            by_sound=suggestion.by_sound,
            english=suggestion.english,
        )


class SuggestResponse(BaseModel):
    """Words of the archive: translations, what begins so, and what sounds so."""

    generation: str
    suggestions: list[SuggestionResponse]
