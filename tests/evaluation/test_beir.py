"""Reading evaluation sets: what a line becomes, and the sentence for each that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.core.errors import InvalidEvaluation
from indexer.core.records import Article
from search_api.evaluation.beir import EvaluationSet, Question, read, read_sets, sample

CORPUS = [
    {"_id": "d2", "title": "", "text": "باران شدید در هرات بارید.", "lang": "prs"},
    {"_id": "d1", "title": "زلزله", "text": "زمین در کرمان لرزید.\r\nکسی آسیب ندید."},
]
QUERIES = [
    {"_id": "q1", "text": "earthquake in Kerman"},
    {"_id": "q2", "text": "rain in Herat", "lang": "en"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"


def write(folder: Path, corpus: list[Any] = CORPUS, queries: list[Any] = QUERIES, qrels: str = QRELS) -> Path:
    (folder / "qrels").mkdir(parents=True)
    for name, objects in (("corpus", corpus), ("queries", queries)):
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_documents_become_articles_sorted_by_id(tmp_path: Path) -> None:
    found = read(write(tmp_path / "news"))
    assert found == EvaluationSet(
        name="news",
        corpus=(
            Article(
                "d1", "زلزله", "زلزله\nزمین در کرمان لرزید.\nکسی آسیب ندید.", None, "fa", "news/corpus.jsonl"
            ),
            Article(
                "d2",
                "باران شدید در هرات بارید.",
                "باران شدید در هرات بارید.",
                None,
                "prs",
                "news/corpus.jsonl",
            ),
        ),
        queries=(Question("q1", "earthquake in Kerman"), Question("q2", "rain in Herat")),
        qrels={"q1": {"d1": 2, "d2": 0}, "q2": {"d2": 1}},
    )


def test_a_title_that_the_text_begins_with_is_not_repeated(tmp_path: Path) -> None:
    document = {"_id": "d1", "title": "زلزله", "text": "زلزله\nزمین لرزید.", "lang": "fa"}
    found = read(write(tmp_path, [document, CORPUS[0]]))
    assert (found.corpus[0].title, found.corpus[0].text) == ("زلزله", "زلزله\nزمین لرزید.")


def test_blank_lines_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = read(write(tmp_path / "a" / "news"))
    other = write(tmp_path / "b" / "news")
    for path in (other / "corpus.jsonl", other / "queries.jsonl", other / "qrels" / "test.tsv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n  \n")
    assert read(other) == plain


def test_a_sample_is_spread_over_the_set() -> None:
    queries = tuple(Question(f"q{number}", "?") for number in range(10))
    whole = EvaluationSet("numbers", (), queries, {query.id: {"d": 1} for query in queries})
    assert [query.id for query in sample(whole, 4).queries] == ["q0", "q2", "q5", "q7"]
    assert sample(whole, 4).qrels == {"q0": {"d": 1}, "q2": {"d": 1}, "q5": {"d": 1}, "q7": {"d": 1}}
    assert sample(whole, 10) is whole
    assert sample(whole, 11) is whole
    with pytest.raises(InvalidEvaluation, match=r"^--queries must be at least 1, not 0$"):
        sample(whole, 0)


def test_two_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [write(tmp_path / "a" / "news"), write(tmp_path / "b" / "news")]
    with pytest.raises(InvalidEvaluation, match=r"^2 sets are called news: rename one"):
        read_sets(folders)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).unlink()
    with pytest.raises(InvalidEvaluation, match=f"{name} is missing: a set is a folder with"):
        read(tmp_path)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidEvaluation, match="none is not a folder: give one that holds corpus"):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("corpus.jsonl", '{"_id": "d3"', r"corpus\.jsonl, line 3 is not JSON: Expecting"),
        ("corpus.jsonl", '["d3"]', r"""corpus\.jsonl, line 3 is '\["d3"\]' instead of an object"""),
        ("corpus.jsonl", '{"text": "x"}', r"corpus\.jsonl, line 3 has no _id"),
        ("corpus.jsonl", '{"_id": "", "text": "x"}', r"line 3 has an empty _id"),
        ("corpus.jsonl", '{"_id": 3, "text": "x"}', r"line 3 has 3 as _id instead of text"),
        ("corpus.jsonl", '{"_id": "d3", "title": "x"}', r"line 3 has no text"),
        ("corpus.jsonl", '{"_id": "d3", "text": "x", "lang": 1}', r"line 3 has 1 as lang instead of text"),
        (
            "corpus.jsonl",
            '{"_id": "d3", "text": "\\ud800"}',
            r"line 3 has half of a surrogate pair in its text",
        ),
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}', r"line 3 has the _id 'd1', which line 2 has already"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}', r"line 3 has the _id 'q1', which line 1 has already"),
        ("queries.jsonl", "{_id: 3}", r"queries\.jsonl, line 3 is not JSON"),
        ("qrels/test.tsv", "q9\td1\t1", r"test\.tsv, line 5 names the query 'q9', which queries\.jsonl"),
        ("qrels/test.tsv", "q1\td9\t1", r"test\.tsv, line 5 names the document 'd9', which corpus\.jsonl"),
        ("qrels/test.tsv", "q2\td1\t0.5", r"line 5 has the score '0\.5', which is no whole number"),
        ("qrels/test.tsv", "q2\td1", r"line 5 has 2 fields between tabs instead of 3"),
        ("qrels/test.tsv", "q1\td1\t1", r"line 5 judges 'd1' for the query 'q1' a second time"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, name: str, line: str, message: str) -> None:
    path = write(tmp_path) / name
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(InvalidEvaluation, match=message):
        read(tmp_path)


def test_qrels_begin_with_the_names_of_their_columns(tmp_path: Path) -> None:
    with pytest.raises(InvalidEvaluation, match=r"line 1 is 'q1\\td1\\t1' instead of query-id TAB corpus-id"):
        read(write(tmp_path, qrels="q1\td1\t1\n"))


def test_a_query_without_a_relevant_document_has_no_answer(tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "q3", "text": "snow in Kabul"}]
    found = read(write(tmp_path, queries=queries, qrels=QRELS.replace("q2\td2\t1", "q2\td2\t0")))
    assert [query.id for query in found.queries] == ["q1", "q2", "q3"]
    assert found.qrels == {"q1": {"d1": 2, "d2": 0}}


def test_a_set_may_have_no_answer_at_all(tmp_path: Path) -> None:
    found = read(write(tmp_path, qrels="query-id\tcorpus-id\tscore\n"))
    assert (len(found.queries), found.qrels) == (2, {})


def test_a_sample_holds_queries_with_and_without_an_answer() -> None:
    queries = tuple(Question(f"q{number}", "?") for number in range(4))
    whole = EvaluationSet("halves", (), queries, {"q0": {"d": 1}, "q3": {"d": 1}})
    assert sample(whole, 2) == EvaluationSet("halves", (), (queries[0], queries[2]), {"q0": {"d": 1}})


def test_an_empty_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidEvaluation, match=r"corpus\.jsonl is empty: it holds no document with a letter"
    ):
        read(write(tmp_path / "a", corpus=[]))
    with pytest.raises(
        InvalidEvaluation, match=r"corpus\.jsonl is empty: it holds no document with a letter"
    ):
        read(write(tmp_path / "b", corpus=[{"_id": "d1", "text": "***"}]))
    with pytest.raises(InvalidEvaluation, match=r"queries\.jsonl is empty: it holds no query"):
        read(write(tmp_path / "c", queries=[]))
    with pytest.raises(InvalidEvaluation, match=r"test\.tsv is empty: its first line must be query-id TAB"):
        read(write(tmp_path / "d", qrels="\n"))


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "queries.jsonl").write_bytes(b'{"_id": "q\xff"}\n')
    with pytest.raises(InvalidEvaluation, match=r"queries\.jsonl cannot be read: 'utf-8' codec"):
        read(tmp_path)
