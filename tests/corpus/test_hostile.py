"""Files made to bring a reader down: little time and memory, one counted skip, and what is beside is read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import BEARABLE, HOSTILE, LINE, TEXT, dictionary, feed, page, warc

from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Record, Skipped
from indexer.corpus import Corpus
from indexer.corpus.budget import MAX_CHARACTERS, MAX_FAULTS
from indexer.models.model import Model
from indexer.storage.layout import Layout

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 5, 500
Measured = tuple[float, int, list[str], list[list[str]], int]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="measured in forked processes")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    """What reading each file took: seconds of processor time, megabytes, ids, some skips, their number."""
    folder = tmp_path_factory.mktemp("hostile")
    usual = {
        "a.txt": TEXT.encode(),
        "b.jsonl": LINE,
        "c.csv": b"id,text\na,b\n",
        "d.html": page(""),
        "e.xml": feed(""),
        "f.warc": warc((b"", b"")),
        "g.parquet": dictionary(40, 2),
    }
    (folder / "usual").mkdir()
    for name, content in usual.items():
        (folder / "usual" / name).write_bytes(content)
    makers = {name: make for name, (make, *_) in HOSTILE.items()} | BEARABLE
    files = []
    for name, make in makers.items():
        files.append(folder / name)
        files[-1].write_bytes(make())
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "measured.py", folder / "usual", *files],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    lines = map(json.loads, done.stdout.splitlines())
    return {name: tuple(found) for name, *found in lines}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_costs_little_and_is_one_skip_beside_what_is_read(
    name: str, measured: dict[str, Measured]
) -> None:
    _, detail, ids = HOSTILE[name]
    seconds, megabytes, read, skips, count = measured[name]
    assert [detail in said for _, said in skips] == [True]
    assert (count, tuple(read)) == (1, ids)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.parametrize("name", BEARABLE)
def test_what_grew_with_a_square_grows_no_more(name: str, measured: dict[str, Measured]) -> None:
    seconds, megabytes, read, _, count = measured[name]
    assert read or count == MAX_FAULTS + 1
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def test_a_run_goes_on_and_indexes_what_lies_beside(
    tmp_path: Path, layout: Layout, model: Model, encoder: Encoder
) -> None:
    hostile = ("tags.xml", "attributes.html", "arrays.json", "dictionary.parquet", "folded.warc")
    for name in hostile:
        (tmp_path / name).write_bytes(HOSTILE[name][0]())
    (tmp_path / "a.txt").write_text("پیش از همه", encoding="utf-8")
    (tmp_path / "z.txt").write_text("پس از همه", encoding="utf-8")
    summary = build(Corpus([tmp_path]), layout, model, encoder)
    assert summary.changes.skips.counts == {"too large": len(hostile)}
    assert summary.manifest.articles == 2 + sum(len(HOSTILE[name][2]) for name in hostile)


def test_an_article_may_be_as_long_as_a_book_and_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for length, kind in ((MAX_CHARACTERS, Article), (MAX_CHARACTERS + 1, Skipped)):
        path.write_text("a" * length)
        [record] = Corpus([path])
        assert isinstance(record, Record)
        assert isinstance(record.load(), kind)


def test_many_faults_of_a_file_are_told_one_by_one_and_then_together(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"[]\n" * (MAX_FAULTS + 234) + LINE)
    *faults, good, last = list(Corpus([path]))
    assert (len(faults), good.id) == (MAX_FAULTS, "good")
    assert isinstance(last, Skipped)
    assert (last.detail, last.path, last.id) == (
        "234 more faults like those before, the last: not a JSON object",
        str(path.resolve()),
        None,
    )
