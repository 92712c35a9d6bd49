"""What is derived from all articles of a generation together, out of its segments; and the manifest."""

import datetime
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.drafting.merging import SegmentRows
from indexer.drafting.protocols import Publication
from indexer.drafting.provenance import (
    Provenance,
    prompts,
    shares_columns,
    shares_sounds,
    shares_words,
    versions,
)
from indexer.generation import arrivals, calibration, catalogue, columns, terms
from indexer.generation.catalogue import Catalogue
from indexer.generation.generation import Generation
from indexer.generation.hubness import Kept
from indexer.lexicon.dictionary import GLOSSARY
from indexer.lexicon.lexicon import Known
from indexer.lexicon.word_vectors import Encode
from indexer.models.model import Model
from indexer.storage.manifest import FileFact, Manifest, digest_of, fact_of


@dataclass(frozen=True, slots=True)
class Encoders:
    """What gives the vectors of texts that are not in the segments.

    Attributes:
        words: of the index.
        reference: the English words that every index is compared with.
        queries: those that calibrate.
    """

    words: Encode
    reference: Encode
    queries: Encode


def derive(
    draft: Path,
    layout: Publication,
    parts: Sequence[SegmentRows],
    facts: Mapping[str, FileFact],
    encoders: Encoders,
    base: Generation | None,
    provenance: Provenance,
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
        encoders: of what is not in the segments.
        base: the generation before; what it knows of words is used where that would come out the same now.
        provenance: what else the manifest says.
        stage: told what is being done.
        sharing: whether files of the base may be shared that also hold what is gone.
    """
    stage("numbering")
    names = catalogue.write(parts, draft, provenance.meta)
    numbered = Catalogue(draft, [segment for segment, _ in parts], provenance.meta)
    now = int(datetime.datetime.now(datetime.UTC).timestamp())
    names += arrivals.write(numbered.ids, base.first_came if base else None, now, draft)
    stage("comparing")
    names += columns.write(numbered, draft, _hubness(base, provenance.model))
    names += calibration.write(numbered, encoders.queries, draft)
    stage("words")
    names += terms.write(
        numbered,
        encoders.words,
        draft,
        _known(base, provenance.model),
        encode_reference=encoders.reference,
        sharing=sharing,
    )
    if provenance.glossary:
        (draft / GLOSSARY).write_text(provenance.glossary, encoding="utf-8")
        names += (GLOSSARY,)
    stage("checksums")
    files = dict(facts) | {name: fact_of(draft / name) for name in names}
    first, last = numbered.fields.dates()
    model = provenance.model
    return Manifest(
        name=layout.next_name(digest_of(files)),
        base=provenance.base,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        hudhud=importlib.metadata.version("hudhud"),
        model=model.name,
        fingerprint=model.fingerprint,
        engine=provenance.engine,
        prompts=prompts(model),
        dimensions=provenance.dimensions,
        versions=versions(),
        segments=[segment.name for segment, _ in parts],
        articles=len(numbered),
        passages=len(numbered.passage_rows),
        sentences=len(numbered.sentence_rows),
        languages=numbered.language_counts(),
        first_date=first,
        last_date=last,
        garbled=len(numbered.garbled_ids()),
        skipped=dict(provenance.skipped or {}),
        roots=list(provenance.roots),
        meta=list(provenance.meta),
        deleted=list(provenance.deleted),
        files=files,
    )


def _hubness(base: Generation | None, model: Model) -> Kept | None:
    """What the generation before knows of hubness, where that would come out the same now."""
    if base is None or not shares_columns(base.manifest, model):
        return None
    return columns.known(base.catalogue, base.sentence_vectors, base.folder)


def _known(base: Generation | None, model: Model) -> Known | None:
    if base is None:
        return None
    return base.lexicon.known(sounds=shares_sounds(base.manifest), words=shares_words(base.manifest, model))
