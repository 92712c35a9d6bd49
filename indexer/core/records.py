"""The nouns of Hudhud, once. Everything here is frozen and knows no library but numpy."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.matching import NOTHING_UNSEEN, Condition, Unseen

Vectors = NDArray[np.float32]
"""Shape `(texts, dimensions)`; every row has unit length."""

Numbers = NDArray[np.int64]
"""Numbers of passages, sentences, articles or words."""

Scores = NDArray[np.float32]
"""Higher is better."""

_ARRAY = 128
"""Bytes of an array besides its values."""

Metadata = tuple[tuple[str, tuple[str, ...]], ...]
"""Further fields of an article, such as author, section and tags: of each its name and its values."""

UNREAD = "\ufffd"
"""Stands in a text where something could not be read, whoever read it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: code points `start` (included) to `end` (excluded)."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Chunk(Span):
    """Where a passage of an article is, and its sentences, which lie apart inside it, in order."""

    sentences: tuple[Span, ...]


class Remark(StrEnum):
    """What somebody should know of how an article was read."""

    TITLE_ALONE = "title alone"
    UNDATED = "no date, though something looks like one"
    METADATA = "metadata that is too long or too much, and is left out"


@dataclass(frozen=True, slots=True)
class Article:
    """A source document as it was read.

    `text` is what every offset counts in: decoded, newlines as `\\n`, without byte-order mark and header,
    otherwise unchanged. `language` is `fa`, `prs`, `ar` or another ISO 639 code, `und` where it cannot be
    told. `source` is the file it was read from, by its path below what was indexed, and where in it: it is
    told to whoever searches. `date_text` is the date as it was written, if it was written otherwise than as
    an ISO date; `url` is where the article was published, and `publisher` who published it. `metadata` are
    further fields, those that `--meta` declares. `remarks` are of reading it; an index does not keep them.
    """

    id: str
    title: str
    text: str
    date: datetime.date | None = None
    language: str = "und"
    source: str = ""
    date_text: str | None = None
    url: str | None = None
    remarks: tuple[Remark, ...] = field(default=(), compare=False)
    publisher: str = ""
    metadata: Metadata = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The retrieval unit: whole sentences of one article, `article.text[start:end] == text`.

    `number` counts all passages of a generation from 0, article after article; `article` is the number
    of its article in the same generation.
    """

    number: int
    article: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """A sentence of a passage; offsets count in the article's text.

    `number` counts all sentences of a generation from 0, passage after passage.
    """

    number: int
    passage: int


class SkipReason(StrEnum):
    """Why an input did not become an article."""

    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding not recognised"
    UNREADABLE = "unreadable"
    LINK_LOOP = "link loop"
    LINK = "link not followed"
    HIDDEN = "hidden file"
    UNSUPPORTED = "unsupported format"
    TOO_LARGE = "too large"
    MALFORMED = "malformed"
    DAMAGED = "damaged archive"
    DUPLICATE = "duplicate id"
    CHANGED = "changed while it was read"
    DELETED = "deleted by hand"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that did not become an article, with what is needed to mend it.

    Attributes:
        source: for people: the file, and the place in it.
        reason: one of few, to count by.
        detail: what exactly, in a few words.
        path: absolute path of the file or folder on disk that could not be read. What an index holds from
            there is not taken for removed.
        id: of the article that it would have become, where that can be told; then only this article is
            not taken for removed.
    """

    source: str
    reason: SkipReason
    detail: str
    path: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An article as it lies in its source, not read yet.

    Attributes:
        id: of the article.
        source: for people: the file, and the place in it.
        path: absolute path of the file on disk; empty for standard input.
        digest: of all that decides what the article will be, 16 bytes. While it stays the same, an article
            that was indexed before need not be read.
        load: reads it; may take long and may be called once.
    """

    id: str
    source: str
    path: str
    digest: bytes
    load: "Callable[[], Article | Skipped]"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search is limited to.

    `languages` are codes, any of which may fit (`fa` admits `prs`); empty admits all. `since` and
    `until` are included; an article without a date is outside any date filter. All `conditions` must hold.
    """

    languages: frozenset[str] = frozenset()
    since: datetime.date | None = None
    until: datetime.date | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is admitted."""
        return not (self.languages or self.is_dated or self.conditions)

    @property
    def is_dated(self) -> bool:
        """Whether an article without a date is outside."""
        return self.since is not None or self.until is not None


class MatchKind(StrEnum):
    """How a word of an article answers a word of a query."""

    SAME = "same"
    STEM = "stem"
    NAME = "name"
    DICTIONARY = "dictionary"
    SOUND = "sound"
    TRANSLATION = "translation"


ALL_KINDS = frozenset(MatchKind)
KINDS = tuple(MatchKind)
"""`Expansion.kinds` are positions in this row."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query, or several that are one notion: as typed, folded, and their language.

    `is_capital` is whether it is written as a name, where that says something.
    """

    typed: str
    folded: str
    language: str
    is_capital: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """Words of an index that together may stand for one word of a query, where they share a sentence.

    Attributes:
        parts: of each word, in order, the terms that it may be and their weights.
        weight: how surely the phrase stands for the query's word, in (0, 1].
        kind: why, as a position in `KINDS`.
    """

    parts: tuple[tuple[Numbers, Scores], ...]
    weight: float
    kind: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """The words of an index that may stand for one word of a query.

    Attributes:
        word: the query's word, folded.
        terms: numbers of words in the index's vocabulary, ascending, shape `(n,)`.
        weights: how surely each stands for it, in (0, 1], shape `(n,)`.
        kinds: why, as positions in `KINDS`, shape `(n,)`.
        sounds: the part that is found without vectors: the same, of the same stem, or alike in sound.
        phrases: what stands for it only together.
    """

    word: str
    terms: Numbers
    weights: Scores
    kinds: NDArray[np.uint8]
    sounds: "Expansion | None" = None
    phrases: tuple[Phrase, ...] = ()

    @property
    def size(self) -> int:
        """Bytes in memory, at most."""
        arrays: list[NDArray[np.generic]] = [self.terms, self.weights, self.kinds]
        arrays += [array for phrase in self.phrases for part in phrase.parts for array in part]
        own = 4 * len(self.word) + sum(array.nbytes + _ARRAY for array in arrays)
        return own + (self.sounds.size if self.sounds else 0)


NO_EXPANSION = Expansion("", np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8))
"""Of a word that is not looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class RetrievalRequest:
    """What searching asks of an index.

    Attributes:
        vector: of the query, shape `(dimensions,)`.
        language: of the query.
        words: the expansion of each of its words.
        sounds: the same words, as far as they sound like words of the index; empty unless the query may
            be Persian or Arabic in Latin letters.
        filter: which articles are admitted.
        depth: how many candidates of each kind are wanted, of each language.
        required: rows of words: of each row, a sentence of the passage holds every word, in any order.
        excluded: rows of words: of no row, a sentence of the article holds every word.
        days: of articles that are asked for, ascending, counted from 0001-01-01 as 1; their best passages are
            candidates too.
        deadline: until when somebody waits.
        exact: whether every vector is compared, so that none that is nearest is missed.
        by_vectors: whether what is near is a candidate though it has none of the words.
    """

    vector: Vectors
    language: str
    words: tuple[Expansion, ...]
    sounds: tuple[Expansion, ...]
    filter: Filter
    depth: int
    required: tuple[tuple[Expansion, ...], ...] = ()
    excluded: tuple[tuple[Expansion, ...], ...] = ()
    days: tuple[int, ...] = ()
    deadline: Deadline = NO_DEADLINE
    exact: bool = False
    by_vectors: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Passages that may answer a query: arrays of one length, by ascending passage number.

    A *z-score* counts standard deviations above the mean of the index: scores of different kinds can be
    added, whatever their ranges.

    Attributes:
        passages, articles: their numbers.
        days: of the articles, counted from 0001-01-01 as 1; 0 where there is no date.
        sentences: the number of the sentence nearest to the query.
        passage_cosine, sentence_cosine: between the query and the passage, and that sentence.
        dense_z: z-score of both together.
        lexical: BM25 of the passage.
        lexical_z, sentence_z: z-scores of the BM25 of the passage, of its best sentence.
        sound_z: z-score of the BM25 of words that sound alike; 0 where none were asked for.
        lexical_share: that BM25 as a share of what a passage of mean length has that holds every word once.
        unrelated_passage, unrelated_sentence: both cosines, in spreads above what is usual of queries that
            the index does not answer.
        sound_share: that BM25 as a share of what a passage of mean length has that holds every word once.
        unseen: what other passages have at most, in place of an array.
    """

    passages: Numbers
    articles: Numbers
    days: Numbers
    sentences: Numbers
    passage_cosine: Scores
    sentence_cosine: Scores
    dense_z: Scores
    lexical: Scores
    lexical_z: Scores
    sentence_z: Scores
    lexical_share: Scores
    unrelated_passage: Scores
    unrelated_sentence: Scores
    sound_z: Scores
    sound_share: Scores
    unseen: Unseen = NOTHING_UNSEEN

    def only(self, positions: Numbers) -> "Candidates":
        """The candidates at some positions, in that order."""
        arrays = {field.name: getattr(self, field.name)[positions] for field in fields(self)[:-1]}
        return replace(self, **arrays)
