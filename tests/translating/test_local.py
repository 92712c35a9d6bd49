"""Drafts made by processes: what these are given, and what becomes of those that fail or take too long."""

import gzip
import importlib.util
import os
import struct
import threading
from pathlib import Path

import pytest
from standing_in import model_in, module_in

from indexer.core.deadline import Deadline
from indexer.core.errors import (
    Cancelled,
    InvalidSetting,
    ModelDamaged,
    NotTranslated,
    TooSlow,
    TranslationFailed,
)
from search_api.translating import child
from search_api.translating.local import MOST_CHARACTERS, translator_in

ABORTS = struct.pack("<2Q", 1, 2**40)
"""A model of so many tensors that the engine asks for 35 TB of memory, and ends its process."""

library = pytest.mark.skipif(
    importlib.util.find_spec("fxtranslate") is None, reason="fxtranslate is not installed"
)


@pytest.fixture
def standing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes run the stand-in."""
    monkeypatch.syspath_prepend(module_in(tmp_path))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.mark.usefixtures("standing_in")
def test_texts_are_translated_in_their_order_by_the_model_of_their_language(models: Path) -> None:
    model_in(models, "faen")
    weights = model_in(models, "aren") / "model.aren.intgemm.alphas.bin"
    weights.with_name(f"{weights.name}.gz").write_bytes(gzip.compress(weights.read_bytes()))
    weights.unlink()
    (models / "vocab.aren.spm").rename(models / "srcvocab.aren.spm")
    (models / "trgvocab.aren.spm").write_text("target", encoding="utf-8")
    translator = translator_in(models)
    assert translator.languages == {"fa", "prs", "ar"}
    assert (translator.model("prs"), translator.model("ar")) == ("faen", "aren")
    drafts = translator.translate(["\u0633\u0644\u0627\u0645", "\u200c"], "prs", Deadline())
    assert drafts == ["faen: 4 characters <b>", "faen: 1 characters <b>"]
    assert translator.translate(["2026"], "ar", Deadline()) == ["aren+target: 4 characters <b>"]


@pytest.mark.usefixtures("standing_in")
def test_what_nothing_translates_is_refused(models: Path) -> None:
    translator = translator_in(model_in(models))
    with pytest.raises(NotTranslated, match="no translation model reads 'ar' here: there are fa, prs"):
        translator.translate(["2026"], "ar", Deadline())
    with pytest.raises(NotTranslated, match=r"10,001 characters are too long for a draft: 10,000 may be"):
        translator.translate(["x", "x" * MOST_CHARACTERS], "fa", Deadline())


@pytest.mark.usefixtures("standing_in")
@pytest.mark.parametrize(
    ("does", "why"), [("ends", "the process that runs it ends (-6)"), ("refuses", "no such letter")]
)
def test_a_text_that_cannot_be_translated_ends_only_its_process(models: Path, does: str, why: str) -> None:
    translator = translator_in(model_in(models, does=does))
    with pytest.raises(TranslationFailed) as told:
        translator.translate(["x"], "fa", Deadline())
    assert str(told.value) == f"the model faen gives no draft of this text: {why}"
    assert translator.translate(["2026"], "fa", Deadline()) == ["faen: 4 characters <b>"]


@pytest.mark.usefixtures("standing_in")
@pytest.mark.parametrize("error", [TooSlow, Cancelled])
def test_a_process_that_nobody_waits_for_is_killed(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    started = tmp_path / "started"
    monkeypatch.setenv("STARTED", str(started))
    translator = translator_in(model_in(models, does="sleeps"))
    deadline = Deadline() if error is Cancelled else Deadline(1.5)

    def cancel() -> None:
        while not (started.exists() and started.read_text(encoding="utf-8")):
            threading.Event().wait(0.01)
        if error is Cancelled:
            deadline.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(error):
        translator.translate(["x"], "fa", deadline)
    canceller.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text(encoding="utf-8")), 0)


@pytest.mark.usefixtures("standing_in")
def test_nothing_is_started_when_the_time_is_over(models: Path) -> None:
    translator = translator_in(model_in(models))
    deadline = Deadline()
    deadline.cancel()
    with pytest.raises(Cancelled):
        translator.translate(["2026"], "fa", deadline)


@pytest.mark.usefixtures("standing_in")
@pytest.mark.parametrize(
    ("does", "why"), [("is damaged", "unknown version"), ("is silent", "it says nothing")]
)
def test_a_damaged_model_is_told_at_once(models: Path, does: str, why: str) -> None:
    with pytest.raises(ModelDamaged) as told:
        translator_in(model_in(models, does=does))
    weights = models / "model.faen.intgemm.alphas.bin"
    assert str(told.value) == (
        f"{weights} with vocab.faen.spm cannot translate: {why}; put both files there again"
    )


@pytest.mark.usefixtures("standing_in")
@pytest.mark.parametrize(("kept", "behind"), [(-9, b""), (12, b"\xff" * 20)])
def test_a_damaged_archive_is_told_at_once(models: Path, kept: int, behind: bytes) -> None:
    weights = model_in(models) / "model.faen.intgemm.alphas.bin"
    weights.write_bytes(gzip.compress(b"translates")[:kept] + behind)
    with pytest.raises(ModelDamaged, match=r"alphas\.bin with vocab\.faen\.spm cannot translate: "):
        translator_in(models)


@library
@pytest.mark.parametrize(
    ("weights", "why"),
    [
        (b"", "trace ended mid-record"),
        (b"no model of this version", "unsupported model version"),
        (ABORTS, r"the process that runs it ends \(-6\)"),
    ],
)
def test_the_engine_itself_may_fail_or_crash(models: Path, weights: bytes, why: str) -> None:
    (model_in(models) / "model.faen.intgemm.alphas.bin").write_bytes(weights)
    with pytest.raises(ModelDamaged, match=f"cannot translate: {why}"):
        translator_in(models)


def test_a_file_of_any_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MOST_OF_A_FILE", 2**20)
    bomb = tmp_path / "model.bin"
    bomb.write_bytes(gzip.compress(bytes(2**20 + 1)))
    with pytest.raises(ValueError, match=r"model\.bin has more than 1 MiB"):
        child.content(str(bomb))
    bomb.write_bytes(gzip.compress(bytes(2**20)))
    assert child.content(str(bomb)) == bytes(2**20)


def test_a_missing_package_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InvalidSetting) as told:
        translator_in(model_in(models))
    assert str(told.value) == (
        "draft translations need the package fxtranslate, which is not installed:"
        " pip install 'hudhud[translation]', or fxtranslate==0.5.0"
    )
