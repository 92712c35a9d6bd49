"""What an index depends on besides its articles: model, prompts, versions; what of it has changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from indexer.generation import calibration, catalogue, columns, segment, terms
from indexer.lexicon import lexicon, phonemes, sound, sound_distance
from indexer.models.model import Model
from indexer.storage.manifest import Manifest
from indexer.text import chunking, language, orthography, repeats, sentences

MODULES: Mapping[str, ModuleType] = {
    "calibration": calibration,
    "catalogue": catalogue,
    "chunking": chunking,
    "columns": columns,
    "language": language,
    "lexicon": lexicon,
    "orthography": orthography,
    "phonemes": phonemes,
    "repeats": repeats,
    "segment": segment,
    "sentences": sentences,
    "sound": sound,
    "sound_distance": sound_distance,
    "terms": terms,
}
"""What decides what a generation holds, by the name that its `VERSION` has in a manifest.

The versions that decide how an article is read, that of its language among them, stand in the digest of each
record as well (`corpus/source.py`): what lies at hand is read anew, what does not stays as it was read.
"""

OF_ARTICLES = ("sentences", "repeats", "chunking", "orthography", "segment")
"""What a segment depends on."""

OF_SOUNDS = ("phonemes", "sound_distance", "sound")
OF_WORDS = ("orthography", "lexicon")
OF_COLUMNS = ("columns",)
"""What the sounds of single words depend on, what their stems and vectors do, and what is known of hubness.

All else is derived anew for every generation.
"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a manifest says besides what it counts.

    Attributes:
        model, engine, dimensions: what made the vectors.
        base: name of the generation that this one is made from.
        skipped, roots, deleted: as in the manifest.
        glossary: the user's, as `lexicon.dictionary.glossary_text` gives it; empty without one.
        meta: names of the further fields of articles that are kept.
    """

    model: Model
    engine: str
    dimensions: int
    base: str | None = None
    skipped: Mapping[str, int] | None = None
    roots: Sequence[str] = ()
    deleted: Sequence[str] = ()
    glossary: str = ""
    meta: Sequence[str] = ()


def versions() -> dict[str, int]:
    """The versions of everything that decides what a generation holds, by name."""
    return {name: module.VERSION for name, module in MODULES.items()}


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
        f"{part} ({manifest.versions.get(part, 'none')} → {version})"
        for part, version in versions().items()
        if manifest.versions.get(part) != version
    ]
    return found


def shares_articles(manifest: Manifest, model: Model) -> bool:
    """Whether the segments of a generation can be used as they are."""
    return _made_with(manifest, model) and _same(manifest, OF_ARTICLES)


def shares_words(manifest: Manifest, model: Model) -> bool:
    """Whether the stems and the vectors that a generation has of single words can be used."""
    return _made_with(manifest, model) and _same(manifest, OF_WORDS)


def shares_sounds(manifest: Manifest) -> bool:
    """Whether the sounds that a generation has of single words can be used."""
    return _same(manifest, OF_SOUNDS)


def shares_columns(manifest: Manifest, model: Model) -> bool:
    """Whether what a generation knows of hubness can be used, for segments that are shared with it."""
    return _made_with(manifest, model) and _same(manifest, OF_COLUMNS)


def _made_with(manifest: Manifest, model: Model) -> bool:
    return manifest.fingerprint == model.fingerprint and manifest.prompts == prompts(model)


def _same(manifest: Manifest, parts: Iterable[str]) -> bool:
    now = versions()
    return all(manifest.versions.get(part) == now[part] for part in parts)


def prompts(model: Model) -> dict[str, str]:
    """The model's prompts, as a manifest has them."""
    return {"query": model.prompts.query, "passage": model.prompts.passage}
