"""The whole way of indexing in one function: records → articles → segments → generation → CURRENT."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass

import numpy as np

from indexer.core.errors import EmptyCorpus, IndexDamaged, IndexNotWritable
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Skipped
from indexer.drafting.compare import Changes, Comparison, Corpus, Survey, Verdict
from indexer.drafting.draft import Draft, Progress, Report, require_sound, sweep
from indexer.drafting.provenance import Provenance, outdated
from indexer.drafting.skips import SkipLog, Skips
from indexer.generation.generation import Generation, open_soundest
from indexer.generation.segment import Origin
from indexer.lexicon.dictionary import glossary_text
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.storage.layout import NOTHING_PRUNED, Layout, Pruned
from indexer.storage.manifest import Manifest
from indexer.vectors.cache import VectorCache

BYTES_PER_ARTICLE = 60_000
"""What an article takes on disk, index and cache together, where there is none yet to go by."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a build took.

    Attributes:
        embedded, reused: texts that the model had to encode, and those whose vectors were in the cache.
        bytes_written: of files that are shared with no older generation, and of the cache.
        pruned: older generations that were removed, or are still read.
        forgotten: texts that left the cache.
    """

    embedded: int = 0
    reused: int = 0
    bytes_written: int = 0
    pruned: Pruned = NOTHING_PRUNED
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    Attributes:
        manifest: of the generation that is live after it.
        published: whether that is a new one; it is not where there was nothing to do.
        changes: to the articles of the index.
        work: what it took.
        seconds: the whole build.
    """

    manifest: Manifest
    published: bool
    changes: Changes
    work: Work
    seconds: float


def build(
    corpus: Corpus,
    layout: Layout,
    model: Model,
    encoder: Encoder,
    report: Report = lambda progress: None,
    *,
    options: Options = AS_USUAL,
    sink: Callable[[Skipped], None] = lambda skipped: None,
) -> Summary:
    """Bring the index in `layout` to what `corpus` holds, and publish it as its live generation.

    What did not change is shared with the generation before, neither read nor embedded again. Until the
    last step the old one stays live; vectors that were made before an interruption are in the cache.
    `sink` is given everything that is left out.

    Raises:
        EmptyCorpus: there would be no article in the index.
        TooManyRemovals: so much of a source is gone that it may be a mistake.
        InputError: whatever `corpus` raises while it is read; the glossary cannot be used.
        IndexingError: the index cannot be written, another process writes it, or it is damaged.
    """
    started = time.monotonic()
    log = SkipLog(sink, strict=options.strict)
    with layout.writing(), _base(layout, options) as base, VectorCache(layout.cache) as cache:
        deleted = layout.deleted()
        comparison = Comparison(base, corpus, deleted)
        survey = comparison.survey(log, lambda done, of: report(Progress("reading", done, of, "records")))
        if not (options.allow_removals or options.keep_missing):
            survey.require_few_removals()
        rebuilt = outdated(base.manifest, model) if base else []
        glossary = _glossary(base, options)
        is_new_glossary = base is not None and glossary != base.glossary
        missing = survey.missing[:0] if options.keep_missing else survey.missing
        gone = np.union1d(missing, comparison.deleted())
        if base and not (rebuilt or is_new_glossary or len(gone) or survey.new or survey.changed):
            return _unchanged(layout, base, Changes.of(survey, survey.skips, {}, 0), started)
        _require_space(layout, base, survey)
        with closing(Draft(layout.draft(), layout, model, encoder, cache, base, report)) as draft:
            draft.remove(missing)
            added = Counter[Verdict]()
            draft.add(_loaded(comparison, log, draft, added), survey.new + survey.changed)
            draft.remove(comparison.deleted())
            skips = log.summary()
            if base and not (rebuilt or is_new_glossary or len(gone) or added.total()):
                return _unchanged(layout, base, Changes.of(survey, skips, {}, 0), started)
            if draft.is_empty:
                raise EmptyCorpus(_nothing_found(corpus.origin, survey, skips))
            removed = draft.removed - added[Verdict.CHANGED]
            manifest = draft.publish(
                Provenance(
                    model,
                    encoder.engine,
                    encoder.dimensions,
                    base=base.name if base else None,
                    skipped=skips.counts,
                    roots=_roots(base, corpus),
                    deleted=sorted(deleted),
                    glossary=glossary,
                )
            )
        if base:
            base.close()  # no longer read: it may be pruned
        changes = Changes.of(survey, skips, added, removed, rebuilt)
        work = _tidied(draft, cache, layout, encoder, options)
        return Summary(manifest, True, changes, work, time.monotonic() - started)


