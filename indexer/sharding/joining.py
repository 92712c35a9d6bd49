"""Answers of shards to one: what adds up, and the best of several lists of the best."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.core.matching import Sketches
from indexer.core.records import Numbers
from indexer.retrieval.likeness import ComparedArticles, NearProbe
from indexer.retrieval.similarity import Compared, NearInLanguage
from indexer.retrieval.words import LexicalMoments, LexicalScores
from indexer.sharding.messages import Best, Proposed

MONTH = "month"

T = TypeVar("T")


def column(parts: Iterable[T], of: Callable[[T], NDArray[Any]]) -> NDArray[Any]:
    """An array of each of some parts, one after another."""
    return np.concatenate([of(part) for part in parts])


def best(parts: Sequence[Best], depth: int) -> Best:
    """The best of some lists of the best, equal ones by number."""
    passages, scores = column(parts, lambda part: part.passages), column(parts, lambda part: part.scores)
    order = np.lexsort((passages, -scores))[:depth]
    return Best(passages[order], scores[order])


def nearest(parts: Iterable[Sequence[NearInLanguage]], depth: int) -> list[NearInLanguage]:
    """What is nearest in each language, of what is near in each of some shards."""
    by_code: dict[int, list[NearInLanguage]] = defaultdict(list)
    for found in parts:
        for one in found:
            by_code[one.code].append(one)
    return [_nearest(by_code[code], depth) for code in sorted(by_code)]


def _nearest(parts: Sequence[NearInLanguage], depth: int) -> NearInLanguage:
    passages, scores = column(parts, lambda one: one.passages), column(parts, lambda one: one.passage_scores)
    of_passages = np.lexsort((passages, -scores))[:depth]
    sentences = column(parts, lambda one: one.sentences)
    of_each = column(parts, lambda one: one.sentence_scores)
    of_sentences = np.lexsort((sentences, -of_each))[:depth]
    return NearInLanguage(
        parts[0].code,
        scores[of_passages],
        passages[of_passages],
        of_each[of_sentences],
        sentences[of_sentences],
        column(parts, lambda one: one.owners)[of_sentences],
    )


def moments(parts: Sequence[LexicalMoments | None]) -> LexicalMoments | None:
    """What scores are usual in all shards together; None where there is no word."""
    known = [one for one in parts if one is not None]
    return reduce(add, known) if known else None


def compared(parts: Sequence[Proposed], chosen: Numbers) -> Compared:
    """What is known of the chosen ones of all passages that shards proposed, by position."""
    every = [part.compared for part in parts]
    return Compared(
        column(every, lambda one: one.passage)[chosen],
        column(every, lambda one: one.sentence)[chosen],
        column(every, lambda one: one.best)[chosen],
        column(every, lambda one: one.blended)[chosen],
        column(every, lambda one: one.codes)[chosen],
    )


def scores(parts: Sequence[LexicalScores], chosen: Numbers) -> LexicalScores:
    """The chosen ones of some scores, by position."""
    return LexicalScores(
        column(parts, lambda one: one.passage)[chosen], column(parts, lambda one: one.sentence)[chosen]
    )


def counts(field: str, parts: Iterable[list[tuple[str, int]]]) -> list[tuple[str, int]]:
    """How many articles have each value of a field: most first, then by value; months the latest first."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(dict(part))
    if field == MONTH:
        return sorted(total.items(), reverse=True)
    return sorted(total.items(), key=lambda one: (-one[1], one[0]))


def sketches(parts: Sequence[tuple[Sketches, Numbers]]) -> Sketches:
    """What some articles say: of each shard what it says of its own, and their positions among all."""
    return Sketches(
        column(parts, lambda part: part[0].keys),
        column(parts, lambda part: part[0].weights),
        column(parts, lambda part: part[1][part[0].owners]),
    )


def near_articles(parts: Iterable[Sequence[NearProbe]], depths: Sequence[int]) -> Numbers:
    """Articles with passages that are nearest to some probes, of each language so many; ascending."""
    by_probe: dict[tuple[int, int], list[NearProbe]] = defaultdict(list)
    for found in parts:
        for one in found:
            by_probe[one.probe, one.code].append(one)
    articles = [np.empty(0, np.int64)]
    for (probe, _), several in by_probe.items():
        cosines, passages = (
            column(several, lambda one: one.scores),
            column(several, lambda one: one.passages),
        )
        order = np.lexsort((passages, -cosines))[: depths[probe]]
        articles.append(column(several, lambda one: one.articles)[order])
    return np.unique(np.concatenate(articles))


def compared_articles(parts: Sequence[ComparedArticles]) -> ComparedArticles:
    """Articles of several shards that were compared with one."""
    return ComparedArticles(
        column(parts, lambda one: one.articles),
        column(parts, lambda one: one.cosines),
        column(parts, lambda one: one.codes),
        column(parts, lambda one: one.own),
        column(parts, lambda one: one.passages),
    )


def by_shard(numbers: Sequence[int] | Numbers, starts: Numbers) -> list[tuple[int, Numbers]]:
    """Which of some numbers are of which shard: its place, and their positions."""
    owners = np.searchsorted(starts, np.asarray(numbers, np.int64), side="right") - 1
    return [(place, np.flatnonzero(owners == place)) for place in np.unique(owners).tolist()]


def in_order(parts: Iterable[tuple[Numbers, list[T]]]) -> list[T]:
    """Items of several shards in one order, by their positions in it."""
    found = {
        position: item
        for positions, items in parts
        for position, item in zip(positions.tolist(), items, strict=True)
    }
    return [found[position] for position in range(len(found))]
