"""Deleting, going back and tidying up, and what must not be left of what was erased."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from nights import Nights, bytes_below, numbered, tree, write

from indexer.build import build
from indexer.core.errors import (
    ArticleNotFound,
    DeletionsDamaged,
    EmptyCorpus,
    GenerationNotFound,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    ModelNotFound,
)
from indexer.core.protocols import Encoder
from indexer.core.records import SkipReason
from indexer.drafting import merging as segments
from indexer.generation.generation import Generation, open_live
from indexer.models.model import Model
from indexer.storage.layout import Layout, Pruned
from indexer.storage.locks import GenerationLock
from indexer.storage.manifest import Manifest
from indexer.upkeep import maintenance
from indexer.upkeep.archive import export, import_
from indexer.upkeep.checks import faults
from indexer.upkeep.maintenance import Back, Deleted
from indexer.vectors import row_blocks
from indexer.vectors.cache import keys_of

SECRET = "زرافه\u200cای بنفش شبانه گریخت."
FORMER = "کرگدنی سبز شبانه آمد."
OTHERS = {"a": "باران بارید.", "b": "نزل المطر في بيروت.", "c": "برف بارید."}


@pytest.fixture
def nights(layout: Layout, model: Model, encoder: Encoder) -> Nights:
    return Nights(layout, model, encoder)


@pytest.fixture
def archive(nights: Nights, tmp_path: Path) -> Path:
    """Two generations: in the first the article `x` says FORMER, in the second SECRET."""
    folder = write(tmp_path / "in", {**OTHERS, "x": FORMER})
    nights(folder)
    write(folder, {"x": SECRET, "d": "سیل آمد."})
    nights(folder)
    return folder


def delete(nights: Nights, *ids: str) -> Deleted:
    return maintenance.delete(nights.layout, ids, nights.model, nights.encoder)


def purge(nights: Nights, *ids: str) -> Deleted:
    return maintenance.purge(nights.layout, ids, nights.model, nights.encoder, patience=0.3)


def undelete(nights: Nights, *ids: str) -> None:
    maintenance.undelete(nights.layout, ids)


def rollback(nights: Nights, name: str | None = None) -> Back:
    return maintenance.rollback(nights.layout, name, lambda _: (nights.model, nights.encoder))


def fetched(nights: Nights, file: Path) -> Manifest:
    return import_(nights.layout, file, lambda _: (nights.model, nights.encoder))


def names(nights: Nights) -> list[str]:
    return [folder.name for folder in nights.layout.published()]


def texts_of(folder: Path) -> dict[str, str]:
    with closing(Generation(folder)) as generation:
        articles = generation.articles(range(len(generation.catalogue)))
    return {article.id: article.text for article in articles}


class TestDelete:
    def test_deleted_articles_are_gone_and_stay_out(self, nights: Nights, archive: Path) -> None:
        before = names(nights)
        nights.encoder.texts.clear()
        done = delete(nights, "x", "a", "x")
        assert done == Deleted(nights.layout.live().name, ("x", "a"))
        assert names(nights) == [*before, done.generation]
        assert sorted(nights.texts()) == ["b", "c", "d"]
        assert (nights.manifest().deleted, nights.encoder.texts) == (["a", "x"], [])
        assert faults(nights.layout.live()) == []
        summary = nights(archive)
        assert (summary.changes.unchanged, summary.changes.skips.counts) == (3, {"deleted by hand": 2})
        assert summary.published is False
        assert [(told.id, told.reason, told.detail) for told in summary.changes.skips.samples] == [
            (name, SkipReason.DELETED, f"`hudhud undelete {name}` lets it be indexed again")
            for name in ("a", "x")
        ]
        write(archive, {"x": "باران دیگر.", "new": "باد وزید."})
        assert (nights(archive).changes.new, sorted(nights.texts())) == (1, ["b", "c", "d", "new"])
        assert nights.manifest().deleted == ["a", "x"]

    def test_undeleted_articles_come_back(self, nights: Nights, archive: Path) -> None:
        delete(nights, "x", "a")
        before = names(nights)
        undelete(nights, "x")
        assert (names(nights), sorted(nights.layout.deleted())) == (before, ["a"])
        assert sorted(nights.texts()) == ["b", "c", "d"]
        summary = nights(archive)
        assert (summary.changes.new, summary.work.embedded, nights.texts()["x"]) == (1, 0, SECRET)
        assert (nights.manifest().deleted, sorted(nights.layout.deleted())) == (["a"], ["a"])

    def test_what_was_deleted_stays_out_of_a_fresh_index(self, nights: Nights, archive: Path) -> None:
        delete(nights, "x")
        summary = nights(archive, fresh=True)
        assert (summary.changes.new, summary.changes.skips.counts) == (4, {"deleted by hand": 1})
        assert nights.manifest().deleted == ["x"]

    def test_what_was_deleted_stays_out_where_an_older_generation_is_built_upon(
        self, nights: Nights, archive: Path
    ) -> None:
        delete(nights, "x")
        live = nights.layout.live()
        (live / "ids.txt").unlink()
        summary = build(nights.files(archive), nights.layout, nights.model, nights.encoder)
        assert (summary.changes.removed, summary.manifest.articles) == (1, 4)
        assert summary.changes.skips.counts == {"deleted by hand": 1}
        assert nights.manifest().deleted == ["x"]

    @pytest.mark.parametrize("ids", [("nothing",), ("a", "nothing")])
    @pytest.mark.usefixtures("archive")
    def test_an_unknown_id_is_refused(self, nights: Nights, ids: tuple[str, ...]) -> None:
        before = names(nights)
        with pytest.raises(
            ArticleNotFound, match=r"^no article has the id 'nothing' in this index: nothing was deleted$"
        ):
            delete(nights, *ids)
        with pytest.raises(
            ArticleNotFound, match=r"^no generation has an article 'nothing': nothing was erased$"
        ):
            purge(nights, *ids)
        with pytest.raises(ArticleNotFound, match=r"^.*'nothing' was not deleted from this index$"):
            undelete(nights, *ids)
        assert (names(nights), len(nights.texts())) == (before, 5)

    def test_the_last_article_cannot_be_deleted(self, nights: Nights, tmp_path: Path) -> None:
        folder = write(tmp_path / "in", {"a": OTHERS["a"], "b": OTHERS["b"]})
        nights(folder)
        (folder / "b.txt").unlink()
        nights(folder, allow_removals=True)
        before = names(nights)
        for erase in (delete, purge):
            with pytest.raises(EmptyCorpus, match="to give up the index, remove its folder"):
                erase(nights, "a")
        assert (names(nights), nights.texts()) == (before, {"a": OTHERS["a"]})

    @pytest.mark.usefixtures("archive")
    def test_where_another_process_writes_it_is_refused(self, nights: Nights) -> None:
        with nights.layout.writing(), pytest.raises(IndexLocked, match="wait for it to end"):
            delete(nights, "a")

    def test_where_there_is_no_index_it_is_said(self, nights: Nights) -> None:
        with pytest.raises(IndexNotFound, match="there is no index in"):
            delete(nights, "a")


class TestTheListOfWhatWasDeleted:
    """It belongs to the folder of the index: whatever becomes live, what is listed stays out."""

    def test_a_deleted_article_is_in_no_generation_that_is_gone_back_to(
        self, nights: Nights, archive: Path
    ) -> None:
        first, second = names(nights)
        third = delete(nights, "x").generation
        back = rollback(nights)
        assert (back.wanted, back.left_out) == (second, ("x",))
        assert (back.generation, nights.texts()) == (
            nights.layout.live().name,
            {**OTHERS, "d": "سیل آمد."},
        )
        assert (nights.manifest().base, faults(nights.layout.live())) == (first, [])
        assert nights(archive).changes.skips.counts == {"deleted by hand": 1}
        further = rollback(nights)
        assert (further.wanted, further.left_out, nights.texts()) == (first, ("x",), OTHERS)
        assert rollback(nights, third) == Back(third, third)
        assert nights(archive, fresh=True).changes.skips.counts == {"deleted by hand": 1}

    def test_it_outlives_going_back_to_where_nothing_had_been_deleted(
        self, nights: Nights, archive: Path
    ) -> None:
        delete(nights, "d")
        first = names(nights)[0]
        assert rollback(nights, first) == Back(first, first)
        assert nights.manifest().deleted == []
        assert nights(archive).changes.skips.counts == {"deleted by hand": 1}
        assert (sorted(nights.texts()), nights.manifest().deleted) == (["a", "b", "c", "x"], ["d"])

    @pytest.mark.usefixtures("archive")
    def test_nothing_is_gone_back_to_where_all_was_deleted(self, nights: Nights, tmp_path: Path) -> None:
        other = Nights(Layout(tmp_path / "other"), nights.model, nights.encoder)
        folder = write(tmp_path / "only", {"x": SECRET})
        other(folder)
        other(write(folder, {"a": OTHERS["a"]}))
        delete(other, "x")
        first, live = names(other)[0], names(other)[-1]
        with pytest.raises(EmptyCorpus, match=f"^every article of {first} was deleted: nothing was changed$"):
            rollback(other, first)
        assert (other.layout.live().name, names(other)[-1]) == (live, live)

    @pytest.mark.usefixtures("archive")
    def test_without_the_model_nothing_is_changed(self, nights: Nights, tmp_path: Path) -> None:
        export(nights.layout, tmp_path / "old.tar")
        delete(nights, "x")
        before, listed = names(nights), nights.layout.deleted()
        with pytest.raises(ModelNotFound):
            maintenance.rollback(nights.layout)
        with pytest.raises(ModelNotFound):
            import_(nights.layout, tmp_path / "old.tar")
        assert (names(nights), nights.layout.deleted()) == (before, listed)
        assert nights.layout.live().name == before[-1]

    def test_an_exported_generation_takes_it_along(
        self, nights: Nights, archive: Path, tmp_path: Path
    ) -> None:
        delete(nights, "d")
        rollback(nights, names(nights)[0])
        export(nights.layout, tmp_path / "news.tar")
        other = Nights(Layout(tmp_path / "other"), nights.model, nights.encoder)
        fetched(other, tmp_path / "news.tar")
        assert other.layout.deleted() == {"d"}
        assert other(archive).changes.skips.counts == {"deleted by hand": 1}

    def test_what_is_imported_holds_nothing_that_was_deleted_here(
        self, nights: Nights, archive: Path, tmp_path: Path
    ) -> None:
        export(nights.layout, tmp_path / "old.tar")
        delete(nights, "x")
        before = names(nights)
        manifest = fetched(nights, tmp_path / "old.tar")
        assert (manifest.name, manifest.base) == (nights.layout.live().name, before[-1])
        assert names(nights) == [*before, manifest.name]
        assert (sorted(nights.texts()), faults(nights.layout.live())) == (["a", "b", "c", "d"], [])
        assert nights(archive).changes.skips.counts == {"deleted by hand": 1}

    @pytest.mark.usefixtures("archive")
    def test_nothing_is_imported_where_all_of_it_was_deleted_here(
        self, nights: Nights, tmp_path: Path
    ) -> None:
        other = Nights(Layout(tmp_path / "other"), nights.model, nights.encoder)
        other(write(tmp_path / "only", {"x": SECRET}))
        export(other.layout, tmp_path / "only.tar")
        delete(nights, "x")
        before = names(nights)
        with pytest.raises(EmptyCorpus, match="every article in it was deleted from this index"):
            fetched(nights, tmp_path / "only.tar")
        assert (names(nights), nights.layout.live().name) == (before, before[-1])

    def test_it_is_written_before_what_it_leaves_out_goes(
        self, nights: Nights, archive: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Layout, "publish", killed)
            with pytest.raises(KeyboardInterrupt):
                delete(nights, "x")
        assert ("x" in nights.texts(), sorted(nights.layout.deleted())) == (True, ["x"])
        summary = nights(archive)
        assert (summary.changes.removed, "x" in nights.texts()) == (1, False)

    def test_an_index_without_the_file_has_what_its_generations_say(
        self, nights: Nights, archive: Path
    ) -> None:
        delete(nights, "x")
        (nights.layout.folder / "deleted.json").unlink()
        assert nights.layout.deleted() == {"x"}
        assert nights(archive).changes.skips.counts == {"deleted by hand": 1}
        undelete(nights, "x")
        assert nights.layout.deleted() == frozenset()
        assert nights(archive).changes.new == 1

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"ids": "x"}', '{"ids": [1]}', None])
    def test_where_it_is_damaged_nothing_comes_back(
        self, nights: Nights, archive: Path, content: str | None
    ) -> None:
        delete(nights, "x")
        path = nights.layout.folder / "deleted.json"
        path.unlink()
        path.mkdir() if content is None else path.write_text(content)
        before = names(nights)
        message = r"deleted\.json, cannot be read \(.*\): restore it from a backup, or remove it"
        for command in (lambda: nights(archive), lambda: rollback(nights), lambda: delete(nights, "a")):
            with pytest.raises(DeletionsDamaged, match=message):
                command()
        assert (names(nights), nights.layout.live().name) == (before, before[-1])

    @pytest.mark.usefixtures("archive")
    def test_a_link_in_its_place_is_not_written_through(self, nights: Nights, tmp_path: Path) -> None:
        (tmp_path / "mine").write_text("mine")
        (nights.layout.folder / "deleted.json.new").symlink_to(tmp_path / "mine")
        delete(nights, "x")
        assert ((tmp_path / "mine").read_text(), sorted(nights.layout.deleted())) == ("mine", ["x"])


def keys_below(layout: Layout, *texts: str) -> list[str]:
    """Which of these texts' keys lie anywhere below the index."""
    content = bytes_below(layout.folder)
    keys = keys_of(texts)
    return [text for text, key in zip(texts, keys, strict=True) if key.tobytes() in content]


