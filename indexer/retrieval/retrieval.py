"""Candidates for a query: what is near by its vectors and what is near by its words, scored both ways.

This is where `similarity`, `lexical` and the engine's lexicon are joined, whatever the engine. What the
scores are worth against each other is decided by whoever asks.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexer.core.alike import Alike, Completion, Together
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import Engine
from indexer.core.matching import Sketches, Unseen
from indexer.core.protocols import Expander
from indexer.core.records import (
    NO_EXPANSION,
    Article,
    Candidates,
    Filter,
    Numbers,
    Passage,
    RetrievalRequest,
    Scores,
    Sentence,
)
from indexer.retrieval.completion import completions
from indexer.retrieval.lexical import LEAST_DEVIATION, LexicalIndex
from indexer.retrieval.likeness import Likeness
from indexer.retrieval.similarity import NOTHING_NEAR, Nearest, Similarity
from indexer.retrieval.sketches import sketches


class Retrieval:
    """An index, whatever engine holds it. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Answer from `engine`, which is closed with this."""
        self._engine = engine
        self.similarity = Similarity(engine)
        self.lexical = LexicalIndex(engine.postings, engine.sentence_terms, engine.columns.first_sentences)
        self._likeness = Likeness(engine, self.similarity)
        columns = engine.columns
        is_first = np.diff(columns.articles, prepend=-1) != 0
        self._undated = np.flatnonzero(is_first & (columns.days == 0))

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        return self._engine.name

    @property
    def lexicon(self) -> Expander:
        """What expands the words of queries."""
        return self._engine.lexicon

    def undated(self, wanted: Filter) -> int:
        """How many articles `wanted` leaves out for having no date; else they fit."""
        if not wanted.is_dated:
            return 0
        return len(_both(self._undated, self._engine.admitted(replace(wanted, since=None, until=None))))

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        return self._engine.passages(numbers)

    def sentences_of(self, passages: Sequence[int]) -> list[list[Sentence]]:
        """The sentences of each of some passages, in the order of the text."""
        first = self._engine.columns.first_sentences
        return [self.sentences(range(int(first[number]), int(first[number + 1]))) for number in passages]

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        return self._engine.sentences(numbers)

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self._engine.articles(numbers)

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self._engine.article_by_id(article_id)

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self._engine.number_of(article_id)

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of an article, in the order of the text."""
        return self.passages(self._likeness.passages_of(article))

    def alike(self, article: int, wanted: Filter, depth: int, deadline: Deadline = NO_DEADLINE) -> Alike:
        """The articles that `wanted` admits and that are most like one: `depth` of each language at least."""
        return self._likeness.alike(article, self._engine.admitted(wanted), depth, deadline)

    def completions(self, folded: str, typed: str, limit: int) -> list[Completion]:
        """The words that begin as somebody types, or sound so, those first that the most articles have."""
        return completions(self._engine, folded, typed, limit)

    def close(self) -> None:
        """Release the engine; nothing is asked afterwards."""
        self._engine.close()

    def candidates(self, request: RetrievalRequest) -> Candidates:
        """What may answer `request`: the best of each kind of score, all of them scored in every way."""
        admitted = self._admitted(request)
        deadline = request.deadline
        sought = [word for word in request.words if word is not NO_EXPANSION]
        lexical = self.lexical.query(sought, deadline)
        sound = self.lexical.query(request.sounds, deadline)
        deadline.check()
        near, of_days = self._near(request, admitted)
        best = lexical.best(request.depth, admitted, by_sentence=True)
        heard = sound.best(request.depth, admitted)
        found = [near.passages, of_days, *best, *heard]
        passages = np.unique(np.concatenate(found))
        deadline.check()
        similar = self.similarity.compare(request.vector, request.language, passages, near)
        cosines = np.stack(
            [np.append(similar.passage, near.passage), np.append(similar.sentence, near.sentence)]
        )
        beyond = self._engine.unrelated.beyond(cosines, request.language, len(request.words))
        beyond, of_rest = beyond[:, : len(passages)], beyond[:, len(passages) :]
        by_words, by_sound = self.lexical.scores([lexical, sound], passages)
        words_z = lexical.z_scores(by_words, LEAST_DEVIATION * lexical.of_a_word)
        least = _least(by_words.passage, passages, best[0], request.depth) / max(lexical.attainable, 1e-6)
        unseen = Unseen(similar.rest, np.full(len(similar.rest), least, np.float32), *of_rest)
        if not request.by_vectors:
            unseen = _with_words(any(len(one) >= request.depth for one in (best[0], *heard)), least)
        is_garbled = self._engine.columns.garbled[passages]
        return Candidates(
            passages=passages,
            articles=self._engine.columns.articles[passages],
            days=self._engine.columns.days[passages].astype(np.int64),
            sentences=similar.best,
            passage_cosine=similar.passage,
            sentence_cosine=similar.sentence,
            dense_z=_at_most_usual(similar.z, is_garbled),
            lexical=by_words.passage,
            lexical_z=words_z.passage,
            sentence_z=words_z.sentence,
            lexical_share=by_words.passage / max(lexical.attainable, 1e-6),
            unrelated_passage=_at_most_usual(beyond[0], is_garbled),
            unrelated_sentence=_at_most_usual(beyond[1], is_garbled),
            sound_z=sound.z_scores(by_sound, 0.0).passage,
            sound_share=by_sound.passage / max(sound.attainable, 1e-6),
            unseen=unseen,
        )

    def _near(self, request: RetrievalRequest, admitted: Numbers | None) -> tuple[Nearest, Numbers]:
        """What is near by its vectors, and what is so of the days that are asked for; else nothing."""
        if not request.by_vectors:
            return NOTHING_NEAR, NOTHING_NEAR.passages
        near = self.similarity.nearest(request.vector, request.depth, admitted, exact=request.exact)
        if not request.days:
            return near, near.passages
        dated = _both(self._of_days(request.days), admitted)
        of_days = self.similarity.nearest(request.vector, request.depth, dated, exact=request.exact)
        return near, of_days.passages

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        return self._engine.further_fields

    def arrivals(self, articles: Sequence[int]) -> Numbers:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        return self._engine.arrivals(articles)

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Raises:
            UnknownField: the index keeps no such field.
        """
        return self._engine.counts(field, articles)

    def sketches(self, articles: Numbers) -> Sketches:
        """What some articles say, in brief, in that order."""
        return sketches(self._engine, articles)

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other, in that order; a few hundred at most."""
        return self._likeness.together(articles, deadline)

    def _admitted(self, request: RetrievalRequest) -> Numbers | None:
        """Numbers of the passages that a request admits, sorted; None when it admits all."""
        admitted = self._engine.admitted(request.filter)
        for words in request.required:
            admitted = _both(self.lexical.passages_with(words), admitted)
        if request.excluded:
            articles = self._engine.columns.articles
            is_out = np.zeros(int(articles.max(initial=-1)) + 1, np.bool_)
            for words in request.excluded:
                is_out[articles[self.lexical.passages_with(words)]] = True
            admitted = _both(np.flatnonzero(~is_out[articles]), admitted)
        return admitted

    def _of_days(self, days: Sequence[int]) -> Numbers:
        """Numbers of the passages whose articles are of some days, sorted."""
        return np.flatnonzero(np.isin(self._engine.columns.days, days))


def _both(passages: Numbers, admitted: Numbers | None) -> Numbers:
    """Those of some passages that are admitted; all are when None."""
    return passages if admitted is None else np.intersect1d(passages, admitted, assume_unique=True)


def _least(scores: Scores, passages: Numbers, best: Numbers, depth: int) -> float:
    """What a passage that is not among the best has at most.

    Args:
        scores: of `passages`, which are ascending and hold the best.
        passages: their numbers.
        best: the best, up to `depth` of them; others have no score where there are fewer.
        depth: how many were wanted.
    """
    if len(best) < depth:
        return 0.0
    return float(scores[np.searchsorted(passages, best)].min())


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
