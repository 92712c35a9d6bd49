"""A shard as it lies in its folder: what a `Shard` asks, counted from the shard's first passage on."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers
from indexer.generation import columns
from indexer.generation.catalogued import Catalogued
from indexer.generation.columns import dense_indexes
from indexer.generation.cut_words import SIZES
from indexer.generation.postings import Postings, SentenceTerms
from indexer.sharding.about import About
from indexer.storage.arrays import mapped


class ShardFiles(Catalogued):
    """A `Part`. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Map what `cutting.cut` wrote into `folder`.

        Raises:
            IndexDamaged: files are missing, unreadable or do not fit each other.
        """
        self.about = About.read(folder)
        super().__init__(folder, self.about.segments, self.about.meta)
        self.passage_vectors, self.sentence_vectors = dense_indexes(self.catalogue)
        self.columns = columns.read(self.catalogue, folder, is_part=True)
        self.postings = Postings(folder)
        words = [segment.words for segment in self.segments]
        self.sentence_terms = SentenceTerms(folder, words, self.catalogue.sentence_rows)
        self._sizes: NDArray[np.int64] = mapped(folder / SIZES)
        found = (len(self.catalogue), len(self.passage_vectors), len(self.sentence_vectors))
        if found != (self.about.articles, self.about.passages, self.about.sentences):
            raise IndexDamaged(f"the shard in {folder} does not hold what it says")

    def sizes(self, terms: Numbers) -> Numbers:
        """How many postings each of some terms has in the whole generation."""
        return np.asarray(self._sizes[terms])
