"""Searches as tables, articles in full, and what is opened in a browser."""

import csv
import io
import json
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import search_api.serving.loading
from indexer.core.protocols import Encoder
from indexer.generation.generation import open_live
from indexer.storage.layout import Layout
from search_api.commands.cli import app
from search_api.commands.tables import COLUMNS_OF_QUERIES, read_queries
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.hit_rows import COLUMNS

SEEDS = Path(__file__).parents[2] / "seeds"
NUCLEAR = "003_f7d4c279eac3b33f"
QUERY = "Zaporizhzhia nuclear plant lost external power"
Hudhud = Callable[..., Result]


@pytest.fixture
def hudhud(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Hudhud:
    """Run the command in this process, where the encoder is loaded already."""
    monkeypatch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
    monkeypatch.setattr("indexer.models.encoder.load_encoder", lambda *_, **__: encoder)

    def run(*arguments: object, given: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)

    return run


def table(done: Result) -> list[dict[str, str]]:
    assert done.exit_code == 0, done.output
    text = done.stdout_bytes.decode()
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_hits_are_printed_as_a_table(hudhud: Hudhud, seed_index: Path, searcher: Searcher) -> None:
    found = table(hudhud("search", QUERY, "--limit", 3, "--csv", "--index", seed_index))
    hits = searcher.search(parse(QUERY, limit=3)).hits
    assert list(found[0]) == list(COLUMNS)
    assert [row["id"] for row in found] == [hit.article.id for hit in hits]
    assert [int(row["rank"]) for row in found] == [1, 2, 3]
    assert found[0]["passage"] == " ".join(hits[0].passage.text.split("\n"))
    assert (int(found[0]["start"]), int(found[0]["end"])) == (hits[0].passage.start, hits[0].passage.end)


def test_a_list_of_queries_is_asked_in_one_go(hudhud: Hudhud, seed_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f'\ufeffdesk;query\na;"{QUERY}"\nb;\nc;"…"\nd;"""zzzz"" war"\ne;=1+1\n', encoding="utf-8")
    found = table(
        hudhud("search", "--queries", file, "--limit", 2, "--languages", "ar", "--index", seed_index)
    )
    assert list(found[0]) == list(COLUMNS_OF_QUERIES)
    assert [row["query"] for row in found] == [QUERY, "…", '"zzzz" war', "'=1+1"]
    first, unsearchable, nothing, _ = found
    assert (first["verdict"], first["problem"], first["id"]) == ("strong", "", NUCLEAR)
    assert (unsearchable["problem"], unsearchable["id"]) == ("the query holds no letter and no digit", "")
    assert (nothing["verdict"], nothing["id"]) == ("none", "")
    assert "zzzz" in nothing["problem"]


def test_queries_come_from_standard_input_too(hudhud: Hudhud, seed_index: Path) -> None:
    done = hudhud("search", "--queries", "-", "--limit", 1, "--index", seed_index, given="word\nصلح\nwar\n")
    assert [(row["query"], row["rank"]) for row in table(done)] == [("صلح", "1"), ("war", "1")]


@pytest.mark.parametrize(
    ("written", "queries"),
    [
        (b"query\na\nb\n", ["a", "b"]),
        (b"\xef\xbb\xbfQuery,n\r\n\"a, b\",1\r\n", ["a, b"]),
        (b"n\tquery\n1\tx y\n", ["x y"]),
        (b"first;second\na;b\n;c\n", ["a"]),
    ],
)  # fmt: skip
def test_the_column_of_queries_is_found(written: bytes, queries: list[str], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(written)
    assert read_queries(tmp_path / "list.csv") == queries


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"query\n", "holds no query"),
        (b"", "holds no query"),
        (b"query\n\xff\n", "is no CSV in UTF-8"),
        (None, "is not there"),
    ],
)
def test_a_file_that_holds_no_queries_is_named(
    hudhud: Hudhud, seed_index: Path, tmp_path: Path, written: bytes | None, said: str
) -> None:
    file = tmp_path / "list.csv"
    if written is not None:
        file.write_bytes(written)
    done = hudhud("search", "--queries", file, "--index", seed_index)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "list.csv" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["war", "--json", "--csv"], "--json prints one answer"),
        (["--queries", "a.csv", "--json"], "--json prints one answer"),
        (["--queries", "a.csv", "war"], "leave out QUERY"),
        (["--queries", "a.csv", "--open"], "leave out QUERY and --open"),
        (["--csv"], "say what to look for"),
        (["--queries", "LIST", "--languages", "persian"], "'persian' is not a language code"),
    ],
)
def test_what_contradicts_itself_is_refused(
    hudhud: Hudhud, seed_index: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    (tmp_path / "list.csv").write_text("query\nwar\n", encoding="utf-8")
    given = [str(tmp_path / "list.csv") if option == "LIST" else option for option in options]
    done = hudhud("search", *given, "--index", seed_index)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://news.example.org/1", ["https://news.example.org/1"]),
        ("javascript:alert(1)", []),
        ("file:///etc/passwd", []),
        (None, []),
    ],
)
def test_only_an_address_of_the_web_is_opened(
    hudhud: Hudhud,
    layout: Layout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str | None,
    opened: list[str],
) -> None:
    seen: list[str] = []

    def opens(address: str) -> bool:
        seen.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", opens)
    text = "أعلنت الحكومة اليوم عن وقف إطلاق النار في المدينة بعد مفاوضات طويلة بين الطرفين."
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "text": text, "url": url}), encoding="utf-8")
    assert hudhud("reindex", tmp_path / "a.jsonl", "--index", layout.folder).exit_code == 0
    done = hudhud("search", "ceasefire", "--open", "--index", layout.folder)
    assert done.exit_code == 0
    assert seen == opened
    assert ("has no address of the web" in done.stderr) == (not opened)


def test_an_article_is_shown_passage_by_passage(hudhud: Hudhud, seed_index: Path) -> None:
    found = json.loads(hudhud("show", NUCLEAR, "--json", "--index", seed_index).stdout)
    generation = open_live(seed_index)
    article = generation.article_by_id(NUCLEAR)
    generation.close()
    assert (found["id"], found["text"], found["language"]) == (NUCLEAR, article.text, "ar")
    assert [found["text"][one["start"] : one["end"]] for one in found["passages"]] == [
        one["text"] for one in found["passages"]
    ]
    assert [one["id"] for one in found["passages"]] == list(
        range(found["passages"][0]["id"], found["passages"][0]["id"] + len(found["passages"]))
    )
    ends = [one["end"] for one in found["passages"]]
    assert ends[-1] == len(article.text.rstrip())
    file = SEEDS / f"{NUCLEAR}.txt"
    assert (found["source"], found["file"]) == (file.name, str(file))
    shown = hudhud("show", NUCLEAR, "--index", seed_index).stdout
    assert f"\n{file}\n" in shown
    assert all(f"\n{one['start']}-{one['end']}\n" in shown for one in found["passages"])
    assert article.title.split()[0] in shown


def test_an_article_that_is_not_there_is_said(hudhud: Hudhud, seed_index: Path) -> None:
    done = hudhud("show", "nowhere", "--index", seed_index)
    assert done.exit_code == 2
    assert done.stderr == "hudhud: no article has the id 'nowhere' in this index\n"
