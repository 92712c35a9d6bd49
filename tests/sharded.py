"""Shards of small generations, asked through messages that are pickled as they are between processes."""

import json
import pickle
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from making import Checksums

from indexer.core.errors import ShardMissing
from indexer.core.protocols import Index
from indexer.generation.generation import Generation
from indexer.sharding.cutting import cut, described
from indexer.sharding.files import ShardFiles
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.sharding.messages import Pending, Question
from indexer.sharding.shard import Shard
from indexer.storage.manifest import Manifest
from search_api.search import Searcher
from search_api.searching.outcomes import Hit, Result
from search_api.searching.query_encoder import QueryEncoders
from search_api.serving.live import Live
from search_api.serving.opening import Opener

T = TypeVar("T")

ENCODERS = QueryEncoders.of(Checksums(), "query: ")
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Pickled:
    """A shard in this process behind messages in bytes."""

    shard: Shard
    gone: set[int] = field(default_factory=set)
    """Places of shards that do not answer."""

    @property
    def is_missing(self) -> bool:
        return self.shard.about.place in self.gone

    def ask(self, question: Question[T]) -> Pending[T]:
        if self.is_missing:
            return _NoAnswer(self.shard.about.place)
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


@dataclass(frozen=True, slots=True)
class _NoAnswer(Pending[T]):
    place: int

    def answer(self) -> T:
        raise ShardMissing(f"no process answers for shard {self.place}")


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
def sharded(
    generation: Path, shards: int, folder: Path, gone: set[int] | None = None
) -> Iterator[ShardedIndex]:
    """An index over so many shards of the generation in a folder; those in `gone` do not answer."""
    none = set[int]() if gone is None else gone
    links = [Pickled(shard, none) for shard in cut_all(generation, shards, folder)]
    with closing(ShardedIndex(Head(generation), links)) as index:
        yield index


class Parts:
    """Opens a generation as two shards in this process, the second of which may not answer."""

    def __init__(self, folder: Path) -> None:
        """Cut shards into `folder`."""
        self._folder, self._gone = folder / "shards", set[int]()

    def open(self, folder: Path) -> tuple[ShardedIndex, Manifest]:
        head = Head(folder)
        shards = cut_all(folder, 2, self._folder)
        return ShardedIndex(head, [Pickled(shard, self._gone) for shard in shards]), head.manifest

    @contextmanager
    def without_the_second(self) -> Iterator[None]:
        self._gone.add(1)
        yield
        self._gone.clear()

    @property
    def lost(self) -> dict[str, Any]:
        """What an answer says of the second shard."""
        [path] = self._folder.glob("*-1-of-2/shard.json")
        about = json.loads(path.read_text(encoding="utf-8"))
        share = round(about["passages"] / about["all_passages"], 4)
        counts = {name: about[name] for name in ("articles", "passages")}
        return {"shards": [1], "of": 2, **counts, "share": share}


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


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Two shards of whatever is opened, one of which can be taken away."""
    return Parts(tmp_path)


@pytest.fixture
def parted(parts: Parts, newsroom: Live, loaded: None) -> Iterator[Live]:
    """What a server answers from, over the articles of the newsroom in these shards."""
    del loaded
    with Live(newsroom.layout, Opener(None, None, opened=parts.open)) as made:
        yield made
