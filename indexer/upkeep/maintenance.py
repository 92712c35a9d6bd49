"""What an operator does to an index besides indexing: delete articles, go back, tidy up."""

import time
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.core.errors import (
    ArticleNotFound,
    EmptyCorpus,
    GenerationNotFound,
    IndexDamaged,
    IndexMismatch,
    IndexNotFound,
)
from indexer.core.protocols import Encoder
from indexer.drafting.draft import used_texts
from indexer.generation.generation import Generation, open_live
from indexer.models.model import Model
from indexer.storage.layout import Layout, Pruned
from indexer.storage.manifest import MANIFEST, Manifest, content_faults, damage
from indexer.upkeep.without import ModelOf, ids_of, no_model, published_without
from indexer.vectors.cache import VectorCache

PATIENCE = 30.0
"""Seconds that a purge waits for readers to let go of older generations."""

_NOTHING_LEFT = "no article would be left: to give up the index, remove its folder"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion did.

    Attributes:
        generation: the live one after it.
        articles: ids of the articles that are no longer in it.
        replaced: names of generations that held one of them, and are gone.
        held: names of generations that hold one of them still, because somebody reads them.
        forgotten: texts that were erased from the cache.
    """

    generation: str
    articles: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Back:
    """What going back did.

    Attributes:
        generation: the live one after it.
        wanted: the one that was gone back to; another one where articles were left out.
        left_out: ids of its articles that were deleted by hand since.
    """

    generation: str
    wanted: str
    left_out: tuple[str, ...] = ()


def delete(layout: Layout, ids: Sequence[str], model: Model, encoder: Encoder) -> Deleted:
    """Publish a generation without some articles, and remember that they shall not come back.

    Raises:
        ArticleNotFound: the index has no article of one of these ids; nothing was deleted.
        EmptyCorpus: no article would be left.
        IndexingError: as in `build`.
    """
    with layout.writing(), closing(open_live(layout.folder)) as base:
        _require(ids, [base])
        name = published_without(ids, layout, model, encoder, base, made_from=base.name)
        if name is None:
            raise EmptyCorpus(_NOTHING_LEFT)
    return Deleted(name, tuple(dict.fromkeys(ids)))


def purge(
    layout: Layout, ids: Sequence[str], model: Model, encoder: Encoder, *, patience: float = PATIENCE
) -> Deleted:
    """Erase some articles for good: from every generation and from the cache of vectors.

    Every generation that holds one of them, or a former version, is replaced by one without it; where
    that cannot be done, it is removed. What only these articles said is overwritten in the cache.

    Raises:
        ArticleNotFound: no generation has an article of one of these ids, and none was deleted before;
            nothing was erased.
        EmptyCorpus: no article would be left in the live generation.
        IndexingError: as in `build`.
    """
    with layout.writing(), VectorCache(layout.cache) as cache:
        live = layout.live()
        with closing(open_live(layout.folder)) as base:
            if not set(ids_of(base.catalogue.ids)) - set(ids):
                raise EmptyCorpus(_NOTHING_LEFT)
        holding = [folder for folder in layout.published() if _holds(folder, ids) or folder == live]
        _require_anywhere(ids, holding, layout.deleted())
        name: str | None = None
        for folder in holding:
            try:
                with closing(Generation(folder)) as base:
                    name = published_without(
                        ids,
                        layout,
                        model,
                        encoder,
                        base,
                        made_from=base.name,
                        cache=cache,
                        erasing=True,
                        live=folder == live,
                    )
            except (IndexDamaged, IndexMismatch):
                if folder == live:
                    raise
            if folder == live and name is None:
                raise EmptyCorpus(_NOTHING_LEFT)
        pruned = _removed(layout, holding, patience)
        held = {layout.generations / name for name in pruned.held}
        forgotten = cache.forget(used_texts(cache, [f for f in layout.published() if f not in held]))
        cache.erase()
        return Deleted(layout.live().name, tuple(dict.fromkeys(ids)), pruned.removed, pruned.held, forgotten)


def undelete(layout: Layout, ids: Sequence[str]) -> None:
    """Let deleted articles be indexed again when a reindex finds them.

    Raises:
        IndexNotFound: nothing was published here.
        ArticleNotFound: one of these ids was not deleted.
        IndexingError: as in `build`.
    """
    if not layout.published():
        layout.live()
    with layout.writing():
        deleted = layout.deleted()
        unknown = sorted(set(ids) - deleted)
        if unknown:
            raise ArticleNotFound(f"{', '.join(map(repr, unknown))} was not deleted from this index")
        layout.set_deleted(deleted - set(ids))


def rollback(layout: Layout, name: str | None = None, load: ModelOf = no_model) -> Back:
    """Make an older generation the live one again.

    If it has articles that were deleted since, one without them is published in its place.

    Args:
        layout: the index.
        name: of the generation, or its number; the one that the live one was made from, or else the
            newest before it, when None. Where it cannot be told what is live: the newest sound one.
        load: loads the model of the generation, which takes one without some articles.

    Raises:
        GenerationNotFound: there is no such generation, or none to go back to.
        EmptyCorpus: all of its articles were deleted.
        IndexDamaged: the generation is not sound.
        IndexingError: as in `build`.
        ModelError: the model is needed, and cannot be loaded.
    """
    if not layout.published():
        raise GenerationNotFound(f"{layout.folder} has no generation to go back to")
    with layout.writing():
        folder = layout.named(name) if name else _before(layout)
        found = content_faults(folder)
        if found:
            raise damage(folder, found, "; nothing was changed")
        with closing(Generation(folder)) as generation:
            gone = generation.catalogue.held(layout.deleted())
            if not gone:
                layout.point_to(folder)
                return Back(folder.name, folder.name)
            model, encoder = load(generation.manifest)
            base = generation.manifest.base
            made = published_without(gone, layout, model, encoder, generation, made_from=base)
        if made is None:
            raise EmptyCorpus(f"every article of {folder.name} was deleted: nothing was changed")
        return Back(made, folder.name, tuple(gone))


def prune(layout: Layout, keep: int) -> Pruned:
    """Remove all but the newest `keep` generations, never the live one or one that somebody reads.

    Raises:
        IndexNotFound: nothing was published here.
        IndexingError: as in `build`.
    """
    layout.live()
    with layout.writing():
        return layout.prune(keep)


def _holds(folder: Path, ids: Sequence[str]) -> bool:
    """Whether an article of these ids, or a former version of it, lies in a generation or may do so."""
    try:
        with closing(Generation(folder)) as generation:
            return any(set(ids) & set(ids_of(segment.ids)) for segment in generation.segments)
    except (IndexDamaged, IndexMismatch):
        return True
    except IndexNotFound:
        return False


def _require(ids: Sequence[str], generations: Sequence[Generation]) -> None:
    for article_id in ids:
        if not any(one.catalogue.ids.number(article_id) is not None for one in generations):
            raise ArticleNotFound(f"no article has the id {article_id!r} in this index: nothing was deleted")


def _require_anywhere(ids: Sequence[str], folders: Sequence[Path], deleted: Collection[str]) -> None:
    for article_id in ids:
        if article_id not in deleted and not any(_holds(folder, [article_id]) for folder in folders):
            raise ArticleNotFound(f"no generation has an article {article_id!r}: nothing was erased")


def _removed(layout: Layout, folders: list[Path], patience: float) -> Pruned:
    """Remove generations, waiting for their readers."""
    until = time.monotonic() + patience
    removed: list[str] = []
    while True:
        pruned = layout.remove(folders)
        removed += pruned.removed
        folders = [folder for folder in folders if folder.name in pruned.held]
        if not folders or time.monotonic() > until:
            return Pruned(tuple(removed), pruned.held)
        time.sleep(0.2)


def _before(layout: Layout) -> Path:
    published = layout.published()
    live = layout.live_or_none()
    if live not in published:
        return next((folder for folder in reversed(published) if not content_faults(folder)), published[-1])
    older = published[: published.index(live)]
    made_from = [folder for folder in older if folder.name == _base(live)]
    if not older:
        raise GenerationNotFound(f"{layout.folder} has no generation to go back to")
    return (*made_from, older[-1])[0]


def _base(folder: Path) -> str | None:
    """Name of the generation that one was made from, where it can be told."""
    try:
        return Manifest.read(folder / MANIFEST).base
    except (IndexDamaged, IndexMismatch):
        return None
