"""Where vectors are kept when a cluster encodes: with the command that asks, or on the nodes.

    python benchmarks/speed/cluster_cache.py [--set SET] [--texts 512] [--nodes 3]

Measures on this machine what a text costs: its bytes to a process and those of its vector back, as they are
pickled, and seconds of processor to encode it, to keep it and to find it again. Out of these it reckons a
first reindex and a second one of the same texts, for a cache of the command (as it is), and for one on each
node, to which texts come in turn or by their content.
"""

import argparse
import pickle
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.measure import table
from indexer.models.encoder import load_encoder
from indexer.models.model import locate
from indexer.text.sentences import split
from indexer.vectors.cache import VectorCache, keys_of
from search_api.evaluation.beir import read

SETS = Path(__file__).parents[3] / "shared" / "eval"
BLOCK = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one text: bytes to a process and back, seconds of processor to encode, to keep and to find it."""

    there: float
    back: float
    back_whole: float
    encode: float
    keep: float
    find: float


def main() -> None:
    """Measure, reckon and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--set", type=Path, default=SETS / "xquad-ar-ar")
    options.add_argument("--texts", type=int, default=512)
    options.add_argument("--nodes", type=int, default=3)
    asked = options.parse_args()
    articles = [(one.text, one.language) for one in read(asked.set).corpus]
    texts = [*dict.fromkeys(span.of(text) for text, language in articles for span in split(text, language))]
    costs = measured(texts[: asked.texts])
    rows = [
        ("to a process", f"{costs.there:.0f} bytes"),
        ("back, 16 bits a number", f"{costs.back:.0f} bytes"),
        ("back, 32 bits a number", f"{costs.back_whole:.0f} bytes"),
        ("encode", f"{costs.encode * 1e6:,.0f} µs"),
        ("keep", f"{costs.keep * 1e6:,.0f} µs"),
        ("find", f"{costs.find * 1e6:,.0f} µs"),
    ]
    print(table(f"A sentence of {asked.set.name}", ("", "each"), rows))
    print(
        table("A million of them", ("", "first: GB; hours", "again: GB; hours"), reckoned(costs, asked.nodes))
    )


def measured(texts: list[str]) -> Costs:
    """What each of some texts costs, on average."""
    model = locate(None)
    encoder = load_encoder(model)
    prompted = [model.prompts.passage + text for text in texts]
    encoder.encode(prompted[:8])
    ordered = sorted(prompted, key=len, reverse=True)
    encoding, vectors = timed(lambda: encoder.encode(ordered))
    blocks = range(0, len(texts), BLOCK)
    there = sum(len(pickle.dumps(prompted[start : start + BLOCK])) for start in blocks)
    back = sum(len(pickle.dumps(vectors[start : start + BLOCK].astype(np.float16))) for start in blocks)
    whole = sum(len(pickle.dumps(vectors[start : start + BLOCK])) for start in blocks)
    keys = [one.tobytes() for one in keys_of(texts)]
    with tempfile.TemporaryDirectory() as folder, VectorCache(Path(folder) / "cache.sqlite") as cache:
        space = cache.space(model.fingerprint, model.prompts.passage)
        keeping, _ = timed(lambda: cache.put(space, keys, vectors))
        finding, found = timed(lambda: cache.get(space, keys))
    assert len(found) == len(texts)
    sums = (there, back, whole, encoding, keeping, finding)
    return Costs(*(one / len(texts) for one in sums))


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of processor that something takes, and what it gives."""
    since = time.process_time()
    given = work()
    return time.process_time() - since, given


def reckoned(costs: Costs, nodes: int) -> list[tuple[str, str, str]]:
    """GB and hours of processor of a million texts, at first and again, for each way to keep them."""
    wire = costs.there + costs.back
    encoding = costs.encode + costs.keep
    missed = 1 - 1 / nodes
    ways = {
        "with the command": (wire, encoding + costs.find, 0.0, costs.find),
        "on nodes, in turn": (wire, encoding + costs.find, wire, missed * encoding + costs.find),
        "on nodes, by content": (wire, encoding + costs.find, wire, costs.find),
    }
    return [
        (name, f"{first / 1e3:.2f}; {hours * 1e6 / 3600:.2f}", f"{again / 1e3:.2f}; {later * 1e6 / 3600:.2f}")
        for name, (first, hours, again, later) in ways.items()
    ]


if __name__ == "__main__":
    main()
