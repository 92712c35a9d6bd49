"""The articles that are like another: the same story in other languages first."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from indexer.core.alike import Alike
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Index
from indexer.core.records import Article, Filter, Passage, Scores
from search_api.searching.filters import NOTHING, Omit, conditions, languages_of
from search_api.searching.query import DEFAULT_LIMIT, limit_of

BIAS, AHEAD = -8.0, 27.0
"""Of a logistic function; see `confidences`. Between what a regression gives on documents of NTREX-128, -9.7
and 30, and on these with TICO-19, -6.8 and 25: the parallel in another language against the nearest other."""

SAME_STORY = 0.5
"""Confidence from which two articles are taken for one story."""


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article that is like another. `rank` counts from 1.

    Attributes:
        rank: from 1.
        confidence: how surely both tell the same story, 0 to 1.
        article: the other one.
        passage: its passage that is most alike to one of the first.
        like: that one.
    """

    rank: int
    confidence: float
    article: Article
    passage: Passage
    like: Passage

    @property
    def is_same_story(self) -> bool:
        """Whether both probably tell the same story."""
        return self.confidence >= SAME_STORY


@dataclass(frozen=True, slots=True)
class SimilarResult:
    """The articles that are like one, from one generation."""

    article: Article
    generation: str
    took_ms: float
    similar: tuple[SimilarArticle, ...]


def similar(
    index: Index,
    article_id: str,
    *,
    limit: int = DEFAULT_LIMIT,
    languages: Iterable[str] = (),
    sources: Iterable[str] = (),
    meta: Mapping[str, Iterable[str]] | None = None,
    omit: Omit = NOTHING,
    deadline: Deadline = NO_DEADLINE,
) -> SimilarResult:
    """The articles that are like the one of this id, by the vectors of their passages: nothing is encoded.

    Those that probably tell the same story in another language come first, then all the others; both by
    how surely they do, equal ones by number.

    Args:
        index: where to look.
        article_id: of the article.
        limit: most articles, 1 to 100.
        languages: only articles in these; `fa` admits Dari.
        sources: only articles of these publishers, however they are spelled.
        meta: by name of a further field that the index keeps, values of which an article must have one.
        omit: what articles must not have.
        deadline: until when somebody waits.

    Raises:
        InvalidQuery: names the part and its value.
        UnknownField: the index keeps no field that is named.
        ArticleNotFound: there is no such article.
        TooSlow, Cancelled: as `deadline` says.
    """
    started = time.perf_counter()
    wanted = Filter(languages_of(languages), conditions=conditions(sources, meta or {}, omit))
    most = limit_of(limit)
    number = index.number_of(article_id)
    [own] = index.articles([number])
    alike = index.alike(number, wanted, most, deadline)
    surely = confidences(alike)
    is_first = (surely >= SAME_STORY) & alike.foreign
    best = np.lexsort((alike.articles, -surely, ~is_first))[:most]
    found = zip(
        surely[best].tolist(),
        index.articles(alike.articles[best].tolist()),
        index.passages(alike.passages[best].tolist()),
        index.passages(alike.own[best].tolist()),
        strict=True,
    )
    articles = tuple(SimilarArticle(rank, *one) for rank, one in enumerate(found, start=1))
    return SimilarResult(own, index.name, (time.perf_counter() - started) * 1000, articles)


def confidences(alike: Alike) -> Scores:
    """How surely articles tell the same story as the one that they were compared with, in [0, 1].

    It grows with how far an article is ahead of the others of its language: what is alike to much else is
    merely of the same subject. That is a share, so it does not depend on the range of a model's cosines.
    """
    logit = BIAS + AHEAD * alike.ahead
    return np.asarray(1 / (1 + np.exp(-logit)), np.float32)
