"""What of a query is encoded, and what its words become."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from indexer.core.records import ALL_KINDS, KINDS, NO_EXPANSION, Expansion, MatchKind, QueryWord, Vectors
from indexer.text.orthography import is_arabic_script, is_number
from search_api.searching.analysis import MOST_WORDS, AnalysedQuery, analyse
from search_api.searching.query import Query, parse
from search_api.searching.query_encoder import QueryEncoder


class Words:
    """Expands a word into the number that is its length; remembers, and records what it expanded.

    With `arabic`, words in Arabic script are translated as well.
    """

    def __init__(self, *, arabic: bool = False) -> None:
        self.expanded: list[tuple[QueryWord, float | None]] = []
        self._arabic = arabic
        self._known: dict[tuple[QueryWord, frozenset[MatchKind]], Expansion] = {}

    def remembered(self, word: QueryWord, kinds: frozenset[MatchKind] = ALL_KINDS) -> Expansion | None:
        return self._known.get((word, kinds))

    def expand(
        self, word: QueryWord, vector: Vectors | None, kinds: frozenset[MatchKind] = ALL_KINDS
    ) -> Expansion:
        self.expanded.append((word, None if vector is None else float(vector[0])))
        terms, weights = np.array([len(word.folded)]), np.ones(1, np.float32)
        found = Expansion(word.folded, terms, weights, np.zeros(1, np.uint8))
        return self._known.setdefault((word, kinds), found)

    def is_translated(self, word: QueryWord) -> bool:
        return not is_number(word.folded) and (self._arabic or not is_arabic_script(word.folded))

    def longest(self, words: Sequence[str]) -> int:
        return min(len(words), 1)

    def knows(self, word: str) -> bool:
        return len(word) == 0

    def is_name(self, word: QueryWord, *, is_known: bool = False) -> bool:
        return word.is_capital and not is_known

    def word(self, number: int) -> str:
        return "x" * number


class Encoding:
    """Vectors that hold the length of a text, and a record of what was encoded."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return np.array([[len(text)] for text in texts], np.float32)


@pytest.fixture
def queries() -> Encoding:
    return Encoding()


@pytest.fixture
def words() -> Encoding:
    return Encoding()


def asked(query: Query, queries: Encoding, words: Encoding, lexicon: Words) -> AnalysedQuery:
    return analyse(query, QueryEncoder(queries, "q: "), QueryEncoder(words, "q: "), lexicon)


def test_a_query_has_a_vector_and_a_word_an_expansion(queries: Encoding, words: Encoding) -> None:
    analysed = asked(parse("Rain falls, Rain"), queries, words, Words())
    assert analysed.vector.tolist() == [len("q: Rain falls, Rain")]
    assert [(word.text, word.start, word.end) for word in analysed.words] == [
        ("rain", 0, 4),
        ("falls", 5, 10),
        ("rain", 12, 16),
    ]
    assert [expansion.word for expansion in analysed.expansions] == ["rain", "falls", "rain"]


def test_a_word_asked_twice_is_encoded_once(queries: Encoding, words: Encoding) -> None:
    lexicon = Words()
    analysed = asked(parse("Rain falls, Rain"), queries, words, lexicon)
    assert (queries.texts, words.texts) == (["q: Rain falls, Rain"], ["q: Rain", "q: falls"])
    assert analysed.expansions[0].terms.tolist() == analysed.expansions[2].terms.tolist() == [4]
    assert set(lexicon.expanded) == {
        (QueryWord("Rain", "rain", "en", is_capital=True), 7.0),
        (QueryWord("falls", "falls", "en"), 8.0),
    }


def test_a_word_of_an_earlier_query_is_not_encoded_again(queries: Encoding, words: Encoding) -> None:
    lexicon = Words()
    first = asked(parse("the heavy rain"), queries, words, lexicon)
    words.texts.clear()
    second = asked(parse("the heavy snow"), queries, words, lexicon)
    assert words.texts == ["q: snow"]
    assert second.expansions[:2] == first.expansions[:2]
    assert lexicon.expanded[-1] == (QueryWord("snow", "snow", "en"), 7.0)


