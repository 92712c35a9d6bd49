"""Translations as the terms of an index: forms, phrases, and the words that only carry others."""

from pathlib import Path

import numpy as np
import pytest

from indexer.lexicon import forms, translations
from indexer.lexicon.dictionary import Dictionary
from indexer.lexicon.forms import Forms, Words, language_bit
from indexer.lexicon.translations import FORM_WEIGHT, LATER_ALTERNATIVE, LATER_SENSE, Found, Translations
from indexer.storage import vocabulary
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography import tokens

PERSIAN = (
    "روز تهران تهران\u200cها زندان زندان\u200cها حبس حمله"
    " یورش گفت گفته می\u200cگوید تجاوز جنسی اعتصاب نخست\u200cوزیر"
)
ARABIC = "سجن السجن سجون رئيس الوزراء وزراء إضراب"


@pytest.fixture
def found(tmp_path: Path) -> Translations:
    languages: dict[str, int] = {}
    for language, text in (("fa", PERSIAN), ("ar", ARABIC)):
        for token in tokens(text.replace(" ", " | ")):
            languages[token.text] = languages.get(token.text, 0) | language_bit(language)
    terms = sorted(languages)
    bits = np.array([languages[term] for term in terms], np.uint8)
    words = Words(terms, bits, np.ones(len(terms), np.int64), 1)
    vocabulary.write(terms, tmp_path, "words")
    forms.write(words, tmp_path, None, np.full(len(terms), -1, np.int64))
    return Translations(Vocabulary(tmp_path, "words"), Forms(tmp_path, len(terms)))


def of(found: Translations, *lines: str) -> tuple[Found, dict[str, float]]:
    known = found.of(Dictionary({"asked": lines}).senses("asked"))
    return known, {found._terms[term]: round(weight, 3) for term, weight in known.terms.items()}


def test_a_translation_counts_in_all_its_forms(found: Translations) -> None:
    _, terms = of(found, "n\tزندان\t\tسجن/سجون")
    assert terms == {"زندان": 1.0, "زندانها": FORM_WEIGHT, "سجن": 1.0, "السجن": FORM_WEIGHT, "سجون": 1.0}


def test_the_first_alternative_and_the_first_sense_count_most(found: Translations) -> None:
    _, terms = of(found, "n\tحمله|یورش\t\t", "n\tاعتصاب\t\tإضراب")
    assert terms == {"حمله": 1.0, "یورش": LATER_ALTERNATIVE, "اعتصاب": LATER_SENSE, "اضراب": LATER_SENSE}


def test_another_form_of_a_name_holds_the_name(found: Translations) -> None:
    _, name = of(found, "name\tروزهای|تهران\t\tالسجن")
    assert name == {
        "تهران": LATER_ALTERNATIVE,
        "تهرانها": pytest.approx(FORM_WEIGHT * LATER_ALTERNATIVE),
        "السجن": 1.0,
        "سجن": FORM_WEIGHT,
    }
    _, word = of(found, "n\tروزهای\t\t")
    assert word == {"روز": FORM_WEIGHT}


def test_a_light_verb_is_not_looked_for(found: Translations) -> None:
    known, terms = of(found, "v\tحمله کردن|یورش بردن\t\t")
    assert (terms, known.phrases) == ({"حمله": 1.0, "یورش": LATER_ALTERNATIVE}, ())


def test_a_verb_is_found_in_past_and_present(found: Translations) -> None:
    _, terms = of(found, "v\tگفتن\t\t")
    assert terms == {"گفت": 1.0, "گفته": 1.0, "میگوید": FORM_WEIGHT}
    _, noun = of(found, "n\tگفتن\t\t")
    assert noun == {}


def test_words_that_only_mean_it_together_are_a_phrase(found: Translations) -> None:
    known, terms = of(found, "n\tتجاوز جنسی\t\tرئيس الوزراء")
    assert terms == {}
    parts = [
        [found._terms[term] for numbers, _ in phrase.parts for term in numbers.tolist()]
        for phrase in known.phrases
    ]
    assert parts == [["تجاوز", "جنسی"], ["رییس", "الوزرا", "وزرا"]]
    assert [phrase.weight for phrase in known.phrases] == [1.0, 1.0]


def test_a_phrase_of_which_the_index_lacks_a_word_is_none(found: Translations) -> None:
    known, terms = of(found, "n\tتجاوز نظامی\t\t")
    assert (known.phrases, terms) == ((), {})


def test_what_dictionaries_join_is_one_word(found: Translations) -> None:
    known, terms = of(found, "n\tنخست وزیر\t\t")
    assert (known.phrases, terms) == ((), {"نخستوزیر": 1.0})
    assert translations.LEAST_WEIGHT < LATER_SENSE < 1
