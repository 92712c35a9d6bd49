"""Hits as a page shows them: where from, when, how surely; the best sentence, its passage, and why."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.core.records import Article, MatchKind, Passage, Span
from indexer.text.direction import direction_of, tag_of
from indexer.text.orthography.common import with_ascii_digits
from search_api.searching.confidence import Verdict
from search_api.searching.evidence import WordMatch
from search_api.searching.gloss import GlossedWord, gloss
from search_api.searching.highlight import Mark, marked, marks_of
from search_api.searching.outcomes import Hit
from search_api.web.addresses import Address, source_link
from search_api.web.asking import Typed, unanswered
from search_api.web.days import ShownDay, shown_day
from search_api.web.drafts import AT, Drafting, drafting
from search_api.web.preferences import Preferences
from search_api.web.templating import Html
from search_api.web.why import Answer, answers, attributes_of

ARTICLE = "/article/"
"""Where an article is, before its id."""

_WORD = re.compile(r"\S+")
_CUT = "\u2026"
"""What ends a title that was cut off."""

_BESIDE, _ISOLATED, _END = "\u00b7", "\u2068", "\u2069"
"""Between words, and around each: the first strong isolate and its end (Unicode Standard Annex 9)."""

_NUMBER = re.compile(r"[\u06f0-\u06f9\u0660-\u0669]+(?:[\u066b\u066c./:-][\u06f0-\u06f9\u0660-\u0669]+)*")
"""Digits of Persian or Arabic, with what stands between them in decimals, thousands, dates and hours."""

_COMMA = ", "
MOST_MEANINGS = 2
"""Of a word that are shown below it."""

_KEPT = ("q", "off", "without", "exact", "mode", "gloss")
"""Parameters of a search that an article's page keeps: by them its words are marked."""


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """What is told of an article beside its text.

    Attributes:
        id, title: of it.
        language: its name for people.
        tag, direction: the same for HTML.
        day: of its publication; None where it is not known.
        source: who published it, else where it lies.
        link: where it was published, at the sentence that matters; None where that is not known.
        metadata: further fields and their values.
        address: of its page.
    """

    id: str
    title: str
    language: str
    tag: str
    direction: str
    day: ShownDay | None
    source: str
    link: str | None
    metadata: tuple[tuple[str, str], ...]
    address: str


@dataclass(frozen=True, slots=True)
class GlossPiece:
    """A stretch of a text: with what it means, where that is known, and whether it answers the query."""

    text: str
    meanings: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """An article that tells what a hit tells; what its title means word by word, where that was asked for."""

    article: ShownArticle
    title_gloss: tuple[GlossPiece, ...]


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit.

    Attributes:
        rank: from 1, as the page writes it.
        place: the same for addresses.
        article: that it is of.
        verdict: whether it answers.
        sentence: its best one, as HTML with marks.
        before, after: the passage around that.
        answers: why it was found.
        unanswered: words of the query that nothing in it answers.
        unnamed: names of the query that its article lacks, which else would be surer.
        title_gloss, gloss: what its title and its passage mean word by word, where that was asked for.
        twins: its copies, or what tells its story in other languages.
        drafting: the way to a draft translation of its passage; None where nothing translates it.
    """

    rank: str
    place: int
    article: ShownArticle
    verdict: Verdict
    sentence: Html
    before: Html
    after: Html
    answers: tuple[Answer, ...]
    unanswered: tuple[str, ...]
    unnamed: str
    title_gloss: tuple[GlossPiece, ...]
    gloss: tuple[GlossPiece, ...]
    twins: tuple[Twin, ...]
    drafting: Drafting | None


def shown_hit(
    hit: Hit, typed: Typed, here: Address, preferences: Preferences, translated: frozenset[str]
) -> ShownHit:
    """A hit as a page shows it.

    Args:
        hit: the hit.
        typed: the query.
        here: the address of the page.
        preferences: of whoever looks.
        translated: languages of which drafts can be had.
    """
    wording = preferences.wording
    marks = marks_of(hit.words, hit.passage.text, hit.passage.start)
    passage = hit.passage
    found = answers(hit.words, typed, wording)
    told = past_title(hit.article.title, passage.text) if passage.start == 0 else 0

    def part(start: int, end: int) -> Html:
        text = passage.text[start - passage.start : end - passage.start]
        return _marked(text, start, marks, typed, preferences)

    return ShownHit(
        rank=wording.number(hit.rank),
        place=hit.rank,
        article=shown_article(hit.article, here, preferences, hit.sentence, passage),
        verdict=Verdict.of(hit.surely),
        sentence=part(hit.sentence.start, hit.sentence.end),
        before=part(passage.start, hit.sentence.start),
        after=part(hit.sentence.end, passage.end),
        answers=found,
        unanswered=unanswered(typed, [one.numbers for one in found]) if hit.words else (),
        unnamed=listed(hit.unnamed) if Verdict.of(hit.surely) is not Verdict.NONE else "",
        title_gloss=title_gloss(hit.article) if hit.gloss else (),
        gloss=glossed(passage.text[told:], passage.start + told, hit.gloss, marks) if hit.gloss else (),
        twins=tuple(
            Twin(shown_article(twin, here, preferences), title_gloss(twin) if hit.gloss else ())
            for twin in hit.twins
        ),
        drafting=drafting(hit.article, passage, _page_of(hit.article, here))
        if hit.article.language in translated
        else None,
    )


def listed(names: Sequence[str]) -> str:
    """Some words of a query one after the other, each in its own direction."""
    return f" {_BESIDE} ".join(f"{_ISOLATED}{name}{_END}" for name in names)


def shown_article(
    article: Article,
    here: Address,
    preferences: Preferences,
    sentence: Span | None = None,
    passage: Passage | None = None,
) -> ShownArticle:
    """An article as a page names it.

    Args:
        article: with its text where `sentence` is given.
        here: the address of the page.
        preferences: of whoever looks.
        sentence: that the link to its source leads to.
        passage: that the link to its page leads to.
    """
    wording = preferences.wording
    page = _page_of(article, here)
    if passage:
        page = page.with_only(AT, f"{passage.start}-{passage.end}")
    return ShownArticle(
        id=article.id,
        title=article.title,
        language=wording.language(article.language),
        tag=tag_of(article.language),
        direction=direction_of(article.language),
        day=shown_day(article.date, preferences.calendar, wording) if article.date else None,
        source=article.publisher or article.id,
        link=source_link(article.url, sentence.of(article.text) if sentence else ""),
        metadata=tuple((name, ", ".join(values)) for name, values in article.metadata if values),
        address=f"{page}#{AT}" if passage else str(page),
    )


def _page_of(article: Article, here: Address) -> Address:
    """The page of an article, with its words marked as on the page `here`."""
    return here.at(f"{ARTICLE}{article.id}", *(pair for pair in here.pairs if pair[0] in _KEPT))


def marked_text(
    text: str, start: int, words: Sequence[WordMatch], typed: Typed, preferences: Preferences
) -> Html:
    """A stretch of an article's text with the words marked that answer."""
    return _marked(text, start, marks_of(words, text, start), typed, preferences)


