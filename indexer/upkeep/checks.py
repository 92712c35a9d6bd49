"""Whether a generation is sound: checksums, cross-references, and vectors that belong to their texts."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from indexer.core.errors import IndexDamaged, IndexMismatch
from indexer.core.protocols import Encoder
from indexer.core.records import Article, Chunk, Span
from indexer.drafting.embedding import passage_texts, sentence_texts
from indexer.generation.columns import dense_indexes
from indexer.generation.generation import Generation
from indexer.generation.segment import Segment
from indexer.storage.manifest import content_faults
from indexer.vectors.cache import Keys, keys_of
from indexer.vectors.dense import DenseIndex
from indexer.vectors.vector_files import UNIT_TOLERANCE

LEAST_COSINE = 0.99
"""Between a vector of the index and that of the same text encoded anew, in another batch."""

SAMPLE = 32
_MOST_OF_A_KIND = 10


def faults(folder: Path) -> list[str]:
    """Everything that is wrong with the generation in `folder`, a line each.

    Where a checksum is wrong, the files are not read any further.

    Raises:
        IndexNotFound: there is no such generation.
    """
    return content_faults(folder) or contradictions(folder)


def contradictions(folder: Path) -> list[str]:
    """What is wrong with the generation in `folder` though its checksums are right, a line each.

    Raises:
        IndexNotFound: there is no such generation.
    """
    try:
        generation = Generation(folder)
    except (IndexDamaged, IndexMismatch) as error:
        return [str(error)]
    try:
        return [
            *_count_faults(generation),
            *_store_faults(generation),
            *_posting_faults(generation),
            *_vector_faults(generation),
        ]
    except IndexDamaged as error:
        return [str(error)]
    finally:
        generation.close()


def _count_faults(generation: Generation) -> Iterator[str]:
    manifest, catalogue = generation.manifest, generation.catalogue
    expected = {
        "articles": (len(catalogue), manifest.articles),
        "passages": (len(catalogue.passage_rows), manifest.passages),
        "sentences": (len(catalogue.sentence_rows), manifest.sentences),
        "languages": (catalogue.language_counts(), manifest.languages),
        "dates": (catalogue.fields.dates(), (manifest.first_date, manifest.last_date)),
    }
    for what, (is_, was) in expected.items():
        if is_ != was:
            yield f"{what}: the catalogue has {is_}, the manifest {was}"
    ids = [catalogue.ids[number] for number in range(len(catalogue))]
    if any(first >= second for first, second in pairwise(ids)):
        yield "ids: not sorted, or one comes twice"


def _store_faults(generation: Generation) -> Iterator[str]:
    """Articles, spans, and whether every vector belongs to the text that it is joined to."""
    catalogue = generation.catalogue
    for segment in generation.segments:
        yield from (f"segment {segment.name}: {fault}" for fault in segment.store.faults())
    by_segment = zip(generation.segments, catalogue.live_rows(), strict=True)
    found = (
        fault
        for segment, rows in by_segment
        for row, article in zip(rows.tolist(), segment.store.iterate(rows.tolist()), strict=True)
        for fault in _article_faults(segment, row, article)
    )
    yield from islice(found, _MOST_OF_A_KIND)


def _article_faults(segment: Segment, row: int, article: Article) -> Iterator[str]:
    where = f"segment {segment.name}, article {article.id!r}"
    if segment.ids[row] != article.id:
        yield f"{where}: is called {segment.ids[row]!r} outside the store"
    chunks = segment.chunks(row)
    if not _are_inside(chunks, len(article.text)):
        yield f"{where}: passages or sentences outside their text"
        return
    first, past = segment.first_passages[row : row + 2].tolist()
    rows = {
        "passages": (segment.passage_keys[first:past], passage_texts(article, chunks)),
        "sentences": (
            segment.sentence_keys[segment.first_sentences[first] : segment.first_sentences[past]],
            sentence_texts(article, chunks),
        ),
    }
    for what, (keys, texts) in rows.items():
        if not _belong(keys, texts):
            yield f"{where}: the vectors of its {what} are those of other texts"


def _are_inside(chunks: list[Chunk], length: int) -> bool:
    spans: list[tuple[int, int, Span]] = [(0, length, chunk) for chunk in chunks]
    spans += [(chunk.start, chunk.end, sentence) for chunk in chunks for sentence in chunk.sentences]
    return all(low <= span.start < span.end <= high for low, high, span in spans) and all(
        chunk.sentences for chunk in chunks
    )


def _belong(keys: Keys, texts: list[str]) -> bool:
    return len(keys) == len(texts) and bool(np.array_equal(keys, keys_of(texts)))


def _posting_faults(generation: Generation) -> Iterator[str]:
    wrong = generation.postings.sentences_with_wrong_lengths(generation.catalogue.first_sentences)
    if len(wrong):
        yield f"postings: {len(wrong)} sentences have other words than they should, the first is {wrong[0]}"


def _vector_faults(generation: Generation) -> Iterator[str]:
    for what, index in zip(("passage", "sentence"), dense_indexes(generation.catalogue), strict=True):
        yield from islice(_length_faults(what, index), _MOST_OF_A_KIND)


def _length_faults(what: str, index: DenseIndex) -> Iterator[str]:
    for start in range(0, len(index), 8192):
        lengths = index.lengths(np.arange(start, min(start + 8192, len(index))))
        wrong = np.flatnonzero(~np.isclose(lengths, 1.0, atol=UNIT_TOLERANCE))
        for row in wrong.tolist():
            yield f"the vector of {what} {start + row} has length {lengths[row]:.4f}"


def encoding_faults(folder: Path, encoder: Encoder) -> list[str]:
    """Encode some texts of the generation in `folder` anew and compare: the vectors that differ.

    Args:
        folder: of a sound generation.
        encoder: that of its model.
    """
    with closing(Generation(folder)) as generation:
        return list(_encoding_faults(generation, encoder))


def _encoding_faults(generation: Generation, encoder: Encoder) -> Iterator[str]:
    catalogue = generation.catalogue
    prompt = generation.manifest.prompts["passage"]
    articles = np.unique(np.linspace(0, len(catalogue) - 1, SAMPLE).astype(np.int64)).tolist()
    passages, sentences = dense_indexes(catalogue)
    for number in articles:
        segment, row = catalogue.locate(number)
        (article,) = segment.store.articles([row])
        chunks = segment.chunks(row)
        first, past = catalogue.first_passages[number : number + 2].tolist()
        kinds = (
            ("passage", passages, passage_texts(article, chunks), first),
            ("sentence", sentences, sentence_texts(article, chunks), int(catalogue.first_sentences[first])),
        )
        if first == past:
            continue
        for what, index, texts, start in kinds:
            vectors = encoder.encode([prompt + texts[0]])
            cosine = float(vectors[0] @ index.vectors(np.array([start]))[0])
            if cosine < LEAST_COSINE:
                yield f"the vector of {what} {start} ({article.id!r}) is not its text's: cosine {cosine:.4f}"
