"""An index over shards: asks them all, and joins what they answer into what one index would answer.

Words are weighed by their frequencies in all shards, which add up; so do the sums of the scores of the
sample, and those of their squares. What is near, and what is best by words, is the best of what is best in
each shard. So the scores are those of one index, up to rounding.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from typing import TypeVar

import numpy as np

from indexer.core.alike import Alike, Completion, Together
from indexer.core.bounded import Bounded
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.engine import group_of
from indexer.core.errors import ArticleNotFound, IndexMismatch
from indexer.core.matching import Sketches
from indexer.core.protocols import Expander, Shown
from indexer.core.records import (
    NO_EXPANSION,
    Article,
    Candidates,
    Expansion,
    Filter,
    Numbers,
    Passage,
    RetrievalRequest,
    Sentence,
    Vectors,
)
from indexer.retrieval.background import Spread
from indexer.retrieval.completion import Places, completions, having
from indexer.retrieval.completion import Spread as WordSpread
from indexer.retrieval.judging import Found, Least, Usual, judged
from indexer.retrieval.lexical import idf_in_sample, idf_of
from indexer.retrieval.likeness import alike, probes_of, together
from indexer.retrieval.similarity import nearest_of, similar
from indexer.retrieval.words import Idf, LexicalMoments, Stood, digest
from indexer.sharding import joining
from indexer.sharding.head import Head
from indexer.sharding.messages import Facts, Link, Proposed, Question, question
from indexer.sharding.shard import Shard

REMEMBERED = 8_000_000
"""Bytes of what is remembered of words."""

_OF_A_WORD = 200

T = TypeVar("T")
S = TypeVar("S", Stood, WordSpread)
Weighed = tuple[list[Expansion], list[Idf]]
"""Words with their idf in the whole index."""


@dataclass(frozen=True, slots=True, eq=False)
class _Starts:
    """The first number of each shard: of articles, passages and sentences."""

    articles: Numbers
    passages: Numbers
    sentences: Numbers


class ShardedIndex:
    """An `Index`. Safe to use from several threads."""

    def __init__(self, head: Head, links: Sequence[Link]) -> None:
        """Join the shards behind `links`, which are in order and are closed with this.

        Raises:
            IndexMismatch: they are not all shards of the generation of `head`.
            ShardMissing: one of them does not answer.
        """
        self._head, self._links = head, links
        facts = self._all(question(Shard.facts))
        _require_whole(head, facts)
        abouts = [one.about for one in facts]
        self._whole = replace(abouts[0].whole, first=0)
        self._starts = _Starts(
            np.array([one.first_article for one in abouts]),
            np.array([one.first_passage for one in abouts]),
            np.array([one.first_sentence for one in abouts]),
        )
        self._first_ids = [one.first_id for one in facts]
        counts = np.sum([one.counts for one in facts], axis=0)
        self._spread = Spread.of(joining.column(facts, lambda one: one.codes), counts, facts[0].groups)
        self._least_hubness = min(one.least_hubness for one in facts)
        self._idfs: Bounded[bytes, Idf] = Bounded(REMEMBERED, "word scores")

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
        words = self._weighed([word for word in request.words if word is not NO_EXPANSION])
        sounds = self._weighed(request.sounds)
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
            similar(of_passages, near, self._spread, usual, own, self._least_hubness),
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

    def _weighed(self, words: Sequence[Expansion]) -> Weighed:
        """Words with their idf, which is asked for where it is not remembered."""
        keys = [digest(word) for word in words]
        known = {key: idf for key in keys if (idf := self._idfs.get(key))}
        unknown = {key: word for key, word in zip(keys, words, strict=True) if key not in known}
        if unknown:
            known |= dict(zip(unknown, self._idfs_of([*unknown.values()]), strict=True))
            for key in unknown:
                self._idfs.put(key, known[key], _OF_A_WORD)
        return [*words], [known[key] for key in keys]

    def _idfs_of(self, words: list[Expansion]) -> Iterator[Idf]:
        sampled = self._summed(question(Shard.stood_in_sample, words))
        idfs = [idf_in_sample(one, self._whole) for one in sampled]
        rare = [word for word, idf in zip(words, idfs, strict=True) if idf is None]
        counted = iter(self._summed(question(Shard.stood, rare)) if rare else ())
        return (idf or idf_of(next(counted), self._whole) for idf in idfs)

    def together(self, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Together:
        """How much alike some articles are to each other, in that order; a few hundred at most."""
        few = self._each(articles, self._starts.articles, lambda some: question(Shard.few, some))
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
        found = self._each(articles, self._starts.articles, lambda some: question(Shard.arrivals, some))
        return np.array(found, np.int64)

    def counts(self, field: str, articles: Numbers) -> list[tuple[str, int]]:
        """How many of some articles have each value of a field: most first, months the latest first.

        Raises:
            UnknownField: the index keeps no such field.
        """
        asked = [
            (place, question(Shard.counts, field, np.asarray(articles)[positions]))
            for place, positions in joining.by_shard(articles, self._starts.articles)
        ]
        none = np.empty(0, np.int64) + self._starts.articles[0]
        return joining.counts(field, self._ask(asked or [(0, question(Shard.counts, field, none))]))

    def sketches(self, articles: Numbers) -> Sketches:
        """What some articles say, in brief, in that order."""
        split = joining.by_shard(articles, self._starts.articles) or [(0, np.empty(0, np.int64))]
        asked = [(place, question(Shard.sketches, np.asarray(articles)[some])) for place, some in split]
        return joining.sketches([*zip(self._ask(asked), (some for _, some in split), strict=True)])

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for."""
        return self._each(numbers, self._starts.passages, lambda some: question(Shard.passages, some))

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for."""
        return self._each(numbers, self._starts.sentences, lambda some: question(Shard.sentences, some))

    def sentences_of(self, passages: Sequence[int]) -> list[list[Sentence]]:
        """The sentences of each of some passages, in the order of the text."""
        return self._each(passages, self._starts.passages, lambda some: question(Shard.sentences_of, some))

    def shown(self, passages: Sequence[int], sentences: Sequence[int]) -> Shown:
        """What is shown of some passages, by their numbers and those of a sentence of each."""
        every, of_each = np.asarray(passages, np.int64), np.asarray(sentences, np.int64)
        split = joining.by_shard(every, self._starts.passages)
        asked = [(place, question(Shard.shown, every[some], of_each[some])) for place, some in split]
        found = joining.in_order(zip((some for _, some in split), self._ask(asked), strict=True))
        return Shown([one[0] for one in found], [one[1] for one in found], [one[2] for one in found])

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for."""
        return self._each(numbers, self._starts.articles, lambda some: question(Shard.articles, some))

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
        place = bisect_right(self._first_ids, article_id) - 1
        if place < 0:
            raise ArticleNotFound(f"no article has the id {article_id!r} in this index")
        [number] = self._ask([(place, question(Shard.number_of, article_id))])
        return number

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of an article, in the order of the text."""
        [found] = self._ask([(self._owner(article), question(Shard.passages_of, article))])
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
        [own] = self._ask([(self._owner(article), question(Shard.own, article))])
        probes = probes_of(own.vectors, depth)
        deadline.check()
        near = self._all(question(Shard.near, probes, wanted, deadline.left))
        articles = joining.near_articles(near, [depth for _, depth in probes])
        others = articles[articles != article]
        asked = [
            (place, question(Shard.compared, own.vectors, others[some]))
            for place, some in joining.by_shard(others, self._starts.articles)
        ]
        deadline.check()
        none = [(0, question(Shard.compared, own.vectors, others))]
        return alike(own, joining.compared_articles(self._ask(asked or none)))

    def close(self) -> None:
        """Release the shards and the lock; nothing is asked afterwards."""
        for link in self._links:
            link.close()
        self._head.close()

    def _owner(self, article: int) -> int:
        return int(np.searchsorted(self._starts.articles, article, side="right")) - 1

    def _all(self, asked: Question[T]) -> list[T]:
        """The answers of all shards, in order."""
        return self._ask([(place, asked) for place in range(len(self._links))])

    def _ask(self, asked: Sequence[tuple[int, Question[T]]]) -> list[T]:
        """The answers of some shards, all of which are asked before any answer is waited for."""
        pending = [self._links[place].ask(one) for place, one in asked]
        return [one.answer() for one in pending]

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


def _require_whole(head: Head, facts: Sequence[Facts]) -> None:
    """Check that shards are all those of a generation, in order."""
    name = head.manifest.name
    for place, one in enumerate(facts):
        about = one.about
        if (about.generation, about.place, about.shards) != (name, place, len(facts)):
            raise IndexMismatch(
                f"shard {place} of {len(facts)} of {name} is asked for, and there is shard {about.place} of"
                f" {about.shards} of {about.generation}"
            )
