"""The socket that a server listens with."""

import asyncio
import socket

from search_api.serving.listening import bound


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
