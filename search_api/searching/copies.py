"""Near-duplicates: copies of one wire story, which papers shorten, head anew and edit here and there.

Articles are compared by their sketches (`indexer.retrieval.sketches`), parts of sentences that an edited word
leaves alone mostly: two are copies if what they share is half of the shorter one. So a copy that leaves out
half of a story is found, and a report that quotes some sentences of another is none
(benchmarks/quality/matching.py).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Index
from indexer.core.records import Numbers

SHARED = 0.5
"""Share of the tokens of the shorter article from which two are copies."""

MOST_TWINS = 50
"""Copies that are listed beside a hit."""


@dataclass(frozen=True, slots=True, eq=False)
class Collapsed:
    """Articles of which every story is there once.

    Attributes:
        leaders: positions of those that stand for their story: of its copies the first, ascending.
        twins: of each of these the positions of its copies.
    """

    leaders: Numbers
    twins: tuple[tuple[int, ...], ...]


def collapsed(index: Index, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Collapsed:
    """Which of some articles, in their order, are copies of one that stands before them.

    Each is compared with the leaders before it, and belongs to the one that it shares most with.

    Raises:
        TooSlow, Cancelled: as `deadline` says.
    """
    deadline.check()
    parts = _parts(index, articles)
    with_part: dict[int, list[int]] = defaultdict(list)
    twins: dict[int, list[int]] = {}
    sizes = [sum(own.values()) for own in parts]
    for position, own in enumerate(deadline.each(parts)):
        shared: dict[int, float] = defaultdict(float)
        for key, weight in own.items():
            for leader in with_part.get(key, ()):
                shared[leader] += weight
        best = max(shared, key=lambda leader: (shared[leader], -leader), default=None)
        if best is not None and shared[best] >= SHARED * min(sizes[best], sizes[position]):
            twins[best].append(position)
            continue
        twins[position] = []
        for key in own:
            with_part[key].append(position)
    return Collapsed(np.array(list(twins), np.int64), tuple(map(tuple, twins.values())))


def _parts(index: Index, articles: Numbers) -> Sequence[dict[int, float]]:
    """Of each article the parts of its sketch, by key, with their weights."""
    found = index.sketches(articles)
    parts: list[dict[int, float]] = [{} for _ in range(len(articles))]
    keys, weights = found.keys.tolist(), found.weights.tolist()
    for owner, key, weight in zip(found.owners.tolist(), keys, weights, strict=True):
        parts[owner][key] = weight
    return parts
