"""What writing asks of an engine: where articles are written, and where generations are published.

Today both are folders on this machine's disk: `merging.SegmentsWriter` and `storage.layout.Layout`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from indexer.core.records import Numbers
from indexer.generation.segment import Embedded, Segment
from indexer.storage.layout import Pruned
from indexer.storage.manifest import FileFact, Manifest


class ArticleSink(Protocol):
    """Takes the articles of a draft and writes them into segments."""

    @property
    def written(self) -> Mapping[str, Mapping[str, FileFact]]:
        """By the name of each segment that was written, its files."""
        ...

    @property
    def passages(self) -> int:
        """How many passages were taken."""
        ...

    @property
    def sentences(self) -> int:
        """How many sentences were taken."""
        ...

    def add(self, article: Embedded) -> None:
        """Append an article."""
        ...

    def copy(self, segment: Segment, rows: Numbers) -> None:
        """Append articles of another segment, by ascending rows."""
        ...

    def close(self) -> None:
        """Finish what is begun; nothing is taken afterwards."""
        ...

    def discard(self) -> None:
        """Close what is open; what was written is of no use afterwards."""
        ...


class Publication(Protocol):
    """Drafts, publishes, keeps and removes the generations of an index, for one writer at a time."""

    def writing(self) -> AbstractContextManager[None]:
        """Be the only writer. Drafts that are not published vanish.

        Raises:
            IndexLocked: another process writes this index.
            IndexNotWritable: it cannot be written.
        """
        ...

    def draft(self) -> Path:
        """A new empty folder for what may become a generation."""
        ...

    def next_name(self, digest: str) -> str:
        """Name for a new generation that holds what `digest` stands for."""
        ...

    def publish(self, draft: Path, manifest: Manifest, *, live: bool = True) -> Path:
        """Make a draft a generation; a crash at any moment leaves the old one or the new one live."""
        ...

    def point_to(self, generation: Path) -> None:
        """Make a published generation the live one."""
        ...

    def published(self) -> list[Path]:
        """All generations, oldest first."""
        ...

    def remove(self, folders: list[Path]) -> Pruned:
        """Remove some generations, but for those that somebody reads: each reader holds a lease."""
        ...

    def prune(self, keep: int) -> Pruned:
        """Remove all but `keep` generations, and those that somebody reads."""
        ...

    def cache_size(self) -> int:
        """Bytes of the vector cache."""
        ...
