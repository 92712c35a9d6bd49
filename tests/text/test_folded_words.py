"""hazm's words as Hudhud ships them are those that hazm has, folded."""

import hashlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.core.errors import LibraryBroken
from indexer.text.orthography import VERSION, folded_words, hazm_words, word_tables
from indexer.text.orthography.common import ZWNJ
from indexer.text.orthography.folded_words import FoldedWords, Spelling
from indexer.text.orthography.hazm_words import HAZM, HazmWords
from indexer.text.orthography.letters import fold, folds
from scripts import ship_words

TABLES = "3467ba126e81c4a96d2213a31d82f5ea4b37799aff6ff7c2c1fd51e4f6e5a0f0"
"""SHA-256 of the tables; whoever changes it raises `VERSION` in `common.py`, for answers change with them."""

BROKEN = "the word lists cannot be folded (no fasttext): install Hudhud again"

KNOWN = HazmWords(
    frequencies={
        "آفتاب": 5,
        "افتاب": 0,
        "بد": 3,
        "زبان": 7,
        "زبانها": 0,
        f"آتش{ZWNJ}بس": 2,
        f"گفت{ZWNJ}و{ZWNJ}گو": 4,
        f"گزارش{ZWNJ}شده": 6,
        f"می{ZWNJ}پرست": 0,
        "CD": 1,
    },
    adjectives=frozenset({"بد"}),
    verbs=frozenset({f"می{ZWNJ}رود", f"شده{ZWNJ}ام"}),
    present_stems={f"می{ZWNJ}رود": "رو", "رفته_است": "رو", "رفته است": "راه", f"می{ZWNJ}آید": "آی"},
)


@pytest.mark.skipif(not hazm_words.is_installed(), reason="hazm is not installed: `make` installs it")
def test_what_is_shipped_is_what_hazm_has() -> None:
    assert folded_words.folded(hazm_words.read()) == folded_words.shipped()


def test_the_tables_made_of_it_are_those_that_answers_rest_on() -> None:
    assert hashlib.sha256(word_tables.from_maker(word_tables.SHIPPED)).hexdigest() == TABLES


def test_what_is_shipped_is_small() -> None:
    assert ship_words.FILE.stat().st_size < 2_000_000


def test_folding_gives_each_spelling_its_marks() -> None:
    words = folded_words.folded(KNOWN)
    assert [*map(folded_words.spelling, words.spellings)] == [
        Spelling("اتشبس", f"آتش{ZWNJ}بس", 2, False, True),
        Spelling("افتاب", "افتاب", 0, False, False),
        Spelling("افتاب", "آفتاب", 5, False, False),
        Spelling("بد", "بد", 3, True, False),
        Spelling("زبان", "زبان", 7, False, False),
        Spelling("شدهام", f"شده{ZWNJ}ام", 0, False, True),
        Spelling("میرود", f"می{ZWNJ}رود", 0, False, True),
        Spelling("میپرست", f"می{ZWNJ}پرست", 0, False, True),
        Spelling("گزارششده", f"گزارش{ZWNJ}شده", 6, False, True),
        Spelling("گفتوگو", f"گفت{ZWNJ}و{ZWNJ}گو", 4, False, True),
    ]


def test_folding_tells_compounds_from_those_that_wordfreq_must_have() -> None:
    words = folded_words.folded(KNOWN)
    assert words.joins == ("اتش بس", "شده ام", "می رود", "گفت و گو", "گفت وگو", "گفتو گو")
    assert words.compounds == ("می پرست", "گزارش شده")


def test_verbs_are_known_by_their_present_stem() -> None:
    assert folded_words.folded(KNOWN).verbs == ("رفتهاست\t#رو", "میاید\t#ای", "میرود\t#رو")


def test_what_is_packed_is_read_again() -> None:
    words = folded_words.folded(KNOWN)
    assert folded_words.unpacked(folded_words.packed(words)) == words
    empty = FoldedWords((), (), (), ())
    assert folded_words.unpacked(folded_words.packed(empty)) == empty


def test_words_folded_in_another_way_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = folded_words.packed(folded_words.folded(KNOWN))
    monkeypatch.setattr(folded_words, "MADE_OF", "hazm 1.0, folded by version 99")
    with pytest.raises(LibraryBroken) as caught:
        folded_words.unpacked(packed)
    assert str(caught.value) == (
        f"hazm.txt.xz holds hazm {HAZM}, folded by version {VERSION}, "
        "and hazm 1.0, folded by version 99 is needed: install Hudhud again"
    )


@given(st.lists(st.text("ابتدرسقلمنیيکكهةوؤئءآأء" + ZWNJ + "\u0640\u064e 7aé'", max_size=6)))
def test_many_words_are_folded_as_each_of_them(words: list[str]) -> None:
    assert folds(words) == [fold(word) for word in words]


@pytest.mark.parametrize(("installed", "expected"), [(HAZM, True), ("0.9.0", False)])
def test_only_the_hazm_whose_words_are_shipped_is_read(
    monkeypatch: pytest.MonkeyPatch, installed: str, expected: bool
) -> None:
    monkeypatch.setattr(hazm_words, "version", lambda _: installed)
    assert hazm_words.is_installed() is expected


def test_hazm_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(hazm_words, "version", version)
    assert not hazm_words.is_installed()


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, ...]]]:
    """Stand-ins for the process that makes the tables, and what it was asked for."""

    def install(*, has_hazm: bool, runs: bool = True) -> list[tuple[str, ...]]:
        asked: list[tuple[str, ...]] = []

        def maker(*arguments: str) -> bytes:
            asked.append(arguments)
            if not (runs or arguments):
                raise LibraryBroken(BROKEN)
            return b"tables"

        monkeypatch.setattr(hazm_words, "is_installed", lambda: has_hazm)
        monkeypatch.setattr(word_tables, "from_maker", maker)
        return asked

    return install


def test_hazm_is_read_where_it_is_installed(makers: Callable[..., list[tuple[str, ...]]]) -> None:
    asked = makers(has_hazm=True)
    assert word_tables.made() == b"tables"
    assert asked == [()]


def test_what_is_shipped_is_read_where_hazm_is_not(makers: Callable[..., list[tuple[str, ...]]]) -> None:
    asked = makers(has_hazm=False)
    assert word_tables.made() == b"tables"
    assert asked == [(word_tables.SHIPPED,)]


def test_what_is_shipped_is_read_where_hazm_does_not_run(
    makers: Callable[..., list[tuple[str, ...]]], caplog: pytest.LogCaptureFixture
) -> None:
    asked = makers(has_hazm=True, runs=False)
    assert word_tables.made() == b"tables"
    assert asked == [(), (word_tables.SHIPPED,)]
    assert [record.getMessage() for record in caplog.records] == [
        f"hazm does not run, its words are taken as Hudhud ships them: {BROKEN}"
    ]
