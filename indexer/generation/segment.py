"""A segment: articles with their passages, vectors and words, written once and shared by generations.

A generation is some articles out of some segments. What a segment holds of an article depends on that
article alone: where it was cut, what its vectors are, which words its sentences have. Everything that
depends on other articles too (numbers, frequencies, hubs, the lexicon) belongs to the generation.

    articles.sqlite          the articles, by row
    ids, paths               of each article: its id, the file it was read from
    digests.npy              of what each was read from, 16 bytes
    article-languages.npy    and dates as days from 0001-01-01, 0 where there is none: `days.npy`
    garbled.npy              whether its words are mostly no words
    columns, column-0-…      who published each, and its further fields (`keywords`)
    first-passages.npy       of each article, and the number of passages at the end
    passage-spans.npy        start and end in the article's text
    first-sentences.npy      of each passage, and the number of sentences at the end
    sentence-spans.npy
    passages.faiss           vectors of passages and of sentences
    sentences.faiss
    passages-lists.faiss …   over many of them, what finds the nearest (`vectors/lists.py`)
    passage-keys.npy         what the vectors were made of: the first 16 bytes of their texts' SHA-256
    sentence-keys.npy
    words, first-words …     the words of each sentence (`sentence_words`)
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows
from indexer.core.records import Article, Chunk, Numbers, Span, Vectors
from indexer.core.settings import RECALL
from indexer.generation.keywords import KeywordsWriter, SegmentKeywords
from indexer.generation.sentence_words import SentenceWords, SentenceWordsWriter
from indexer.generation.store import Store, StoreWriter
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, mapped_starts
from indexer.storage.vocabulary import Vocabulary
from indexer.text.garbled import is_garbled
from indexer.text.orthography import tokens
from indexer.vectors import reach
from indexer.vectors.cache import Keys
from indexer.vectors.dense import VectorPart
from indexer.vectors.lists import InvertedLists
from indexer.vectors.vector_files import VectorFile, VectorWriter

VERSION = 5
"""Raised whenever the files come out differently for the same passages, or other texts are encoded."""

STORE = "articles.sqlite"
IDS, PATHS = "ids", "paths"
DIGESTS = "digests.npy"
LANGUAGES = "article-languages.npy"
DAYS = "days.npy"
GARBLED = "garbled.npy"
FIRST_PASSAGES = "first-passages.npy"
PASSAGE_SPANS = "passage-spans.npy"
FIRST_SENTENCES = "first-sentences.npy"
SENTENCE_SPANS = "sentence-spans.npy"
PASSAGES, SENTENCES = "passages.faiss", "sentences.faiss"
PASSAGE_KEYS, SENTENCE_KEYS = "passage-keys.npy", "sentence-keys.npy"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article was read from.

    Attributes:
        path: absolute path of the file; empty where there is none.
        digest: of all that decides what the article is, 16 bytes.
    """

    path: str
    digest: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """An article, cut and encoded.

    Attributes:
        article, origin: what it is and where it comes from.
        chunks: its passages.
        passages: their vectors, shape `(len(chunks), dimensions)`.
        sentences: those of their sentences, one passage after another.
        passage_keys, sentence_keys: what the vectors were made of.
    """

    article: Article
    origin: Origin
    chunks: Sequence[Chunk]
    passages: Vectors
    sentences: Vectors
    passage_keys: Keys
    sentence_keys: Keys


