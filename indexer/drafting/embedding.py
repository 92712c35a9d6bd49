"""Articles to what a segment keeps of them: cut into passages and sentences, and encoded."""

from collections.abc import Iterable, Iterator, Sequence

from indexer.core.records import Article, Chunk
from indexer.generation.segment import Embedded, Origin
from indexer.text.chunking import CountTokens, chunk
from indexer.text.orthography import encoder_input
from indexer.vectors.cache import CachedEncoder, keys_of

_PASSAGES_AT_ONCE = 1024


def embedded(
    articles: Iterable[tuple[Article, Origin]], count_tokens: CountTokens, encoder: CachedEncoder
) -> Iterator[Embedded]:
    """Cut and encode `articles`, enough at a time for the encoder to sort their texts by length."""
    batch: list[tuple[Article, Origin, list[Chunk]]] = []
    passages = 0
    for article, origin in articles:
        chunks = chunk(article, count_tokens)
        batch.append((article, origin, chunks))
        passages += len(chunks)
        if passages >= _PASSAGES_AT_ONCE:
            yield from _encoded(batch, encoder)
            batch, passages = [], 0
    yield from _encoded(batch, encoder)


def passage_texts(article: Article, chunks: Sequence[Chunk]) -> list[str]:
    """What the model reads of each passage."""
    return [encoder_input(piece.of(article.text), article.language) for piece in chunks]


def sentence_texts(article: Article, chunks: Sequence[Chunk]) -> list[str]:
    """What the model reads of each sentence, passage after passage."""
    return [
        encoder_input(span.of(article.text), article.language) for piece in chunks for span in piece.sentences
    ]


def _encoded(
    batch: Sequence[tuple[Article, Origin, list[Chunk]]], encoder: CachedEncoder
) -> Iterator[Embedded]:
    passages = [passage_texts(article, chunks) for article, _, chunks in batch]
    sentences = [sentence_texts(article, chunks) for article, _, chunks in batch]
    texts = [text for several in (*passages, *sentences) for text in several]
    vectors = encoder.encode(texts)
    keys = keys_of(texts)
    first, last = 0, sum(map(len, passages))
    for position, (article, origin, chunks) in enumerate(batch):
        of_passages = slice(first, first + len(passages[position]))
        of_sentences = slice(last, last + len(sentences[position]))
        first, last = of_passages.stop, of_sentences.stop
        yield Embedded(
            article,
            origin,
            chunks,
            vectors[of_passages],
            vectors[of_sentences],
            keys[of_passages],
            keys[of_sentences],
        )
