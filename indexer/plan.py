"""What a reindex would do, and what it would cost, without doing it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass

from indexer.core.errors import TooManyRemovals
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Skipped
from indexer.drafting.compare import Changes, Comparison, Corpus, Verdict
from indexer.drafting.draft import Progress, Report
from indexer.drafting.embedding import passage_texts, sentence_texts
from indexer.drafting.provenance import outdated, shares_articles
from indexer.drafting.skips import SkipLog
from indexer.generation.generation import Generation, open_soundest
from indexer.models.model import Model
from indexer.options import AS_USUAL, Options
from indexer.storage.layout import Layout
from indexer.text.chunking import chunk

SAMPLED_TEXTS = 200
"""Texts that are encoded to see how fast this machine is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reindex would do.

    Attributes:
        changes: to the articles of the index.
        refused: why it would refuse to start, for people.
        characters: of the articles that would be embedded.
        seconds: what embedding them would take at most; what is in the cache takes none.
    """

    changes: Changes
    refused: str | None
    characters: int
    seconds: float


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

    `sink` is given everything that would be left out.

    Raises:
        InputError: whatever `corpus` raises while it is read.
        IndexingError: the index is damaged.
    """
    log = SkipLog(sink, strict=options.strict)
    base = None if options.fresh else open_soundest(layout.folder)
    with closing(base) if base else nullcontext():
        comparison = Comparison(base, corpus, layout.deleted())
        survey = comparison.survey(log, lambda done, of: report(Progress("reading", done, of, "records")))
        characters, sample = 0, list[Article]()
        added = Counter[Verdict]()
        for done, (record, verdict) in enumerate(comparison.changed(log), start=1):
            article = comparison.load(record)
            if isinstance(article, Skipped):
                log.add(article)
                continue
            log.look_over(article, record.path)
            added[verdict] += 1
            characters += len(article.text)
            if len(sample) < SAMPLED_TEXTS:
                sample.append(article)
            report(Progress("loading", done, survey.new + survey.changed, "articles"))
        if base and not shares_articles(base.manifest, model):
            kept, some = _kept(base)
            characters += kept
            sample = sample or some
        refused = None
        if not (options.allow_removals or options.keep_missing):
            try:
                survey.require_few_removals()
            except TooManyRemovals as error:
                refused = str(error)
        removed = 0 if options.keep_missing else len(survey.missing)
        rebuilt = outdated(base.manifest, model) if base else []
        return Plan(
            changes=Changes.of(survey, log.summary(), added, removed, rebuilt),
            refused=refused,
            characters=characters,
            seconds=_seconds(characters, sample, model, encoder),
        )


def _kept(base: Generation) -> tuple[int, list[Article]]:
    """Characters of all passages of a generation, and some of its articles."""
    characters = 0
    for segment, rows in zip(base.segments, base.catalogue.live_rows(), strict=True):
        for row in rows.tolist():
            spans = segment.passage_spans[segment.first_passages[row] : segment.first_passages[row + 1]]
            characters += int((spans[:, 1].astype(int) - spans[:, 0]).sum())
    return characters, base.articles(range(min(len(base.catalogue), SAMPLED_TEXTS)))


def _seconds(characters: int, sample: Sequence[Article], model: Model, encoder: Encoder) -> float:
    """How long embedding so many characters takes here, from encoding some of them."""
    texts: list[str] = []
    read = 0
    for article in sample:
        chunks = chunk(article, encoder.count_tokens)
        texts += [*passage_texts(article, chunks), *sentence_texts(article, chunks)]
        read += len(article.text)
        if len(texts) >= SAMPLED_TEXTS:
            break
    if not texts:
        return 0.0
    started = time.perf_counter()
    encoder.encode([model.prompts.passage + text for text in texts])
    return (time.perf_counter() - started) * characters / max(read, 1)
