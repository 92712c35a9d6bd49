"""The whole way of a search in one function: query → vector → candidates → hits."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.encoder import load_encoder
from indexer.errors import IndexMismatch
from indexer.generation import open_live
from indexer.model import locate
from indexer.orthography import encoder_input
from indexer.records import Article, Candidate, Encoder, Index, Passage, Vectors
from search_api.query import Group, Query
from search_api.query_encoder import QueryEncoder

_CANDIDATES_PER_HIT = 4

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer: a passage with its article. `rank` counts from 1; `score` is the cosine `dense`."""

    rank: int
    score: float
    dense: float
    article: Article
    passage: Passage


@dataclass(frozen=True, slots=True)
class Result:
    """The answers to a query, best first, from one generation."""

    query: Query
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]


class Searcher:
    """Answers queries from one index. Safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder, prompt: str) -> None:
        """Join an index with the encoder that made its vectors.

        Args:
            index: an open generation.
            encoder: of the same model.
            prompt: what the model wants before a query.
        """
        self.index = index
        self._encoder = QueryEncoder(encoder, prompt)

    def search(self, query: Query) -> Result:
        """The best passages for `query`: one an article unless it asks for passages."""
        started = time.perf_counter()
        vector = self._encoder.vector(encoder_input(query.text, query.language))
        if query.group is Group.PASSAGE:
            best = self.index.candidates(vector, query.filter, query.limit)
        else:
            best = self._best_of_each_article(vector, query)
        passages = self.index.passages([candidate.passage for candidate in best])
        articles = self.index.articles([candidate.article for candidate in best])
        hits = tuple(
            Hit(rank, candidate.dense, candidate.dense, article, passage)
            for rank, (candidate, article, passage) in enumerate(
                zip(best, articles, passages, strict=True), start=1
            )
        )
        took_ms = (time.perf_counter() - started) * 1000
        return Result(query, self.index.name, took_ms, hits)

    def _best_of_each_article(self, vector: Vectors, query: Query) -> list[Candidate]:
        """The best passage of each of the `query.limit` best articles.

        An article may hold many of the nearest passages, so ever more are asked for until there are
        enough articles or no more passages.
        """
        wanted = query.limit * _CANDIDATES_PER_HIT
        while True:
            candidates = self.index.candidates(vector, query.filter, wanted)
            best: dict[int, Candidate] = {}
            for candidate in candidates:
                best.setdefault(candidate.article, candidate)
            if len(best) >= query.limit or len(candidates) < wanted:
                return list(best.values())[: query.limit]
            wanted *= 4


def open_searcher(
    folder: Path, model: str | None, cache: Path | None, progress: Callable[[str], None] = _logger.info
) -> Searcher:
    """Open the live index in `folder` with the model that made it.

    Args:
        folder: the index.
        model: folder or hub name of the model; the one that the index names when None.
        cache: where models are kept; the user's cache folder when None.
        progress: called with a line for the user before what takes seconds.

    Raises:
        IndexingError: there is no index, it is damaged, or it was made with another model.
        ModelError: the model cannot be loaded.
    """
    generation = open_live(folder)
    made_with = generation.manifest
    found = locate(model or made_with.model, cache=cache, progress=progress)
    if found.fingerprint != made_with.fingerprint:
        raise IndexMismatch(
            f"the index in {folder} was made with {made_with.model} ({made_with.fingerprint[:12]}), not with"
            f" {found.name} ({found.fingerprint[:12]}): name the model it was made with, or reindex"
        )
    encoder = load_encoder(found, cache=cache, progress=progress)
    return Searcher(generation, encoder, found.prompts.query)
