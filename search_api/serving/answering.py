"""What routes answer with: the index, the threads that work, and what is counted of what is asked."""

from dataclasses import dataclass

from search_api.searching.query import Query
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import OffLoop
from search_api.serving.schemas import SearchRequest
from search_api.translating.translator import Translator


@dataclass(frozen=True, slots=True)
class Answering:
    """What the routes of one server share; `app.state.answering` for routes that are added to it.

    Attributes:
        live: what answers.
        searching: calls functions that search.
        looking_up: calls functions that only look up, and wait behind no search.
        drafting: calls functions that translate, one at a time.
        words: counts what is asked.
        matched: articles that a search tells apart at most.
        translator: makes drafts; None where nothing can.
    """

    live: Live
    searching: OffLoop
    looking_up: OffLoop
    drafting: OffLoop
    words: WordCaches
    matched: int
    translator: Translator | None = None

    @property
    def translated(self) -> frozenset[str]:
        """Languages of which drafts can be had."""
        return self.translator.languages if self.translator else frozenset()

    def query(self, request: SearchRequest) -> Query:
        """The query that a request asks for, counted.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        query = request.parsed(self.matched)
        self.words.count(query.text)
        return query
