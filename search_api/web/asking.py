"""The words of a query on a page: which are searched for, which are off, and links that switch them."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.core.records import Span
from indexer.text.orthography import says_little, tokens
from search_api.searching.query import Query
from search_api.searching.syntax import words_of
from search_api.web.addresses import Address
from search_api.web.visit import OFF

MOST_SWITCHED = 32
"""Words of a query that can be switched; of one with more, each link would hold it all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a query as it was typed.

    Attributes:
        text: of it.
        number: of a word, from 0; None of what stands between words or cannot be switched.
        is_off: whether the word does not count.
        switch: the address where that is otherwise; empty where it must not be.
    """

    text: str
    number: int | None = None
    is_off: bool = False
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A query as it was typed, and what of it is searched for.

    Attributes:
        pieces: all of its text, in order.
        text: without the words that are off.
        spans: where the words that are on stand in `text`, by their numbers.
    """

    pieces: tuple[Piece, ...]
    text: str
    spans: dict[int, Span]

    def numbers(self, asked: Span) -> tuple[int, ...]:
        """The words that lie in a stretch of what was searched for."""
        return tuple(
            number for number, span in self.spans.items() if span.start < asked.end and asked.start < span.end
        )


def typed(query: Query, off: frozenset[str], here: Address) -> Typed:
    """A query as a page shows it.

    Args:
        query: with all its words.
        off: words that do not count, in lower case.
        here: the address of the page.
    """
    text = query.text
    apart = query.syntax.exact
    words = [
        word
        for word in words_of(text, query.syntax)
        if not any(span.start <= word.start and word.end <= span.end for span in apart)
    ]
    places = [(word.start, word.end, text[word.start : word.end].casefold() in off) for word in words]
    on = sum(not is_off for *_, is_off in places)
    may_switch = (on > 1 or bool(query.syntax.exact)) and len(places) <= MOST_SWITCHED
    pieces: list[Piece] = []
    kept: list[str] = []
    spans: dict[int, Span] = {}
    done = length = 0
    for number, (start, end, is_off) in enumerate(places):
        between, word = text[done:start], text[start:end]
        pieces += [Piece(between)] if between else []
        pieces.append(Piece(word, number, is_off, _switch(here, word, is_off=is_off, may=may_switch)))
        kept.append(between)
        length += len(between)
        if not is_off:
            kept.append(word)
            spans[number] = Span(length, length + len(word))
            length += len(word)
        done = end
    rest = text[done:]
    pieces += [Piece(rest)] if rest else []
    return Typed(tuple(pieces), "".join([*kept, rest]), spans)


def _switch(here: Address, word: str, *, is_off: bool, may: bool) -> str:
    if is_off:
        same = [value for value in here.values(OFF) if value.casefold() == word.casefold()]
        return str(here.without(OFF, same))
    return str(here.with_(OFF, word)) if may else ""


def unanswered(typed: Typed, answered: Sequence[tuple[int, ...]]) -> tuple[str, ...]:
    """The words of a query that none of some answers is for, each once; not those that say little."""
    found = {number for numbers in answered for number in numbers}
    texts = (typed.text[span.start : span.end] for number, span in typed.spans.items() if number not in found)
    telling = (text for text in texts if not all(says_little(one.text) for one in tokens(text)))
    return tuple(dict.fromkeys(telling))
