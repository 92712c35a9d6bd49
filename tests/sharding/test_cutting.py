"""Shards on disk: what is shared and what is copied, made once a machine, removed with their generation."""

import json
import pickle
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from making import embedded, publish, published
from sharded import Pickled, cut_all

from indexer.core.errors import FormatMismatch, IndexDamaged, IndexMismatch, InvalidSetting, UnknownField
from indexer.generation.generation import Generation, open_live
from indexer.sharding.about import NAME, About
from indexer.sharding.cutting import described
from indexer.sharding.files import ShardFiles
from indexer.sharding.head import Head
from indexer.sharding.index import ShardedIndex
from indexer.sharding.made import FOLDER, made
from indexer.storage.layout import Layout

TEXTS = [["flood in Kabul", "rain"], ["wheat border"]]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Articles 0 to 3 in one segment, 4 to 9 in another one that is too large to be merged with it."""
    found = published(tmp_path / "index", [embedded(f"{number}", TEXTS, "en") for number in range(4, 10)])
    with closing(open_live(found.folder)) as base:
        publish(found, [embedded(f"{number}", TEXTS, "en") for number in range(4)], base)
    return found


def test_a_segment_that_lies_in_one_shard_is_shared_and_others_are_copied(
    layout: Layout, tmp_path: Path
) -> None:
    with closing(open_live(layout.folder)) as live:
        segments = {segment.name: len(segment) for segment in live.segments}
        assert sorted(segments.values()) == [4, 6]
        first, second = (described(live, place, 2) for place in (0, 1))
        assert (first.articles, second.first_article, second.articles) == (5, 5, 5)
        shards = cut_all(live.folder, 2, tmp_path / "shards")
    four = next(name for name, size in segments.items() if size == 4)
    six = next(name for name, size in segments.items() if size == 6)
    own = [shard.about.segments for shard in shards]
    assert own[0][0] == four
    assert len(own[0]) == 2
    assert own[1] == (six,)  # of its six articles five are in the shard
    shared = tmp_path / "shards" / f"{layout.live().name}-1-of-2" / "segments" / six / "articles.sqlite"
    assert shared.samefile(layout.live() / "segments" / six / "articles.sqlite")
    for shard in shards:
        shard.close()


def test_a_shard_is_made_once_and_removed_with_its_generation(layout: Layout, tmp_path: Path) -> None:
    old, live = layout.published()
    cache, lines = tmp_path / "cache", list[str]()
    first = made(old, 0, 2, cache, lines.append)
    assert made(old, 0, 2, cache, lines.append) == first
    assert lines == [f"cutting shard 0 of 2 out of {old.name}"]
    assert ShardFiles(first).about.articles == 3
    elsewhere = published(tmp_path / "other", [embedded("a", TEXTS, "en"), embedded("b", TEXTS, "en")])
    other = made(elsewhere.live(), 1, 2, cache, lines.append)
    shutil.rmtree(old)
    second = made(live, 1, 2, cache, lines.append)
    assert not first.exists()
    assert sorted(path.name for path in (cache / FOLDER).glob("*/*") if path.is_dir()) == sorted(
        [second.name, other.name]
    )


def test_more_shards_than_articles_are_refused(layout: Layout) -> None:
    with (
        closing(Generation(layout.live())) as live,
        pytest.raises(InvalidSetting, match="cannot be cut into 11 shards: ask for 10 at most"),
    ):
        described(live, 0, 11)


def test_a_shard_that_is_not_what_it_says_is_damaged(layout: Layout, tmp_path: Path) -> None:
    own = made(layout.live(), 0, 2, tmp_path / "cache")
    about = json.loads((own / NAME).read_text())
    (own / NAME).write_text(json.dumps(about | {"passages": 11}))
    with pytest.raises(IndexDamaged, match="does not hold what it says"):
        ShardFiles(own)
    (own / NAME).write_text("{}")
    with pytest.raises(IndexDamaged, match=r"shard\.json cannot be read"):
        About.read(own)


def test_shards_that_do_not_belong_together_are_refused(layout: Layout, tmp_path: Path) -> None:
    one, other = (Pickled(shard) for shard in cut_all(layout.live(), 2, tmp_path / "shards"))
    with (
        closing(Head(layout.live())) as head,
        pytest.raises(IndexMismatch, match=r"shard 0 of 2 .* is asked for, and there is shard 1 of 2"),
    ):
        ShardedIndex(head, [other, one])
    with (
        closing(Head(layout.published()[0])) as old,
        pytest.raises(IndexMismatch, match=rf"of {layout.live().name}"),
    ):
        ShardedIndex(old, [one, other])


@pytest.mark.parametrize(
    "error",
    [
        UnknownField("meta.colour", ("language", "source")),
        IndexDamaged("a file is gone", [Path("days.npy")]),
        FormatMismatch(Path("manifest.json"), 9, 8),
    ],
)
def test_errors_pass_from_one_process_to_another(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)
