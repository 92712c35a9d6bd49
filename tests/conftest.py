"""Fixtures for every test: the real default model, and a tiny file of the format that it is unpacked from."""

import hashlib
import locale
import os
import shutil
import struct
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from newsroom import ARTICLES, META
from tracing import cannot_trace

import indexer.models.encoder
import search_api.serving.loading
from indexer.build import build
from indexer.core.protocols import BatchingEncoder, Encoder
from indexer.corpus import Corpus, InMemory
from indexer.models.encoder import load_encoder
from indexer.models.model import Model, locate
from indexer.models.packed_model import Source
from indexer.models.torch_encoder import TorchEncoder
from indexer.options import Options
from indexer.storage.layout import Layout
from search_api.evaluation.indexes import FOLDER, VECTORS
from search_api.search import Searcher
from search_api.serving.live import Live
from search_api.serving.opening import Opener

pytest_plugins = ["looking", "sharded"]

LOCALE = locale.setlocale(locale.LC_ALL)
SEEDS = Path(__file__).parent.parent / "seeds"
SCALE = 1 / 64
TINY_PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁a", "b", "c", "▁سلام", "<mask>"]
HIDDEN, LAYERS, HEADS, FEED_FORWARD, VOCABULARY, POSITIONS, TYPES = 32, 2, 4, 64, 12, 16, 2

