"""An id is one line, wherever it comes from."""

import json
from pathlib import Path

import pytest

from indexer.core.records import Article, Record, Skipped, SkipReason
from indexer.corpus import Corpus, InMemory

TEXT = "باران بارید."


@pytest.mark.parametrize(
    "line_break", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
)
def test_line_breaks_in_an_id_become_spaces(tmp_path: Path, line_break: str) -> None:
    lines = [{"id": f"a{line_break}b", "text": TEXT}, {"id": "a b", "text": TEXT}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    first, second = Corpus([tmp_path])
    assert isinstance(first, Record)
    article = first.load()
    assert isinstance(article, Article)
    assert (first.id, article.id, article.text) == ("a b", "a b", TEXT)
    assert isinstance(second, Skipped)
    assert (second.reason, second.id) == (SkipReason.DUPLICATE, "a b")


def test_so_do_those_of_articles_in_memory_and_of_what_cannot_be_read(tmp_path: Path) -> None:
    [given] = InMemory([Article("a\nb", "", TEXT)])
    assert isinstance(given, Record)
    article = given.load()
    assert isinstance(article, Article)
    assert (given.id, article.id) == ("a b", "a b")
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "x\ny", "text": " "}) + "\n")
    [empty] = Corpus([tmp_path])
    assert (isinstance(empty, Skipped), empty.id) == (True, "x y")


def test_so_do_those_of_files(tmp_path: Path) -> None:
    (tmp_path / "a\nb.txt").write_text(TEXT)
    [record] = Corpus([tmp_path])
    assert isinstance(record, Record)
    article = record.load()
    assert isinstance(article, Article)
    assert (record.id, article.id) == ("a b", "a b")
