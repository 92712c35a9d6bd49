"""Names in Latin and Cyrillic letters, found in Arabic script among thousands of common words.

`name_spellings.tsv` has a name a line: its spellings, `|` between, the Persian and the Arabic one.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from making import encode

from indexer.core.records import KINDS, MatchKind, QueryWord
from indexer.lexicon import lexicon, word_vectors
from indexer.lexicon.forms import Words, language_bit
from indexer.lexicon.lexicon import Lexicon
from indexer.storage import vocabulary
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography import fold, is_arabic_script, tokens
from indexer.text.orthography.compounds import most_in_latin
from indexer.text.orthography.letters import gaps
from indexer.text.wordlists import most_frequent
from search_api.searching.evidence import LEAST_WEIGHTS

TABLE = Path(__file__).parent / "name_spellings.tsv"
DISTRACTORS = 4000
"""The most frequent words of each language."""
PERSIAN, ARABIC = 1, 2
"""Columns."""

COMMON = """
time people year way day thing man world life hand part child woman place work week case point government
company number group problem fact water power house country night story right study book lot family business
issue side kind head friend father hour game line end member law community name president minute idea body
information back parent face level office door health person history party result change morning reason
research girl guy teacher force education said good new first last long great little own other old high
different small large next early young important few public bad same able rain bread attack killed school
children police market price peace army border fire flood winter summer trade money worker vote election
court judge prison bridge road ship soldier enemy victory death birth marriage church field island mountain
garden kitchen window table chair letter paper bottle pencil clothes shoes carpet blanket
"""


@pytest.fixture(scope="module")
def names() -> list[list[str]]:
    return [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def words(names: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """The common words of both languages, and all names."""
    folder = tmp_path_factory.mktemp("names")
    known = {fold(word) for code in ("fa", "ar") for word in most_frequent(code, DISTRACTORS)}
    known |= {token.text for row in names for spelling in row[PERSIAN:] for token in tokens(spelling)}
    in_order = sorted(filter(is_arabic_script, filter(None, known)))
    both = np.full(len(in_order), language_bit("fa") | language_bit("ar"), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_vectors, "REFERENCE_WORDS", 30)
        lexicon.write(Words(in_order, both, np.ones(len(in_order), np.int64), 100), encode, folder)
    vocabulary.write(in_order, folder, "words")
    return Lexicon(folder, Vocabulary(folder, "words"))


def rank(words: Lexicon, asked: str, expected: str, others: set[str]) -> int:
    """Where `expected` stands among the words that sound like `asked`, 1 the best, without `others`."""
    found = [words.word(number) for number, _ in words.sound.matches(asked, limit=50)]
    counted = [word for word in found if word == expected or word not in others]
    return counted.index(expected) + 1 if expected in counted else len(counted) + 1000


def last_word(text: str) -> str:
    """The word of a name that is looked for, as typed: all, where that is one name, else the last."""
    found = tokens(text)
    count = most_in_latin([token.text for token in found], gaps(text, found))
    return text if count == len(found) else text[found[-1].start : found[-1].end]


def ranks(words: Lexicon, names: list[list[str]], column: int) -> Iterator[tuple[str, str, int]]:
    """Each spelling of each name, the word it should find, and its rank."""
    for spellings, *written in names:
        folds = {fold(last_word(one)) for one in written if one}
        if written[column - 1]:
            expected = tokens(written[column - 1])[-1].text
            others = folds | {tokens(one)[-1].text for one in written if one}
            for spelling in spellings.split("|"):
                yield spelling, expected, rank(words, last_word(spelling), expected, others)


def share(found: list[int], most: int) -> float:
    return sum(rank <= most for rank in found) / len(found)


@pytest.mark.parametrize(("column", "first"), [(PERSIAN, 0.89), (ARABIC, 0.88)])
def test_a_name_is_among_the_first_two_of_thousands(
    words: Lexicon, names: list[list[str]], column: int, first: float
) -> None:
    found = [place for _, _, place in ranks(words, names, column)]
    assert len(found) > 1900
    assert share(found, 2) >= 0.95
    assert share(found, 1) >= first


def test_names_in_cyrillic_letters_are_among_the_first_two(words: Lexicon, names: list[list[str]]) -> None:
    found = [
        place
        for column in (PERSIAN, ARABIC)
        for spelling, _, place in ranks(words, names, column)
        if spelling[0] > "\u0400"
    ]
    assert len(found) > 60
    assert share(found, 2) >= 0.95


def test_a_persian_spelling_finds_the_arabic_one(words: Lexicon, names: list[list[str]]) -> None:
    pairs = [[last_word(one) for one in row[PERSIAN:]] for row in names if row[PERSIAN] and row[ARABIC]]
    found = [
        rank(words, persian, fold(arabic), {fold(persian)})
        for persian, arabic in pairs
        if fold(persian) != fold(arabic)
    ]
    assert len(found) > 200
    assert share(found, 2) >= 0.94


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("Farhadi", "فرهادی"),
        ("Abdullah", "عبدالله"),
        ("Abdurrahman", "عبدالرحمن"),
        ("Abd al-Rahman", "عبدالرحمن"),
        ("Aboul Gheit", "ابوالغیط"),
        ("Nasreddine", "نصرالدین"),
        ("Salah al-Din", "صلاحالدین"),
        ("Hezbollah", "حزبالله"),
        ("Issa", "عیسی"),
        ("Moussa", "موسی"),
        ("Mustafa", "مصطفی"),
        ("Djamal", "جمال"),
        ("Khadidja", "خدیجه"),
        ("Asim", "عاصم"),
        ("Khamenei", "خامنیی"),
        ("Зеленский", "زلنسکی"),
    ],
)
def test_a_name_is_found_before_all_words(words: Lexicon, typed: str, best: str) -> None:
    folded = "".join(token.text for token in tokens(typed))
    expansion = words.expand(QueryWord(typed, folded, "en"), None)
    found = dict(zip(map(words.word, expansion.terms.tolist()), expansion.weights.tolist(), strict=True))
    assert found[best] == max(found.values()) > 0.6


def test_ordinary_words_of_english_find_nothing_that_evidence_shows(words: Lexicon) -> None:
    assert len(set(COMMON.split())) >= 148
    sound = KINDS.index(MatchKind.SOUND)
    found = {}
    for word in COMMON.split():
        expansion = words.expand(QueryWord(word, word, "en"), None)
        weights = expansion.weights[expansion.kinds == sound]
        found[word] = float(weights.max(initial=0.0))
    least = LEAST_WEIGHTS[MatchKind.SOUND]
    assert {word: weight for word, weight in found.items() if weight >= least} == {}
