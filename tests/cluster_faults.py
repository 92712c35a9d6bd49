"""A cluster killed under load: `python -m tests.cluster_faults [--seconds 600] [--layout 2x2]`.

Two shards with two replicas each, or five with one, on a head and two other nodes of this machine, behind
two `hudhud serve --ray`. Every 20 seconds a process or a node is killed; once a minute a server too, and
once a minute what keeps the state of the cluster on the head (its GCS, which has it in RocksDB) and is
started again. Callers ask over HTTP and try once more, at the other server, where one does not answer. Every
answer is compared with that of one index in one process. With replicas none may be wrong and none may fail;
without, searches may be refused until the process is back, and partial answers hold what the other shards
have. Prints what happened; ends with 1 if it may not.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from clustered import NODE, descendants, kill, names, own_cache, responds, small_cluster
from ingresses import Answered, Body, Caller, Ingress, asked, ingresses, kill_process, search_of
from newsroom import FLOOD_AR, FLOOD_FA, FLOOD_PRS, MATCH_FA, WHEAT_AR

from indexer.build import build
from indexer.cluster.library import connected
from indexer.commands.output import put
from indexer.core.records import Article
from indexer.corpus import InMemory
from indexer.generation.generation import open_live
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.sharding.about import spans
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.opening import open_searcher
from search_api.serving.schemas import SearchResponse

ASKING = 2
HEAD_DOWN = 5.0
"""Seconds for which the head keeps nothing of the cluster, until it is started again."""

TEXTS = ((FLOOD_FA, "fa"), (FLOOD_PRS, "prs"), (FLOOD_AR, "ar"), (WHEAT_AR, "ar"), (MATCH_FA, "fa"))
QUERIES = ("flood after heavy rain", "wheat prices in Egypt", "football match yesterday")
ARTICLES = 60
TOLERANCE = 2e-3
"""Scores are given with six digits, confidences with three."""


@dataclass(slots=True)
class Seen:
    """What came of asking, counted; what was wrong, in words; and how long answers and recoveries took."""

    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    recoveries: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answered: Answered, wrong: str) -> None:
        """Count an answer, or what came in its place."""
        with self.lock:
            self.seconds.append(answered.seconds)
            kind = {200: "answers", 503: "refused"}.get(answered.status, "failed")
            self.counted[kind] += 1
            self.counted["partial"] += answered.status == 200 and bool(answered.body["missing"])
            self.counted["tried twice"] += answered.tries > 1
            self.wrong += [wrong] if wrong else []


@dataclass(frozen=True, slots=True)
class Right:
    """What one index in one process answers, and which articles which of so many shards has."""

    bodies: dict[str, Body]
    shards: list[list[str]]

    def fault(self, text: str, body: Body) -> str:
        """What is wrong with an answer; nothing where it is right."""
        wanted = self.bodies[text]
        if body["generation"] != wanted["generation"]:
            return f"{text}: generation {body['generation']}"
        if body["missing"]:
            gone = {one for place in body["missing"]["shards"] for one in self.shards[place]}
            found = {hit["article"]["id"] for hit in body["hits"]}
            told = body["total_is_exact"] is False and body["missing"]["articles"] == len(gone)
            return "" if found and not found & gone and told else f"{text}: partial, {body['missing']}"
        pairs = zip(body["hits"], wanted["hits"], strict=len(body["hits"]) == len(wanted["hits"]))
        same = [_key(one) == _key(other) and _near(one, other) for one, other in pairs]
        is_right = all(same) and body["total"] == wanted["total"] and len(same) == len(wanted["hits"])
        return "" if is_right else f"{text}: {[_key(hit) for hit in body['hits']]}"


def _key(hit: Body) -> tuple[int, str, int]:
    return hit["rank"], hit["article"]["id"], hit["passage"]["id"]


def _near(one: Body, other: Body) -> bool:
    return all(abs(one[name] - other[name]) <= TOLERANCE for name in ("score", "confidence"))


def main() -> int:
    """Run what is asked for, print what was seen; 0 where all is as it must be."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seconds", type=float, default=600.0, help="of load, for each layout")
    options.add_argument("--layout", nargs="+", default=["2x2", "5x1"], help="shards x replicas")
    options.add_argument("--every", type=float, default=20.0, help="seconds between two kills")
    options.add_argument("--recovery", type=float, default=90.0, help="seconds until all answers again")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    is_well = True
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder) / "index")
        model = locate(None)
        build(InMemory(tuple(articles())), layout, model, load_encoder(model))
        for one in chosen.layout:
            shards, replicas = map(int, one.split("x"))
            room = Path(folder) / one
            room.mkdir()
            is_well &= Faults(layout, shards, replicas, room, random.Random(chosen.seed)).run(
                chosen.seconds, chosen.every, chosen.recovery
            )
    return 0 if is_well else 1


