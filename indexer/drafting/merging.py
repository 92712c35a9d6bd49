"""Which segments of the base a draft shares, which it merges; and writing segments.

Like the segments of Lucene, or the runs of a log-structured merge tree (O'Neil et al., "The log-structured
merge-tree", Acta Informatica 33, 1996): what is new goes into a segment of its own, together with the small
ones that came before it, so that there are few segments and an article is copied a few times in its life.
A segment many of whose articles are gone is written anew without them.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.core.records import Numbers
from indexer.core.settings import RECALL
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.segment import Embedded, Segment, SegmentWriter
from indexer.storage.manifest import FileFact, digest_of, fact_of
from indexer.storage.sharing import share

LARGEST = 1 << 18
"""Sentences after which a segment is full: 200 MB of vectors with 384 dimensions."""

MOST_DEAD = 0.25
"""A segment of whose sentences more than this share is no longer used is written anew."""

SegmentRows = tuple[Segment, Numbers]
"""A segment, and the rows of it that belong to the generation, ascending."""


def to_rewrite(live: Sequence[int], total: Sequence[int], new: int) -> list[int]:
    """Positions of the segments that go into the new one.

    Args:
        live: how many sentences of each segment are still used.
        total: how many there are.
        new: how many sentences come.
    """
    chosen = [position for position, used in enumerate(live) if used < (1 - MOST_DEAD) * total[position]]
    size = new + sum(live[position] for position in chosen)
    for position in sorted(
        set(range(len(live))) - set(chosen), key=lambda position: (live[position], position)
    ):
        if live[position] >= 2 * size or size + live[position] > LARGEST:
            break
        chosen.append(position)
        size += live[position]
    return sorted(chosen)


class SegmentsWriter:
    """Takes articles, and writes as many segments as it takes."""

    def __init__(self, draft: Path, dimensions: int, recall: float = RECALL) -> None:
        """Write into the folder of segments in `draft`; `recall` is asked of searches for nearest vectors."""
        self._folder = draft / SEGMENTS
        self._folder.mkdir(exist_ok=True)
        self._dimensions, self._recall = dimensions, recall
        self._writer: SegmentWriter | None = None
        self.written: dict[str, dict[str, FileFact]] = {}
        self.articles = 0
        self.passages = 0
        self.sentences = 0

    def add(self, article: Embedded) -> None:
        """Append an article."""
        self._open().add(article)
        self.articles += 1
        self.passages += len(article.passage_keys)
        self.sentences += len(article.sentence_keys)

    def copy(self, segment: Segment, rows: Numbers) -> None:
        """Append articles of another segment, by ascending rows."""
        counts = np.diff(segment.first_sentences[segment.first_passages])[rows]
        while len(rows):
            room = LARGEST - self._open().sentences
            fitting = max(1, int(np.searchsorted(np.cumsum(counts), room, side="right")))
            self._open().copy(segment, rows[:fitting])
            rows, counts = rows[fitting:], counts[fitting:]

    def close(self) -> None:
        """Write what is still in memory."""
        if self._writer is None:
            return
        names = self._writer.save()
        facts = {name: fact_of(self._writer.folder / name) for name in names}
        name = digest_of(facts)[:16]
        if name in self.written:
            shutil.rmtree(self._writer.folder)
        else:
            self._writer.folder.rename(self._folder / name)
            self.written[name] = facts
        self._writer = None

    def discard(self) -> None:
        """Close what is open; what was written is of no use afterwards."""
        if self._writer is not None:
            self._writer.discard()

    def _open(self) -> SegmentWriter:
        if self._writer is not None and self._writer.sentences >= LARGEST:
            self.close()
        if self._writer is None:
            self._writer = SegmentWriter(self._folder / "new", self._dimensions, self._recall)
        return self._writer


def share_segment(segment: Segment, facts: dict[str, FileFact], draft: Path) -> dict[str, FileFact]:
    """Put a segment of another generation into `draft`; the facts of its files, by name below `draft`.

    `facts` are those of the generation that it comes from.
    """
    prefix = f"{SEGMENTS}/{segment.name}/"
    shared = {name: fact for name, fact in facts.items() if name.startswith(prefix)}
    for name in shared:
        share(segment.folder / name.removeprefix(prefix), draft / name)
    return shared
