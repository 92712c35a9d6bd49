"""When the articles were published that match, as a page draws it: a bar for each month, which is a link."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.text.calendars import Calendar
from search_api.searching.facets import MONTH, Facet
from search_api.searching.query import Query
from search_api.web.addresses import Address
from search_api.web.wording import Wording

MOST_BARS = 120
TALLEST = 40
"""Units of the drawing; a month with an article has two at least."""

_LEAST = 2


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the Gregorian calendar.

    Attributes:
        name: with its year.
        count: articles that match.
        height, top: of its bar, in units from the top.
        first, last: its days, `YYYY-MM-DD`.
        is_in: whether the search admits one of them.
        address: where it admits only these.
    """

    name: str
    count: str
    height: int
    top: int
    first: str
    last: str
    is_in: bool
    address: str


@dataclass(frozen=True, slots=True)
class Months:
    """Months in their order, those without an article too.

    Attributes:
        bars: of the months.
        is_narrowed: whether the search admits some days alone.
        address: where it admits all.
        is_exact: whether all that matches was counted.
    """

    bars: tuple[Month, ...]
    is_narrowed: bool
    address: str
    is_exact: bool


def months(facets: Iterable[Facet], query: Query, here: Address, wording: Wording) -> Months | None:
    """The months of a search; None where there is nothing to choose."""
    facet = next((one for one in facets if one.field == MONTH), None)
    if facet is None or not facet.counts:
        return None
    counted = dict(facet.counts)
    all_of_them = list(_from_to(min(counted), max(counted)))[-MOST_BARS:]
    most = max(counted.values())
    is_narrowed = query.filter.is_dated
    if len(all_of_them) < 2 and not is_narrowed:
        return None
    bars = tuple(_bar(month, counted.get(month, 0), most, query, here, wording) for month in all_of_them)
    return Months(bars, is_narrowed, str(here.dropped("from", "to")), facet.is_exact)


def _bar(month: str, count: int, most: int, query: Query, here: Address, wording: Wording) -> Month:
    year, number = (int(part) for part in month.split("-"))
    first, last = f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02}"
    height = max(_LEAST, round(TALLEST * count / most)) if count else 0
    since, until = query.filter.since, query.filter.until
    name = wording.months[Calendar.GREGORIAN][number - 1]
    return Month(
        name=f"{name} {wording.with_digits(str(year))}",
        count=wording.number(count),
        height=height,
        top=TALLEST - height,
        first=first,
        last=last,
        is_in=(since is None or str(since) <= last) and (until is None or first <= str(until)),
        address=str(here.with_only("from", first).with_only("to", last)),
    )


def _from_to(first: str, last: str) -> Iterator[str]:
    year, month = (int(part) for part in first.split("-"))
    while (found := f"{year:04}-{month:02}") <= last:
        yield found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
