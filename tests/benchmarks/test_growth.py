"""The benchmark of growth in a short form, with the real code: what it makes up, and what it measures."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.measure import Series
from benchmarks.speed.growing import archive, asked, loaded, searches, steps, words
from benchmarks.speed.growing.base import Base, Law, key_of, read_base
from benchmarks.speed.growing.figures import joined, series_of, shown
from benchmarks.speed.growing.likeness import curve, made_up
from benchmarks.speed.growing.plot import plot
from benchmarks.speed.growing.steps import FILES, REAL_VECTORS, Place
from benchmarks.speed.growing.vectors import Cloud, digests_of, smoothing
from benchmarks.speed.growing.watch import ANALYSIS, Watch
from indexer.core.protocols import Encoder
from indexer.drafting.fixed_texts import FixedTexts
from indexer.generation.calibration import unrelated_queries
from indexer.generation.generation import open_live
from indexer.lexicon.word_vectors import REFERENCE_WORDS
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.searching.query import parse

PASSAGES = 300


@pytest.fixture(scope="module")
def base() -> Base:
    """The seeds' sentences."""
    return read_base([])


@pytest.fixture
def place(tmp_path: Path, layout: Layout, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A work folder that has the vectors of the seeds and of frequent words, and a model that is loaded."""
    shutil.copy(layout.cache, tmp_path / REAL_VECTORS)
    monkeypatch.setattr(steps, "load_encoder", lambda model: encoder)
    monkeypatch.setattr(searches, "load_encoder", lambda model: encoder)
    monkeypatch.setattr(asked, "OWN", asked.OWN[:3])
    fixed = tmp_path / "fixed-texts"
    monkeypatch.setattr(FixedTexts, "of", classmethod(lambda cls, *parts: cls(*parts, fixed)))
    return Place(str(tmp_path), PASSAGES, "this", ())


def test_every_step_on_a_few_passages(place: Place) -> None:
    made = steps.make(place)
    first = steps.index(place)
    assert steps.make(place) == made
    assert first["articles"] == made["articles"]
    assert abs(first["passages"] - PASSAGES) <= PASSAGES / 10
    assert set(first["languages"]) <= {"fa", "prs", "ar"}
    assert {"reading", "embedding", "words"} <= set(first["stages"])
    assert all(seconds > 0 for seconds in first["stages"].values())
    of_archive = first["by_model"] - REFERENCE_WORDS - len(unrelated_queries())
    assert 0 <= of_archive < first["texts"]["words"], "an archive's texts were encoded by the model"
    generation = open_live(place.index)
    assert first["bytes"] == sum(
        (generation.folder / name).stat().st_size for name in generation.manifest.files
    )
    assert generation.manifest.first_date == archive.FIRST_DAY.isoformat()
    generation.close()
    found = searches.measured(place.index, place.sets)
    assert found["queries"] == 3
    assert 0 < found["remembered"]["p50"] <= found["remembered"]["p95"]
    for name in ("new words", "remembered"):
        whole = found["stages"][name]
        assert {ANALYSIS, "nearest", "words", "comparing"} <= set(whole)
        assert all(milliseconds > 0 for milliseconds in whole.values())
    assert searches.compared(place.index, place.sets) == {
        "recall of passages": 1.0,
        "recall of sentences": 1.0,
        "first ten the same": 1.0,
        "queries": 3,
    }
    night = steps.night(place)
    assert 0 < night["articles_changed"] < made["articles"] / 10
    assert night["articles"] == made["articles"] + _articles_more(place)
    assert night["bytes_written"] > 0
    borne = loaded.measured(place.index, (), lambda: steps.night(place, another=1), 3.0)
    assert (borne["failed"], set(borne["statuses"])) == (0, {"200"})
    assert 0 < borne["p50"] <= borne["p99"] <= borne["slowest"]
    assert borne["night"]["articles_changed"] > 0
    assert Layout(place.index).live().name.startswith("000003-")
    sides = {
        "this": {"index": [_peaked(first)], "search": [found], "night": [_peaked(night)], "load": [borne]}
    }
    series = series_of("300", sides)
    by_name = {one.quantity: one for one in series}
    assert by_name["disk, a passage"].values == (first["bytes"] / first["passages"],)
    assert by_name["a night: seconds of the first"].values == (night["seconds"] / first["seconds"],)
    assert by_name["under load, a night beside it: failed"].values == (0.0,)
    assert by_name["search, remembered: p50"].values == (found["remembered"]["p50"],)
    assert "this, 300" in shown(series)


def _articles_more(place: Place) -> int:
    """How many articles a night adds, less those that it removes: the change is the same every time."""
    files = Path(place.work) / "counted"
    archive.link(place.archive, files)
    before = _ids(files)
    archive.change(files, seed=place.passages)
    return len(_ids(files)) - len(before)


def _ids(files: Path) -> list[str]:
    return [
        json.loads(line)["id"]
        for path in sorted(files.rglob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def _peaked(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"peaks": {"anonymous": 1.0, "mapped": 2.0, "resident": 3.0}}


def test_a_night_leaves_the_archive_as_it_was(place: Place) -> None:
    steps.make(place)
    files = place.folder / FILES
    archive.link(place.archive, files)
    before = {path: path.read_bytes() for path in sorted(files.rglob("*.jsonl"))}
    archive.change(files, seed=1)
    changed = {path: path.read_bytes() for path in sorted(files.rglob("*.jsonl"))}
    assert changed != before
    assert {path: path.read_bytes() for path in sorted(place.archive.rglob("*.jsonl"))} == {
        place.archive / path.relative_to(files): content for path, content in before.items()
    }
    archive.link(place.archive, files)
    assert {path: path.read_bytes() for path in sorted(files.rglob("*.jsonl"))} == before


def test_an_archive_is_the_base_first_and_then_the_base_with_other_words(base: Base) -> None:
    whole = {" ".join(sentence.words) for sentence in base.sentences}
    plan = archive.planned(base, 300)
    once = -(-len(base.runs) // archive.RUNS_AN_ARTICLE) + 3
    written = [text for _, text in archive.texts(base, plan)]
    first = " ".join(written[:2]).replace("\n", " ")
    assert sum(sentence in first for sentence in whole) >= archive.RUNS_AN_ARTICLE
    assert any(word not in " ".join(whole) for text in written[once:] for word in text.split())
    keys = {key_of(sentence.text) for sentence in base.sentences}
    assert all(any(text.startswith(key) for key in keys) for text in written)


def test_new_words_come_by_the_law() -> None:
    law = Law(5.0, 0.6, 20_000)
    tokens = np.arange(20_000, 2_000_000, 10, dtype=np.float64)
    made = words.chosen(law, tokens, np.zeros(len(tokens), np.int64), seed=0)
    for share in (0.1, 0.5, 1.0):
        some = int(len(tokens) * share)
        expected = law.words(tokens[some - 1]) - law.words(tokens[0])
        assert len(np.unique(made[:some])) == pytest.approx(expected, rel=0.05)
    counts = np.sort(np.bincount(made))[::-1]
    assert counts[0] > 50 * np.median(counts), "the words are about equally frequent"


def test_no_made_up_word_stands_in_two_languages() -> None:
    tokens = np.linspace(1000, 100_000, 5000)
    groups = np.arange(5000) % 2
    made = words.chosen(Law(20.0, 0.6, 1000), tokens, groups, seed=0)
    assert not set(made[groups == 0].tolist()) & set(made[groups == 1].tolist())


def test_made_up_vectors_keep_mean_and_covariance() -> None:
    chance = np.random.default_rng(0)
    real = (chance.normal(size=(4000, 8)) * np.arange(1, 9) / 40 + np.eye(8)[0]).astype(np.float32)
    real /= np.linalg.norm(real, axis=1, keepdims=True)
    made = made_up(real, 4000, 0.5)
    assert np.allclose(np.linalg.norm(made, axis=1), 1.0, atol=1e-5)
    assert np.allclose(made.mean(axis=0), real.mean(axis=0), atol=0.01)
    assert np.allclose(np.cov(made.T), np.cov(real.T), atol=0.01)


def test_a_text_has_one_vector_and_another_text_another() -> None:
    cloud = Cloud.of(np.eye(8, dtype=np.float32))
    made = cloud.draw(cloud.rows[[0, 0, 0]], digests_of(["a", "b", "a"]), 0.5)
    assert (made[0] == made[2]).all()
    assert float(made[0] @ made[1]) < 0.99


def test_more_vectors_around_a_real_one_are_spread_further() -> None:
    assert smoothing(400, 100) == pytest.approx(0.3)
    assert smoothing(1600, 100) == pytest.approx(0.46)
    assert smoothing(1, 100) == 0.0
    assert smoothing(10**6, 1) == 0.6


def test_the_curve_of_recall_rises_to_one() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(3000, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = curve(vectors, vectors[:20])
    assert list(found.values()) == sorted(found.values())
    assert found["0.0333"] < 0.8
    assert found["1.0667"] == 1.0


def test_time_inside_a_stage_counts_once(searcher: Searcher) -> None:
    with Watch() as watch:
        took = searches.milliseconds(searcher, parse("war"))
    assert {ANALYSIS, "nearest", "words", "comparing"} <= set(watch.seconds)
    assert 0.9 * took < 1000 * sum(watch.seconds.values()) <= took


def test_figures_that_were_not_measured_again_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "growth.json"
    opening = Series("this, 10", "opening", "s", (2.0,))
    now = {"10": {"this": {"search": [2]}}}
    assert joined(path, [opening], now) == ([opening], now)
    old = {"side": "this, 10", "quantity": "opening", "unit": "s", "values": [1.0]}
    others = [old | {"side": "this, 20"}, old | {"quantity": "disk, a passage"}]
    before = {"20": 1, "10": {"archive": 3, "this": {"index": [4], "search": [5]}}}
    path.write_text(json.dumps({"facts": before, "series": [old, *others]}), encoding="utf-8")
    kept = [Series("this, 20", "opening", "s", (1.0,)), Series("this, 10", "disk, a passage", "s", (1.0,))]
    facts = {"20": 1, "10": {"archive": 3, "this": {"index": [4], "search": [2]}}}
    assert joined(path, [opening], now) == ([*kept, opening], facts)


def test_the_plot_places_points_on_logarithmic_axes() -> None:
    quantity = "search, remembered: p50"
    series = [
        Series("this, 1,000", quantity, "ms", (10.0,)),
        Series("this, 100,000", quantity, "ms", (100.0,)),
    ]
    drawn = plot([*series, Series("base, 1,000", quantity, "ms", (50.0,))])
    assert 'points="60.0,320.0 460.0,20.0"' in drawn
    assert "remembered: p50: 100 ms" in drawn
