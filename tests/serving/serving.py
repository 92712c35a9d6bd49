"""A server in this process, on a free port of loopback, and bare connections to it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from indexer.core.limits import Limits
from search_api.serving.server import Server, server_of

SECONDS = 60.0
"""Nothing takes as long, unless it never ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where, and what runs it."""

    port: int
    server: Server
    thread: threading.Thread

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def send(self, text: str | bytes) -> socket.socket:
        """A connection on which something was sent."""
        connection = self.connect()
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        return connection

    def ask(self, text: str | bytes) -> Answer:
        """The answer to a request that ends its connection."""
        with self.send(text) as connection:
            return answer(connection)

    def get(self, target: str, *headers: str) -> Answer:
        lines = [f"GET {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        return self.ask("\r\n".join([*lines, "", ""]))


@contextmanager
def served(
    app: ASGIApp, limits: Limits, root_path: str = "", refused: Callable[[str], None] | None = None
) -> Iterator[Served]:
    with socket.socket() as address:
        address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        address.bind(("127.0.0.1", 0))
        port = int(address.getsockname()[1])
        server = server_of(app, limits, root_path, refused)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [address]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield Served(port, server, thread)
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive(), "the server does not end"


def answer(connection: socket.socket) -> Answer:
    """What comes on a connection until it ends."""
    received = everything(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return bytes(received)


def wait_until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < ends, "it never became so"
        time.sleep(0.005)
