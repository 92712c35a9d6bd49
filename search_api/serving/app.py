"""The HTTP API: routes, and the one table that turns domain errors into statuses."""

import asyncio
import contextlib
import importlib.metadata
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from indexer.core.errors import (
    ArticleNotFound,
    HudhudError,
    IndexingError,
    InvalidQuery,
    ModelError,
    Overloaded,
)
from indexer.core.records import Article
from indexer.generation.way_back import told
from search_api.search import Searcher
from search_api.serving.live import Live
from search_api.serving.schemas import (
    ArticleResponse,
    Fault,
    Health,
    Problem,
    Readiness,
    SearchRequest,
    SearchResponse,
)

STATUSES: tuple[tuple[type[HudhudError], HTTPStatus], ...] = (
    (InvalidQuery, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ArticleNotFound, HTTPStatus.NOT_FOUND),
    (Overloaded, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelError, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexingError, HTTPStatus.SERVICE_UNAVAILABLE),
)
SEARCHES_AT_ONCE = 16
"""More than there are cores: while one pass encodes, those who wait become the next pass."""

MAX_WAITING = 64

_NO_TELEMETRY = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI would send what is searched for to a collector, if variables of the environment named one."""

A = TypeVar("A")
R = TypeVar("R")

_logger = logging.getLogger(__name__)


class BoundedExecutor:
    """Runs plain functions on a few threads, and refuses more work than it can hold."""

    def __init__(self, workers: int, waiting: int) -> None:
        """Allow `workers` functions at once and `waiting` more in the queue."""
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="search")
        self._places = threading.BoundedSemaphore(workers + waiting)

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        """The result of `function(argument)`, run on a thread.

        Raises:
            Overloaded: all places are taken.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded("too many searches are waiting: try again in a second")
        future = self._threads.submit(function, argument)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let running work end and start no more."""
        self._threads.shutdown(cancel_futures=True)


def create_app(live: Live) -> FastAPI:
    """The API over whichever generation is live; a request is answered by one from its beginning to its end.

    While none can be used, everything but `/healthz` and `/docs` answers 503. `live` is closed by whoever
    made it.
    """
    executor = BoundedExecutor(workers=SEARCHES_AT_ONCE, waiting=MAX_WAITING)
    search_live = _leasing(live, Searcher.search)
    article_live = _leasing(live, _article)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        executor.close()

    app = FastAPIOffline(
        title="Hudhud",
        summary="Passages from Persian, Dari and Arabic articles for a query in any language.",
        version=importlib.metadata.version("hudhud"),
        redoc_url=None,
        lifespan=lifespan,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
        telemetry=_NO_TELEMETRY,
    )
    _add_error_handlers(app, live)

    async def answer(request: SearchRequest) -> SearchResponse:
        return SearchResponse.of(await executor.run(search_live, request.parsed()))

    @app.get("/v1/search", summary="Search with query parameters")
    async def search(request: Annotated[SearchRequest, Query()]) -> SearchResponse:
        return await answer(request)

    @app.post("/v1/search", summary="Search with a JSON body of the same fields")
    async def search_json(request: SearchRequest) -> SearchResponse:
        return await answer(request)

    @app.get("/v1/articles/{id:path}", summary="An article, whole")
    async def article(id: str) -> ArticleResponse:
        return ArticleResponse.of(await executor.run(article_live, id))

    @app.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Health:
        return Health(status="ok")

    @app.get("/readyz", summary="Whether the live index answers")
    async def readyz() -> Readiness:
        state = live.state
        if state.fault or state.generation is None:
            raise IndexingError(state.fault or "no index is open")
        return Readiness(status="ok", generation=state.generation, checked=state.checked)

    return app


def _leasing(live: Live, function: Callable[[Searcher, A], R]) -> Callable[[A], R]:
    """`function` of the searcher that answers when it is called, which is leased while it runs."""

    def leased(argument: A) -> R:
        with live.searcher() as searcher:
            return function(searcher, argument)

    return leased


def _article(searcher: Searcher, article_id: str) -> Article:
    return searcher.index.article_by_id(article_id)


def _add_error_handlers(app: FastAPI, live: Live) -> None:
    @app.exception_handler(HudhudError)
    async def domain(_: Request, error: HudhudError) -> JSONResponse:
        status = next((status for kind, status in STATUSES if isinstance(error, kind)), None)
        if status is None:
            raise error
        faults = (
            [Fault(field=error.field, value=error.value, message=str(error))]
            if isinstance(error, InvalidQuery)
            else []
        )
        return _problem(status, await run_in_threadpool(told, error, live.layout), faults)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [_fault(found) for found in error.errors()]
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(fault.message for fault in faults), faults)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return _problem(HTTPStatus(error.status_code), f"{request.method} {request.url.path}: {error.detail}")

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        _logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the server; its log says more")


def _fault(found: dict[str, Any]) -> Fault:
    """A pydantic error with the field as the caller wrote it."""
    field = ".".join(str(part) for part in found["loc"][1:]) or "body"
    value = found.get("input")
    if found["type"] == "missing":
        return Fault(field=field, value=None, message=f"{field} is missing")
    if found["type"] == "extra_forbidden":
        known = [name.alias or key for key, name in SearchRequest.model_fields.items()]
        return Fault(
            field=field, value=value, message=f"{field} is not a field of a search: {', '.join(known)} are"
        )
    return Fault(field=field, value=value, message=f"{field}: {found['msg']}, not {value!r}")


def _problem(status: HTTPStatus, detail: str, faults: Sequence[Fault] = ()) -> JSONResponse:
    problem = Problem(title=status.phrase, status=status, detail=detail, errors=list(faults))
    headers = {"Retry-After": "1"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(
        problem.model_dump(mode="json"), status, headers, media_type="application/problem+json"
    )
