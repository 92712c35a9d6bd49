"""Whether made-up vectors are spread like real ones: how much of the nearest lies in the nearest cells.

    python -m benchmarks.speed.growing.likeness WORK

Takes the real sentences that `growth.py` left in its work folder. Of these, 500 are queries, and the curve of
the others is the one to meet: with as many vectors drawn around all of them, a fourth, a sixteenth, a
sixty-fourth. Prints JSON.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.speed.growing.steps import INPUTS
from benchmarks.speed.growing.vectors import SENTENCES, Cloud, digests_of, smoothing
from indexer.core.records import Vectors

NEAREST = 100
PROBED = (1, 2, 4, 8, 16, 32, 64, 128)
VECTORS_A_CELL = 100
QUERIES = 500
FOLDS = (1, 4, 16, 64)

_SEED = 1234


def main() -> None:
    """Compare, and print JSON."""
    vectors = np.load(Path(sys.argv[1]) / INPUTS / SENTENCES)
    order = np.random.default_rng(0).permutation(len(vectors))
    queries, real = vectors[order[:QUERIES]], vectors[order[QUERIES:]]
    found = {"real": curve(real, queries) | similarities(real, queries)}
    for fold in FOLDS:
        some = real[: len(real) // fold]
        made = made_up(some, len(real), smoothing(len(real), len(some)))
        found[f"made up, {fold} around each"] = curve(made, queries) | similarities(made, queries)
    print(json.dumps({"vectors": len(real), "curves": found}, indent=1))


def curve(vectors: Vectors, queries: Vectors) -> dict[str, float]:
    """The share of the exact 100 nearest that FAISS finds in so many cells, by the share of all cells."""
    import faiss

    dimensions = vectors.shape[1]
    exact = faiss.IndexFlatIP(dimensions)
    exact.add(vectors)
    wanted = exact.search(queries, NEAREST)[1]
    cells = max(PROBED[0], len(vectors) // VECTORS_A_CELL)
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimensions), dimensions, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = _SEED
    index.train(vectors)
    index.add(vectors)
    found = {}
    for probed in PROBED:
        index.nprobe = probed
        rows = index.search(queries, NEAREST)[1]
        shares = [len(np.intersect1d(one, other)) / NEAREST for one, other in zip(rows, wanted, strict=True)]
        found[f"{probed / cells:.4f}"] = round(float(np.mean(shares)), 3)
    return found


def made_up(real: Vectors, rows: int, h: float) -> Vectors:
    """So many vectors drawn around real ones."""
    names = [str(number) for number in range(rows)]
    cloud = Cloud.of(real)
    return cloud.draw(real[np.arange(rows) % len(real)], digests_of(names), h)


def similarities(vectors: Vectors, queries: Vectors, at: Sequence[int] = (1, 10, 100)) -> dict[str, float]:
    """The mean cosine of a query to its nearest, its tenth and its hundredth nearest."""
    nearest = -np.sort(-(queries @ vectors.T), axis=1)
    return {f"cosine {one}": round(float(nearest[:, one - 1].mean()), 3) for one in at}


if __name__ == "__main__":
    main()
