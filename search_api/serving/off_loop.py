"""Routes whose whole work is done on a thread: reading what is asked, answering it, writing the answer.

The event loop takes bytes and gives bytes; nothing that grows with them is parsed or built there. FastAPI
reads the signatures of the functions for its description of the API, and never calls them itself.
"""

import functools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from indexer.core.deadline import Deadline
from indexer.core.errors import Cancelled
from indexer.core.limits import Limits
from indexer.storage.layout import Layout
from search_api.searching.stages import Begun, Timed, Watch, timed, watched
from search_api.serving.asked import Asked
from search_api.serving.bodies import read_body
from search_api.serving.envelope import ASKED, REFUSED, STAGES
from search_api.serving.pool import Pool
from search_api.serving.problems import of_error, refusal

CLIENT_LEFT = 499
"""The status that servers write down where nobody reads the answer any more."""

_HANDLER = "handler"

A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R", bound=BaseModel | Response)


@dataclass(frozen=True, slots=True)
class OffLoop:
    """How the functions of some routes are called: with what is asked, and a deadline.

    Attributes:
        pool: the threads.
        layout: of the index, for advice where it is damaged.
        limits: of a request.
        watch: told of the stages of each answer.
    """

    pool: Pool
    layout: Layout
    limits: Limits
    watch: Watch | None = None

    def takes(
        self, read: Callable[[Asked], A]
    ) -> Callable[[Callable[[A, Deadline], R]], Callable[[A, Deadline], R]]:
        """Marks a function that answers what `read` finds in a request."""

        def mark(function: Callable[[A, Deadline], R]) -> Callable[[A, Deadline], R]:
            setattr(function, _HANDLER, self.handler(read, function))
            return function

        return mark

    def takes_two(
        self, read: Callable[[Asked], tuple[A, B]]
    ) -> Callable[[Callable[[A, B, Deadline], R]], Callable[[A, B, Deadline], R]]:
        """The same for a function of two things that `read` finds."""

        def mark(function: Callable[[A, B, Deadline], R]) -> Callable[[A, B, Deadline], R]:
            def of_both(both: tuple[A, B], deadline: Deadline) -> R:
                return function(*both, deadline)

            setattr(function, _HANDLER, self.handler(read, of_both))
            return function

        return mark

    def handler(
        self, read: Callable[[Asked], A], function: Callable[[A, Deadline], R]
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers requests with `function`, which is given what `read` finds in them."""

        def work(request: Request, asked: Asked, deadline: Deadline) -> Response:
            try:
                wanted = read(asked)
                request.scope.setdefault("state", {})[ASKED] = wanted
                answer = function(wanted, deadline)
                if isinstance(answer, Response):
                    return answer
                with timed("writing"):
                    return Response(answer.model_dump_json(), media_type="application/json")
            except Cancelled:
                raise
            except Exception as error:  # noqa: BLE001 (one without a status is raised again)
                request.scope.setdefault("state", {})[REFUSED] = refusal(error)
                return of_error(error, self.layout)

        def after_waiting(waiting: Begun, request: Request, asked: Asked, deadline: Deadline) -> Response:
            watch = self._watching(request)
            with watched(watch):
                if watch:
                    watch(waiting.over())
                return work(request, asked, deadline)

        async def handle(request: Request) -> Response:
            try:
                body = await read_body(request, self.limits)
                asked = Asked(
                    request.scope["query_string"],
                    request.path_params,
                    request.headers.get("content-type", ""),
                    body,
                    request.headers,
                    request.scope.get("root_path", ""),
                )
                deadline = Deadline(self.limits.deadline_seconds)
                answered = functools.partial(after_waiting, Begun("waiting"), request, asked, deadline)
                return await self.pool.run(answered, deadline, until_left(request))
            except (Cancelled, ClientDisconnect):
                return Response(status_code=CLIENT_LEFT)

        return handle

    def _watching(self, request: Request) -> Watch | None:
        """What is told of the stages of a request: `watch`, and its list of them where it has one."""
        written: list[Timed] | None = request.scope.get("state", {}).get(STAGES)
        if written is None:
            return self.watch

        def watch(stage: Timed) -> None:
            written.append(stage)
            if self.watch:
                self.watch(stage)

        return watch


async def until_left(request: Request) -> None:
    """Ends when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _given() -> Deadline:
    raise NotImplementedError("only routes of `OffLoop` have a deadline")


Given = Annotated[Deadline, Depends(_given)]
"""The deadline, in the signature of a route's function: no parameter of the request."""


class OffLoopRoute(APIRoute):
    """The route of a function that `OffLoop.takes` marked."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers its requests."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] | None = getattr(
            self.endpoint, _HANDLER, None
        )
        return handler or super().get_route_handler()
