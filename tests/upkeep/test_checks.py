"""Faults made on purpose, each with a manifest that has the checksums of the damaged files."""

import datetime
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from making import DIMENSIONS, approve, embedded, encode, forge, publish, published
from numpy.typing import NDArray

from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.generation import catalogue, postings, segment
from indexer.generation.generation import open_live
from indexer.storage import manifest as manifests
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT, MANIFEST, Manifest, content_faults
from indexer.upkeep import checks
from indexer.upkeep.checks import encoding_faults, faults

ARTICLES = (
    embedded("a", [["باران بارید", "سیل آمد"], ["کابل آرام"]], "prs", datetime.date(2025, 9, 3)),
    embedded("b", [["نزل المطر"]], "ar", None),
    embedded("c", [], "und", None),
)
Change = Callable[[NDArray[np.generic]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The live generation of those articles."""
    return published(tmp_path / "index", ARTICLES).live()


def segment_of(folder: Path) -> Path:
    (name,) = Manifest.read(folder / MANIFEST).segments
    return folder / "segments" / name


def change(path: Path, place: tuple[int, ...], value: int) -> None:
    """Change one value of an array."""
    array = np.load(path)
    array[place] = value
    np.save(path, array)


def test_a_sound_generation_has_no_faults(folder: Path) -> None:
    assert faults(folder) == content_faults(folder) == []


def test_the_seeds_are_sound(seed_index: Path, encoder: Encoder) -> None:
    live = Layout(seed_index).live()
    assert faults(live) == []
    assert encoding_faults(live, encoder) == []


def test_a_generation_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    manifest = folder / MANIFEST
    forge(folder, format=2)
    (fault,) = faults(folder)
    assert fault.startswith(f"{manifest} has format 2, this version reads format {FORMAT}")
    manifest.write_text("{")
    assert faults(folder) == content_faults(folder) == [f"{manifest} cannot be read as a manifest"]


def test_reading_is_paced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "_BLOCK", 100)
    paced: list[None] = []
    assert content_faults(folder, pace=lambda: paced.append(None)) == []
    files = Manifest.read(folder / MANIFEST).files.values()
    assert len(paced) == sum(-(-fact.bytes // 100) for fact in files)


def test_a_file_that_is_a_folder_is_a_fault(folder: Path) -> None:
    (folder / "ids.txt").unlink()
    (folder / "ids.txt").mkdir()
    assert content_faults(folder) == ["ids.txt: cannot be read (not a regular file)"]


def test_faults_of_content_are_all_told(folder: Path) -> None:
    (folder / "ids.txt").write_bytes(b"abd")
    (folder / "words.txt").unlink()
    told = content_faults(folder)
    assert [fault.split(" ")[0] for fault in told] == ["ids.txt:", "words.txt:"]
    assert faults(folder) == told


def test_a_manifest_that_disagrees_with_the_catalogue_is_told(folder: Path) -> None:
    forge(folder, articles=2, sentences=5, languages={"ar": 1}, first_date=None)
    assert faults(folder) == [
        "articles: the catalogue has 3, the manifest 2",
        "sentences: the catalogue has 4, the manifest 5",
        "languages: the catalogue has {'ar': 1, 'prs': 1, 'und': 1}, the manifest {'ar': 1}",
        "dates: the catalogue has ('2025-09-03', '2025-09-03'), the manifest (None, '2025-09-03')",
    ]
    forge(folder, passages=4)
    (fault,) = faults(folder)
    assert fault.startswith(f"{folder} has not the 4 passages of its manifest")


def test_an_article_that_comes_twice_is_told(tmp_path: Path) -> None:
    layout = published(tmp_path / "index", ARTICLES[:2])
    with closing(open_live(layout.folder)) as base:
        publish(layout, [embedded("b", [["روز خوش"]], "fa")], base)
    assert faults(layout.live()) == ["ids: not sorted, or one comes twice"]


def told(folder: Path, article_id: str, what: str) -> str:
    return f"segment {segment_of(folder).name}, article {article_id!r}: {what}"


@pytest.mark.parametrize(
    ("name", "place", "article_id", "what"),
    [
        (segment.PASSAGE_KEYS, (1, 0), "a", "passages"),
        (segment.PASSAGE_KEYS, (2, 1), "b", "passages"),
        (segment.SENTENCE_KEYS, (0, 1), "a", "sentences"),
        (segment.SENTENCE_KEYS, (3, 0), "b", "sentences"),
    ],
)
def test_vectors_of_other_texts_are_told(
    folder: Path, name: str, place: tuple[int, ...], article_id: str, what: str
) -> None:
    change(segment_of(folder) / name, place, 7)
    approve(folder)
    fault = told(folder, article_id, f"the vectors of its {what} are those of other texts")
    assert faults(folder) == [fault]


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        (segment.PASSAGE_SPANS, (1, 1), 99),
        (segment.PASSAGE_SPANS, (1, 1), 20),
        (segment.PASSAGE_SPANS, (0, 1), 18),
        (segment.SENTENCE_SPANS, (1, 1), 20),
        (segment.SENTENCE_SPANS, (2, 0), 19),
        (segment.SENTENCE_SPANS, (2, 0), 29),
        (segment.FIRST_SENTENCES, (1,), 0),
    ],
)
def test_spans_outside_their_text_are_told(
    folder: Path, name: str, place: tuple[int, ...], value: int
) -> None:
    assert np.load(segment_of(folder) / segment.PASSAGE_SPANS)[:2].tolist() == [[0, 19], [20, 29]]
    change(segment_of(folder) / name, place, value)
    approve(folder)
    assert told(folder, "a", "passages or sentences outside their text") in faults(folder)


def test_an_article_of_another_name_is_told(folder: Path) -> None:
    with closing(sqlite3.connect(segment_of(folder) / segment.STORE)) as store, store:
        store.execute("UPDATE articles SET id = 'z' WHERE id = 'b'")
    approve(folder)
    assert faults(folder) == [told(folder, "z", "is called 'b' outside the store")]


def test_an_article_of_another_text_is_told(folder: Path) -> None:
    with closing(sqlite3.connect(segment_of(folder) / segment.STORE)) as store, store:
        store.execute("UPDATE articles SET text = replace(text, 'المطر', 'الثلج') WHERE id = 'b'")
    approve(folder)
    what = ("passages", "sentences")
    assert faults(folder) == [
        told(folder, "b", f"the vectors of its {one} are those of other texts") for one in what
    ]


def test_an_article_that_is_gone_is_told(folder: Path) -> None:
    with closing(sqlite3.connect(segment_of(folder) / segment.STORE)) as store, store:
        store.execute("DELETE FROM articles WHERE id = 'b'")
    approve(folder)
    (fault,) = faults(folder)
    assert "holds no row 1" in fault


def test_no_more_than_ten_of_a_kind_are_told(tmp_path: Path) -> None:
    articles = [embedded(f"{number:02}", [[f"one {number}"]]) for number in range(12)]
    folder = published(tmp_path / "index", articles).live()
    np.save(segment_of(folder) / segment.PASSAGE_KEYS, np.zeros((12, 2), np.uint64))
    (segment_of(folder) / segment.SENTENCES).write_bytes(
        doubled((segment_of(folder) / segment.SENTENCES).read_bytes(), 12)
    )
    approve(folder)
    what = "the vectors of its passages are those of other texts"
    expected = [told(folder, f"{number:02}", what) for number in range(10)]
    expected += [f"the vector of sentence {number} has length" for number in range(10)]
    found = faults(folder)
    assert [*found[:10], *(fault.rpartition(" ")[0] for fault in found[10:])] == expected


@pytest.mark.parametrize(
    ("name", "place", "value", "fault"),
    [
        (postings.LENGTHS, (2,), 7, "1 sentences have other words than they should, the first is 2"),
        (postings.COUNTS, (0,), 9, "1 sentences have other words than they should, the first is 2"),
        (postings.PLACES, (0,), 1, "2 sentences have other words than they should, the first is 2"),
    ],
)
def test_postings_that_do_not_add_up_are_told(
    folder: Path, name: str, place: tuple[int, ...], value: int, fault: str
) -> None:
    change(folder / name, place, value)
    approve(folder)
    assert faults(folder) == [f"postings: {fault}"]


def doubled(content: bytes, rows: int) -> bytes:
    """A file of vectors whose last `rows` are of twice their length."""
    size = 2 * DIMENSIONS * rows
    return content[:-size] + (2 * np.frombuffer(content[-size:], np.float16)).astype(np.float16).tobytes()


@pytest.mark.parametrize(
    ("name", "last"), [(segment.PASSAGES, "passage 2"), (segment.SENTENCES, "sentence 3")]
)
def test_a_vector_that_has_not_unit_length_is_told(folder: Path, name: str, last: str) -> None:
    path = segment_of(folder) / name
    path.write_bytes(doubled(path.read_bytes(), 1))
    approve(folder)
    (fault,) = faults(folder)
    prefix, _, length = fault.rpartition(" ")
    assert prefix == f"the vector of {last} has length"
    assert float(length) == pytest.approx(2.0, abs=2e-3)


def test_what_is_dead_is_not_looked_at(tmp_path: Path) -> None:
    layout = published(tmp_path / "index", ARTICLES)
    with closing(open_live(layout.folder)) as base:
        publish(layout, [embedded("d", [["روز خوش"]])], base, dead=[1])
    folder = layout.live()
    old = folder / "segments" / Manifest.read(folder / MANIFEST).segments[0]
    for name in (segment.PASSAGE_KEYS, segment.SENTENCE_KEYS):
        change(old / name, (-1, 0), 7)
    path = old / segment.SENTENCES
    path.write_bytes(doubled(path.read_bytes(), 1))
    approve(folder)
    assert faults(folder) == []
    change(old / segment.PASSAGE_KEYS, (0, 0), 7)
    approve(folder)
    what = "the vectors of its passages are those of other texts"
    assert faults(folder) == [f"segment {old.name}, article 'a': {what}"]


def test_files_of_a_segment_that_do_not_fit_each_other_are_told(folder: Path) -> None:
    path = segment_of(folder)
    shutil.copy(path / segment.PASSAGES, path / segment.SENTENCES)
    approve(folder)
    assert faults(folder) == [f"the files in {path} do not fit each other"]


def test_a_catalogue_of_other_articles_is_told(folder: Path) -> None:
    change(folder / catalogue.ARTICLE_ROWS, (0,), 3)
    approve(folder)
    assert faults(folder) == [f"the catalogue in {folder} does not fit its segments"]


class Prompted:
    """Encodes as the articles of this file were encoded, once the prompt is off."""

    dimensions = DIMENSIONS
    engine = "by hand"

    def encode(self, texts: Sequence[str]) -> Vectors:
        assert all(text.startswith("passage: ") for text in texts)
        return encode([text.removeprefix("passage: ") for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


@pytest.mark.parametrize(
    ("name", "what", "last"), [(segment.PASSAGES, "passage", 2), (segment.SENTENCES, "sentence", 3)]
)
def test_vectors_that_have_changed_places_are_told(folder: Path, name: str, what: str, last: int) -> None:
    assert encoding_faults(folder, Prompted()) == []
    path = segment_of(folder) / name
    content, size = path.read_bytes(), 2 * DIMENSIONS
    first = len(content) - size * (last + 1)
    swapped = (
        content[:first] + content[-size:] + content[first + size : -size] + content[first : first + size]
    )
    path.write_bytes(swapped)
    approve(folder)
    # keys, lengths and checksums are right; only the model can tell
    assert faults(folder) == []
    texts = {"passage": ["باران بارید سیل آمد", "نزل المطر"], "sentence": ["باران بارید", "نزل المطر"]}[what]
    one, other = encode(texts)
    cosine = f"{float(one @ other):.3f}"
    (first_fault, last_fault) = encoding_faults(folder, Prompted())
    assert first_fault.startswith(f"the vector of {what} 0 ('a') is not its text's: cosine {cosine}")
    assert last_fault.startswith(f"the vector of {what} {last} ('b') is not its text's: cosine {cosine}")


def test_only_some_articles_are_encoded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SAMPLE", 3)
    articles = [embedded(f"{number:02}", [[f"one {number}", "two"]]) for number in range(11)]
    folder = published(tmp_path / "index", articles).live()
    asked: list[str] = []

    class Counting(Prompted):
        def encode(self, texts: Sequence[str]) -> Vectors:
            asked.extend(texts)
            return super().encode(texts)

    assert encoding_faults(folder, Counting()) == []
    assert asked == [f"passage: one {number}{rest}" for number in (0, 5, 10) for rest in (" two", "")]
