"""How near each passage is to everything, kept from one generation to the next.

A *hub* is a text that is near to everything (Radovanović et al., "Hubs in space", JMLR 11, 2010). Here it
is measured by the mean cosine of a passage to the sentences of a reference that are nearest to it, those of
other passages. The reference are sentences of a sample of the index, so it changes a little whenever
articles do. What is kept of each passage are the cosines of a few more of the nearest: what left the
reference is taken out of them and what came to it put in, and only where too few are left are all compared.

Vectors are rounded so that products are sums of whole numbers below 2²⁴, which floats of 32 bits add without
an error in whatever order. So a cosine has the same bits whatever it is computed together with.

    passage-hubness.npy    of each passage
    passage-nearest.npy    of each passage the nearest cosines, falling, -2 where there are fewer; and last
                           the one up to which none is left out
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Numbers, Scores, Vectors
from indexer.generation.catalogue import Catalogue
from indexer.storage.arrays import mapped, writing
from indexer.vectors.dense import DenseIndex

HUBNESS, NEAREST = "passage-hubness.npy", "passage-nearest.npy"

REFERENCE_SENTENCES = 3000
NEAREST_SHARE = 1 / 150
"""Share of the reference whose mean similarity makes a passage's hubness."""

SPARE = 12
"""Nearest cosines that are kept beyond those: so many may leave the reference before all are compared."""

SAME_TEXT = 0.985
"""A sentence this near to a passage is taken for its copy, which says nothing about hubs."""

_NONE = np.float32(-2.0)
"""Stands where there is no cosine."""

_STEPS = 4_000
"""What a length of 1 is rounded to; its square, the largest sum, has to stay below 2²⁴. Cosines are true to
about .0001."""

_BLOCK = 4096


