"""What is known of each passage before any query comes: its hubness, and a sample of the index.

A *hub* is a text that is near to everything (Radovanović et al., "Hubs in space", JMLR 11, 2010). Here it
is measured by the mean cosine of a passage to the sentences of the index that are nearest to it, other
passages' sentences in a sample chosen by the keys of their texts: the same articles give the same sample
in whatever order they come.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import PassageColumns, group_of
from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Numbers, Scores
from indexer.generation.catalogue import Catalogue
from indexer.storage.arrays import mapped
from indexer.vectors.cache import Keys
from indexer.vectors.dense import DenseIndex

HUBNESS = "passage-hubness.npy"
BACKGROUND = "background.npy"
FILES = (HUBNESS, BACKGROUND)

VERSION = 3
"""Raised whenever the files would come out differently for the same passages."""

SAMPLE = 500
"""Passages of each language in the sample."""

REFERENCE_SENTENCES = 3000
NEAREST_SHARE = 1 / 150
"""Share of the reference whose mean similarity makes a passage's hubness."""

SAME_TEXT = 0.985
"""A sentence this near to a passage is taken for its copy, which says nothing about hubs."""

_BLOCK = 4096


def write(catalogue: Catalogue, folder: Path) -> tuple[str, ...]:
    """Write what is derived from the vectors of a generation; the names of the files."""
    passages, sentences = dense_indexes(catalogue)
    codes = _group_codes(catalogue)
    keys = _gathered([segment.passage_keys for segment in catalogue.segments], catalogue.passage_rows)
    sample = _sample(keys, codes)
    reference = _Reference(
        sentences, catalogue.first_sentences, sample[np.argsort(keys[sample], kind="stable")]
    )
    np.save(folder / HUBNESS, reference.hubness(passages))
    np.save(folder / BACKGROUND, sample)
    return FILES


def read(catalogue: Catalogue, folder: Path, *, is_part: bool = False) -> PassageColumns:
    """Map what `write` wrote for the generation with this catalogue, or what `cut` left of it for a part.

    Raises:
        IndexDamaged: files are unreadable or do not fit the catalogue.
    """
    columns = PassageColumns(
        first_sentences=catalogue.first_sentences,
        articles=catalogue.passage_articles(),
        days=catalogue.days[catalogue.passage_articles()],
        garbled=catalogue.garbled[catalogue.passage_articles()],
        groups=_group_names(catalogue),
        codes=_group_codes(catalogue),
        languages=_languages(catalogue),
        hubness=mapped(folder / HUBNESS),
        sample=mapped(folder / BACKGROUND),
    )
    passages, sample = len(columns.articles), columns.sample
    is_lost = not (len(sample) or is_part)
    if len(columns.hubness) != passages or is_lost or int(sample.max(initial=-1)) >= passages:
        raise IndexDamaged(f"the vectors in {folder} do not fit each other")
    return columns


def cut(source: Path, passages: range, folder: Path) -> tuple[str, ...]:
    """Write what `write` wrote in `source`, as far as it is of some passages; the names of the files."""
    sample = mapped(source / BACKGROUND)
    chosen = sample[(sample >= passages.start) & (sample < passages.stop)]
    np.save(folder / HUBNESS, mapped(source / HUBNESS)[passages.start : passages.stop])
    np.save(folder / BACKGROUND, chosen - passages.start)
    return FILES


def dense_indexes(catalogue: Catalogue) -> tuple[DenseIndex, DenseIndex]:
    """The vectors of a generation: of its passages, and of its sentences."""
    parts = [segment.vectors() for segment in catalogue.segments]
    return (
        DenseIndex([passages for passages, _ in parts], catalogue.passage_rows),
        DenseIndex([sentences for _, sentences in parts], catalogue.sentence_rows),
    )


class _Reference:
    """Sentences of the sample that hubness is measured against."""

    def __init__(self, sentences: DenseIndex, first: Numbers, sample: Numbers) -> None:
        rows, owners = inner_rows_and_owners(first, sample)
        self._owners = sample[owners[:REFERENCE_SENTENCES]]
        self._vectors = sentences.vectors(rows[:REFERENCE_SENTENCES])
        self._nearest = max(1, round(len(self._vectors) * NEAREST_SHARE))

    def hubness(self, passages: DenseIndex) -> Scores:
        """For each passage, the mean cosine to the nearest sentences of others in the sample."""
        hubness = np.zeros(len(passages), np.float32)
        for start in range(0, len(hubness), _BLOCK):
            numbers = np.arange(start, min(start + _BLOCK, len(hubness)))
            cosines = passages.vectors(numbers) @ self._vectors.T
            cosines[(cosines > SAME_TEXT) | (numbers[:, None] == self._owners[None, :])] = 0.0
            nearest = np.partition(cosines, -self._nearest, axis=1)[:, -self._nearest :]
            hubness[numbers] = nearest.mean(axis=1)
        return hubness


def _group_names(catalogue: Catalogue) -> list[str]:
    return sorted(set(map(group_of, catalogue.language_names)))


def _languages(catalogue: Catalogue) -> list[frozenset[str]]:
    """Of each language group the languages in it."""
    return [
        frozenset(name for name in catalogue.language_names if group_of(name) == group)
        for group in _group_names(catalogue)
    ]


def _group_codes(catalogue: Catalogue) -> NDArray[np.uint8]:
    """The language of each passage, as a position in the sorted names of language groups."""
    names = _group_names(catalogue)
    groups = np.array([names.index(group_of(name)) for name in catalogue.language_names], np.uint8)
    return groups[catalogue.languages][catalogue.passage_articles()]


def _gathered(keys: Sequence[Keys], rows: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The first half of each row's key, out of those of all segments one after another."""
    return np.concatenate([one[:, 0] for one in keys])[rows]


def _sample(keys: NDArray[np.uint64], codes: NDArray[np.uint8]) -> Numbers:
    """Of each language the passages with the smallest keys, sorted by number."""
    chosen = [
        rows[np.argsort(keys[rows], kind="stable")[:SAMPLE]]
        for code in np.unique(codes)
        for rows in [np.flatnonzero(codes == code)]
    ]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)
