"""Ask a server hostile queries, all different, and watch its memory: `python -m tests.flat_memory`.

After a fifth of the queries its caches are full, and from then on the memory that the process holds may
grow by a twentieth. Every query has words that nobody asked before, of all lengths and in three scripts.
"""

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent))

from asking import Server

from indexer.build import build
from indexer.corpus import Corpus
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.storage.layout import Layout

SEEDS = Path(__file__).parent.parent / "seeds"
WARM = 0.2
GROWTH = 1.05
AT_ONCE = 4
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


def measure(index: Path, queries: int) -> list[float]:
    """What the server holds after each fiftieth of the queries."""
    with tempfile.TemporaryDirectory() as folder, Server(index, Path(folder) / "log") as server:
        server.wait_for(Layout(index).live().name)

        def ask(numbers: range) -> None:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
            for number in numbers:
                connection.request("GET", f"/v1/search?limit=3&q={quote(query(number))}")
                answer = connection.getresponse()
                answer.read()
                if answer.status not in {200, 503}:
                    raise ValueError(f"{answer.status} for {query(number)!r}")

        held = []
        step = max(1, queries // 50)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for first in range(0, queries, step):
                last = min(first + step, queries)
                list(threads.map(ask, (range(first + part, last, AT_ONCE) for part in range(AT_ONCE))))
                held.append(resident(server.process))
                told = f"{last:,} queries: {held[-1]:,.0f} MB"
                sys.stderr.write(f"{time.strftime('%H:%M:%S')} {told}\n")
        return held


def grows(held: list[float]) -> bool:
    """Whether memory went on growing after the caches were full."""
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
