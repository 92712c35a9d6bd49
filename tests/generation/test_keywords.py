"""Columns of keywords, against counts and filters in plain Python."""

import datetime
import itertools
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import catalogued, embedded, segment, whole

from indexer.core.errors import UnknownField
from indexer.core.matching import Condition
from indexer.core.records import Filter
from indexer.generation.catalogue import Catalogue
from indexer.generation.keywords import key_of, union

DAY = datetime.date(2025, 9, 3)


def _catalogue(folder: Path) -> Catalogue:
    first = [
        embedded("a", [["x"]], "fa", DAY, publisher="ایسنا", metadata=(("author", ("Ali", "Sara")),)),
        embedded("b", [["y"]], "ar", None, publisher="bbc.com", metadata=(("author", ("علي",)),)),
        embedded("c", [["z"]], "prs", DAY, metadata=(("author", ("علی",)), ("section", ("sport",)))),
    ]
    second = [
        embedded("d", [["w"]], "fa", DAY, publisher="BBC.com", metadata=(("author", ("ALI", "ali")),)),
        embedded("e", [["v"]], "fa", DAY, publisher="bbc.com", metadata=(("author", ("علی",)),)),
    ]
    parts = [segment(folder / "first", first), segment(folder / "second", second)]
    return catalogued(folder / "catalogue", whole(parts), ["author", "section"])


def _numbers(
    catalogue: Catalogue, *conditions: Condition, languages: frozenset[str] = frozenset()
) -> list[int]:
    found: list[int] = catalogue.fields.admitted(Filter(languages, conditions=conditions)).tolist()
    return found


def test_spellings_of_a_value_are_one_value_shown_as_most_articles_spell_it(tmp_path: Path) -> None:
    catalogue = _catalogue(tmp_path)
    assert catalogue.fields.columns["source"].counts() == [("bbc.com", 3), ("ایسنا", 1)]
    assert catalogue.fields.columns["meta.author"].counts() == [("علی", 3), ("ALI", 2), ("Sara", 1)]
    assert catalogue.fields.columns["meta.section"].counts() == [("sport", 1)]
    assert catalogue.language_counts() == {"fa": 3, "ar": 1, "prs": 1}


def test_counts_are_of_the_articles_asked_for(tmp_path: Path) -> None:
    author = _catalogue(tmp_path).fields.columns["meta.author"]
    assert author.counts(np.array([0, 3])) == [("ALI", 2), ("Sara", 1)]
    assert author.counts(np.empty(0, np.int64)) == []


def test_conditions_admit_articles_by_value_however_it_is_spelled(tmp_path: Path) -> None:
    catalogue = _catalogue(tmp_path)
    source = Condition("source", frozenset({"Bbc.COM"}))
    author = Condition("meta.author", frozenset({"علي", "sara"}))
    assert _numbers(catalogue, source) == [1, 3, 4]
    assert _numbers(catalogue, author) == [0, 1, 2, 4]
    assert _numbers(catalogue, source, author) == [1, 4]
    assert _numbers(catalogue, author, languages=frozenset({"fa"})) == [0, 2, 4]
    assert _numbers(catalogue, Condition("source", frozenset({"nobody"}))) == []


def test_what_is_excluded_is_left_out_and_what_has_no_value_is_not(tmp_path: Path) -> None:
    catalogue = _catalogue(tmp_path)
    not_bbc = Condition("source", frozenset({"bbc.com"}), is_excluded=True)
    assert _numbers(catalogue, not_bbc) == [0, 2]
    assert _numbers(catalogue, not_bbc, languages=frozenset({"prs"})) == [2]
    assert _numbers(catalogue, Condition("language", frozenset({"fa"}), is_excluded=True)) == [1]
    assert _numbers(catalogue, Condition("source", frozenset({"nobody"}), is_excluded=True)) == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_a_field_that_is_not_kept_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownField, match=r"no field 'meta.tags': it has language, source, meta.author"):
        _numbers(_catalogue(tmp_path), Condition("meta.tags", frozenset({"a"})))


