"""The HTTP API: its routes, and what is answered where something goes wrong."""

import contextlib
import importlib.metadata
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from indexer.core.deadline import Deadline
from indexer.core.errors import ArticleNotFound, HudhudError, IndexingError
from indexer.core.limits import DEFAULTS, Limits
from search_api.serving.asked import article_id, from_json, from_query
from search_api.serving.description import describe, operation_id
from search_api.serving.details import Problem
from search_api.serving.exports import add_exports
from search_api.serving.feed import add_feed
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import Given, OffLoop, OffLoopRoute
from search_api.serving.pool import Pool
from search_api.serving.problems import Refused, brief, of_error, problem
from search_api.serving.schemas import (
    ArticleResponse,
    Health,
    Readiness,
    SearchRequest,
    SearchResponse,
)

_NO_TELEMETRY = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI would send what is searched for to a collector, if variables of the environment named one."""

_logger = logging.getLogger(__name__)


def create_app(live: Live, limits: Limits = DEFAULTS) -> FastAPI:
    """The API over whichever generation is live; a request is answered by one from its beginning to its end.

    While none can be used, everything but `/healthz` and `/docs` answers 503. `live` is closed by whoever
    made it.
    """
    searches = Pool("searches", limits.searches_at_once, limits.searches_waiting)
    articles = Pool("requests for articles", limits.articles_at_once, limits.articles_waiting)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        searches.close()
        articles.close()

    app = FastAPIOffline(
        title="Hudhud",
        summary="Passages from Persian, Dari and Arabic articles for a query in any language.",
        version=importlib.metadata.version("hudhud"),
        redoc_url=None,
        lifespan=lifespan,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
        telemetry=_NO_TELEMETRY,
        generate_unique_id_function=operation_id,
    )
    app.state.pools = searches, articles
    describe(app)
    app.router.route_class = OffLoopRoute
    searching = OffLoop(searches, live.layout, limits)
    _add_searching(app, live, searching, limits.matched)
    add_exports(app, live, searching, limits.matched)
    add_feed(app, live, searching, limits.matched)
    _add_articles(app, live, OffLoop(articles, live.layout, limits))
    _add_state(app, live)
    _add_error_handlers(app, live)
    return app


def _add_searching(app: FastAPI, live: Live, off_loop: OffLoop, matched: int) -> None:
    words = WordCaches()

    def answer(request: SearchRequest, deadline: Deadline) -> SearchResponse:
        query = request.parsed(matched)
        words.count(query.text)
        with live.searcher() as searcher:
            return SearchResponse.of(searcher.search(query, deadline))

    @app.get("/v1/search", summary="Search with query parameters")
    @off_loop.takes(from_query(SearchRequest))
    def search(request: Annotated[SearchRequest, Query()], deadline: Given) -> SearchResponse:
        return answer(request, deadline)

    @app.post("/v1/search", summary="Search with a JSON body of the same fields")
    @off_loop.takes(from_json(SearchRequest))
    def search_json(request: SearchRequest, deadline: Given) -> SearchResponse:
        return answer(request, deadline)


def _add_articles(app: FastAPI, live: Live, off_loop: OffLoop) -> None:
    @app.get("/v1/articles/{id:path}", summary="An article, whole")
    @off_loop.takes(article_id)
    def article(id: str, deadline: Given) -> ArticleResponse:
        del deadline  # one look is over sooner
        with live.searcher() as searcher:
            try:
                return ArticleResponse.of(searcher.index.article_by_id(id))
            except ArticleNotFound:
                raise ArticleNotFound(f"no article has the id {brief(id)!r} in this index") from None


def _add_state(app: FastAPI, live: Live) -> None:
    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Health:
        return Health(status="ok")

    @app.get("/readyz", summary="Whether the live index answers")
    async def readyz() -> Readiness:
        state = live.state
        if state.fault or state.generation is None:
            raise IndexingError(state.fault or "no index is open")
        return Readiness(status="ok", generation=state.generation, checked=state.checked)


def _add_error_handlers(app: FastAPI, live: Live) -> None:
    @app.exception_handler(HudhudError)
    @app.exception_handler(Refused)
    async def told(_: Request, error: Exception) -> Response:
        return await run_in_threadpool(of_error, error, live.layout)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        where = f"{request.method} {brief(request.url.path)}"
        return problem(HTTPStatus(error.status_code), f"{where}: {error.detail}", headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _logger.error("%s %s failed", request.method, brief(request.url.path), exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the server; its log says more")
