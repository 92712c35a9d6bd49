"""What a shard is: which articles of which generation, and what it knows of the others."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from indexer.core.engine import Whole
from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers

CUT = 1
"""Raised whenever the files of a shard would come out differently for the same generation."""

NAME = "shard.json"


@dataclass(frozen=True, slots=True)
class About:
    """One shard of a generation. Its articles follow each other, and so do its passages and sentences.

    Attributes:
        generation: name of the generation.
        place, shards: which shard it is, from 0, of how many.
        first_article, articles: number of its first article, and how many it has.
        first_passage, passages: the same of passages.
        first_sentence, sentences: the same of sentences.
        all_articles, all_passages, all_sentences: how many the generation has.
        in_sample: how many of all passages are sampled.
        passage_length, sentence_length: how many tokens all passages and sentences have in the mean.
        meta: names of the further fields of articles that are kept.
        segments: names of those it lies in, in the order of their rows; known once it was cut.
    """

    generation: str
    place: int
    shards: int
    first_article: int
    articles: int
    first_passage: int
    passages: int
    first_sentence: int
    sentences: int
    all_articles: int
    all_passages: int
    all_sentences: int
    in_sample: int
    passage_length: float
    sentence_length: float
    meta: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    @property
    def whole(self) -> Whole:
        """What it knows of the whole index."""
        return Whole(
            *(self.all_passages, self.all_sentences, self.in_sample),
            *(self.passage_length, self.sentence_length, self.first_passage),
        )

    def write(self, folder: Path) -> None:
        """Write it into the folder of the shard."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "About":
        """What `write` wrote.

        Raises:
            IndexDamaged: it is missing or unreadable.
        """
        try:
            values = json.loads((folder / NAME).read_text(encoding="utf-8"))
            return cls(**values | {name: tuple(values[name]) for name in ("meta", "segments")})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IndexDamaged(f"{folder / NAME} cannot be read") from error


def spans(first_passages: Numbers, shards: int) -> list[range]:
    """The articles of each of some shards, which have about as many passages each.

    Args:
        first_passages: of each article, and the number of passages at the end.
        shards: how many are wanted; there are fewer where there are fewer articles with passages.
    """
    total = int(first_passages[-1])
    wanted = np.arange(1, shards) * total // shards
    cuts = np.unique(np.searchsorted(first_passages[:-1], wanted))
    inner = [cut for cut in cuts.tolist() if 0 < first_passages[cut] < total]
    ends = [0, *inner, len(first_passages) - 1]
    return [range(start, end) for start, end in pairwise(ends)]
