"""MCP over HTTP beside the API: at `/mcp`, inside the same envelope, on the same threads.

The package is loaded by the first request that needs it, so that servers which nobody asks this way hold
nothing of it.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from indexer.core.errors import InvalidSetting
from indexer.core.limits import Limits
from search_api.agents.calls import Calls
from search_api.agents.library import Handler, http_handler, require_library
from search_api.serving.bodies import read_body
from search_api.serving.gates import MCP
from search_api.serving.live import Live
from search_api.serving.off_loop import CLIENT_LEFT, until_left
from search_api.serving.problems import Refused, problem


@dataclass(frozen=True, slots=True)
class _Route:
    """What the log calls it."""

    path: str


class WithMcp:
    """The API, and MCP at `/mcp`."""

    def __init__(self, app: FastAPI, live: Live, limits: Limits) -> None:
        """Serve `app`, and tools over `live` on the threads that `app` searches on."""
        self._app = app
        self._calls = Calls(live)
        self._limits = limits
        self._pool = app.state.pools[0]
        self._starting = asyncio.Lock()
        self._ended = asyncio.Event()
        self._handler: Handler | None = None
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is asked at `/mcp`; all else is the API's."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) == MCP:
            scope["route"] = _Route(MCP)
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin and end with the API; the package ends first, for the API's end is the server's."""

        async def received() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown" and self._running:
                self._ended.set()
                await self._running
            return message

        await self._app(scope, received, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if scope["method"] != "POST":
                message = (
                    f"{scope['method']} {MCP}: only POST is answered; there are no sessions and no streams"
                )
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, message, {"Allow": "POST"})
            body = await read_body(request, self._limits)
            handler = await self._started()
        except Refused as error:
            await problem(error.status, str(error), headers=error.headers)(scope, receive, send)
        except ClientDisconnect:
            await Response(status_code=CLIENT_LEFT)(scope, receive, send)
        else:
            answering = asyncio.ensure_future(handler(scope, _Replay(body), send))
            await _as_long_as_somebody_waits(answering, request)

    async def _started(self) -> Handler:
        """What answers; the package is loaded and set to work at the first call.

        Raises:
            Refused: it is not installed.
        """
        async with self._starting:
            if self._handler is None:
                try:
                    await run_in_threadpool(require_library)
                except InvalidSetting as error:
                    raise Refused(HTTPStatus.NOT_FOUND, str(error)) from error
                started: asyncio.Future[Handler] = asyncio.get_running_loop().create_future()
                self._running = asyncio.create_task(self._run(started))
                self._handler = await started
            return self._handler

    async def _run(self, started: asyncio.Future[Handler]) -> None:
        """Keep the package at work until the server ends: it must begin and end in one task."""
        try:
            async with http_handler(self._calls, self._pool, self._limits) as handler:
                started.set_result(handler)
                await self._ended.wait()
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)


class _Replay:
    """Gives a body that was read already, and then nothing."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body

    async def __call__(self) -> Message:
        """The next message of the request."""
        if self._body is None:
            await asyncio.get_running_loop().create_future()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _as_long_as_somebody_waits(answering: asyncio.Future[None], request: Request) -> None:
    """Wait until it is answered, or stop answering when the client has left."""
    left = asyncio.ensure_future(until_left(request))
    try:
        await asyncio.wait({answering, left}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
    finally:
        for task in (answering, left):
            task.cancel()
        await asyncio.wait({answering, left})
