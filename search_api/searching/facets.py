"""How many of the articles that match have each value of a field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.core.protocols import Index
from indexer.core.records import Filter
from search_api.searching.matched import Matched, Matching
from search_api.searching.query import Query

LANGUAGE, SOURCE, MONTH = "language", "source", "month"

MOST_VALUES = 100
"""Of a field that are told: those that most articles have, of months the latest."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a field, with how many of the articles that match have each.

    Attributes:
        field: `language`, `source`, `month` or `meta.` with the name of a further field.
        counts: values and articles: most first, months the latest first.
        is_exact: whether all that matches was counted.
    """

    field: str
    counts: tuple[tuple[str, int], ...]
    is_exact: bool


def facets_of(query: Query, index: Index, matching: Matching, found: Matched) -> Iterator[Facet]:
    """The facets that a query asks for.

    What a search filters by a field does not narrow that field's own counts, so that a reader sees what else
    there is: for such a field the articles are found again, without its filter.

    Args:
        query: what was asked.
        index: that is searched.
        matching: finds what matches.
        found: all that matches with every filter.

    Raises:
        UnknownField: the index keeps no such field.
    """
    known = {query.filter: found}
    for field in query.facets:
        wanted = without_own(query.filter, field)
        if wanted not in known:
            known[wanted] = matching.whole(wanted)
        counted = known[wanted]
        counts = index.counts(field, counted.articles)[:MOST_VALUES]
        yield Facet(field, tuple(counts), counted.is_whole and not index.missing)


def without_own(wanted: Filter, field: str) -> Filter:
    """A filter without what it asks of a field itself."""
    if field == MONTH:
        return replace(wanted, since=None, until=None)
    others = tuple(one for one in wanted.conditions if one.column != field)
    languages = frozenset[str]() if field == LANGUAGE else wanted.languages
    return replace(wanted, languages=languages, conditions=others)