def test_each_word_gets_its_own_vector(queries: Encoding, words: Encoding) -> None:
    lexicon = Words()
    asked(parse("a 12 bbb باران cc"), queries, words, lexicon)
    assert [(word.typed, vector) for word, vector in lexicon.expanded] == [
        ("12", None),
        ("باران", None),
        ("bbb", 6.0),
        ("cc", 5.0),
    ]


@pytest.mark.parametrize(
    ("arabic", "text", "expected"),
    [
        (False, "باران تند رشت", []),
        (True, "باران تند رشت", ["q: باران", "q: تند", "q: رشت"]),
        (True, "۱۲ ١٢ 12", []),
    ],
)
def test_only_words_that_are_translated_are_encoded(
    queries: Encoding, words: Encoding, arabic: bool, text: str, expected: list[str]
) -> None:
    lexicon = Words(arabic=arabic)
    analysed = asked(parse(text), queries, words, lexicon)
    assert (words.texts, len(analysed.expansions)) == (expected, 3)
    assert [vector is not None for _, vector in lexicon.expanded] == [bool(expected)] * 3


def test_a_word_is_encoded_in_its_usual_spelling(queries: Encoding, words: Encoding) -> None:
    asked(parse("باران شديد باريد"), queries, words, Words(arabic=True))
    assert words.texts == ["q: باران", "q: شدید", "q: بارید"]


@pytest.mark.parametrize(
    ("text", "looked_for"),
    [
        ("the rain in Rasht", ["rain", "rasht"]),
        ("باران در رشت", ["باران", "رشت"]),
        ("الأمطار في البصرة", ["الامطار", "البصره"]),
        ("to be or not to be", ["to", "be", "or", "not", "to", "be"]),
    ],
)
def test_function_words_are_not_looked_for_unless_there_are_no_others(
    queries: Encoding, words: Encoding, text: str, looked_for: list[str]
) -> None:
    analysed = asked(parse(text), queries, words, Words())
    assert len(analysed.expansions) == len(analysed.words)
    found = [expansion for expansion in analysed.expansions if expansion is not NO_EXPANSION]
    assert [expansion.word for expansion in found] == looked_for


def test_dates_and_what_is_left_out_are_no_words(queries: Encoding, words: Encoding) -> None:
    analysed = asked(parse('"heavy rain" of 9 September -snow'), queries, words, Words())
    assert [word.text for word in analysed.words] == ["heavy", "rain", "of"]
    assert queries.texts == ["q: heavy rain of 9 September"]
    assert words.texts == ["q: heavy", "q: rain"]


def test_of_many_words_the_first_are_looked_for(queries: Encoding, words: Encoding) -> None:
    text = " ".join(f"the word{number}" for number in range(100))
    analysed = asked(parse(f"{text} word0 word99"), queries, words, Words())
    assert (analysed.passed_over, analysed.sought) == (100 - MOST_WORDS, MOST_WORDS + 1)
    assert [expansion.word for expansion in analysed.expansions[1 : 2 * MOST_WORDS : 2]] == [
        f"word{number}" for number in range(MOST_WORDS)
    ]
    assert all(expansion is NO_EXPANSION for expansion in analysed.expansions[2 * MOST_WORDS : 200])
    assert len(words.texts) == MOST_WORDS
    assert asked(parse("heavy rain"), queries, words, Words()).passed_over == 0


def test_a_word_that_is_not_looked_for_has_no_terms() -> None:
    columns = (NO_EXPANSION.terms, NO_EXPANSION.weights, NO_EXPANSION.kinds)
    assert [column.tolist() for column in columns] == [[], [], []]
    assert (NO_EXPANSION.word, NO_EXPANSION.sounds) == ("", None)


def of_kinds(*kinds: MatchKind) -> Expansion:
    """A word that words of the index may stand for in these ways."""
    places = [KINDS.index(kind) for kind in kinds]
    return Expansion("x", np.arange(len(kinds)), np.ones(len(kinds), np.float32), np.array(places, np.uint8))


