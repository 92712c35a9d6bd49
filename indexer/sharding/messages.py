"""What shards are asked, and what they answer: plain values and arrays that pass from one process to another.

All numbers of articles, passages and sentences are those of the whole generation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores
from indexer.retrieval.similarity import Compared, NearInLanguage
from indexer.retrieval.words import LexicalMoments, LexicalScores
from indexer.sharding.about import About

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")


@dataclass(frozen=True, slots=True, eq=False)
class Question(Generic[T]):
    """A question to a shard: which of its methods answers it, and what that is given."""

    method: str
    arguments: tuple[Any, ...]

    def answered_by(self, shard: object) -> T:
        """The answer of a shard."""
        answer: T = getattr(shard, self.method)(*self.arguments)
        return answer


def question(method: Callable[Concatenate[Any, P], T], *arguments: P.args, **_: P.kwargs) -> Question[T]:
    """The question that a method of `Shard` answers with these arguments."""
    return Question(method.__name__, arguments)


class Pending(Protocol[T_co]):
    """An answer that is on its way."""

    def answer(self) -> T_co:
        """It, when it has come.

        Raises:
            ShardMissing: no process answers for the shard.
            HudhudError: whatever the shard raised.
        """
        ...


class Link(Protocol):
    """The way to a shard, wherever it is. Safe to use from several threads."""

    @property
    def is_missing(self) -> bool:
        """Whether the last question ended without an answer, and no sign of life has come since."""
        ...

    def ask(self, asked: Question[T], /) -> Pending[T]:
        """Ask, and do not wait."""
        ...

    def close(self) -> None:
        """Release what answers; it is asked nothing afterwards."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What a shard says of itself before it is asked anything else.

    Attributes:
        about: which shard it is.
        first_id: of its first article.
        groups: names of the language groups of the generation, sorted.
        counts: how many passages it has of each.
        codes: of each of its passages in the background sample the language.
        least_hubness: of its passages.
    """

    about: About
    first_id: str
    groups: tuple[str, ...]
    counts: Numbers
    codes: NDArray[np.uint8]
    least_hubness: float


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best passages by some score, best first."""

    passages: Numbers
    scores: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """What a shard has for a query.

    Attributes:
        near, on_days: what is near by its vectors, of all and of the days that are asked for.
        by_words, by_sentence, by_sound: the best by words of the query: by the BM25 of passages, by that of
            sentences, and by the BM25 of what sounds alike.
        passages: all of these, ascending; with the arrays below, which have their length.
        articles, days, is_garbled, compared, words, sound: what is known of them, as in `judging.Found`.
        usual: of the passages of the background sample, how near they are to the query.
        words_moments, sound_moments: what BM25 is usual; None without words.
    """

    near: list[NearInLanguage]
    on_days: list[NearInLanguage]
    by_words: Best
    by_sentence: Best
    by_sound: Best
    passages: Numbers
    articles: Numbers
    days: Numbers
    is_garbled: NDArray[np.bool_]
    compared: Compared
    words: LexicalScores
    sound: LexicalScores
    usual: Scores
    words_moments: LexicalMoments | None
    sound_moments: LexicalMoments | None


def moved(near: NearInLanguage, passages: int, sentences: int) -> NearInLanguage:
    """The same with other numbers: so much is added to those of passages and of sentences."""
    return replace(
        near,
        passages=near.passages + passages,
        sentences=near.sentences + sentences,
        owners=near.owners + passages,
    )
