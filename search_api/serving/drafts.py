"""Draft translations as the API gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from indexer.core.deadline import Deadline
from indexer.core.errors import InvalidQuery, NotTranslated
from indexer.core.records import Article, Passage
from search_api.serving.articles import PassageSpan
from search_api.serving.schemas import ArticleReference, reference_of
from search_api.translating.translator import TARGET, Translator

NOTE = "Draft by a machine. Check before you quote."

_START = Field(ge=0, description="Where the passage begins, as hits and articles tell it: `passage.start`.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of a passage in English, and the name of the model that made it."""

    text: str
    model: str


class DraftRequest(BaseModel):
    """Which passage of an article is to be translated."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[int, _START]


class DraftResponse(BaseModel):
    """A passage in English, as a machine drafts it."""

    generation: str
    article: ArticleReference
    passage: PassageSpan
    language: Annotated[str, Field(description="Of the draft: `en`.")]
    model: Annotated[str, Field(description="That made it, as `faen`.")]
    note: Annotated[str, Field(description="To be shown beside the draft.")]
    text: Annotated[str, Field(description="The draft: plain text.")]

    @classmethod
    def of(cls, generation: str, article: Article, passage: Passage, draft: Draft) -> "DraftResponse":
        """The response for `draft`."""
        return cls(
            generation=generation,
            article=ArticleReference(**reference_of(article)),
            passage=PassageSpan.of(passage),
            language=TARGET,
            model=draft.model,
            note=NOTE,
            text=draft.text,
        )


def begins_at(start: int, passages: Sequence[Passage]) -> Passage:
    """The passage that begins at a code point of its article.

    Raises:
        InvalidQuery: none does.
    """
    for passage in passages:
        if passage.start == start:
            return passage
    message = f"no passage begins at {start}: the article tells where they begin, and may have changed"
    raise InvalidQuery(message, field="start", value=start)


def draft_of(passage: Passage, language: str, translator: Translator | None, deadline: Deadline) -> Draft:
    """A draft of a passage.

    Raises:
        NotTranslated: nothing translates its language here.
        TranslationFailed: no draft could be made of it.
        TooSlow, Cancelled: as the deadline has it.
    """
    if translator is None:
        raise NotTranslated("this server translates nothing: it was started without --translation-models")
    model = translator.model(language)
    [text] = translator.translate([passage.text], language, deadline)
    return Draft(text, model)
