"""A small load generator: threads with keep-alive connections, each asking one query after the other."""

import http.client
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did under load: milliseconds of each answer, and how many requests failed."""

    latencies: tuple[float, ...]
    failures: int
    seconds: float


def load(port: int, path: str, queries: Sequence[str], connections: int) -> Load:
    """Send each query once, `connections` at a time.

    Args:
        port: of the server on the loopback interface.
        path: what a query is appended to.
        queries: texts, in the order in which they are taken.
        connections: how many requests are under way at once.
    """
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for query in queries:
        waiting.put(path + quote(query))
    latencies: list[float] = []
    failed: list[str] = []
    workers = [
        threading.Thread(target=_worker, args=(port, waiting, latencies, failed), daemon=True)
        for _ in range(connections)
    ]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Load(tuple(latencies), len(failed), time.perf_counter() - started)


def _worker(port: int, waiting: "queue.SimpleQueue[str]", latencies: list[float], failed: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        while True:
            try:
                target = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.perf_counter()
            if _asked(connection, target):
                latencies.append((time.perf_counter() - started) * 1000)
            else:
                failed.append(target)
    finally:
        connection.close()


def _asked(connection: http.client.HTTPConnection, target: str) -> bool:
    """Whether the answer came whole and was 200; a broken connection is opened anew by the next request."""
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return False
    return response.status == http.client.OK
