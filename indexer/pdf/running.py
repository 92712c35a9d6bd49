"""What stands again on every page: titles at its head or foot, and its number."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from indexer.pdf.glyph import DIGIT, kind_of
from indexer.pdf.lines import Row

MOST_LINES = 3
"""At the head of a page, and at its foot."""

LEAST_PAGES = 3
LEAST_SHARE = 0.2
"""On so many pages, and on such a share of all, the same line stands: left and right pages may differ."""

LONGEST_NUMBER = 4

Pages = list[list[Row]]


def without_running(pages: Sequence[Sequence[Row]]) -> tuple[Pages, list[Row]]:
    """Pages without their numbers and the lines that they share; and of the shared lines, one of each."""
    left = [list(page) for page in pages]
    shared: dict[str, Row] = {}
    for at in (0, -1):
        for _ in range(MOST_LINES):
            if not any([_drop_numbers(left, at), _drop_shared(left, at, shared)]):
                break
    return left, list(shared.values())


def _drop_shared(pages: Pages, at: int, shared: dict[str, Row]) -> bool:
    names = [_name(page[at]) if page else "" for page in pages]
    counts = Counter(filter(None, names))
    found = {name for name, count in counts.items() if count >= max(LEAST_PAGES, LEAST_SHARE * len(pages))}
    for name, page in zip(names, pages, strict=True):
        if name in found:
            shared.setdefault(name, page[at])
    return _drop(pages, at, lambda number: names[number] in found)


def _drop_numbers(pages: Pages, at: int) -> bool:
    numbers = [_number(page[at]) if page else None for page in pages]
    shifts = Counter(number - place for place, number in enumerate(numbers) if number is not None)
    shift, count = next(iter(shifts.most_common(1)), (0, 0))
    if count < 2:
        return False
    return _drop(pages, at, lambda place: numbers[place] == place + shift)


def _drop(pages: Pages, at: int, goes: Callable[[int], bool]) -> bool:
    dropped = False
    for number, page in enumerate(pages):
        if goes(number):
            del page[at]
            dropped = True
    return dropped


def _name(row: Row) -> str:
    """A line without its digits and spaces."""
    pieces = (piece for part in row for piece in part.pieces if kind_of(piece) != DIGIT)
    return "".join("".join(pieces).split()) if any(sum(part.letters) for part in row) else ""


def _number(row: Row) -> int | None:
    """The number that a line is, whatever stands around it."""
    pieces = [piece for part in row for piece in part.pieces]
    digits = [str(unicodedata.digit(piece)) for piece in pieces if len(piece) == 1 and piece.isdecimal()]
    if any(sum(part.letters) for part in row) or not 0 < len(digits) <= LONGEST_NUMBER:
        return None
    return int("".join(digits))
