"""One way to several processes of a shard: who is asked, and what happens where one is gone or slow."""

import threading
import time
from typing import Any, cast

import pytest
from clustered import wait_until

from indexer.cluster import links
from indexer.cluster.library import Cluster, Gone, Process
from indexer.cluster.links import Replica, ReplicatedLink
from indexer.cluster.process import Here, Leaving, Refused
from indexer.core.errors import IndexDamaged, ShardMissing
from indexer.sharding.messages import Question, question
from indexer.sharding.shard import Shard

WANTED = Process(object, (), 1)
ASKED: Question[Any] = question(Shard.number_of, "news/1")


class Processes:
    """A cluster whose processes answer with their names, or do what they are told."""

    def __init__(self, **behaviour: Any) -> None:  # noqa: ANN401
        self.behaviour = behaviour
        self.started: list[str] = []
        self.asked: list[tuple[str, Any]] = []

    def process(self, name: str, wanted: Process) -> str:
        assert wanted is WANTED
        self.started.append(name)
        return name

    def ask(self, process: str, asked: Any) -> Any:  # noqa: ANN401
        self.asked.append((process, asked))
        return process, len(self.asked)

    def done(self, asked: list[Any], seconds: float) -> list[Any]:
        found = [one for one in asked if self.behaviour.get(one[0]) != "slow"]
        if not found:
            time.sleep(min(seconds, 0.05))
        return found[:1]

    def value(self, asked: Any) -> Any:  # noqa: ANN401
        found = self.behaviour.get(asked[0], asked[0])
        if isinstance(found, Gone):
            raise found
        return found

    def questions(self) -> list[str]:
        return [process for process, asked in self.asked if asked is ASKED]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PATIENCE", 0.3)
    monkeypatch.setattr(links, "_PAUSE", 0.01)
    monkeypatch.setattr(links, "HEDGE", 0.02)


def link(processes: Processes, names: str) -> ReplicatedLink:
    cluster = cast(Cluster, processes)
    return ReplicatedLink(cluster, "shard 0 of 1", [Replica(cluster, name, WANTED) for name in names])


def test_replicas_are_asked_in_turn() -> None:
    processes = Processes()
    way = link(processes, "abc")
    assert [way.ask(ASKED).answer() for _ in range(4)] == ["a", "b", "c", "a"]
    way.close()


def test_where_one_is_gone_another_one_answers_and_it_is_asked_last_for_a_while() -> None:
    processes = Processes(a=Gone("died", for_good=False))
    way = link(processes, "ab")
    assert [way.ask(ASKED).answer() for _ in range(3)] == ["b", "b", "b"]
    assert processes.questions() == ["a", "b", "b", "b"]
    assert processes.started == ["a", "b"]
    way.close()


def test_one_that_nobody_starts_again_is_started_anew() -> None:
    processes = Processes(a=Gone("ended", for_good=True))
    way = link(processes, "ab")
    assert way.ask(ASKED).answer() == "b"
    assert processes.started == ["a", "b", "a"]
    way.close()


def test_where_one_is_slow_a_second_one_is_asked_and_first_for_a_while() -> None:
    processes = Processes(a="slow")
    way = link(processes, "ab")
    assert [way.ask(ASKED).answer() for _ in range(3)] == ["b", "b", "b"]
    assert processes.questions() == ["a", "b", "b", "b"]
    way.close()


def test_one_that_comes_back_within_patience_answers_the_same_request() -> None:
    processes = Processes(a=Gone("died", for_good=False))
    way = link(processes, "a")
    threading.Timer(0.1, processes.behaviour.clear).start()
    assert way.ask(ASKED).answer() == "a"
    way.close()


@pytest.mark.parametrize("behaviour", ["slow", Gone("died", for_good=False)])
def test_without_an_answer_the_shard_is_named_as_missing(behaviour: object) -> None:
    way = link(Processes(a=behaviour, b=behaviour), "ab")
    since = time.monotonic()
    with pytest.raises(ShardMissing, match=r"no process answers for shard 0 of 1 within 0\.3 seconds"):
        way.ask(ASKED).answer()
    assert time.monotonic() - since >= 0.3
    assert way.is_missing
    way.close()


@pytest.mark.parametrize("for_good", [False, True])
def test_a_missing_shard_is_looked_for_until_a_process_gives_a_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, *, for_good: bool
) -> None:
    monkeypatch.setattr(links, "LOOKING", 0.02)
    processes = Processes(a=Gone("died", for_good=for_good))
    way = link(processes, "a")
    assert not way.is_missing
    with pytest.raises(ShardMissing):
        way.ask(ASKED).answer()
    before = len(processes.started)
    assert way.is_missing
    wait_until(lambda: len(processes.started) > before if for_good else len(processes.asked) > 40)
    assert way.is_missing
    processes.behaviour.clear()
    wait_until(lambda: not way.is_missing)
    assert way.ask(ASKED).answer() == "a"
    way.close()


def test_an_answer_ends_that_a_shard_is_missing() -> None:
    processes = Processes(a="slow")
    way = link(processes, "a")
    with pytest.raises(ShardMissing):
        way.ask(ASKED).answer()
    processes.behaviour["a"] = Refused(IndexDamaged("the postings are gone"))
    with pytest.raises(IndexDamaged):
        way.ask(ASKED).answer()
    assert not way.is_missing
    way.close()


def test_what_a_shard_refuses_is_raised_and_no_other_is_asked() -> None:
    processes = Processes(a=Refused(IndexDamaged("the postings are gone")))
    way = link(processes, "ab")
    with pytest.raises(IndexDamaged, match="the postings are gone"):
        way.ask(ASKED).answer()
    assert processes.questions() == ["a"]
    way.close()


def test_searches_begin_when_all_replicas_are_there_or_after_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "OPENING", 0.4)
    processes = Processes(b="slow")
    way = link(processes, "ab")
    threading.Timer(0.1, processes.behaviour.clear).start()
    since = time.monotonic()
    way.begin()
    assert 0.1 <= time.monotonic() - since < 0.4
    processes.behaviour["b"] = "slow"
    since = time.monotonic()
    way.begin()
    assert time.monotonic() - since >= 0.4
    way.close()


def test_all_replicas_hear_who_may_ask_and_that_nobody_asks_any_more() -> None:
    processes = Processes()
    way = link(processes, "ab")
    way.close()
    heard = [(process, type(asked)) for process, asked in processes.asked]
    assert heard[-2:] == [("a", Leaving), ("b", Leaving)]
    assert {process for process, kind in heard if kind is Here} == {"a", "b"}
    [who] = {asked.who for _, asked in processes.asked}
    assert len(who) == 32
