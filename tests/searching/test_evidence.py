"""Which word of a passage answers which word of a query, by made-up expansions."""

from collections.abc import Sequence

import numpy as np
import pytest

from indexer.core.records import (
    ALL_KINDS,
    KINDS,
    NO_EXPANSION,
    Expansion,
    MatchKind,
    Numbers,
    Passage,
    Phrase,
    QueryWord,
    Scores,
    Vectors,
)
from indexer.text.orthography import tokens
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.evidence import (
    FAINT,
    LEAST_WEIGHTS,
    SHARE_OF_SOUND,
    SHORT_SOUND,
    SHORTEST_SOUND,
    SHORTEST_TRANSLATION,
    SURE_SOUND,
    Evidence,
    TextSpan,
    WordMatch,
)
from search_api.searching.query import parse

VOCABULARY = ["baker", "bread", "f35", "loaf", "rain", "از", "عبدالله", "علاءالدین", "میپزد"]
TEXT = "Rain. A baker's bread, a Loaf of bread; از باران، می پزد"
START = 100
TRANSLATION = KINDS.index(MatchKind.TRANSLATION)


class Words:
    """A vocabulary, and nothing learned."""

    def remembered(self, word: QueryWord, kinds: frozenset[MatchKind] = ALL_KINDS) -> Expansion | None:
        raise NotImplementedError

    def expand(
        self, word: QueryWord, vector: Vectors | None, kinds: frozenset[MatchKind] = ALL_KINDS
    ) -> Expansion:
        raise NotImplementedError

    def is_translated(self, word: QueryWord) -> bool:
        raise NotImplementedError

    def longest(self, words: Sequence[str]) -> int:
        return min(len(words), 1)

    def knows(self, word: str) -> bool:
        return len(word) == 0

    def is_name(self, word: QueryWord, *, is_known: bool = False) -> bool:
        return word.is_capital and not is_known

    def word(self, number: int) -> str:
        return VOCABULARY[number]


def found(
    text: str, *answers: dict[str, tuple[MatchKind, float]], there: str = TEXT
) -> list[tuple[str, str, int, str, float]]:
    """The matches in `there` for a query, of which each word has such answers."""
    words = tuple(tokens(text))
    expansions = tuple(
        Expansion(
            word.text,
            np.array([VOCABULARY.index(word) for word in given], np.int64),
            np.array([weight for _, weight in given.values()], np.float32),
            np.array([KINDS.index(kind) for kind, _ in given.values()], np.uint8),
        )
        for word, given in zip(words, answers, strict=True)
    )
    analysed = AnalysedQuery(parse(text), np.zeros(2, np.float32), words, expansions)
    passage = Passage(0, 0, START, START + len(there), there)
    return [
        (match.query.text, match.passage.text, match.passage.start - START, match.kind.value, match.weight)
        for match in Evidence(analysed, Words()).matches(passage)
    ]


def test_a_match_says_where_both_words_are() -> None:
    expansion = Expansion(
        "brot",
        np.array([VOCABULARY.index("loaf")]),
        np.array([0.75], np.float32),
        np.array([TRANSLATION], np.uint8),
    )
    analysed = AnalysedQuery(parse(" Brot"), np.zeros(2, np.float32), tuple(tokens(" Brot")), (expansion,))
    [match] = Evidence(analysed, Words()).matches(Passage(0, 0, START, START + len(TEXT), TEXT))
    place = START + TEXT.index("Loaf")
    there = TextSpan(place, place + 4, "Loaf")
    assert match == WordMatch(TextSpan(1, 5, "Brot"), there, MatchKind.TRANSLATION, 0.75)


def test_matches_stand_in_the_order_of_the_text_as_often_as_the_word() -> None:
    matches = found("bread", {"bread": (MatchKind.SAME, 1.0), "loaf": (MatchKind.TRANSLATION, 0.8)})
    assert matches == [
        ("bread", "bread", TEXT.index("bread"), "same", 1.0),
        ("bread", "Loaf", TEXT.index("Loaf"), "translation", 0.8),
        ("bread", "bread", TEXT.rindex("bread"), "same", 1.0),
    ]


@pytest.mark.parametrize(("first", "second", "winner"), [(0.5, 0.9, 1), (0.9, 0.5, 0), (0.7, 0.7, 0)])
def test_of_several_words_of_the_query_the_surest_counts_then_the_first(
    first: float, second: float, winner: int
) -> None:
    matches = found("first second", {"rain": (MatchKind.SOUND, first)}, {"rain": (MatchKind.STEM, second)})
    expected = [("first", "Rain", 0, "sound", first), ("second", "Rain", 0, "stem", second)]
    assert matches == [expected[winner]]


