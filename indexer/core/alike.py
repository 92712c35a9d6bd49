"""What comparing an article with the others of an index gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers, Scores


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
