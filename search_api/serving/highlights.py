"""The words of hits that answer, marked, as the API gives them: HTML for pages, offsets for programs."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from indexer.core.errors import InvalidQuery
from indexer.core.records import MatchKind, Span
from search_api.searching.highlight import Mark, element, marked, marks_of, utf16_offsets
from search_api.searching.outcomes import Hit


class Highlight(StrEnum):
    """In which form words are marked."""

    HTML = "html"
    OFFSETS = "offsets"


def highlights_of(given: str) -> list[Highlight]:
    """The forms that are named in a text, with commas between.

    Raises:
        InvalidQuery: one of them is none.
    """
    named = [form.strip() for form in given.split(",")] if given else []
    for form in named:
        if form not in set(Highlight):
            message = f"highlight must be html, offsets or html,offsets, not {form!r}"
            raise InvalidQuery(message, field="highlight", value=form)
    return [Highlight(form) for form in named]


class Utf16Span(BaseModel):
    """A stretch of a text in UTF-16 code units, as JavaScript's `slice` counts."""

    start: int
    end: int


class OffsetsResponse(BaseModel):
    """A stretch of the article's text: code points `start` to before `end`, and the same in UTF-16."""

    start: int
    end: int
    utf16: Utf16Span


class MarkResponse(OffsetsResponse):
    """Words of an article that answer the query; whole words, apart from all other marks."""

    query: Annotated[str, Field(description="The words of the query that they answer.")]
    kind: Annotated[MatchKind, Field(description="How the surest is answered.")]
    weight: Annotated[float, Field(description="How surely, in (0, 1].")]

    @classmethod
    def all(cls, marks: Sequence[Mark], places: Sequence[OffsetsResponse]) -> "list[MarkResponse]":
        """The responses for some marks at their places."""
        return [
            cls(
                start=there.start,
                end=there.end,
                utf16=there.utf16,
                query=mark.query,
                kind=mark.surest.kind,
                weight=mark.surest.weight,
            )
            for mark, there in zip(marks, places, strict=True)
        ]


class OffsetHighlight(BaseModel):
    """Where passage, sentence and marks stand in the article's text, and other marks in its title."""

    passage: OffsetsResponse
    sentence: OffsetsResponse
    marks: Annotated[list[MarkResponse], Field(description="In the order of the text.")]
    title_marks: Annotated[list[MarkResponse], Field(description="Their offsets count in `article.title`.")]

    @classmethod
    def of(cls, hit: Hit, marks: Sequence[Mark], in_title: Sequence[Mark]) -> "OffsetHighlight":
        """The response for `hit`."""
        spans: list[Span] = [Span(hit.passage.start, hit.passage.end), hit.sentence, *marks]
        passage, sentence, *of_marks = _offsets(hit.article.text, spans)
        return cls(
            passage=passage,
            sentence=sentence,
            marks=MarkResponse.all(marks, of_marks),
            title_marks=MarkResponse.all(in_title, list(_offsets(hit.article.title, in_title))),
        )


class HtmlHighlight(BaseModel):
    """HTML that can stand in any element of a page: `span` with `lang` and `dir`, in it `mark`."""

    title: Annotated[str, Field(description="Of the article.")]
    passage: str
    sentence: Annotated[str, Field(description="The sentence of the passage that is nearest.")]

    @classmethod
    def of(cls, hit: Hit, marks: Sequence[Mark], in_title: Sequence[Mark]) -> "HtmlHighlight":
        """The response for `hit`."""
        article, passage, sentence = hit.article, hit.passage, hit.sentence
        return cls(
            title=element(marked(article.title, 0, in_title), article.language),
            passage=element(marked(passage.text, passage.start, marks), article.language),
            sentence=element(marked(sentence.of(article.text), sentence.start, marks), article.language),
        )


class HighlightResponse(BaseModel):
    """The words of a hit that answer, marked in each form that was asked for."""

    html: HtmlHighlight | None
    offsets: OffsetHighlight | None

    @classmethod
    def of(cls, hit: Hit, forms: Collection[Highlight]) -> "HighlightResponse | None":
        """The response for `hit` in some forms; None where none is asked for."""
        if not forms:
            return None
        marks = marks_of(hit.words, hit.passage.text, hit.passage.start)
        in_title = marks_of(hit.title_words, hit.article.title, 0)
        return cls(
            html=HtmlHighlight.of(hit, marks, in_title) if Highlight.HTML in forms else None,
            offsets=OffsetHighlight.of(hit, marks, in_title) if Highlight.OFFSETS in forms else None,
        )


def _offsets(text: str, spans: Sequence[Span]) -> Iterator[OffsetsResponse]:
    units = utf16_offsets(text, [edge for span in spans for edge in (span.start, span.end)])
    for span, start, end in zip(spans, units[::2], units[1::2], strict=True):
        yield OffsetsResponse(start=span.start, end=span.end, utf16=Utf16Span(start=start, end=end))
