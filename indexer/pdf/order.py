"""What stands on a line from left to right, in the order in which it is read.

The inverse of the bidirectional algorithm (Unicode Annex 9), which gives one look to several texts: in a
Persian line, a number before a Latin word looks like one behind it. What is likelier is taken: they belong
together.
"""

from collections.abc import Iterable, Iterator, Sequence

from indexer.pdf.glyph import DIGIT, FROM_LEFT, FROM_RIGHT, kind_of

_SEPARATORS = frozenset(".,:/\u066b\u066c\u060c")
"""Between two digits they belong to the number, whatever the direction of the text."""

_OPENING, _CLOSING = "([{<«‹“‘", ")]}>»›”’"
_MIRRORED = str.maketrans(_OPENING + _CLOSING, _CLOSING + _OPENING)
_BRACKETS = frozenset(_OPENING + _CLOSING)
_PAIRS = {")": "(", "]": "[", "}": "{"}

Run = tuple[int, int]
"""Pieces from the first (included) to the second (excluded)."""


def read(pieces: Sequence[str], from_right: bool, mirrored: bool) -> str:
    """The text of a line.

    Args:
        pieces: what each glyph stands for, from left to right.
        from_right: whether the line as a whole is read from right to left.
        mirrored: whether brackets, in what is read from right to left, are given as they look.
    """
    kinds = [kind_of(piece) for piece in pieces]
    return "".join((_from_right if from_right else _from_left)(pieces, kinds, mirrored))


def brackets_look(lines: Iterable[Sequence[str]]) -> bool:
    """Whether in most of these lines, read from right to left, brackets are given as they look."""
    votes = 0
    for pieces in lines:
        first = next((piece for piece in _outside(pieces) if piece in _BRACKETS), "")
        votes += bool(first) and (1 if first in _CLOSING else -1)
    return votes > 0


def _outside(pieces: Sequence[str]) -> Iterator[str]:
    """What of a line is read from right to left, in that order."""
    place = len(pieces)
    for start, stop in reversed(_runs(pieces, [kind_of(piece) for piece in pieces])):
        yield from reversed(pieces[stop:place])
        place = start
    yield from reversed(pieces[:place])


def _from_right(pieces: Sequence[str], kinds: Sequence[str], mirrored: bool) -> Iterator[str]:
    place = len(pieces)
    for start, stop in [*reversed(_runs(pieces, kinds)), (0, 0)]:
        for piece in reversed(pieces[stop:place]):
            yield piece.translate(_MIRRORED) if mirrored else piece
        yield from pieces[start:stop]
        place = start


def _from_left(pieces: Sequence[str], kinds: Sequence[str], mirrored: bool) -> Iterator[str]:
    place = 0
    while FROM_RIGHT in kinds[place:]:
        start = kinds.index(FROM_RIGHT, place)
        behind = _next(kinds, FROM_LEFT, start)
        stop = max(number + 1 for number in range(start, behind) if kinds[number] == FROM_RIGHT)
        yield from pieces[place:start]
        yield from _from_right(pieces[start:stop], kinds[start:stop], mirrored)
        place = stop
    yield from pieces[place:]


def _runs(pieces: Sequence[str], kinds: Sequence[str]) -> list[Run]:
    """What is read from left to right in a line from right to left: numbers; words and what is between."""
    runs: list[Run] = []
    place = 0
    while place < len(kinds):
        if kinds[place] in ("", FROM_RIGHT):
            place += 1
            continue
        behind = _next(kinds, FROM_RIGHT, place)
        if FROM_LEFT in kinds[place:behind]:
            stop = max(number + 1 for number in range(place, behind) if kinds[number])
            stop += _closes(pieces, place, stop)
        else:
            stop = _end_of_number(pieces, kinds, place)
        runs.append((place, stop))
        place = stop
    return runs


def _next(kinds: Sequence[str], kind: str, start: int) -> int:
    return kinds.index(kind, start) if kind in kinds[start:] else len(kinds)


def _end_of_number(pieces: Sequence[str], kinds: Sequence[str], start: int) -> int:
    stop = start + 1
    while stop < len(kinds):
        if kinds[stop] == DIGIT:
            stop += 1
        elif pieces[stop] in _SEPARATORS and kinds[stop + 1 : stop + 2] == [DIGIT]:
            stop += 2
        else:
            break
    return stop


def _closes(pieces: Sequence[str], start: int, stop: int) -> bool:
    """Whether the piece behind a run is the bracket that closes one in it."""
    behind = pieces[stop] if stop < len(pieces) else ""
    inside = pieces[start:stop]
    return behind in _PAIRS and inside.count(_PAIRS[behind]) > inside.count(behind)