class Reference:
    """Sentences that hubness is measured against.

    Attributes:
        rows: their numbers.
        owners: the passages that they are of.
        steps: their vectors, rounded, shape `(sentences, dimensions)`.
    """

    def __init__(self, catalogue: Catalogue, sentences: DenseIndex, sample: Numbers) -> None:
        """Take the first sentences of the passages in `sample`, by their numbers, in this order."""
        rows, owners = inner_rows_and_owners(catalogue.first_sentences, sample)
        self.rows = rows[:REFERENCE_SENTENCES]
        self.owners = sample[owners[:REFERENCE_SENTENCES]]
        self.steps = _rounded(sentences.vectors(self.rows))

    @property
    def nearest(self) -> int:
        """How many of them make a passage's hubness."""
        return max(1, round(len(self.rows) * NEAREST_SHARE))

    @property
    def is_full(self) -> bool:
        """Whether there are as many as there can be."""
        return len(self.rows) == REFERENCE_SENTENCES

    def cosines(self, vectors: Vectors, numbers: Numbers, chosen: Numbers | None = None) -> Scores:
        """Cosines of passages to the sentences, or to the `chosen` ones; 0 to their own and to copies.

        Args:
            vectors: of passages, shape `(passages, dimensions)`.
            numbers: of these passages.
            chosen: positions in the reference.
        """
        some = slice(None) if chosen is None else chosen
        found = _rounded(vectors) @ self.steps[some].T / np.float32(_STEPS**2)
        found[(found > SAME_TEXT) | (numbers[:, None] == self.owners[some][None, :])] = 0.0
        return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What an older generation knows of its passages.

    Attributes:
        catalogue, reference: its own.
        nearest: what `write` wrote for it.
    """

    catalogue: Catalogue
    reference: Reference
    nearest: Scores

    @classmethod
    def of(cls, catalogue: Catalogue, sentences: DenseIndex, sample: Numbers, folder: Path) -> "Kept":
        """That of the generation whose files lie in `folder`; `sample` as it was given to its reference.

        Raises:
            IndexDamaged: a file is unreadable or does not fit the catalogue.
        """
        nearest = mapped(folder / NEAREST, 2)
        if len(nearest) != len(catalogue.passage_rows):
            raise IndexDamaged(f"{folder / NEAREST} is not of the passages in its catalogue")
        return cls(catalogue, Reference(catalogue, sentences, sample), nearest)


def write(
    catalogue: Catalogue, passages: DenseIndex, reference: Reference, folder: Path, base: Kept | None = None
) -> tuple[str, ...]:
    """Write the hubness of all passages; the names of the files.

    Args:
        catalogue: that of the generation.
        passages: their vectors.
        reference: what they are compared with.
        folder: where to write.
        base: what of it is known of passages in segments that both have is used.
    """
    update = _Update.between(base, catalogue, reference) if base else None
    hubness = np.zeros(len(passages), np.float32)
    width = min(reference.nearest + SPARE, len(reference.rows)) + 1
    with writing(folder / NEAREST, np.dtype(np.float32), (len(passages), width)) as file:
        for start in range(0, len(hubness), _BLOCK):
            numbers = np.arange(start, min(start + _BLOCK, len(hubness)))
            vectors = passages.vectors(numbers)
            nearest = np.full((len(numbers), width), _NONE, np.float32)
            if update:
                update.fill(nearest, vectors, numbers)
            unknown = np.flatnonzero(nearest[:, reference.nearest - 1] == _NONE)
            nearest[unknown] = _compared(reference, vectors[unknown], numbers[unknown], width)
            hubness[numbers] = nearest[:, : reference.nearest].mean(axis=1)
            file.write(nearest.tobytes())
    np.save(folder / HUBNESS, hubness)
    return HUBNESS, NEAREST


def _rounded(vectors: Vectors) -> Vectors:
    return np.asarray(np.rint(vectors * np.float32(_STEPS)), np.float32)


def _compared(reference: Reference, vectors: Vectors, numbers: Numbers, width: int) -> Scores:
    """The nearest cosines of passages, falling, and the last of them once more."""
    cosines = reference.cosines(vectors, numbers)
    best = -np.sort(-np.partition(cosines, -(width - 1), axis=1)[:, -(width - 1) :], axis=1)
    return np.concatenate([best, best[:, -1:]], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Update:
    """What has changed between two generations.

    Attributes:
        base: what the older one knows.
        reference: of the newer one.
        numbers: of each passage of the newer one its number in the older, -1 where that has it not.
        gone, come: positions in the older reference, and in the newer, of what the other has not.
    """

    base: Kept
    reference: Reference
    numbers: Numbers
    gone: Numbers
    come: Numbers

    @classmethod
    def between(cls, base: Kept, catalogue: Catalogue, reference: Reference) -> "_Update | None":
        """What has changed since `base`; None where all is to be compared anew."""
        if not (reference.is_full and base.reference.is_full):
            return None
        older = base.catalogue
        passages = _numbers_in(_Rows.of_passages(older), _Rows.of_passages(catalogue))
        sentences = _numbers_in(_Rows.of_sentences(older), _Rows.of_sentences(catalogue, reference.rows))
        gone = np.flatnonzero(~np.isin(base.reference.rows, sentences))
        come = np.flatnonzero(~np.isin(sentences, base.reference.rows))
        return cls(base, reference, passages, gone, come)

    def fill(self, nearest: Scores, vectors: Vectors, numbers: Numbers) -> None:
        """Fill in what is known of some passages.

        Args:
            nearest: what to fill in, shape `(passages, width)`.
            vectors: of the passages.
            numbers: of the passages.
        """
        known = np.flatnonzero(self.numbers[numbers] >= 0)
        older = self.numbers[numbers[known]]
        kept = np.array(self.base.nearest[older], np.float32)
        cosines, least = kept[:, :-1], kept[:, -1:]
        mine = vectors[known]
        _remove(cosines, self.base.reference.cosines(mine, older, self.gone), least)
        added = self.reference.cosines(mine, numbers[known], self.come)
        added[added < least] = _NONE
        both = -np.sort(-np.concatenate([cosines, added], axis=1), axis=1)
        width = cosines.shape[1]
        nearest[known, :-1] = both[:, :width]
        is_cut = both[:, width - 1] != _NONE
        nearest[known, -1] = np.where(is_cut, both[:, width - 1], least[:, 0])


def _remove(cosines: Scores, gone: Scores, least: Scores) -> None:
    """Take the cosines that are `gone` out of those that are kept, in place.

    Args:
        cosines: kept, shape `(passages, kept)`.
        gone: shape `(passages, sentences)`.
        least: up to which none is left out of the kept, shape `(passages, 1)`.
    """
    rows, columns = np.nonzero(gone >= least)
    values = gone[rows, columns]
    first = np.searchsorted(rows, rows)
    turns = np.arange(len(rows)) - first
    for turn in range(int(turns.max(initial=-1)) + 1):
        some = turns == turn
        mine = rows[some]
        is_same = cosines[mine] == values[some][:, None]
        found = is_same.any(axis=1)  # one that is as near as the last that was kept may have been cut off
        cosines[mine[found], is_same[found].argmax(axis=1)] = _NONE


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Where numbers of a generation lie.

    Attributes:
        sizes: how many rows each of its segments has, by name, in their order.
        rows: of each number the row in all segments one after another.
    """

    sizes: dict[str, int]
    rows: NDArray[np.uint32]

    @classmethod
    def of_passages(cls, catalogue: Catalogue) -> "_Rows":
        """Those of all passages."""
        return cls({one.name: len(one.passages) for one in catalogue.segments}, catalogue.passage_rows)

    @classmethod
    def of_sentences(cls, catalogue: Catalogue, numbers: Numbers | None = None) -> "_Rows":
        """Those of all sentences, or of some."""
        rows = catalogue.sentence_rows if numbers is None else catalogue.sentence_rows[numbers]
        return cls({one.name: len(one.sentences) for one in catalogue.segments}, rows)


def _numbers_in(older: _Rows, newer: _Rows) -> Numbers:
    """Of numbers of one generation those in an older one, -1 where that has them not in the same segment."""
    numbers = np.full(sum(older.sizes.values()), -1, np.int64)
    numbers[older.rows] = np.arange(len(older.rows))
    cuts = np.cumsum([*older.sizes.values()])[:-1]
    by_name = dict(zip(older.sizes, np.split(numbers, cuts), strict=True))
    found = [by_name.get(name, np.full(size, -1, np.int64)) for name, size in newer.sizes.items()]
    return np.asarray(np.concatenate(found)[newer.rows])
