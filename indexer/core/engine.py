"""What an engine answers: nearest rows, vectors, postings, columns and texts.

`indexer.retrieval` stands above it and is the same for every engine: it decides what is a candidate, and
scores it. A local generation is an engine; so can be several machines, or a database for nearest vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.core.protocols import Expander
from indexer.core.records import Article, Filter, Numbers, Passage, Scores, Sentence, Vectors


class NearestRows(Protocol):
    """Vectors of one kind, passages or sentences, by their numbers."""

    def __len__(self) -> int:
        """Vectors."""
        ...

    def of_languages(self, languages: frozenset[str]) -> Any:  # noqa: ANN401
        """What limits a search to the rows in some languages, in the form that the engine likes best."""
        ...

    def rows(self, numbers: Numbers, languages: frozenset[str] | None = None) -> Any:  # noqa: ANN401
        """What limits a search to `numbers`, all of which are in some languages, where that is known."""
        ...

    def search(
        self,
        vector: Vectors,
        limit: int,
        among: Any = None,  # noqa: ANN401
        *,
        exact: bool = False,
    ) -> tuple[Scores, Numbers]:
        """The `limit` numbers nearest to `vector`, best first, equal scores by number.

        Args:
            vector: shape `(dimensions,)`, unit length.
            limit: how many at most.
            among: only these, as `of_languages` or `rows` gave them; all when None.
            exact: miss none, whatever it costs.

        Returns:
            Cosines and numbers, both of shape `(found,)` with `found <= limit`.
        """
        ...

    def search_each(
        self, vector: Vectors, limit: int, among: Sequence[Any], *, exact: bool = False
    ) -> list[tuple[Scores, Numbers]]:
        """The `limit` nearest numbers among each of some rows, as `search` gives them."""
        ...

    def vectors(self, numbers: Numbers) -> Vectors:
        """The vectors of `numbers`, in that order, of unit length."""
        ...


SAMPLED = 16_384
"""Passages that tell what scores of words are usual; all are asked where there are no more."""


def sampled(passages: int) -> Numbers:
    """The numbers of the sampled ones of so many passages, evenly spread: ids are often sorted by date."""
    some = min(passages, SAMPLED)
    return np.arange(some, dtype=np.int64) * passages // max(some, 1)


@dataclass(frozen=True, slots=True)
class Whole:
    """What whoever holds a part of an index, passages that follow each other, knows of the whole.

    Attributes:
        passages, sentences: how many there are.
        in_sample: how many passages are sampled.
        passage_length, sentence_length: how many tokens they have in the mean.
        first: number of the part's first passage.
    """

    passages: int
    sentences: int
    in_sample: int
    passage_length: float
    sentence_length: float
    first: int = 0

    def sampled(self, passages: int) -> Numbers:
        """Which of the `passages` of the part are sampled, as their numbers in it."""
        chosen = sampled(self.passages)
        start, end = np.searchsorted(chosen, [self.first, self.first + passages])
        return np.asarray(chosen[start:end] - self.first)

    def places(self, passages: NDArray[np.integer[Any]]) -> Numbers:
        """Of some sampled passages, by their numbers in the part, the places among its sampled ones."""
        numbers = np.append(passages.astype(np.int64), 0) + self.first
        places = -(-numbers * self.in_sample // max(self.passages, 1))
        return np.asarray(places[:-1] - places[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Postings of some terms, one term after another: of each where it stands.

    Attributes:
        passages: the passage, ascending among the sampled ones and among the others of a term.
        places: which of its sentences, from 0.
        counts: how often the term stands there.
        sizes: how many postings there are of each term, shape `(terms,)`.
    """

    passages: NDArray[np.uint32]
    places: NDArray[np.uint8]
    counts: NDArray[np.uint8]
    sizes: Numbers


class TermPostings(Protocol):
    """In which sentences the terms of an index stand, and how often."""

    @property
    def lengths(self) -> NDArray[np.uint32]:
        """Tokens of each sentence."""
        ...

    def of_terms(self, terms: Numbers, *, sampled: bool = False) -> Standing:
        """The postings of some terms, one term after another; only those of sampled passages if asked so."""
        ...

    def sizes(self, terms: Numbers) -> Numbers:
        """How many postings each of some terms has."""
        ...


