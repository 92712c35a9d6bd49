"""How surely hits answer, by their scores and by what a reader sees of their words.

Two things the scores do not know. What a word may stand for by its vector are many weak guesses, which
together may count as much as the word itself: in a small archive that says nothing of football, some passage
holds a dozen of them. And the longer a passage, the less its words count, and a name says little to a model:
"Witkoff" may stand in a passage that is no answer by its scores.

So a hit none of whose words convinces is as sure as its vectors alone make it. One that holds every word in
some way that is no guess of vectors, and one of them itself, as a name or as a notion of several words, is
perhaps an answer at least.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.core.records import NO_EXPANSION, Candidates, MatchKind
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.confidence import WEAK, confidences
from search_api.searching.evidence import WordMatch

SURE_SOUND = 0.8
"""Weight from which what sounds like a name is taken for it: of what is another, little has more."""

_ITSELF = frozenset({MatchKind.SAME, MatchKind.STEM, MatchKind.NAME})


def convincing(
    candidates: Candidates, words: Sequence[Sequence[WordMatch]], analysed: AnalysedQuery
) -> list[float]:
    """How surely each of some candidates answers, 0 to 1.

    Args:
        candidates: their scores.
        words: of each, what in its passage answers words of the query.
        analysed: the query. What the dictionary says nothing of in a language that it has not may be told by
            guesses alone, so there they count.
    """
    by_all = confidences(candidates).tolist()
    without_words = replace(candidates, lexical_share=np.zeros_like(candidates.lexical_share))
    by_vectors = confidences(without_words).tolist() if analysed.is_of_dictionary else by_all
    return [
        _convincing(surely, nearly, matches, analysed)
        for surely, nearly, matches in zip(by_all, by_vectors, words, strict=True)
    ]


def _convincing(
    by_all: float, by_vectors: float, words: Sequence[WordMatch], analysed: AnalysedQuery
) -> float:
    if not words:
        return by_vectors
    if by_all >= WEAK:
        return by_all
    sought = {
        word.start
        for word, expansion in zip(analysed.words, analysed.expansions, strict=True)
        if expansion is not NO_EXPANSION
    }
    named = {match.query.start for match in words if _is_named(match)}
    told = named | {match.query.start for match in words if match.kind is MatchKind.DICTIONARY}
    return WEAK if named and sought <= told else by_all


def _is_named(match: WordMatch) -> bool:
    if match.kind is MatchKind.SOUND:
        return match.weight >= SURE_SOUND
    return match.kind in _ITSELF or (match.kind is MatchKind.DICTIONARY and " " in match.query.text)
