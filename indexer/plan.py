"""What a reindex would do, and what it would cost, without doing it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from indexer.core.errors import EmptyCorpus, HudhudError
from indexer.core.protocols import Encoder
from indexer.core.records import Skipped
from indexer.drafting.compare import Changes, Comparison, Corpus, Survey, Verdict
from indexer.drafting.draft import Progress, Report
from indexer.drafting.provenance import outdated, shares_articles, shares_words
from indexer.drafting.skips import SkipLog, Skips
from indexer.estimate import Estimate, Sample
from indexer.generation.generation import Generation
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.preconditions import (
    glossary_of,
    nothing_found,
    opened_base,
    require_few_skipped,
    require_permission,
    require_space,
)
from indexer.storage.layout import Layout


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reindex would do.

    Attributes:
        changes: to the articles of the index.
        refusal: the error that it would end with.
        estimate: of what would be embedded.
    """

    changes: Changes
    refusal: HudhudError | None
    estimate: Estimate

    @property
    def refused(self) -> str | None:
        """Why it would end without a new generation, for people."""
        return str(self.refusal) if self.refusal else None


def plan(
    corpus: Corpus,
    layout: Layout,
    model: Model,
    encoder: Encoder,
    report: Report = lambda progress: None,
    *,
    options: Options = AS_USUAL,
    sink: Callable[[Skipped], None] = lambda skipped: None,
) -> Plan:
    """Look at everything that a reindex would look at; nothing is written.

    What a reindex would refuse once it has looked stands in the plan. Whether another process writes the
    index is not asked.

    `sink` is given everything that would be left out.

    Raises:
        InputError: whatever `corpus` raises while it is read; the glossary cannot be used.
        IndexingError: the index is damaged.
    """
    log = SkipLog(sink, strict=options.strict)
    with opened_base(layout, options) as base:
        comparison = Comparison(base, corpus, layout.deleted())
        survey = comparison.survey(log, lambda done, of: report(Progress("reading", done, of, "records")))
        glossary_of(base, options)
        missing = survey.missing[:0] if options.keep_missing else survey.missing
        gone = np.union1d(missing, comparison.deleted())
        sample, added = Sample(), Counter[Verdict]()
        for done, (record, verdict) in enumerate(comparison.changed(log), start=1):
            article = comparison.load(record)
            if isinstance(article, Skipped):
                log.add(article)
                continue
            log.look_over(article, record)
            added[verdict] += 1
            sample.add(article)
            report(Progress("loading", done, survey.new + survey.changed, "articles"))
        if base and not shares_articles(base.manifest, model):
            sample.add_all_of(base)
        skips = log.summary()
        is_empty = not added and len(base.catalogue if base else ()) == len(gone)
        rebuilt = outdated(base.manifest, model) if base else []
        is_idle = base is not None and not (rebuilt or len(gone) or survey.new or survey.changed)
        known = base if base and shares_words(base.manifest, model) else None
        return Plan(
            changes=Changes.of(survey, skips, added, len(gone), rebuilt),
            refusal=_refusal(options, layout, survey)
            or (None if is_idle else _later_refusal(options, layout, base, survey, skips))
            or (EmptyCorpus(nothing_found(corpus.origin, survey, skips)) if is_empty else None),
            estimate=sample.estimate(model, encoder, known),
        )


def _refusal(options: Options, layout: Layout, survey: Survey) -> HudhudError | None:
    """What a reindex would end with before it does anything."""
    try:
        require_permission(layout)
        require_few_skipped(options, survey, survey.skips)
        if not (options.allow_removals or options.keep_missing):
            survey.require_few_removals()
    except HudhudError as error:
        return error
    return None


def _later_refusal(
    options: Options, layout: Layout, base: Generation | None, survey: Survey, skips: Skips
) -> HudhudError | None:
    """What it would end with once it has begun to read what is new or changed."""
    try:
        require_space(layout, base, survey)
        require_few_skipped(options, survey, skips)
    except HudhudError as error:
        return error
    return None
