"""Building an index out of files, with the real model."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer import corpus, lexical, lexicon, similarity, sound
from indexer.build import Progress, build, versions
from indexer.errors import DuplicateArticleId, EmptyCorpus, PathNotFound
from indexer.generation import STORE, Layout, faults, open_live
from indexer.model import Model
from indexer.records import Encoder, SkipReason

SEEDS = Path(__file__).parent.parent / "seeds"
FILES = {
    *(STORE, *similarity.FILES),
    *(f"{lexical.WORDS}.txt", f"{lexical.WORDS}.npy"),
    *(lexical.POSTINGS, lexical.SENTENCES, lexical.COUNTS, lexical.LENGTHS),
    *(f"{lexicon.STEMS}.txt", f"{lexicon.STEMS}.npy"),
    *(lexicon.STEM_STARTS, lexicon.STEM_WORDS, lexicon.WORD_STEMS),
    *(f"{lexicon.VECTORS}.npy", lexicon.VECTOR_WORDS, lexicon.VECTOR_LANGUAGES),
    *(lexicon.VECTOR_HUBNESS, lexicon.SPREAD),
    *(sound.KEYS, sound.STARTS, sound.WORDS, sound.PENALTIES, sound.OFFSETS, sound.PHONEMES),
}


def words_with_vectors(folder: Path) -> int:
    """How many words of the live generation have vectors."""
    return len(np.load(Layout(folder).live() / lexicon.VECTOR_WORDS))


def test_the_summary_says_what_was_done(model: Model, encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("باران بارید. سیل آمد.\n\nباران بارید.", encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("نزل المطر في بيروت.", encoding="utf-8")
    reports: list[Progress] = []
    layout = Layout(tmp_path / "index")
    summary = build(corpus.read([tmp_path / "in"]), layout, model, encoder, reports.append)
    assert (summary.articles, summary.languages) == (2, {"ar": 1, "fa": 1})
    assert (summary.passages, summary.sentences) == (2, 4)
    # texts: two passages, three different sentences, of which one is a whole passage
    assert reports == [Progress(2, 2, 4, 4, 2, 0)]
    words = words_with_vectors(layout.folder)
    assert words == len(["باران", "بارید", "سیل", "امد", "نزل", "المطر", "فی", "بیروت"])
    assert (summary.embedded, summary.reused) == (4 + words + lexicon.REFERENCE_WORDS, 2)
    assert (summary.generation, summary.skipped) == (layout.live().name, ())
    assert faults(layout.folder) == []


def test_the_manifest_says_what_made_it(model: Model, encoder: Encoder, layout: Layout) -> None:
    summary = build(corpus.read([SEEDS]), layout, model, encoder)
    live = open_live(layout.folder)
    manifest = live.manifest
    live.close()
    assert (manifest.model, manifest.fingerprint, manifest.dimensions) == (model.name, model.fingerprint, 384)
    assert (manifest.articles, manifest.passages) == (5, summary.passages)
    assert manifest.sentences == summary.sentences
    assert manifest.languages == summary.languages == {"fa": 3, "ar": 1, "prs": 1}
    assert (manifest.first_date, manifest.last_date) == ("2025-09-03", "2025-12-06")
    assert manifest.versions == versions()
    assert set(manifest.files) == FILES
    assert {found.name for found in layout.live().iterdir()} == FILES | {"manifest.json"}
    assert faults(layout.folder) == []


def test_a_second_build_embeds_nothing_and_is_the_same_byte_for_byte(
    model: Model, encoder: Encoder, layout: Layout
) -> None:
    first = build(corpus.read([SEEDS]), layout, model, encoder)
    files = {name: (layout.live() / name).read_bytes() for name in FILES}
    second = build(corpus.read([SEEDS]), layout, model, encoder)
    words = words_with_vectors(layout.folder)
    assert (second.embedded, second.reused) == (
        0,
        first.passages + first.sentences + words + lexicon.REFERENCE_WORDS,
    )
    assert second.generation != first.generation
    assert {name: (layout.live() / name).read_bytes() for name in FILES} == files
    assert second.generation.split("-")[1] == first.generation.split("-")[1]


def test_only_a_changed_article_is_embedded(
    model: Model, encoder: Encoder, layout: Layout, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(SEEDS, archive)
    build(corpus.read([archive]), layout, model, encoder)
    words = words_with_vectors(layout.folder)
    (archive / "new.txt").write_text("باران امروز در هرات بارید و راه‌ها بسته شد.", encoding="utf-8")
    second = build(corpus.read([archive]), layout, model, encoder)
    new_words = words_with_vectors(layout.folder) - words
    assert new_words > 0
    # the passage is its one sentence
    assert (second.articles, second.embedded) == (6, 1 + new_words)
    assert faults(layout.folder) == []


def test_what_is_not_given_is_not_in_the_new_index(model: Model, encoder: Encoder, layout: Layout) -> None:
    build(corpus.read([SEEDS]), layout, model, encoder)
    reports: list[Progress] = []
    seed = SEEDS / "003_f7d4c279eac3b33f.txt"
    summary = build(corpus.read([seed]), layout, model, encoder, reports.append)
    texts = summary.passages + summary.sentences
    assert reports == [Progress(1, summary.passages, summary.sentences, 0, texts, 0)]
    live = open_live(layout.folder)
    assert [article.id for article in live.articles([0])] == ["003_f7d4c279eac3b33f"]
    live.close()


def test_skipped_inputs_are_reported_and_counted_in_the_manifest(
    model: Model, encoder: Encoder, layout: Layout, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("هوا در کابل آفتابی است.", encoding="utf-8")
    (tmp_path / "in" / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "in" / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    summary = build(corpus.read([tmp_path / "in"]), layout, model, encoder)
    assert [(Path(item.source).name, item.reason) for item in summary.skipped] == [
        ("empty.txt", SkipReason.EMPTY),
        ("photo.jpg", SkipReason.UNSUPPORTED),
    ]
    live = open_live(layout.folder)
    assert live.manifest.skipped == {"empty": 1, "unsupported format": 1}
    live.close()


def test_a_build_that_fails_leaves_the_live_index(
    model: Model, encoder: Encoder, layout: Layout, tmp_path: Path
) -> None:
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
    assert faults(layout.folder) == []
