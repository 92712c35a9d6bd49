"""An article as a page shows it: whole, with the words marked that answer, and one passage named."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.core.records import Article, Passage, Span
from search_api.searching.evidence import WordMatch
from search_api.searching.gloss import gloss
from search_api.searching.highlight import Mark, escaped, marked, marks_of
from search_api.similar import SimilarArticle
from search_api.web.addresses import Address
from search_api.web.asking import Typed
from search_api.web.drafts import AT, Drafting
from search_api.web.hits import GlossPiece, ShownArticle, glossed, shown_article
from search_api.web.preferences import Preferences
from search_api.web.templating import Html
from search_api.web.why import attributes_of

_PARAGRAPH = re.compile(r"[^\n]+")
_PILCROW = "\u00b6"
_AT = re.compile(r"(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        html: of it, with marks; what is named stands in an element of its own, and where a passage begins,
            a link for whoever wants to name it.
        gloss: what it means word by word, where that is wanted.
        drafts: the passages that end in it, each by its number among those of the article, with the way to
            its draft.
    """

    html: Html
    gloss: tuple[GlossPiece, ...]
    drafts: tuple[tuple[int, Drafting], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """An article that is like another: whether it tells the same story."""

    article: ShownArticle
    is_same_story: bool


@dataclass(frozen=True, slots=True)
class ShownText:
    """The text of an article: its paragraphs, and how many words are marked in it."""

    paragraphs: tuple[Paragraph, ...]
    marks: int


def named_span(at: str, text: str) -> Span | None:
    """The stretch of a text that an address names, as `120-480`; None where it names none."""
    found = _AT.fullmatch(at)
    if not found:
        return None
    start, end = int(found[1]), int(found[2])
    return Span(start, end) if start < end <= len(text) else None


@dataclass(slots=True)
class _Page:
    """Writes the paragraphs of one article."""

    article: Article
    marks: Sequence[Mark]
    typed: Typed | None
    named: Span | None
    preferences: Preferences
    links: Mapping[int, str]
    count: int = 0
    is_anchored: bool = field(default=False)

    def html(self, start: int, end: int) -> str:
        """A stretch of the text, what is named in an element of its own, a link where a passage begins."""
        places = [*self.links, *((self.named.start, self.named.end) if self.named else ())]
        edges = sorted({start, end, *(place for place in places if start < place < end)})
        return "".join(
            self._link(first) + self._piece(first, past) for first, past in itertools.pairwise(edges)
        )

    def _link(self, place: int) -> str:
        """The link to the passage that begins at a place; empty where none does."""
        if place not in self.links:
            return ""
        wording = self.preferences.wording
        label = escaped(wording("permalink"))
        return (
            f'<a class="pilcrow" href="{escaped(self.links[place])}" aria-label="{label}" title="{label}"'
            f' lang="{wording.code}">{_PILCROW}</a>'
        )

    def _piece(self, start: int, end: int) -> str:
        inside = [mark for mark in self.marks if mark.start < end and start < mark.end]
        html = marked(self.article.text[start:end], start, inside, self._attributes)
        if not (self.named and self.named.start <= start and end <= self.named.end):
            return html
        anchor = "" if self.is_anchored else ' id="at"'
        self.is_anchored = True
        return f'<span class="named"{anchor}>{html}</span>'

    def _attributes(self, mark: Mark) -> str:
        self.count += 1
        told = attributes_of(mark, self.typed, self.preferences.wording) if self.typed else ""
        return f' id="m{self.count}"{told}'


def shown_text(
    article: Article,
    passages: Sequence[Passage],
    words: Sequence[Sequence[WordMatch]],
    typed: Typed | None,
    named: Span | None,
    here: Address,
    preferences: Preferences,
    drafts: Sequence[Drafting] = (),
    *,
    is_glossed: bool,
) -> ShownText:
    """The text of an article.

    Args:
        article: whole.
        passages: of it, in order.
        words: of each passage, those that answer the query.
        typed: the query; None where there is none.
        named: what the address names.
        here: the address of the page.
        preferences: of whoever looks.
        drafts: of each passage the way to one; none where nothing translates the article.
        is_glossed: whether each paragraph says what its words mean.
    """
    marks = [
        mark
        for passage, found in zip(passages, words, strict=True)
        for mark in marks_of(found, passage.text, passage.start)
    ]
    page = _Page(article, marks, typed, named, preferences, dict(_links(passages, here)))
    paragraphs = [
        Paragraph(
            Html(page.html(*found.span())),
            _meanings(found, article.language, marks) if is_glossed else (),
            tuple(
                (number, draft)
                for number, (passage, draft) in enumerate(zip(passages, drafts, strict=False), 1)
                if found.start() < passage.end <= found.end()
            ),
        )
        for found in _PARAGRAPH.finditer(article.text)
    ]
    return ShownText(tuple(paragraphs), page.count)


def _meanings(found: re.Match[str], language: str, marks: Sequence[Mark]) -> tuple[GlossPiece, ...]:
    """What a paragraph means word by word; nothing where none of its words is known."""
    text, start = found.group(), found.start()
    return glossed(text, start, gloss(Passage(0, 0, start, found.end(), text), language), marks)


def _links(passages: Sequence[Passage], here: Address) -> Iterator[tuple[int, str]]:
    """Where each passage begins, and its address."""
    for passage in passages:
        yield passage.start, f"{here.with_only(AT, f'{passage.start}-{passage.end}')}#{AT}"


def alike(found: Sequence[SimilarArticle], here: Address, preferences: Preferences) -> tuple[Alike, ...]:
    """Articles that are like another, as its page names them."""
    return tuple(
        Alike(
            shown_article(
                one.article, here, preferences, Span(one.passage.start, one.passage.end), one.passage
            ),
            one.is_same_story,
        )
        for one in found
    )
