"""A load generator of a few lines, so that little of the machine goes to it: HTTP/1.1 on asyncio's streams.

Either so many ask at once, each one question after the other, or so many questions come a second whether or
not the last ones were answered, as from many people. Kept tools (wrk, locust, k6) do the first; the second
shows what overload does, for those who wait do not keep others from asking.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote

MOST_SECONDS = 60.0
"""After so long, what was asked counts as never answered."""

NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: a target to get, or a body of JSON to send there."""

    target: str
    body: bytes | None = None

    @classmethod
    def search(cls, query: str, limit: int = 10) -> "Asked":
        """A search with GET."""
        return cls(f"/v1/search?limit={limit}&q={quote(query)}")

    @classmethod
    def search_json(cls, **fields: object) -> "Asked":
        """A search with POST."""
        return cls("/v1/search", json.dumps(fields).encode())

    def sent(self) -> bytes:
        """What goes over the connection."""
        method = "GET" if self.body is None else "POST"
        head = f"{method} {self.target} HTTP/1.1\r\nHost: localhost\r\n"
        if self.body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        return head.encode() + b"\r\n" + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a request: after how many milliseconds, and with which status."""

    milliseconds: float
    status: int


class Connection:
    """Asks on one connection, and opens it anew where it ended."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def timed(self, asked: Asked) -> Answered:
        """Ask, and measure how long the answer takes."""
        began = time.perf_counter()
        status = await self.ask(asked)
        return Answered((time.perf_counter() - began) * 1000, status)

    async def ask(self, asked: Asked) -> int:
        """The status of the answer, once it is here whole; `NO_ANSWER` where there is none."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await self._ask(asked)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            self.close()
            return NO_ANSWER

    async def _ask(self, asked: Asked) -> int:
        is_new = self._streams is None
        reader, writer = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        self._streams = reader, writer
        try:
            writer.write(asked.sent())
            head = await reader.readuntil(b"\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if is_new:
                raise
            return await self._ask(asked)  # the server closed it, for nobody had asked
        lines = head.decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1])

    def close(self) -> None:
        """End it; the next request opens another."""
        if self._streams:
            self._streams[1].transport.abort()
        self._streams = None


async def at_once(port: int, requests: Iterator[Asked], many: int, seconds: float) -> list[Answered]:
    """Let `many` ask at once, each one request after the other."""
    answered: list[Answered] = []
    started = time.perf_counter()

    async def one() -> None:
        with closing(Connection(port)) as connection:
            while time.perf_counter() - started < seconds:
                answered.append(await connection.timed(next(requests)))

    await asyncio.gather(*(one() for _ in range(many)))
    return answered


async def a_second(port: int, requests: Iterator[Asked], rate: float, seconds: float) -> list[Answered]:
    """Let requests come at a steady `rate` a second, however many wait; each on a connection that is idle."""
    answered: list[Answered] = []
    idle: list[Connection] = []
    started = time.perf_counter()

    async def one(asked: Asked) -> None:
        connection = idle.pop() if idle else Connection(port)
        answered.append(await connection.timed(asked))
        idle.append(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            group.create_task(one(next(requests)))
    for connection in idle:
        connection.close()
    return answered


async def abandon(port: int, requests: list[Asked]) -> None:
    """Send requests at once, and leave before any is answered."""
    writers = []
    for asked in requests:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked.sent())
        await writer.drain()
        writers.append(writer)
    await asyncio.sleep(0.05)
    for writer in writers:
        writer.transport.abort()
