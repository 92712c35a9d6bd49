"""Ways to score candidates: with everything, as searches do, or with parts left out, to see their worth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from indexer.core.records import ALL_KINDS, Candidates, MatchKind, Scores
from search_api.searching.fusion import QueryTraits, by_words, fuse
from search_api.searching.modes import Mode

NO_KINDS: frozenset[MatchKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Lane:
    """A way to score candidates.

    Attributes:
        name: for a table.
        kinds: how words of the index may answer words of the query.
        score: the score of every candidate, given what the query is like.
        by_vectors: whether what is near is a candidate though it has no word that answers.
    """

    name: str
    kinds: frozenset[MatchKind]
    score: Callable[[Candidates, QueryTraits], Scores]
    by_vectors: bool = True


def _passages(candidates: Candidates, traits: QueryTraits) -> Scores:  # noqa: ARG001
    return candidates.passage_cosine


def _sentences(candidates: Candidates, traits: QueryTraits) -> Scores:  # noqa: ARG001
    return np.asarray((candidates.passage_cosine + candidates.sentence_cosine) / 2, np.float32)


def _corrected(candidates: Candidates, traits: QueryTraits) -> Scores:  # noqa: ARG001
    return candidates.dense_z


FUSED = Lane("all", ALL_KINDS, fuse)
"""What a search uses."""

LANES = (
    Lane("passage vectors", NO_KINDS, _passages),
    Lane("+ sentences", NO_KINDS, _sentences),
    Lane("+ hubs, languages", NO_KINDS, _corrected),
    *(Lane(f"all but {kind}", ALL_KINDS - {kind}, fuse) for kind in MatchKind),
    FUSED,
)
"""From the bare vectors to everything, and everything with one kind of word match left out."""

_OF_MODES = {
    Mode.DENSE: Lane("dense", ALL_KINDS, _corrected),
    Mode.LEXICAL: Lane("lexical", ALL_KINDS, by_words, by_vectors=False),
}


def lane_of(mode: Mode, usual: Lane = FUSED) -> Lane:
    """How candidates are scored in a mode; `usual` is that of `hybrid`."""
    return _OF_MODES.get(mode, usual)
