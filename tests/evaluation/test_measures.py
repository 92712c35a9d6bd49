"""Measures against arithmetic by hand, and runs against what trec_eval reads out of them."""

import math
import sys
from pathlib import Path

import ir_measures
import numpy as np
import pytest

from indexer.core.errors import InvalidEvaluation
from search_api.evaluation.beir import EvaluationSet, Question
from search_api.evaluation.measures import Interval, Recall, interval, recall, require_library, score
from search_api.evaluation.runs import Ranked, RunFiles, run_files


def discount(rank: int) -> float:
    """What a gain at a rank is worth in DCG."""
    return 1 / math.log2(1 + rank)


def test_one_query_by_hand() -> None:
    scores = score({"q": {"a": 2, "b": 1, "c": 0}}, {"q": ["x", "b", "c", "a"]})
    assert scores.ndcg_10 == pytest.approx(
        (1 * discount(2) + 2 * discount(4)) / (2 * discount(1) + 1 * discount(2))
    )
    assert (scores.r_1, scores.rr_10, scores.r_100) == (0, 1 / 2, 1)


def test_what_stands_behind_the_cut_does_not_count() -> None:
    ranking = [f"x{number}" for number in range(10)] + ["a"]
    scores = score({"q": {"a": 1}}, {"q": ranking})
    assert (scores.ndcg_10, scores.r_1, scores.rr_10, scores.r_100) == (0, 0, 0, 1)
    late = [f"x{number}" for number in range(100)] + ["a"]
    assert score({"q": {"a": 1}}, {"q": late}).r_100 == 0


def test_a_query_without_a_ranking_scores_0() -> None:
    scores = score({"q": {"a": 1}, "none": {"a": 1}, "empty": {"a": 1}}, {"q": ["a"], "empty": []})
    assert scores.ndcg_10 == scores.r_1 == scores.rr_10 == scores.r_100 == pytest.approx(1 / 3)


def test_the_order_given_decides_not_the_ids() -> None:
    assert score({"q": {"a": 1}}, {"q": ["a", "z"]}).r_1 == 1
    assert score({"q": {"a": 1}}, {"q": ["z", "a"]}).r_1 == 0


def test_rankings_of_other_queries_are_left_out() -> None:
    assert score({"q": {"a": 1}}, {"q": ["a"], "other": ["b"]}).ndcg_10 == 1


def test_recall_by_hand() -> None:
    ranking = ["a", *(f"x{number}" for number in range(10)), "b"]
    assert recall({"q": {"a": 1, "b": 1, "c": 1, "d": 0}}, {"q": ranking}) == Recall(1, 1 / 3, 2 / 3)


def test_the_interval_of_equal_values_is_a_point() -> None:
    assert interval(np.full(7, 0.25)) == Interval(0.25, 0.25)


def test_the_interval_is_that_of_the_normal_approximation_for_many_queries() -> None:
    values = np.array([0.0, 1.0] * 500)
    found = interval(values)
    half = 1.96 * 0.5 / math.sqrt(1000)
    assert found.low == pytest.approx(0.5 - half, abs=0.003)
    assert found.high == pytest.approx(0.5 + half, abs=0.003)


def test_the_interval_is_the_same_every_time_and_wider_for_fewer_queries() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 100)
    assert interval(few) == interval(few)
    assert interval(few).low < interval(many).low < 0.5 < interval(many).high < interval(few).high


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_library()
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(InvalidEvaluation, match=r"needs ir-measures.*pip install ir-measures==0\.4\.3$"):
        require_library()


def test_a_run_keeps_the_order_of_equal_scores(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.trec"
    RunFiles(path, several=False).write("s", {"q": [Ranked("a", 0.5), Ranked("z", 0.5), Ranked("b", 0.25)]})
    assert path.read_text() == "q Q0 a 1 0.5 hudhud\nq Q0 z 2 0.49999997 hudhud\nq Q0 b 3 0.25 hudhud\n"
    fields = [line.split() for line in path.read_text().splitlines()]
    run = {"q": {document: float(score) for _, _, document, _, score, _ in fields}}
    first = ir_measures.Success @ 1
    assert ir_measures.calc_aggregate([first], {"q": {"a": 1}}, run) == {first: 1.0}
    assert list(path.parent.iterdir()) == [path]


def test_runs_of_several_sets_go_into_a_folder(tmp_path: Path) -> None:
    sets = [EvaluationSet(name, (), (Question("q", "?"),), {}) for name in ("fa", "ar")]
    runs = run_files(tmp_path / "runs", sets, pool=False)
    runs.write("fa", {"q": [Ranked("a", 1.0)]})
    assert (tmp_path / "runs" / "fa.trec").read_text() == "q Q0 a 1 1.0 hudhud\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidEvaluation, match="file is a file: for several sets, name a folder"):
        run_files(tmp_path / "file", sets, pool=False)
    with pytest.raises(InvalidEvaluation, match="is a folder: for one set, name a file"):
        run_files(tmp_path, sets[:1], pool=False)
    with pytest.raises(InvalidEvaluation, match=r"the run cannot be written to .*file/deep: .*--run FILE"):
        RunFiles(tmp_path / "file" / "deep", several=False).write("fa", {})


def test_white_space_in_an_id_cannot_stand_in_a_run(tmp_path: Path) -> None:
    one = EvaluationSet("my set", (), (Question("q 1", "?"),), {})
    with pytest.raises(InvalidEvaluation, match=r"^'q 1' in my set holds white space"):
        run_files(tmp_path / "run", [one], pool=False)
    good = EvaluationSet("my set", (), (Question("q1", "?"),), {})
    assert run_files(tmp_path / "run", [good], pool=False) == RunFiles(tmp_path / "run", several=False)
    with pytest.raises(InvalidEvaluation, match=r"^'my set' in my set holds white space"):
        run_files(tmp_path / "run", [good], pool=True)
