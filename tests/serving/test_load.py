"""Too much work, clients that leave, and connections on which nobody asks: others are served meanwhile."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator

import anyio
import pytest
from fastapi.testclient import TestClient
from serving import SECONDS, Served, answer, served, wait_until

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import Cancelled, Overloaded, TooSlow
from indexer.core.limits import Limits
from search_api.search import Searcher
from search_api.searching.outcomes import Result
from search_api.searching.query import Query, parse
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.pool import Pool
from search_api.serving.sparing import MOST, Sparing

SEARCH = "/v1/search?q=nuclear+plant"
ARTICLE = "/v1/articles/003_f7d4c279eac3b33f"
WORST = " ".join(f"zx{number}qh" for number in range(300))
"""As many odd words as are read of a query."""


class Held:
    """Searches that go on until their deadline stops them."""

    def __init__(self) -> None:
        self.begun = 0
        self.stopped: list[type[Exception]] = []

    def search(self, query: Query, deadline: Deadline = NO_DEADLINE) -> Result:
        del query
        self.begun += 1
        try:
            while True:
                deadline.check()
                threading.Event().wait(0.005)
        except Exception as error:
            self.stopped.append(type(error))
            raise


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    searches = Held()
    monkeypatch.setattr(Searcher, "search", searches.search)
    return searches


def test_a_deadline_ends_a_search_between_its_steps(searcher: Searcher) -> None:
    over = Deadline(0)
    with pytest.raises(TooSlow, match="the answer took more than 0 seconds"):
        searcher.search(parse("nuclear plant"), over)
    left = Deadline(SECONDS)
    left.cancel()
    with pytest.raises(Cancelled):
        searcher.search(parse("nuclear plant"), left)
    assert searcher.search(parse("nuclear plant"), Deadline(SECONDS)).hits


@pytest.mark.parametrize("steps", [1, 2, 5, 20, 60])
def test_a_search_asks_its_deadline_many_times(searcher: Searcher, steps: int) -> None:
    class After(Deadline):
        left_steps = steps

        def check(self) -> None:
            self.left_steps -= 1
            if not self.left_steps:
                raise TooSlow("now")

    with pytest.raises(TooSlow, match="now"):
        searcher.search(parse(WORST), After())


def test_a_search_that_takes_too_long_is_503(live: Live, held: Held) -> None:
    with TestClient(create_app(live, Limits(deadline_seconds=0.05))) as client:
        response = client.get(SEARCH)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["detail"].startswith("the answer took more than 0.05 seconds: ask for less")
    assert held.stopped == [TooSlow]


def test_articles_and_health_are_not_behind_searches(live: Live, held: Held) -> None:
    limits = Limits(searches_at_once=2, searches_waiting=1, deadline_seconds=SECONDS)
    with served(create_app(live, limits), limits) as server, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(
                contextlib.closing(server.send(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            )
        wait_until(lambda: held.begun == 2)
        assert server.get("/healthz").status == 200
        assert server.get(ARTICLE).json["language"] == "ar"
        wait_until(lambda: server.get(SEARCH).status == 503)
        refused = server.get(SEARCH)
        assert refused.json["detail"] == "too many searches are waiting: try again in a second"
        assert refused.headers["retry-after"] == "1"


def test_the_work_of_a_client_that_left_is_stopped(live: Live, held: Held) -> None:
    limits = Limits(searches_at_once=2, searches_waiting=4, deadline_seconds=SECONDS)
    with served(create_app(live, limits), limits) as server:
        asked = [server.send(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(6)]
        wait_until(lambda: held.begun == 2)
        for connection in asked:
            connection.close()
        wait_until(lambda: len(held.stopped) >= 2)
        assert set(held.stopped) == {Cancelled}
        with server.send(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            wait_until(lambda: held.begun > len(held.stopped))


def test_what_waits_for_nobody_is_never_begun() -> None:
    pool = Pool("searches", workers=1, waiting=1)
    busy, release, begun, later = (threading.Event() for _ in range(4))

    def hold() -> None:
        busy.set()
        release.wait(SECONDS)

    async def leave() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(pool.run, hold, Deadline())
            await anyio.to_thread.run_sync(busy.wait, SECONDS)
            with anyio.move_on_after(0.05):
                await pool.run(begun.set, Deadline())
            group.start_soon(pool.run, later.set, Deadline())  # the place is free again
            await anyio.sleep(0.05)
            release.set()

    anyio.run(leave)
    pool.close()
    assert (begun.is_set(), later.is_set()) == (False, True)


def test_work_that_waited_too_long_is_not_begun() -> None:
    pool = Pool("searches", workers=1, waiting=1)
    begun = threading.Event()

    async def late() -> None:
        await pool.run(begun.set, Deadline(0))

    with pytest.raises(TooSlow):
        anyio.run(late)
    pool.close()
    assert not begun.is_set()


def test_places_are_free_as_soon_as_an_answer_is_there() -> None:
    pool = Pool("searches", workers=1, waiting=0)

    async def one_after_another() -> None:
        for number in range(500):
            assert await pool.run(lambda number=number: number, Deadline()) == number  # type: ignore[misc]

    anyio.run(one_after_another)
    pool.close()


def test_closing_stops_what_runs() -> None:
    pool = Pool("searches", workers=1, waiting=1)
    stopped: list[type[BaseException]] = []

    def work(deadline: Deadline) -> None:
        while True:
            deadline.check()
            threading.Event().wait(0.005)

    async def run() -> None:
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                deadline = Deadline()
                try:
                    await pool.run(lambda: work(deadline), deadline)
                except Cancelled as error:
                    stopped.append(type(error))

            group.start_soon(ask)
            await anyio.sleep(0.05)
            await anyio.to_thread.run_sync(pool.close)

    anyio.run(run)
    assert stopped == [Cancelled]


@pytest.fixture
def slow_to_ask(live: Live) -> Iterator[Served]:
    limits = Limits(connections=8, read_seconds=0.5, idle_seconds=1, send_seconds=1)
    with served(create_app(live, limits), limits) as server:
        yield server


@pytest.mark.parametrize(
    "begun", ["", "GET", "GET /healthz HTTP/1.1\r\nHost: loc", "GET /healthz HTTP/1.1\r\nA: b\r\n"]
)
def test_half_open_connections_shut_nobody_out(live: Live, begun: str) -> None:
    limits = Limits(connections=8, read_seconds=SECONDS)
    with served(create_app(live, limits), limits) as server, contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(contextlib.closing(server.send(begun)))
        assert server.get("/healthz").status == 200
        assert len(server.server.server_state.connections) <= limits.connections + 1


def test_where_all_connections_are_busy_the_next_is_refused(live: Live, held: Held) -> None:
    limits = Limits(connections=2, deadline_seconds=SECONDS)
    with served(create_app(live, limits), limits) as server, contextlib.ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(
                contextlib.closing(server.send(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            )
        wait_until(lambda: held.begun == 2)
        with server.connect() as connection:
            refused = answer(connection)
        assert (refused.status, refused.headers["content-type"]) == (503, "application/problem+json")
        assert refused.json["detail"] == "too many connections: try again in a second"


def test_a_head_that_does_not_come_ends_the_connection(slow_to_ask: Served) -> None:
    with slow_to_ask.connect() as connection:
        sent = b"GET /healthz HTTP/1.1\r\n" + b"x: y\r\n" * 1_000_000
        received = b""
        connection.settimeout(0.1)
        for byte in sent:  # a byte now and then keeps nothing open
            try:
                connection.sendall(bytes([byte]))
                received = connection.recv(100)
                break
            except TimeoutError:
                continue
            except OSError:
                break
    assert received == b""


def test_a_body_that_does_not_come_is_408(slow_to_ask: Served) -> None:
    head = "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    found = slow_to_ask.ask(head + "Content-Length: 9\r\n\r\n{")
    assert (found.status, found.json["detail"]) == (408, "the body did not come within 0.5 seconds")


def test_a_body_that_is_too_long_is_answered_before_it_came(slow_to_ask: Served) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    found = slow_to_ask.ask(head + b"Content-Length: 150000000\r\n\r\n" + b" " * 500_000)
    assert found.status == 413
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    found = slow_to_ask.ask(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 8)
    assert found.status == 413


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\1\2\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /" + b"a" * 300_000,
        b"POST /v1/search HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/search HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_problem(slow_to_ask: Served, sent: bytes) -> None:
    found = slow_to_ask.ask(sent)
    assert (found.status, found.headers["content-type"]) == (400, "application/problem+json")
    assert found.json["detail"] == "Invalid HTTP request received."


def test_an_answer_that_is_not_fetched_ends_the_connection(slow_to_ask: Served) -> None:
    request = b"GET /docs HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200
    with slow_to_ask.send(request):
        wait_until(lambda: slow_to_ask.server.server_state.connections)
        wait_until(lambda: not slow_to_ask.server.server_state.connections)


@pytest.mark.parametrize("client", ["half a request", "a request", "nothing read"])
def test_a_server_that_is_told_to_stop_ends_whatever_clients_do(
    live: Live, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    release = threading.Event()
    monkeypatch.setattr(Searcher, "search", lambda *_: release.wait(SECONDS))  # asks no deadline
    limits = Limits(grace_seconds=0.5, deadline_seconds=SECONDS, read_seconds=SECONDS, send_seconds=SECONDS)
    requests = {
        "half a request": "GET /healthz HTTP/1.1\r\n",
        "a request": f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "nothing read": "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 999,
    }
    with served(create_app(live, limits), limits) as server, server.send(requests[client]):
        wait_until(lambda: server.server.server_state.connections)
        server.server.should_exit = True
        server.thread.join(SECONDS / 2)
        assert not server.thread.is_alive()
    release.set()


def records(count: int, message: str) -> Iterator[logging.LogRecord]:
    for number in range(count):
        yield logging.LogRecord("uvicorn.error", logging.WARNING, __file__, 1, message, (number,), None)


def test_lines_that_are_alike_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("search_api.serving.sparing.time.monotonic", lambda: now)
    sparing = Sparing()
    written = [sparing.filter(record) for record in records(1000, "request %d is invalid")]
    assert [bool(one) for one in written] == [True] * MOST + [False] * (1000 - MOST)
    [other] = records(1, "another kind %d")
    assert sparing.filter(other) is True
    now += 10
    [later] = records(1, "request %d is invalid")
    assert sparing.filter(later)
    assert later.getMessage() == f"request 0 is invalid ({1000 - MOST} lines like it were left out)"


def test_too_many_are_told_apart_from_the_rest() -> None:
    pool = Pool("requests for articles", workers=1, waiting=0)
    release = threading.Event()

    async def overload(work: Callable[[], object]) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(pool.run, work, Deadline())
            await anyio.sleep(0.05)
            with pytest.raises(Overloaded, match="too many requests for articles are waiting"):
                await pool.run(work, Deadline())
            release.set()

    anyio.run(overload, lambda: release.wait(SECONDS))
    pool.close()
