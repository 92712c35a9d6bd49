"""The words of a text that answer a query, marked: as HTML that no text can break out of, and as offsets.

A mark covers whole words: a letter of Arabic script takes its shape from its neighbours, and some browsers
draw it alone where an element begins or ends between them. So a vowel mark, a half-space or a letter that
is joined to a marked one is inside the mark as well.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.core.records import Span
from indexer.text.direction import direction_of, tag_of
from indexer.text.orthography.common import TATWEEL, ZWNJ, is_joint
from search_api.searching.evidence import WordMatch

ZERO_WIDTH_JOINER = "\u200d"
UNREADABLE = "\ufffd"

_JOINERS = frozenset((ZWNJ, ZERO_WIDTH_JOINER, TATWEEL))
_ARABIC_LETTER = "AL"
"""The bidirectional class of letters that are written joined (Unicode Standard Annex 9)."""

_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&#39;",
        "\r": "&#13;",
        "\0": UNREADABLE,
    }
)
"""A carriage return would be read as a line feed; of the NUL character HTML has no way to write it."""


@dataclass(frozen=True, slots=True)
class Mark(Span):
    """Words of a text that answer the query: offsets in the article's text, and the matches inside.

    `words` are one match or more, in the order of the text, and of those that begin together of the query.
    """

    words: tuple[WordMatch, ...]

    @property
    def query(self) -> str:
        """The words of the query that are answered, each once, in its order."""
        asked = sorted({match.query for match in self.words}, key=lambda span: (span.start, span.end))
        return " ".join(span.text for span in asked)

    @property
    def surest(self) -> WordMatch:
        """The match with the greatest weight; the first of equals."""
        return max(self.words, key=lambda match: match.weight)


def marks_of(matches: Sequence[WordMatch], text: str, start: int) -> tuple[Mark, ...]:
    """The marks of a passage: in the order of the text, none overlapping or touching another.

    Matches that overlap or touch are one mark, as are two with nothing but space between that answer the
    same word of the query. Others stay apart: each mark tells which word it answers.

    Args:
        matches: of the passage.
        text: of the passage.
        start: where it begins in the article's text.
    """
    marks: list[Mark] = []
    whole = [
        (_whole(text, match.passage.start - start, match.passage.end - start), match) for match in matches
    ]
    for span, match in sorted(whole, key=lambda one: (one[0].start, one[0].end, one[1].query.start)):
        mark = Mark(span.start + start, span.end + start, (match,))
        if marks and _is_one(marks[-1], mark, text, start):
            last = marks.pop()
            mark = Mark(last.start, max(last.end, mark.end), (*last.words, match))
        marks.append(mark)
    return tuple(marks)


def marked(
    text: str, start: int, marks: Sequence[Mark], attributes: Callable[[Mark], str] | None = None
) -> str:
    """A stretch of an article's text as HTML: escaped, with an element `mark` around what is marked.

    Args:
        text: the stretch.
        start: where it begins in the article's text.
        marks: of the article's text; what of them lies outside is left out.
        attributes: those of a mark's element, with a space before; else `data-query`, the words of the
            query, and `data-kind`, how the surest is answered.
    """
    return "".join(_pieces(text, start, marks, attributes or _data))


def element(html: str, language: str) -> str:
    """HTML as an element of its own, in the language and direction of an article."""
    return f'<span lang="{escaped(tag_of(language))}" dir="{direction_of(language)}">{html}</span>'


def escaped(text: str) -> str:
    """A text as HTML, between tags or in the value of an attribute."""
    return text.translate(_ESCAPES)


def utf16_offsets(text: str, offsets: Sequence[int]) -> list[int]:
    """Offsets in code points as offsets in UTF-16, as JavaScript, Java and C# count.

    Args:
        text: that they count in.
        offsets: in any order.
    """
    units = {0: 0}
    for before, offset in pairwise([0, *sorted(set(offsets))]):
        units[offset] = units[before] + len(text[before:offset].encode("utf-16-le", "surrogatepass")) // 2
    return [units[offset] for offset in offsets]


def _pieces(text: str, start: int, marks: Sequence[Mark], attributes: Callable[[Mark], str]) -> Iterator[str]:
    done = 0
    for mark in marks:
        first, past = max(mark.start - start, 0), min(mark.end - start, len(text))
        if first >= past:
            continue
        yield escaped(text[done:first])
        yield f"<mark{attributes(mark)}>{escaped(text[first:past])}</mark>"
        done = past
    yield escaped(text[done:])


def _data(mark: Mark) -> str:
    return f' data-query="{escaped(mark.query)}" data-kind="{mark.surest.kind}"'


def _whole(text: str, start: int, end: int) -> Span:
    """A span with all that is written joined to its ends."""
    while 0 < start < len(text) and _are_joined(text[start - 1], text[start]):
        start -= 1
    while 0 < end < len(text) and _are_joined(text[end - 1], text[end]):
        end += 1
    return Span(start, end)


def _are_joined(left: str, right: str) -> bool:
    """Whether two neighbours in a text are drawn as one: of two letters, both of a script that joins them."""
    if not (_is_of_a_word(left) and _is_of_a_word(right)):
        return False
    if _is_mark(right) or left in _JOINERS or right in _JOINERS:
        return True
    return unicodedata.bidirectional(right) == _ARABIC_LETTER and (
        _is_mark(left) or unicodedata.bidirectional(left) == _ARABIC_LETTER
    )


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character in _JOINERS or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _is_one(last: Mark, mark: Mark, text: str, start: int) -> bool:
    if mark.start <= last.end:
        return True
    answers_the_same = {match.query for match in last.words} == {match.query for match in mark.words}
    return answers_the_same and is_joint(text[last.end - start : mark.start - start])
