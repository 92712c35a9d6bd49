"""Measure how well the same event in several languages is put under one heading.

    python benchmarks/quality/stories.py [--sets DIR] [--queries N]

NTREX-128 has 123 news documents, each in Persian, Dari and Arabic; TICO-19 has texts on an epidemic
in Persian and Arabic, cut into passages, whose neighbours say nearly the same. All are in one index. Of the
first hits of queries, it counts which two in different languages stand under one heading, and which should:
the parallels, and documents of NTREX-128 that different papers wrote of one event (`EVENTS`). Prints;
changes nothing.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from benchmarks.measure import table
from benchmarks.quality.run import SETS
from indexer.core.deadline import NO_DEADLINE
from indexer.core.records import Article
from indexer.models.encoder import load_encoder
from indexer.models.model import default_cache, locate
from indexer.retrieval.retrieval import Retrieval
from search_api.evaluation.beir import read
from search_api.evaluation.indexes import open_index
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

NEWS, PERSIAN, ARABIC = "ntrex-headline-en-pool", "tico-passage-en-fa", "kw2-tico-en-ar"
QUERIES = (NEWS, "kw1-ntrex-en-fa", "nm1-ntrex-en-fa", PERSIAN, ARABIC)
FIRST = 30

EVENTS = ((16, 103), (13, 24), (20, 50), (9, 27, 97, 99), (41, 48), (63, 102), (1, 33))
"""Documents of NTREX-128 whose headlines tell of one event: two on the arrest after a shooting, two on a
hurricane, two on a match, four on an earthquake and its tsunami, and so on; found by reading what was joined
and should not have been."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was joined of the pairs of hits in different languages: rightly, in all, and what should be."""

    right: int
    joined: int
    true: int

    @property
    def precision(self) -> float:
        """Share of what was joined."""
        return self.right / max(self.joined, 1)

    @property
    def recall(self) -> float:
        """Share of what should be."""
        return self.right / max(self.true, 1)


def archive(sets: Path) -> tuple[Article, ...]:
    """All texts, in different languages under ids that end alike where they are parallel."""
    persian = (replace(one, id=f"fa-tico-{one.id}") for one in read(sets / PERSIAN).corpus)
    arabic = (replace(one, id=f"ar-tico-{one.id.removeprefix('ar-')}") for one in read(sets / ARABIC).corpus)
    return (*read(sets / NEWS).corpus, *persian, *arabic)


def event_of(article: Article) -> str:
    """What an article tells of."""
    document = article.id.split("-", 1)[1]
    number = int(document[1:]) if document[1:].isdecimal() else -1
    first = next((event[0] for event in EVENTS if number in event), number)
    return f"d{first}" if number >= 0 else document


def told(searcher: Searcher, queries: Sequence[str]) -> Told:
    """What is joined of the first hits of some queries."""
    pairs = [pair for query in queries for pair in _pairs(searcher, query)]
    right = sum(is_joined and is_true for is_joined, is_true in pairs)
    return Told(right, sum(is_joined for is_joined, _ in pairs), sum(is_true for _, is_true in pairs))


def _pairs(searcher: Searcher, text: str) -> Iterator[tuple[bool, bool]]:
    """Of each two of the first hits in different languages: whether they are joined, and should be."""
    plain = _articles(searcher, text, stories=False)
    heading = {
        article: place
        for place, several in enumerate(_articles(searcher, text, stories=True))
        for article in several
    }
    first = [number for [number] in plain[:FIRST]]
    articles = dict(zip(first, searcher.index.articles(first), strict=True))
    for one, other in combinations(first, 2):
        if articles[one].language != articles[other].language:
            yield heading[one] == heading[other], event_of(articles[one]) == event_of(articles[other])


def _articles(searcher: Searcher, text: str, *, stories: bool) -> list[list[int]]:
    """The numbers of the articles of each hit, all that was listed."""
    query = parse(text, limit=FIRST, evidence=False, operators=False, stories=stories)
    analysed = searcher._analysed(query, NO_DEADLINE)
    _, found, listed = searcher._found(analysed, NO_DEADLINE)
    numbers = found.candidates.articles
    return [
        numbers[[position, *listed.twins_at(place)]].tolist()
        for place, position in enumerate(listed.positions.tolist())
    ]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, default=SETS, help="folder of the evaluation sets")
    parser.add_argument("--queries", type=int, default=120, help="most queries of each set")
    chosen = parser.parse_args()
    if not chosen.sets.is_dir():
        print(f"there are no sets in {chosen.sets}: nothing is measured", file=sys.stderr)
        return
    model = locate(None)
    encoder = load_encoder(model)
    generation = open_index(archive(chosen.sets), model, encoder, default_cache(), lambda _: None)
    searcher = Searcher(Retrieval(generation), QueryEncoders.of(encoder, model.prompts.query))
    rows = []
    for name in QUERIES:
        queries = [query.text for query in read(chosen.sets / name).queries]
        random.Random(3).shuffle(queries)
        found = told(searcher, queries[: chosen.queries])
        rows.append([name, f"{found.true:,}", f"{found.precision:.3f}", f"{found.recall:.3f}"])
    searcher.close()
    print(table("One story in several languages", ["queries", "pairs", "precision", "recall"], rows))


if __name__ == "__main__":
    main()
