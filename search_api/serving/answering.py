"""What routes answer with: the index, the threads that work, and what is counted of what is asked."""

from dataclasses import dataclass

from search_api.searching.query import Query
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import OffLoop
from search_api.serving.schemas import SearchRequest


@dataclass(frozen=True, slots=True)
class Answering:
    """What the routes of one server share; `app.state.answering` for routes that are added to it.

    Attributes:
        live: what answers.
        searching: calls functions that search.
        looking_up: calls functions that only look up, and wait behind no search.
        words: counts what is asked.
        matched: articles that a search tells apart at most.
    """

    live: Live
    searching: OffLoop
    looking_up: OffLoop
    words: WordCaches
    matched: int

    def query(self, request: SearchRequest) -> Query:
        """The query that a request asks for, counted.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        query = request.parsed(self.matched)
        self.words.count(query.text)
        return query