class SegmentWriter:
    """Collects articles, all but their texts in memory; `save` writes them."""

    def __init__(self, folder: Path, dimensions: int, recall: float = RECALL) -> None:
        """Write into `folder`, which is made; `recall` is asked of searches for nearest vectors."""
        folder.mkdir(parents=True)
        self.folder = folder
        self._recall = recall
        self._store = StoreWriter(folder / STORE)
        self._ids: list[str] = []
        self._origins: list[Origin] = []
        self._languages: list[str] = []
        self._days: list[int] = []
        self._garbled: list[bool] = []
        self._keywords = KeywordsWriter()
        self._passage_counts, self._sentence_counts = _RowCollector(np.int64, 1), _RowCollector(np.int64, 1)
        self._passage_spans, self._sentence_spans = _RowCollector(np.uint32, 2), _RowCollector(np.uint32, 2)
        self._passage_keys, self._sentence_keys = _RowCollector(np.uint64, 2), _RowCollector(np.uint64, 2)
        self._passages, self._sentences = VectorWriter(dimensions), VectorWriter(dimensions)
        self._words = SentenceWordsWriter(folder)

    @property
    def articles(self) -> int:
        """How many articles there are so far."""
        return len(self._ids)

    @property
    def sentences(self) -> int:
        """How many sentences there are so far."""
        return len(self._sentences)

    def add(self, embedded: Embedded) -> None:
        """Append an article."""
        article, chunks = embedded.article, embedded.chunks
        self._describe(article, embedded.origin)
        spans = [span for chunk in chunks for span in chunk.sentences]
        self._passage_counts.add([len(chunks)])
        self._passage_spans.add([(chunk.start, chunk.end) for chunk in chunks])
        self._sentence_counts.add([len(chunk.sentences) for chunk in chunks])
        self._sentence_spans.add([(span.start, span.end) for span in spans])
        self._passage_keys.add(embedded.passage_keys)
        self._sentence_keys.add(embedded.sentence_keys)
        self._passages.add(embedded.passages)
        self._sentences.add(embedded.sentences)
        words = [[token.text for token in tokens(span.of(article.text))] for span in spans]
        for of_sentence in words:
            self._words.add(of_sentence)
        self._garbled.append(is_garbled(itertools.chain.from_iterable(words), article.language))

    def copy(self, segment: "Segment", rows: Numbers) -> None:
        """Append the articles in `rows` of another segment."""
        for row, article in zip(rows.tolist(), segment.store.iterate(rows.tolist()), strict=True):
            self._describe(article, segment.origin(row))
        self._garbled += segment.garbled[rows].tolist()
        passages = inner_rows(segment.first_passages, rows)
        sentences = inner_rows(segment.first_sentences, passages)
        self._passage_counts.add(np.diff(segment.first_passages)[rows])
        self._passage_spans.add(segment.passage_spans[passages])
        self._sentence_counts.add(np.diff(segment.first_sentences)[passages])
        self._sentence_spans.add(segment.sentence_spans[sentences])
        self._passage_keys.add(segment.passage_keys[passages])
        self._sentence_keys.add(segment.sentence_keys[sentences])
        self._passages.copy(segment.passages, passages)
        self._sentences.copy(segment.sentences, sentences)
        self._words.copy(segment.words, sentences)

    def save(self) -> tuple[str, ...]:
        """Write everything; the names of the files below the folder.

        Raises:
            IndexNotWritable: the disk is full.
        """
        self._store.close()
        digests = np.frombuffer(b"".join(origin.digest for origin in self._origins), np.uint8)
        arrays: dict[str, NDArray[Any]] = {
            DIGESTS: digests.reshape(self.articles, -1),
            LANGUAGES: np.array(self._languages, "S8"),
            DAYS: np.array(self._days, np.int32),
            GARBLED: np.array(self._garbled, np.bool_),
            FIRST_PASSAGES: _starts(self._passage_counts.array()),
            PASSAGE_SPANS: self._passage_spans.array(),
            FIRST_SENTENCES: _starts(self._sentence_counts.array()),
            SENTENCE_SPANS: self._sentence_spans.array(),
            PASSAGE_KEYS: self._passage_keys.array(),
            SENTENCE_KEYS: self._sentence_keys.array(),
        }
        for name, array in arrays.items():
            np.save(self.folder / name, array)
        self._passages.save(self.folder / PASSAGES)
        self._sentences.save(self.folder / SENTENCES)
        return (
            STORE,
            *arrays,
            *self._lists(arrays),
            *(PASSAGES, SENTENCES),
            *vocabulary.write(self._ids, self.folder, IDS),
            *vocabulary.write((origin.path for origin in self._origins), self.folder, PATHS),
            *self._words.save(),
            *self._keywords.save(self.folder),
        )

    def _lists(self, arrays: Mapping[str, NDArray[Any]]) -> tuple[str, ...]:
        """Write what finds the nearest of many vectors; the names of the files."""
        of_passages = np.repeat(arrays[LANGUAGES], np.diff(arrays[FIRST_PASSAGES]))
        of_sentences = np.repeat(of_passages, np.diff(arrays[FIRST_SENTENCES]))
        kinds = ((PASSAGES, of_passages), (SENTENCES, of_sentences))
        return tuple(
            name
            for file, languages in kinds
            for name in reach.write(
                self.folder, Path(file).stem, VectorFile(self.folder / file), languages, self._recall
            )
        )

    def discard(self) -> None:
        """Close what is open; what was collected is of no use afterwards."""
        self._store.discard()

    def _describe(self, article: Article, origin: Origin) -> None:
        self._store.add(article)
        self._ids.append(article.id)
        self._origins.append(origin)
        self._languages.append(article.language)
        self._days.append(article.date.toordinal() if article.date else 0)
        self._keywords.add(article)


