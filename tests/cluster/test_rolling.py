"""Generations follow each other under load on a small Ray cluster: a request is of one, in all shards."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from clustered import QUERIES, articles, expected, names, small_cluster, wait_until
from making import embedded, publish, published
from sharded import require_equal, searcher

from indexer.cluster.library import Cluster, connected
from indexer.generation.generation import open_live
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.outcomes import Result
from search_api.serving.live import Live
from search_api.serving.opening import Opener
from search_api.serving.sharded import Shards

if not importlib.util.find_spec("ray"):
    pytest.skip("needs ray: pip install 'hudhud[cluster]'", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")  # what Ray leaves open is Ray's

CHANGES = 2
ASKING = 3


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with small_cluster(1) as nodes, connected(nodes.address) as joined:
        yield joined


class Openings:
    """Opens generations as two shards, and asks with checksums in place of a model."""

    def __init__(self, cluster: Cluster, cache: Path) -> None:
        self._shards = Shards(cluster, 2, 1, cache, lonely=30.0)

    def open(self, folder: Path, *, warm: bool) -> Searcher:
        assert warm
        return searcher(self._shards.open(folder)[0])


def test_a_request_is_answered_by_one_generation_of_all_shards(cluster: Cluster, tmp_path: Path) -> None:
    layout = published(tmp_path / "index", articles(20))
    opener = cast(Opener, Openings(cluster, tmp_path / "cache"))
    answers: list[list[Result] | Exception] = []
    stopped = threading.Event()
    with Live(layout, opener, interval=0.05) as live:

        def ask() -> None:
            while not stopped.is_set():
                try:
                    with live.searcher() as leased:
                        answers.append([leased.search(query) for query in QUERIES])
                except Exception as error:  # noqa: BLE001 (whatever it is, it is told below)
                    answers.append(error)

        asking = [threading.Thread(target=ask) for _ in range(ASKING)]
        for thread in asking:
            thread.start()
        for number in range(CHANGES):
            wait_until(partial(_is_asked, answers, len(answers) + 2 * ASKING))
            _add(layout, number)
            wait_until(lambda: live.state.generation == layout.live().name)
        wait_until(partial(_is_asked, answers, len(answers) + 2 * ASKING))
        stopped.set()
        for thread in asking:
            thread.join()
        wait_until(lambda: all(name.startswith(layout.live().name) for name in names()))
        assert len(names()) == 2
    assert [one for one in answers if isinstance(one, Exception)] == []
    wanted = {folder.name: expected(folder) for folder in layout.published()}
    seen = set[str]()
    for results in answers:
        assert isinstance(results, list)
        [name] = {result.generation for result in results}
        for result, right in zip(results, wanted[name], strict=True):
            require_equal(result, right)
        seen.add(name)
    assert seen == set(wanted)
    assert len(seen) == 1 + CHANGES


def _is_asked(answers: list[Any], least: int) -> bool:
    return len(answers) >= least


def _add(layout: Layout, number: int) -> None:
    """Publish a generation with one article more, before others, whose numbers change."""
    with closing(open_live(layout.folder)) as base:
        publish(layout, [embedded(f"00{number}b", [["wheat wheat wheat", "flood in Kabul"]], "en")], base)
