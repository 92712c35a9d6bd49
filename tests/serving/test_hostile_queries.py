"""Queries made to cost as much as can be, asked of a real server at once: it goes on answering."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asking import Server

from benchmarks.load.hostile import QUERIES, odd
from indexer.storage.layout import Layout

SECONDS = 60.0
DEADLINE = 10.0
AT_ONCE = 16
SOME = QUERIES[:100]
"""Each kind of them; `make load` asks all."""

SOON = 0.25
"""Seconds within which `/healthz` answers mostly, whatever else is asked."""


@pytest.fixture(scope="module")
def server(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(seed_index, tmp_path_factory.mktemp("server") / "log") as started:
        started.wait_for(Layout(seed_index).live().name)
        yield started


def ask(server: Server, query: str) -> tuple[int, float, bytes]:
    """Status, seconds and body of a search."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    body = json.dumps({"q": query, "limit": 100, "gloss": True, "group": "passage"})
    connection.request("POST", "/v1/search", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer.status, time.monotonic() - started, read


def health(server: Server) -> float:
    """Seconds that `/healthz` took."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - started


def test_all_are_answered_or_refused_and_health_is_told_meanwhile(server: Server) -> None:
    ended = threading.Event()
    took: list[float] = []

    def watch() -> None:
        while not ended.wait(0.02):
            took.append(health(server))

    watching = threading.Thread(target=watch)
    watching.start()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda query: ask(server, query), SOME))
    ended.set()
    watching.join(SECONDS)
    for query, (status, seconds, body) in zip(SOME, answers, strict=True):
        assert status in {200, 422, 503}, (query[:40], body[:300])
        assert seconds < DEADLINE + 5, query[:40]
    assert sum(status == 200 for status, _, _ in answers) > 50
    assert statistics.median(took) < SOON
    assert server.complaints() == []


def test_abandoned_searches_do_not_hold_up_a_new_one(server: Server) -> None:
    alone = min(ask(server, f"nuclear plant {number}")[1] for number in range(3))
    left = []
    for number in range(AT_ONCE):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
        body = json.dumps({"q": odd(1000 + number), "limit": 100})
        connection.request("POST", "/v1/search", body, {"Content-Type": "application/json"})
        left.append(connection)
    for connection in left:
        connection.close()
    status, seconds, _ = ask(server, "what was said about the plant")
    assert status == 200
    assert seconds < alone + DEADLINE / 2
