"""The process that serves: uvicorn with limits, which ends in time however busy it is."""

import contextlib
import logging
import os
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from indexer.core.limits import Limits
from indexer.core.shown import ShownFormatter
from search_api.serving.connections import limited
from search_api.serving.sparing import Sparing

LOG_LINE = "%(levelname)s:     %(message)s"

LONGEST_HEAD = 32 * 1024
"""Bytes of a request's line and headers: 20,000 characters of a query do not fit; the body holds them."""

SPARE_FILES = 256
"""Files that a process opens besides its connections."""

SLACK = 5.0
"""Seconds beyond the grace period after which the process ends as it is."""

STOPPED = 130
"""The exit code of a server that was told to stop."""


class Server(uvicorn.Server):
    """A server that ends some seconds after it was told to, whatever its threads and clients do."""

    def __init__(
        self, config: uvicorn.Config, seconds: float, answers: Callable[[], None] = lambda: None
    ) -> None:
        """End within `seconds` and some more; `answers` is called once it is ready for requests."""
        super().__init__(config)
        self._seconds = seconds
        self._answers = answers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._answers()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, and see to it that there is an end."""
        if not self.should_exit:
            last = threading.Timer(self._seconds + SLACK, os._exit, [STOPPED])
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)


def run(
    app: ASGIApp,
    address: socket.socket,
    limits: Limits,
    root_path: str = "",
    refused: Callable[[str], None] | None = None,
    answers: Callable[[], None] = lambda: None,
) -> None:
    """Serve `app` at an address until a signal ends it; the arguments are those of `server_of`."""
    _allow_files(limits.connections + SPARE_FILES)
    server_of(app, limits, root_path, refused, answers).run(sockets=[address])


@contextlib.contextmanager
def beside(app: ASGIApp, address: socket.socket, limits: Limits) -> Iterator[None]:
    """Serve another application at an address of its own, on a thread, as long as this context."""
    server = server_of(app, limits)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [address]}, name="beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(limits.grace_seconds)


def server_of(
    app: ASGIApp,
    limits: Limits,
    root_path: str = "",
    refused: Callable[[str], None] | None = None,
    answers: Callable[[], None] = lambda: None,
) -> Server:
    """What serves `app` within some limits.

    Args:
        app: what answers.
        limits: of connections and times.
        root_path: the prefix of paths that a proxy cuts off, as `/hudhud`.
        refused: told why a connection was refused, on which no request came.
        answers: called once it is ready for requests.
    """
    config = uvicorn.Config(
        app,
        http=limited(limits, refused),
        ws="none",
        lifespan="on",
        log_config=_log_config(),
        backlog=limits.backlog,
        timeout_keep_alive=limits.idle_seconds,  # type: ignore[arg-type]  # it waits for fractions too
        timeout_graceful_shutdown=limits.grace_seconds,  # type: ignore[arg-type]
        access_log=False,
        server_header=False,
        proxy_headers=False,
        root_path=root_path,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    return Server(config, limits.grace_seconds, answers)


def log_to_stderr() -> None:
    """Let all loggers write lines to standard error, and few of those that are alike."""
    handler = logging.StreamHandler()
    handler.setFormatter(ShownFormatter(LOG_LINE))
    handler.addFilter(Sparing())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("search_api").setLevel(logging.INFO)


def _log_config() -> dict[str, Any]:
    """How uvicorn logs; its lines hold what requests and articles hold."""
    formatters = LOGGING_CONFIG["formatters"] | {"default": {"()": ShownFormatter, "fmt": LOG_LINE}}
    handlers = {
        name: handler | ({"filters": ["sparing"]} if name == "default" else {})
        for name, handler in LOGGING_CONFIG["handlers"].items()
    }
    return LOGGING_CONFIG | {
        "formatters": formatters,
        "filters": {"sparing": {"()": Sparing}},
        "handlers": handlers,
    }


def _allow_files(wanted: int) -> None:
    """Let the process have so many files open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
