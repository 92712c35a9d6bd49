"""What a reader sees of the words counts: nothing that convinces, or all that was asked for."""

import numpy as np
import pytest
from making import candidates_of

from indexer.core.records import NO_EXPANSION, Expansion, MatchKind, Span
from indexer.text.orthography import tokens
from search_api.search import Searcher
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.confidence import STRONG, WEAK, Verdict, confidences
from search_api.searching.convincing import convincing
from search_api.searching.evidence import TextSpan, WordMatch
from search_api.searching.naming import LEAST
from search_api.searching.query import parse

DOUBTFUL, GUESSED = (1.0, 0.6), (2.0, 1.2)
"""Of a candidate the z-score by vectors, and the share of words."""

TEXT = "Witkoff Kushner"
EMPTY = Expansion("", np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8))


def analysed(text: str = TEXT, *, is_of_dictionary: bool = True) -> AnalysedQuery:
    """A query each of whose words but "and" is looked for."""
    words = tuple(tokens(text))
    expansions = tuple(NO_EXPANSION if word.text == "and" else EMPTY for word in words)
    return AnalysedQuery(
        parse(text), np.zeros(2, np.float32), words, expansions, is_of_dictionary=is_of_dictionary
    )


def match(word: str, kind: MatchKind, weight: float = 1.0, text: str = TEXT) -> WordMatch:
    """What answers a word of the query."""
    start = text.index(word)
    return WordMatch(TextSpan(start, start + len(word), word), TextSpan(0, 1, "x"), kind, weight)


def test_without_a_word_that_convinces_guesses_do_not_count() -> None:
    [surely] = convincing(candidates_of(GUESSED), [()], [()], analysed())
    assert surely == pytest.approx(float(confidences(candidates_of((2.0, 0.0)))[0]))
    [guessed] = convincing(candidates_of(GUESSED), [()], [()], analysed(is_of_dictionary=False))
    assert guessed == pytest.approx(float(confidences(candidates_of(GUESSED))[0]))
    assert guessed > WEAK > surely


def test_a_word_that_convinces_leaves_a_confidence_as_it_is() -> None:
    words = [match("Witkoff", MatchKind.TRANSLATION)]
    [surely] = convincing(candidates_of(GUESSED), [words], [()], analysed())
    assert surely == pytest.approx(float(confidences(candidates_of(GUESSED))[0]))


@pytest.mark.parametrize(
    ("words", "is_perhaps"),
    [
        ([match("Witkoff", MatchKind.NAME), match("Kushner", MatchKind.SOUND, 0.9)], True),
        ([match("Witkoff", MatchKind.SAME), match("Kushner", MatchKind.DICTIONARY)], True),
        ([match("Witkoff", MatchKind.STEM), match("Kushner", MatchKind.STEM)], True),
        ([match("Witkoff", MatchKind.NAME)], False),
        ([match("Witkoff", MatchKind.NAME), match("Kushner", MatchKind.SOUND, 0.7)], False),
        ([match("Witkoff", MatchKind.NAME), match("Kushner", MatchKind.TRANSLATION)], False),
        ([match("Witkoff", MatchKind.DICTIONARY), match("Kushner", MatchKind.DICTIONARY)], False),
    ],
)
def test_all_that_was_asked_for_is_perhaps_an_answer(words: list[WordMatch], is_perhaps: bool) -> None:
    [doubtful] = confidences(candidates_of(DOUBTFUL)).tolist()
    assert doubtful < WEAK
    assert convincing(candidates_of(DOUBTFUL), [words], [()], analysed()) == [
        WEAK if is_perhaps else doubtful
    ]


def test_most_of_the_words_are_perhaps_an_answer_where_the_scores_are_not_against_it() -> None:
    text = "landlocked sea court"
    words = [match(word, MatchKind.DICTIONARY, text=text) for word in ("sea", "court")]
    near, far = candidates_of((1.5, 0.75)), candidates_of((0.5, 0.6))
    assert confidences(near)[0] > LEAST > confidences(far)[0]
    assert convincing(near, [words], [()], analysed(text)) == [WEAK]
    assert convincing(far, [words], [()], analysed(text)) == confidences(far).tolist()
    assert convincing(near, [words[:1]], [()], analysed(text)) == confidences(near).tolist()


@pytest.mark.parametrize(("scores", "degree"), [((3.0, 1.2), Verdict.WEAK), ((1.5, 1.0), Verdict.NONE)])
def test_without_a_name_a_hit_is_one_degree_less_sure(scores: tuple[float, float], degree: Verdict) -> None:
    words, name = [match("Witkoff", MatchKind.NAME)], Span(8, 15)
    [sure] = convincing(candidates_of(scores), [words], [()], analysed())
    [less] = convincing(candidates_of(scores), [words], [[name]], analysed())
    assert Verdict.of(less) is degree
    assert less == pytest.approx(sure - (STRONG - WEAK) if sure >= STRONG else sure / 2)


def test_words_that_are_not_looked_for_need_no_answer() -> None:
    text = "Witkoff and Kushner"
    words = [match(word, MatchKind.NAME, text=text) for word in ("Witkoff", "Kushner")]
    assert convincing(candidates_of(DOUBTFUL), [words], [()], analysed(text)) == [WEAK]


def test_a_notion_of_several_words_is_as_sure_as_a_name() -> None:
    words = [match(TEXT, MatchKind.DICTIONARY)]
    one = AnalysedQuery(parse(TEXT), np.zeros(2, np.float32), tuple(tokens(TEXT))[:1], (EMPTY,))
    assert convincing(candidates_of(DOUBTFUL), [words], [()], one) == [WEAK]


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("Witkoff", Verdict.WEAK),
        ("Witkoff Kushner", Verdict.WEAK),
        ("drone attack", Verdict.STRONG),
        ("football", Verdict.NONE),
        ("Rosa Parks", Verdict.NONE),
    ],
)
def test_what_one_types_is_told_right_of_the_seeds(searcher: Searcher, query: str, verdict: Verdict) -> None:
    assert searcher.search(parse(query)).verdict is verdict
    assert searcher.search(parse(query, evidence=False)).verdict is verdict
    newest = searcher.search(parse(query, sort="newest"))
    assert newest.verdict is verdict