def articles() -> list[Article]:
    """Articles that tell five stories, each with numbers of its own."""
    found = []
    for number in range(ARTICLES):
        text, language = TEXTS[number % len(TEXTS)]
        own = f"{text} {number * 7919 % 1000}."
        found.append(Article(f"news/{number:03}", own[:40], own, None, language, f"news/{number:03}.txt"))
    return found


def right(layout: Layout, shards: int) -> Right:
    """What is right: asked of one index in this process."""
    with closing(open_searcher(layout.folder, None, None)) as searcher:
        bodies = {text: _body(searcher, text) for text in QUERIES}
    with closing(open_live(layout.folder)) as whole:
        ids = whole.catalogue.ids.all()
        return Right(bodies, [[ids[n] for n in one] for one in spans(whole.catalogue.first_passages, shards)])


def _body(searcher: Searcher, text: str) -> Body:
    query = parse(text, limit=10, min_confidence=0.0, evidence=False)
    found: Body = SearchResponse.of(searcher.search(query)).model_dump(mode="json")
    return found


@dataclass(slots=True)
class Faults:
    """A cluster with servers, that is asked and hurt."""

    layout: Layout
    shards: int
    replicas: int
    room: Path
    chosen: random.Random
    seen: Seen = field(default_factory=Seen)

    def run(self, seconds: float, every: float, patience: float) -> bool:
        """Ask for so many seconds while something is killed; whether all is as it must be."""
        os.environ |= {"RAY_gcs_storage": "rocksdb", "RAY_gcs_storage_path": str(self.room / "gcs")}
        expected = right(self.layout, self.shards)
        cache = own_cache(self.room / "cache")
        with small_cluster(2) as nodes, connected(nodes.address):
            arguments = [
                *("--index", str(self.layout.folder), "--ray", nodes.address),
                *("--shards", str(self.shards), "--replicas", str(self.replicas)),
            ]
            with ingresses(arguments, 2, self.room, HUDHUD_CACHE=str(cache)) as servers:
                self._load(expected, nodes, servers, seconds, every, patience)
        return self._tell(patience)

    def _load(
        self,
        expected: Right,
        nodes: Any,  # noqa: ANN401
        servers: list[Ingress],
        seconds: float,
        every: float,
        patience: float,
    ) -> None:
        stopped = threading.Event()
        ports = [one.port for one in servers]

        def ask(number: int) -> None:
            caller, turn = Caller(ports, number), 0
            while not stopped.is_set():
                text = QUERIES[turn % len(QUERIES)]
                answered = caller.ask(text, partial=self.replicas == 1 and turn % 2 == 1)
                self.seen.add(answered, expected.fault(text, answered.body) if answered.status == 200 else "")
                turn += 1

        asking = [threading.Thread(target=ask, args=(number,)) for number in range(ASKING)]
        for thread in asking:
            thread.start()
        until, tick = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            since = time.monotonic()
            for kind, hurt, is_back in self._plan(nodes, servers, tick, every):
                begun = time.monotonic()
                hurt()
                while not is_back() and time.monotonic() - begun < patience:
                    time.sleep(0.1)
                self.seen.recoveries[kind].append(time.monotonic() - begun)
            tick += 1
            time.sleep(max(0.0, min(since + every, until) - time.monotonic()))
        stopped.set()
        for thread in asking:
            thread.join()

    def _plan(
        self,
        nodes: Any,  # noqa: ANN401
        servers: list[Ingress],
        tick: int,
        every: float,
    ) -> list[tuple[str, Callable[[], None], Callable[[], bool]]]:
        """What is killed now: of each what it is, what kills it, and what tells that it is back."""
        all_back = partial(self._all_back, servers)
        of_workers: list[tuple[str, Callable[[], None], Callable[[], bool]]] = [
            ("process, by Ray", lambda: kill(self.chosen.choice(names())), all_back),
            ("process, by SIGKILL", lambda: kill_process(self.chosen.choice(_of_shards())), all_back),
            ("node", partial(self._kill_node, nodes), all_back),
        ]
        planned = [self.chosen.choice(of_workers)]
        in_a_minute = max(1, round(60 / every))
        if tick % in_a_minute == 0:
            server = servers[tick // in_a_minute % len(servers)]
            planned.append(("server", partial(_restart, server), lambda: server.is_ready))
        if tick % in_a_minute == in_a_minute // 2:
            planned.append(("head", partial(_restart_head, nodes), all_back))
        return planned

    def _kill_node(self, nodes: Any) -> None:  # noqa: ANN401
        """Another one comes in its place."""
        nodes.remove_node(self.chosen.choice(nodes.list_all_nodes()[1:]), allow_graceful=False)
        nodes.add_node(**NODE)

    def _all_back(self, servers: list[Ingress]) -> bool:
        """Whether all processes of shards answer, and every server answers a search whole."""
        found = names()
        if len(found) < self.shards * self.replicas or not all(map(responds, found)):
            return False
        return all(asked(one.port, search_of(QUERIES[0]))[0] == 200 for one in servers)

    def _tell(self, patience: float) -> bool:
        seen, told = self.seen, self.seen.counted
        put(
            f"{self.shards} shards, {self.replicas} replicas: {told['answers']} answers"
            f" ({told['partial']} partial, {told['tried twice']} asked twice), {len(seen.wrong)} wrong,"
            f" {told['refused']} refused, {told['failed']} failed; {statistics.median(seen.seconds):.2f} s in"
            f" the median, {max(seen.seconds):.1f} s at most"
        )
        for kind, seconds in sorted(seen.recoveries.items()):
            put(
                f"  {kind}: {len(seconds)} times, back after {statistics.median(seconds):.1f} s in the"
                f" median, {max(seconds):.1f} s at most"
            )
        for one in seen.wrong[:5]:
            put(f"  wrong: {one[:300]}")
        worst = max(max(seconds) for seconds in seen.recoveries.values())
        is_lossless = self.replicas == 1 or not told["refused"]
        return not seen.wrong and not told["failed"] and is_lossless and worst < patience


def _of_shards() -> list[int]:
    """The processes of shards of this cluster."""
    return [int(one.name) for one in descendants() if _is_of_shard(one)]


def _is_of_shard(process: Path) -> bool:
    try:
        return (process / "cmdline").read_bytes().startswith(b"ray::ShardProcess")
    except OSError:
        return False


def _restart(server: Ingress) -> None:
    server.kill()
    server.start()


def _restart_head(nodes: Any) -> None:  # noqa: ANN401
    """Kill what keeps the state of the cluster, and start it again after a while."""
    nodes.head_node.kill_gcs_server()
    time.sleep(HEAD_DOWN)
    nodes.head_node.start_gcs_server()


if __name__ == "__main__":
    sys.exit(main())
