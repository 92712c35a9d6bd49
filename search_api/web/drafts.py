"""Draft translations on pages: the link by which a passage gets one, and the draft where it was asked for."""

from dataclasses import dataclass

from indexer.core.deadline import Deadline
from indexer.core.errors import NotTranslated, TooSlow, TranslationFailed
from indexer.core.records import Article, Passage
from search_api.serving.answering import Answering
from search_api.serving.drafts import draft_of
from search_api.web.addresses import Address

AT = "at"
"""The parameter that names a passage, as `120-480`."""

DRAFT = "draft"
"""The parameter that asks for a draft of the passage that begins at its value."""


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft of a passage, or why there is none.

    Attributes:
        text: of the draft; empty where there is none.
        fault: the name of a text of the page that says why; empty where there is a draft.
    """

    text: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Drafting:
    """A passage of which a draft can be had.

    Attributes:
        place: where it begins.
        address: of the page of its article with the draft.
        answer: address of the draft in the API, for a script.
        shown: the draft, where the page was asked for it.
    """

    place: int
    address: str
    answer: str
    shown: ShownDraft | None = None


def drafting(article: Article, passage: Passage, page: Address, shown: ShownDraft | None = None) -> Drafting:
    """The way to a draft of a passage; `page` is that of its article."""
    start = str(passage.start)
    named = page.with_only(AT, f"{start}-{passage.end}").with_only(DRAFT, start)
    answer = Address(page.prefix, f"/v1/articles/{article.id}/translation", (("start", start),))
    return Drafting(passage.start, f"{named}#{DRAFT}-{start}", str(answer), shown)


def shown_draft(answering: Answering, passage: Passage, language: str, deadline: Deadline) -> ShownDraft:
    """A draft of a passage as a page shows it, or why there is none.

    Raises:
        Cancelled: nobody waits any more.
    """
    try:
        return ShownDraft(draft_of(passage, language, answering.translator, deadline).text)
    except TooSlow:
        return ShownDraft(fault="draft_busy")
    except (NotTranslated, TranslationFailed):
        return ShownDraft(fault="draft_failed")
