"""How far to look into inverted lists for the nearest rows, measured on vectors of the same file.

The scores of the rows of a list lie about that of its centre, about as a normal distribution whose deviation
is the query's spread times the list's radius. A list is worth looking into while its centre's score and so
many deviations, its *reach*, come up to the score of the last row that is wanted. That holds whatever else is
searched, however many rows are wanted and admitted, and for queries that lie elsewhere than the vectors. The
nearest of several segments together are few and near in each, where lists must reach further: so it is
measured for fewer rows than are wanted.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import group_of
from indexer.core.records import Numbers, Scores, Vectors
from indexer.vectors import lists as inverted
from indexer.vectors.clusters import blocks, evenly
from indexer.vectors.lists import InvertedLists, Probe
from indexer.vectors.vector_files import VectorFile

CANDIDATES_PER_RESULT = 16
"""Rows that are compared exactly for each that is wanted; thrice as many among very many, of whose
order codes say less."""

VERY_MANY, MORE = 1 << 18, 3

DEPTH = 25
"""Nearest rows that are looked for. Of the nearest hundred of an index about so many lie in one segment; and
questions, whose nearest are not as near as a sentence's, need no more for twelve than sentences do for these.
"""

QUERIES = 96

MARGIN = 0.3
"""Deviations that are added to a reach in searching: questions lie farther from all rows than these from each
other. Of a million passages and four million sentences 60 questions find .984 of the nearest hundred with it,
.978 and .980 without.
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far to look, in deviations, and the share of the nearest that is found then."""

    deviations: float
    recall: float


def needed(lists: InvertedLists, probe: Probe, some: Numbers, threshold: float) -> Scores:
    """How many deviations above its centre a row of each of `some` lists must be to reach a score."""
    scale = np.maximum(probe.spread * lists.radii[some], 1e-9)
    return np.asarray((threshold - probe.scores[some]) / scale, np.float32)


def write(
    folder: Path, name: str, file: VectorFile, languages: NDArray[np.bytes_], asked: float
) -> tuple[str, ...]:
    """Write the lists over a file of vectors and how far to look into them; the names of the files.

    Args:
        folder: where to write.
        name: what the names of the files begin with.
        file: the vectors. Over few there are no lists.
        languages: of each row.
        asked: share of the nearest that are to be found.

    Raises:
        IndexNotWritable: the disk is full.
    """
    if len(file) < inverted.EXACT_BELOW:
        return ()
    lists, of_rows = inverted.write(folder, name, file, languages)
    queries = _queries(languages)
    described = lists.languages
    groups = np.array([group_of(name.decode()) for name in described["language"].tolist()])
    for group in np.unique(groups):
        in_group = groups == group
        rows = np.flatnonzero(np.isin(languages, described["language"][in_group]))
        reach = _measured(file, lists, of_rows, rows, queries, asked)
        described["reach"][in_group], described["recall"][in_group] = reach.deviations, reach.recall
    described["asked"] = asked
    np.save(folder / f"{name}-reach.npy", described)
    return inverted.names(name)


def _measured(
    file: VectorFile, lists: InvertedLists, of_rows: Numbers, rows: Numbers, queries: Numbers, asked: float
) -> Reach:
    """The reach with which `asked` of the nearest rows of a language are found.

    Args:
        file: the vectors.
        lists: over them.
        of_rows: the list of each row.
        rows: those of the language, and of others that are searched with it.
        queries: rows whose nearest are looked for, themselves left out.
        asked: share of the nearest that are to be found. Where the codes lose more, all that they keep.
    """
    depth = min(DEPTH, len(rows) - 1)
    if depth < 1:
        return Reach(0.0, 1.0)
    own = np.unique(of_rows[rows])
    vectors = file.vectors(queries)
    scores = _exact(file, rows, vectors)
    scores[rows[None, :] == queries[:, None]] = -np.inf
    reaches = np.full((len(queries), depth), np.inf, np.float32)
    for number, (vector, of_query) in enumerate(zip(vectors, scores, strict=True)):
        nearest = np.argpartition(-of_query, depth - 1)[:depth]
        probe = lists.probe(vector)
        _, kept = lists.scan(probe, own, CANDIDATES_PER_RESULT * (depth + 1))
        threshold = float(of_query[nearest].min())
        is_kept = np.isin(rows[nearest], kept)
        found = of_rows[rows[nearest][is_kept]]
        reaches[number, is_kept] = needed(lists, probe, found, threshold)
    return _reach(reaches, asked)


def _reach(reaches: Scores, asked: float) -> Reach:
    """The least of the reaches with which enough are found; infinite ones are never found."""
    ordered = np.sort(reaches, axis=None)
    found = int(np.isfinite(ordered).sum())
    wanted = min(int(np.ceil(asked * len(ordered))), found)
    if not wanted:
        return Reach(float(np.finfo(np.float32).max), 0.0)
    deviations = ordered[wanted - 1]
    return Reach(float(deviations), float((ordered <= deviations).mean()))


def _queries(languages: NDArray[np.bytes_]) -> Numbers:
    """Rows that are asked for, as many of each language as there are."""
    names = np.unique(languages)
    each = max(1, QUERIES // len(names))
    of_languages = (np.flatnonzero(languages == name) for name in names)
    return np.concatenate([rows[evenly(len(rows), each)] for rows in of_languages])


def _exact(file: VectorFile, rows: Numbers, vectors: Vectors) -> Scores:
    """Inner products of all `rows` with some vectors, shape `(vectors, rows)`."""
    scores = np.empty((len(vectors), len(rows)), np.float32)
    done = 0
    for block in blocks(rows):
        scores[:, done : done + len(block)] = vectors @ file.stored(block).T
        done += len(block)
    return scores
