"""Shards of small generations, asked through messages that are pickled as they are between processes."""

import pickle
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
from making import Checksums

from indexer.core.protocols import Index
from indexer.generation.generation import Generation
from indexer.sharding.cutting import cut, described
from indexer.sharding.files import ShardFiles
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.sharding.messages import Pending, Question
from indexer.sharding.shard import Shard
from search_api.search import Hit, Result, Searcher
from search_api.searching.query_encoder import QueryEncoders

T = TypeVar("T")

ENCODERS = QueryEncoders.of(Checksums(), "query: ")
TOLERANCE = 1e-5


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


def searcher(index: Index) -> Searcher:
    return Searcher(index, ENCODERS)


def scores_of(hit: Hit) -> list[float]:
    scores = hit.scores
    return [scores.passage, scores.sentence, scores.lexical, scores.fused, hit.confidence]


def without_scores(hit: Hit) -> Hit:
    return replace(hit, confidence=0.0, scores=replace(hit.scores, passage=0, sentence=0, lexical=0, fused=0))


def require_equal(one: Result, other: Result) -> None:
    assert list(map(without_scores, one.hits)) == list(map(without_scores, other.hits))
    for first, second in zip(one.hits, other.hits, strict=True):
        assert scores_of(first) == pytest.approx(scores_of(second), rel=TOLERANCE, abs=TOLERANCE)
    assert (one.total, one.is_total_exact) == (other.total, other.is_total_exact)
    assert (one.facets, one.warnings) == (other.facets, other.warnings)
    assert (one.next_cursor is None) == (other.next_cursor is None)
