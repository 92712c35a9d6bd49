"""The indexes that sets are searched in: one a set or one for all, made once per content."""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.build import build
from indexer.core.errors import IndexDamaged, IndexMismatch, IndexNotFound
from indexer.core.protocols import Encoder
from indexer.core.records import Article
from indexer.corpus import InMemory
from indexer.drafting.draft import Report
from indexer.drafting.provenance import versions
from indexer.generation.generation import Generation, open_live
from indexer.models.model import Model
from indexer.options import Options
from indexer.storage.layout import Layout
from indexer.storage.manifest import FORMAT
from search_api.evaluation.beir import EvaluationSet, Qrels

_logger = logging.getLogger(__name__)

FOLDER = "evaluation"
VECTORS = "vectors.sqlite"


@dataclass(frozen=True, slots=True)
class IndexedSet:
    """A set, and what its documents' ids begin with in the index."""

    set: EvaluationSet
    prefix: str

    def qrels(self) -> Qrels:
        """The set's qrels with the ids that the index has."""
        return {
            query: {self.prefix + document: score for document, score in judged.items()}
            for query, judged in self.set.qrels.items()
        }

    def languages(self) -> Mapping[str, str]:
        """The language of each of the set's documents, by the id that the index has."""
        return {self.prefix + article.id: article.language for article in self.set.corpus}


@dataclass(frozen=True, slots=True)
class Collection:
    """The articles of one index, and the sets that are searched in it."""

    articles: tuple[Article, ...]
    parts: tuple[IndexedSet, ...]


def collections(sets: Sequence[EvaluationSet], *, pool: bool) -> Iterator[Collection]:
    """Each set with its own corpus; with `pool`, all sets with all corpora, whose ids become NAME/ID.

    Corpora of equal content go into the pool once, under the name of the first of them.
    """
    if not pool:
        yield from (Collection(one.corpus, (IndexedSet(one, ""),)) for one in sets)
        return
    names: dict[str, str] = {}
    parts = [IndexedSet(one, f"{names.setdefault(_digest(one.corpus), one.name)}/") for one in sets]
    articles = [
        replace(article, id=part.prefix + article.id)
        for part in parts
        if part.prefix == f"{part.set.name}/"
        for article in part.set.corpus
    ]
    yield Collection(tuple(articles), tuple(parts))


def open_index(
    articles: Sequence[Article],
    model: Model,
    encoder: Encoder,
    cache: Path,
    report: Report,
) -> Generation:
    """The index of `articles`, out of `cache` when it was made before.

    It lies in `evaluation/HASH`, over all that decides what it holds; an index that was not finished
    has nothing published and is made again. Vectors lie beside, for all such indexes together: a
    text that two of them hold, or that was embedded before an interruption, is embedded once.

    Raises:
        IndexingError: it cannot be written, or another process is writing it.
    """
    made_from = {
        "articles": _digest(articles),
        "model": model.fingerprint,
        "versions": versions(),
        "format": FORMAT,
    }
    layout = Layout(cache / FOLDER / _hash(made_from)[:32])
    layout.cache = cache / FOLDER / VECTORS
    try:
        return open_live(layout.folder)
    except IndexNotFound:
        pass
    except (IndexDamaged, IndexMismatch) as error:
        _logger.warning("made again: %s", error)
    build(
        InMemory(articles),
        layout,
        model,
        encoder,
        report,
        options=Options(fresh=True, keep=1, cache_bytes=None),
    )
    return open_live(layout.folder)


def _digest(articles: Sequence[Article]) -> str:
    return _hash([[article.id, article.title, article.text, article.language] for article in articles])


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
