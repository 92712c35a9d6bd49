"""Several searches in one request: from one generation, encoded together, each with an outcome of its own."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled, HudhudError
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.analysis import begin
from search_api.searching.query import Query
from search_api.serving.asked import from_json
from search_api.serving.details import Problem
from search_api.serving.hit_parts import SelectedResponse, answered
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import Given, OffLoop
from search_api.serving.problems import Invalid, of_error
from search_api.serving.schemas import SearchRequest, SearchResponse

MOST_SEARCHES = 16

_ANY_SEARCH = WithJsonSchema({"$ref": "#/components/schemas/SearchRequest"})


class BatchRequest(BaseModel):
    """Searches, each as the body of a single one; what is wrong with one is told in its outcome."""

    model_config = ConfigDict(extra="forbid")

    searches: Annotated[list[Annotated[Any, _ANY_SEARCH]], Field(min_length=1, max_length=MOST_SEARCHES)]


class Outcome(BaseModel):
    """What became of a search: its response or its problem, as if it had been asked alone."""

    status: Annotated[int, Field(description="That a single search would have been answered with.")]
    response: SearchResponse | SelectedResponse | None = None
    problem: Problem | None = None


class BatchResponse(BaseModel):
    """The outcomes of searches, in their order, all from one generation."""

    generation: str
    outcomes: list[Outcome]


def add_batch(app: FastAPI, live: Live, off_loop: OffLoop, words: WordCaches, matched: int) -> None:
    """Add the route to `app`; `words` counts what is asked, `matched` articles are told apart at most."""

    @app.post("/v1/search/batch", summary="Several searches at once")
    @off_loop.takes(from_json(BatchRequest))
    def search_batch(batch: BatchRequest, deadline: Given) -> BatchResponse:
        asked = [_asked(one, matched, live.layout) for one in batch.searches]
        queries = [one[1] for one in asked if not isinstance(one, Outcome)]
        with live.searcher() as searcher:
            begin(queries, searcher.encoders.queries, deadline)
            for query in queries:
                words.count(query.text)
            outcomes = [
                one if isinstance(one, Outcome) else _outcome(searcher, *one, live.layout, deadline)
                for one in asked
            ]
            return BatchResponse(generation=searcher.index.name, outcomes=outcomes)


def _asked(given: object, matched: int, layout: Layout) -> tuple[SearchRequest, Query] | Outcome:
    """A search that can be carried out, or what is wrong with it."""
    try:
        request = SearchRequest.model_validate(given)
        return request, request.parsed(matched)
    except ValidationError as error:
        names: Sequence[str] = [field.alias or name for name, field in SearchRequest.model_fields.items()]
        return _failed(Invalid(names, error), layout)
    except HudhudError as error:
        return _failed(error, layout)


def _outcome(
    searcher: Searcher, request: SearchRequest, query: Query, layout: Layout, deadline: Deadline
) -> Outcome:
    try:
        response = answered(searcher, request, query, deadline)
    except Cancelled:
        raise
    except HudhudError as error:
        return _failed(error, layout)
    return Outcome(status=200, response=response)


def _failed(error: Exception, layout: Layout) -> Outcome:
    told = Problem.model_validate_json(bytes(of_error(error, layout).body))
    return Outcome(status=told.status, problem=told)
