"""The index that a program answers from: the generation that was live at first, until it is closed."""

import contextlib
from collections.abc import Iterator

from indexer.core.errors import IndexClosed
from indexer.storage.layout import Layout
from search_api.search import Searcher
from search_api.serving.leases import Held, Leases
from search_api.serving.opening import Opener


class Fixed:
    """The searcher over one generation. Safe to use from several threads."""

    def __init__(self, layout: Layout, opener: Opener) -> None:
        """Open the live generation.

        Raises:
            IndexingError: there is no index, it is damaged, or it was made with another model.
            ModelError: the model or the reranker cannot be loaded.
        """
        folder = layout.live()
        held = Held(folder, opener.open(folder))
        self._leases = Leases()
        self._leases.replace(held)
        self._leases.give_back(held)  # nobody checks its contents

    @contextlib.contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """The searcher; it stays open as long as this context.

        Raises:
            IndexClosed: this is closed.
        """
        with self._leases.lease() as held:
            if held is None:
                raise IndexClosed("the index was closed: open it again")
            yield held.searcher

    def close(self) -> None:
        """Lend no more; the generation is closed when its last lease ends."""
        self._leases.replace(None)
