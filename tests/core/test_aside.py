"""Work that goes on beside other work of the same query."""

import datetime
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from indexer.core import aside as module
from indexer.core.aside import aside, together
from indexer.core.deadline import Deadline
from indexer.core.errors import TooSlow
from search_api.search import Searcher
from search_api.searching.query import parse


class Busy(Exception):
    """What fails here."""


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], threading.Event]:
    """A single thread for what goes on aside; occupies it until the event that it gives is set."""
    pool = ThreadPoolExecutor(1)
    monkeypatch.setattr(module, "_threads", lambda: pool)

    def occupied() -> threading.Event:
        begun, ended = threading.Event(), threading.Event()

        def occupies() -> None:
            begun.set()
            ended.wait(30)

        pool.submit(occupies)
        assert begun.wait(30)
        return ended

    return occupied


@pytest.mark.usefixtures("one_thread")
def test_work_goes_on_aside() -> None:
    with aside(threading.get_ident) as other:
        time.sleep(0.05)
        assert other() != threading.get_ident()


def test_work_that_no_thread_has_begun_is_done_where_it_is_wanted(
    one_thread: Callable[[], threading.Event],
) -> None:
    ended = one_thread()
    with aside(threading.get_ident) as other:
        assert other() == threading.get_ident()
    ended.set()


@pytest.mark.usefixtures("one_thread")
def test_work_that_is_not_worth_it_is_done_here_when_it_is_wanted() -> None:
    done: list[int] = []
    with aside(lambda: done.append(1), worthwhile=False) as other:
        assert done == []
        other()
    assert done == [1]


@pytest.mark.usefixtures("one_thread")
def test_an_error_aside_is_that_of_whoever_wants_the_result() -> None:
    def fails() -> None:
        raise Busy

    def asks() -> None:
        with aside(fails) as other:
            time.sleep(0.05)
            other()

    with pytest.raises(Busy):
        asks()


@pytest.mark.usefixtures("one_thread")
def test_nothing_goes_on_behind_an_error() -> None:
    begun, ended = threading.Event(), []

    def slow() -> None:
        begun.set()
        time.sleep(0.1)
        ended.append(1)

    def asks() -> None:
        with aside(slow):
            assert begun.wait(30)
            raise Busy

    with pytest.raises(Busy):
        asks()
    assert ended == [1]


def test_work_that_was_not_begun_is_dropped_with_an_error(
    one_thread: Callable[[], threading.Event],
) -> None:
    done: list[int] = []
    ended = one_thread()
    with pytest.raises(Busy), aside(lambda: done.append(1)):
        raise Busy
    ended.set()
    with aside(threading.get_ident) as later:
        later()
    assert done == []


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("worthwhile", [True, False])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_results_come_in_order(count: int, worthwhile: bool) -> None:
    works = [lambda number=number: number * number for number in range(count)]
    assert together(works, worthwhile=worthwhile) == [number * number for number in range(count)]


@pytest.mark.usefixtures("one_thread")
def test_work_aside_may_itself_have_others() -> None:
    def outer() -> list[int]:
        return together([lambda: 1, lambda: 2])

    assert together([lambda: [0], outer, outer]) == [[0], [1, 2], [1, 2]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_process_that_was_forked_has_threads_of_its_own() -> None:
    program = (
        "import os, time\n"
        "from indexer.core.aside import aside\n"
        "with aside(os.getpid) as pid: time.sleep(0.1); assert pid() == os.getpid()\n"
        "child = os.fork()\n"
        "with aside(os.getpid) as pid: time.sleep(0.1); assert pid() == os.getpid()\n"
        "if child: assert os.waitpid(child, 0)[1] == 0\n"
        "else: os._exit(0)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"languages": ["fa"]},
        {"languages": ["ar"], "exhaustive": True},
        {"since": datetime.date(2025, 6, 1)},
        {"mode": "lexical"},
        {"mode": "dense"},
    ],
)
def test_a_search_side_by_side_finds_the_same(
    searcher: Searcher, limits: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [
        parse(text, **limits) for text in ("Zelensky", "nuclear plant lost power", "کشتی در کانال سوئز")
    ]
    one_by_one = [searcher.search(query).hits for query in queries]
    monkeypatch.setattr(module, "LARGE", 0)
    assert [searcher.search(query).hits for query in queries] == one_by_one


def test_a_large_index_is_searched_by_several_threads(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Watched(ThreadPoolExecutor):
        def submit(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401
            begun.append(given[0].func.__name__)
            return super().submit(*given, **named)

    with Watched(1) as pool:
        monkeypatch.setattr(module, "_threads", lambda: pool)
        searcher.search(parse("Zelensky"))
        assert begun == []
        monkeypatch.setattr(module, "LARGE", 0)
        searcher.search(parse("Zelensky"))
        assert set(begun) == {"_worded", "search_each", "_search"}, "words, passages, and other languages"


def test_whoever_waits_too_long_is_told_so_side_by_side(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGE", 0)
    with pytest.raises(TooSlow):
        searcher.search(parse("nuclear plant"), deadline=Deadline(0.0))
