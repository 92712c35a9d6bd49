"""A reindex on a cluster whose processes, nodes and driver are killed: `python -m tests.cluster_reindex`.

Articles of evaluation sets are indexed on this machine, and once more by `hudhud reindex --ray` over three
processes on three nodes. There a process is killed, then a node, then the command itself, which is run again.
Both indexes must answer alike, and nothing that was committed before a kill may be encoded again. Prints
what was handed out, and what of it twice; ends with 1 if something is not as it must be.
"""

import argparse
import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from clustered import NODE, descendants, small_cluster

import hudhud
from hudhud.results import Hit
from indexer.commands.output import put
from indexer.core.records import Article
from search_api.evaluation.beir import read

ROOT = Path(__file__).parent.parent
SETS = ROOT.parent / "shared" / "eval"
USED = ("ntrex-headline-en-pool", "tico-passage-en-fa", "xquad-en-ar", "arcd-ar-ar", "pquad-fa-fa")
PROCESSES = 3
COMMITTED = 256
"""Texts that a command holds at most which are not committed."""

MOMENTS = (0.15, 0.35, 0.55)
"""Shares of all texts that are committed when a process, a node and the command are killed."""

TOLERANCE = 1e-5
PATIENCE = 3600.0
EXIT_KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Run:
    """What came of the runs on the cluster.

    Attributes:
        texts: that have a vector.
        committed: of these, when the command was killed.
        blocks, handed: blocks and texts that were handed out to processes, by all runs together.
        repeated_blocks, repeated: of these, blocks whose texts were all handed out before; texts that were.
        summary: what the last command printed.
        seconds: all runs.
    """

    texts: int
    committed: int
    blocks: int
    handed: int
    repeated_blocks: int
    repeated: int
    summary: dict[str, Any]
    seconds: float

    def require_right(self) -> None:
        """Everything was committed once, and no more was handed out twice than what was under way."""
        on_cluster = self.summary["cluster"]
        assert self.summary["published"]
        assert self.summary["embedded"] == on_cluster["texts"] == self.texts - self.committed
        assert on_cluster["processes"] == PROCESSES
        assert self.handed == self.texts + self.repeated
        assert self.repeated <= 3 * COMMITTED


def written(articles: Sequence[Article], folder: Path) -> Path:
    """A file with so many articles."""
    path = folder / "articles.jsonl"
    lines = [json.dumps({"id": one.id, "title": one.title, "text": one.text}) for one in articles]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def on_this_machine(articles: Path, index: Path) -> int:
    """Index a file; how many texts have a vector."""
    subprocess.run(_command(articles, index), check=True, capture_output=True)
    return cached(index)


def on_cluster(articles: Path, index: Path, texts: int, journal: Path, told: Callable[[str], None]) -> Run:
    """Index a file of so many texts on a cluster in which three things are killed."""
    since = time.monotonic()
    with small_cluster(PROCESSES - 1) as nodes:
        arguments = ["--ray", nodes.address, "--processes", str(PROCESSES)]
        moments = [round(texts * share) for share in MOMENTS]
        with _started(_driven(journal, moments[-1], articles, index, arguments)) as driver:
            for moment, kill in zip(moments, (_kill_process, _kill_node, _kill_driver), strict=True):
                _wait_for(driver, index, moment)
                told(f"{cached(index)} of {texts} texts are committed; killing: {kill(nodes, driver)}")
            assert driver.wait() == EXIT_KILLED
        committed = cached(index)
        with _started(_driven(journal, texts, articles, index, arguments)) as driver:
            printed, _ = driver.communicate(timeout=PATIENCE)
        assert driver.returncode == 0, printed
    handed = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return _counted(handed, texts, committed, json.loads(printed), time.monotonic() - since)


def compared(one: Path, other: Path, queries: Sequence[str]) -> int:
    """Ask two indexes the same; how many hits they gave, all alike."""
    hits = 0
    with hudhud.open(one) as first, hudhud.open(other) as second:
        for query in queries:
            found, wanted = first.search(query), second.search(query)
            assert list(map(_plain, found)) == list(map(_plain, wanted)), query
            for hit, right in zip(found, wanted, strict=True):
                assert _scores(hit) == pytest.approx(_scores(right), rel=TOLERANCE, abs=TOLERANCE), query
            hits += len(found)
    return hits


def cached(index: Path) -> int:
    """How many vectors are committed to the cache of an index."""
    place = f"file:{index / 'cache.sqlite'}?mode=ro"
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(place, uri=True)) as cache,
    ):
        return int(cache.execute("SELECT count(*) FROM vectors").fetchone()[0])
    return 0


def _plain(hit: Hit) -> tuple[object, ...]:
    return hit.rank, hit.id, hit.text, hit.sentence, hit.evidence, hit.language, hit.source


