"""What a query holds besides words: quotation marks, minus signs, dates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.core.errors import InvalidQuery
from indexer.text.orthography.common import TATWEEL, ZWNJ
from search_api.searching.syntax import Syntax, are_telling, read_text, syntax_of, words_of


def parts(text: str) -> tuple[list[str], list[str], list[str]]:
    """What is quoted, left out, and dated in a query."""
    syntax, _ = syntax_of(text)
    exact, excluded, dates = (
        [span.of(text) for span in spans] for spans in (syntax.exact, syntax.excluded, syntax.dates)
    )
    return exact, excluded, dates


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ('"nuclear plant" power', ["nuclear plant"]),
        ("\u201cnuclear plant\u201d power", ["nuclear plant"]),
        ("\u201enuclear plant\u201c", ["nuclear plant"]),
        ("حمله «آتش بس» و «گفت و گو»", ["آتش بس", "گفت و گو"]),
        ('("peace"), "now"!', ["peace", "now"]),
        ('5" and 6" guns', []),
        ('an unmatched "mark', []),
        (f'ب{TATWEEL}"الإرهاب"', []),
        ('the "peace"ful one', []),
        ('war "" "?"', []),
    ],
)
def test_quotation_marks_of_any_kind(text: str, exact: list[str]) -> None:
    assert parts(text) == (exact, [], [])


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("war -Kabul", ["Kabul"]),
        ("-Kabul war -Herat", ["Kabul", "Herat"]),
        ("جنگ -کابل،", ["کابل"]),
        ("جنگ -گفت و گو", ["گفت و گو"]),
        ("flu -covid-19 vaccine", ["covid-19"]),
        ("war -5 degrees", []),
        ("well-known - or so", []),
        ("war --Kabul", []),
    ],
)
def test_a_minus_before_a_word(text: str, excluded: list[str]) -> None:
    assert parts(text) == ([], excluded, [])


def test_what_is_quoted_is_neither_left_out_nor_a_date() -> None:
    assert parts('"war -Kabul" x') == (["war -Kabul"], [], [])
    assert parts('"9 September" attack 9 May -June') == (["9 September"], ["June"], ["9 May"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('war -"two words"', '-"two words" cannot be left out: a minus leaves out one word, as in -Kabul'),
        ("جنگ -«دو واژه»", "-«دو واژه» cannot be left out: a minus leaves out one word, as in -Kabul"),
        ("-war", "the query only says what to leave out: add what to look for"),
        ("-war -peace ?", "the query only says what to leave out: add what to look for"),
    ],
)
def test_what_cannot_be_left_out(text: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        syntax_of(text)
    assert (str(caught.value), caught.value.field, caught.value.value) == (message, "q", text)


@pytest.mark.parametrize("text", ['"nuclear plant" -Kabul', '-"two words"', "-war"])
def test_without_operators_marks_and_minus_are_text(text: str) -> None:
    syntax, _ = syntax_of(text, operators=False)
    assert (syntax, read_text(text, syntax)) == (Syntax(), text)


@pytest.mark.parametrize(
    ("text", "read", "words"),
    [
        ("  war in Kabul?", "  war in Kabul?", ["war", "in", "kabul"]),
        ('"nuclear plant" power', "nuclear plant power", ["nuclear", "plant", "power"]),
        ("war -Kabul in  Herat", "war in Herat", ["war", "in", "herat"]),
        ("attack of 9 September 2018", "attack of 9 September 2018", ["attack", "of"]),
        ("18 Shahrivar", "18 Shahrivar", []),
        ("drones 18 Shahrivar -x «آتش بس»", "drones 18 Shahrivar آتش بس", ["drones", "اتشبس"]),
    ],
)
def test_the_model_reads_dates_and_the_index_does_not(text: str, read: str, words: list[str]) -> None:
    syntax, _ = syntax_of(text)
    assert (read_text(text, syntax), [word.text for word in words_of(text, syntax)]) == (read, words)


@pytest.mark.parametrize(
    ("text", "language"), [("war -جنگ", "en"), ("جنگ -war", "fa"), ("الحرب -war", "ar"), ('"peace"', "en")]
)
def test_what_is_left_out_does_not_tell_the_language(text: str, language: str) -> None:
    assert syntax_of(text)[1] == language


@pytest.mark.parametrize(
    ("text", "are"),
    [
        ("the", False),
        ("و", False),
        ("a b c", False),
        ("to be or not to be", False),
        ("من از تو", False),
        ("ما هو", False),
        ("½", False),
        ('"to be or not to be"', True),
        ("on 9 September", True),
        ("the war", True),
        ("ایران", True),
        ("US", True),
        ("7", True),
        ("中", True),
        ("the -war", False),
    ],
)
def test_some_queries_say_nothing(text: str, are: bool) -> None:
    assert are_telling(text, syntax_of(text)[0]) is are


@settings(max_examples=200)
@given(st.text(alphabet=' -"«»\u201c\u201dabگفتو0129' + ZWNJ, max_size=40))
def test_whatever_is_typed_its_parts_lie_apart(text: str) -> None:
    try:
        syntax, _ = syntax_of(text)
    except InvalidQuery:
        return
    spans = sorted((span.start, span.end) for span in (*syntax.exact, *syntax.excluded, *syntax.dates))
    assert all(start < end <= len(text) for start, end in spans)
    assert all(spans[place][1] <= spans[place + 1][0] for place in range(len(spans) - 1))
    kept = [word.text for word in words_of(text, syntax)]
    if not syntax.dates and not syntax.excluded:
        assert kept == [word.text for word in words_of(text, Syntax())]
