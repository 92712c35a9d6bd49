"""What a request limits candidates to, and what it asks for besides: on a small published index."""

import dataclasses
import datetime
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from making import embedded, published

from indexer.core.records import Candidates, Expansion, Filter, MatchKind, QueryWord, RetrievalRequest
from indexer.generation.generation import open_live
from indexer.retrieval.retrieval import Retrieval

MAY, JUNE = datetime.date(2025, 5, 1), datetime.date(2025, 6, 30)
LETTERS = str.maketrans("0123456789", "ثخضظصقذغپچ")
UNIT = np.eye(8, dtype=np.float32)
VECTOR = np.array([0.8, 0, 0, 0, 0.5, 0.33, 0, 0], np.float32)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    """Six passages: 0 to 2 of an article of May, 3 and 4 of one of June, 5 of one without a date.

    The first of May is nearest to the vector that is asked for, the first of June next.
    """
    texts = [["باران تند", "شهر رشت"], ["شهر باران"], ["برف سنگین"]]
    articles = [
        embedded("a", texts, date=MAY, vectors=(UNIT[:3], UNIT[[0, 3, 1, 2]])),
        embedded("b", [["باران در شهر"], ["کوه بلند"]], date=JUNE, vectors=(UNIT[4:6], UNIT[4:6])),
        embedded("c", [["برف در کوه"]], date=None, vectors=(UNIT[6:7], UNIT[6:7])),
    ]
    layout = published(tmp_path_factory.mktemp("retrieval") / "index", articles)
    with closing(open_live(layout.folder)) as live:
        yield Retrieval(live)


def word(index: Retrieval, text: str) -> Expansion:
    return index.lexicon.expand(QueryWord(text, text, "fa"), None, frozenset({MatchKind.SAME}))


def row(index: Retrieval, text: str) -> tuple[Expansion, ...]:
    return tuple(word(index, one) for one in text.split())


def asked(index: Retrieval, **limits: object) -> Candidates:
    request = RetrievalRequest(VECTOR, "fa", row(index, "باران"), (), Filter(), 10)
    return index.candidates(dataclasses.replace(request, **limits))  # type: ignore[arg-type]


def test_without_limits_all_passages_are_candidates_with_their_days(index: Retrieval) -> None:
    found = asked(index)
    assert found.passages.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.articles.tolist() == [0, 0, 0, 1, 1, 2]
    assert found.days.tolist() == [MAY.toordinal()] * 3 + [JUNE.toordinal()] * 2 + [0]


@pytest.mark.parametrize(
    ("required", "passages"),
    [
        (["باران"], [0, 1, 3]),
        (["باران شهر"], [1, 3]),
        (["شهر"], [0, 1, 3]),
        (["باران شهر", "در"], [3]),
        (["باران تند", "برف"], []),
        (["دریا"], []),
    ],
)
def test_a_sentence_holds_every_word_of_what_is_required(
    index: Retrieval, required: list[str], passages: list[int]
) -> None:
    rows = tuple(row(index, text) for text in required)
    assert asked(index, required=rows).passages.tolist() == passages


@pytest.mark.parametrize(
    ("excluded", "passages"),
    [
        (["برف"], [3, 4]),
        (["کوه"], [0, 1, 2]),
        (["برف", "کوه"], []),
        (["باران شهر"], [5]),
        (["باران برف"], [0, 1, 2, 3, 4, 5]),
        (["دریا"], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_no_article_holds_what_is_excluded(
    index: Retrieval, excluded: list[str], passages: list[int]
) -> None:
    rows = tuple(row(index, text) for text in excluded)
    assert asked(index, excluded=rows).passages.tolist() == passages


def test_limits_and_filter_hold_together(index: Retrieval) -> None:
    limits = partial(asked, index, required=(row(index, "شهر"),), excluded=(row(index, "کوه"),))
    assert limits().passages.tolist() == [0, 1]
    assert limits(filter=Filter(since=JUNE)).passages.tolist() == []


def test_the_nearest_of_the_days_asked_for_are_candidates_too(index: Retrieval) -> None:
    nearest = partial(asked, index, depth=1, words=())
    assert nearest().passages.tolist() == [0]
    assert nearest(days=(1, JUNE.toordinal())).passages.tolist() == [0, 3]
    assert nearest(days=(MAY.toordinal(),)).passages.tolist() == [0]
    limited = nearest(days=(MAY.toordinal(),), filter=Filter(since=JUNE))
    assert limited.passages.tolist() == [3]


def test_some_candidates_keep_all_that_is_known_of_them(index: Retrieval) -> None:
    found = asked(index)
    some = found.only(np.array([4, 1]))
    assert some.unseen is found.unseen
    for column in dataclasses.fields(found)[:-1]:
        assert getattr(some, column.name).tolist() == getattr(found, column.name)[[4, 1]].tolist()


def test_a_garbled_text_is_near_to_nothing_and_answers_by_its_words(tmp_path: Path) -> None:
    """It lies exactly where the query does, and holds one of its words."""
    letters = "ثخض ظصق ذغض ضثظ غظذ"
    garbled = " ".join(f"{one}{number}".translate(LETTERS) for number in range(8) for one in letters.split())
    near = VECTOR[None, :] / np.linalg.norm(VECTOR)
    articles = [
        embedded("clean", [["برف سنگین"]], vectors=(near, near)),
        embedded("garbled", [[f"باران {garbled}"]], vectors=(near, near)),
        *(
            embedded(f"other {n}", [[f"کوه {n}"]], vectors=(UNIT[n : n + 1], UNIT[n : n + 1]))
            for n in (1, 2, 3)
        ),
    ]
    layout = published(tmp_path / "index", articles)
    with closing(open_live(layout.folder)) as live:
        assert live.catalogue.garbled.tolist() == [False, True, False, False, False]
        index = Retrieval(live)
        found = index.candidates(RetrievalRequest(VECTOR, "fa", row(index, "باران"), (), Filter(), 10))
    clean, doubtful = found.passages.tolist().index(0), found.passages.tolist().index(1)
    assert found.passage_cosine[doubtful] == pytest.approx(found.passage_cosine[clean])
    assert found.dense_z[clean] > 1
    assert max(found.dense_z[doubtful], found.unrelated_passage[doubtful]) <= 0
    assert found.lexical_z[doubtful] > 1