class Beginnings(Protocol):
    """The words of an index by how they begin."""

    def word(self, number: int) -> str:
        """The folded word of this number."""
        ...

    def starting(self, folded: str) -> range:
        """The numbers of the words that begin so."""
        ...

    def sounding(self, typed: str, limit: int) -> list[int]:
        """The words that begin about as something typed in other letters sounds, the most alike first."""
        ...


class SentenceTerms(Protocol):
    """Which terms stand in the sentences of an index, and how often."""

    def of_sentences(self, sentences: Numbers) -> tuple[NDArray[np.uint32], NDArray[np.uint8], Numbers]:
        """The terms of some sentences, in any order: terms, counts, positions in `sentences`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PassageColumns:
    """What is known of each passage before any query comes.

    Attributes:
        first_sentences: number of the first sentence of each, and of all sentences at the end.
        articles: the article of each.
        days: the date of that article, counted from 0001-01-01 as 1; 0 where there is none.
        garbled: whether the words of that article are mostly no words.
        groups: names of the language groups, sorted (see `group_of`).
        codes: the group of each, as a position in `groups`.
        languages: of each group, the languages that count as one in it.
        hubness: mean cosine of each to the sentences that are nearest to it.
        sample: numbers of some passages of each language, that tell what scores are usual.
    """

    first_sentences: Numbers
    articles: Numbers
    days: NDArray[np.int32]
    garbled: NDArray[np.bool_]
    groups: Sequence[str]
    codes: NDArray[np.uint8]
    languages: Sequence[frozenset[str]]
    hubness: Scores
    sample: Numbers


QUERY_LANGUAGES = ("en", "fa", "ar")
"""Languages of queries that are told apart in judging whether something was found; `en` is any other."""

LENGTHS = ("few words", "many words")
FEW_WORDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Unrelated:
    """How near the nearest is to queries that an index does not answer.

    Attributes:
        medians, spreads: cosines, by language of the query, by its length, and for passages and sentences:
            shape `(3, 2, 2)`, in the order of `QUERY_LANGUAGES` and `LENGTHS`.
    """

    medians: NDArray[np.float64]
    spreads: NDArray[np.float64]

    @staticmethod
    def length_of(words: int) -> str:
        """The length of a query of so many words, as one of `LENGTHS`."""
        return LENGTHS[words > FEW_WORDS]

    def beyond(self, cosines: Scores, language: str, words: int) -> Scores:
        """How far cosines lie above what is usual of unrelated queries, in its spreads.

        Args:
            cosines: of passages and of their best sentences, shape `(2, n)`.
            language: of the query.
            words: how many it has.
        """
        group = group_of(language)
        row = QUERY_LANGUAGES.index(group) if group in QUERY_LANGUAGES else 0
        column = LENGTHS.index(self.length_of(words))
        median, spread = self.medians[row, column], self.spreads[row, column]
        return np.asarray((cosines - median[:, None]) / spread[:, None], np.float32)


class Part(Protocol):
    """What holds passages as `indexer.retrieval` asks it. Safe to use from several threads."""

    @property
    def passage_vectors(self) -> NearestRows:
        """The vectors of passages."""
        ...

    @property
    def sentence_vectors(self) -> NearestRows:
        """The vectors of sentences."""
        ...

    @property
    def postings(self) -> TermPostings:
        """The postings of terms."""
        ...

    @property
    def sentence_terms(self) -> SentenceTerms:
        """The terms of sentences."""
        ...

    @property
    def columns(self) -> PassageColumns:
        """What is known of each passage."""
        ...

    def admitted(self, wanted: Filter) -> Numbers | None:
        """Numbers of the passages that `wanted` admits, sorted; None when it admits all."""
        ...

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        ...

    def arrivals(self, articles: Sequence[int]) -> Numbers:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        ...

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Args:
            field: `language`, `source`, `month`, or `meta.` with the name of a further field.
            articles: their numbers, ascending.

        Raises:
            UnknownField: the index keeps no such field.
        """
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        ...

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
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

    def close(self) -> None:
        """Release what it holds; it is asked nothing afterwards."""
        ...


class Engine(Part, Protocol):
    """An index: all of its passages, and what is known of their words."""

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        ...

    @property
    def words(self) -> Beginnings:
        """Its words by how they begin."""
        ...

    @property
    def unrelated(self) -> Unrelated:
        """How near it is to queries that it does not answer."""
        ...

    @property
    def lexicon(self) -> Expander:
        """What expands the words of queries."""
        ...


def group_of(language: str) -> str:
    """Languages that a vector does not tell apart count as one: Dari as Persian."""
    return "fa" if language == "prs" else language
