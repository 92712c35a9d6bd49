"""Measure from which confidence an article should match, and how well copies of a story are told.

    python benchmarks/quality/matching.py [--sets DIR] [--queries N]

First table: of the right answers among the first ten hits, the share that a confidence keeps, and how many
articles then match. Second table: copies made out of the sets' articles, shortened, headed anew and edited as
papers do, and other stories; the share that is taken for a copy. Prints; changes nothing.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measure import table
from benchmarks.quality.run import SETS
from indexer.build import build
from indexer.core.records import Article, Vectors
from indexer.corpus import InMemory
from indexer.generation.generation import open_live
from indexer.models.encoder import load_encoder
from indexer.models.model import default_cache, locate
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from indexer.text.sentences import split
from search_api.evaluation.beir import EvaluationSet, read
from search_api.evaluation.indexes import open_index
from search_api.search import Searcher
from search_api.searching.copies import collapsed
from search_api.searching.query import parse
from search_api.searching.query_encoder import QueryEncoders

NAMES = (
    *("kw1-ntrex-en-fa", "kw2-tico-en-ar", "nm1-ntrex-en-fa", "none-ntrex-en-fa", "ntrex-headline-en-pool"),
    *("tico-passage-en-fa", "arcd-ar-ar", "xquad-en-ar", "pquad-fa-fa", "names-lookup"),
)
OF_COPIES = ("ntrex-headline-en-fa", "ntrex-headline-en-ar", "ntrex-headline-en-prs", "tico-passage-en-fa")
THRESHOLDS = (0.02, 0.03, 0.05, 0.08, 0.1, 0.2, 0.35)
FIRST = 10
LEAST_SENTENCES = 4

Story = tuple[str, ...]
Change = Callable[[Story, Story, random.Random], Story]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a confidence keeps of a set: the share of right answers, and the median of articles that match."""

    share: float
    matched: float


def kept(one: EvaluationSet) -> list[Kept]:
    """What each of THRESHOLDS keeps of a set."""
    model = locate(None)
    encoder = load_encoder(model)
    generation = open_index(one.corpus, model, encoder, default_cache(), lambda _: None)
    searcher = Searcher(Retrieval(generation), QueryEncoders.of(encoder, model.prompts.query))
    right: list[float] = []
    sizes: list[list[int]] = []
    for query in one.queries:
        relevant = {document for document, grade in one.qrels.get(query.id, {}).items() if grade > 0}
        if relevant:
            hits = searcher.search(parse(query.text, limit=100, evidence=False, operators=False)).hits
            right += [hit.confidence for hit in hits[:FIRST] if hit.article.id in relevant]
            sizes.append([sum(hit.confidence >= least for hit in hits) for least in THRESHOLDS])
    searcher.close()
    medians = np.median(np.array(sizes), axis=0).tolist()
    return [
        Kept(sum(one >= least for one in right) / max(len(right), 1), size)
        for least, size in zip(THRESHOLDS, medians, strict=True)
    ]


def _headed_anew(story: Story, other: Story, chance: random.Random) -> Story:
    del other, chance
    return ("A new headline", f"Agency - {story[0]}", *story[1:])


def _cut(story: Story, other: Story, chance: random.Random) -> Story:
    made = _headed_anew(story, other, chance)
    return made[: max(2, round(0.6 * len(made)))]


def _edited(share: float) -> Change:
    def change(story: Story, other: Story, chance: random.Random) -> Story:
        made = _headed_anew(story, other, chance)
        return tuple(_without_a_word(one, chance) if chance.random() < share else one for one in made)

    return change


def _edited_and_cut(story: Story, other: Story, chance: random.Random) -> Story:
    made = _edited(0.25)(story, other, chance)
    return (*made[: max(2, round(0.7 * len(made)))], *other[:2])


def _quoting(story: Story, other: Story, chance: random.Random) -> Story:
    return (*other[:2], *chance.sample(story, 2), *other[2:])


CHANGES: dict[str, Change] = {
    "headed anew, agency before the lead": _headed_anew,
    "… and 40 % cut": _cut,
    "… and a quarter of its sentences edited": _edited(0.25),
    "… and half of them edited": _edited(0.5),
    "… a quarter edited, 30 % cut, two sentences of its own": _edited_and_cut,
    "no copy: another story that quotes two sentences": _quoting,
    "no copy: another story": lambda _, other, __: other,
}


def _without_a_word(sentence: str, chance: random.Random) -> str:
    words = sentence.split()
    if len(words) > 3:
        del words[chance.randrange(1, len(words) - 1)]
    return " ".join(words)


class _NoVectors:
    """An encoder for an index that is not searched by vectors: all of them are one."""

    dimensions, engine = 8, "none"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The same vector for each."""
        return np.full((len(texts), 8), 8**-0.5, np.float32)

    encode_queries = encode
    encode_words = encode

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return [len(text.split()) for text in texts]


def taken_for_copies(sets: Sequence[EvaluationSet], change: Change) -> float:
    """The share of stories that are one hit with what `change` makes of them."""
    chance = random.Random(1)
    pairs = [pair for one in sets for pair in _changed(one, change, chance)]
    originals = [article for article, _ in pairs]
    changed = [replace(article, id=f"{article.id} changed", text=text) for article, text in pairs]
    with TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        build(InMemory([*originals, *changed]), layout, locate(None), _NoVectors())
        generation = open_live(layout.folder)
        index = Retrieval(generation)
        number = {generation.catalogue.ids[place]: place for place in range(len(generation.catalogue))}
        both = [(number[one.id], number[other.id]) for one, other in zip(originals, changed, strict=True)]
        found = sum(len(collapsed(index, np.array(pair)).leaders) == 1 for pair in both)
        index.close()
    return found / len(pairs)


def _changed(one: EvaluationSet, change: Change, chance: random.Random) -> Iterator[tuple[Article, str]]:
    stories = [(article, _sentences(article)) for article in one.corpus]
    stories = [pair for pair in stories if len(pair[1]) >= LEAST_SENTENCES]
    for place, (article, story) in enumerate(stories):
        other = stories[(place + chance.randrange(1, len(stories))) % len(stories)][1]
        named = replace(article, id=f"{one.name}/{article.id}")
        yield named, "\n".join(change(story, other, chance))


def _sentences(article: Article) -> Story:
    return tuple(span.of(article.text) for span in split(article.text, article.language))


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, default=SETS, help="folder of the evaluation sets")
    parser.add_argument("--queries", type=int, default=150, help="most queries of each set")
    chosen = parser.parse_args()
    if not chosen.sets.is_dir():
        print(f"there are no sets in {chosen.sets}: nothing is measured", file=sys.stderr)
        return
    rows = []
    for name in NAMES:
        found = kept(replace(one := read(chosen.sets / name), queries=one.queries[: chosen.queries]))
        rows.append([name, *(f"{one.share:.3f} / {one.matched:.0f}" for one in found)])
    print(table("Right answers kept / articles that match", ["set", *map(str, THRESHOLDS)], rows))
    sets = [read(chosen.sets / name) for name in OF_COPIES]
    told = [[name, f"{taken_for_copies(sets, change):.3f}"] for name, change in CHANGES.items()]
    print(table("Taken for a copy", ["what", "share"], told))


if __name__ == "__main__":
    main()
