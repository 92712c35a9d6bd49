"""What found passages are worth: all their scores, each against what is usual in the index, as candidates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Unrelated
from indexer.core.matching import Unseen
from indexer.core.records import Candidates, Numbers, RetrievalRequest, Scores
from indexer.retrieval.similarity import Nearest, Similar
from indexer.retrieval.words import LexicalMoments, LexicalScores

LEAST_DEVIATION = 0.1
"""Share of a word's attainable BM25 that counts as one standard deviation at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Passages with what is known of them, arrays of one length by ascending number.

    Attributes:
        passages, articles, days: their numbers, those of their articles, and the dates of these.
        is_garbled: whether the words of the article are mostly no words.
        similar: how near they are to the query.
        words, sound: BM25 for the words of the query, and for what sounds like them.
    """

    passages: Numbers
    articles: Numbers
    days: Numbers
    is_garbled: NDArray[np.bool_]
    similar: Similar
    words: LexicalScores
    sound: LexicalScores


@dataclass(frozen=True, slots=True)
class Usual:
    """What BM25 is usual for some words of a query.

    Attributes:
        moments: of the scores of the sample; None where there is no word.
        words: how many there are.
        attainable: the BM25 of a passage of mean length that holds every one of them once.
    """

    moments: LexicalMoments | None
    words: int
    attainable: float

    def z_scores(self, scores: LexicalScores, least: float) -> LexicalScores:
        """Scores in deviations above the mean, `least` times the share of a word in `attainable` at least.

        Where hardly any passage has a score, the deviation is next to nothing, and a match that says nothing
        would count for much.
        """
        if self.moments is None:
            return scores
        return self.moments.z_scores(scores, least * self.attainable / max(self.words, 1))

    def share(self, scores: Scores) -> Scores:
        """Scores as shares of what is attainable."""
        return scores / max(self.attainable, 1e-6)


@dataclass(frozen=True, slots=True)
class Least:
    """How the lists of the best by words end.

    Attributes:
        score: what a passage has at most that is in none.
        is_more: whether there may be such passages.
    """

    score: float
    is_more: bool


def judged(
    request: RetrievalRequest,
    found: Found,
    near: Nearest,
    unrelated: Unrelated,
    words: Usual,
    sound: Usual,
    least: Least,
) -> Candidates:
    """Candidates for a request.

    Args:
        request: what was asked.
        found: the passages.
        near: what others have at most by their vectors.
        unrelated: how near the index is to queries that it does not answer.
        words: what is usual of the words of the query.
        sound: what is usual of what sounds like them.
        least: what others have at most by their words.
    """
    similar = found.similar
    cosines = np.stack([np.append(similar.passage, near.passage), np.append(similar.sentence, near.sentence)])
    beyond = unrelated.beyond(cosines, request.language, len(request.words))
    beyond, of_rest = beyond[:, : len(found.passages)], beyond[:, len(found.passages) :]
    share = least.score / max(words.attainable, 1e-6)
    unseen = Unseen(similar.rest, np.full(len(similar.rest), share, np.float32), *of_rest)
    if not request.by_vectors:
        unseen = _with_words(least.is_more, share)
    words_z = words.z_scores(found.words, LEAST_DEVIATION)
    return Candidates(
        passages=found.passages,
        articles=found.articles,
        days=found.days,
        sentences=similar.best,
        passage_cosine=similar.passage,
        sentence_cosine=similar.sentence,
        dense_z=_at_most_usual(similar.z, found.is_garbled),
        lexical=found.words.passage,
        lexical_z=words_z.passage,
        sentence_z=words_z.sentence,
        lexical_share=words.share(found.words.passage),
        unrelated_passage=_at_most_usual(beyond[0], found.is_garbled),
        unrelated_sentence=_at_most_usual(beyond[1], found.is_garbled),
        sound_z=sound.z_scores(found.sound, 0.0).passage,
        sound_share=sound.share(found.sound.passage),
        unseen=unseen,
    )


def _with_words(is_more: bool, lexical_share: float) -> Unseen:
    """What other passages have at most where nothing is sought by vectors: these that have words, if any.

    How near these are nobody looked, so that has no bound.
    """
    anything = np.full(int(is_more), np.inf, np.float32)
    share = np.full(int(is_more), lexical_share, np.float32)
    return Unseen(anything, share, anything, anything)


def _at_most_usual(scores: Scores, is_garbled: NDArray[np.bool_]) -> Scores:
    """Scores above 0 as 0 where a text is garbled: it is near to everything, and answers by words alone."""
    return np.where(is_garbled, np.minimum(scores, 0.0), scores)
