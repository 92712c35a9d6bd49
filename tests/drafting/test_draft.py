"""A generation in the making, and the cache that is swept when one is published."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from nights import TEXTS, Nights, numbered, write

from indexer.core.protocols import Encoder
from indexer.core.records import Article, Vectors
from indexer.drafting import draft as drafting
from indexer.drafting.draft import Draft, sweep, used_texts
from indexer.generation.generation import Generation, open_live
from indexer.generation.segment import Origin
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.vectors.cache import VectorCache

ROW = 2 * 384 + 80
"""What the cache reckons with for a vector, in bytes."""


@pytest.fixture
def nights(layout: Layout, model: Model, encoder: Encoder) -> Nights:
    return Nights(layout, model, encoder)


def test_a_draft_that_is_not_published_leaves_nothing(nights: Nights, tmp_path: Path) -> None:
    first = nights(write(tmp_path / "in", numbered(2)))
    layout = nights.layout
    article = Article("x", "عنوان", "باران بارید.", None, "fa", "memory")
    with layout.writing(), VectorCache(layout.cache) as cache, closing(open_live(layout.folder)) as base:
        draft = Draft(layout.draft(), layout, nights.model, nights.encoder, cache, base)
        draft.add([(article, Origin("", b"0" * 16))], 1)
        assert [path.name for path in layout.generations.glob(".draft-*")] == [".draft-1"]
        draft.close()
    assert [path.name for path in layout.generations.iterdir()] == [first.manifest.name]
    assert sorted(nights.texts()) == ["00", "01"]


def test_a_draft_knows_whether_anything_would_be_left(nights: Nights, tmp_path: Path) -> None:
    nights(write(tmp_path / "in", numbered(2)))
    layout = nights.layout
    article = Article("00", "عنوان", "باران بارید.", None, "fa", "memory")
    with layout.writing(), VectorCache(layout.cache) as cache, closing(open_live(layout.folder)) as base:
        draft = Draft(layout.draft(), layout, nights.model, nights.encoder, cache, base)
        assert (draft.removed, draft.is_empty) == (0, False)
        draft.remove(np.array([0, 1]))
        assert (draft.removed, draft.is_empty) == (2, True)
        draft.restore(0)
        draft.restore(1)
        draft.add([(article, Origin("", b"0" * 16))], 1)
        assert (draft.removed, draft.is_empty) == (1, False)
        draft.remove(np.array([1]))
        assert (draft.removed, draft.is_empty) == (2, False)
        draft.close()


def held(layout: Layout) -> int:
    """How many vectors the cache has."""
    with VectorCache(layout.cache) as cache:
        return int(cache._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])


class TestCache:
    def test_the_texts_in_use_are_those_of_all_generations(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {"a": TEXTS[1]})
        nights(archive)
        write(archive, {"a": TEXTS[4]})
        nights(archive)
        older, live = nights.layout.published()
        with VectorCache(nights.layout.cache) as cache:
            both = [keys for several in used_texts(cache, [older, live]).values() for keys in several]
            one = [keys for several in used_texts(cache, [live]).values() for keys in several]
        found = {tuple(row) for keys in both for row in keys.tolist()}
        expected = set()
        for folder in (older, live):
            with closing(Generation(folder)) as generation:
                for segment in generation.segments:
                    expected |= {tuple(row) for row in segment.passage_keys.tolist()}
                    expected |= {tuple(row) for row in segment.sentence_keys.tolist()}
                expected |= {tuple(row) for row in generation.lexicon.word_vectors.keys.tolist()}
        assert found == expected
        assert {tuple(row) for keys in one for row in keys.tolist()} < found

    def test_a_generation_that_does_not_open_uses_none(self, nights: Nights, tmp_path: Path) -> None:
        nights(write(tmp_path / "in", {"a": TEXTS[1]}))
        live = nights.layout.live()
        (live / "ids.npy").write_bytes(b"")
        with VectorCache(nights.layout.cache) as cache:
            assert used_texts(cache, [live, tmp_path / "nowhere"]) == {}

    def test_little_that_is_unused_stays(self, nights: Nights, tmp_path: Path) -> None:
        nights(write(tmp_path / "in", {"a": TEXTS[1]}))
        before = held(nights.layout)
        with VectorCache(nights.layout.cache) as cache:
            assert sweep(cache, nights.layout, 384, 10**9) == 0
        assert held(nights.layout) == before

    def test_much_that_is_unused_is_forgotten_and_nothing_else(
        self, nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drafting, "SLACK", 0.0)
        monkeypatch.setattr(drafting, "SLACK_TEXTS", 0)
        archive = write(tmp_path / "in", {"a": TEXTS[1]})
        before = held(nights.layout)
        first = nights(archive)
        # what was there besides are texts of the seed articles
        used = first.manifest.passages + len(TEXTS[1].rstrip(".").split())
        assert held(nights.layout) == used
        assert first.work.forgotten == before + first.work.embedded - used
        second = nights(write(archive, {"a": TEXTS[4]}))
        assert (second.work.forgotten, held(nights.layout)) == (0, used + second.work.embedded)
        assert nights(write(archive, {"a": TEXTS[1]})).work.embedded == 0

    def test_there_is_no_more_than_was_allowed(self, nights: Nights, tmp_path: Path) -> None:
        archive = write(tmp_path / "in", {"a": TEXTS[1]})
        summary = nights(archive, cache_bytes=100 * ROW)
        assert summary.work.forgotten > 900
        with VectorCache(nights.layout.cache) as cache:
            assert cache.estimated_rows(384) <= 120
        assert nights.texts() == {"a": TEXTS[1]}
        # what was forgotten is in the index: nothing is embedded for what did not change
        assert nights(archive).work.embedded == 0


def test_articles_are_encoded_many_at_a_time(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    encode = nights.encoder.encode

    def counted(texts: Sequence[str]) -> Vectors:
        calls.append(len(texts))
        return encode(texts)

    monkeypatch.setattr(nights.encoder, "encode", counted)
    nights(write(tmp_path / "in", numbered(20)))
    assert calls[0] == 20