class Segment:
    """Reads what `SegmentWriter` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Map the files in `folder`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.folder = folder
        self.name = folder.name
        self.store = Store(folder / STORE)
        self.ids = Vocabulary(folder, IDS)
        self.paths = Vocabulary(folder, PATHS)
        self.digests: NDArray[np.uint8] = mapped(folder / DIGESTS, 2)
        self.languages: NDArray[np.bytes_] = mapped(folder / LANGUAGES)
        self.days: NDArray[np.int32] = mapped(folder / DAYS)
        self.garbled: NDArray[np.bool_] = mapped(folder / GARBLED)
        self.first_passages: Numbers = mapped_starts(folder / FIRST_PASSAGES)
        self.passage_spans: NDArray[np.uint32] = mapped(folder / PASSAGE_SPANS, 2)
        self.first_sentences: Numbers = mapped_starts(folder / FIRST_SENTENCES)
        self.sentence_spans: NDArray[np.uint32] = mapped(folder / SENTENCE_SPANS, 2)
        self.passage_keys: Keys = mapped(folder / PASSAGE_KEYS, 2)
        self.sentence_keys: Keys = mapped(folder / SENTENCE_KEYS, 2)
        self.passages = VectorFile(folder / PASSAGES)
        self.sentences = VectorFile(folder / SENTENCES)
        self.passage_lists = InvertedLists.open(folder, Path(PASSAGES).stem, self.passages)
        self.sentence_lists = InvertedLists.open(folder, Path(SENTENCES).stem, self.sentences)
        self.words = SentenceWords(folder)
        self.keywords = SegmentKeywords(folder, len(self.ids)).columns
        of_articles = (self.ids, self.paths, self.digests, self.languages, self.days, self.garbled)
        articles = {len(one) for one in of_articles}
        passages = {int(self.first_passages[-1]), len(self.passage_spans), len(self.passage_keys)}
        sentences = {int(self.first_sentences[-1]), len(self.sentence_spans), len(self.sentence_keys)}
        fits = (
            articles == {len(self.first_passages) - 1}
            and passages == {len(self.passages), len(self.first_sentences) - 1}
            and sentences == {len(self.sentences), len(self.words.lengths)}
        )
        if not fits:
            raise IndexDamaged(f"the files in {folder} do not fit each other")

    def __len__(self) -> int:
        """Articles."""
        return len(self.ids)

    def origin(self, row: int) -> Origin:
        """Where the article in a row comes from."""
        return Origin(self.paths[row], self.digests[row].tobytes())

    def chunks(self, row: int) -> list[Chunk]:
        """The passages of the article in a row."""
        found = []
        for passage in range(int(self.first_passages[row]), int(self.first_passages[row + 1])):
            first, past = self.first_sentences[passage], self.first_sentences[passage + 1]
            spans = tuple(Span(start, end) for start, end in self.sentence_spans[first:past].tolist())
            start, end = self.passage_spans[passage].tolist()
            found.append(Chunk(start, end, spans))
        return found

    def vectors(self) -> tuple[VectorPart, VectorPart]:
        """The vectors of its passages and of its sentences, with their languages."""
        return (
            VectorPart(self.passages, self._passage_languages, self.passage_lists),
            VectorPart(self.sentences, self._sentence_languages, self.sentence_lists),
        )

    def _passage_languages(self) -> NDArray[np.bytes_]:
        return np.repeat(self.languages, np.diff(self.first_passages))

    def _sentence_languages(self) -> NDArray[np.bytes_]:
        return np.repeat(self._passage_languages(), np.diff(self.first_sentences))

    def close(self) -> None:
        """Release the articles."""
        self.store.close()


class _RowCollector:
    """Collects rows of numbers, piece by piece."""

    def __init__(self, kind: type[np.unsignedinteger[Any] | np.signedinteger[Any]], columns: int) -> None:
        self._kind, self._columns = kind, columns
        self._pieces: list[NDArray[Any]] = []

    def add(self, rows: Sequence[Any] | NDArray[Any]) -> None:
        self._pieces.append(np.array(rows, self._kind).reshape(-1, self._columns))

    def array(self) -> NDArray[Any]:
        empty = np.empty((0, self._columns), self._kind)
        return np.concatenate([empty, *self._pieces])


def _starts(counts: NDArray[np.int64]) -> Numbers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
