"""The whole way of indexing in one function: records → articles → segments → generation → CURRENT."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from indexer.core.errors import EmptyCorpus
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Skipped
from indexer.drafting.compare import Changes, Comparison, Corpus, Verdict
from indexer.drafting.draft import Draft, Progress, Report, Texts, sweep
from indexer.drafting.provenance import Provenance, outdated
from indexer.drafting.skips import SkipLog
from indexer.drafting.stages import Stages
from indexer.generation.generation import Generation
from indexer.generation.segment import Origin
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.preconditions import (
    glossary_of,
    meta_of,
    nothing_found,
    opened_base,
    require_few_skipped,
    require_space,
)
from indexer.storage.layout import NOTHING_PRUNED, Layout, Pruned
from indexer.storage.manifest import Manifest
from indexer.vectors.cache import VectorCache

READING = "reading"

NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True)
class Work:
    """What a build took.

    Attributes:
        texts: whose vectors were asked for, by kind.
        embedded, reused: texts that the model had to encode, and those whose vectors were in the cache.
        bytes_written: of files that are shared with no older generation, and of the cache.
        pruned: older generations that were removed, or are still read.
        forgotten: texts that left the cache.
    """

    texts: Texts = NO_TEXTS
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
        stages: how long each of its stages took, in seconds.
    """

    manifest: Manifest
    published: bool
    changes: Changes
    work: Work
    seconds: float
    stages: dict[str, float]


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
        TooManySkipped: more records cannot be read than `options` allow.
        InputError: whatever `corpus` raises while it is read; the glossary cannot be used.
        IndexingError: the index cannot be written, another process writes it, or it is damaged.
    """
    stages = Stages(report, READING)
    log = SkipLog(sink, strict=options.strict)
    with layout.writing(), opened_base(layout, options) as base, VectorCache(layout.cache) as cache:
        deleted = layout.deleted()
        comparison = Comparison(base, corpus, deleted)
        survey = comparison.survey(log, lambda done, of: stages(Progress(READING, done, of, "records")))
        require_few_skipped(options, survey, survey.skips)
        if not (options.allow_removals or options.keep_missing):
            survey.require_few_removals()
        rebuilt = outdated(base.manifest, model) if base else []
        glossary = glossary_of(base, options)
        meta = meta_of(base, options)
        is_new = base is not None and (glossary != base.glossary or list(meta) != base.manifest.meta)
        missing = survey.missing[:0] if options.keep_missing else survey.missing
        gone = np.union1d(missing, comparison.deleted())
        if base and not (rebuilt or is_new or len(gone) or survey.new or survey.changed):
            return _unchanged(layout, base, Changes.of(survey, survey.skips, {}, 0), stages)
        require_space(layout, base, survey)
        begun = Draft(layout.draft(), layout, model, encoder, cache, base, stages, recall=options.recall)
        with closing(begun) as draft:
            draft.remove(missing)
            stages.begin("embedding")
            added = Counter[Verdict]()
            draft.add(_loaded(comparison, log, draft, added), survey.new + survey.changed)
            draft.remove(comparison.deleted())
            skips = log.summary()
            require_few_skipped(options, survey, skips)
            if base and not (rebuilt or is_new or len(gone) or added.total()):
                return _unchanged(layout, base, Changes.of(survey, skips, {}, 0), stages)
            if draft.is_empty:
                raise EmptyCorpus(nothing_found(corpus.origin, survey, skips))
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
                    meta=meta,
                )
            )
        if base:
            base.close()  # no longer read: it may be pruned
        changes = Changes.of(survey, skips, added, removed, rebuilt)
        stages.begin("tidying")
        work = _tidied(draft, cache, layout, encoder, options)
        return _summary(manifest, changes, work, stages)


def _loaded(
    comparison: Comparison, log: SkipLog, draft: Draft, added: Counter[Verdict]
) -> Iterator[tuple[Article, Origin]]:
    """The articles that are new or changed, counted; one that cannot be read keeps its last good version."""
    for record, verdict in comparison.changed(log, draft.restore):
        article = comparison.load(record)
        if isinstance(article, Skipped):
            log.add(article)
        else:
            log.look_over(article, record)
            added[verdict] += 1
            yield article, Origin(record.path, record.digest)


def _roots(base: Generation | None, corpus: Corpus) -> list[str]:
    return sorted({*(base.manifest.roots if base else ()), *corpus.roots})


def _unchanged(layout: Layout, base: Generation, changes: Changes, stages: Stages) -> Summary:
    """Leave everything as it is, but for `CURRENT` where that names something damaged."""
    if layout.live_or_none() != base.folder:
        layout.point_to(base.folder)
    return _summary(base.manifest, changes, Work(), stages, published=False)


def _summary(
    manifest: Manifest, changes: Changes, work: Work, stages: Stages, *, published: bool = True
) -> Summary:
    seconds = stages.seconds()
    return Summary(manifest, published, changes, work, sum(seconds.values()), seconds)


def _tidied(draft: Draft, cache: VectorCache, layout: Layout, encoder: Encoder, options: Options) -> Work:
    """Remove old generations and vectors that no generation uses; what the whole build took."""
    pruned, forgotten = layout.prune(options.keep), 0
    if options.cache_bytes is not None:
        forgotten = sweep(cache, layout, encoder.dimensions, options.cache_bytes)
    return Work(
        texts=draft.texts,
        embedded=draft.passage_encoder.embedded + draft.word_encoder.embedded,
        reused=draft.passage_encoder.reused + draft.word_encoder.reused,
        bytes_written=draft.bytes_written,
        pruned=pruned,
        forgotten=forgotten,
    )
