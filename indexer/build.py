"""The whole way of indexing in one function: article file → Article → Passage → vector → generation."""

import datetime
import hashlib
import importlib.metadata
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import chunking, lexicon, orthography, similarity, sound
from indexer.cache import CachedEncoder, VectorCache
from indexer.chunking import chunk
from indexer.errors import EmptyCorpus
from indexer.generation import STORE, Layout, Manifest, fact_of
from indexer.model import Model
from indexer.orthography import encoder_input
from indexer.records import Article, Chunk, Encoder, Skipped
from indexer.similarity import SimilarityWriter
from indexer.store import Store, StoreWriter
from indexer.words import WordsWriter

_PASSAGES_AT_ONCE = 1024

Batch = list[tuple[Article, list[Chunk]]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come."""

    articles: int
    passages: int
    sentences: int
    embedded: int
    reused: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `seconds` is the whole build; `skipped` holds every input that was left out."""

    generation: str
    articles: int
    passages: int
    sentences: int
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
    with layout.writing() as draft, VectorCache(layout.cache) as cache:
        passages = CachedEncoder(encoder, cache, model.fingerprint, model.prompts.passage)
        queries = CachedEncoder(encoder, cache, model.fingerprint, model.prompts.query)
        vectors = SimilarityWriter(encoder.dimensions)
        words = WordsWriter(draft)
        with StoreWriter(draft / STORE) as store:
            for batch in _batches(_keep_skipped(found, skipped), encoder):
                first = store.articles
                for article, chunks in batch:
                    store.add(article, chunks)
                    words.add(article, chunks)
                _add_vectors(vectors, passages, batch, first)
                embedded, reused = passages.embedded, passages.reused
                report(
                    Progress(store.articles, store.passages, store.sentences, embedded, reused, len(skipped))
                )
        if store.passages == 0:
            raise EmptyCorpus(_nothing_found(origin, store.articles, skipped))
        files = (STORE, *vectors.save(draft), *words.save(queries.encode))
        manifest = _describe(draft, files, layout, model, encoder, skipped)
        layout.publish(draft, manifest)
    return Summary(
        generation=manifest.name,
        articles=manifest.articles,
        passages=manifest.passages,
        sentences=manifest.sentences,
        languages=manifest.languages,
        embedded=passages.embedded + queries.embedded,
        reused=passages.reused + queries.reused,
        skipped=tuple(skipped),
        seconds=time.monotonic() - started,
    )


def _keep_skipped(found: Iterable[Article | Skipped], skipped: list[Skipped]) -> Iterator[Article]:
    for item in found:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            yield item


def _batches(articles: Iterable[Article], encoder: Encoder) -> Iterator[Batch]:
    """Articles with their passages, enough at a time for the encoder to sort them by length."""
    batch: Batch = []
    passages = 0
    for article in articles:
        chunks = chunk(article, encoder.count_tokens)
        batch.append((article, chunks))
        passages += len(chunks)
        if passages >= _PASSAGES_AT_ONCE:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def _add_vectors(writer: SimilarityWriter, cached: CachedEncoder, batch: Batch, first: int) -> None:
    """Encode the passages and sentences of `batch`, whose articles are numbered from `first`."""
    rows = [
        (number, article, piece) for number, (article, chunks) in enumerate(batch, first) for piece in chunks
    ]
    texts = [encoder_input(piece.of(article.text), article.language) for _, article, piece in rows]
    sentences = [
        encoder_input(sentence.of(article.text), article.language)
        for _, article, piece in rows
        for sentence in piece.sentences
    ]
    vectors = cached.encode(texts + sentences)
    writer.add(
        texts,
        [number for number, _, _ in rows],
        [article.language for _, article, _ in rows],
        vectors[: len(texts)],
        [len(piece.sentences) for _, _, piece in rows],
        vectors[len(texts) :],
    )


def versions() -> dict[str, int]:
    """The versions of everything that decides what a generation holds for an article."""
    return {
        "chunking": chunking.VERSION,
        "lexicon": lexicon.VERSION,
        "orthography": orthography.VERSION,
        "similarity": similarity.VERSION,
        "sound": sound.VERSION,
    }


def _describe(
    draft: Path,
    names: Sequence[str],
    layout: Layout,
    model: Model,
    encoder: Encoder,
    skipped: Sequence[Skipped],
) -> Manifest:
    """The manifest of what lies in `draft`."""
    files = {name: fact_of(draft / name) for name in names}
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
        sentences=store.count("sentences"),
        languages=store.languages(),
        first_date=first,
        last_date=last,
        skipped=dict(Counter(item.reason.value for item in skipped)),
        files=files,
    )
    store.close()
    return manifest


def _nothing_found(origin: str, articles: int, skipped: Sequence[Skipped]) -> str:
    if articles:
        return f"nothing to index in {origin}: no letter and no digit in {articles} articles"
    if not skipped:
        return f"nothing to index in {origin}: it holds no files"
    reasons = Counter(item.reason.value for item in skipped)
    listed = ", ".join(f"{count} × {reason}" for reason, count in reasons.most_common())
    example = f"{skipped[0].source}: {skipped[0].detail}"
    return f"nothing to index in {origin}: every input was skipped ({listed}), e.g. {example}"
