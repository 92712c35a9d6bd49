"""Several searches in one go, as a page shows them: whether each is answered, by how many, and the best."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.core.deadline import Deadline
from indexer.core.errors import InvalidQuery
from search_api.search import Searcher
from search_api.searching.analysis import begin
from search_api.searching.confidence import Verdict
from search_api.searching.query import Query
from search_api.serving.answering import Answering
from search_api.serving.batch import MOST_SEARCHES
from search_api.serving.schemas import SearchRequest
from search_api.web.addresses import Address
from search_api.web.hits import ShownArticle, shown_article
from search_api.web.preferences import Preferences

PATH = "/queries"
LIST = "list"
"""The parameter with the searches, a line each."""


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """One of several searches.

    Attributes:
        text: as it was typed.
        address: of its results.
        fault: why it cannot be searched, in English; else empty.
        verdict: whether the archive answers; None where it cannot be searched.
        total: how many articles answer.
        best: the first of them; None where there is none.
    """

    text: str
    address: str
    fault: str = ""
    verdict: Verdict | None = None
    total: str = ""
    best: ShownArticle | None = None


def lines_of(text: str) -> list[str]:
    """The searches in a text, each once, as many as are asked at once."""
    lines = (line.strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))[:MOST_SEARCHES]


def searched(
    answering: Answering,
    lines: Sequence[str],
    here: Address,
    preferences: Preferences,
    deadline: Deadline,
) -> tuple[ShownSearch, ...]:
    """What some searches find, all of them from one generation.

    Raises:
        IndexingError, TooSlow, Cancelled: no search can be answered.
    """
    asked = [(line, _query(answering, line)) for line in lines]
    with answering.live.searcher() as searcher:
        good = [query for _, query in asked if isinstance(query, Query)]
        begin(good, searcher.encoders.queries, deadline)
        return tuple(_shown(searcher, *one, here, preferences, deadline) for one in asked)


def _query(answering: Answering, line: str) -> Query | str:
    """The query of a line, or why it is none."""
    try:
        return answering.query(SearchRequest(q=line, limit=1, count=True))
    except InvalidQuery as error:
        return str(error)


def _shown(
    searcher: Searcher,
    line: str,
    query: Query | str,
    here: Address,
    preferences: Preferences,
    deadline: Deadline,
) -> ShownSearch:
    address = here.at("/", ("q", line))
    if isinstance(query, str):
        return ShownSearch(line, str(address), fault=query)
    result = searcher.search(query, deadline)
    hit = result.hits[0] if result.hits and result.total else None
    best = shown_article(hit.article, address, preferences, hit.sentence, hit.passage) if hit else None
    total = preferences.wording.number(result.answering)
    return ShownSearch(line, str(address), verdict=result.verdict, total=total, best=best)