def _scores(hit: Hit) -> list[float]:
    parts = hit.scores
    return [hit.score, hit.confidence, parts.passage, parts.sentence, parts.lexical]


def _command(articles: Path, index: Path, *more: str) -> list[str]:
    fixed = ["reindex", str(articles), "--index", str(index), "--json", "--quiet"]
    return [sys.executable, "-m", "search_api", *fixed, *more]


def _driven(journal: Path, most: int, articles: Path, index: Path, arguments: Sequence[str]) -> list[str]:
    """The command that `_drive` runs in a process of its own."""
    asked = _command(articles, index, *arguments)[3:]
    return [sys.executable, __file__, "--driver", str(journal), str(most), *asked]


@contextlib.contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT)
    try:
        with driver:
            yield driver
    finally:
        driver.kill()


def _wait_for(driver: subprocess.Popen[str], index: Path, texts: int) -> None:
    until = time.monotonic() + PATIENCE
    while cached(index) < texts:
        assert driver.poll() is None, "the command ended before it was killed"
        assert time.monotonic() < until, "it never came so far"
        time.sleep(0.05)


def _kill_process(nodes: Any, driver: subprocess.Popen[str]) -> str:  # noqa: ANN401
    del nodes, driver
    titled = [
        one for one in descendants() if (one / "cmdline").read_bytes().startswith(b"ray::EncoderProcess")
    ]
    assert len(titled) == PROCESSES
    os.kill(int(titled[0].name), signal.SIGKILL)
    return "a process"


def _kill_node(nodes: Any, driver: subprocess.Popen[str]) -> str:  # noqa: ANN401
    del driver
    nodes.remove_node(nodes.list_all_nodes()[-1], allow_graceful=False)
    nodes.add_node(**NODE)
    return "a node"


def _kill_driver(nodes: Any, driver: subprocess.Popen[str]) -> str:  # noqa: ANN401
    del nodes
    driver.kill()
    return "the command"


def _counted(
    handed: Sequence[Sequence[str]], texts: int, committed: int, summary: dict[str, Any], seconds: float
) -> Run:
    times = Counter[str]()
    again = 0
    for block in handed:
        again += all(times[text] for text in block)
        times.update(block)
    repeated = times.total() - len(times)
    return Run(texts, committed, len(handed), times.total(), again, repeated, summary, seconds)


def _drive(journal: Path, most: int, arguments: Sequence[str]) -> None:
    """Run a command that writes down which texts it hands out, a block a line.

    It hands out nothing more once so many texts are committed: however long it takes to kill a node, the
    command is then still at work when it is killed itself.
    """
    from indexer.cluster.library import Cluster
    from search_api.commands.cli import main

    ask = Cluster.ask
    index = Path(arguments[arguments.index("--index") + 1])

    def asked(self: Cluster, process: Any, texts: list[str]) -> Any:  # noqa: ANN401
        if texts:
            while cached(index) >= most:
                time.sleep(0.05)
            digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
            with journal.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(digests)}\n")
        return ask(self, process, texts)

    Cluster.ask = asked  # type: ignore[method-assign]
    sys.argv[1:] = arguments
    main()


def _read(total: int, queries: int) -> tuple[list[Article], list[str]]:
    """So many articles of the sets, and so many of their queries, of all sets alike."""
    sets = [read(SETS / name) for name in USED]
    articles = [article for one in sets for article in one.corpus][:total]
    share = -(-queries // len(sets))
    return articles, [query.text for one in sets for query in one.queries[:share]][:queries]


def main() -> int:
    """Run, and print what came of it; 0 where all is as it must be."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--articles", type=int, default=2000)
    options.add_argument("--queries", type=int, default=100)
    asked = options.parse_args()
    if not SETS.is_dir():
        put(f"skipped: the articles are those of evaluation sets in {SETS}, which is not there")
        return 0
    articles, queries = _read(asked.articles, asked.queries)
    with tempfile.TemporaryDirectory() as folder:
        file, here, there = written(articles, Path(folder)), Path(folder) / "here", Path(folder) / "there"
        since = time.monotonic()
        texts = on_this_machine(file, here)
        put(f"{len(articles)} articles, {texts} texts: {time.monotonic() - since:.0f} s on this machine")
        run = on_cluster(file, there, texts, Path(folder) / "journal", put)
        put(
            f"on the cluster: {run.seconds:.0f} s; {run.blocks} blocks handed out, {run.repeated_blocks} of"
            f" them again; {run.handed} texts, {run.repeated} of them again"
        )
        put(f"the last command: {json.dumps(run.summary['cluster'])}")
        run.require_right()
        hits = compared(there, here, queries)
        put(f"{len(queries)} queries: {hits} hits, the same with the same scores")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--driver"]:
        _drive(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        sys.exit(main())
