"""What an index depends on besides its articles: model, prompts, versions; what of it has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.generation import calibration, columns, segment
from indexer.lexicon import lexicon, sound
from indexer.models.model import Model
from indexer.storage.manifest import Manifest
from indexer.text import chunking, orthography

ARTICLE_VERSIONS = ("chunking", "orthography", "segment")
"""What a segment depends on; the others concern what is derived from all segments."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a manifest says besides what it counts.

    Attributes:
        model, engine, dimensions: what made the vectors.
        base: name of the generation that this one is made from.
        skipped, roots, deleted: as in the manifest.
        glossary: the user's, as `lexicon.dictionary.glossary_text` gives it; empty without one.
    """

    model: Model
    engine: str
    dimensions: int
    base: str | None = None
    skipped: Mapping[str, int] | None = None
    roots: Sequence[str] = ()
    deleted: Sequence[str] = ()
    glossary: str = ""


def versions() -> dict[str, int]:
    """The versions of everything that decides what a generation holds for an article."""
    return {
        "calibration": calibration.VERSION,
        "chunking": chunking.VERSION,
        "lexicon": lexicon.VERSION,
        "orthography": orthography.VERSION,
        "segment": segment.VERSION,
        "similarity": columns.VERSION,
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
