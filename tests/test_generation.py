"""Publishing a generation whole, and refusing one that is not."""

import contextlib
import dataclasses
import datetime
import json
import math
import multiprocessing
import os
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer import generation, lexical, lexicon, similarity
from indexer.build import versions
from indexer.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexNotFound, IndexNotWritable
from indexer.generation import MANIFEST, STORE, Layout, Manifest, fact_of, faults, open_live
from indexer.records import Article, Chunk, Filter, QueryWord, Request, Sentence, Span, Vectors
from indexer.similarity import SimilarityWriter
from indexer.store import StoreWriter
from indexer.words import WordsWriter

VECTORS = np.eye(4, dtype=np.float32)[:3]
SENTENCE_VECTORS = np.eye(4, dtype=np.float32)[[0, 3, 1, 2]]
CHUNKS = (
    Chunk(0, 10, (Span(0, 4), Span(5, 10))),
    Chunk(11, 19, (Span(11, 19),)),
    Chunk(20, 27, (Span(20, 27),)),
)
FILES = (STORE, similarity.PASSAGES, similarity.SENTENCES, lexical.COUNTS, lexicon.STEM_WORDS)
"""One file of each part of a generation."""


def encode(texts: Sequence[str]) -> Vectors:
    """Unit vectors out of checksums."""
    angles = np.array([zlib.crc32(text.encode()) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles), 0 * angles, 0 * angles], axis=1).astype(np.float32)


