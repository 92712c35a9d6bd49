"""Truncated and altered files of an index and of its cache: told or refused, and nothing wrong is served."""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import indexer.models.encoder
import search_api.serving.checking
import search_api.serving.loading
from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.core.records import Vectors
from indexer.corpus import Corpus
from indexer.generation.columns import dense_indexes
from indexer.generation.generation import Generation
from indexer.lexicon import word_vectors
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from indexer.upkeep.checks import faults
from search_api.commands.cli import app
from search_api.serving.live import Live
from search_api.serving.opening import Opener

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
LATER = "الرئيس الأوكراني قال ذلك يوم الجمعة."
FLIPS_IN_CACHE, CUTS_OF_CACHE = 12, 4
LEAST_COSINE = 0.99
Hudhud = Callable[..., Result]
Spoil = Callable[[bytes], bytes]


def flipped(content: bytes, place: int, bit: int = 1) -> bytes:
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def flipped_last(content: bytes) -> bytes:
    return flipped(content, len(content) - 1)


def flipped_within(content: bytes) -> bytes:
    chance = random.Random(len(content))
    return flipped(content, chance.randrange(len(content)), 1 << chance.randrange(8))


def cut_by_a_byte(content: bytes) -> bytes:
    return content[:-1]


def emptied(content: bytes) -> bytes:
    del content
    return b""


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already; no traceback is ever shown."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object) -> Result:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return done

    return run


