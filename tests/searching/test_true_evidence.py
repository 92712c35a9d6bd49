"""Evidence is true: matches that a reader of both languages judged, over the seeds and news written for this.

`data/evidence_queries.tsv` has ten queries of each kind of use, `data/news.jsonl` 25 short articles. In
`data/evidence_judged.tsv` stands for every match of the first two hits whether the word of the article means
there what the word of the query means, judged without knowing its kind and weight. Words of a first hit that
answer a word of the query and were not shown stand there too, as right.
"""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import search_api.serving.loading
from indexer.build import build
from indexer.core.protocols import Encoder
from indexer.corpus import Corpus
from indexer.models.model import Model
from indexer.storage.layout import Layout
from search_api.searching.query import parse
from search_api.serving.live import Live
from search_api.serving.opening import Opener

DATA = Path(__file__).parent / "data"
SEEDS = Path(__file__).parent.parent.parent / "seeds"
LEAST_PRECISION = 0.95
LEAST_RECALL = 0.8
MOST_UNJUDGED = 0.1
HITS = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of a query and the word of an article that answers it, or is said to."""

    query: str
    article: str
    word: str
    there: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All matches of the first hits, and for each query the article of its first."""

    pairs: frozenset[Pair]
    first: frozenset[tuple[str, str]]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def judged() -> dict[Pair, bool]:
    return {
        Pair(row["query"], row["article"], row["word"], row["there"]): row["right"] == "yes"
        for row in rows("evidence_judged.tsv")
    }


@pytest.fixture(scope="module")
def live(
    seed_index: Path, model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """What a server answers from, over the seeds and the news."""
    layout = Layout(tmp_path_factory.mktemp("news"))
    shutil.copy(Layout(seed_index).cache, layout.cache)
    build(Corpus([SEEDS, DATA / "news.jsonl"]), layout, model, encoder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_api.serving.loading, "load_encoder", lambda *_, **__: encoder)
        opened = Live(layout, Opener(None, None))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shown(live: Live) -> Shown:
    pairs: set[Pair] = set()
    first: set[tuple[str, str]] = set()
    with live.searcher() as searcher:
        for row in rows("evidence_queries.tsv"):
            query = row["query"]
            hits = searcher.search(parse(query, limit=HITS)).hits
            first.add((query, hits[0].article.id))
            for hit in hits:
                pairs |= {
                    Pair(query, hit.article.id, _line(match.query.text), _line(match.passage.text))
                    for match in hit.words
                }
    return Shown(frozenset(pairs), frozenset(first))


def _line(text: str) -> str:
    return " ".join(text.split())


def test_nearly_all_matches_that_are_shown_are_right(shown: Shown, judged: dict[Pair, bool]) -> None:
    known = [pair for pair in shown.pairs if pair in judged]
    wrong = [f"{pair.query}: {pair.word}, {pair.there}" for pair in known if not judged[pair]]
    assert 1 - len(wrong) / len(known) >= LEAST_PRECISION, "\n".join(sorted(wrong))


def test_nearly_all_matches_that_are_shown_were_judged(shown: Shown, judged: dict[Pair, bool]) -> None:
    new = [f"{pair.query}: {pair.word}, {pair.there}" for pair in shown.pairs if pair not in judged]
    assert len(new) / len(shown.pairs) <= MOST_UNJUDGED, "\n".join(sorted(new))


def test_most_words_that_the_first_hit_answers_are_shown(shown: Shown, judged: dict[Pair, bool]) -> None:
    right = {pair for pair, is_right in judged.items() if is_right}
    answered = {(pair.query, pair.word) for pair in right if (pair.query, pair.article) in shown.first}
    told = {
        (pair.query, pair.word) for pair in right & shown.pairs if (pair.query, pair.article) in shown.first
    }
    missing = [f"{query}: {word}" for query, word in answered - told]
    assert len(told) / len(answered) >= LEAST_RECALL, "\n".join(sorted(missing))


def test_a_sense_is_told_by_its_neighbour(live: Live) -> None:
    with live.searcher() as searcher:
        [hit] = searcher.search(parse("Zaporizhzhia nuclear plant lost external power", limit=1)).hits
    there = {match.passage.text for match in hit.words if match.query.text == "power"}
    assert there == {"الطاقة"}
