"""Shards of small generations, asked through messages that are pickled as they are between processes."""

import pickle
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer.generation.generation import Generation
from indexer.sharding.cutting import cut, described
from indexer.sharding.files import ShardFiles
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.sharding.messages import Pending, Question
from indexer.sharding.shard import Shard

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pickled:
    """A shard in this process behind messages in bytes."""

    shard: Shard

    def ask(self, question: Question[T]) -> Pending[T]:
        received: Question[T] = pickle.loads(pickle.dumps(question))
        return _Answer(pickle.dumps(received.answered_by(self.shard)))

    def close(self) -> None:
        self.shard.close()


@dataclass(frozen=True, slots=True)
class _Answer(Pending[T]):
    pickled: bytes

    def answer(self) -> T:
        answer: T = pickle.loads(self.pickled)
        return answer


def cut_all(generation: Path, shards: int, folder: Path) -> list[Shard]:
    """All shards of the generation in a folder, cut into folders below another one."""
    found = []
    with closing(Generation(generation)) as whole:
        for place in range(shards):
            own = folder / f"{generation.name}-{place}-of-{shards}"
            own.mkdir(parents=True)
            cut(whole, described(whole, place, shards), own)
            found.append(Shard(ShardFiles(own)))
    return found


@contextmanager
def sharded(generation: Path, shards: int, folder: Path) -> Iterator[ShardedIndex]:
    """An index over so many shards of the generation in a folder."""
    links = [Pickled(shard) for shard in cut_all(generation, shards, folder)]
    with closing(ShardedIndex(Head(generation), links)) as index:
        yield index
