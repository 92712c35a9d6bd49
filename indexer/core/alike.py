"""What is like something: articles that are like another, words that begin as somebody types."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores


@dataclass(frozen=True, slots=True)
class Completion:
    """A word of an index that begins as somebody types, or sounds so.

    Attributes:
        word: folded.
        articles: how many have it.
        passage: number of a passage that has it.
        by_sound: whether it only sounds so.
    """

    word: str
    articles: int
    passage: int
    by_sound: bool


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Some articles compared with each other.

    Attributes:
        cosines: how much alike the passages of two are, shape `(articles, articles)`, as in `Alike`.
        usual: how much alike an article is to a passage of the index in the median, shape `(articles,)`.
    """

    cosines: Scores
    usual: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Articles that may tell the same as one, arrays of one length, the most alike first.

    Attributes:
        articles: their numbers.
        cosines: how much alike the passages of both are, each compared with the nearest of the other: the
            mean of both directions.
        ahead: how far each is on the way from what is usual in its language to being the same, 0 to 1.
        foreign: whether it is in another language; Dari counts as Persian.
        own: number of the passage of the one that is most alike to one of theirs.
        passages: number of that one of theirs.
    """

    articles: Numbers
    cosines: Scores
    ahead: Scores
    foreign: NDArray[np.bool_]
    own: Numbers
    passages: Numbers
