"""A reindex on a small Ray cluster: a process, a node and the command are killed, and nothing is lost."""

import importlib.util
from pathlib import Path

import pytest
from cluster_reindex import compared, on_cluster, on_this_machine, written

from indexer.core.records import Article
from indexer.corpus.text import parse
from indexer.text.language import identify
from indexer.text.sentences import split

if not importlib.util.find_spec("ray"):
    pytest.skip("needs ray: pip install 'hudhud[cluster]'", allow_module_level=True)

SEEDS = Path(__file__).parents[2] / "seeds"
QUERIES = ("Zaporizhzhia plant lost external power", "flood", "زلزله", "الحرب", "president of Syria")

pytestmark = pytest.mark.filterwarnings("ignore")  # what Ray leaves open is Ray's


def short_articles() -> list[Article]:
    """Sixty articles, each of three sentences of the seeds."""
    texts = [parse(path.read_text(encoding="utf-8"))[1] for path in sorted(SEEDS.iterdir())]
    found = [span.of(text) for text in texts for span in split(text, identify(text))]
    pieces = [" ".join((found * 2)[start * 7 : start * 7 + 3]) for start in range(60)]
    return [Article(f"{number:02}", piece[:40], piece) for number, piece in enumerate(pieces)]


def test_a_process_a_node_and_the_command_are_killed_and_the_index_is_that_of_one_machine(
    tmp_path: Path,
) -> None:
    file, here, there = written(short_articles(), tmp_path), tmp_path / "here", tmp_path / "there"
    texts = on_this_machine(file, here)
    assert texts > 800
    told: list[str] = []
    run = on_cluster(file, there, texts, tmp_path / "journal", told.append)
    assert [line.rsplit(": ")[-1] for line in told] == ["a process", "a node", "the command"]
    run.require_right()
    assert compared(there, here, QUERIES) > 20
