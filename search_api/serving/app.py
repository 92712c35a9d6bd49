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
from starlette.routing import Match

from indexer.core.deadline import Deadline
from indexer.core.errors import HudhudError
from indexer.core.limits import DEFAULTS, Limits
from search_api.searching.suggest import suggest
from search_api.serving.about import add_about
from search_api.serving.answering import Answering
from search_api.serving.article_routes import add_articles
from search_api.serving.asked import from_json, from_query
from search_api.serving.batch import add_batch
from search_api.serving.description import describe, operation_id
from search_api.serving.details import Problem
from search_api.serving.draft_routes import add_drafts
from search_api.serving.envelope import REFUSED
from search_api.serving.exports import add_exports
from search_api.serving.feed import add_feed
from search_api.serving.hit_parts import SelectedResponse, answered
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.metrics import Metrics
from search_api.serving.off_loop import Given, OffLoop, OffLoopRoute
from search_api.serving.pool import Pool
from search_api.serving.problems import Refused, brief, of_error, problem, refusal
from search_api.serving.schemas import SearchRequest, SearchResponse
from search_api.serving.suggestions import SuggestionResponse, SuggestRequest, SuggestResponse
from search_api.translating.translator import Translator

_NO_TELEMETRY = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI would send what is searched for to a collector, if variables of the environment named one."""

_logger = logging.getLogger(__name__)

Found = SearchResponse | SelectedResponse


def create_app(
    live: Live,
    limits: Limits = DEFAULTS,
    metrics: Metrics | None = None,
    translator: Translator | None = None,
) -> FastAPI:
    """The API over whichever generation is live; a request is answered by one from its beginning to its end.

    While none can be used, everything but `/healthz` and `/docs` answers 503. `live` is closed by whoever
    made it.

    Args:
        live: what answers.
        limits: of what is taken on.
        metrics: where stages are counted, and what is looked at when they are told.
        translator: makes drafts of passages; none are made without one.
    """
    words = WordCaches()
    searches = Pool("searches", limits.searches_at_once, limits.searches_waiting)
    articles = Pool("requests for articles", limits.articles_at_once, limits.articles_waiting)
    drafts = Pool("draft translations", 1, limits.drafts_waiting)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        searches.close()
        articles.close()
        drafts.close()

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
    app.state.pools = searches, articles, drafts
    describe(app)
    app.router.route_class = OffLoopRoute
    if metrics:
        metrics.watch(words, *app.state.pools)
    watch = metrics.stage if metrics else None
    searching = OffLoop(searches, live.layout, limits, watch)
    looking_up = OffLoop(articles, live.layout, limits)
    drafting = OffLoop(drafts, live.layout, limits)
    app.state.answering = Answering(live, searching, looking_up, drafting, words, limits.matched, translator)
    _add_searching(app, live, searching, words, limits.matched)
    add_exports(app, live, searching, words, limits.matched)
    add_feed(app, live, searching, words, limits.matched)
    add_drafts(app, app.state.answering)
    add_articles(app, live, looking_up, searching)
    add_about(app, live)
    _add_error_handlers(app, live)
    return app


def _add_searching(app: FastAPI, live: Live, off_loop: OffLoop, words: WordCaches, matched: int) -> None:
    def answer(request: SearchRequest, deadline: Deadline) -> Found:
        query = request.parsed(matched)
        words.count(query.text)
        with live.searcher() as searcher:
            return answered(searcher, request, query, deadline)

    @app.get("/v1/search", summary="Search with query parameters")
    @off_loop.takes(from_query(SearchRequest))
    def search(request: Annotated[SearchRequest, Query()], deadline: Given) -> Found:
        return answer(request, deadline)

    @app.post("/v1/search", summary="Search with a JSON body of the same fields")
    @off_loop.takes(from_json(SearchRequest))
    def search_json(request: SearchRequest, deadline: Given) -> Found:
        return answer(request, deadline)

    add_batch(app, live, off_loop, words, matched)

    @app.get("/v1/suggest", summary="Words of the archive that what is typed may become")
    @off_loop.takes(from_query(SuggestRequest))
    def suggestions(request: Annotated[SuggestRequest, Query()], deadline: Given) -> SuggestResponse:
        with live.searcher() as searcher:
            found = suggest(searcher.index, request.q, limit=request.limit, deadline=deadline)
            return SuggestResponse(
                generation=searcher.index.name, suggestions=[SuggestionResponse.of(one) for one in found]
            )


def _add_error_handlers(app: FastAPI, live: Live) -> None:
    @app.exception_handler(HudhudError)
    @app.exception_handler(Refused)
    async def told(request: Request, error: Exception) -> Response:
        request.scope.setdefault("state", {})[REFUSED] = refusal(error)
        return await run_in_threadpool(of_error, error, live.layout)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        where = f"{request.method} {brief(request.url.path)}"
        allowed = {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else {}
        headers = {**(error.headers or {}), **allowed}
        return problem(HTTPStatus(error.status_code), f"{where}: {error.detail}", headers=headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _logger.error("%s %s failed", request.method, brief(request.url.path), exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the server; its log says more")


def _allowed(request: Request) -> str:
    """The methods that this path takes: of all its routes, not of the first alone; HEAD where GET is."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes for method in getattr(route, "methods", None) or ()}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
