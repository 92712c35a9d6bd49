"""Shards in processes of a small Ray cluster: the same answers, also while processes and nodes die."""

import importlib.util
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from clustered import (
    NODE,
    PATIENCE,
    articles,
    descendants,
    expected,
    found,
    kill,
    names,
    responds,
    small_cluster,
    wait_until,
)
from fastapi.testclient import TestClient
from making import embedded, publish, published
from sharded import require_equal

from indexer.cluster import links
from indexer.cluster.library import Cluster, Process, connected
from indexer.core.errors import IndexDamaged, InvalidSetting
from indexer.generation.generation import open_live
from indexer.storage.layout import Layout
from search_api.searching.outcomes import Result
from search_api.serving.app import create_app
from search_api.serving.live import Live
from search_api.serving.opening import Opener
from search_api.serving.sharded import Shards

if not importlib.util.find_spec("ray"):
    pytest.skip("needs ray: pip install 'hudhud[cluster]'", allow_module_level=True)

SEEDS = Path(__file__).parents[2] / "seeds"

pytestmark = pytest.mark.filterwarnings("ignore")  # what Ray leaves open is Ray's


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A head and a second node, with a core each."""
    with small_cluster(1) as made:
        yield made


@pytest.fixture(scope="module")
def cluster(nodes: Any) -> Iterator[Cluster]:  # noqa: ANN401
    before = signal.getsignal(signal.SIGTERM)
    with connected(nodes.address) as joined:
        assert signal.getsignal(signal.SIGTERM) is before
        yield joined


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """An index of two generations, the second of them live; the first lacks an article about wheat."""
    found = published(tmp_path_factory.mktemp("cluster") / "index", articles(20))
    with closing(open_live(found.folder)) as base:
        publish(found, [embedded("05b", [["wheat wheat", "wheat in Kabul"]], "en")], base)
    return found


@pytest.fixture
def shards(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Shards:
    cache = tmp_path_factory.getbasetemp() / "shards-cache"
    return Shards(cluster, 2, 2, cache, lonely=30.0)


def test_a_change_of_generation_mixes_nothing_ends_old_processes_and_reports_nothing(
    layout: Layout, shards: Shards
) -> None:
    first, second = layout.published()
    (one, _), (other, manifest) = shards.open(first), shards.open(second)
    assert manifest.name == other.name == second.name
    assert [name.split("-v")[0] for name in names()[::2]] == [
        f"{folder.name}-{place}-of-2" for folder in (first, second) for place in (0, 1)
    ]
    of_ray = [one for one in descendants() if b"ray" in (one / "cmdline").read_bytes()]
    titled = [one for one in of_ray if (one / "cmdline").read_bytes().startswith(b"ray::")]
    assert len(titled) >= 4  # they write their names over their environment, which is that of the raylet
    assert len(of_ray) > len(titled)
    for process in set(of_ray) - set(titled):
        assert b"RAY_USAGE_STATS_ENABLED=0" in (process / "environ").read_bytes().split(b"\0"), process
    for index, folder in ((one, first), (other, second), (one, first)):
        for result, wanted in zip(found(index), expected(folder), strict=True):
            require_equal(result, wanted)
            assert result.generation == folder.name
    one.close()
    wait_until(lambda: all(name.startswith(second.name) for name in names()))
    assert len(names()) == 4
    other.close()
    wait_until(lambda: not names())


def test_replicas_answer_while_processes_are_killed(layout: Layout, shards: Shards) -> None:
    folder = layout.live()
    wanted = expected(folder)
    index, _ = shards.open(folder)
    stopped = threading.Event()
    answers: list[list[Result] | Exception] = []

    def ask() -> None:
        while not stopped.is_set():
            try:
                answers.append(found(index))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is told below)
                answers.append(error)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    for name in names():
        wanted_then = len(answers) + 6
        kill(name)
        wait_until(partial(lambda least: len(answers) >= least, wanted_then))
        wait_until(partial(responds, name))
    stopped.set()
    for thread in asking:
        thread.join()
    assert [one for one in answers if isinstance(one, Exception)] == []
    for results in answers:
        assert isinstance(results, list)
        for result, right in zip(results, wanted, strict=True):
            require_equal(result, right)
    index.close()
    wait_until(lambda: not names())


@pytest.mark.usefixtures("loaded")
def test_the_api_refuses_without_a_live_replica_and_answers_when_one_is_back(
    seed_index: Path, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PATIENCE", 0.2)
    opener = Opener(None, None, opened=Shards(cluster, 2, 1, tmp_path, lonely=30.0).open)
    with Live(Layout(seed_index), opener) as live, TestClient(create_app(live)) as client:
        asked = {"q": "Zaporizhzhia plant lost external power"}
        before = client.get("/v1/search", params=asked)
        assert before.json()["hits"][0]["article"]["id"] == "003_f7d4c279eac3b33f"
        kill(names()[0])
        refused = client.get("/v1/search", params=asked)
        assert refused.status_code == 503
        assert "no process answers for shard 0 of 2" in refused.json()["detail"]
        rest = client.get("/v1/search", params=asked | {"partial": "true", "count": "true"})
        assert rest.status_code == 200
        missing, whole = rest.json()["missing"], before.json()
        assert (missing["shards"], missing["of"]) == ([0], 2)
        assert 0 < missing["share"] < 1
        assert (rest.json()["total_is_exact"], whole["missing"]) == (False, None)
        wait_until(lambda: client.get("/v1/search", params=asked).status_code == 200)
        after = client.get("/v1/search", params=asked)
        assert after.json()["hits"] == before.json()["hits"]
    wait_until(lambda: not names())


def test_what_wants_gpus_is_given_one_on_a_node_that_declares_some(nodes: Any, cluster: Cluster) -> None:  # noqa: ANN401
    class Device:
        """Says which GPUs a process is given, and on which node it runs."""

        def answer(self) -> tuple[str, str]:
            import os

            import ray

            return os.environ.get("CUDA_VISIBLE_DEVICES", ""), ray.get_runtime_context().get_node_id()

    def answered(process: Any) -> tuple[str, str]:  # noqa: ANN401
        asked = cluster.ask(process)
        assert cluster.done([asked], PATIENCE) == [asked]
        answer: tuple[str, str] = cluster.value(asked)
        return answer

    having = nodes.add_node(**NODE, num_gpus=2)
    try:
        wanted = [Process(Device, (), 1, turn, 3) for turn in range(3)]
        started = [cluster.process(None, one) for one in wanted]  # one that nobody holds ends
        shared = [answered(one) for one in started]
        assert {node for _, node in shared} == {having.node_id}
        assert sorted({devices for devices, _ in shared}) == ["0", "1"]
        without = cluster.process(None, Process(Device, (), 1))
        assert answered(without)[0] == ""
    finally:
        nodes.remove_node(having)


def test_what_cannot_be_opened_says_why(cluster: Cluster, layout: Layout, tmp_path: Path) -> None:
    many = Shards(cluster, 50, 1, tmp_path / "cache", lonely=30.0)
    with pytest.raises(InvalidSetting, match="cannot be cut into 50 shards: ask for 21 at most"):
        many.open(layout.live())
    lost = published(tmp_path / "index", [embedded("a", [["flood"]], "en"), embedded("b", [["rain"]], "en")])
    (lost.live() / "days.npy").write_bytes(b"")
    with pytest.raises(IndexDamaged, match=r"days\.npy"):
        Shards(cluster, 1, 1, tmp_path / "cache", lonely=30.0).open(lost.live())
    wait_until(lambda: not names())
