"""Candidates for a query: what is near by its vectors and what is near by its words, scored both ways.

This is where `similarity`, `lexical` and the engine's lexicon are joined, whatever the engine. What the
scores are worth against each other is decided by whoever asks.
"""

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np

from indexer.core.alike import Alike, Completion, Together
from indexer.core.aside import aside
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import Engine
from indexer.core.errors import ShardMissing
from indexer.core.matching import Sketches
from indexer.core.protocols import NOTHING_MISSING, Expander, Missing, Shown
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
from indexer.retrieval.admission import Undated, admitted_by, of_days
from indexer.retrieval.completion import Places, completions, having, spreads
from indexer.retrieval.judging import Found, Least, Usual, judged
from indexer.retrieval.lexical import LexicalIndex, LexicalQuery
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
        self._undated = Undated(engine)

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        return self._engine.name

    @property
    def lexicon(self) -> Expander:
        """What expands the words of queries."""
        return self._engine.lexicon

    @property
    def missing(self) -> Missing:
        """Nothing: it has no shards."""
        return NOTHING_MISSING

    def without_missing(self, besides: Collection[int] = ()) -> "Retrieval":
        """Itself.

        Raises:
            ShardMissing: some of the shards that it has not are to be left out.
        """
        if besides:
            raise ShardMissing(f"{self.name} has no shards to leave out: begin again without a cursor")
        return self

    def undated(self, wanted: Filter) -> int:
        """How many articles `wanted` leaves out for having no date; else they fit."""
        return self._undated.left_out(wanted)

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

    def shown(self, passages: Sequence[int], sentences: Sequence[int]) -> Shown:
        """What is shown of some passages, by their numbers and those of a sentence of each."""
        found = self.passages(passages)
        articles = self.articles([passage.article for passage in found])
        return Shown(found, articles, self.sentences(sentences))

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

    @property
    def _places(self) -> Places:
        engine = self._engine
        return Places(engine.words, engine.postings.sizes, partial(spreads, engine))

    def completions(self, folded: str, typed: str, limit: int) -> list[Completion]:
        """The words that begin as somebody types, by how many articles have them, then what sounds so."""
        return completions(self._places, folded, typed, limit)

    def having(self, words: Sequence[str], limit: int) -> list[Completion]:
        """Those of some folded words that articles have, those first that the most do."""
        return having(self._places, words, limit)

    def close(self) -> None:
        """Release the engine; nothing is asked afterwards."""
        self._engine.close()

    def candidates(self, request: RetrievalRequest) -> Candidates:
        """What may answer `request`: the best of each kind of score, all of them scored in every way."""
        admitted = admitted_by(request, self._engine, self.lexical)
        deadline = request.deadline
        sought = [word for word in request.words if word is not NO_EXPANSION]
        lexical = self.lexical.query(sought, deadline)
        sound = self.lexical.query(request.sounds, deadline)
        deadline.check()
        worded = partial(_worded, lexical, sound, request.depth, admitted)
        with aside(worded, worthwhile=request.by_vectors and self.similarity.is_large) as by_word:
            near, on_days = self._near(request, admitted)
            best, heard = by_word()
        found = [near.passages, on_days, *best, *heard]
        passages = np.unique(np.concatenate(found))
        deadline.check()
        similar = self.similarity.compare(request.vector, request.language, passages, near)
        by_words, by_sound = self.lexical.scores([lexical, sound], passages)
        columns = self._engine.columns
        return judged(
            request,
            Found(
                passages,
                columns.articles[passages],
                columns.days[passages].astype(np.int64),
                columns.garbled[passages],
                similar,
                by_words,
                by_sound,
            ),
            near,
            self._engine.unrelated,
            Usual(lexical.moments, len(lexical.words), lexical.attainable),
            Usual(sound.moments, len(sound.words), sound.attainable),
            Least(
                _least(by_words.passage, passages, best[0], request.depth),
                any(len(one) >= request.depth for one in (best[0], *heard)),
            ),
        )

    def _near(self, request: RetrievalRequest, admitted: Numbers | None) -> tuple[Nearest, Numbers]:
        """What is near by its vectors, and what is so of the days that are asked for; else nothing."""
        if not request.by_vectors:
            return NOTHING_NEAR, NOTHING_NEAR.passages
        near = self.similarity.nearest(request.vector, request.depth, admitted, exact=request.exact)
        if not request.days:
            return near, near.passages
        dated = of_days(request.days, self._engine, admitted)
        on_days = self.similarity.nearest(request.vector, request.depth, dated, exact=request.exact)
        return near, on_days.passages

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


def _worded(
    lexical: LexicalQuery, sound: LexicalQuery, depth: int, admitted: Numbers | None
) -> tuple[list[Numbers], list[Numbers]]:
    """The passages, and those with the best sentences, that words find best; those that sounds find best."""
    return lexical.best(depth, admitted, by_sentence=True), sound.best(depth, admitted)


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
