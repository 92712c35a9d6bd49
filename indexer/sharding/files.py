"""A shard as it lies in its folder: what a `Shard` asks, counted from the shard's first passage on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Article, Filter, Numbers, Passage, Sentence
from indexer.generation import columns
from indexer.generation.arrivals import Arrivals
from indexer.generation.catalogue import Catalogue
from indexer.generation.columns import dense_indexes
from indexer.generation.cut_words import SIZES
from indexer.generation.generation import SEGMENTS
from indexer.generation.keywords import META
from indexer.generation.postings import Postings, SentenceTerms
from indexer.generation.segment import Segment
from indexer.sharding.about import About
from indexer.storage.arrays import mapped


class ShardFiles:
    """A `Part`. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Map what `cutting.cut` wrote into `folder`.

        Raises:
            IndexDamaged: files are missing, unreadable or do not fit each other.
        """
        self.about = About.read(folder)
        self.segments = [Segment(folder / SEGMENTS / name) for name in self.about.segments]
        self.catalogue = Catalogue(folder, self.segments, self.about.meta)
        self.first_came = Arrivals(folder, self.catalogue.ids)
        self.passage_vectors, self.sentence_vectors = dense_indexes(self.catalogue)
        self.columns = columns.read(self.catalogue, folder, is_part=True)
        self.postings = Postings(folder)
        words = [segment.words for segment in self.segments]
        self.sentence_terms = SentenceTerms(folder, words, self.catalogue.sentence_rows)
        self._sizes: NDArray[np.int64] = mapped(folder / SIZES)
        found = (len(self.catalogue), len(self.passage_vectors), len(self.sentence_vectors))
        if found != (self.about.articles, self.about.passages, self.about.sentences):
            raise IndexDamaged(f"the shard in {folder} does not hold what it says")

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        return tuple(META + name for name in self.about.meta)

    def sizes(self, terms: Numbers) -> Numbers:
        """How many postings each of some terms has in the whole generation."""
        return np.asarray(self._sizes[terms])

    def admitted(self, wanted: Filter) -> Numbers | None:
        """Numbers of the passages that `wanted` admits, sorted; None when it admits all."""
        return self.catalogue.admitted(wanted)

    def arrivals(self, articles: Sequence[int]) -> Numbers:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        return self.first_came.of(np.asarray(articles, np.int64))

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Raises:
            UnknownField: it keeps no such field.
        """
        return self.catalogue.fields.counts(field, articles)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        return self.catalogue.passages(numbers)

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        return self.catalogue.sentences(numbers)

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self.catalogue.articles(numbers)

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.catalogue.article_by_id(article_id)

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.catalogue.number_of(article_id)

    def close(self) -> None:
        """Release the files."""
        for segment in self.segments:
            segment.close()
