"""Ask a server hostile queries, all different, and watch its memory: `python -m tests.flat_memory`.

Its caches are small. Once all of them are full, which its metrics tell, and a fifth of the queries more are
asked, the memory that the process holds may grow by a twentieth. Every query has words that nobody asked
before, of all lengths and in three scripts.
"""

import argparse
import random
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent))

from asking import Server
from prometheus_client.parser import text_string_to_metric_families

from indexer.build import build
from indexer.corpus import Corpus
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.storage.layout import Layout

SEEDS = Path(__file__).parent.parent / "seeds"
WARM = 0.2
CACHE_MB = 16
FULL = 0.9
"""Share of the bytes that a cache may take from which it is full."""

STEP = 100
MOST_TO_FILL = 20_000
GROWTH = 1.05
AT_ONCE = 4
REACHED = ("vectors", "expansions", "words")
"""Caches that queries of words fill which stand nowhere."""

LETTERS = ("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقکلمنوهی", "абвгдежзиклмнопрстуфхцчшщэюя")


def query(number: int) -> str:
    """A query that nobody asked before; every hundredth has a word of 1,500 letters."""
    drawn = random.Random(number)
    letters = drawn.choice(LETTERS)
    lengths = [1500] if number % 100 == 0 else [drawn.randint(3, 14) for _ in range(drawn.randint(1, 6))]
    return " ".join("".join(drawn.choices(letters, k=length)) for length in lengths)


def resident(process: int) -> float:
    """Megabytes that a process holds of its own: pages of mapped files are the system's."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise ValueError("this system does not say what a process holds")


class Asking:
    """Asks one query after another, some at once."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._asked = 0

    def some(self, queries: int) -> float:
        """Ask so many more; what the server holds then, in megabytes."""
        first, self._asked = self._asked, self._asked + queries
        parts = (range(first + part, self._asked, AT_ONCE) for part in range(AT_ONCE))
        list(self._threads.map(self._ask, parts))
        held = resident(self._server.process)
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self._asked:,} queries: {held:,.0f} MB\n")
        return held

    def _ask(self, numbers: range) -> None:
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        for number in numbers:
            connection.request("GET", f"/v1/search?limit=3&q={quote(query(number))}")
            answer = connection.getresponse()
            answer.read()
            if answer.status not in {200, 503}:
                raise ValueError(f"{answer.status} for {query(number)!r}")
        connection.close()

    def filled(self) -> dict[str, float]:
        """Which share of what it may take each cache of the server takes."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._server.port}/metrics", timeout=60) as answer:
            samples = {
                (sample.name, sample.labels.get("cache")): sample.value
                for family in text_string_to_metric_families(answer.read().decode())
                for sample in family.samples
            }
        return {
            str(cache): value / samples["hudhud_cache_most_bytes", cache]
            for (name, cache), value in samples.items()
            if name == "hudhud_cache_bytes"
        }


def fill(asking: Asking) -> None:
    """Ask until all caches that these queries reach have been full once."""
    fullest: dict[str, float] = {}
    for _ in range(0, MOST_TO_FILL, STEP):
        asking.some(STEP)
        fullest = {cache: max(share, fullest.get(cache, 0)) for cache, share in asking.filled().items()}
        if all(share >= FULL for cache, share in fullest.items() if cache in REACHED):
            return
    raise ValueError(f"after {MOST_TO_FILL:,} queries caches were not full: {fullest}")


def measure(index: Path, queries: int) -> list[float]:
    """What the server holds after each fiftieth of the queries, once its caches are full."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(index, Path(folder) / "log", HUDHUD_CACHE_MB=str(CACHE_MB)) as server,
    ):
        server.wait_for(Layout(index).live().name)
        asking = Asking(server)
        fill(asking)
        return [asking.some(max(1, queries // 50)) for _ in range(50)]


def grows(held: list[float]) -> bool:
    """Whether memory went on growing after a fifth of the queries."""
    warm = held[: max(1, int(len(held) * WARM))]
    return max(held) > GROWTH * max(warm)


def main() -> None:
    """Build an index of the seeds, ask, and end with 1 where memory grew."""
    parser = argparse.ArgumentParser(description="Watch a server's memory while it is asked hostile queries.")
    parser.add_argument("--queries", type=int, default=50_000)
    with tempfile.TemporaryDirectory() as folder:
        model = locate(None)
        build(Corpus([SEEDS]), Layout(Path(folder)), model, load_encoder(model))
        held = measure(Path(folder), parser.parse_args().queries)
    sys.exit("the memory of the server grows" if grows(held) else 0)


if __name__ == "__main__":
    main()
