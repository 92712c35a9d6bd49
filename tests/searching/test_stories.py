"""What tells the same story in several languages, under the first of it."""

from collections.abc import Sequence

import numpy as np
import pytest

from indexer.core.alike import Together
from indexer.core.deadline import Deadline
from indexer.core.records import Article, Numbers
from search_api.searching.stories import FEWEST_OTHERS, MOST_COMPARED, SAME_STORY, aheads, stories

NEAR = 0.95


class Archive:
    """Articles of which some are alike; all others have a cosine of .8."""

    def __init__(
        self, languages: Sequence[str], alike: Sequence[tuple[int, int]], usual: float = 0.8
    ) -> None:
        self.languages = languages
        self.cosines = np.full((len(languages), len(languages)), 0.8, np.float32)
        for one, other in alike:
            self.cosines[one, other] = self.cosines[other, one] = NEAR
        self.usual = np.full(len(languages), usual, np.float32)

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        return [Article(str(number), "", "", None, self.languages[number], "") for number in numbers]

    def together(self, articles: Numbers, deadline: Deadline) -> Together:
        deadline.check()
        return Together(self.cosines[np.ix_(articles, articles)], self.usual[articles])


def grouped(archive: Archive, articles: Sequence[int]) -> list[list[int]]:
    """The articles of each story, in the order given."""
    numbers = np.array(articles, np.int64)
    found = stories(archive, numbers)  # type: ignore[arg-type]
    return [
        [articles[place] for place in (leader, *twins)]
        for leader, twins in zip(found.leaders.tolist(), found.twins, strict=True)
    ]


@pytest.mark.parametrize(
    ("languages", "alike", "expected"),
    [
        pytest.param(["fa", "ar", "fa"], [(0, 1)], [[0, 1], [2]], id="in two languages"),
        pytest.param(["fa", "fa", "ar"], [(0, 1)], [[0], [1], [2]], id="never in one alone"),
        pytest.param(
            ["fa", "ar", "fa"], [(0, 1), (1, 2), (0, 2)], [[0, 1, 2]], id="where a third tells it too"
        ),
        pytest.param(["fa", "fa", "ar"], [(0, 2), (1, 2)], [[0, 1, 2]], id="what came before it too"),
        pytest.param(["fa", "prs", "ar"], [(0, 1), (0, 2), (1, 2)], [[0, 1, 2]], id="Dari is a language"),
        pytest.param(["fa", "prs", "ar"], [(0, 1), (0, 2)], [[0, 1], [2]], id="near to all of a story"),
        pytest.param([], [], [], id="nothing"),
        pytest.param(["fa"], [], [[0]], id="one"),
    ],
)
def test_what_tells_one_story_stands_under_the_first_of_it(
    languages: list[str], alike: list[tuple[int, int]], expected: list[list[int]]
) -> None:
    assert grouped(Archive(languages, alike), range(len(languages))) == expected


def test_the_order_given_decides_which_is_first() -> None:
    assert grouped(Archive(["fa", "ar", "prs"], [(0, 1)]), [2, 1, 0]) == [[2], [1, 0]]


def test_what_is_as_much_alike_as_everything_found_is_no_story() -> None:
    few = Archive(["fa"] + ["ar"] * FEWEST_OTHERS, [(0, 1)])
    assert grouped(few, range(len(few.languages)))[0] == [0, 1]
    all_alike = Archive(["fa"] + ["ar"] * 20, [(0, one) for one in range(1, 21)])
    assert grouped(all_alike, range(21)) == [[one] for one in range(21)]


def test_how_far_two_are_ahead_is_the_less_of_both_ways() -> None:
    cosines = np.array([[1.0, 0.9], [0.9, 1.0]], np.float32)
    ahead = aheads(cosines, np.array([0.8, 0.85], np.float32), np.array(["fa", "ar"]))
    # .1 of .2 one way, .05 of .15 the other way
    np.testing.assert_allclose(ahead, [[0, 1 / 3], [1 / 3, 0]], atol=1e-6)
    assert 1 / 3 < SAME_STORY < 0.5


def test_articles_behind_the_first_stay_by_themselves() -> None:
    languages = ["fa", "ar"] * (MOST_COMPARED // 2 + 1)
    last = len(languages) - 1
    found = grouped(Archive(languages, [(0, 1), (0, last)]), range(len(languages)))
    assert found[0] == [0, 1]
    assert found[-2:] == [[last - 1], [last]]
    assert sum(map(len, found)) == len(languages)
