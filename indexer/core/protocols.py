"""What the parts ask of each other, whoever answers: the index, its lexicon, the encoder, the reranker."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.core.alike import Alike, Completion, Together
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.matching import Sketches
from indexer.core.records import (
    ALL_KINDS,
    Article,
    Candidates,
    Expansion,
    Filter,
    MatchKind,
    Numbers,
    Passage,
    QueryWord,
    RetrievalRequest,
    Scores,
    Sentence,
    Vectors,
)


class Expander(Protocol):
    """Finds the words of an index that may stand for a word of a query."""

    def remembered(self, word: QueryWord, kinds: frozenset[MatchKind] = ALL_KINDS) -> Expansion | None:
        """The expansion of a word by these kinds of match, if it was expanded before."""
        ...

    def expand(
        self, word: QueryWord, vector: Vectors | None, kinds: frozenset[MatchKind] = ALL_KINDS
    ) -> Expansion:
        """The words that may stand for `word`, which has this vector."""
        ...

    def is_translated(self, word: QueryWord) -> bool:
        """Whether expanding a word takes its vector."""
        ...

    def longest(self, words: Sequence[str]) -> int:
        """How many of the folded words of an English query, from the first on, are one notion."""
        ...

    def knows(self, word: str) -> bool:
        """Whether an English word is in the dictionary, other than as a name alone."""
        ...

    def is_name(self, word: QueryWord, *, is_known: bool = False) -> bool:
        """Whether a word of an English query names one thing, with `is_known` as the dictionary says."""
        ...

    def word(self, number: int) -> str:
        """The folded word of this number."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of some passages: they, their articles, and a sentence of each; rows of one length."""

    passages: list[Passage]
    articles: list[Article]
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class Missing:
    """Shards of an index that are not searched, for no process answers for them.

    Attributes:
        shards: their places, from 0, ascending; empty where all is searched.
        of: how many shards the index has.
        articles, passages: how many these have.
        of_passages: how many the index has.
    """

    shards: tuple[int, ...] = ()
    of: int = 1
    articles: int = 0
    passages: int = 0
    of_passages: int = 0

    def __bool__(self) -> bool:
        """Whether something is not searched."""
        return bool(self.shards)

    @property
    def share(self) -> float:
        """Of all passages those that are not searched, 0 to 1."""
        return self.passages / max(self.of_passages, 1)


NOTHING_MISSING = Missing()


class Index(Protocol):
    """What searching asks of an index, whatever engine holds it."""

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        ...

    @property
    def lexicon(self) -> Expander:
        """What expands the words of queries."""
        ...

    @property
    def missing(self) -> Missing:
        """What of it is not searched."""
        ...

    def without_missing(self, besides: Collection[int] = ()) -> "Index":
        """What of it answers now: itself where it is whole; else it is for one request, and not to be closed.

        Args:
            besides: places of shards that are left out too.

        Raises:
            ShardMissing: nothing answers.
        """
        ...

    def candidates(self, request: RetrievalRequest) -> Candidates:
        """What may answer `request`: the best of each kind of score, all of them scored in every way."""
        ...

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        ...

    def arrivals(self, articles: Sequence[int]) -> Numbers:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        ...

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles, by ascending numbers, have each value of a field; most first.

        Raises:
            UnknownField: the index keeps no such field.
        """
        ...

    def sketches(self, articles: Numbers) -> Sketches:
        """What some articles say, in brief, in that order."""
        ...

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other, in that order; a few hundred at most."""
        ...

    def undated(self, wanted: Filter) -> int:
        """How many articles `wanted` leaves out for having no date."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        ...

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        ...

    def shown(self, passages: Sequence[int], sentences: Sequence[int]) -> Shown:
        """What is shown of some passages, by their numbers and those of a sentence of each."""
        ...

    def sentences_of(self, passages: Sequence[int]) -> list[list[Sentence]]:
        """The sentences of each of some passages, in the order of the text."""
        ...

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        ...

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        ...

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        ...

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of an article, in the order of the text."""
        ...

    def completions(self, folded: str, typed: str, limit: int) -> list[Completion]:
        """The words that begin as somebody types, by how many articles have them, then what sounds so."""
        ...

    def having(self, words: Sequence[str], limit: int) -> list[Completion]:
        """Those of some folded words that articles have, those first that the most do."""
        ...

    def alike(self, article: int, wanted: Filter, depth: int, deadline: Deadline = NO_DEADLINE) -> Alike:
        """The articles that `wanted` admits and that are most like one: `depth` of each language at least."""
        ...

    def close(self) -> None:
        """Release what it holds; it is asked nothing afterwards."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors. Implementations are safe to call from several threads."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    @property
    def engine(self) -> str:
        """What computes the vectors, for people to read."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, one row per text, in the given order. Texts carry their prompt."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for a few short texts, as exactly as the engine can."""
        ...

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """The same for a few words, rounded as `encode` rounds: like words are then nearer to each other."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends."""
        ...


class BatchingEncoder(Encoder, Protocol):
    """An encoder that says which texts it encodes together, on which vectors depend in the fourth decimal."""

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Positions in `texts` of those that `encode` takes at a time, longest first.

        Texts of whole batches, one after another in this order, are encoded in the same batches again.
        """
        ...


class Reranker(Protocol):
    """Reads a query and a passage together. Implementations are safe to call from several threads."""

    @property
    def name(self) -> str:
        """What the user knows it by: a hub name or a folder."""
        ...

    def score(self, query: str, passages: Sequence[str]) -> Scores:
        """How well each passage answers the query, shape `(len(passages),)`; of no fixed range."""
        ...