class TestPurge:
    ONLY_ITS = (SECRET, FORMER, "زرافه\u200cای", "بنفش", "گریخت", "کرگدنی", "سبز")

    def test_nothing_of_it_is_left(self, nights: Nights, archive: Path) -> None:
        layout, before = nights.layout, names(nights)
        assert all(word.encode() in bytes_below(layout.folder) for word in ("بنفش", "کرگدنی"))
        assert SECRET in keys_below(layout, SECRET)
        done = purge(nights, "x")
        content = bytes_below(layout.folder)
        assert [word for word in ("بنفش", "زرافه", "کرگدنی", "سبز") if word.encode() in content] == []
        assert keys_below(layout, *self.ONLY_ITS) == []
        assert keys_below(layout, OTHERS["a"], "سیل آمد.") == [OTHERS["a"], "سیل آمد."]
        assert (done.articles, done.replaced, done.held) == (("x",), tuple(before), ())
        older, live = layout.published()
        assert done.generation == live.name == layout.live().name
        assert texts_of(live) == {**OTHERS, "d": "سیل آمد."}
        assert texts_of(older) == OTHERS
        assert (faults(older), faults(live)) == ([], [])
        nights.encoder.texts.clear()
        assert nights(archive, fresh=False).changes.skips.counts == {"deleted by hand": 1}

    def test_the_generation_before_can_be_gone_back_to(self, nights: Nights, archive: Path) -> None:
        purge(nights, "x")
        older, _ = nights.layout.published()
        assert maintenance.rollback(nights.layout).generation == older.name
        assert nights.texts() == OTHERS
        assert nights(archive).changes.skips.counts == {"deleted by hand": 1}

    def test_all_vectors_of_others_stay_in_the_cache(self, nights: Nights, archive: Path) -> None:
        purge(nights, "x")
        (archive / "x.txt").unlink()
        assert nights(archive, fresh=True).work.embedded == 0

    @pytest.mark.usefixtures("archive")
    def test_what_only_an_older_generation_holds_is_erased_too(self, nights: Nights) -> None:
        delete(nights, "x")
        assert "بنفش".encode() in bytes_below(nights.layout.folder)
        purge(nights, "x")
        assert "بنفش".encode() not in bytes_below(nights.layout.folder)
        assert keys_below(nights.layout, *self.ONLY_ITS) == []

    def test_vectors_of_words_go_though_no_segment_has_the_article_any_more(
        self, nights: Nights, archive: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(segments, "MOST_DEAD", 0.0)
        monkeypatch.setattr(row_blocks, "MOST_DEAD", 1.0)
        delete(nights, "x")
        write(archive, {"d": "باران بارید. سیل آمد."})
        nights(archive)
        with closing(open_live(nights.layout.folder)) as merged:
            assert all("x" not in [one.ids[row] for row in range(len(one))] for one in merged.segments)
            vectors = merged.lexicon.word_vectors.rows
            assert vectors.stored > len(vectors)
        purge(nights, "x")
        with closing(open_live(nights.layout.folder)) as purged:
            vectors = purged.lexicon.word_vectors.rows
            assert vectors.stored == len(vectors)

    @pytest.mark.usefixtures("archive")
    def test_what_was_deleted_before_is_erased_from_the_cache(self, nights: Nights) -> None:
        delete(nights, "x")
        maintenance.prune(nights.layout, 1)
        assert SECRET in keys_below(nights.layout, SECRET)
        done = purge(nights, "x")
        assert keys_below(nights.layout, *self.ONLY_ITS) == []
        assert (done.held, sorted(nights.texts())) == ((), ["a", "b", "c", "d"])

    def test_a_generation_of_nothing_else_is_removed(self, nights: Nights, tmp_path: Path) -> None:
        folder = write(tmp_path / "in", {"x": SECRET})
        nights(folder)
        nights(write(folder, {"a": OTHERS["a"]}))
        done = purge(nights, "x")
        assert (len(done.replaced), names(nights)) == (2, [done.generation])
        assert nights.texts() == {"a": OTHERS["a"]}

    @pytest.mark.usefixtures("archive")
    def test_one_that_is_held_is_reported(self, nights: Nights) -> None:
        older, _ = nights.layout.published()
        lock = GenerationLock.shared(older)
        done = purge(nights, "x")
        assert done.held == (older.name,)
        assert older.name in names(nights)
        assert sorted(nights.texts()) == ["a", "b", "c", "d"]
        lock.release()
        again = purge(nights, "x")
        assert (again.held, older.name in again.replaced) == ((), True)
        assert "کرگدنی".encode() not in bytes_below(nights.layout.folder)

    @pytest.mark.usefixtures("archive")
    def test_a_damaged_older_generation_is_removed(self, nights: Nights) -> None:
        older, _ = nights.layout.published()
        (older / "ids.npy").write_bytes(b"")
        done = purge(nights, "x")
        assert older.name in done.replaced
        assert names(nights) == [done.generation]

    @pytest.mark.usefixtures("archive")
    def test_a_damaged_live_generation_is_left_alone(self, nights: Nights) -> None:
        before = names(nights)
        (nights.layout.live() / "ids.npy").write_bytes(b"")
        with pytest.raises(IndexDamaged, match=r"ids\.npy"):
            purge(nights, "x")
        assert names(nights) == before


class TestRollback:
    @pytest.mark.usefixtures("archive")
    def test_goes_back_and_forth(self, nights: Nights) -> None:
        older, live = names(nights)
        assert maintenance.rollback(nights.layout).generation == older
        assert nights.texts()["x"] == FORMER
        with pytest.raises(GenerationNotFound, match=r"has no generation to go back to$"):
            maintenance.rollback(nights.layout)
        assert maintenance.rollback(nights.layout, live).generation == live
        assert maintenance.rollback(nights.layout, "1").generation == older
        with pytest.raises(GenerationNotFound, match=f"has no generation '9'; it has {older}, {live}$"):
            maintenance.rollback(nights.layout, "9")

    def test_the_next_night_builds_upon_it(self, nights: Nights, archive: Path) -> None:
        older = maintenance.rollback(nights.layout).generation
        summary = nights(archive)
        assert (summary.changes.new, summary.changes.changed, summary.work.embedded) == (1, 1, 0)
        assert (nights.texts()["x"], nights.manifest().base) == (SECRET, older)

    @pytest.mark.usefixtures("archive")
    def test_a_damaged_one_is_refused(self, nights: Nights) -> None:
        older, live = nights.layout.published()
        content = bytearray((older / "ids.npy").read_bytes())
        content[-1] ^= 1
        (older / "ids.npy").write_bytes(content)
        message = rf"{older.name} is damaged \(ids\.npy: SHA-256 .*\); nothing was changed$"
        with pytest.raises(IndexDamaged, match=message) as refused:
            maintenance.rollback(nights.layout)
        assert refused.value.files == (older / "ids.npy",)
        assert nights.layout.live() == live

    @pytest.mark.usefixtures("archive")
    def test_a_lost_pointer_is_found_again(self, nights: Nights) -> None:
        newest = names(nights)[-1]
        nights.layout.current.unlink()
        assert maintenance.rollback(nights.layout).generation == newest
        nights.layout.current.write_bytes(b"\xff")
        assert maintenance.rollback(nights.layout).generation == newest

    def test_where_there_is_no_index_no_folder_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(GenerationNotFound, match=r"has no generation to go back to$"):
            maintenance.rollback(Layout(tmp_path / "index"))
        assert not (tmp_path / "index").exists()


class TestPrune:
    @pytest.mark.usefixtures("archive")
    def test_the_live_one_stays_even_if_it_is_old(self, nights: Nights) -> None:
        older, newest = names(nights)
        maintenance.rollback(nights.layout)
        assert maintenance.prune(nights.layout, 1) == Pruned((newest,), ())
        assert names(nights) == [older]
        before = tree(nights.layout.generations)
        assert maintenance.prune(nights.layout, 1) == Pruned((), ())
        assert tree(nights.layout.generations) == before

    @pytest.mark.usefixtures("archive")
    def test_one_that_is_read_stays(self, nights: Nights) -> None:
        older, live = nights.layout.published()
        with closing(Generation(older)):
            assert maintenance.prune(nights.layout, 1) == Pruned((), (older.name,))
        assert maintenance.prune(nights.layout, 1) == Pruned((older.name,), ())
        assert names(nights) == [live.name]

    def test_where_there_is_no_index_no_folder_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(IndexNotFound):
            maintenance.prune(Layout(tmp_path / "index"), 1)
        assert not (tmp_path / "index").exists()


def test_free_pages_of_the_cache_are_overwritten(nights: Nights, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a": OTHERS["a"], "x": " ".join(numbered(40).values())})
    nights(folder)
    with closing(sqlite3.connect(nights.layout.cache)) as connection:
        kept = connection.execute("SELECT count(*) FROM vectors").fetchone()[0]
    sentences = list(numbered(40).values())
    assert keys_below(nights.layout, *sentences) == sentences
    done = purge(nights, "x")
    assert keys_below(nights.layout, *sentences) == []
    with closing(sqlite3.connect(nights.layout.cache)) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone()[0] == kept - done.forgotten
    with closing(open_live(nights.layout.folder)) as live:
        assert [article.id for article in live.articles([0])] == ["a"]