@pytest.fixture(scope="module", autouse=True)
def few_reference_words(seed_index: Path) -> Iterator[None]:
    """An index of four articles is mostly what every index needs; here it needs less of that."""
    del seed_index
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_vectors, "REFERENCE_WORDS", 20)
        yield


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four articles; the last one came later than the others."""
    folder = tmp_path_factory.mktemp("archive")
    for seed in SEEDS[:3]:
        shutil.copy(seed, folder)
    (folder / "later.txt").write_text(LATER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(
    archive: Path, seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An index with two generations; the second shares the segment of the first, and has one more."""
    layout = Layout(tmp_path_factory.mktemp("made"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    later = archive / "later.txt"
    later.rename(archive.parent / "later.txt")
    build(Corpus([archive]), layout, model, encoder)
    (archive.parent / "later.txt").rename(later)
    build(Corpus([archive]), layout, model, encoder)
    assert [len(Manifest.read(folder / MANIFEST).segments) for folder in layout.published()] == [1, 2]
    return layout.folder


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Layout:
    """A copy of it to spoil; its generations share no file."""
    return Layout(Path(shutil.copytree(made, tmp_path / "index")))


def names(folder: Path) -> list[str]:
    """All files of a generation, without the segment that the generation before has as well."""
    found = Manifest.read(folder / MANIFEST)
    return [name for name in found.files if not name.startswith(f"segments/{found.segments[0]}/")]


def spoilt(folder: Path, spoil: Spoil, every: int = 1) -> Iterator[str]:
    """Spoil one file of a generation after another, and mend it again."""
    for name in names(folder)[::every]:
        path = folder / name
        content = path.read_bytes()
        if content:
            path.write_bytes(spoil(content))
            yield name
            path.write_bytes(content)


def texts_of(layout: Layout) -> dict[str, str]:
    with closing(Generation(layout.live())) as generation:
        articles = generation.articles(range(len(generation.catalogue)))
    return {article.id: article.text for article in articles}


class TestGeneration:
    @pytest.mark.parametrize("spoil", [cut_by_a_byte, emptied])
    def test_a_truncated_file_is_refused_at_once_and_named(
        self, index: Layout, hudhud: Hudhud, spoil: Spoil
    ) -> None:
        for name in spoilt(index.live(), spoil):
            searched = hudhud("search", "war", "--index", index.folder)
            assert (searched.exit_code, searched.stdout) == (4, "")
            assert searched.stderr.startswith(f"hudhud: {index.live()} is damaged ({name}: ")
            assert searched.stderr.count("\n") == 1
            verified = hudhud("verify", "--index", index.folder)
            assert verified.exit_code == 1
            assert verified.stdout.startswith(f"{name}: ")

    @pytest.mark.parametrize("spoil", [flipped_last, flipped_within])
    def test_a_flipped_bit_is_found_by_verify_and_shows_no_traceback(
        self, index: Layout, hudhud: Hudhud, spoil: Spoil
    ) -> None:
        for name in spoilt(index.live(), spoil):
            searched = hudhud("search", "war", "--index", index.folder)
            assert searched.exit_code in {0, 4}, name
            assert searched.stderr.count("\n") == bool(searched.exit_code), searched.stderr
            verified = hudhud("verify", "--index", index.folder)
            assert verified.exit_code == 1
            assert verified.stdout.startswith(f"{name}: SHA-256 ")

    @pytest.mark.parametrize("place", range(0, 4000, 501))
    def test_a_manifest_that_was_altered_is_refused(self, index: Layout, hudhud: Hudhud, place: int) -> None:
        first, live = index.published()
        path = live / MANIFEST
        path.write_bytes(flipped(path.read_bytes(), place))
        refused = f"{path} cannot be read as a manifest"
        told = f"hudhud: {refused}: go back with `hudhud rollback {first.name}`\n"
        for command in (["search", "war"], ["info"], ["export", index.folder / "file"]):
            done = hudhud(*command, "--index", index.folder)
            assert (done.exit_code, done.stderr) == (4, told)
        assert hudhud("verify", "--index", index.folder).stdout == f"{refused}\n"
        assert hudhud("rollback", first.name, "--index", index.folder).exit_code == 0
        assert hudhud("verify", "--index", index.folder).exit_code == 0

    @pytest.mark.parametrize("content", [b"", b"\n", b"000009-aaaaaaaa\n", b"../x\n", b"\xff\xfe"])
    def test_current_that_names_nothing_is_mended_by_rollback(
        self, index: Layout, hudhud: Hudhud, content: bytes
    ) -> None:
        newest = index.published()[-1]
        index.current.write_bytes(content)
        searched = hudhud("search", "war", "--index", index.folder)
        assert (searched.exit_code, searched.stdout) == (4, "")
        assert hudhud("rollback", "--index", index.folder).stdout == f"live: {newest.name}\n"
        assert hudhud("search", "war", "--index", index.folder).exit_code == 0

    @pytest.mark.parametrize("spoil", [cut_by_a_byte, flipped_last])
    def test_a_server_falls_back_and_says_which_file(
        self, index: Layout, hudhud: Hudhud, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del hudhud
        monkeypatch.setattr(search_api.serving.checking, "REST", 0)
        first, live = index.published()
        opener = Opener(None, None)
        for name in spoilt(live, spoil, every=5):
            with Live(index, opener, interval=0.01) as following:
                deadline = time.monotonic() + 20
                while not (state := following.state).fault or not state.checked:
                    assert time.monotonic() < deadline, f"{name}: {state}"
                    time.sleep(0.005)
                assert state.generation == first.name
                assert (state.fault or "").startswith((f"{live} is damaged ({name}: ", "the ", str(live)))
                assert str(live) in (state.fault or "")

    @pytest.mark.parametrize("what", ["ids.npy", "postings.npy", MANIFEST, "articles.sqlite", "CURRENT"])
    def test_a_reindex_builds_upon_the_sound_one_where_the_live_one_does_not_open(
        self, index: Layout, archive: Path, hudhud: Hudhud, what: str
    ) -> None:
        expected = texts_of(index)
        live = index.live()
        paths = [*live.rglob(what), index.folder / what]
        path = next(path for path in reversed(paths) if path.exists())
        path.write_bytes(b"")
        done = hudhud("reindex", archive, "--index", index.folder, "--json")
        assert done.exit_code == 0
        summary = json.loads(done.stdout)
        assert (summary["read"], summary["articles"], summary["embedded"]) == (4, 4, 0)
        assert texts_of(index) == expected
        assert faults(index.live()) == []

    @pytest.mark.parametrize("what", ["vector-hubness.npy", "reference-vectors.npy"])
    def test_a_reindex_copies_nothing_that_was_altered(
        self, index: Layout, archive: Path, hudhud: Hudhud, what: str
    ) -> None:
        older, live = index.published()
        path = live / what
        path.write_bytes(flipped_last(path.read_bytes()))
        done = hudhud("reindex", archive, "--index", index.folder, "--json")
        assert (done.exit_code, done.stdout, index.live()) == (4, "", live)
        assert f"{live} is damaged ({path.relative_to(live)}: SHA-256 " in done.stderr
        assert done.stderr.endswith(f"); nothing was changed: go back with `hudhud rollback {older.name}`\n")
        refused = hudhud("delete", "later", "--index", index.folder)
        assert (refused.exit_code, index.live()) == (4, live)
        assert hudhud("reindex", archive, "--index", index.folder, "--fresh").exit_code == 0
        assert faults(index.live()) == []

    def test_an_altered_segment_is_not_written_anew_and_stays_known_as_altered(
        self, index: Layout, archive: Path, hudhud: Hudhud, tmp_path: Path
    ) -> None:
        texts = Path(shutil.copytree(archive, tmp_path / "texts"))
        hudhud("reindex", texts, "--index", index.folder, "--fresh")
        (texts / "later.txt").write_text(f"{LATER} {LATER}", encoding="utf-8")
        hudhud("reindex", texts, "--index", index.folder)
        live = index.live()
        large, small = [live / "segments" / name for name in Manifest.read(live / MANIFEST).segments]
        vectors = small / "sentences.faiss"
        vectors.write_bytes(flipped_last(vectors.read_bytes()))
        (texts / "later.txt").write_text(f"{LATER} {LATER} {LATER}", encoding="utf-8")
        (texts / "one.txt").write_text("خبر تازه", encoding="utf-8")
        (large / "articles.sqlite").write_bytes(flipped_last((large / "articles.sqlite").read_bytes()))
        done = hudhud("reindex", texts, "--index", index.folder)
        damaged = faults(index.live())
        assert [fault.split(":")[0] for fault in damaged][:1] == [f"segments/{large.name}/articles.sqlite"]
        assert (done.exit_code == 4) == (index.live() == live)
        assert hudhud("reindex", texts, "--index", index.folder, "--fresh").exit_code == 0
        assert faults(index.live()) == []
        assert len(texts_of(index)) == 5

    def test_rollback_goes_to_no_damaged_one(self, index: Layout, hudhud: Hudhud) -> None:
        first, live = index.published()
        path = first / "word-vectors-rows.npy"
        path.write_bytes(flipped_within(path.read_bytes()))
        done = hudhud("rollback", "--index", index.folder)
        assert (done.exit_code, index.live()) == (4, live)
        assert done.stderr.startswith(f"hudhud: {first} is damaged (word-vectors-rows.npy: SHA-256 ")
        assert done.stderr.endswith(
            "; nothing was changed: restore a backup with `hudhud import FILE`, or make the index anew with"
            " `hudhud reindex PATH... --fresh`\n"
        )


def vectors_of(folder: Path) -> tuple[Vectors, Vectors]:
    with closing(Generation(folder)) as generation:
        passages, sentences = dense_indexes(generation.catalogue)
        return (
            passages.vectors(np.arange(len(passages))),
            sentences.vectors(np.arange(len(sentences))),
        )


class TestCache:
    def spoilt(self, content: bytes) -> Iterator[bytes]:
        """A cache with one bit flipped, anywhere or at the beginning of a page, or cut off."""
        chance = random.Random(9)
        pages = len(content) // 4096
        for number in range(FLIPS_IN_CACHE):
            within = chance.randrange(100) if number % 2 else chance.randrange(4096)
            place = (chance.randrange(pages) if number % 4 else 0) * 4096 + within
            yield flipped(content, place, 1 << chance.randrange(8))
        for _ in range(CUTS_OF_CACHE):
            yield content[: chance.randrange(len(content))]

    def test_vectors_out_of_a_damaged_cache_are_right_or_none(
        self, index: Layout, archive: Path, hudhud: Hudhud, model: Model, encoder: Encoder
    ) -> None:
        cache = index.cache.read_bytes()
        expected = vectors_of(index.live())
        live = index.live()
        outcomes = {0: 0, 4: 0}
        for content in self.spoilt(cache):
            for path in index.folder.glob("cache.sqlite*"):
                path.unlink()
            index.cache.write_bytes(content)
            done = hudhud("reindex", archive, "--index", index.folder, "--fresh", "--quiet")
            outcomes[done.exit_code] += 1
            if done.exit_code:
                assert done.stderr.startswith(f"hudhud: the vector cache {index.cache} ")
                assert (done.stderr.count("\n"), index.live()) == (1, live)
                continue
            assert index.live() != live
            live = index.live()
            for found, wanted in zip(vectors_of(live), expected, strict=True):
                assert found.shape == wanted.shape
                assert float((found * wanted).sum(axis=1).min()) > LEAST_COSINE
        assert outcomes[0] > FLIPS_IN_CACHE / 2
        assert outcomes[4] > CUTS_OF_CACHE / 2
        index.cache.unlink()
        build(Corpus([archive]), index, model, encoder, options=Options(fresh=True))
        assert faults(index.live()) == []