def test_a_generation_keeps_the_fields_that_are_declared_and_no_others(tmp_path: Path) -> None:
    one = segment(tmp_path / "one", [embedded("a", [["x"]], metadata=(("author", ("Ali",)),))])
    assert list(catalogued(tmp_path / "none", whole([one])).fields.columns) == ["language", "source"]
    kept = catalogued(tmp_path / "some", whole([one]), ["tags"])
    assert kept.fields.columns["meta.tags"].counts() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("BBC Persian", "bbc  persian"), ("علي", "علی"), ("می\u200cخوانم", "میخوانم"), ("ﻛﺎﺑﻞ", "کابل")],
)
def test_keys_are_equal_where_only_spelling_differs(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


def test_keys_differ_where_signs_do() -> None:
    assert len({key_of(value) for value in ("C", "C++", "C#", "c.")}) == 4


VALUES = st.sampled_from(["a", "A", "b", "c", "ي", "ی"])
ARTICLES = st.lists(
    st.tuples(
        st.sampled_from(["fa", "prs", "ar"]), VALUES | st.just(""), st.lists(VALUES, max_size=3, unique=True)
    ),
    min_size=1,
    max_size=8,
)
CONDITIONS = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["source", "meta.tag", "language"]),
        st.frozensets(VALUES | st.sampled_from(["fa", "prs"]), min_size=1, max_size=2),
        st.booleans(),
    ),
    max_size=3,
)


@settings(max_examples=60)
@given(ARTICLES, ARTICLES, CONDITIONS)
def test_columns_agree_with_plain_python(
    left: list[tuple[str, str, list[str]]],
    right: list[tuple[str, str, list[str]]],
    conditions: list[Condition],
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        parts = []
        for place, several in enumerate((left, right)):
            made = [
                embedded(
                    f"{number}-{place}",
                    [["x"]],
                    language,
                    publisher=publisher,
                    metadata=(("tag", tuple(tags)),),
                )
                for number, (language, publisher, tags) in enumerate(several)
            ]
            parts.append(segment(folder / str(place), made))
        catalogue = catalogued(folder / "catalogue", whole(parts), ["tag"])
        order = sorted(
            (f"{n}-{p}", row) for p, rows in enumerate((left, right)) for n, row in enumerate(rows)
        )
        keys = [
            {"language": {row[0]}, "source": {key_of(row[1])} - {""}, "meta.tag": set(map(key_of, row[2]))}
            for _, row in order
        ]
        fitting = [number for number, has in enumerate(keys) if all(_fits(has, one) for one in conditions)]
        assert _numbers(catalogue, *conditions) == fitting
        for column in ("source", "meta.tag"):
            counted = Counter(itertools.chain.from_iterable(keys[number][column] for number in fitting))
            found = catalogue.fields.columns[column].counts(np.array(fitting, np.int64))
            assert {key_of(value): count for value, count in found} == counted
            assert [count for _, count in found] == sorted(counted.values(), reverse=True)


def _fits(has: dict[str, set[str]], condition: Condition) -> bool:
    wanted = set(map(key_of, condition.values))
    if condition.column == "language" and "fa" in wanted:
        wanted.add("prs")
    return bool(has[condition.column] & wanted) is not condition.is_excluded


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([], []),
        ([[2, 5]], [2, 5]),
        ([[], []], []),
        ([[2, 5], [1, 7]], [1, 2, 5, 7]),
        ([[2, 5], [2, 3, 5], [], [0, 5]], [0, 2, 3, 5]),
    ],
)
def test_numbers_of_several_lists_come_once_and_ascending(
    lists: list[list[int]], expected: list[int]
) -> None:
    found = union([np.array(one, np.uint32) for one in lists])
    assert found.tolist() == expected
    assert found.dtype == np.uint32
