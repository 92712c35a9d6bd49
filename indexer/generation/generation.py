"""An open generation: one published index, whole and immutable; the engine on this machine's disk."""

import logging
from pathlib import Path

from indexer.core.errors import IndexDamaged, IndexMismatch, IndexNotFound
from indexer.core.settings import RECALL
from indexer.generation import calibration, columns
from indexer.generation.catalogued import Catalogued
from indexer.generation.columns import dense_indexes
from indexer.generation.postings import Postings, SentenceTerms
from indexer.lexicon.beginnings import Beginnings
from indexer.lexicon.dictionary import GLOSSARY
from indexer.lexicon.lexicon import Lexicon
from indexer.storage.layout import Layout
from indexer.storage.locks import GenerationLock, InUse
from indexer.storage.manifest import MANIFEST, Manifest, damage

_TRIES = 5

_logger = logging.getLogger(__name__)


class Generation(Catalogued):
    """An `Engine`, which holds a shared lock on its files. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`, checking its manifest and its files' sizes.

        Raises:
            IndexNotFound: there is none, or no longer.
            IndexDamaged: a file is missing, has not the size that the manifest gives, or cannot be read.
            FormatMismatch: made in a format that this version does not read.
        """
        self.folder = folder
        self._lock = locked(folder)
        try:
            self.manifest = sized(folder)
            super().__init__(folder, self.manifest.segments, self.manifest.meta)
            self.passage_vectors, self.sentence_vectors = dense_indexes(self.catalogue)
            self.columns = columns.read(self.catalogue, folder)
            if len(self.passage_vectors) != self.manifest.passages:
                raise IndexDamaged(f"{folder} has not the {self.manifest.passages} passages of its manifest")
            self.unrelated = calibration.read(folder)
            self.postings = Postings(folder)
            if len(self.postings.lengths) != len(self.sentence_vectors):
                raise IndexDamaged(f"the postings in {folder} do not fit its passages")
            words = [segment.words for segment in self.segments]
            self.sentence_terms = SentenceTerms(folder, words, self.catalogue.sentence_rows)
            self.lexicon = Lexicon(folder, self.postings.words)
        except BaseException:
            self._lock.release()
            raise

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.manifest.name

    @property
    def words(self) -> Beginnings:
        """Its words by how they begin."""
        return Beginnings(self.lexicon)

    @property
    def glossary(self) -> str:
        """The user's glossary that its dictionary has on top; empty without one."""
        path = self.folder / GLOSSARY
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def recall(self) -> float:
        """Share of the nearest hundred vectors that a search was to find when its segments were written."""
        asked = [lists.asked for segment in self.segments if (lists := segment.sentence_lists)]
        return max(asked, default=RECALL)

    def close(self) -> None:
        """Release the files."""
        super().close()
        self._lock.release()


def locked(folder: Path) -> GenerationLock:
    """A shared lock on the generation in `folder`, which nobody removes meanwhile.

    Raises:
        IndexNotFound: there is none, or no longer.
        IndexDamaged: it has no manifest, or cannot be read.
    """
    try:
        return GenerationLock.shared(folder)
    except InUse:
        raise IndexNotFound(f"generation {folder.name} is being removed") from None
    except FileNotFoundError:
        if folder.exists():
            raise IndexDamaged(f"{folder} has no {MANIFEST}") from None
        raise IndexNotFound(f"there is no generation {folder.name} in {folder.parent.parent}") from None
    except OSError as error:
        raise IndexDamaged(f"{folder} cannot be read: {error.strerror}") from error


def sized(folder: Path) -> Manifest:
    """The manifest in `folder`, all of whose files have the sizes that it gives.

    Raises:
        IndexDamaged: a file is missing or has another size, or the manifest cannot be read.
        FormatMismatch: made in a format that this version does not read.
    """
    manifest = Manifest.read(folder / MANIFEST)
    if faults := manifest.size_faults(folder):
        raise damage(folder, faults)
    return manifest


def open_live(folder: Path) -> Generation:
    """Open the live generation of the index in `folder`.

    Raises:
        IndexNotFound: nothing was published there.
        IndexDamaged: a file is missing, truncated or unreadable.
        FormatMismatch: made in a format that this version does not read.
    """
    layout = Layout(folder)
    for _ in range(_TRIES):
        live = layout.live()
        try:
            return Generation(live)
        except IndexNotFound:
            if layout.live() == live:
                break
    raise IndexDamaged(f"{layout.current} names {live.name}, which is not there")


def open_soundest(folder: Path) -> Generation | None:
    """The live generation, or the newest that opens where the live one does not; None where there is none.

    Raises:
        FormatMismatch: the live one was made in a format that this version does not read.
        IndexDamaged: there are generations, and none of them opens.
    """
    try:
        return open_live(folder)
    except IndexNotFound:
        return None
    except IndexDamaged as error:
        damaged = error
    for older in reversed(Layout(folder).published()):
        try:
            generation = Generation(older)
        except (IndexDamaged, IndexMismatch, IndexNotFound):
            continue
        _logger.warning("%s: working with %s instead", damaged, generation.name)
        return generation
    raise damaged
