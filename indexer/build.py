"""The whole way of indexing in one function: article file → Article → Passage → vector → generation."""

import datetime
import hashlib
import importlib.metadata
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import chunking, orthography
from indexer.cache import CachedEncoder, VectorCache
from indexer.chunking import chunk
from indexer.dense import DenseIndex
from indexer.errors import EmptyCorpus
from indexer.generation import DENSE, STORE, Layout, Manifest, fact_of
from indexer.model import Model
from indexer.orthography import encoder_input
from indexer.records import Article, Encoder, Skipped, Span
from indexer.store import Store, StoreWriter

_PASSAGES_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come."""

    articles: int
    passages: int
    embedded: int
    reused: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `seconds` is the whole build; `skipped` holds every input that was left out."""

    generation: str
    articles: int
    passages: int
    languages: dict[str, int]
    embedded: int
    reused: int
    skipped: tuple[Skipped, ...]
    seconds: float


def build(
    found: Iterable[Article | Skipped],
    layout: Layout,
    model: Model,
    encoder: Encoder,
    report: Callable[[Progress], None] = lambda progress: None,
    *,
    origin: str = "what was given",
) -> Summary:
    """Index the articles among `found` and publish them as the live generation of `layout`.

    The new generation holds these articles, each with an id of its own, and nothing else. Until the
    last step the old one stays live; vectors that were made before an interruption are kept in the
    cache. `origin` is where `found` comes from, for a message.

    Raises:
        EmptyCorpus: `found` holds no article.
        InputError: whatever `found` raises while it is read.
        IndexingError: the index cannot be written, or another process writes it.
    """
    started = time.monotonic()
    skipped: list[Skipped] = []
    dense = DenseIndex(encoder.dimensions)
    with layout.writing() as draft, VectorCache(layout.cache) as cache:
        cached = CachedEncoder(encoder, cache, model.fingerprint, model.prompts.passage)
        with StoreWriter(draft / STORE) as store:
            for batch in _batches(_keep_skipped(found, skipped), encoder):
                for article, spans in batch:
                    store.add(article, spans)
                dense.add(
                    cached.encode(
                        [
                            encoder_input(span.of(article.text), article.language)
                            for article, spans in batch
                            for span in spans
                        ]
                    )
                )
                report(Progress(store.articles, store.passages, cached.embedded, cached.reused, len(skipped)))
        if store.articles == 0:
            raise EmptyCorpus(_nothing_found(origin, skipped))
        dense.save(draft / DENSE)
        manifest = _describe(draft, layout, model, encoder, skipped)
        layout.publish(draft, manifest)
    return Summary(
        generation=manifest.name,
        articles=manifest.articles,
        passages=manifest.passages,
        languages=manifest.languages,
        embedded=cached.embedded,
        reused=cached.reused,
        skipped=tuple(skipped),
        seconds=time.monotonic() - started,
    )


def _keep_skipped(found: Iterable[Article | Skipped], skipped: list[Skipped]) -> Iterator[Article]:
    for item in found:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            yield item


def _batches(articles: Iterable[Article], encoder: Encoder) -> Iterator[list[tuple[Article, list[Span]]]]:
    """Articles with their passages, enough at a time for the encoder to sort them by length."""
    batch: list[tuple[Article, list[Span]]] = []
    passages = 0
    for article in articles:
        spans = chunk(article, encoder.count_tokens)
        batch.append((article, spans))
        passages += len(spans)
        if passages >= _PASSAGES_AT_ONCE:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def versions() -> dict[str, int]:
    """The versions of everything that decides how an article becomes passages and vectors."""
    return {"chunking": chunking.VERSION, "orthography": orthography.VERSION}


def _describe(
    draft: Path, layout: Layout, model: Model, encoder: Encoder, skipped: Sequence[Skipped]
) -> Manifest:
    """The manifest of what lies in `draft`."""
    files = {name: fact_of(draft / name) for name in (STORE, DENSE)}
    digest = hashlib.sha256("".join(fact.sha256 for fact in files.values()).encode()).hexdigest()
    store = Store(draft / STORE)
    first, last = store.dates()
    manifest = Manifest(
        name=layout.next_name(digest),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        hudhud=importlib.metadata.version("hudhud"),
        model=model.name,
        fingerprint=model.fingerprint,
        prompts={"query": model.prompts.query, "passage": model.prompts.passage},
        engine=encoder.engine,
        dimensions=encoder.dimensions,
        versions=versions(),
        articles=store.count("articles"),
        passages=store.count("passages"),
        languages=store.languages(),
        first_date=first,
        last_date=last,
        skipped=dict(Counter(item.reason.value for item in skipped)),
        files=files,
    )
    store.close()
    return manifest


def _nothing_found(origin: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"nothing to index in {origin}: it holds no files"
    reasons = Counter(item.reason.value for item in skipped)
    listed = ", ".join(f"{count} × {reason}" for reason, count in reasons.most_common())
    example = f"{skipped[0].source}: {skipped[0].detail}"
    return f"nothing to index in {origin}: every input was skipped ({listed}), e.g. {example}"