def _base(layout: Layout, options: Options) -> AbstractContextManager[Generation | None]:
    """The generation that is built upon."""
    base = None if options.fresh else open_soundest(layout.folder)
    if base is None:
        return nullcontext()
    try:
        require_sound(base)
    except IndexDamaged:
        base.close()
        raise
    return closing(base)


def _loaded(
    comparison: Comparison, log: SkipLog, draft: Draft, added: Counter[Verdict]
) -> Iterator[tuple[Article, Origin]]:
    """The articles that are new or changed, counted; one that cannot be read keeps its last good version."""
    for record, verdict in comparison.changed(log, draft.restore):
        article = comparison.load(record)
        if isinstance(article, Skipped):
            log.add(article)
        else:
            log.look_over(article, record.path)
            added[verdict] += 1
            yield article, Origin(record.path, record.digest)


def _glossary(base: Generation | None, options: Options) -> str:
    """The user's glossary: what is given, else what the index has."""
    if options.glossary is not None:
        return glossary_text(options.glossary)
    return base.glossary if base else ""


def _roots(base: Generation | None, corpus: Corpus) -> list[str]:
    return sorted({*(base.manifest.roots if base else ()), *corpus.roots})


def _require_space(layout: Layout, base: Generation | None, survey: Survey) -> None:
    """Check that the disk has room for what will be written.

    Raises:
        IndexNotWritable: it has not.
    """
    each = BYTES_PER_ARTICLE
    if base and base.manifest.articles:
        each = 2 * base.manifest.bytes // base.manifest.articles
    derived = sum(
        fact.bytes for name, fact in (base.manifest.files if base else {}).items() if "/" not in name
    )
    needed = (survey.new + survey.changed) * each + derived
    free = shutil.disk_usage(layout.folder).free
    if free < needed:
        raise IndexNotWritable(
            f"indexing {survey.new + survey.changed:,} articles takes about {needed / 1e6:,.0f} MB in"
            f" {layout.folder}, where {free / 1e6:,.0f} MB are free: make room, or choose another --index"
        )


def _unchanged(layout: Layout, base: Generation, changes: Changes, started: float) -> Summary:
    """Leave everything as it is, but for `CURRENT` where that names something damaged."""
    if layout.live_or_none() != base.folder:
        layout.point_to(base.folder)
    return Summary(base.manifest, False, changes, Work(), time.monotonic() - started)


def _tidied(draft: Draft, cache: VectorCache, layout: Layout, encoder: Encoder, options: Options) -> Work:
    """Remove old generations and vectors that no generation uses; what the whole build took."""
    pruned, forgotten = layout.prune(options.keep), 0
    if options.cache_bytes is not None:
        forgotten = sweep(cache, layout, encoder.dimensions, options.cache_bytes)
    return Work(
        embedded=draft.passage_encoder.embedded + draft.word_encoder.embedded,
        reused=draft.passage_encoder.reused + draft.word_encoder.reused,
        bytes_written=draft.bytes_written,
        pruned=pruned,
        forgotten=forgotten,
    )


def _nothing_found(origin: str, survey: Survey, skips: Skips) -> str:
    articles = survey.new + survey.changed + survey.unchanged
    if len(survey.missing) and not articles:
        return f"nothing would be left in the index: {origin} holds no article"
    if not survey.read:
        return f"nothing to index in {origin}: it holds no files"
    if not skips.total:
        return f"nothing to index in {origin}: no letter and no digit in {articles} articles"
    listed = ", ".join(f"{count} × {reason}" for reason, count in skips.counts.items())
    example = f"{skips.samples[0].source}: {skips.samples[0].detail}"
    return f"nothing to index in {origin}: every input was skipped ({listed}), e.g. {example}"
