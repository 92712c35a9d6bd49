"""The whole way of indexing in one function: records → articles → segments → generation → CURRENT."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace

import numpy as np

from indexer.core.errors import EmptyCorpus, IndexDamaged, IndexNotFound, IndexNotWritable
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Skipped
from indexer.drafting.assembly import Making, outdated
from indexer.drafting.compare import Comparison, Corpus, SkipLog, Skips, Survey, Verdict
from indexer.drafting.draft import Drafting, Progress, Report, require_sound, sweep
from indexer.generation.generation import Generation, open_soundest
from indexer.generation.segment import Origin
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.storage.layout import Layout, Pruned
from indexer.storage.manifest import Manifest
from indexer.vectors.cache import VectorCache

BYTES_PER_ARTICLE = 60_000
"""What an article takes on disk, index and cache together, where there is none yet to go by."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did.

    `read = new + changed + unchanged + skips.total`, and `articles` is what there was before, and `new`,
    less `removed`.

    Attributes:
        generation: the live one after it.
        published: whether it is a new one; it is not where there was nothing to do.
        read: everything that the corpus listed.
        new, changed, unchanged: articles, against those that the index had.
        skips: what could not be read, and whatever else is no article.
        removed: articles of the index that the corpus no longer holds.
        kept: articles that were not found, and stay all the same.
        rebuilt: what made it necessary to embed everything anew, for people.
        articles, passages, sentences, languages: of the live generation.
        embedded, reused: texts that the model had to encode, and those whose vectors were in the cache.
        bytes_written: of files that are shared with no older generation, and of the cache.
        pruned: older generations that were removed, or are still read.
        forgotten: texts that left the cache.
        seconds: the whole build.
    """

    generation: str
    published: bool
    read: int
    new: int
    changed: int
    unchanged: int
    skips: Skips
    removed: int
    kept: int
    rebuilt: tuple[str, ...]
    articles: int
    passages: int
    sentences: int
    languages: dict[str, int]
    embedded: int
    reused: int
    bytes_written: int
    pruned: Pruned
    forgotten: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Tidied:
    """Older generations that were removed, and how many texts left the cache."""

    pruned: Pruned
    forgotten: int


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
        InputError: whatever `corpus` raises while it is read.
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
        changes = outdated(base.manifest, model) if base else []
        missing = survey.missing[:0] if options.keep_missing else survey.missing
        gone = np.union1d(missing, comparison.deleted())
        if base and not (changes or len(gone) or survey.new or survey.changed):
            return _unchanged(layout, base, survey, started)
        _require_space(layout, base, survey)
        draft = Drafting(layout.draft(), layout, model, encoder, cache, base, report)
        with closing(draft):
            draft.alive[missing] = False
            added = Counter[Verdict]()
            draft.add(_loaded(comparison, log, draft, added), survey.new + survey.changed)
            draft.alive[comparison.deleted()] = False
            if base and not (changes or len(gone) or added.total()):
                unread = replace(survey, new=0, changed=0, skips=log.summary())
                return _unchanged(layout, base, unread, started)
            if draft.is_empty:
                raise EmptyCorpus(_nothing_found(corpus.origin, survey, log.summary()))
            removed = int(np.count_nonzero(~draft.alive)) - added[Verdict.CHANGED]
            making = Making(
                model,
                encoder.engine,
                encoder.dimensions,
                base=base.name if base else None,
                skipped=log.summary().counts,
                roots=_roots(base, corpus),
                deleted=sorted(deleted),
            )
            manifest = draft.publish(making)
        if base:
            base.close()  # no longer read: it may be pruned
        pruned, forgotten = layout.prune(options.keep), 0
        if options.cache_bytes is not None:
            forgotten = sweep(cache, layout, encoder.dimensions, options.cache_bytes)
        tidied = Tidied(pruned, forgotten)
        return _summary(survey, log.summary(), added, removed, changes, draft, manifest, tidied, started)


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


def _is_live(layout: Layout, base: Generation) -> bool:
    """Whether a generation is the live one, and not one that took its place because that is damaged."""
    try:
        return layout.live() == base.folder
    except (IndexDamaged, IndexNotFound):
        return False


def _loaded(
    comparison: Comparison, log: SkipLog, draft: Drafting, added: Counter[Verdict]
) -> Iterator[tuple[Article, Origin]]:
    """The articles that are new or changed, counted; one that cannot be read keeps its last good version."""
    for record, verdict in comparison.changed(log, draft.alive):
        article = record.load()
        if isinstance(article, Skipped):
            log.add(article)
        else:
            added[verdict] += 1
            yield article, Origin(record.path, record.digest)


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


def _unchanged(layout: Layout, base: Generation, survey: Survey, started: float) -> Summary:
    """Leave everything as it is, but for `CURRENT` where that names something damaged."""
    if not _is_live(layout, base):
        layout.point_to(base.folder)
    manifest = base.manifest
    return Summary(
        generation=base.name,
        published=False,
        read=survey.read,
        new=0,
        changed=0,
        unchanged=survey.unchanged,
        skips=survey.skips,
        removed=0,
        kept=survey.kept + len(survey.missing),
        rebuilt=(),
        articles=manifest.articles,
        passages=manifest.passages,
        sentences=manifest.sentences,
        languages=manifest.languages,
        embedded=0,
        reused=0,
        bytes_written=0,
        pruned=Pruned((), ()),
        forgotten=0,
        seconds=time.monotonic() - started,
    )


def _summary(
    survey: Survey,
    skips: Skips,
    added: Counter[Verdict],
    removed: int,
    changes: list[str],
    draft: Drafting,
    manifest: Manifest,
    tidied: Tidied,
    started: float,
) -> Summary:
    return Summary(
        generation=manifest.name,
        published=True,
        read=added.total() + survey.unchanged + skips.total,
        new=added[Verdict.NEW],
        changed=added[Verdict.CHANGED],
        unchanged=survey.unchanged,
        skips=skips,
        removed=removed,
        kept=survey.kept + max(len(survey.missing) - removed, 0),
        rebuilt=tuple(changes),
        articles=manifest.articles,
        passages=manifest.passages,
        sentences=manifest.sentences,
        languages=manifest.languages,
        embedded=draft.passages.embedded + draft.words.embedded,
        reused=draft.passages.reused + draft.words.reused,
        bytes_written=draft.bytes_written,
        pruned=tidied.pruned,
        forgotten=tidied.forgotten,
        seconds=time.monotonic() - started,
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
