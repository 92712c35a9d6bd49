"""The same event in several languages: articles of a result that tell one story, under the first of them.

Two articles in different languages tell one story where each is far ahead of what is usual, on the way from
that to being the same (as `search_api.similar` and `indexer.retrieval.likeness` have it). Usual is the median
of what else was found in the other's language: all that is about the subject of the query, so a story must
stand out among its kind. Articles in one language are never joined for being alike, which says little there;
they meet where both tell what a third in another language tells (benchmarks/quality/stories.py).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Index
from indexer.core.records import Numbers, Scores
from search_api.searching.copies import Collapsed

SAME_STORY = 0.38
"""How far two articles are ahead at least; see `aheads`."""

MOST_COMPARED = 200
"""Articles of a result that are compared, the first ones; the others stay by themselves."""

FEWEST_OTHERS = 8
"""Articles of a language that tell what is usual in it; where fewer were found, the index does."""


def stories(index: Index, articles: Numbers, deadline: Deadline = NO_DEADLINE) -> Collapsed:
    """Which of some articles, in their order, tell the story of one that stands before them.

    Raises:
        TooSlow, Cancelled: as `deadline` says.
    """
    first = articles[:MOST_COMPARED]
    languages = np.array([article.language for article in index.articles(first.tolist())], np.str_)
    found = index.together(first, deadline)
    grouped = _grouped(aheads(found.cosines, found.usual, languages), languages)
    rest = range(len(first), len(articles))
    leaders = [members[0] for members in grouped]
    twins = [tuple(members[1:]) for members in grouped]
    return Collapsed(np.array([*leaders, *rest], np.int64), (*twins, *((),) * len(rest)))


def aheads(cosines: Scores, usual: Scores, languages: NDArray[np.str_]) -> Scores:
    """How far each two articles are on the way from what is usual to being the same, 0 to 1.

    Of what one has with the other and the other with it, the less. Articles in one language have 0.

    Args:
        cosines: of each two, shape `(articles, articles)`.
        usual: of each with the index, for languages in which little was found.
        languages: of each.
    """
    expected = np.repeat(usual[:, None], len(usual), axis=1)
    for language in np.unique(languages):
        its = languages == language
        if np.count_nonzero(its) > FEWEST_OTHERS:
            expected[:, its] = np.median(cosines[:, its], axis=1)[:, None]
    ahead = np.clip((cosines - expected) / np.maximum(1 - expected, 1e-6), 0.0, 1.0)
    ahead[languages[:, None] == languages] = 0.0
    return np.asarray(np.minimum(ahead, ahead.T), np.float32)


def _grouped(ahead: Scores, languages: NDArray[np.str_]) -> list[list[int]]:
    """Positions of articles that tell one story, ascending; each article stands in one group.

    An article belongs to the group to whose members in other languages it is nearest in the mean, if that is
    near enough. What came before those members, and is left alone, is asked once more.
    """
    groups: list[list[int]] = []
    for position in range(len(ahead)):
        nearest = _nearest(position, groups, ahead, languages)
        if nearest is None:
            groups.append([position])
        else:
            nearest.append(position)
    told = [group for group in groups if len(group) > 1]
    alone: list[int] = []
    for group in groups:
        if len(group) == 1:
            nearest = _nearest(group[0], told, ahead, languages)
            (alone if nearest is None else nearest).append(group[0])
    return sorted([*map(sorted, told), *([position] for position in alone)])


def _nearest(
    position: int, groups: Sequence[list[int]], ahead: Scores, languages: NDArray[np.str_]
) -> list[int] | None:
    """The group that an article belongs to, the first of equals; None where it belongs to none."""
    best, nearest = 0.0, None
    for group in groups:
        others = [member for member in group if languages[member] != languages[position]]
        mean = float(ahead[position, others].mean()) if others else 0.0
        if mean >= SAME_STORY and mean > best:
            best, nearest = mean, group
    return nearest
