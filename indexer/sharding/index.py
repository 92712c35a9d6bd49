"""An index over shards: asks them all, and joins what they answer into what one index would answer.

Words are weighed by their frequencies in all shards, which add up; so do the sums of the scores of the
sample, and those of their squares. What is near, and what is best by words, is the best of what is best in
each shard. So the scores are those of one index, up to rounding.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, reduce
from operator import add
from typing import TypeVar

import numpy as np

from indexer.core.alike import Alike, Completion, Together
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import group_of
from indexer.core.errors import ShardMissing
from indexer.core.matching import Sketches
from indexer.core.protocols import Expander, Missing, Shown
from indexer.core.records import (
    NO_EXPANSION,
    Article,
    Candidates,
    Filter,
    Numbers,
    Passage,
    RetrievalRequest,
    Sentence,
    Vectors,
)
from indexer.retrieval.completion import Places, completions, having
from indexer.retrieval.completion import Spread as WordSpread
from indexer.retrieval.judging import Found, Least, Usual, judged
from indexer.retrieval.likeness import alike, probes_of, together
from indexer.retrieval.similarity import nearest_of, similar
from indexer.retrieval.words import Idf, LexicalMoments, Stood
from indexer.sharding import joining
from indexer.sharding.head import Head
from indexer.sharding.known import Known
from indexer.sharding.messages import Link, Proposed, Question, question
from indexer.sharding.shard import Shard
from indexer.sharding.weighing import Weighed, Weighing, nothing_remembered

T = TypeVar("T")
S = TypeVar("S", Stood, WordSpread)


class ShardedIndex:
    """An `Index`. Safe to use from several threads."""

    def __init__(self, head: Head, links: Sequence[Link]) -> None:
        """Join the shards behind `links`, which are in order and are closed with this.

        Raises:
            IndexMismatch: they are not all shards of the generation of `head`.
            ShardMissing: one of them does not answer.
        """
        self._head, self._links = head, links
        self._known = Known.of(head.manifest.name, self._ask_all(range(len(links)), question(Shard.facts)))
        self._idfs = nothing_remembered()
        self._weighing = Weighing(self._known.whole, self._idfs)

    @property
    def missing(self) -> Missing:
        """The shards that are not searched."""
        return self._known.missing

    def without_missing(self, besides: Collection[int] = ()) -> "ShardedIndex":
        """What of it answers: itself where every shard does; without some it is for one request.

        Args:
            besides: places of shards that are left out too.

        Raises:
            ShardMissing: none is left.
        """
        gone = {place for place, link in enumerate(self._links) if link.is_missing}.union(besides)
        if not gone:
            return self
        if len(gone) >= len(self._links):
            raise ShardMissing(f"no process answers for any shard of {self.name}: try again soon")
        return _WithoutSome(self, gone)

    @property
    def name(self) -> str:
        """Name of the generation that answers."""
        return self._head.manifest.name

    @property
    def lexicon(self) -> Expander:
        """What expands the words of queries."""
        return self._head.lexicon

    @property
    def further_fields(self) -> tuple[str, ...]:
        """The further fields that it keeps of articles, as `meta.author`."""
        return self._head.further_fields

    def candidates(self, request: RetrievalRequest) -> Candidates:
        """What may answer `request`: the best of each kind of score, all of them scored in every way."""
        known = [word for word in request.words if word is not NO_EXPANSION]
        words, sounds = self._weighing.weighed(self._summed, known, request.sounds)
        bare = replace(request, words=(), sounds=(), deadline=NO_DEADLINE)
        request.deadline.check()
        parts = self._all(question(Shard.proposed, bare, words, sounds, request.deadline.left))
        request.deadline.check()
        return self._joined(request, parts, words, sounds)

    def _joined(
        self, request: RetrievalRequest, parts: Sequence[Proposed], words: Weighed, sounds: Weighed
    ) -> Candidates:
        """Candidates out of what all shards propose."""
        depth = request.depth
        near = nearest_of(joining.nearest((part.near for part in parts), depth), depth)
        on_days = nearest_of(joining.nearest((part.on_days for part in parts), depth), depth)
        by_words = joining.best([part.by_words for part in parts], depth)
        by_sentence = joining.best([part.by_sentence for part in parts], depth)
        by_sound = joining.best([part.by_sound for part in parts], depth)
        lists = [one.passages for one in (near, on_days, by_words, by_sentence, by_sound)]
        passages = np.unique(np.concatenate(lists))
        chosen = np.searchsorted(joining.column(parts, lambda part: part.passages), passages)
        usual = joining.column(parts, lambda part: part.usual)
        own = group_of(request.language)
        of_passages = joining.compared(parts, chosen)
        found = Found(
            passages,
            joining.column(parts, lambda part: part.articles)[chosen],
            joining.column(parts, lambda part: part.days)[chosen],
            joining.column(parts, lambda part: part.is_garbled)[chosen],
            similar(of_passages, near, self._known.spread, usual, own, self._known.least_hubness),
            joining.scores([part.words for part in parts], chosen),
            joining.scores([part.sound for part in parts], chosen),
        )
        is_full = len(by_words.passages) == depth
        return judged(
            request,
            found,
            near,
            self._head.unrelated,
            _usual(joining.moments([part.words_moments for part in parts]), words[1]),
            _usual(joining.moments([part.sound_moments for part in parts]), sounds[1]),
            Least(
                float(by_words.scores[-1]) if is_full else 0.0,
                is_full or len(by_sound.passages) == depth,
            ),
        )

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other, in that order; a few hundred at most."""
        few = self._each(articles, self._known.starts.articles, lambda some: question(Shard.few, some))
        return together(few, self._sample, deadline)

    @cached_property
    def _sample(self) -> Vectors:
        """The vectors of the passages of the background sample."""
        return np.concatenate(self._all(question(Shard.sample)))

    def undated(self, wanted: Filter) -> int:
        """How many articles `wanted` leaves out for having no date; else they fit."""
        return sum(self._all(question(Shard.undated, wanted))) if wanted.is_dated else 0

    def arrivals(self, articles: Sequence[int]) -> Numbers:
        """When some articles first came, in seconds since 1970, in the order asked for."""
        found = self._each(articles, self._known.starts.articles, lambda some: question(Shard.arrivals, some))
        return np.array(found, np.int64)

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Raises:
            UnknownField: the index keeps no such field.
        """
        asked = [
            (place, question(Shard.counts, field, np.asarray(articles)[positions]))
            for place, positions in joining.by_shard(articles, self._known.starts.articles)
        ]
        none = [(self._known.places[0], question(Shard.counts, field, np.empty(0, np.int64)))]
        return joining.counts(field, self._ask(asked or none))

    def sketches(self, articles: Numbers) -> Sketches:
        """What some articles say, in brief, in that order."""
        none = [(self._known.places[0], np.empty(0, np.int64))]
        split = joining.by_shard(articles, self._known.starts.articles) or none
        asked = [(place, question(Shard.sketches, np.asarray(articles)[some])) for place, some in split]
        return joining.sketches([*zip(self._ask(asked), (some for _, some in split), strict=True)])

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        return self._each(numbers, self._known.starts.passages, lambda some: question(Shard.passages, some))

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        return self._each(numbers, self._known.starts.sentences, lambda some: question(Shard.sentences, some))

    def sentences_of(self, passages: Sequence[int]) -> list[list[Sentence]]:
        """The sentences of each of some passages, in the order of the text."""
        return self._each(
            passages, self._known.starts.passages, lambda some: question(Shard.sentences_of, some)
        )

    def shown(self, passages: Sequence[int], sentences: Sequence[int]) -> Shown:
        """What is shown of some passages, by their numbers and those of a sentence of each."""
        every, of_each = np.asarray(passages, np.int64), np.asarray(sentences, np.int64)
        split = joining.by_shard(every, self._known.starts.passages)
        asked = [(place, question(Shard.shown, every[some], of_each[some])) for place, some in split]
        found = joining.in_order(zip((some for _, some in split), self._ask(asked), strict=True))
        return Shown([one[0] for one in found], [one[1] for one in found], [one[2] for one in found])

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self._each(numbers, self._known.starts.articles, lambda some: question(Shard.articles, some))

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.articles([self.number_of(article_id)])[0]

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        place = self._known.owner_of_id(article_id)
        [number] = self._ask([(place, question(Shard.number_of, article_id))])
        return number

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of an article, in the order of the text."""
        [found] = self._ask([(self._known.owner(article), question(Shard.passages_of, article))])
        return found

    def completions(self, folded: str, typed: str, limit: int) -> list[Completion]:
        """The words that begin as somebody types, by how many articles have them, then what sounds so."""
        return completions(self._places, folded, typed, limit)

    def having(self, words: Sequence[str], limit: int) -> list[Completion]:
        """Those of some folded words that articles have, those first that the most do."""
        return having(self._places, words, limit)

    @property
    def _places(self) -> Places:
        def look(terms: Sequence[int], sampled: Sequence[bool]) -> list[WordSpread]:
            return self._summed(question(Shard.spreads, terms, sampled)) if terms else []

        return Places(self._head.words, self._head.sizes, look)

    def alike(self, article: int, wanted: Filter, depth: int, deadline: Deadline = NO_DEADLINE) -> Alike:
        """The articles that `wanted` admits and that are most like one: `depth` of each language at least."""
        [own] = self._ask([(self._known.owner(article), question(Shard.own, article))])
        probes = probes_of(own.vectors, depth)
        deadline.check()
        near = self._all(question(Shard.near, probes, wanted, deadline.left))
        articles = joining.near_articles(near, [depth for _, depth in probes])
        others = articles[articles != article]
        asked = [
            (place, question(Shard.compared, own.vectors, others[some]))
            for place, some in joining.by_shard(others, self._known.starts.articles)
        ]
        deadline.check()
        none = [(self._known.places[0], question(Shard.compared, own.vectors, others))]
        return alike(own, joining.compared_articles(self._ask(asked or none)))

    def close(self) -> None:
        """Release the shards and the lock; nothing is asked afterwards."""
        for link in self._links:
            link.close()
        self._head.close()

    def _all(self, asked: Question[T]) -> list[T]:
        """The answers of all shards that are asked, in order."""
        return self._ask_all(self._known.places, asked)

    def _ask_all(self, places: Iterable[int], asked: Question[T]) -> list[T]:
        return self._ask([(place, asked) for place in places])

    def _ask(self, asked: Sequence[tuple[int, Question[T]]]) -> list[T]:
        """The answers of some shards, all of which are asked before any answer is waited for.

        Raises:
            ShardMissing: some do not answer; it is known of all of them then (`Link.is_missing`).
        """
        pending = [self._links[place].ask(one) for place, one in asked]
        answers, missing = list[T](), list[ShardMissing]()
        for one in pending:
            try:
                answers.append(one.answer())
            except ShardMissing as error:
                missing.append(error)
        if missing:
            raise missing[0]
        return answers

    def _summed(self, asked: Question[list[S]]) -> list[S]:
        """Lists of all shards, added up item by item."""
        return [reduce(add, items) for items in zip(*self._all(asked), strict=True)]

    def _each(
        self,
        numbers: Sequence[int] | Numbers,
        starts: Numbers,
        asking: Callable[[Numbers], Question[list[T]]],
    ) -> list[T]:
        """One item for each of some numbers, in their order, from the shards that have them."""
        every = np.asarray(numbers, np.int64)
        split = joining.by_shard(every, starts)
        answers = self._ask([(place, asking(every[positions])) for place, positions in split])
        return joining.in_order(zip((positions for _, positions in split), answers, strict=True))


def _usual(moments: LexicalMoments | None, idfs: Sequence[Idf]) -> Usual:
    return Usual(moments, len(idfs), sum(idf.passage for idf in idfs))


class _WithoutSome(ShardedIndex):
    """An index over shards some of which are not asked. It remembers nothing, and closes nothing."""

    def __init__(self, every: ShardedIndex, gone: Collection[int]) -> None:
        """Leave out the shards of `every` at some places."""
        self._head, self._links, self._idfs = every._head, every._links, every._idfs
        self._known = every._known.without(gone)
        self._weighing = Weighing(self._known.whole, self._idfs, remembers=False)

    def close(self) -> None:
        """Release nothing."""
