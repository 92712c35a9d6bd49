"""Evaluations of sets in which queries have no answer, with the real model."""

import itertools
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.core.protocols import Encoder
from indexer.core.records import Article
from indexer.models.model import Model
from indexer.storage.layout import Layout
from search_api.evaluation import answerability
from search_api.evaluation.answerability import Claim
from search_api.evaluation.beir import EvaluationSet, Question
from search_api.evaluation.evaluate import Evaluation, evaluate
from search_api.evaluation.indexes import FOLDER, VECTORS
from search_api.evaluation.report import as_json, as_table
from search_api.evaluation.runs import RunFiles
from search_api.search import Searcher
from search_api.searching.lanes import LANES
from search_api.searching.outcomes import Result
from search_api.searching.query import parse

CORPUS = tuple(
    Article(name, text, text, None, language, "news/corpus.jsonl")
    for name, language, text in (
        ("bread", "fa", "نانوای جوان هر صبح نان تازه برای همسایه\u200cها می\u200cپزد."),
        ("moon", "ar", "سيشهد سكان المدينة خسوف القمر مساء الخميس."),
        ("rain", "ar", "أغرقت الأمطار الغزيرة أمس شوارع مدينة البصرة."),
    )
)
QUERIES = {
    "rain": "heavy rain flooded the streets",
    "bread": "a baker makes fresh bread",
    "moon": "lunar eclipse on Thursday",
    "patents": "patents on quantum computers",
    "baker": "the baker watched the lunar eclipse in the rain",
    "marks": "?!",
}
ANSWERED = ("rain", "bread", "moon")
Evaluated = Callable[..., Evaluation]


