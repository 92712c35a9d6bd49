"""Building an index out of files, with the real model."""

import shutil
from pathlib import Path

import pytest

from indexer import corpus
from indexer.build import Progress, build
from indexer.errors import DuplicateArticleId, EmptyCorpus, PathNotFound
from indexer.generation import DENSE, STORE, Layout, faults, open_live
from indexer.model import Model
from indexer.records import Encoder, SkipReason

SEEDS = Path(__file__).parent.parent / "seeds"


def test_the_summary_says_what_was_done(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    reports: list[Progress] = []
    summary = build(corpus.read([SEEDS]), Layout(tmp_path), model, encoder, reports.append)
    assert (summary.articles, summary.languages) == (5, {"fa": 3, "ar": 1, "prs": 1})
    assert (summary.embedded, summary.reused, summary.skipped) == (summary.passages, 0, ())
    assert reports[-1] == Progress(5, summary.passages, summary.passages, 0, 0)
    assert summary.generation == Layout(tmp_path).live().name
    assert faults(tmp_path) == []


def test_the_manifest_says_what_made_it(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    summary = build(corpus.read([SEEDS]), Layout(tmp_path), model, encoder)
    live = open_live(tmp_path)
    manifest = live.manifest
    live.close()
    assert (manifest.model, manifest.fingerprint, manifest.dimensions) == (model.name, model.fingerprint, 384)
    assert (manifest.articles, manifest.passages) == (5, summary.passages)
    assert (manifest.first_date, manifest.last_date) == ("2025-09-03", "2025-12-06")
    assert manifest.versions == {"chunking": 1, "orthography": 2}
    assert sorted(manifest.files) == [DENSE, STORE]


def test_a_second_build_embeds_nothing_and_is_the_same_byte_for_byte(
    model: Model, encoder: Encoder, tmp_path: Path
) -> None:
    layout = Layout(tmp_path)
    first = build(corpus.read([SEEDS]), layout, model, encoder)
    files = {name: (layout.live() / name).read_bytes() for name in (STORE, DENSE)}
    second = build(corpus.read([SEEDS]), layout, model, encoder)
    assert (second.embedded, second.reused) == (0, first.passages)
    assert {name: (layout.live() / name).read_bytes() for name in (STORE, DENSE)} == files
    assert second.generation.split("-")[1] == first.generation.split("-")[1]


def test_only_a_changed_article_is_embedded(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(SEEDS, archive)
    layout = Layout(tmp_path / "index")
    first = build(corpus.read([archive]), layout, model, encoder)
    (archive / "new.txt").write_text("باران امروز در هرات بارید و راه‌ها بسته شد.", encoding="utf-8")
    second = build(corpus.read([archive]), layout, model, encoder)
    assert (second.articles, second.embedded, second.reused) == (6, 1, first.passages)


def test_what_is_not_given_is_not_in_the_new_index(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    build(corpus.read([SEEDS]), layout, model, encoder)
    summary = build(corpus.read([SEEDS / "003_f7d4c279eac3b33f.txt"]), layout, model, encoder)
    assert (summary.articles, summary.embedded) == (1, 0)


def test_skipped_inputs_are_reported_and_counted_in_the_manifest(
    model: Model, encoder: Encoder, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("هوا در کابل آفتابی است.", encoding="utf-8")
    (tmp_path / "in" / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "in" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    summary = build(corpus.read([tmp_path / "in"]), Layout(tmp_path / "index"), model, encoder)
    assert [(Path(item.source).name, item.reason) for item in summary.skipped] == [
        ("empty.txt", SkipReason.EMPTY),
        ("photo.jpg", SkipReason.UNSUPPORTED),
    ]
    live = open_live(tmp_path / "index")
    assert live.manifest.skipped == {"empty": 1, "unsupported format": 1}
    live.close()


def test_a_build_that_fails_leaves_the_live_index(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "index")
    first = build(corpus.read([SEEDS]), layout, model, encoder)
    (tmp_path / "003_f7d4c279eac3b33f.md").write_text("متن دیگر", encoding="utf-8")
    with pytest.raises(DuplicateArticleId, match=r"003_f7d4c279eac3b33f\.txt and .*003_f7d4c279eac3b33f\.md"):
        build(corpus.read([SEEDS, tmp_path / "003_f7d4c279eac3b33f.md"]), layout, model, encoder)
    with pytest.raises(PathNotFound, match="no-such-folder"):
        build(corpus.read([tmp_path / "no-such-folder"]), layout, model, encoder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyCorpus, match="it holds no files"):
        build(corpus.read([tmp_path / "empty"]), layout, model, encoder)
    (tmp_path / "empty" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(
        EmptyCorpus, match=r"every input was skipped \(1 × unsupported format\), e\.g\. .*photo\.jpg"
    ):
        build(corpus.read([tmp_path / "empty"]), layout, model, encoder)
    assert layout.live().name == first.generation
    assert faults(tmp_path / "index") == []
