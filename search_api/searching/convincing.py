"""How surely hits answer, by their scores and by what a reader sees of their words.

Two things the scores do not know. What a word may stand for by its vector are many weak guesses, which
together may count as much as the word itself: in a small archive that says nothing of football, some passage
holds a dozen of them. And the longer a passage, the less its words count, and a name says little to a model:
"Witkoff" may stand in a passage that is no answer by its scores.

So a hit none of whose words convinces is as sure as its vectors alone make it. One that holds every word in
some way that is no guess of vectors, and one of them itself, as a name or as a notion of several words, is
perhaps an answer at least, as is one that holds most of the words. One whose article lacks
a name that is asked for is one degree less sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.core.deadline import Deadline
from indexer.core.protocols import Shown
from indexer.core.records import NO_EXPANSION, Candidates, MatchKind, Span
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.confidence import STRONG, WEAK, confidences
from search_api.searching.evidence import Evidence, TextSpan, WordMatch
from search_api.searching.naming import LEAST, Naming, is_sure

MOST, FEWEST = 2 / 3, 2
"""Share of the words, and how many, that a passage holds then."""

_ITSELF = frozenset({MatchKind.SAME, MatchKind.STEM, MatchKind.NAME})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of some hits, lists of one length.

    Attributes:
        words: what in the passage of each answers words of the query.
        unnamed: the names of the query that its article does not have.
        surely: how surely it answers, 0 to 1.
    """

    words: Sequence[tuple[WordMatch, ...]]
    unnamed: Sequence[tuple[TextSpan, ...]]
    surely: Sequence[float]


def seen(
    candidates: Candidates, shown: Shown, evidence: Evidence, naming: Naming, deadline: Deadline
) -> Seen:
    """What a reader sees of the first of what is shown, as many as there are candidates.

    Args:
        candidates: their scores.
        shown: their passages and articles, and those of others behind them.
        evidence: finds what answers the query.
        naming: finds its names.
        deadline: until when.

    Raises:
        TooSlow, Cancelled: as `deadline` says.
    """
    by_scores = confidences(candidates).tolist()
    words = [evidence.matches(passage) for passage in deadline.each(shown.passages[: len(by_scores)])]
    of_articles = zip(words, shown.articles, by_scores, strict=False)
    unnamed = [naming.unnamed(*of_article) for of_article in deadline.each(of_articles)]
    return Seen(words, unnamed, convincing(candidates, words, unnamed, naming.analysed))


def convincing(
    candidates: Candidates,
    words: Sequence[Sequence[WordMatch]],
    unnamed: Sequence[Sequence[Span]],
    analysed: AnalysedQuery,
) -> list[float]:
    """How surely each of some candidates answers, 0 to 1.

    Args:
        candidates: their scores.
        words: of each, what in its passage answers words of the query.
        unnamed: of each, the names of the query that its article does not have.
        analysed: the query. What the dictionary says nothing of in a language that it has not may be told by
            guesses alone, so there they count.
    """
    by_all = confidences(candidates).tolist()
    without_words = replace(candidates, lexical_share=np.zeros_like(candidates.lexical_share))
    by_vectors = confidences(without_words).tolist() if analysed.is_of_dictionary else by_all
    return [
        _without_names(surely if matches else nearly)
        if lacking
        else _convincing(surely, nearly, matches, analysed)
        for surely, nearly, matches, lacking in zip(by_all, by_vectors, words, unnamed, strict=True)
    ]


def _without_names(surely: float) -> float:
    """One degree less sure: what was a clear match is perhaps an answer, what was perhaps one is none."""
    return surely - (STRONG - WEAK) if surely >= STRONG else surely * WEAK / STRONG


def _convincing(
    by_all: float,
    by_vectors: float,
    words: Sequence[WordMatch],
    analysed: AnalysedQuery,
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
    are_most = by_all >= LEAST and len(sought & told) >= max(FEWEST, MOST * len(sought))
    return WEAK if (named and sought <= told) or are_most else by_all


def _is_named(match: WordMatch) -> bool:
    if match.kind is MatchKind.SOUND:
        return is_sure(match)
    return match.kind in _ITSELF or (match.kind is MatchKind.DICTIONARY and " " in match.query.text)