@pytest.fixture(scope="module")
def cache(seed_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which the index of CORPUS is made once."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / FOLDER).mkdir()
    shutil.copy(Layout(seed_index).cache, folder / FOLDER / VECTORS)
    return folder


@pytest.fixture
def evaluated(model: Model, encoder: Encoder, cache: Path) -> Evaluated:
    """Evaluates a set over CORPUS with the queries that are named."""

    def run(
        *names: str,
        runs: RunFiles | None = None,
        lanes: bool = False,
        report: Callable[[str], None] = lambda line: None,
    ) -> Evaluation:
        queries = tuple(Question(name, QUERIES[name]) for name in names)
        qrels = {name: {name: 1} for name in names if name in ANSWERED}
        sets = [EvaluationSet("news", CORPUS, queries, qrels)]
        return evaluate(sets, model, encoder, cache, runs=runs, lanes=lanes, report=report)

    return run


def in_json(done: Evaluation) -> dict[str, Any]:
    """What `--json` prints of the one set."""
    [found] = as_json(done)["sets"]
    assert isinstance(found, dict)
    return found


def first_scores(run: Path) -> Mapping[str, float]:
    """The score of each query's first document."""
    rows = (line.split() for line in run.read_text(encoding="utf-8").splitlines())
    return {query: float(score) for query, _, _, rank, score, _ in rows if rank == "1"}


def by_words(verdicts: Mapping[str, str]) -> Callable[[Result], str]:
    """A search's verdict, given by what was asked."""
    return lambda result: verdicts[next(name for name in QUERIES if QUERIES[name] == result.query.text)]


def test_the_area_is_that_of_the_first_hits(
    evaluated: Evaluated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerability, "confidence", lambda result: result.hits[0].score)
    monkeypatch.setattr(answerability, "verdict", lambda result: None)
    done = evaluated(*QUERIES, runs=RunFiles(tmp_path / "run.trec", several=False))
    found = in_json(done)
    scores = first_scores(tmp_path / "run.trec")
    assert set(scores) == set(QUERIES) - {"marks"}
    others = [scores["patents"], scores["baker"], float("-inf")]
    pairs = list(itertools.product([scores[name] for name in ANSWERED], others))
    area = sum(1.0 if ours > theirs else 0.0 for ours, theirs in pairs) / len(pairs)
    assert found["queries"] == 6
    told = found["without_answer"]
    low, high = told.pop("AUC_interval")
    assert told == {"queries": 3, "AUC": round(area, 4), "kept": None, "told": None}
    assert low <= area <= high
    assert as_table(done).splitlines()[2] == (
        f"  without an answer: 3 of 6 queries; AUC {area:.3f} [{low:.3f}, {high:.3f}]; no verdicts"
    )


def test_what_is_claimed_is_what_the_first_hit_and_the_verdict_say(searcher: Searcher) -> None:
    result = searcher.search(parse("Zaporizhzhia nuclear plant lost external power"))
    assert answerability.claim(result) == Claim(result.hits[0].confidence, "strong")
    assert answerability.claim(replace(result, hits=())) == Claim(-math.inf, "none")


def test_rankings_are_measured_over_the_queries_that_have_an_answer(evaluated: Evaluated) -> None:
    times = {"ms_p50", "seconds"}
    some, every = evaluated(*ANSWERED), evaluated(*QUERIES)
    alone, found = in_json(some), in_json(every)
    assert (found["nDCG@10"], found["R@1"], found["R@1_interval"]) == (1.0, 1.0, [1.0, 1.0])
    differing = {name for name in found if found[name] != alone.get(name)} - times
    assert differing == {"queries", "refused", "without_answer"}
    assert "without_answer" not in alone
    lines = as_table(every).splitlines()
    assert len(lines) == len(as_table(some).splitlines()) + 4
    assert lines[-2].startswith("AUC: how often the first hit of a query with an answer is surer")
    assert lines[-1] == "Rankings are measured over the queries that have an answer."


def test_what_cannot_be_searched_is_told_none(evaluated: Evaluated) -> None:
    said: list[str] = []
    done = evaluated("rain", "marks", report=said.append)
    found = in_json(done)
    assert (found["refused"], found["R@1"], found["without_answer"]["AUC"]) == (1, 1.0, 1.0)
    assert "news: query marks counts as told none: the query holds no letter and no digit" in said
    assert "  cannot be searched and score 0, or count as told none: 1 of the queries" in as_table(done)


def test_shares_are_those_of_the_verdict(evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = {"rain": "strong", "bread": "none", "moon": "weak", "patents": "none", "baker": "weak"}
    monkeypatch.setattr(answerability, "verdict", by_words(verdicts))
    done = evaluated(*QUERIES)
    found = in_json(done)
    assert found["without_answer"]["kept"] == round(2 / 3, 4)
    assert found["without_answer"]["told"] == round((1 + 1) / 3, 4)
    assert as_table(done).splitlines()[2].endswith("; kept 0.667; told none 0.667")


def test_the_area_follows_the_confidence(evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch) -> None:
    def best_passage(result: Result) -> float:
        return -1.0 if result.query.text == QUERIES["rain"] else 0.0

    monkeypatch.setattr(answerability, "confidence", best_passage)
    found = in_json(evaluated("rain", "moon", "patents", "baker"))
    assert found["without_answer"]["AUC"] == ((0 + 0) + (1 / 2 + 1 / 2)) / (2 * 2)


def test_a_set_without_any_answer_has_the_share_told_alone(
    evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerability, "verdict", by_words({"patents": "none", "baker": "strong"}))
    done = evaluated("patents", "baker", "marks")
    found = in_json(done)
    assert set(found) == {"name", "documents", "indexed", "queries", "refused", "ms_p50", "seconds"} | {
        "without_answer"
    }
    told = {"queries": 3, "AUC": None, "AUC_interval": None, "kept": None, "told": round(2 / 3, 4)}
    assert found["without_answer"] == told
    lines = as_table(done).splitlines()
    assert lines[1].split()[:7] == ["news", "3", "3", "–", "–", "–", "–"]
    assert lines[2] == "  without an answer: 3 of 3 queries; told none 0.667"
    assert lines[-1] == "In brackets: 95 % bootstrap intervals over queries."


def test_every_lane_is_compared(evaluated: Evaluated) -> None:
    done = evaluated("rain", "patents", lanes=True)
    assert [one.answerability and one.answerability.without for one in done.sets] == [1] * len(LANES)


def test_a_pool_says_that_other_sets_may_hold_answers(evaluated: Evaluated) -> None:
    done = replace(evaluated("rain", "patents"), pool=True)
    warning = "In the pool, documents of other sets may answer queries that count as without one."
    assert as_table(done).splitlines()[-1] == warning
