"""Small articles, segments and generations, whose vectors are a pure function of their texts."""

import datetime
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from indexer.core.records import Article, Candidates, Chunk, Metadata, Span, Vectors
from indexer.drafting.derived import Encoders, derive
from indexer.drafting.embedding import passage_texts, sentence_texts
from indexer.drafting.merging import SegmentRows, SegmentsWriter, share_segment
from indexer.drafting.provenance import Provenance
from indexer.generation import catalogue
from indexer.generation.catalogue import Catalogue
from indexer.generation.catalogued import SEGMENTS
from indexer.generation.generation import Generation
from indexer.generation.segment import Embedded, Origin, Segment, SegmentWriter
from indexer.models.model import Model, Prompts
from indexer.storage import manifest
from indexer.storage.layout import Layout
from indexer.storage.manifest import MANIFEST, FileFact, Manifest, digest_of, fact_of
from indexer.vectors.cache import keys_of

DIMENSIONS = 8
MODEL = Model("hand-made", Path(), Prompts("query: ", "passage: "), "f" * 64)
DAY = datetime.date(2025, 9, 3)

Passages = Sequence[Sequence[str]]
"""Of each passage its sentences."""


def encode(texts: Sequence[str], dimensions: int = DIMENSIONS) -> Vectors:
    """Unit vectors out of checksums."""
    checksums = np.array([zlib.crc32(text.encode()) for text in texts], np.float64).reshape(-1, 1)
    waves = np.sin(checksums * np.sqrt(np.arange(2, 2 + dimensions)))
    unit: Vectors = (waves / np.linalg.norm(waves, axis=1, keepdims=True)).astype(np.float32)
    return unit


class Checksums:
    """An encoder whose vectors are these."""

    dimensions, engine = DIMENSIONS, "checksums"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return encode(texts, self.dimensions)

    encode_queries = encode
    encode_words = encode

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Five at a time, the longest first."""
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        return [order[start : start + 5] for start in range(0, len(order), 5)]


def embedded(
    article_id: str,
    passages: Passages,
    language: str = "fa",
    date: datetime.date | None = DAY,
    vectors: tuple[Vectors, Vectors] | None = None,
    publisher: str = "",
    metadata: Metadata = (),
) -> Embedded:
    """An article of these passages, one a line; with `vectors` of its passages and of its sentences."""
    text = ""
    chunks: list[Chunk] = []
    for sentences in passages:
        spans: list[Span] = []
        for sentence in sentences:
            start = len(text) + len(spans[:1])
            text += " " * len(spans[:1]) + sentence
            spans.append(Span(start, len(text)))
        chunks.append(Chunk(spans[0].start, spans[-1].end, tuple(spans)))
        text += "\n"
    article = Article(
        *(article_id, f"title of {article_id}", text, date, language, f"in/{article_id}"),
        publisher=publisher,
        metadata=metadata,
    )
    digest = hashlib.sha256(f"{article_id}\n{text}".encode()).digest()[:16]
    texts = passage_texts(article, chunks), sentence_texts(article, chunks)
    of_passages, of_sentences = vectors or (encode(texts[0]), encode(texts[1]))
    return Embedded(
        article,
        Origin(f"/in/{article_id}", digest),
        chunks,
        of_passages,
        of_sentences,
        keys_of(texts[0]),
        keys_of(texts[1]),
    )


def segment(folder: Path, articles: Iterable[Embedded], dimensions: int = DIMENSIONS) -> Segment:
    """A segment of these articles in `folder`."""
    writer = SegmentWriter(folder, dimensions)
    for article in articles:
        writer.add(article)
    writer.save()
    return Segment(folder)


def whole(segments: Iterable[Segment]) -> list[SegmentRows]:
    """Segments with all of their rows."""
    return [(one, np.arange(len(one))) for one in segments]


def catalogued(folder: Path, parts: Sequence[SegmentRows], meta: Sequence[str] = ()) -> Catalogue:
    """The catalogue of some rows of some segments, in `folder`, with the further fields in `meta`."""
    folder.mkdir(parents=True, exist_ok=True)
    catalogue.write(parts, folder, meta)
    return Catalogue(folder, [one for one, _ in parts], meta)


def publish(
    layout: Layout,
    articles: Sequence[Embedded],
    base: Generation | None = None,
    dead: Sequence[int] = (),
    *,
    live: bool = True,
    meta: Sequence[str] = (),
) -> Manifest:
    """Publish a generation of `articles` and of those of `base` that are not `dead`; to be called alone.

    `dead` are numbers of articles of `base`.
    """
    with layout.writing():
        draft = layout.draft()
        of_base = base.manifest.dimensions if base else DIMENSIONS
        dimensions = articles[0].passages.shape[1] if articles else of_base
        writer = SegmentsWriter(draft, dimensions)
        for article in articles:
            writer.add(article)
        writer.close()
        facts: dict[str, FileFact] = {}
        parts: list[SegmentRows] = []
        for place, one in enumerate(base.segments if base else ()):
            assert base
            gone = [base.catalogue.locate(number) for number in dead]
            rows = np.setdiff1d(
                base.catalogue.live_rows()[place], [row for owner, row in gone if owner is one]
            )
            if len(rows):
                facts |= share_segment(one, base.manifest.files, draft)
                parts.append((one, rows.astype(np.int64)))
        for name, files in writer.written.items():
            parts += whole([Segment(draft / SEGMENTS / name)])
            facts |= {f"{SEGMENTS}/{name}/{file}": fact for file, fact in files.items()}
        made_from = base.name if base else None
        provenance = Provenance(MODEL, "by hand", dimensions, made_from, meta=meta)
        words = partial(encode, dimensions=dimensions)
        made = derive(draft, layout, parts, facts, Encoders(words, words, words), base, provenance)
        layout.publish(draft, made, live=live)
    return made


def published(folder: Path, articles: Sequence[Embedded], meta: Sequence[str] = ()) -> Layout:
    """An index with one generation of `articles`, which keeps the further fields in `meta`."""
    layout = Layout(folder)
    publish(layout, articles, meta=meta)
    return layout


def forge(folder: Path, **changes: object) -> Manifest:
    """Change the manifest of a generation, by names of its attributes."""
    forged = replace(Manifest.read(folder / MANIFEST), **changes)  # type: ignore[arg-type]
    forged.write(folder / MANIFEST)
    return forged


def approve(folder: Path) -> Manifest:
    """Give the manifest of a generation the sizes and checksums that its files have now."""
    names = Manifest.read(folder / MANIFEST).files
    return forge(folder, files={name: fact_of(folder / name) for name in names})


def fingerprint(folder: Path) -> str:
    """What stands for the content of all files of a generation but its manifest."""
    return digest_of(Manifest.read(folder / MANIFEST).files)


def signed(values: dict[str, Any]) -> bytes:
    """A manifest of these values, with the checksum that fits them."""
    said = {name: value for name, value in values.items() if name != manifest._CHECKSUM}
    return json.dumps(said | {manifest._CHECKSUM: manifest._checksum(said)}).encode()


def candidates_of(*scores: tuple[float, float]) -> Candidates:
    """Candidates of which each has a z-score by vectors and a share of words; all else is 0."""
    dense, share = np.array(scores, np.float32).T
    none, numbers = np.zeros(len(scores), np.float32), np.arange(len(scores))
    return Candidates(
        *(numbers, numbers, numbers, numbers),
        *(none, none, dense, none, none, none),
        *(share, none, none, none, none),
    )
