"""Opening a generation that is whole, and refusing one that is not."""

import dataclasses
import datetime
import logging
import math
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from making import embedded, forge, publish

from indexer.core.errors import ArticleNotFound, IndexDamaged, IndexMismatch, IndexNotFound
from indexer.core.records import Filter, Passage, QueryWord, RetrievalRequest, Sentence
from indexer.generation import generation as generations
from indexer.generation import hubness
from indexer.generation.generation import Generation, open_live, open_soundest
from indexer.generation.segment import Embedded
from indexer.lexicon import word_vectors
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from indexer.storage.locks import GenerationLock, InUse
from indexer.storage.manifest import FORMAT, MANIFEST, Manifest, content_faults
from indexer.storage.sharing import share
from indexer.upkeep.checks import faults

VECTORS = np.eye(4, dtype=np.float32)
PASSAGES = [["سلام", "دنیا"], ["روز خوش"], ["شب خوش"]]
HALF = 5e-4
"""How exact numbers of half precision are."""


def article(article_id: str = "a", passages: Sequence[Sequence[str]] = PASSAGES) -> Embedded:
    """Three passages with the unit vectors e0, e1, e2, of four sentences with e0, e3, e1, e2."""
    date = datetime.date(2025, 9, 3)
    return embedded(article_id, passages, "fa", date, (VECTORS[:3], VECTORS[[0, 3, 1, 2]]))


@pytest.fixture
def index(tmp_path: Path) -> Layout:
    """An index of that article."""
    layout = Layout(tmp_path / "index")
    publish(layout, [article()])
    return layout


def test_what_was_published_answers(index: Layout) -> None:
    with closing(open_live(index.folder)) as live:
        assert live.name == index.live().name
        assert live.name.startswith("000001-")
        query = np.array([0.36, 0.0, 0.8, 0.48], np.float32)
        found = Retrieval(live).candidates(RetrievalRequest(query, "fa", (), (), Filter(), 2))
        assert (found.passages.tolist(), found.articles.tolist()) == ([0, 2], [0, 0])
        assert found.sentences.tolist() == [1, 3]
        assert found.passage_cosine.tolist() == pytest.approx([0.36, 0.8], abs=HALF)
        assert found.sentence_cosine.tolist() == pytest.approx([0.48, 0.8], abs=HALF)
        assert found.lexical.tolist() == found.sound_z.tolist() == [0.0, 0.0]
        assert live.passages([2, 0]) == [Passage(2, 0, 18, 24, "شب خوش"), Passage(0, 0, 0, 9, "سلام دنیا")]
        assert live.sentences([3, 1]) == [Sentence(18, 24, 3, 2), Sentence(5, 9, 1, 0)]
        assert live.articles([0])[0] == live.article_by_id("a") == article().article
        with pytest.raises(ArticleNotFound, match="no article has the id 'b'"):
            live.article_by_id("b")


def test_words_find_the_passages_where_they_stand(index: Layout) -> None:
    with closing(open_live(index.folder)) as live:
        words = (live.lexicon.expand(QueryWord("خوش", "خوش", "fa"), None),)
        asked = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
        found = Retrieval(live).candidates(RetrievalRequest(asked, "fa", words, (), Filter(), 1))
        assert found.passages.tolist() == [0, 1]
        # two of three passages have the word; all have two words
        idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
        assert found.lexical.tolist() == pytest.approx([0.0, idf * (0.9 + 1) / (1 + 0.9)])
        sounds = Retrieval(live).candidates(RetrievalRequest(asked, "fa", (), words, Filter(), 1))
        assert sounds.passages.tolist() == [0, 1]
        assert sounds.lexical.tolist() == [0.0, 0.0]
        # scores 0, x, x: the mean is 2x/3, the standard deviation x √2 / 3
        assert sounds.sound_z.tolist() == pytest.approx([-math.sqrt(2), 1 / math.sqrt(2)])
        # of one word: idf · (k₁ + 1) / (1 + k₁), as in a passage of mean length
        assert sounds.sound_share.tolist() == pytest.approx([0.0, 1.0])


def test_what_the_filter_does_not_admit_is_no_candidate(index: Layout) -> None:
    with closing(open_live(index.folder)) as live:
        words = (live.lexicon.expand(QueryWord("خوش", "خوش", "fa"), None),)
        request = RetrievalRequest(VECTORS[0], "fa", words, words, Filter(frozenset({"ar"})), 2)
        found = Retrieval(live).candidates(request)
        for column in dataclasses.fields(found)[:-1]:
            assert getattr(found, column.name).tolist() == []