# A busy machine fails no test, and the examples of a test may share its folder. Beyond that as Hypothesis
# has it: the same examples every time where CI is set, else new ones.
settings.register_profile(
    "hudhud",
    settings(),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("hudhud")


@pytest.fixture(scope="session", autouse=True)
def unforced() -> Iterator[None]:
    """Spares the disk: what is forced to it is watched in processes of their own (test_durability.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def own_locale() -> None:
    """Gives each test the locale that the run began with: a library that is loaded later sets another."""
    if locale.setlocale(locale.LC_ALL) != LOCALE:
        locale.setlocale(locale.LC_ALL, LOCALE)


@pytest.fixture(scope="session")
def strace() -> None:
    """Leaves out the tests that watch system calls where that cannot be; REQUIRE_STRACE forbids it."""
    if reason := cannot_trace():
        assert "REQUIRE_STRACE" not in os.environ, reason
        pytest.skip(reason)


@pytest.fixture(scope="session")
def model() -> Model:
    """The embedded default model, unpacked once per machine into the user's cache."""
    return locate(None)


@pytest.fixture(scope="session")
def encoder(model: Model) -> BatchingEncoder:
    """The encoder of the embedded default model, as indexing and searching use it."""
    return load_encoder(model)


@pytest.fixture(scope="session")
def exact(model: Model) -> Encoder:
    """The embedded default model in single precision, on torch."""
    return TorchEncoder(model)


@pytest.fixture
def loaded(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loads the encoder of the default model gets the one that is loaded already."""
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)


@pytest.fixture
def tiny(tmp_path: Path) -> Source:
    """A 4-bit file of two layers and 32 dimensions, for tests of unpacking that take no time."""
    path = tmp_path / "tiny.bin"
    data = _tiny_file()
    path.write_bytes(data)
    return Source(path, len(data), hashlib.sha256(data).hexdigest())


def tiny_weight(tensor: int, index: int) -> float:
    """Weight number `index` of tensor number `tensor` of the tiny file: a multiple of 1/64 from -8/64."""
    return ((5 * index + index // 7 + 3 * tensor) % 16 - 8) * SCALE


def tiny_tensors() -> Iterator[tuple[str, int]]:
    """Name in the file and number of weights; a matrix is what is packed in 4 bits."""
    yield "emb.word", VOCABULARY * HIDDEN
    yield "emb.pos", POSITIONS * HIDDEN
    yield "emb.type", TYPES * HIDDEN
    yield from (("emb.ln.w", HIDDEN), ("emb.ln.b", HIDDEN))
    for layer in range(LAYERS):
        for short, rows, columns in (
            ("q", HIDDEN, HIDDEN),
            ("k", HIDDEN, HIDDEN),
            ("v", HIDDEN, HIDDEN),
            ("ao", HIDDEN, HIDDEN),
            ("fi", FEED_FORWARD, HIDDEN),
            ("fo", HIDDEN, FEED_FORWARD),
        ):
            yield f"l{layer}.{short}.w", rows * columns
            yield f"l{layer}.{short}.b", rows
        for short in ("aln", "oln"):
            yield from ((f"l{layer}.{short}.w", HIDDEN), (f"l{layer}.{short}.b", HIDDEN))


def _tiny_file() -> bytes:
    pieces = [piece.encode() for piece in TINY_PIECES]
    offsets = [0, *accumulate(map(len, pieces))]
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, HIDDEN, LAYERS, HEADS, FEED_FORWARD, VOCABULARY, POSITIONS, TYPES, 1e-12, 32
    )
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, offsets[-1])
    head += struct.pack(f"<{len(offsets)}I", *offsets)
    head += struct.pack(f"<{len(pieces)}f", *(-float(number) for number in range(len(pieces))))
    head += b"".join(pieces) + struct.pack("<iI", 0, 0)
    tensors = []
    for number, (name, count) in enumerate(tiny_tensors()):
        weights = [tiny_weight(number, index) for index in range(count)]
        quantised = name == "emb.word" or (name[0] == "l" and name.endswith(".w") and "ln" not in name)
        packed = _blocks(weights) if quantised else struct.pack(f"<{count}f", *weights)
        tensors.append((name.encode(), int(quantised), count, packed))
    directory = sum(struct.calcsize("<HBIQQ") + len(name) for name, *_ in tensors)
    place = len(head) + 4 + directory
    head += struct.pack("<i", len(tensors))
    for encoded, kind, count, packed in tensors:
        head += struct.pack("<H", len(encoded)) + encoded
        head += struct.pack("<BIQQ", kind, count, place, len(packed))
        place += len(packed)
    return head + b"".join(packed for *_, packed in tensors)


def _blocks(weights: list[float]) -> bytes:
    """Q4_0: a float16 scale, then byte `j` with weight `j` in its low and `j + 16` in its high half."""
    packed = b""
    for start in range(0, len(weights), 32):
        nibbles = [round(weight / SCALE) + 8 for weight in weights[start : start + 32]]
        packed += struct.pack("<e", SCALE)
        packed += bytes(low | high << 4 for low, high in zip(nibbles[:16], nibbles[16:], strict=True))
    return packed


@pytest.fixture(scope="session")
def seed_index(model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the five seed articles. Tests only read it."""
    folder = tmp_path_factory.mktemp("seeds") / "index"
    build(Corpus([SEEDS]), Layout(folder), model, encoder)
    return folder


@pytest.fixture
def layout(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """An index with nothing published, whose cache has the vectors of the seeds and of frequent words."""
    layout = Layout(tmp_path_factory.mktemp("index"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    return layout


@pytest.fixture
def evaluation_cache(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with no index of an evaluation, but with the vectors of the seeds and frequent words."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / FOLDER).mkdir()
    shutil.copy(Layout(seed_index).cache, folder / FOLDER / VECTORS)
    return folder


@pytest.fixture(scope="session")
def newsroom(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """What a server answers from, over the articles of `newsroom`, whose further fields are kept."""
    layout = Layout(tmp_path_factory.mktemp("newsroom"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(InMemory(ARTICLES), layout, model, encoder, options=Options(meta=META))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
        opened = Live(layout, Opener(None, None))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def live(seed_index: Path, encoder: Encoder) -> Iterator[Live]:
    """What a server answers from, over the five seed articles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
        opened = Live(Layout(seed_index), Opener(None, None))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def searcher(live: Live) -> Iterator[Searcher]:
    """A searcher over the five seed articles."""
    with live.searcher() as leased:
        yield leased