def publish(folder: Path, text: str = "سلام دنیا. روز خوش. شب خوش.") -> str:
    """Publish three passages with the unit vectors e0, e1, e2 as a generation; its name."""
    layout = Layout(folder)
    article = Article("a", "سلام", text, datetime.date(2025, 9, 3), "fa", "in/a.txt")
    with layout.writing() as draft:
        with StoreWriter(draft / STORE) as store:
            store.add(article, CHUNKS)
        vectors = SimilarityWriter(4)
        texts = [chunk.of(text) for chunk in CHUNKS]
        vectors.add(texts, [0, 0, 0], ["fa", "fa", "fa"], VECTORS, [2, 1, 1], SENTENCE_VECTORS)
        words = WordsWriter(draft)
        words.add(article, CHUNKS)
        names = (STORE, *vectors.save(draft), *words.save(encode))
        files = {name: fact_of(draft / name) for name in names}
        manifest = Manifest(
            name=layout.next_name(files[STORE].sha256),
            created="2025-11-22T00:00:00+00:00",
            hudhud="0.1.0",
            model="test",
            fingerprint="f" * 64,
            engine="by hand",
            prompts={"query": "", "passage": ""},
            dimensions=4,
            versions=versions(),
            articles=1,
            passages=3,
            sentences=4,
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
    query = np.array([0.36, 0.0, 0.8, 0.48], np.float32)
    found = live.candidates(Request(query, "fa", (), (), Filter(), 2))
    assert (found.passages.tolist(), found.articles.tolist()) == ([0, 2], [0, 0])
    assert found.sentences.tolist() == [1, 3]
    assert found.passage_cosine.tolist() == pytest.approx([0.36, 0.8])
    assert found.sentence_cosine.tolist() == pytest.approx([0.48, 0.8])
    assert found.lexical.tolist() == found.sound_standard.tolist() == [0.0, 0.0]
    assert [passage.text for passage in live.passages([2, 0])] == ["شب خوش.", "سلام دنیا."]
    assert live.sentences([3, 1]) == [Sentence(20, 27, 3, 2), Sentence(5, 10, 1, 0)]
    assert live.articles([0])[0].id == live.article_by_id("a").id == "a"
    live.close()


def test_words_find_the_passages_where_they_stand(tmp_path: Path) -> None:
    publish(tmp_path)
    live = open_live(tmp_path)
    words = (live.lexicon.expand(QueryWord("خوش", "خوش", "fa"), None),)
    asked = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
    found = live.candidates(Request(asked, "fa", words, (), Filter(), 1))
    assert found.passages.tolist() == [0, 1]
    assert [passage.text for passage in live.passages(found.passages.tolist())] == ["سلام دنیا.", "روز خوش."]
    # two of three passages have the word; all have two words
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert found.lexical.tolist() == pytest.approx([0.0, idf * (0.9 + 1) / (1 + 0.9)])
    sounds = live.candidates(Request(asked, "fa", (), words, Filter(), 1))
    assert sounds.passages.tolist() == [0, 1]
    assert sounds.lexical.tolist() == [0.0, 0.0]
    # scores 0, x, x: the mean is 2x/3, the standard deviation x √2 / 3
    assert sounds.sound_standard.tolist() == pytest.approx([-math.sqrt(2), 1 / math.sqrt(2)])
    live.close()


def test_what_the_filter_does_not_admit_is_no_candidate(tmp_path: Path) -> None:
    publish(tmp_path)
    live = open_live(tmp_path)
    words = (live.lexicon.expand(QueryWord("خوش", "خوش", "fa"), None),)
    found = live.candidates(Request(VECTORS[0], "fa", words, words, Filter(frozenset({"ar"})), 2))
    for column in dataclasses.fields(found):
        assert getattr(found, column.name).tolist() == []
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


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused_on_opening(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / name
    size = path.stat().st_size
    os.truncate(path, size - 1)
    with pytest.raises(IndexDamaged, match=rf"{name} has {size - 1} bytes instead of {size}"):
        open_live(tmp_path)
    assert faults(tmp_path) == [f"{name}: {size - 1} bytes instead of {size}"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_on_opening(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    (Layout(tmp_path).live() / name).unlink()
    with pytest.raises(IndexDamaged, match=f"{name} is missing"):
        open_live(tmp_path)
    assert faults(tmp_path) == [f"{name}: missing"]


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found_by_faults(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    [fault] = faults(tmp_path)
    assert fault.split(" ")[:2] == [f"{name}:", "SHA-256"]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".npy")])
def test_a_flipped_bit_in_the_header_of_an_array_is_damage(tmp_path: Path, name: str) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / name
    content = path.read_bytes()
    place = content.index(b"}")
    path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read: reindex"):
        open_live(tmp_path)
    [fault] = faults(tmp_path)
    assert fault.startswith(f"{name}: SHA-256 ")


def test_a_manifest_that_disagrees_with_the_store_is_found(tmp_path: Path) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / MANIFEST
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"articles": 2, "sentences": 5, "languages": {"ar": 1}}))
    assert faults(tmp_path) == [
        "articles: the store has 1, the manifest 2",
        "sentences: the store has 4, the manifest 5",
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


@pytest.mark.parametrize("content", ["", "{", "[]", f'{{"format": {generation.FORMAT}}}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    publish(tmp_path)
    (Layout(tmp_path).live() / MANIFEST).write_text(content)
    with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read as a manifest"):
        open_live(tmp_path)


def replaced(folder: Path, name: str, content: bytes) -> None:
    """Give a file of the live generation another content, and the manifest its new checksum."""
    live = Layout(folder).live()
    (live / name).write_bytes(content)
    values = json.loads((live / MANIFEST).read_text())
    values["files"][name] = dataclasses.asdict(fact_of(live / name))
    (live / MANIFEST).write_text(json.dumps(values))


def test_a_sentence_outside_its_passage_is_found(tmp_path: Path) -> None:
    publish(tmp_path)
    path = tmp_path / "copy.sqlite"
    path.write_bytes((Layout(tmp_path).live() / STORE).read_bytes())
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE sentences SET past = 12 WHERE number = 1")
    replaced(tmp_path, STORE, path.read_bytes())
    assert faults(tmp_path) == ["store: sentences outside their passage"]


@pytest.mark.parametrize(
    ("name", "last"), [(similarity.PASSAGES, "passage 2"), (similarity.SENTENCES, "sentence 3")]
)
def test_a_vector_that_has_not_unit_length_is_found(tmp_path: Path, name: str, last: str) -> None:
    publish(tmp_path)
    content = bytearray((Layout(tmp_path).live() / name).read_bytes())
    content[-16:] = np.array([0, 0, 3, 4], np.float32).tobytes()
    replaced(tmp_path, name, bytes(content))
    assert faults(tmp_path) == [f"the vector of {last} has length 5.0000"]


def test_vectors_of_another_number_of_passages_are_refused(tmp_path: Path) -> None:
    publish(tmp_path)
    path = Layout(tmp_path).live() / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"passages": 4}))
    with pytest.raises(IndexDamaged, match="has 3 vectors for 4 passages: reindex"):
        open_live(tmp_path)


def test_files_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    publish(tmp_path)
    live = Layout(tmp_path).live()
    replaced(tmp_path, similarity.SENTENCES, (live / similarity.PASSAGES).read_bytes())
    with pytest.raises(IndexDamaged, match=r"the vectors in .* do not fit each other: reindex"):
        open_live(tmp_path)
    [fault] = faults(tmp_path)
    assert fault.endswith("do not fit each other: reindex")


@pytest.mark.parametrize("pointer", ["", "../elsewhere", "a/b"])
def test_a_pointer_that_names_no_generation_is_refused(tmp_path: Path, pointer: str) -> None:
    publish(tmp_path)
    (tmp_path / "CURRENT").write_text(pointer)
    with pytest.raises(IndexDamaged, match="CURRENT names no generation"):
        open_live(tmp_path)