@pytest.mark.parametrize("kind", [MatchKind.SOUND, MatchKind.TRANSLATION])
def test_what_would_not_convince_is_left_out(kind: MatchKind) -> None:
    weak, enough = LEAST_WEIGHTS[kind] - 0.01, LEAST_WEIGHTS[kind] + 0.01
    matches = found("showers", {"rain": (kind, weak), "loaf": (kind, enough)})
    assert [(there, weight) for _, there, _, _, weight in matches] == [("Loaf", round(enough, 3))]


@pytest.mark.parametrize("kind", [MatchKind.SOUND, MatchKind.NAME])
def test_of_a_name_what_is_near_by_its_vector_is_a_guess_and_not_told(kind: MatchKind) -> None:
    matches = found("Bakeri", {"baker": (kind, 0.9), "loaf": (MatchKind.TRANSLATION, 1.0)})
    assert [(there, told) for _, there, _, told, _ in matches] == [("baker's", kind.value)]


def test_a_function_word_explains_nothing() -> None:
    answers = {"از": (MatchKind.SAME, 1.0), "rain": (MatchKind.SAME, 1.0)}
    assert [there for _, there, *_ in found("of", answers)] == ["Rain"]


@pytest.mark.parametrize(("length", "told"), [(SHORTEST_SOUND - 1, []), (SHORTEST_SOUND, ["Loaf"])])
def test_a_short_word_sounds_like_too_much(length: int, told: list[str]) -> None:
    assert [there for _, there, *_ in found("x" * length, {"loaf": (MatchKind.SOUND, 0.9)})] == told


@pytest.mark.parametrize(("length", "told"), [(SHORT_SOUND - 1, []), (SHORT_SOUND, ["Loaf"])])
def test_a_rather_short_word_must_sound_much_alike(length: int, told: list[str]) -> None:
    answers = {"loaf": (MatchKind.SOUND, SURE_SOUND - 0.1)}
    assert [there for _, there, *_ in found("x" * length, answers)] == told


@pytest.mark.parametrize("best", [MatchKind.SOUND, MatchKind.NAME])
@pytest.mark.parametrize(("share", "told"), [(-0.02, []), (0.02, ["Loaf"])])
def test_what_sounds_much_less_alike_than_the_best_of_the_index_is_another_word(
    best: MatchKind, share: float, told: list[str]
) -> None:
    answers = {"میپزد": (best, 0.9), "loaf": (MatchKind.SOUND, (SHARE_OF_SOUND + share) * 0.9)}
    assert [there for _, there, *_ in found("Bakeri", answers, there="Loaf")] == told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("x" * (SHORTEST_TRANSLATION - 1), []),
        ("x" * SHORTEST_TRANSLATION, ["Loaf"]),
        ("نان"[: SHORTEST_TRANSLATION - 1], ["Loaf"]),
    ],
)
def test_the_vector_of_a_short_word_in_latin_letters_says_little(asked: str, told: list[str]) -> None:
    assert [there for _, there, *_ in found(asked, {"loaf": (MatchKind.TRANSLATION, 1.0)})] == told


SENSES = {"loaf": (MatchKind.DICTIONARY, 0.4), "rain": (MatchKind.DICTIONARY, 0.9)}


def test_the_answer_to_the_next_word_tells_the_sense_of_its_neighbour() -> None:
    fresh = {"bread": (MatchKind.SAME, 1.0)}
    matches = found("second first", SENSES, fresh, there="Rain fell on him, a loaf of bread")
    assert [there for _, there, *_ in matches] == ["loaf", "bread"]


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("second far first", "Rain fell on him, a loaf of bread"),
        ("second first", "Rain fell on him, a loaf of that good bread"),
    ],
)
def test_only_neighbours_here_and_there_tell_a_sense(query: str, there: str) -> None:
    answers = [SENSES, *[{} for _ in query.split()[2:]], {"bread": (MatchKind.SAME, 1.0)}]
    assert [match for _, match, *_ in found(query, *answers, there=there)] == ["Rain", "bread"]


@pytest.mark.parametrize(("share", "told"), [(FAINT - 0.01, ["Rain"]), (FAINT + 0.01, ["Rain", "loaf"])])
def test_a_translation_that_counts_little_beside_another_is_left_out(share: float, told: list[str]) -> None:
    answers = {"rain": (MatchKind.DICTIONARY, 0.9), "loaf": (MatchKind.DICTIONARY, 0.9 * share)}
    assert [match for _, match, *_ in found("word", answers, there="Rain on a loaf")] == told


def test_neighbours_that_are_one_word_count_as_one() -> None:
    matches = found("bakes", {"میپزد": (MatchKind.TRANSLATION, 0.8)})
    assert matches == [("bakes", "می پزد", TEXT.index("می"), "translation", 0.8)]


