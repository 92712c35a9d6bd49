"""How near an index is to queries that it does not answer: what a cosine is worth here, with this model.

No cosine says by itself that something was found. It depends on the model, on the language of the query,
on its length, and on how large the index is: among a million passages something is near to everything. So
some queries about things that an archive of news hardly holds (`data/unrelated_queries.tsv`) are compared
with the index when it is made: by language and length, the median of the nearest passage's and of the
nearest sentence's cosine, and their spread.

In a large index the nearest is looked for in a sample. The tail of the cosines is taken for exponential
(Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3, 1975), so that
the nearest of n rows is expected to be nearer by the tail's mean excess times ln(n / sample).
"""

import functools
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import LENGTHS, QUERY_LANGUAGES, NearestRows, Unrelated
from indexer.core.errors import IndexDamaged
from indexer.core.records import Vectors
from indexer.generation.catalogue import Catalogue
from indexer.generation.columns import dense_indexes
from indexer.storage.arrays import mapped
from indexer.text.orthography import encoder_input

UNRELATED = "unrelated-cosines.npy"
VERSION = 1
"""Raised whenever the file would come out differently for the same vectors."""

SAMPLE = 20_000
TAIL = 50
"""The nearest rows of a sample whose excess over the last of them gives the tail."""

NORMAL = 1.4826
"""Median absolute deviation to standard deviation, of a normal distribution."""

LEAST_SPREAD = 0.005

Encode = Callable[[Sequence[str]], Vectors]


def write(catalogue: Catalogue, encode: Encode, folder: Path) -> tuple[str, ...]:
    """Write what is usual of queries that a generation does not answer; the names of the files.

    Args:
        catalogue: that of the generation.
        encode: vectors of texts, with the prompt of queries.
        folder: where to write.
    """
    queries = unrelated_queries()
    vectors = encode(query_texts())
    nearest = np.stack([_nearest(index, vectors) for index in dense_indexes(catalogue)], axis=1)
    shape = (len(QUERY_LANGUAGES), len(LENGTHS), 2)
    medians, spreads = np.zeros(shape), np.full(shape, LEAST_SPREAD)
    for row, language in enumerate(QUERY_LANGUAGES):
        for column, length in enumerate(LENGTHS):
            some = nearest[[(one, words) == (language, length) for one, words, _ in queries]]
            medians[row, column] = np.median(some, axis=0)
            deviation = NORMAL * np.median(np.abs(some - medians[row, column]), axis=0)
            spreads[row, column] = np.maximum(deviation, LEAST_SPREAD)
    np.save(folder / UNRELATED, np.stack([medians, spreads]))
    return (UNRELATED,)


def read(folder: Path) -> Unrelated:
    """Map what `write` wrote.

    Raises:
        IndexDamaged: the file is unreadable or has another shape.
    """
    values = mapped(folder / UNRELATED, 4)
    if values.shape != (2, len(QUERY_LANGUAGES), len(LENGTHS), 2):
        raise IndexDamaged(f"{folder / UNRELATED} has the shape {values.shape}")
    return Unrelated(values[0], values[1])


@functools.cache
def unrelated_queries() -> list[tuple[str, str, str]]:
    """Language, length and text of the queries that no archive of news is likely to answer."""
    lines = (files("indexer.generation") / "data" / "unrelated_queries.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in lines.splitlines())
    return [(language, Unrelated.length_of(len(text.split())), text) for language, text in pairs]


def query_texts() -> list[str]:
    """What the model reads of these queries."""
    return [encoder_input(text, language) for language, _, text in unrelated_queries()]


def _nearest(index: NearestRows, vectors: Vectors) -> NDArray[np.float64]:
    """For each vector the cosine of the nearest row; of a large index, what it is expected to be."""
    rows = len(index)
    if not rows:
        return np.zeros(len(vectors))
    if rows <= SAMPLE:
        return np.array([index.search(vector, 1, exact=True)[0][0] for vector in vectors], np.float64)
    sample = index.vectors(np.linspace(0, rows - 1, SAMPLE).astype(np.int64))
    tails = -np.sort(-(vectors @ sample.T), axis=1)[:, :TAIL].astype(np.float64)
    excess = (tails - tails[:, -1:]).mean(axis=1)
    return np.asarray(tails[:, 0] + excess * np.log(rows / SAMPLE), np.float64)
