"""What it takes to tell all that matches a query: conditions, what others have at most, sketches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field of an article must hold: any of some values; where `is_excluded`, none of them.

    `column` is `language`, `source` or `meta.` with the name of a further field. Values match however they
    are spelled: in any case, and with the letters of any keyboard.
    """

    column: str
    values: frozenset[str]
    is_excluded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """What some articles say, in brief, so that copies can be told: arrays of one length.

    Attributes:
        keys: what stands for a part of a sentence; equal parts have equal keys.
        weights: how many tokens each part stands for.
        owners: the article of each, as a position among those that were asked for.
    """

    keys: NDArray[np.uint64]
    weights: NDArray[np.float32]
    owners: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """What a passage that is no candidate has at most, as far as the lists of the best miss none.

    Arrays of one length: of each language that has such passages; empty where everything is a candidate.
    Their names are those of `Candidates`.
    """

    dense_z: NDArray[np.float32]
    lexical_share: NDArray[np.float32]
    unrelated_passage: NDArray[np.float32]
    unrelated_sentence: NDArray[np.float32]


_NO_SCORES = np.empty(0, np.float32)
NOTHING_UNSEEN = Unseen(_NO_SCORES, _NO_SCORES, _NO_SCORES, _NO_SCORES)
