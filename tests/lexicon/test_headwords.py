"""From Persian words to Arabic ones and back, through the English headwords that both translate."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import encode

from indexer.core.records import ALL_KINDS, KINDS, QueryWord
from indexer.lexicon import dictionary, headwords, lexicon
from indexer.lexicon.dictionary import GLOSSARY, Dictionary
from indexer.lexicon.forms import Words, language_bit
from indexer.lexicon.headwords import NAME, Headwords, made, senses_between
from indexer.lexicon.lexicon import Lexicon
from indexer.storage import vocabulary
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography import fold

SMALL = Dictionary(
    {
        "milk": ["n\tشیر\t\tحليب"],
        "lion": ["n\tشیر\t\tأسد/أسود"],
        "tap": ["v\tضربه زدن\t\tنقر", "n\tشیر\t\tصنبور"],
        "hospital": ["n\tبیمارستان\tشفاخانه\tمستشفى"],
    },
    {"sher": ["person\tشیر\t\tشير"]},
)


def test_headwords_come_in_the_order_of_their_nearness_and_use() -> None:
    table = Headwords(made(SMALL))
    # tap has the word in its second sense; milk is used more than lion; a name comes behind words of its rank
    assert table.of(fold("شیر"), "fa") == ("milk", "lion", f"{NAME}sher", "tap")
    assert table.of(fold("شفاخانه"), "prs") == ("hospital",)
    assert table.of(fold("أسود"), "ar") == ("lion",)
    assert table.of(fold("مستشفى"), "fa") == ()


def test_a_form_is_found_by_its_stem() -> None:
    table = Headwords(made(SMALL))
    assert table.of(fold("بیمارستان\u200cها"), "fa") == ("hospital",)
    assert table.of(fold("المستشفى"), "ar") == ("hospital",)


def test_a_surname_does_not_hide_the_word_that_it_is() -> None:
    table = Headwords(
        made(Dictionary({"world": ["n\tجهان\t\tعالم"]}, {"alalem": ["person\tالعالم\t\tالعالم"]}))
    )
    assert table.of(fold("العالم"), "ar") == ("world", f"{NAME}alalem")


def test_an_inflected_word_is_found_by_its_nearest_form() -> None:
    known = Dictionary(
        {"virus": ["n\tویروس\t\tفيروس"], "say": ["v\tگفتن\t\tقال"], "states": ["n\tایالات\t\tولايات"]}
    )
    table = Headwords(made(known))
    assert table.of(fold("للفيروسات"), "ar") == ("virus",)
    assert table.of(fold("سيقولون"), "ar") == ("say",)
    [(sense, distance)] = senses_between(known, "states", fold("والولايات"), "ar")
    assert ([one.forms for one in sense.translations], distance) == ([("ایالات",)], 0)


@given(st.dictionaries(st.text("ابپتجد", min_size=1, max_size=4), st.text("abc", min_size=1), max_size=30))
def test_every_line_is_found_where_it_lies(pairs: dict[str, str]) -> None:
    lines = sorted(f"fa\t{word}\t{headword}\n".encode() for word, headword in pairs.items())
    table = Headwords(b"".join(lines))
    assert {word: table._at(f"fa\t{word}\t".encode()) for word in pairs} == {
        word: (headword,) for word, headword in pairs.items()
    }
    assert table._at("fa\tژ\t".encode()) == table._at("ar\tا\t".encode()) == ()


def test_only_the_senses_that_a_word_translates_count() -> None:
    word = fold("شیر")
    [(tap, distance)] = senses_between(SMALL, "tap", word, "fa")
    assert ([one.forms for one in tap.translations], distance) == ([("صنبور",)], 1)
    [(lion, distance)] = senses_between(SMALL, "lion", fold("أسود"), "ar")
    assert ([one.forms for one in lion.translations], distance) == ([("شیر",)], 0)
    [(name, _)] = senses_between(SMALL, f"{NAME}sher", word, "fa")
    assert [one.forms for one in name.translations] == [("شير",)]


def test_dari_is_no_other_language_than_persian() -> None:
    [(sense, distance)] = senses_between(SMALL, "hospital", fold("شفاخانه"), "prs")
    assert ([one.language for one in sense.translations], distance) == (["ar"], 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lexicon of a few words of both languages."""
    languages = {"حرب": "ar", "قتال": "ar", "المستشفی": "ar", "جنگ": "fa", "بیمارستان": "fa"}
    words = sorted(languages)
    bits = np.array([language_bit(languages[word]) for word in words], np.uint8)
    lexicon.write(Words(words, bits, np.ones(len(words), np.int64), 1), encode, tmp_path)
    vocabulary.write(words, tmp_path, "words")
    return tmp_path


