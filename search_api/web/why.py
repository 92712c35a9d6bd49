"""Why a passage was found, as a page shows it: words of the query, and what answers them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.core.records import MatchKind
from search_api.searching.evidence import WordMatch
from search_api.searching.highlight import Mark, escaped
from search_api.web.asking import Typed
from search_api.web.wording import Wording

SURELY, LIKELY = 0.8, 0.6
"""Weights from which a match is sure, or likely."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A word of a passage that answers a word of the query.

    Attributes:
        text: as the passage has it.
        kind: how they are related.
        how: the same for people.
        dots: how surely, 1 to 3.
        surely: the same for people.
    """

    text: str
    kind: MatchKind
    how: str
    dots: int
    surely: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A word of the query, or several that are one notion, and what answers it.

    Attributes:
        text: as it was typed.
        numbers: of the words.
        counterparts: each word once, the surest first.
    """

    text: str
    numbers: tuple[int, ...]
    counterparts: tuple[Counterpart, ...]


def answers(matches: Sequence[WordMatch], typed: Typed, wording: Wording) -> tuple[Answer, ...]:
    """The words of a query that a passage answers, in their order."""
    asked = sorted({match.query for match in matches}, key=lambda span: (span.start, span.end))
    return tuple(
        Answer(
            word.text,
            typed.numbers(word),
            tuple(_counterparts((one for one in matches if one.query == word), wording)),
        )
        for word in asked
    )


def _counterparts(matches: Iterable[WordMatch], wording: Wording) -> Iterable[Counterpart]:
    different: dict[str, WordMatch] = {}
    for match in sorted(matches, key=lambda one: -one.weight):
        different.setdefault(match.passage.text, match)
    for text, match in different.items():
        dots = dots_of(match.weight)
        yield Counterpart(text, match.kind, wording(f"kind_{match.kind}"), dots, wording(f"surely_{dots}"))


def dots_of(weight: float) -> int:
    """How surely a word answers another, as one, two or three dots."""
    if weight >= SURELY:
        return 3
    return 2 if weight >= LIKELY else 1


def attributes_of(mark: Mark, typed: Typed, wording: Wording) -> str:
    """The attributes of a mark: which words it answers, how, and both for whoever rests on it."""
    numbers = sorted({number for match in mark.words for number in typed.numbers(match.query)})
    surest = mark.surest
    title = wording(
        "mark_title",
        word=mark.query,
        how=wording(f"kind_{surest.kind}"),
        surely=wording(f"surely_{dots_of(surest.weight)}"),
    )
    words = " ".join(map(str, numbers))
    return f' class="k-{surest.kind}" data-words="{words}" title="{escaped(title)}"'