def test_an_older_generation_answers_as_before(index: Layout) -> None:
    """Two generations share a segment; in the newer one an article is dead and another is new."""
    with closing(open_live(index.folder)) as first:
        other = [["روز"], ["ماه"], ["سال", "نو"]]
        publish(index, [article("0", other)], first)
        with closing(open_live(index.folder)) as second:
            publish(index, [], second, dead=[1])
            with closing(open_live(index.folder)) as third:
                ids = [
                    [live.catalogue.ids[number] for number in range(len(live.catalogue))]
                    for live in (first, second, third)
                ]
                assert ids == [["a"], ["0", "a"], ["0"]]
                assert [passage.text for passage in first.passages([0, 2])] == ["سلام دنیا", "شب خوش"]
                assert [passage.text for passage in second.passages([0, 3])] == ["روز", "سلام دنیا"]
                found = Retrieval(second).candidates(RetrievalRequest(VECTORS[3], "fa", (), (), Filter(), 2))
                # e3 is the second sentence of both articles; no passage is nearer than another
                assert (found.passages.tolist(), found.sentences.tolist()) == ([0, 1, 3], [0, 1, 5])
                assert third.lexicon.words.number("سلام") is None
    assert [faults(folder) for folder in index.published()] == [[], [], []]


def test_an_empty_folder_says_how_to_make_an_index(tmp_path: Path) -> None:
    expected = r"there is no index in .*: make one with `hudhud reindex PATH --index"
    with pytest.raises(IndexNotFound, match=expected):
        open_live(tmp_path)
    assert open_soundest(tmp_path) is None


def damaged(folder: Path, what: str) -> str:
    return f"{folder} is damaged ({what})"


def soundest(layout: Layout) -> Generation:
    found = open_soundest(layout.folder)
    assert found
    return found


def require_free(folder: Path) -> None:
    """Assert that nobody has a lock."""
    GenerationLock.alone(folder).release()


def test_an_open_generation_is_held_until_it_is_closed(index: Layout) -> None:
    live = open_live(index.folder)
    with pytest.raises(InUse):
        GenerationLock.alone(live.folder)
    live.close()
    require_free(live.folder)
    live.close()


def test_a_generation_that_does_not_open_is_not_held(index: Layout) -> None:
    forge(index.live(), passages=4)
    with pytest.raises(IndexDamaged, match=r"has not the 4 passages of its manifest"):
        open_live(index.folder)
    require_free(index.live())
    forge(index.live(), passages=3, segments=["nowhere"])
    with pytest.raises(IndexDamaged, match="nowhere"):
        open_live(index.folder)
    require_free(index.live())


def test_a_generation_without_a_manifest_is_damage(index: Layout) -> None:
    (index.live() / MANIFEST).unlink()
    with pytest.raises(IndexDamaged, match=r"000001-.* has no manifest\.json"):
        Generation(index.live())


def test_a_generation_that_is_not_there_is_not_found(index: Layout) -> None:
    with pytest.raises(IndexNotFound, match=r"there is no generation 000009-x in .*index"):
        Generation(index.generations / "000009-x")


def test_a_generation_that_is_being_removed_is_not_found(index: Layout) -> None:
    lock = GenerationLock.alone(index.live())
    with pytest.raises(IndexNotFound, match=r"generation 000001-.* is being removed"):
        Generation(index.live())
    lock.release()
    Generation(index.live()).close()


