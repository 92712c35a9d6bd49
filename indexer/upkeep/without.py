"""A generation without some of its articles: how deleting, going back and importing leave them out."""

from collections.abc import Callable, Collection, Iterator

import numpy as np

from indexer.core.errors import ModelNotFound
from indexer.core.protocols import Encoder
from indexer.drafting.draft import Draft, require_sound
from indexer.drafting.provenance import Provenance
from indexer.generation.generation import Generation
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.storage.manifest import Manifest
from indexer.storage.vocabulary import Vocabulary
from indexer.vectors.cache import VectorCache

ModelOf = Callable[[Manifest], tuple[Model, Encoder]]
"""Loads the model that made a generation, where that turns out to be needed."""


def no_model(manifest: Manifest) -> tuple[Model, Encoder]:
    """Load none.

    Raises:
        ModelNotFound: always.
    """
    raise ModelNotFound(
        f"leaving out deleted articles takes {manifest.model}, and nobody said how to load it"
    )


def published_without(
    ids: Collection[str],
    layout: Layout,
    model: Model,
    encoder: Encoder,
    base: Generation,
    *,
    made_from: str | None,
    cache: VectorCache | None = None,
    erasing: bool = False,
    live: bool = True,
) -> str | None:
    """Publish `base` without some articles, which are listed as deleted first; its name.

    None, and nothing is changed, where no article would be left.

    Args:
        ids: of the articles that are left out.
        layout: the index.
        model: that made `base`.
        encoder: of that model.
        base: the generation.
        made_from: what the new one names as the generation before it.
        cache: the open one of the index; opened here when None.
        erasing: whether everything is written anew that holds, or held, one of them.
        live: whether it becomes the live one.
    """
    if cache is None:
        with VectorCache(layout.cache) as opened:
            return published_without(
                ids, layout, model, encoder, base, made_from=made_from, cache=opened, live=live
            )
    require_sound(base)
    gone = set(ids)
    rewrite = {segment.name for segment in base.segments if erasing and gone & set(ids_of(segment.ids))}
    draft = Draft(layout.draft(), layout, model, encoder, cache, base, recall=base.recall)
    try:
        numbers = (base.catalogue.ids.number(article_id) for article_id in gone)
        draft.remove(np.array([number for number in numbers if number is not None], np.int64))
        if draft.is_empty:
            return None
        before = layout.deleted()
        if not gone <= before:
            layout.set_deleted(gone | before)
        provenance = Provenance(
            model,
            encoder.engine,
            encoder.dimensions,
            base=made_from,
            skipped=base.manifest.skipped,
            roots=base.manifest.roots,
            deleted=sorted(gone | before),
            glossary=base.glossary,
            meta=base.manifest.meta,
        )
        return draft.publish(provenance, rewrite=frozenset(rewrite), sharing=not erasing, live=live).name
    finally:
        draft.close()


def ids_of(vocabulary: Vocabulary) -> Iterator[str]:
    """All ids of a generation or of a segment."""
    return (vocabulary[number] for number in range(len(vocabulary)))
