"""The encoders of a model: loaded once, and aside if a server wishes, while it imports and opens the rest."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.core.errors import HudhudError
from indexer.core.protocols import Encoder
from indexer.models.encoder import load_encoder
from indexer.models.model import locate, require_made_with
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, Manifest
from search_api.searching.query_encoder import QueryEncoders

_LONGER = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The encoders of a model, with what they remember."""

    fingerprint: str
    encoder: Encoder
    encoders: QueryEncoders


class Loader:
    """Loads the encoders of the model that made a generation. Safe to use from several threads.

    They stay from one generation to the next, and the query vectors that they remember, as long as the model
    stays the same. For a generation of another model others are loaded; the old ones go with the last
    searcher that has them.
    """

    def __init__(
        self, model: str | None, cache: Path | None, progress: Callable[[str], None] = _logger.info
    ) -> None:
        """Load nothing yet.

        Args:
            model: folder or hub name of the model; the one that each generation names when None.
            cache: where models are kept; the user's cache folder when None.
            progress: called with a line for the user before what takes seconds.
        """
        self._model = model
        self._cache = cache
        self._progress = progress
        self._lock = threading.Lock()
        self._kept: Loaded | None = None

    def begin(self, layout: Layout) -> None:
        """Load what the live generation needs on a thread of its own; what fails fails again in `load`."""
        threading.Thread(target=self._load_live, args=(layout,), name="load-encoder").start()

    def load(self, folder: Path, made_with: Manifest) -> Loaded:
        """The encoders of the model that made the generation in `folder`: those that are kept, or others.

        Raises:
            IndexMismatch: another model is named than the one that made it.
            ModelError: the model cannot be loaded.
        """
        with self._lock:
            if self._kept and self._kept.fingerprint == made_with.fingerprint:
                return self._kept
            found = locate(self._model, cache=self._cache, progress=self._progress, made_with=made_with.model)
            require_made_with(found, made_with, folder)
            encoder = load_encoder(found, cache=self._cache, progress=self._progress)
            return Loaded(found.fingerprint, encoder, QueryEncoders.of(encoder, found.prompts.query))

    def keep(self, loaded: Loaded) -> None:
        """Give these again, as long as the model stays the same."""
        self._kept = loaded

    def _load_live(self, layout: Layout) -> None:
        try:
            folder = layout.live()
            loaded = self.load(folder, Manifest.read(folder / MANIFEST))
            self.keep(loaded)
            _warm(loaded.encoder)
        except (HudhudError, OSError) as error:
            _logger.debug("nothing was loaded aside: %s", error)


def _warm(encoder: Encoder) -> None:
    """Compile and read what queries need: what all of them need before the rest."""
    from indexer.text import date_mentions
    from search_api.searching import gloss

    encoder.encode_queries(["short"])
    encoder.encode_words(["word"])
    date_mentions.prepare()
    encoder.encode_queries([_LONGER])
    encoder.encode_queries(["several", "at once"])
    gloss.begin()