@pytest.mark.parametrize("held", [False, True])
def test_a_generation_that_is_replaced_while_it_is_opened_is_not_missed(
    index: Layout, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """Between reading its name and locking it, another was published and it was removed, or nearly."""
    old = index.live()
    publish(index, [article("b")])
    new = index.live()
    index.point_to(old)
    replaced: list[str] = []
    lock = GenerationLock.alone(old) if held else None

    class Replaced(Generation):
        def __init__(self, folder: Path) -> None:
            if not replaced:
                replaced.append(folder.name)
                index.point_to(new)
                if not held:
                    shutil.rmtree(old)
            super().__init__(folder)

    monkeypatch.setattr(generations, "Generation", Replaced)
    with closing(open_live(index.folder)) as live:
        assert (replaced, live.name) == ([old.name], new.name)
    if lock:
        lock.release()


def test_a_pointer_to_what_is_not_there_is_damage(index: Layout) -> None:
    index.live().rename(index.generations / "000002-x")
    expected = r"CURRENT names 000001-\w+, which is not there$"
    with pytest.raises(IndexDamaged, match=expected):
        open_live(index.folder)


def test_where_the_live_one_is_damaged_the_newest_sound_one_is_opened(
    index: Layout, caplog: pytest.LogCaptureFixture
) -> None:
    first = index.live()
    for article_id in "bcd":
        publish(index, [article(article_id)])
    second, third, fourth = index.published()[1:]
    with closing(soundest(index)) as opened:
        assert (opened.name, caplog.messages) == (fourth.name, [])
    (fourth / "ids.txt").write_bytes(b"dd")
    forge(third, prompts={}, format=2)
    with caplog.at_level(logging.WARNING), closing(soundest(index)) as opened:
        assert opened.name == second.name
    damage = damaged(fourth, "ids.txt: 2 bytes instead of 1")
    assert caplog.messages == [f"{damage}: working with {second.name} instead"]
    (second / "ids.txt").write_bytes(b"dd")
    index.current.unlink()
    caplog.clear()
    with caplog.at_level(logging.WARNING), closing(soundest(index)) as opened:
        assert opened.name == first.name
    assert caplog.messages == [f"{index.current} is missing: working with {first.name} instead"]
    (first / MANIFEST).write_text("{")
    with pytest.raises(IndexDamaged, match="CURRENT is missing"):
        open_soundest(index.folder)


def test_a_live_one_of_another_format_is_refused_not_passed_over(index: Layout) -> None:
    publish(index, [article("b")])
    forge(index.live(), format=2)
    with pytest.raises(IndexMismatch, match=f"has format 2, this version reads format {FORMAT}"):
        open_soundest(index.folder)


def copied(seed_index: Path, tmp_path: Path) -> Path:
    """The live generation of the seeds, its files as links."""
    live = Layout(seed_index).live()
    for name in (MANIFEST, *Manifest.read(live / MANIFEST).files):
        share(live / name, tmp_path / name)
    return tmp_path


def replace_with(path: Path, content: bytes) -> None:
    """Give a file that is shared another content here alone."""
    path.unlink()
    path.write_bytes(content)


def test_every_truncated_file_of_the_seeds_is_refused_and_told(seed_index: Path, tmp_path: Path) -> None:
    folder = copied(seed_index, tmp_path)
    files = Manifest.read(folder / MANIFEST).files
    assert len(files) > 45
    for name in files:
        whole = (folder / name).read_bytes()
        if not whole:
            continue
        replace_with(folder / name, whole[:-1])
        fault = f"{name}: {len(whole) - 1} bytes instead of {len(whole)}"
        with pytest.raises(IndexDamaged) as refused:
            Generation(folder)
        assert str(refused.value) == damaged(folder, fault)
        assert content_faults(folder) == [fault]
        replace_with(folder / name, whole)
    assert content_faults(folder) == []
    Generation(folder).close()


def test_every_missing_file_of_the_seeds_is_refused_and_told(seed_index: Path, tmp_path: Path) -> None:
    folder = copied(seed_index, tmp_path)
    for name in Manifest.read(folder / MANIFEST).files:
        whole = (folder / name).read_bytes()
        (folder / name).unlink()
        with pytest.raises(IndexDamaged) as refused:
            Generation(folder)
        assert str(refused.value) == damaged(folder, f"{name}: missing")
        assert content_faults(folder) == [f"{name}: missing"]
        (folder / name).write_bytes(whole)


def test_every_flipped_bit_of_the_seeds_is_told(seed_index: Path, tmp_path: Path) -> None:
    folder = copied(seed_index, tmp_path)
    chance = np.random.default_rng(1)
    for name, fact in Manifest.read(folder / MANIFEST).files.items():
        whole = (folder / name).read_bytes()
        if not whole:
            continue
        content = bytearray(whole)
        content[chance.integers(len(whole))] ^= 1 << int(chance.integers(8))
        replace_with(folder / name, bytes(content))
        (fault,) = content_faults(folder)
        assert fault.startswith(f"{name}: SHA-256 ")
        assert fault.endswith(f" instead of {fact.sha256}")
        assert faults(folder) == [fault]
        replace_with(folder / name, whole)
    assert content_faults(folder) == []


def test_a_flipped_bit_in_the_header_of_an_array_is_damage(seed_index: Path, tmp_path: Path) -> None:
    folder = copied(seed_index, tmp_path)
    names = [name for name in Manifest.read(folder / MANIFEST).files if name.endswith(".npy")]
    # those that are not read before another generation is made from this one
    for name in sorted({*names} - {word_vectors.REFERENCE, hubness.NEAREST}):
        whole = (folder / name).read_bytes()
        place = whole.index(b"}")
        replace_with(folder / name, whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        with pytest.raises(IndexDamaged, match=f"{name} cannot be read"):
            Generation(folder)
        replace_with(folder / name, whole)
