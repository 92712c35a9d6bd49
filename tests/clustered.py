"""Small Ray clusters with processes of shards, that are asked and killed."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from making import embedded
from sharded import searcher

from indexer.cluster.library import NAMESPACE, require_library, without_dashboard
from indexer.generation.generation import Generation
from indexer.generation.segment import Embedded
from indexer.models.model import default_cache
from indexer.retrieval.retrieval import Retrieval
from indexer.sharding.index import ShardedIndex
from indexer.sharding.made import FOLDER as SHARDS
from indexer.sharding.messages import question
from indexer.sharding.shard import Shard
from search_api.searching.outcomes import Result
from search_api.searching.query import parse

WORDS = ("flood", "wheat", "kabul", "border", "rain")
QUERIES = [parse(text, exhaustive=True) for text in ("flood in Kabul", "wheat -rain", "border")]
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
PATIENCE = 60.0


def articles(total: int) -> list[Embedded]:
    """So many articles, of two sentences each."""
    return [
        embedded(f"{number:04}", [[f"{WORDS[number % 5]} {WORDS[number % 3]}", WORDS[number % 4]]], "en")
        for number in range(total)
    ]


@contextmanager
def small_cluster(nodes: int) -> Iterator[Any]:
    """A cluster of a head and so many other nodes on this machine, with a core each."""
    require_library()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")  # the nodes and this process are of one user
        from ray.cluster_utils import Cluster as Nodes

        with without_dashboard():
            made = Nodes(initialize_head=True, head_node_args=NODE)
        try:
            for _ in range(nodes):
                made.add_node(**NODE)
            yield made
        finally:
            made.shutdown()


def own_cache(folder: Path) -> Path:
    """A cache with all that this machine has in its own, but with room of its own for shards."""
    folder.mkdir()
    for made in default_cache().iterdir():
        if made.name != SHARDS:
            (folder / made.name).symlink_to(made)
    return folder


def expected(folder: Path) -> list[Result]:
    """What the generation in a folder answers in this process."""
    with closing(Retrieval(Generation(folder))) as whole:
        return [searcher(whole).search(query) for query in QUERIES]


def found(index: ShardedIndex) -> list[Result]:
    return [searcher(index).search(query) for query in QUERIES]


def names() -> list[str]:
    """The processes of shards that there are."""
    import ray

    return sorted(one["name"] for one in ray.util.list_named_actors(all_namespaces=True))


def kill(name: str) -> None:
    """Kill a process; Ray starts it again."""
    import ray

    ray.kill(ray.get_actor(name, namespace=NAMESPACE), no_restart=False)


def responds(name: str) -> bool:
    """Whether a process has opened its shard and answers."""
    import ray

    asked = ray.get_actor(name, namespace=NAMESPACE).answer.remote(question(Shard.facts))
    try:
        ray.get(asked, timeout=PATIENCE)
    except (ray.exceptions.RayActorError, ray.exceptions.GetTimeoutError):
        return False
    return True


def descendants() -> list[Path]:
    """The processes that this one started, and those that they started, as folders of /proc."""
    parents: dict[int, int] = {}
    for one in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if one.name.isdigit():
                parents[int(one.name)] = int((one / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found, new = set[int](), {os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}
        found |= new
    return [Path("/proc") / str(pid) for pid in sorted(found)]


def wait_until(is_so: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Seconds until something is so."""
    since = time.monotonic()
    while not is_so():
        assert time.monotonic() - since < patience, "it was never so"
        time.sleep(0.05)
    return time.monotonic() - since
