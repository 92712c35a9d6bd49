"""From the folder of a generation to an index over its shards on a cluster."""

import importlib.metadata
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.cluster.library import Cluster, connected
from indexer.cluster.links import Replica, ReplicatedLink
from indexer.cluster.process import LONELY, process_of
from indexer.core.settings import Settings
from indexer.sharding.about import CUT
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.storage.manifest import Manifest
from search_api.serving.opening import Opened, whole

_logger = logging.getLogger(__name__)


@contextmanager
def opened_by(chosen: Settings, progress: Callable[[str], None]) -> Iterator[Opened]:
    """What opens generations, as the settings have it: this process, or shards on a cluster.

    Raises:
        InvalidSetting: `ray` is not installed, or no cluster answers.
    """
    if chosen.ray is None:
        yield whole
        return
    with connected(chosen.ray) as cluster:
        yield Shards(cluster, chosen.shards, chosen.replicas, chosen.cache, progress).open


class Shards:
    """Opens generations as so many shards, each with so many replicas."""

    def __init__(
        self,
        cluster: Cluster,
        shards: int,
        replicas: int,
        cache: Path | None,
        progress: Callable[[str], None] = _logger.info,
        *,
        lonely: float = LONELY,
    ) -> None:
        """Start nothing yet.

        Args:
            cluster: where processes are started.
            shards: into how many parts a generation is cut.
            replicas: how many processes answer for each.
            cache: where nodes keep shards; each user's cache folder when None.
            progress: called with a line for the user before what takes seconds.
            lonely: seconds without a sign of life after which a process ends.
        """
        self._cluster, self._shards, self._replicas = cluster, shards, replicas
        self._cache, self._progress, self._lonely = cache, progress, lonely

    def open(self, folder: Path) -> tuple[ShardedIndex, Manifest]:
        """An index over the generation in `folder`, and its manifest; returns when every shard answers.

        Raises:
            IndexingError: the generation cannot be used.
            ShardMissing: no process of a shard comes up.
            InvalidSetting: the generation has not enough articles for so many shards.
        """
        head = Head(folder)
        links: list[ReplicatedLink] = []
        try:
            head.require_articles(self._shards)
            links += [self._link(folder, place) for place in range(self._shards)]
            self._progress(f"waiting for {self._shards * self._replicas} processes of {folder.name}")
            for link in links:
                link.begin()
            return ShardedIndex(head, links), head.manifest
        except BaseException:
            for link in links:
                link.close()
            head.close()
            raise

    def _link(self, folder: Path, place: int) -> ReplicatedLink:
        name = f"{folder.name}-{place}-of-{self._shards}-v{CUT}-{importlib.metadata.version('hudhud')}"
        replicas = [
            Replica(
                self._cluster,
                f"{name}-{number}",
                process_of(folder, place, self._shards, number, self._cache, self._lonely),
            )
            for number in range(self._replicas)
        ]
        what = f"shard {place} of {self._shards} of {folder.name}"
        return ReplicatedLink(self._cluster, what, replicas)
