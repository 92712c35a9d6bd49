"""From a published generation to one of its shards: a folder that needs nothing of the others.

    shard.json           which shard it is (`about`); beside it the files of a catalogue, columns and words
    segments/NAME/       those that lie in the shard for the most part, as they are; the rest in new ones

Articles, passages, sentences and words keep their order; articles are numbered from the shard's first, words
and values of fields as in the generation. What depends on all articles (hubness, the sample, the values of
fields) is taken from the generation, so that shards give the scores of the whole.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.core.engine import sampled
from indexer.core.errors import InvalidSetting
from indexer.core.records import Numbers
from indexer.drafting.merging import MOST_DEAD, SegmentRows, SegmentsWriter, share_segment
from indexer.generation import arrivals, catalogue, columns, cut_words
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.generation import Generation
from indexer.generation.segment import Segment
from indexer.sharding.about import About, spans


def described(generation: Generation, place: int, shards: int) -> About:
    """The shard at a place, from 0, of so many of a generation.

    Raises:
        InvalidSetting: the generation has not enough articles for so many shards.
    """
    first_passages, first_sentences = (
        generation.catalogue.first_passages,
        generation.catalogue.first_sentences,
    )
    articles = all_spans(generation.name, first_passages, shards)[place]
    passages = first_passages[[articles.start, articles.stop]].tolist()
    sentences = first_sentences[passages].tolist()
    tokens = int(generation.postings.lengths.sum(dtype=np.int64))
    total = generation.manifest
    return About(
        *(generation.name, place, shards),
        *(articles.start, len(articles)),
        *(passages[0], passages[1] - passages[0]),
        *(sentences[0], sentences[1] - sentences[0]),
        *(total.articles, total.passages, total.sentences, len(sampled(total.passages))),
        max(tokens / max(total.passages, 1), 1.0),
        max(tokens / max(total.sentences, 1), 1.0),
        tuple(total.meta),
    )


def all_spans(name: str, first_passages: Numbers, shards: int) -> list[range]:
    """The articles of each of so many shards of the generation of this name.

    Raises:
        InvalidSetting: it has not enough articles for so many.
    """
    found = spans(first_passages, shards)
    if len(found) < shards:
        raise InvalidSetting(
            f"generation {name} cannot be cut into {shards} shards: ask for {len(found)} at most"
        )
    return found


def cut(generation: Generation, about: About, folder: Path) -> None:
    """Write a shard of a generation into a folder that is there and empty.

    Raises:
        IndexNotWritable: the disk is full.
    """
    parts = _segments(generation, about, folder)
    source = generation.folder
    articles = range(about.first_article, about.first_article + about.articles)
    passages = range(about.first_passage, about.first_passage + about.passages)
    sentences = range(about.first_sentence, about.first_sentence + about.sentences)
    catalogue.write_part(parts, source, articles, folder, about.meta)
    arrivals.cut(source, articles, folder)
    columns.cut(source, passages, folder)
    cut_words.cut(source, [segment.words for segment, _ in parts], passages, sentences, folder)
    replace(about, segments=tuple(segment.name for segment, _ in parts)).write(folder)


def _segments(generation: Generation, about: About, folder: Path) -> list[SegmentRows]:
    """The segments of a shard, in its folder, with the rows of its articles."""
    writer = SegmentsWriter(folder, generation.manifest.dimensions, generation.recall)
    parts: list[SegmentRows] = []
    for segment, rows in _rows(generation, about):
        if _sentences(segment, rows) >= (1 - MOST_DEAD) * len(segment.sentences):
            share_segment(segment, generation.manifest.files, folder)
            parts.append((Segment(folder / SEGMENTS / segment.name), rows))
        else:
            writer.copy(segment, rows)
    writer.close()
    written = [Segment(folder / SEGMENTS / name) for name in writer.written]
    return [*parts, *((segment, np.arange(len(segment))) for segment in written)]


def _rows(generation: Generation, about: About) -> list[SegmentRows]:
    """The segments of a generation that a shard lies in, with the rows of its articles, ascending."""
    rows = generation.catalogue.article_rows[about.first_article : about.first_article + about.articles]
    ordered = np.sort(rows).astype(np.int64)
    starts = np.cumsum([0, *map(len, generation.segments)])
    cuts = np.searchsorted(ordered, starts).tolist()
    return [
        (segment, ordered[cuts[place] : cuts[place + 1]] - starts[place])
        for place, segment in enumerate(generation.segments)
        if cuts[place] < cuts[place + 1]
    ]


def _sentences(segment: Segment, rows: Numbers) -> int:
    counts = np.diff(segment.first_sentences[segment.first_passages])
    return int(counts[rows].sum())