SAME, STEM = of_kinds(MatchKind.SAME, MatchKind.TRANSLATION), of_kinds(MatchKind.STEM)
ELSE, NOTHING = of_kinds(MatchKind.SOUND, MatchKind.TRANSLATION), of_kinds()


@pytest.mark.parametrize(
    ("expansions", "share"),
    [
        ((SAME, STEM), 1.0),
        ((SAME, ELSE, NOTHING, STEM), 2 / 4),
        ((NO_EXPANSION, SAME, ELSE, NO_EXPANSION), 1 / 2),
        ((ELSE,), 0.0),
        ((NO_EXPANSION,), 0.0),
    ],
)
def test_known_is_the_share_of_words_that_the_index_has(
    expansions: tuple[Expansion, ...], share: float
) -> None:
    assert AnalysedQuery(parse("x"), np.zeros(2, np.float32), (), expansions).known == share


def test_words_are_looked_up_while_the_query_is_encoded(words: Encoding) -> None:
    looked_up = threading.Event()

    class Watched(Words):
        def is_translated(self, word: QueryWord) -> bool:
            looked_up.set()
            return super().is_translated(word)

    def queries(texts: Sequence[str]) -> Vectors:
        assert looked_up.wait(10)
        return np.zeros((len(texts), 1), np.float32)

    assert (
        len(analyse(parse("rain"), QueryEncoder(queries, ""), QueryEncoder(words, ""), Watched()).words) == 1
    )


def test_words_that_need_no_vector_are_expanded_while_others_get_theirs(queries: Encoding) -> None:
    expanded = threading.Event()

    class Watched(Words):
        def expand(
            self, word: QueryWord, vector: Vectors | None, kinds: frozenset[MatchKind] = ALL_KINDS
        ) -> Expansion:
            if word.typed == "باران":
                expanded.set()
            return super().expand(word, vector, kinds)

    def words(texts: Sequence[str]) -> Vectors:
        assert expanded.wait(10)
        return np.zeros((len(texts), 1), np.float32)

    found = analyse(parse("rain باران"), QueryEncoder(queries, ""), QueryEncoder(words, ""), Watched())
    assert [expansion.word for expansion in found.expansions] == ["rain", "باران"]


def test_each_choice_of_kinds_has_expansions_of_its_own(queries: Encoding, words: Encoding) -> None:
    lexicon, encoders = Words(), (QueryEncoder(queries, ""), QueryEncoder(words, ""))
    everything = analyse(parse("rain"), *encoders, lexicon)
    some = analyse(parse("rain"), *encoders, lexicon, ALL_KINDS - {MatchKind.STEM})
    assert everything.expansions[0] is lexicon.remembered(QueryWord("rain", "rain", "en"))
    assert some.expansions[0] is not everything.expansions[0]
    assert len(lexicon.expanded) == 2


def test_the_model_reads_one_spelling_and_the_lexicon_what_was_typed(
    queries: Encoding, words: Encoding
) -> None:
    lexicon = Words()
    asked(parse("باران شديد كجا باريد"), queries, words, lexicon)
    assert queries.texts == ["q: باران شدید کجا بارید"]
    assert [word.typed for word, _ in lexicon.expanded] == ["باران", "شديد", "كجا", "باريد"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Abd al-Rahman in Cairo", ["abdalrahman", "in", "cairo"]),
        ("Abdullah al-Khatib", ["abdullah", "alkhatib"]),
        ("talks with Salah ad-Din", ["talks", "with", "salahaddin"]),
        ("Abu Mazen, Abu", ["abumazen", "abu"]),
        ("al Khatib", ["al", "khatib"]),
    ],
)
def test_a_name_of_several_words_is_looked_for_as_one(
    queries: Encoding, words: Encoding, text: str, expected: list[str]
) -> None:
    analysed = asked(parse(text), queries, words, Words())
    assert [word.text for word in analysed.words] == expected
    assert all(word.end <= len(text) for word in analysed.words)