def found(folder: Path, typed: str, language: str) -> dict[str, str]:
    """Words and kinds that a word is expanded into without a vector."""
    words = Vocabulary(folder, "words")
    expansion = Lexicon(folder, words).expand(QueryWord(typed, fold(typed), language), None, ALL_KINDS)
    pairs = zip(expansion.terms.tolist(), expansion.kinds.tolist(), strict=True)
    return {words[term]: KINDS[kind].value for term, kind in pairs}


def test_a_word_finds_the_other_language_without_a_vector(folder: Path) -> None:
    words = Lexicon(folder, Vocabulary(folder, "words"))
    assert not words.is_translated(QueryWord("جنگ", "جنگ", "fa"))
    assert words.is_translated(QueryWord("ناشناخته", "ناشناخته", "fa"))
    assert found(folder, "جنگ", "fa") == {"جنگ": "same", "حرب": "dictionary", "قتال": "dictionary"}
    assert found(folder, "مستشفى", "ar") == {"المستشفی": "stem", "بیمارستان": "dictionary"}


def test_what_the_dictionary_lacks_is_found_by_its_sound_in_the_other_language(tmp_path: Path) -> None:
    languages = {"پرتاگونیل": "fa", "برتاغونیل": "ar", "حرب": "ar", "جنگ": "fa", "جنق": "fa"}
    words = sorted(languages)
    bits = np.array([language_bit(languages[word]) for word in words], np.uint8)
    lexicon.write(Words(words, bits, np.ones(len(words), np.int64), 1), encode, tmp_path)
    vocabulary.write(words, tmp_path, "words")
    assert found(tmp_path, "برتاغونيل", "ar") == {"برتاغونیل": "same", "پرتاگونیل": "sound"}
    assert found(tmp_path, "پرتاگونیل", "fa") == {"پرتاگونیل": "same", "برتاغونیل": "sound"}
    assert found(tmp_path, "جنگ", "fa") == {"جنگ": "same", "حرب": "dictionary"}, "it has جنگ"


def test_a_glossary_goes_on_top(folder: Path) -> None:
    (folder / GLOSSARY).write_text("clinic\tn\tناشناخته\t\tالمستشفى\n", encoding="utf-8")
    assert found(folder, "ناشناخته", "fa") == {"المستشفی": "dictionary"}
    assert found(folder, "جنگ", "fa") == {"جنگ": "same", "حرب": "dictionary", "قتال": "dictionary"}


def test_senses_that_a_glossary_replaces_are_gone() -> None:
    known = SMALL.with_senses({"lion": ["n\tضرغام\t\tأسد"]})
    assert senses_between(known, "lion", fold("شیر"), "fa") == []


def test_an_index_of_one_language_asks_nobody(tmp_path: Path) -> None:
    lexicon.write(
        Words(["حرب"], np.array([language_bit("ar")], np.uint8), np.ones(1, np.int64), 1), encode, tmp_path
    )
    vocabulary.write(["حرب"], tmp_path, "words")
    assert found(tmp_path, "قتال", "ar") == {}


def test_the_table_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    monkeypatch.setattr(dictionary, "english", lambda: SMALL)
    headwords.english.cache_clear()
    assert headwords.english().of(fold("شفاخانه"), "prs") == ("hospital",)
    monkeypatch.setattr(headwords, "made", lambda known: b"")
    headwords.english.cache_clear()
    assert headwords.english().of(fold("شفاخانه"), "prs") == ("hospital",)
    headwords.english.cache_clear()


def test_where_nothing_can_be_written_it_is_made_for_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(dictionary, "english", lambda: SMALL)
    headwords.english.cache_clear()
    assert headwords.english().of(fold("شفاخانه"), "prs") == ("hospital",)
    headwords.english.cache_clear()