@pytest.mark.parametrize("written", ["F-35", "F35", "اف-۳۵", "إف 35", "اف\u200c۳۵"])
def test_a_designation_counts_as_one_however_it_is_written(written: str) -> None:
    matches = found("F-35", {"f35": (MatchKind.SAME, 1.0)}, there=f"jets, {written} and F, 35")
    assert matches == [("F-35", written, 6, "same", 1.0)]


def test_a_name_of_two_words_counts_as_one() -> None:
    matches = found("Abdullah", {"عبدالله": (MatchKind.SOUND, 0.9)}, there="قال عبد الله إن عبد، الله")
    assert [there for _, there, *_ in matches] == ["عبد الله"]


@pytest.mark.parametrize("written", ["علاء الدين", "علا الدین"])
def test_a_name_counts_as_one_with_the_hamza_that_its_first_word_has_lost(written: str) -> None:
    matches = found("Alaeddin", {"علاءالدین": (MatchKind.SOUND, 0.9)}, there=f"قال {written} ذلك")
    assert [there for _, there, *_ in matches] == [written]


JOINED = ["می پزد", "می\u200cپزد", "می \u200c\u200f پزد", "می\u00a0پزد", "می\u2009\u200dپزد", "می\tپزد"]
APART = [
    "می. پزد",
    "می\nپزد",
    "می \n پزد",
    "می\r\nپزد",
    "می\u2028پزد",
    "می، پزد",
    "می-پزد",
    "می (پزد",
    "می\u0085پزد",
]


@pytest.mark.parametrize("text", JOINED)
def test_only_spaces_and_invisible_marks_lie_between_the_parts_of_a_word(text: str) -> None:
    matches = found("bakes", {"میپزد": (MatchKind.SAME, 0.8)}, there=f"نان {text}.")
    assert [(there, start) for _, there, start, *_ in matches] == [(text, len("نان "))]


@pytest.mark.parametrize("text", APART)
def test_words_are_not_joined_across_a_stop_or_the_end_of_a_line(text: str) -> None:
    assert found("bakes", {"میپزد": (MatchKind.SAME, 0.8)}, there=f"نان {text}.") == []


def test_a_word_that_is_not_looked_for_is_answered_by_nothing() -> None:
    analysed = AnalysedQuery(parse("the"), np.zeros(2, np.float32), tuple(tokens("the")), (NO_EXPANSION,))
    assert Evidence(analysed, Words()).matches(Passage(0, 0, 0, len(TEXT), TEXT)) == ()


def test_nothing_answers_nothing() -> None:
    assert found("word", {}) == []


def test_words_of_a_phrase_answer_where_they_stand_close_together() -> None:
    vocabulary = ["تجاوز", "جنسی"]

    class Two(Words):
        def word(self, number: int) -> str:
            return vocabulary[number]

    def part(term: int) -> tuple[Numbers, Scores]:
        return np.array([term]), np.ones(1, np.float32)

    phrase = Phrase((part(0), part(1)), 0.9, KINDS.index(MatchKind.DICTIONARY))
    expansion = Expansion(
        "rape", np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint8), None, (phrase,)
    )
    [token] = tokens("rape")
    analysed = AnalysedQuery(parse("rape"), np.zeros(1, np.float32), (token,), (expansion,))
    for text, expected in (
        ("او به تجاوز جنسی متهم شد", ["تجاوز جنسی"]),
        ("تجاوز آشکار و جنسی", ["تجاوز آشکار و جنسی"]),
        ("تجاوز به خاک کشور و خشونت جنسی", []),
        ("تجاوز", []),
        ("خشونت جنسی و تجاوز", []),
    ):
        matches = Evidence(analysed, Two()).matches(Passage(0, 0, 0, len(text), text))
        assert [match.passage.text for match in matches] == expected
        assert all((match.kind, match.weight) == (MatchKind.DICTIONARY, 0.9) for match in matches)


def test_a_word_inside_a_phrase_that_answers_the_same_word_is_not_told_again() -> None:
    phrase = Phrase(
        tuple((np.array([term]), np.ones(1, np.float32)) for term in (1, 0)),
        0.9,
        KINDS.index(MatchKind.DICTIONARY),
    )
    expansion = Expansion(
        "loaf",
        np.array([0, 1]),
        np.ones(2, np.float32),
        np.full(2, KINDS.index(MatchKind.DICTIONARY), np.uint8),
        None,
        (phrase,),
    )
    [token] = tokens("loaf")
    analysed = AnalysedQuery(parse("loaf"), np.zeros(1, np.float32), (token,), (expansion,))
    text = "bread baker, baker"
    matches = Evidence(analysed, Words()).matches(Passage(0, 0, 0, len(text), text))
    assert [match.passage.text for match in matches] == ["bread baker", "baker"]
