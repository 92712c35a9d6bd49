"""The socket that a server listens with."""

import asyncio
import socket
import threading

import pytest
from serving import wait_until
from starlette.types import Receive, Scope, Send

from indexer.core.limits import Limits
from search_api.serving.listening import bound, page_address
from search_api.serving.server import server_of


def test_what_is_written_to_a_connection_is_sent_at_once() -> None:
    async def no_delay() -> int:
        taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection: socket.socket = writer.get_extra_info("socket")
            taken.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with bound("127.0.0.1", 0) as address:
            server = await asyncio.start_server(take, sock=address)
            async with server:
                _, writer = await asyncio.open_connection(*address.getsockname())
                found = await asyncio.wait_for(taken, 10)
                writer.close()
        return found

    assert asyncio.run(no_delay()) == 1


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("localhost", "http://localhost:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://[::1]:8000/"),
        ("fe80::1", "http://[fe80::1]:8000/"),
    ],
)
def test_a_browser_finds_the_page_wherever_a_server_listens(host: str, address: str) -> None:
    assert page_address(host, 8000) == address


def test_a_server_says_when_it_is_ready_for_requests() -> None:
    connected: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "lifespan"
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})

    with bound("127.0.0.1", 0) as address:

        def answers() -> None:
            with socket.create_connection(address.getsockname(), timeout=10):
                connected.append(True)

        server = server_of(app, Limits(), answers=answers)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [address]}, daemon=True)
        thread.start()
        wait_until(lambda: connected)
        server.should_exit = True
        thread.join(60)
    assert connected == [True]
