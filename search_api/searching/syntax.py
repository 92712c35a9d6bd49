"""What people write in a query besides words: quotation marks, a minus before a word, and dates.

    "nuclear plant"    only passages that hold these words next to each other
    -Kabul             no article that holds this word
    18 Shahrivar       articles of this day come first (see `date_mentions`)

Quotation marks stand apart from letters and digits, so neither inches nor an abbreviation begins a
quotation, and a minus stands before a letter, so -5 is a number. In a long text, which is pasted and not
typed, both are text, as is all that is left over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.core.errors import InvalidQuery
from indexer.core.records import Span
from indexer.text.date_mentions import DateMention, date_mentions
from indexer.text.orthography import Token, says_little, tokens
from indexer.text.query_language import identify_query

_MARKS = '"\u201c\u201d\u201e\u201f\uff02'
_LEFT, _RIGHT = "\u00ab", "\u00bb"
_QUOTATION = rf"(?:[{_MARKS}]([^{_MARKS}]*)[{_MARKS}]|{_LEFT}([^{_LEFT}{_RIGHT}]*){_RIGHT})(?!\w)"
_QUOTED = re.compile(rf"(?<!\w){_QUOTATION}")
_EXCLUDED = re.compile(rf"(?<!\S)-(?:(?P<word>[^\W\d_][^\s{_MARKS}{_LEFT}{_RIGHT}]*)|(?={_QUOTATION}))")


@dataclass(frozen=True, slots=True)
class Syntax:
    """What stands in the text of a query besides words, in its order.

    Attributes:
        exact: what stands between quotation marks.
        excluded: what stands behind a minus.
        dates: what it mentions, elsewhere.
    """

    exact: tuple[Span, ...] = ()
    excluded: tuple[Span, ...] = ()
    dates: tuple[DateMention, ...] = ()


NO_SYNTAX = Syntax()

MOST_CHARACTERS = 300
"""Of a query in which quotation marks and minus signs mean something."""


def syntax_of(text: str, *, operators: bool = True) -> tuple[Syntax, str]:
    """What stands in `text` besides words, and the language that it is in.

    Args:
        text: of a query.
        operators: whether quotation marks and minus signs mean something.

    Raises:
        InvalidQuery: a minus stands before a quotation, or nothing is left to look for.
    """
    exact = _exact(text) if operators else ()
    excluded = tuple(_excluded(text, exact)) if operators else ()
    marked = Syntax(exact, excluded)
    language = identify_query(read_text(text, marked))
    if excluded and not words_of(text, marked):
        message = "the query only says what to leave out: add what to look for"
        raise InvalidQuery(message, field="q", value=text)
    dates = date_mentions(text, language)
    apart = [date for date in dates if not any(_overlap(date, other) for other in (*exact, *excluded))]
    return Syntax(exact, excluded, tuple(apart)), language


def has_operators(text: str) -> bool:
    """Whether a text holds quotation marks or minus signs that would mean something in a query."""
    return bool(_QUOTED.search(text) or _EXCLUDED.search(text))


def words_of(text: str, syntax: Syntax) -> list[Token]:
    """The words of a query that are looked for: neither dates nor what is left out."""
    apart = [*syntax.excluded, *syntax.dates]
    return [token for token in tokens(text) if not any(_is_inside(token, span) for span in apart)]


def read_text(text: str, syntax: Syntax) -> str:
    """What the model reads of a query: all but quotation marks and what is left out."""
    if not syntax.exact and not syntax.excluded:
        return text
    cuts = [(span.start - 1, span.end) for span in syntax.excluded]
    cuts += [(edge, edge + 1) for span in syntax.exact for edge in (span.start - 1, span.end)]
    pieces = []
    done = 0
    for start, end in sorted(cuts):
        pieces.append(text[done:start])
        done = end
    return " ".join("".join([*pieces, text[done:]]).split())


def are_telling(text: str, syntax: Syntax) -> bool:
    """Whether a query says what it is about: with more than words that say little, or in another way."""
    if syntax.exact or syntax.dates:
        return True
    return not all(says_little(token.text) for token in words_of(text, syntax))


def _exact(text: str) -> tuple[Span, ...]:
    spans = (Span(*match.span(match.lastindex or 0)) for match in _QUOTED.finditer(text))
    return tuple(span for span in spans if tokens(span.of(text)))


def _excluded(text: str, exact: Sequence[Span]) -> Iterator[Span]:
    """What stands behind a minus, as far as it is one word however it is spelled."""
    words = tokens(text)
    for match in _EXCLUDED.finditer(text):
        minus = Span(match.start(), match.start() + 1)
        if any(_overlap(minus, quotation) for quotation in exact):
            continue
        if not match["word"]:
            message = (
                f"{text[match.start() :][:40]} cannot be left out: a minus leaves out one word, as in -Kabul"
            )
            raise InvalidQuery(message, field="q", value=text)
        ends = [word.end for word in words if word.start < match.end() and match.start() < word.end]
        if ends:
            yield Span(match.start() + 1, ends[-1])


def _overlap(left: Span | Token, right: Span) -> bool:
    return left.start < right.end and right.start < left.end


def _is_inside(inner: Span | Token, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
