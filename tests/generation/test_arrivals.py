"""When articles came: kept from generation to generation."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from making import embedded, publish

from indexer.core.errors import IndexDamaged
from indexer.generation import arrivals
from indexer.generation.arrivals import ARRIVALS, Arrivals
from indexer.generation.generation import open_live
from indexer.storage import vocabulary
from indexer.storage.layout import Layout
from indexer.storage.vocabulary import Vocabulary


def _ids(folder: Path, *names: str) -> Vocabulary:
    folder.mkdir(exist_ok=True)
    vocabulary.write(names, folder, "ids")
    return Vocabulary(folder, "ids")


def _written(folder: Path, names: str, before: Arrivals | None, now: int) -> Arrivals:
    ids = _ids(folder, *names)
    assert arrivals.write(ids, before, now, folder) == (ARRIVALS,)
    return Arrivals(folder, ids)


def test_an_article_keeps_the_time_at_which_it_first_came(tmp_path: Path) -> None:
    first = _written(tmp_path / "1", "bd", None, 100)
    second = _written(tmp_path / "2", "abcde", first, 200)
    assert second.of(np.arange(5)).tolist() == [200, 100, 200, 100, 200]
    third = _written(tmp_path / "3", "bce", second, 300)
    assert third.of(np.array([2, 0, 1])).tolist() == [200, 100, 200]
    again = _written(tmp_path / "4", "de", third, 400)
    assert again.of(np.arange(2)).tolist() == [400, 200]


def test_later_generations_have_later_times_whatever_the_clock_says(tmp_path: Path) -> None:
    first = _written(tmp_path / "1", "a", None, 100)
    second = _written(tmp_path / "2", "ab", first, 50)
    assert (second.of(np.arange(2)).tolist(), second.latest) == ([100, 101], 101)
    assert _written(tmp_path / "3", "", second, 60).latest == 0


def test_a_generation_after_another_keeps_times_also_of_changed_articles(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "index")
    publish(layout, [embedded("a", [["rain"]]), embedded("b", [["flood"]])])
    with closing(open_live(layout.folder)) as base:
        came = base.arrivals([0, 1]).tolist()
        publish(layout, [embedded("b", [["flood again"]]), embedded("c", [["wheat"]])], base, [1])
    with closing(open_live(layout.folder)) as live:
        found = live.arrivals([0, 1, 2]).tolist()
    assert found[:2] == came
    assert found[2] > max(came)


def test_a_file_that_does_not_fit_is_damage(tmp_path: Path) -> None:
    _written(tmp_path / "1", "ab", None, 100)
    np.save(tmp_path / "1" / ARRIVALS, np.zeros(3, np.int64))
    with pytest.raises(IndexDamaged, match=r"arrivals.npy has 3 times for 2 articles$"):
        Arrivals(tmp_path / "1", Vocabulary(tmp_path / "1", "ids"))