def _marked(text: str, start: int, marks: Sequence[Mark], typed: Typed, preferences: Preferences) -> Html:
    wording = preferences.wording
    return Html(marked(text, start, marks, lambda mark: attributes_of(mark, typed, wording)))


def title_gloss(article: Article) -> tuple[GlossPiece, ...]:
    """What the words of a title mean."""
    title = Passage(0, 0, 0, len(article.title), article.title)
    return glossed(article.title, 0, gloss(title, article.language))


def past_title(title: str, text: str) -> int:
    """Where a text goes on after a title that is its beginning, which may be cut off; 0 where it is none."""
    told = title.removesuffix(_CUT).split()
    words = list(itertools.islice(_WORD.finditer(text), len(told)))
    begun = [word.group() for word in words]
    if not told or len(begun) < len(told) or begun[:-1] != told[:-1] or not begun[-1].startswith(told[-1]):
        return 0
    last = words[-1]
    return last.end() if begun == told else last.start()


def glossed(
    text: str, start: int, words: Sequence[GlossedWord], marks: Sequence[Mark] = ()
) -> tuple[GlossPiece, ...]:
    """A stretch of an article's text, word by word; nothing where no word or number of it is known.

    Args:
        text: of the stretch.
        start: where it begins in the article.
        words: known ones in order; those before the stretch are passed over.
        marks: of the article's text, what answers the query.
    """
    pieces: list[GlossPiece] = []
    done = 0
    for word in words:
        if word.start < start:
            continue
        first, past = word.start - start, word.end - start
        pieces += _numbers(text[done:first])
        pieces.append(GlossPiece(text[first:past], _COMMA.join(word.meanings[:MOST_MEANINGS])))
        done = past
    pieces += _numbers(text[done:])
    return tuple(_with_marks(pieces, start, marks)) if any(piece.meanings for piece in pieces) else ()


def _with_marks(pieces: Sequence[GlossPiece], start: int, marks: Sequence[Mark]) -> Iterator[GlossPiece]:
    """The same with what answers marked: whole words where they are known, else that alone."""
    for piece in pieces:
        end = start + len(piece.text)
        inside = [(max(mark.start, start), min(mark.end, end)) for mark in marks if mark.start < end > start]
        inside = [(first, past) for first, past in inside if first < past]
        if piece.meanings or not inside:
            yield replace(piece, meanings=_of_name(piece, start, marks), is_marked=bool(inside))
        else:
            edges = sorted({start, end, *itertools.chain.from_iterable(inside)})
            for first, past in itertools.pairwise(edges):
                yield GlossPiece(piece.text[first - start : past - start], is_marked=(first, past) in inside)
        start = end


def _of_name(piece: GlossPiece, start: int, marks: Sequence[Mark]) -> str:
    """What a piece means; where it answers the query as a name, the names alone."""
    meanings = piece.meanings.split(_COMMA)
    end = start + len(piece.text)
    is_name = any(
        mark.surest.kind is MatchKind.NAME for mark in marks if mark.start < end and start < mark.end
    )
    names = [one for one in meanings if one[:1].isupper()] if is_name else []
    return _COMMA.join(names or meanings)


def _numbers(text: str) -> Iterator[GlossPiece]:
    """What stands between known words: numbers in Persian and Arabic digits with those of English."""
    done = 0
    for number in _NUMBER.finditer(text):
        if number.start() > done:
            yield GlossPiece(text[done : number.start()])
        yield GlossPiece(number.group(), with_ascii_digits(number.group()))
        done = number.end()
    if done < len(text):
        yield GlossPiece(text[done:])
