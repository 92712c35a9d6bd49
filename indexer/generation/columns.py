"""What is known of each passage before any query comes: its `hubness`, and a sample of the index.

The sample is chosen by the keys of texts: the same articles give the same sample in whatever order they come.
Its sentences are the reference of hubness.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import PassageColumns, group_of
from indexer.core.errors import IndexDamaged
from indexer.core.records import Numbers
from indexer.generation import hubness
from indexer.generation.catalogue import Catalogue
from indexer.generation.hubness import HUBNESS, Kept, Reference
from indexer.storage.arrays import mapped
from indexer.vectors.dense import DenseIndex

BACKGROUND = "background.npy"
FILES = (HUBNESS, BACKGROUND)
"""What a search reads; what the next generation does besides is `hubness.NEAREST`."""

VERSION = 4
"""Raised whenever the files would come out differently for the same passages."""

SAMPLE = 500
"""Passages of each language in the sample."""


def write(catalogue: Catalogue, folder: Path, base: Kept | None = None) -> tuple[str, ...]:
    """Write what is derived from the vectors of a generation; the names of the files.

    Args:
        catalogue: that of the generation.
        folder: where to write.
        base: what an older generation knows of hubness, as `known` gives it.
    """
    passages, sentences = dense_indexes(catalogue)
    keys = _keys(catalogue)
    sample = _sample(keys, _group_codes(catalogue))
    reference = Reference(catalogue, sentences, _by_key(sample, keys))
    np.save(folder / BACKGROUND, sample)
    return (*hubness.write(catalogue, passages, reference, folder, base), BACKGROUND)


def known(catalogue: Catalogue, sentences: DenseIndex, folder: Path) -> Kept:
    """What the generation in `folder` knows of hubness, for the next; its catalogue and vectors are at hand.

    Raises:
        IndexDamaged: a file is unreadable.
    """
    sample = _by_key(np.asarray(mapped(folder / BACKGROUND)), _keys(catalogue))
    return Kept.of(catalogue, sentences, sample, folder)


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


def _keys(catalogue: Catalogue) -> NDArray[np.uint64]:
    """The first half of each passage's key."""
    of_segments = [segment.passage_keys[:, 0] for segment in catalogue.segments]
    return np.concatenate(of_segments)[catalogue.passage_rows]


def _by_key(sample: Numbers, keys: NDArray[np.uint64]) -> Numbers:
    """A sample in the order of keys."""
    return np.asarray(sample[np.argsort(keys[sample], kind="stable")])


def _sample(keys: NDArray[np.uint64], codes: NDArray[np.uint8]) -> Numbers:
    """Of each language the passages with the smallest keys, sorted by number."""
    chosen = [
        rows[np.argsort(keys[rows], kind="stable")[:SAMPLE]]
        for code in np.unique(codes)
        for rows in [np.flatnonzero(codes == code)]
    ]
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)
