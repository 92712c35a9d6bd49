"""`hudhud.index`: what it does to an index, with the real model."""

import logging
import shutil
from pathlib import Path

import pytest
from nights import TEXTS, numbered, write

import hudhud
import indexer.models.encoder
from indexer.core.protocols import Encoder
from indexer.core.records import Article, SkipReason
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest

SEEDS = Path(__file__).parents[2] / "seeds"

pytestmark = pytest.mark.usefixtures("loaded")


def ids(folder: Path) -> list[str]:
    """The ids of the articles that every one of a hundred hits names."""
    with hudhud.open(folder) as index:
        return sorted(hit.id for hit in index.search("نان باران شهر", limit=100))


def test_an_index_follows_a_folder(layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    archive = write(tmp_path / "in", {"bread": TEXTS[1], "football": TEXTS[2]})
    first = hudhud.index(archive, layout.folder)
    assert isinstance(first, hudhud.Summary)
    assert (first.new, first.published, first.languages) == (2, True, {"fa": 2})
    assert hudhud.index(str(archive), str(layout.folder)).published is False
    (archive / "football.txt").unlink()
    with pytest.raises(hudhud.TooManyRemovals, match="1 of the 2 articles"):
        hudhud.index(archive, layout.folder)
    assert hudhud.index(archive, layout.folder, keep_missing=True).kept == 1
    assert ids(layout.folder) == ["bread", "football"]
    assert hudhud.index(archive, layout.folder, allow_removals=True).removed == 1
    assert ids(layout.folder) == ["bread"]
    assert capfd.readouterr() == ("", "")


def test_articles_in_memory_come_change_and_stay(layout: Layout) -> None:
    bread = {"id": "bread", "text": TEXTS[1], "date": "2025-11-02", "url": "https://example.org/bread"}
    first = hudhud.index([bread, hudhud.Article("football", "", TEXTS[2])], layout.folder)
    assert (first.new, first.languages) == (2, {"fa": 2})
    assert hudhud.index(bread, layout.folder).published is False
    changed = hudhud.index([bread | {"url": "https://example.org/2"}], layout.folder)
    assert (changed.changed, changed.removed, changed.articles, changed.embedded) == (1, 0, 2, 0)
    with hudhud.open(layout.folder) as index:
        [hit] = index.search("نان تازه", limit=1)
        assert (hit.id, hit.url, hit.source) == ("bread", "https://example.org/2", "memory, record 1")
        again = hudhud.index(index.article("bread"), layout.folder)
    assert (again.changed, again.embedded, again.articles) == (1, 0, 2)
    assert hudhud.index([], layout.folder).articles == 2


def test_an_article_that_was_read_from_a_file_is_not_replaced_by_one_in_memory(
    layout: Layout, tmp_path: Path
) -> None:
    hudhud.index(write(tmp_path / "in", {"bread": TEXTS[1]}), layout.folder)
    summary = hudhud.index({"id": "bread", "text": TEXTS[2]}, layout.folder)
    assert (summary.skipped, summary.published) == ({"duplicate id": 1}, False)


def test_fresh_holds_what_is_given_and_nothing_else(layout: Layout, tmp_path: Path) -> None:
    hudhud.index({"id": "football", "text": TEXTS[2]}, layout.folder)
    hudhud.index(write(tmp_path / "in", {"bread": TEXTS[1]}), layout.folder, fresh=True)
    assert ids(layout.folder) == ["bread"]


def test_everything_that_is_left_out_is_told(layout: Layout) -> None:
    told: list[hudhud.Skipped] = []
    given = [{"id": "a", "text": " ", "source": "wire"}, {"id": "b", "text": " ", "source": "wire"}]
    summary = hudhud.index(
        [*given, {"text": TEXTS[0]}, {"id": "bread", "text": TEXTS[1]}], layout.folder, skipped=told.append
    )
    assert [(one.source, one.id, one.reason) for one in told] == [
        ("wire", "a", SkipReason.EMPTY),
        ("wire", "b", SkipReason.EMPTY),
        ("memory, record 3", None, SkipReason.MALFORMED),
    ]
    assert summary.skipped == {"empty": 2, "malformed": 1}
    assert (summary.read, summary.new, summary.articles) == (4, 1, 1)
    with pytest.raises(hudhud.UnreadableInput, match="wire cannot be read"):
        hudhud.index(given, layout.folder, strict=True)
    with pytest.raises(hudhud.EmptyCorpus, match="every input was skipped"):
        hudhud.index(given, layout.folder, fresh=True)


def test_fields_and_format(layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "dump"
    file.write_text('{"key": "x", "headline": "نان", "body": "نان تازه پخت."}\n', encoding="utf-8")
    hudhud.index(file, layout.folder, format="jsonl", fields={"id": "key", "title": "headline"})
    with hudhud.open(layout.folder) as index:
        assert index.article("x").text == "نان تازه پخت."
    with pytest.raises(hudhud.InvalidMapping, match="no field is called 'titel'"):
        hudhud.index(file, layout.folder, fields={"titel": "headline"})
    with pytest.raises(hudhud.InvalidMapping, match="no format is called 'xlsx'"):
        hudhud.index(file, layout.folder, format="xlsx")


def test_progress_tells_every_stage(layout: Layout, tmp_path: Path) -> None:
    told: list[hudhud.Progress] = []
    hudhud.index(write(tmp_path / "in", numbered(2)), layout.folder, progress=told.append)
    assert hudhud.Progress("embedding", 2, 2, "articles") in told
    stages = list(dict.fromkeys(one.stage for one in told))
    assert stages == ["embedding", "numbering", "comparing", "words", "checksums", "publishing"]


def test_the_environment_counts_where_no_argument_is_given(
    layout: Layout, tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write(tmp_path / "in", {"bread": TEXTS[1]})
    monkeypatch.setenv("HUDHUD_INDEX", str(layout.folder))
    hudhud.index(archive)
    assert Manifest.read(layout.live() / MANIFEST).fingerprint == model.fingerprint
    with hudhud.open() as index:
        assert index.info().index == layout.folder
    monkeypatch.setenv("HUDHUD_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(hudhud.ModelNotFound):
        hudhud.index(archive)
    with pytest.raises(hudhud.ModelNotFound):
        hudhud.open()
    monkeypatch.setenv("HUDHUD_INDX", "x")
    with pytest.raises(hudhud.InvalidSetting, match="HUDHUD_INDX"):
        hudhud.index(archive)


def test_without_index_it_is_the_folder_index(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUDHUD_INDEX", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "index").mkdir()
    shutil.copy(layout.cache, tmp_path / "index")
    write(tmp_path / "in", {"bread": TEXTS[1]})
    hudhud.index("in")
    assert Layout(tmp_path / "index").live().is_dir()
    assert ids(tmp_path / "index") == ["bread"]


def test_what_the_model_says_while_it_loads_goes_to_the_log(
    layout: Layout,
    encoder: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def talking(model: Model, *, cache: Path | None, progress: object) -> Encoder:
        del model, cache
        assert callable(progress)
        progress("making graphs …")
        return encoder

    monkeypatch.setattr(indexer.models.encoder, "load_encoder", talking)
    with caplog.at_level(logging.INFO, logger="hudhud"):
        hudhud.index(write(tmp_path / "in", {"bread": TEXTS[1]}), layout.folder)
    assert ("hudhud.writing", logging.INFO, "making graphs …") in caplog.record_tuples


def test_errors_are_those_of_the_index(layout: Layout, tmp_path: Path) -> None:
    with pytest.raises(hudhud.PathNotFound, match="nowhere does not exist"):
        hudhud.index(tmp_path / "nowhere", layout.folder)
    with layout.writing(), pytest.raises(hudhud.IndexLocked):
        hudhud.index(Article("a", "", TEXTS[1]), layout.folder)
    with pytest.raises(hudhud.HudhudError):
        hudhud.index([], tmp_path / "new")
