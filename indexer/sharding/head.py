"""The part of a generation that is not cut: its words, what they mean, and what is usual. It is small."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers
from indexer.generation import calibration
from indexer.generation.catalogue import FIRST_PASSAGES
from indexer.generation.generation import locked, sized
from indexer.generation.keywords import META
from indexer.generation.postings import POSTINGS, WORDS
from indexer.lexicon.beginnings import Beginnings
from indexer.lexicon.lexicon import Lexicon
from indexer.sharding.cutting import all_spans
from indexer.storage.arrays import mapped, mapped_starts
from indexer.storage.vocabulary import Vocabulary


class Head:
    """What answers without any shard. It holds a shared lock on the generation; safe to use from threads."""

    def __init__(self, folder: Path) -> None:
        """Open it in the folder of a generation, whose manifest and sizes of files are checked.

        Raises:
            IndexNotFound: there is none, or no longer.
            IndexDamaged: a file is missing, has another size than the manifest says, or cannot be read.
            FormatMismatch: made in a format that this version does not read.
        """
        self.folder = folder
        self._lock = locked(folder)
        try:
            self.manifest = sized(folder)
            self.unrelated = calibration.read(folder)
            self._starts: NDArray[np.int64] = mapped(folder / POSTINGS)
            self.lexicon = Lexicon(folder, Vocabulary(folder, WORDS))
        except BaseException:
            self._lock.release()
            raise

    def require_articles(self, shards: int) -> None:
        """Check that it can be cut into so many shards.

        Raises:
            InvalidSetting: it has not enough articles.
        """
        all_spans(self.manifest.name, mapped_starts(self.folder / FIRST_PASSAGES), shards)

    @property
    def words(self) -> Beginnings:
        """Its words by how they begin."""
        return Beginnings(self.lexicon)

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        return tuple(META + name for name in self.manifest.meta)

    def sizes(self, terms: Numbers) -> Numbers:
        """How many postings each of some terms has in all shards together."""
        return np.asarray(self._starts[terms + 1] - self._starts[terms])

    def close(self) -> None:
        """Release the lock."""
        self._lock.release()
