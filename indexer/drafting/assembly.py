"""Segments to a generation: everything that hangs on all its articles together, and the manifest."""

import datetime
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.drafting.merging import Part
from indexer.generation import catalogue, segment, similarity, words
from indexer.generation.catalogue import Catalogue
from indexer.generation.generation import Generation
from indexer.lexicon import lexicon, sound
from indexer.lexicon.word_vectors import Encode
from indexer.models.model import Model
from indexer.storage.layout import Layout
from indexer.storage.manifest import FileFact, Manifest, digest_of, fact_of
from indexer.text import chunking, orthography

ARTICLE_VERSIONS = ("chunking", "orthography", "segment")
"""What a segment hangs on; the others concern what is derived from all segments."""


@dataclass(frozen=True, slots=True)
class Making:
    """What a manifest says besides what it counts.

    Attributes:
        model, engine, dimensions: what made the vectors.
        base: name of the generation that this one is made from.
        skipped, roots, deleted: as in the manifest.
    """

    model: Model
    engine: str
    dimensions: int
    base: str | None = None
    skipped: Mapping[str, int] | None = None
    roots: Sequence[str] = ()
    deleted: Sequence[str] = ()


def versions() -> dict[str, int]:
    """The versions of everything that decides what a generation holds for an article."""
    return {
        "chunking": chunking.VERSION,
        "lexicon": lexicon.VERSION,
        "orthography": orthography.VERSION,
        "segment": segment.VERSION,
        "similarity": similarity.VERSION,
        "sound": sound.VERSION,
    }


def outdated(manifest: Manifest, model: Model) -> list[str]:
    """What has changed since a generation was made, for people; empty when nothing has."""
    found = []
    if manifest.fingerprint != model.fingerprint:
        found.append(f"model ({manifest.model} → {model.name})")
    found += [
        f"{part} prompt ({manifest.prompts.get(part)!r} → {prompt!r})"
        for part, prompt in prompts(model).items()
        if manifest.prompts.get(part) != prompt
    ]
    found += [
        f"{part} ({manifest.versions.get(part)} → {version})"
        for part, version in versions().items()
        if manifest.versions.get(part) != version
    ]
    return found


def shares_articles(manifest: Manifest, model: Model) -> bool:
    """Whether the segments of a generation can be used as they are."""
    now = versions()
    return (
        manifest.fingerprint == model.fingerprint
        and manifest.prompts == prompts(model)
        and all(manifest.versions.get(part) == now[part] for part in ARTICLE_VERSIONS)
    )


def shares_words(manifest: Manifest, model: Model) -> bool:
    """Whether what the lexicon of a generation knows of single words can be used."""
    now = versions()
    parts = ("lexicon", "orthography", "sound")
    return (
        manifest.fingerprint == model.fingerprint
        and manifest.prompts == prompts(model)
        and all(manifest.versions.get(part) == now[part] for part in parts)
    )


def prompts(model: Model) -> dict[str, str]:
    """The model's prompts, as a manifest has them."""
    return {"query": model.prompts.query, "passage": model.prompts.passage}


def assemble(
    draft: Path,
    layout: Layout,
    parts: Sequence[Part],
    facts: Mapping[str, FileFact],
    encode: Encode,
    base: Generation | None,
    making: Making,
    stage: Callable[[str], None] = lambda name: None,
    *,
    sharing: bool = True,
) -> Manifest:
    """Write what is derived from the articles of a generation; its manifest, which is not yet written.

    Args:
        draft: the folder, which holds the segments already.
        layout: the index, for the name of the generation.
        parts: all segments, with their rows.
        facts: of the segments' files, by name below `draft`.
        encode: vectors of words.
        base: a generation whose lexicon can be used.
        making: what else the manifest says.
        stage: told what is being done.
        sharing: whether files of the base may be shared that also hold what is gone.
    """
    stage("numbering")
    names = catalogue.write(parts, draft)
    made = Catalogue(draft, [segment for segment, _ in parts])
    stage("comparing")
    names += similarity.write(made, draft)
    stage("words")
    names += words.write(made, encode, draft, base.lexicon if base else None, sharing=sharing)
    stage("checksums")
    files = dict(facts) | {name: fact_of(draft / name) for name in names}
    first, last = made.dates()
    model = making.model
    return Manifest(
        name=layout.next_name(digest_of(files)),
        base=making.base,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        hudhud=importlib.metadata.version("hudhud"),
        model=model.name,
        fingerprint=model.fingerprint,
        engine=making.engine,
        prompts=prompts(model),
        dimensions=making.dimensions,
        versions=versions(),
        segments=[segment.name for segment, _ in parts],
        articles=len(made),
        passages=len(made.passage_rows),
        sentences=len(made.sentence_rows),
        languages=made.language_counts(),
        first_date=first,
        last_date=last,
        skipped=dict(making.skipped or {}),
        roots=list(making.roots),
        deleted=list(making.deleted),
        files=files,
    )
