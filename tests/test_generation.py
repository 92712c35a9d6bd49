"""Publishing a generation whole, and refusing one that is not."""

import datetime
import json
import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from indexer import generation
from indexer.dense import DenseIndex
from indexer.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexNotFound, IndexNotWritable
from indexer.generation import DENSE, MANIFEST, STORE, Layout, Manifest, fact_of, faults, open_live
from indexer.records import Article, Filter, Span
from indexer.store import StoreWriter

VECTORS = np.eye(4, dtype=np.float32)[:3]


def publish(folder: Path, text: str = "سلام دنیا. روز خوش. شب خوش.") -> str:
    """Publish three passages with the unit vectors e0, e1, e2 as a generation; its name."""
    layout = Layout(folder)
    with layout.writing() as draft:
        with StoreWriter(draft / STORE) as store:
            article = Article("a", "سلام", text, datetime.date(2025, 9, 3), "fa", "in/a.txt")
            store.add(article, [Span(0, 10), Span(11, 18), Span(20, 27)])
        dense = DenseIndex(4)
        dense.add(VECTORS)
        dense.save(draft / DENSE)
        files = {name: fact_of(draft / name) for name in (STORE, DENSE)}
        manifest = Manifest(
            name=layout.next_name(files[STORE].sha256),
            created="2025-11-22T00:00:00+00:00",
            hudhud="0.1.0",
            model="test",
            fingerprint="f" * 64,
            engine="by hand",
            prompts={"query": "", "passage": ""},
            dimensions=4,
            versions={"chunking": 1, "orthography": 2},
            articles=1,
            passages=3,
            languages={"fa": 1},
            first_date="2025-09-03",
            last_date="2025-09-03",
            skipped={},
            files=files,
        )
        layout.publish(draft, manifest)
    return manifest.name


def test_what_was_published_answers(tmp_path: Path) -> None:
    name = publish(tmp_path)
    live = open_live(tmp_path)
    assert live.name == name
    assert name.startswith("000001-")
    query = np.array([0.6, 0.0, 0.8, 0.0], np.float32)
    found = live.candidates(query, Filter(), 2)
    assert [(candidate.passage, candidate.article) for candidate in found] == [(2, 0), (0, 0)]
    assert [passage.text for passage in live.passages([2, 0])] == ["شب خوش.", "سلام دنیا."]
    assert [candidate.dense for candidate in found] == pytest.approx([0.8, 0.6])
    assert live.candidates(query, Filter(frozenset({"ar"})), 2) == []
    assert live.articles([0])[0].id == live.article_by_id("a").id == "a"
    live.close()


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    publish(tmp_path)
    manifest = Manifest.read(Layout(tmp_path).live() / MANIFEST)
    manifest.write(tmp_path / "copy.json")
    assert Manifest.read(tmp_path / "copy.json") == manifest


def test_an_empty_folder_says_how_to_make_an_index(tmp_path: Path) -> None:
    with pytest.raises(
        IndexNotFound, match=r"there is no index in .*: make one with `hudhud reindex PATH --index"
    ):
        open_live(tmp_path)


def test_the_two_newest_generations_are_kept(tmp_path: Path) -> None:
    names = [publish(tmp_path) for _ in range(3)]
    assert [name[:7] for name in names] == ["000001-", "000002-", "000003-"]
    assert sorted(found.name for found in (tmp_path / "generations").iterdir()) == names[1:]
    assert Layout(tmp_path).live().name == names[2]


def test_a_draft_that_fails_leaves_the_live_one(tmp_path: Path) -> None:
    name = publish(tmp_path)
    with pytest.raises(KeyboardInterrupt), Layout(tmp_path).writing():
        raise KeyboardInterrupt
    assert [found.name for found in (tmp_path / "generations").iterdir()] == [name]
    assert open_live(tmp_path).name == name


def test_the_draft_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    publish(tmp_path)
    left_over = tmp_path / "generations" / ".draft-99999"
    left_over.mkdir()
    (left_over / STORE).write_bytes(b"half")
    with Layout(tmp_path).writing() as draft:
        assert [found.name for found in draft.parent.glob(".draft-*")] == [draft.name]


@pytest.mark.parametrize("step", ["write", "rename", "replace"])
def test_failing_at_any_step_of_publishing_leaves_the_live_one(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = publish(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifest if step == "write" else Path, step, fail)
    with pytest.raises(IndexNotWritable, match="No space left on device"):
        publish(tmp_path, "متن دیگر. روز خوش. شب خوش.")
    monkeypatch.undo()
    assert open_live(tmp_path).name == name
    assert faults(tmp_path) == []
    assert publish(tmp_path) > name


def _hold(
    folder: Path, held: "multiprocessing.synchronize.Event", release: "multiprocessing.synchronize.Event"
) -> None:
    with Layout(folder).writing():
        held.set()
        release.wait(20)


def test_a_second_writer_is_refused_and_a_dead_one_forgotten(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held, release))
    holder.start()
    assert held.wait(20)
    with pytest.raises(IndexLocked, match="another process is writing"), Layout(tmp_path).writing():
        pass
    holder.kill()
    holder.join()
    publish(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(IndexNotWritable, match=str(tmp_path)):
        publish(tmp_path / "index")
    tmp_path.chmod(0o700)


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    with pytest.raises(IndexNotWritable, match="index"):
        publish(tmp_path / "index")


@pytest.mark.parametrize("name", [STORE, DENSE])
def test_a_truncated_file_is_refused_on_opening(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / name
    size = path.stat().st_size
    os.truncate(path, size - 1)
    with pytest.raises(IndexDamaged, match=rf"{name} has {size - 1} bytes instead of {size}"):
        open_live(tmp_path)
    assert faults(tmp_path) == [f"{name}: {size - 1} bytes instead of {size}"]


@pytest.mark.parametrize("name", [STORE, DENSE])
def test_a_missing_file_is_refused_on_opening(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    (Layout(tmp_path).live() / name).unlink()
    with pytest.raises(IndexDamaged, match=f"{name} is missing"):
        open_live(tmp_path)
    assert faults(tmp_path) == [f"{name}: missing"]


@pytest.mark.parametrize("name", [STORE, DENSE])
def test_a_flipped_bit_is_found_by_faults(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert faults(tmp_path)[0].split(" ")[:2] == [f"{name}:", "SHA-256"]


def test_a_manifest_that_disagrees_with_the_store_is_found(tmp_path: Path) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / MANIFEST
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"articles": 2, "languages": {"ar": 1}}))
    assert faults(tmp_path) == [
        "articles: the store has 1, the manifest 2",
        "languages: the store has {'fa': 1}, the manifest {'ar': 1}",
    ]


def test_a_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(
        IndexMismatch, match=f"has format 99, this version reads format {generation.FORMAT}: reindex"
    ):
        open_live(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    publish(tmp_path)
    (Layout(tmp_path).live() / MANIFEST).write_text(content)
    with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read as a manifest"):
        open_live(tmp_path)


@pytest.mark.parametrize("pointer", ["", "../elsewhere", "a/b"])
def test_a_pointer_that_names_no_generation_is_refused(tmp_path: Path, pointer: str) -> None:
    publish(tmp_path)
    (tmp_path / "CURRENT").write_text(pointer)
    with pytest.raises(IndexDamaged, match="CURRENT names no generation"):
        open_live(tmp_path)
