"""Articles, passages and sentences by their numbers, out of the catalogue of a generation or of a shard."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.core.records import Article, Filter, Numbers, Passage, Sentence
from indexer.generation.arrivals import Arrivals
from indexer.generation.catalogue import Catalogue
from indexer.generation.keywords import META
from indexer.generation.segment import Segment

SEGMENTS = "segments"


class Catalogued:
    """What is told of articles wherever their segments and a catalogue of them lie in a folder."""

    def __init__(self, folder: Path, segments: Sequence[str], meta: Sequence[str]) -> None:
        """Map the segments and the catalogue in `folder`.

        Args:
            folder: where they are.
            segments: names of the segments, in the order of their rows.
            meta: names of the further fields of articles that are kept.

        Raises:
            IndexDamaged: files are missing, unreadable or do not fit each other.
        """
        self.segments = [Segment(folder / SEGMENTS / name) for name in segments]
        self.catalogue = Catalogue(folder, self.segments, meta)
        self.first_came = Arrivals(folder, self.catalogue.ids)
        self.further_fields = tuple(META + name for name in meta)
        """The further fields that it keeps of articles, as `meta.author`."""

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
        """Release the segments."""
        for segment in self.segments:
            segment.close()
