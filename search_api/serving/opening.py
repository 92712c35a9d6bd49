"""From a folder to a searcher: generation, model, encoder, reranker; what takes seconds is loaded once."""

import logging
from collections.abc import Callable
from pathlib import Path

from indexer.core.protocols import Index, Reranker
from indexer.generation.generation import Generation
from indexer.models.torch_encoder import load_reranker
from indexer.retrieval.retrieval import Retrieval
from indexer.storage.layout import Layout
from indexer.storage.manifest import Manifest
from indexer.text import language
from indexer.text.orthography import prepare
from search_api.search import Searcher
from search_api.searching.query import parse
from search_api.serving.loading import Loader

WARMING = ("What was said about the ceasefire?", "در این خبر چه گفته شد")
"""Asked before anybody else asks: in both scripts, so that pages are read and graphs compiled."""

_logger = logging.getLogger(__name__)


Opened = Callable[[Path], tuple[Index, Manifest]]


def whole(folder: Path) -> tuple[Index, Manifest]:
    """The generation in `folder`, opened in this process.

    Raises:
        IndexingError: it is damaged, or was made in another format.
    """
    generation = Generation(folder)
    try:
        return Retrieval(generation), generation.manifest
    except BaseException:
        generation.close()
        raise


class Opener:
    """Opens one generation after another with the model that made it. For one thread at a time."""

    def __init__(
        self,
        model: str | None,
        cache: Path | None,
        progress: Callable[[str], None] = _logger.info,
        *,
        reranker: str | None = None,
        loader: Loader | None = None,
        opened: Opened = whole,
    ) -> None:
        """Load nothing yet.

        Args:
            model: folder or hub name of the model; the one that each generation names when None.
            cache: where models are kept; the user's cache folder when None.
            progress: called with a line for the user before what takes seconds.
            reranker: folder or hub name of a cross-encoder that orders the best hits; none when None.
            loader: of the same model, which may have begun to load it; one of its own when None.
            opened: gives the index over a generation in a folder, and its manifest.
        """
        self._opened = opened
        self._progress = progress
        self._reranker_name = reranker
        self._reranker: Reranker | None = None
        self._loader = loader or Loader(model, cache, progress)

    def open(self, folder: Path, *, warm: bool = False) -> Searcher:
        """A searcher over the generation in `folder`; whoever gets it closes it.

        Args:
            folder: of a published generation.
            warm: whether to ask it something first, so that no request waits for what a first one finds cold.

        Raises:
            IndexingError: the generation is damaged, or was made with another model or format.
            ModelError: the model or the reranker cannot be loaded.
        """
        index, manifest = self._opened(folder)
        try:
            prepare(self._progress)
            language.prepare()
            loaded = self._loader.load(folder, manifest)
            if self._reranker_name and not self._reranker:
                self._reranker = load_reranker(self._reranker_name, progress=self._progress)
            if warm:
                bare = Searcher(index, loaded.encoders)
                for text in WARMING:
                    bare.search(parse(text))
            searcher = Searcher(index, loaded.encoders, self._reranker)
        except BaseException:
            index.close()
            raise
        self._loader.keep(loaded)
        return searcher


def open_searcher(
    folder: Path,
    model: str | None,
    cache: Path | None,
    progress: Callable[[str], None] = _logger.info,
    *,
    reranker: str | None = None,
) -> Searcher:
    """Open the live generation of the index in `folder`, once; the arguments are those of `Opener`.

    Raises:
        IndexingError: there is no index, it is damaged, or it was made with another model.
        ModelError: the model or the reranker cannot be loaded.
    """
    return Opener(model, cache, progress, reranker=reranker).open(Layout(folder).live())
