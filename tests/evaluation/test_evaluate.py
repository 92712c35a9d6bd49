"""`hudhud evaluate` on small sets of our own, with the real model."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nights import CountingEncoder
from typer.testing import CliRunner, Result

import indexer.lexicon.word_vectors
import indexer.models.encoder
import indexer.models.model
import search_api.evaluation.indexes
from indexer.core.errors import IndexLocked
from indexer.core.protocols import Encoder
from indexer.core.records import Article
from indexer.drafting import draft as drafting
from indexer.drafting.draft import Progress
from indexer.lexicon import word_vectors
from indexer.models.model import Model
from indexer.storage.layout import Layout
from search_api.commands.cli import app
from search_api.evaluation import evaluate as evaluation
from search_api.evaluation.beir import EvaluationSet, Question, read_sets
from search_api.evaluation.indexes import FOLDER, VECTORS, collections, open_index
from search_api.evaluation.measures import Recall

TEXTS = {
    "rain-fa": ("fa", "باران شدید دیروز در شهر رشت خیابان\u200cها را پر از آب کرد."),
    "bread-fa": ("fa", "نانوای جوان هر صبح نان تازه برای همسایه\u200cها می\u200cپزد."),
    "rain-prs": ("prs", "باران شدید دیروز در شهر هرات سرک\u200cها را پر از آب ساخت."),
    "match-prs": ("prs", "تیم فوتبال کابل در مسابقه دیشب سه گول زد."),
    "rain-ar": ("ar", "أغرقت الأمطار الغزيرة أمس شوارع مدينة البصرة."),
    "moon-ar": ("ar", "سيشهد سكان المدينة خسوف القمر مساء الخميس."),
}
RAIN, BREAD, MOON = "heavy rain flooded the streets", "a baker makes fresh bread", "lunar eclipse on Thursday"
LANE_NAMES = [
    "passage vectors",
    "+ sentences",
    "+ hubs, languages",
    "all but same",
    "all but stem",
    "all but name",
    "all but dictionary",
    "all but sound",
    "all but translation",
    "all",
]
Hudhud = Callable[..., Result]


def write(
    folder: Path, documents: list[str], queries: Mapping[str, str], qrels: Mapping[str, list[str]]
) -> Path:
    """A set of some of TEXTS; a query has its text as value, and every relevant document the score 1."""
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": name, "text": TEXTS[name][1], "lang": TEXTS[name][0]} for name in documents]
    asked = [{"_id": name, "text": text} for name, text in queries.items()]
    for name, objects in (("corpus", corpus), ("queries", asked)):
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    pairs = [f"{query}\t{document}\t1\n" for query, found in qrels.items() for document in found]
    table = "query-id\tcorpus-id\tscore\n" + "".join(pairs)
    (folder / "qrels" / "test.tsv").write_text(table, encoding="utf-8")
    return folder


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """Six documents in three languages; rain is in all three."""
    relevant = {"q1": ["rain-fa", "rain-prs", "rain-ar"], "q2": ["bread-fa"], "q3": ["moon-ar"]}
    return write(tmp_path / "weather", list(TEXTS), {"q1": RAIN, "q2": BREAD, "q3": MOON}, relevant)


@pytest.fixture
def hudhud(model: Model, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, evaluation_cache: Path) -> Hudhud:
    """Run the command in this process, where the model is ready, with a cache folder of its own."""
    monkeypatch.setattr(indexer.models.model, "locate", lambda *_, **__: model)
    monkeypatch.setattr(indexer.models.encoder, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setenv("HUDHUD_CACHE", str(evaluation_cache))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])

    return run


def measured(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    sets: list[dict[str, Any]] = json.loads(result.stdout)["sets"]
    return sets


def test_a_set_is_measured(hudhud: Hudhud, weather: Path, model: Model, encoder: Encoder) -> None:
    result = hudhud(weather, "--json", "--quiet")
    assert result.stderr == ""
    values = json.loads(result.stdout)
    [found] = values.pop("sets")
    assert found.pop("seconds") > 0
    assert found.pop("ms_p50") > 0
    one = {"queries": 1, "R@10": 1.0, "R@100": 1.0}
    assert found == {
        "name": "weather",
        "documents": 6,
        "indexed": 6,
        "queries": 3,
        "refused": 0,
        "nDCG@10": 1.0,
        "nDCG@10_interval": [1.0, 1.0],
        "R@1": 1.0,
        "R@1_interval": [1.0, 1.0],
        "RR@10": 1.0,
        "R@100": 1.0,
        "recall_by_language": {
            "ar": {"queries": 2, "R@10": 1.0, "R@100": 1.0},
            "fa": {"queries": 2, "R@10": 1.0, "R@100": 1.0},
            "prs": one,
        },
    }
    created = values.pop("created")
    assert created.endswith("+00:00")
    assert values == {
        "model": model.name,
        "fingerprint": model.fingerprint[:12],
        "engine": encoder.engine,
        "hudhud": "0.1.0",
        "pool": False,
    }


def test_the_table_says_the_same(hudhud: Hudhud, weather: Path) -> None:
    result = hudhud(weather)
    lines = result.stdout.splitlines()
    assert lines[0].split() == [
        "set",
        "documents",
        "queries",
        "nDCG@10",
        "R@1",
        "RR@10",
        "R@100",
        "ms",
        "p50",
    ]
    assert lines[1].startswith(
        "weather          6        3  1.000 [1.000, 1.000]  1.000 [1.000, 1.000]  1.000  1.000  "
    )
    assert lines[2] == "  ar: R@10 1.000, R@100 1.000 (2 queries)"
    stages = ["embedding", "numbering", "comparing", "words", "checksums", "publishing"]
    lines = [line for line in result.stderr.splitlines() if line.startswith("weather: ")]
    told = [line for line in lines if "queries" not in line]
    assert told == [f"weather: {stage}" for stage in stages]
    assert "weather: 0 of 3 queries searched" in result.stderr


def test_a_wrong_answer_lowers_the_score(hudhud: Hudhud, tmp_path: Path) -> None:
    documents, wrong = ["rain-ar", "moon-ar"], {"q1": ["moon-ar"], "q2": ["moon-ar"]}
    [found] = measured(hudhud(write(tmp_path / "s", documents, {"q1": RAIN, "q2": MOON}, wrong), "--json"))
    assert (found["R@1"], found["RR@10"], found["R@100"]) == (0.5, 0.75, 1.0)
    assert found["nDCG@10"] == round((1 + 0.6309297535714575) / 2, 4)
    assert found["R@1_interval"] == [0.0, 1.0]
    assert "recall_by_language" not in found


def test_the_index_is_used_again_and_made_again_when_the_corpus_changed(
    hudhud: Hudhud, weather: Path, evaluation_cache: Path
) -> None:
    assert "weather: embedding" in hudhud(weather).stderr
    assert "weather: embedding" not in hudhud(weather).stderr
    corpus = weather / "corpus.jsonl"
    corpus.write_text(corpus.read_text(encoding="utf-8").replace("البصرة", "الموصل"), encoding="utf-8")
    assert "weather: embedding" in hudhud(weather).stderr
    assert len([found for found in (evaluation_cache / "evaluation").iterdir() if found.is_dir()]) == 2


@pytest.mark.parametrize("changed", ["model", "versions", "FORMAT"])
def test_another_model_or_version_has_another_index(
    model: Model, encoder: Encoder, evaluation_cache: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    articles = [Article("a", "", TEXTS["moon-ar"][1], None, "ar", "")]
    monkeypatch.setattr(indexer.lexicon.word_vectors, "REFERENCE_WORDS", 20)
    open_index(articles, model, encoder, evaluation_cache, lambda progress: None).close()
    other = replace(model, fingerprint="0" * 64) if changed == "model" else model
    if changed == "versions":
        monkeypatch.setattr(search_api.evaluation.indexes, "versions", lambda: {"chunking": 0})
    if changed == "FORMAT":
        monkeypatch.setattr(search_api.evaluation.indexes, "FORMAT", 0)
    open_index(articles, other, encoder, evaluation_cache, lambda progress: None).close()
    assert len([found for found in (evaluation_cache / "evaluation").iterdir() if found.is_dir()]) == 2


def test_an_interrupted_index_is_not_taken_for_a_whole_one(
    model: Model, encoder: Encoder, evaluation_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = [Article(name, "", text, None, language, "") for name, (language, text) in TEXTS.items()]

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Layout, "publish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            open_index(articles, model, encoder, evaluation_cache, lambda progress: None)
    counting = CountingEncoder(encoder)
    index = open_index(articles, model, counting, evaluation_cache, lambda progress: None)
    assert (index.manifest.articles, counting.texts) == (6, [])
    index.close()


def test_a_damaged_index_is_made_again(model: Model, encoder: Encoder, evaluation_cache: Path) -> None:
    articles = [Article("a", "", TEXTS["moon-ar"][1], None, "ar", "")]
    index = open_index(articles, model, encoder, evaluation_cache, lambda progress: None)
    index.close()
    (index.folder / "passage-rows.npy").write_bytes(b"")
    again = open_index(articles, model, encoder, evaluation_cache, lambda progress: None)
    assert (again.manifest.articles, again.folder != index.folder) == (1, True)
    again.close()


def test_a_pool_searches_every_set_among_the_documents_of_all(hudhud: Hudhud, tmp_path: Path) -> None:
    queries = {"q1": RAIN}
    folders = [
        write(tmp_path / code, [f"rain-{code}", other], queries, {"q1": [f"rain-{code}"]})
        for code, other in (("fa", "bread-fa"), ("prs", "match-prs"), ("ar", "moon-ar"))
    ]
    apart = measured(hudhud(*folders, "--json", "--quiet"))
    assert [(one["name"], one["R@1"], one["indexed"]) for one in apart] == [
        ("fa", 1.0, 2),
        ("prs", 1.0, 2),
        ("ar", 1.0, 2),
    ]
    pooled = measured(hudhud(*folders, "--json", "--quiet", "--pool", "--run", tmp_path / "runs"))
    assert [(one["documents"], one["indexed"], one["R@100"]) for one in pooled] == [(2, 6, 1.0)] * 3
    assert sorted(1 / one["RR@10"] for one in pooled) == pytest.approx([1, 2, 3], abs=1e-3)
    for code in ("fa", "prs", "ar"):
        lines = (tmp_path / "runs" / f"{code}.trec").read_text(encoding="utf-8").splitlines()
        found = {line.split()[2] for line in lines}
        own = {f"rain-{code}", {"fa": "bread-fa", "prs": "match-prs", "ar": "moon-ar"}[code]}
        assert own < found
        assert {name.split("/")[0] for name in found - own} == {"fa", "prs", "ar"} - {code}
    assert "All sets in one index of 6 documents." in hudhud(*folders, "--pool").stdout


def test_corpora_of_equal_content_go_into_the_pool_once() -> None:
    shared = (Article("d", "t", "x", None, "ar", "en-ar/corpus.jsonl"),)
    same = (replace(shared[0], source="ar-ar/corpus.jsonl"),)
    other = (replace(shared[0], text="y"),)
    sets = [
        EvaluationSet(name, corpus, (Question("q", "?"),), {"q": {"d": 1}})
        for name, corpus in (("en-ar", shared), ("ar-ar", same), ("other", other))
    ]
    [pool] = collections(sets, pool=True)
    assert [(article.id, article.text) for article in pool.articles] == [("en-ar/d", "x"), ("other/d", "y")]
    assert [(part.set.name, part.qrels()) for part in pool.parts] == [
        ("en-ar", {"q": {"en-ar/d": 1}}),
        ("ar-ar", {"q": {"en-ar/d": 1}}),
        ("other", {"q": {"other/d": 1}}),
    ]


def test_a_run_holds_what_was_searched(hudhud: Hudhud, weather: Path, tmp_path: Path) -> None:
    [found] = measured(hudhud(weather, "--json", "--quiet", "--queries", 2, "--run", tmp_path / "run.trec"))
    assert found["queries"] == 2
    lines = [line.split() for line in (tmp_path / "run.trec").read_text(encoding="utf-8").splitlines()]
    assert [line[0] for line in lines] == ["q1"] * 6 + ["q2"] * 6
    assert [line[3] for line in lines] == [*"123456"] * 2
    assert {line[2] for line in lines[:3]} == {"rain-fa", "rain-prs", "rain-ar"}
    assert lines[6][1:4] == ["Q0", "bread-fa", "1"]


def test_a_query_that_cannot_be_searched_scores_0_and_is_told(hudhud: Hudhud, tmp_path: Path) -> None:
    relevant = {"q1": ["rain-ar"], "q2": ["rain-ar"]}
    folder = write(tmp_path / "s", ["rain-ar", "moon-ar"], {"q1": RAIN, "q2": "?!"}, relevant)
    result = hudhud(folder)
    assert "s: query q2 scores 0: the query holds no letter and no digit" in result.stderr
    assert "  cannot be searched and score 0: 1 of the queries" in result.stdout
    [found] = measured(hudhud(folder, "--json"))
    assert (found["refused"], found["R@1"]) == (1, 0.5)


def test_recall_counts_the_relevant_documents_of_one_language_only(
    model: Model, encoder: Encoder, tmp_path: Path, evaluation_cache: Path
) -> None:
    relevant = {"q1": ["rain-fa", "rain-ar"], "q2": ["rain-ar"]}
    folder = write(tmp_path / "s", list(TEXTS), {"q1": RAIN, "q2": "?!"}, relevant)
    with (folder / "qrels" / "test.tsv").open("a") as file:
        file.write("q1\train-prs\t0\n")
    [found] = evaluation.evaluate(read_sets([folder]), model, encoder, evaluation_cache).sets
    assert found.recall_by_language == {"ar": Recall(2, 0.5, 0.5), "fa": Recall(1, 1.0, 1.0)}


def test_lanes_are_measured_one_by_one(hudhud: Hudhud, weather: Path, tmp_path: Path) -> None:
    found = measured(hudhud(weather, "--lanes", "--json", "--quiet", "--run", tmp_path / "run.trec"))
    assert [(one["name"], one["lane"]) for one in found] == [("weather", lane) for lane in LANE_NAMES]
    assert [list(one)[:3] for one in found] == [["name", "lane", "documents"]] * len(LANE_NAMES)
    [alone] = measured(hudhud(weather, "--json", "--quiet", "--run", tmp_path / "alone.trec"))
    times = {"ms_p50", "seconds"}
    assert {key: value for key, value in found[-1].items() if key not in times} == {
        key: value for key, value in alone.items() if key not in times
    } | {"lane": "all"}
    assert (tmp_path / "run.trec").read_text() == (tmp_path / "alone.trec").read_text()


def test_a_row_says_its_lane(hudhud: Hudhud, weather: Path) -> None:
    lines = hudhud(weather, "--lanes", "--quiet").stdout.splitlines()
    rows = [line for line in lines if line.startswith("weather")]
    assert [row.partition("  ")[0] for row in rows] == [f"weather: {lane}" for lane in LANE_NAMES]
    assert not any(line.startswith("weather:") for line in hudhud(weather, "--quiet").stdout.splitlines())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["none"], "hudhud: none is not a folder: give one that holds corpus.jsonl, queries.jsonl and "),
        (["weather", "--queries", "0"], "hudhud: --queries must be at least 1, not 0"),
        (["weather", "weather"], "hudhud: 2 sets are called weather: rename one"),
        (["weather", "--run", "."], "hudhud: . is a folder: for one set, name a file after --run"),
    ],
)
def test_bad_input_is_one_line_before_the_model_is_loaded(
    weather: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(weather.parent)
    result = CliRunner().invoke(app, ["evaluate", *options, "--model", "./no-model"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1


def test_a_malformed_line_is_named_on_the_command_line(hudhud: Hudhud, weather: Path) -> None:
    with (weather / "queries.jsonl").open("a") as file:
        file.write("{\n")
    result = hudhud(weather)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"hudhud: {weather / 'queries.jsonl'}, line 4 is not JSON: ")


def test_an_index_that_another_process_writes_is_said(
    model: Model, encoder: Encoder, evaluation_cache: Path
) -> None:
    articles = [Article("a", "", TEXTS["moon-ar"][1], None, "ar", "")]

    def inner(_: Progress) -> None:
        with pytest.raises(IndexLocked, match="wait for it to end"):
            open_index(articles, model, encoder, evaluation_cache, lambda progress: None)

    open_index(articles, model, encoder, evaluation_cache, inner).close()


def test_an_index_leaves_the_vectors_of_others_in_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: Model, encoder: Encoder
) -> None:
    monkeypatch.setattr(drafting, "SLACK_TEXTS", 0)
    monkeypatch.setattr(word_vectors, "REFERENCE_WORDS", 20)
    (tmp_path / FOLDER).mkdir()
    counted: list[int] = []
    for number in range(3):
        text = " ".join(f"باران {place} بارید." for place in range(number * 40, number * 40 + 40))
        article = Article(f"a{number}", "باران", text, None, "fa", "")
        open_index([article], model, encoder, tmp_path, lambda progress: None).close()
        with closing(sqlite3.connect(tmp_path / FOLDER / VECTORS)) as connection:
            counted += connection.execute("SELECT count(*) FROM vectors").fetchone()
    assert counted[0] < counted[1] < counted[2]
