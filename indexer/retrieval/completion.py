"""Words of an index that begin as somebody types, or sound so, and those of some words that it has.

What is held in memory does not grow with the archive: the vocabulary is sorted and mapped, and the articles
of a few words alone are counted.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.alike import Completion
from indexer.core.engine import Beginnings, Part
from indexer.core.records import Numbers

SHORTLISTED = 3
"""Words whose articles are counted, for each that is wanted: those that stand in the most sentences."""

COUNTED = 20_000
"""Sentences up to which the articles of a word are counted; of a more frequent one they are estimated."""

NOWHERE = sys.maxsize
"""In place of the number of a passage."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a word stands. Adds up over parts of an index.

    Attributes:
        articles: how many have it, of those that were looked at.
        postings: how often it stands there.
        sampled, others: numbers of the first passages that have it, sampled and not; `NOWHERE` without one.
    """

    articles: int
    postings: int
    sampled: int
    others: int

    def __add__(self, other: "Spread") -> "Spread":
        """In both parts of an index."""
        return Spread(
            self.articles + other.articles,
            self.postings + other.postings,
            min(self.sampled, other.sampled),
            min(self.others, other.others),
        )

    @property
    def first(self) -> int:
        """Number of a passage that has it: the first, of the sampled ones where there are."""
        return self.others if self.sampled == NOWHERE else self.sampled


Look = Callable[[Sequence[int], Sequence[bool]], list[Spread]]
"""Tells where some words stand; of each whether it is to be looked for in the sample alone."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the words of an index stand.

    Attributes:
        words: of the index.
        sizes: tells how many postings each of some words has.
        look: tells where words stand.
    """

    words: Beginnings
    sizes: Callable[[Numbers], Numbers]
    look: Look

    def completed(self, terms: Sequence[int], *, by_sound: bool = False) -> list[Completion]:
        """Some words, with how many articles have each; one that stands often is looked for in the sample."""
        totals = self.sizes(np.array(terms, np.int64)).tolist()
        places = self.look(terms, [total > COUNTED for total in totals])
        return [
            _completion(self.words.word(term), total, where, by_sound=by_sound)
            for term, total, where in zip(terms, totals, places, strict=True)
        ]


def completions(places: Places, folded: str, typed: str, limit: int) -> list[Completion]:
    """The words that begin so, by how many articles have them, then those that sound so.

    Args:
        places: of the words of the index.
        folded: the beginning of a word.
        typed: the same as it was typed, for its sound.
        limit: how many at most.
    """
    starting = places.words.starting(folded)
    terms = np.arange(starting.start, starting.stop)
    frequent = _most_frequent(terms, places.sizes(terms), SHORTLISTED * limit)
    heard = [word for word in places.words.sounding(typed, SHORTLISTED * limit) if word not in starting]
    found = sorted(places.completed(frequent.tolist()), key=_by_articles)
    found += places.completed(heard[: max(limit - len(found), 0)], by_sound=True)
    return found[:limit]


def having(places: Places, words: Sequence[str], limit: int) -> list[Completion]:
    """Those of some folded words that the index has, by how many articles have them, equal ones by code.

    Of more than `limit` those count that stand in the most sentences.
    """
    ranges = [(word, places.words.starting(word)) for word in dict.fromkeys(words)]
    terms = np.array(
        sorted(among.start for word, among in ranges if among and places.words.word(among.start) == word),
        np.int64,
    )
    frequent = _most_frequent(terms, places.sizes(terms), limit)
    return sorted(places.completed(frequent.tolist()), key=_by_articles)


def _by_articles(one: Completion) -> tuple[int, str]:
    return -one.articles, one.word


def spreads(engine: Part, terms: Sequence[int], sampled: Sequence[bool]) -> list[Spread]:
    """Where some words stand in an engine; of each whether it is looked for in the sample alone."""
    return [_spread(engine, term, sampled=one) for term, one in zip(terms, sampled, strict=True)]


def _spread(engine: Part, term: int, *, sampled: bool) -> Spread:
    terms = np.array([term], np.int64)
    standing = engine.postings.of_terms(terms, sampled=sampled)
    [in_sample] = engine.postings.of_terms(terms, sampled=True).sizes.tolist()
    passages = standing.passages
    return Spread(
        len(np.unique(engine.columns.articles[passages])),
        len(passages),
        int(passages[0]) if in_sample else NOWHERE,
        int(passages[in_sample]) if len(passages) > in_sample else NOWHERE,
    )


def _most_frequent(terms: Numbers, sizes: Numbers, most: int) -> Numbers:
    """Those of some words that stand in the most sentences."""
    if len(terms) > most:
        chosen = np.argpartition(-sizes, most)[:most]
        terms = terms[np.sort(chosen)]
    return terms


def _completion(word: str, total: int, where: Spread, *, by_sound: bool) -> Completion:
    articles = where.articles
    if total > COUNTED:
        articles = articles * total // max(where.postings, 1)
    return Completion(word, articles, where.first, by_sound)
