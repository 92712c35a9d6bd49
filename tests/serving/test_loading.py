"""The encoder that a server loads aside."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import search_api.serving.loading
from indexer.core.errors import IndexMismatch
from indexer.core.protocols import Encoder
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from search_api.serving.loading import Loader


@pytest.fixture
def loads(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the threads on which the encoder was loaded."""
    found: list[str] = []

    def load_encoder(*_: object, **__: object) -> Encoder:
        found.append(threading.current_thread().name)
        return encoder

    monkeypatch.setattr(search_api.serving.loading, "load_encoder", load_encoder)
    return found


def manifest_of(layout: Layout) -> tuple[Path, Manifest]:
    folder = layout.live()
    return folder, Manifest.read(folder / MANIFEST)


def ended(begin: Callable[[], None]) -> None:
    """Wait for the thread that `begin` starts."""
    before = set(threading.enumerate())
    begin()
    for thread in set(threading.enumerate()) - before:
        thread.join()


def test_what_was_loaded_aside_is_given(seed_index: Path, loads: list[str], encoder: Encoder) -> None:
    layout, loader = Layout(seed_index), Loader(None, None)
    ended(lambda: loader.begin(layout))
    loaded = loader.load(*manifest_of(layout))
    assert loaded.encoder is encoder
    assert loader.load(*manifest_of(layout)) is loaded
    assert loads == ["load-encoder"]


def test_what_is_not_kept_is_loaded_again(seed_index: Path, loads: list[str]) -> None:
    layout, loader = Layout(seed_index), Loader(None, None)
    first = loader.load(*manifest_of(layout))
    assert loader.load(*manifest_of(layout)) is not first
    loader.keep(first)
    assert loader.load(*manifest_of(layout)) is first
    assert loads == ["MainThread"] * 2


def test_without_an_index_nothing_is_loaded_aside(tmp_path: Path, loads: list[str]) -> None:
    ended(lambda: Loader(None, None).begin(Layout(tmp_path)))
    assert loads == []


def test_another_model_fails_where_it_is_asked_for(
    seed_index: Path, loads: list[str], tmp_path: Path
) -> None:
    for name in ("modules.json", "config.json", "model.safetensors"):
        (tmp_path / name).write_text("[]" if name == "modules.json" else "{}")
    layout, loader = Layout(seed_index), Loader(str(tmp_path), None)
    ended(lambda: loader.begin(layout))
    with pytest.raises(IndexMismatch, match="name the model that it was made with"):
        loader.load(*manifest_of(layout))
    assert loads == []
