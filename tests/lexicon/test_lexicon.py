"""What words of an index may stand for a word of a query, with the real model and a vocabulary of our own."""

import math
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import encode
from numpy.typing import NDArray

from indexer.core.bounded import OVERHEAD, Bounded
from indexer.core.errors import IndexDamaged
from indexer.core.protocols import Encoder
from indexer.core.records import ALL_KINDS, KINDS, Expansion, MatchKind, QueryWord, Vectors
from indexer.drafting.fixed_texts import FixedTexts
from indexer.lexicon import forms, lexicon, sounding, word_vectors
from indexer.lexicon.dictionary import english
from indexer.lexicon.forms import Words, language_bit
from indexer.lexicon.lexicon import Lexicon
from indexer.models.model import Model
from indexer.storage import vocabulary
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography import encoder_input, tokens
from indexer.text.orthography.stems import stem
from indexer.vectors import row_blocks
from indexer.vectors.cache import keys_of
from indexer.vectors.row_blocks import RowBlocks

PERSIAN = (
    "بیمارستان بیمارستان\u200cها کی\u200cیف زلنسکی اوکراین انتخابات باران باران\u200cها سیل "
    "تهران مدرسه دانشگاه جنگ صلح"
    " آب نان خانه بازار کتاب کتاب\u200cهای پول دولت وزیر ارتش پلیس بیماری پزشک مردم کودکان "
    "زلزله نفت گاز ۲۰۲۵ خبر"
)
ARABIC = (
    "مستشفى المستشفى المستشفيات كييف زيلنسكي أوكرانيا انتخابات المطر فيضانات المدرسة الجامعة الرئيس الحرب"
    " السلام الماء الخبز البيت السوق الكتاب المال الحكومة الوزير الجيش الشرطة المرض الطبيب الناس خبر نادر"
)
RARE = "نادر"
Found = dict[str, tuple[float, str]]
OWN = frozenset({MatchKind.SAME, MatchKind.STEM})


def languages_of_words() -> dict[str, set[str]]:
    languages: dict[str, set[str]] = {}
    for language, text in (("fa", PERSIAN), ("ar", ARABIC)):
        for token in tokens(text.replace(" ", " | ")):
            languages.setdefault(token.text, set()).add(language)
    return languages


LANGUAGES = languages_of_words()
WORDS = sorted(LANGUAGES)


def words_of(languages: Mapping[str, Iterable[str]], rare: Iterable[str] = ()) -> Words:
    """The vocabulary of an index: words with the languages that they stand in."""
    in_order = sorted(languages)
    bits = [sum(map(language_bit, languages[word])) for word in in_order]
    sentences = [1 if word in set(rare) else 2 for word in in_order]
    return Words(in_order, np.array(bits, np.uint8), np.array(sentences, np.int64), 2)


@pytest.fixture(scope="module")
def folder(model: Model, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vocabulary and its lexicon; frequent words of English have the vectors of this machine."""
    folder = tmp_path_factory.mktemp("lexicon")
    prompt = model.prompts.query
    fixed = partial(FixedTexts.of(model, encoder).encode, prompt=prompt)

    def prompted(texts: Sequence[str]) -> Vectors:
        return encoder.encode([prompt + text for text in texts])

    names = lexicon.write(words_of(LANGUAGES, [RARE]), prompted, folder, encode_reference=fixed)
    assert {str(found.relative_to(folder)) for found in folder.rglob("*") if found.is_file()} == set(names)
    vocabulary.write(WORDS, folder, "words")
    return folder


@pytest.fixture
def words(folder: Path) -> Lexicon:
    return Lexicon(folder, Vocabulary(folder, "words"))


@pytest.fixture
def damaged(folder: Path, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    return Path(shutil.copytree(folder, tmp_path / "lexicon"))


@pytest.fixture
def vector_of(model: Model, encoder: Encoder) -> "VectorOf":
    return VectorOf(model, encoder)


class VectorOf:
    """The vector of a query's word."""

    def __init__(self, model: Model, encoder: Encoder) -> None:
        self._prompt = model.prompts.query
        self._encoder = encoder

    def __call__(self, word: str) -> Vectors:
        vector: Vectors = self._encoder.encode_queries([self._prompt + word])[0]
        return vector


def read(expansion: Expansion | None) -> Found:
    """Weight, to four places, and kind by word."""
    assert expansion is not None
    assert expansion.terms.tolist() == sorted(set(expansion.terms.tolist()))
    assert ((expansion.weights > 0) & (expansion.weights <= 1)).all()
    rows = zip(expansion.terms.tolist(), expansion.weights.tolist(), expansion.kinds.tolist(), strict=True)
    return {WORDS[term]: (round(weight, 4), KINDS[kind].value) for term, weight, kind in rows}


def expanded(
    words: Lexicon,
    typed: str,
    language: str,
    vector: Vectors | None = None,
    kinds: frozenset[MatchKind] = ALL_KINDS,
) -> Expansion:
    [token] = tokens(typed)
    return words.expand(QueryWord(typed, token.text, language), vector, kinds)


def test_a_word_is_found_by_its_translations(words: Lexicon, vector_of: VectorOf) -> None:
    found = read(expanded(words, "hospital", "de", vector_of("hospital")))
    assert set(found) == {"بیمارستان", "بیمارستانها", "مستشفی", "المستشفی", "المستشفیات"}
    assert {kind for _, kind in found.values()} == {"translation"}
    assert max(weight for weight, _ in found.values()) == 1.0
    assert read(expanded(words, "war", "de", vector_of("war")))["جنگ"] == (1.0, "translation")


def test_forms_of_a_translation_count_less(words: Lexicon, vector_of: VectorOf) -> None:
    found = read(expanded(words, "hospital", "de", vector_of("hospital")))
    weight = found["بیمارستان"][0]
    assert found["بیمارستانها"][0] == pytest.approx(forms.STEM_WEIGHT * weight, abs=1e-4)


def test_a_name_is_found_by_its_sound_in_both_scripts(words: Lexicon) -> None:
    assert {word: kind for word, (_, kind) in read(expanded(words, "Kyiv", "de")).items()} == {
        "کییف": "sound"
    }
    found = read(expanded(words, "Zelensky", "de"))
    assert {word: kind for word, (_, kind) in found.items()} == {"زلنسکی": "sound", "زیلنسکی": "sound"}


def test_weights_of_sound_rise_with_likeness_and_fall_off_from_the_best(words: Lexicon) -> None:
    alike = dict(words.sound.matches("Zelensky", floor=0.6, limit=8))
    best = max(alike.values())
    found = read(expanded(words, "Zelensky", "de"))
    for word in ("زلنسکی", "زیلنسکی"):
        here = alike[WORDS.index(word)]
        expected = ((here - 0.6) / 0.4) ** 2 * math.exp((here - best) / sounding.SOUND_DECAY)
        assert found[word][0] == pytest.approx(expected, abs=1e-4)


def test_a_designation_is_found_by_its_number_too(tmp_path: Path) -> None:
    known = ["130", "35", "f35"]
    lexicon.write(words_of({word: ["fa"] for word in known}), of_numbers, tmp_path)
    vocabulary.write(known, tmp_path, "words")
    alone = Lexicon(tmp_path, Vocabulary(tmp_path, "words"))
    found = {}
    for typed in ("C-131", "C-130", "F-35", "35"):
        expansion = expanded(alone, typed, "en")
        weights = [round(weight, 4) for weight in expansion.weights.tolist()]
        found[typed] = dict(zip(map(alone.word, expansion.terms.tolist()), weights, strict=True))
    share = lexicon.NUMBER_WEIGHT
    assert found == {
        "C-131": {},
        "C-130": {"130": share},
        "F-35": {"f35": 1.0, "35": share},
        "35": {"35": 1.0},
    }


def test_what_sounds_alike_and_is_near_by_its_vector_is_a_name(words: Lexicon, vector_of: VectorOf) -> None:
    by_sound = read(expanded(words, "Kyiv", "de"))["کییف"][0]
    expansion = expanded(words, "Kyiv", "de", vector_of("Kyiv"))
    # it sounds alike, and is nearest by its vector: a name in the other script, for sure
    assert read(expansion)["کییف"] == (1.0, "sound")
    assert by_sound < 1.0
    assert read(expansion.sounds) == {"کییف": (by_sound, "sound")}


def test_the_dictionary_leads_where_it_knows_a_word(words: Lexicon) -> None:
    hospital = QueryWord("Hospitals", "hospitals", "en")
    assert not words.is_translated(hospital)
    found = read(words.expand(hospital, None))
    assert found == {
        "بیمارستان": (1.0, "dictionary"),
        "بیمارستانها": (0.8, "dictionary"),
        "مستشفی": (1.0, "dictionary"),
        "المستشفی": (0.8, "dictionary"),
        "المستشفیات": (0.8, "dictionary"),
    }


def test_a_word_whose_translations_the_index_lacks_is_translated_by_its_vector(words: Lexicon) -> None:
    assert words.is_translated(QueryWord("penguin", "penguin", "en"))
    assert words.is_translated(QueryWord("hospital", "hospital", "de"))
    assert not words.knows("xqzzt")


def test_words_are_one_notion_where_the_index_has_a_translation_of_it(words: Lexicon) -> None:
    assert words.longest(["prime", "ministers", "met"]) == 2
    assert list(english().together(["hospital", "bed"])) == [2]
    assert words.longest(["hospital", "bed"]) == 1


@pytest.mark.parametrize(
    ("name", "count"),
    [("buenos aires", 2), ("port of spain", 3), ("zaporizhzhia nuclear plant", 1)],
)
def test_a_name_is_one_notion_unless_it_says_what_is_of_another(
    words: Lexicon, name: str, count: int
) -> None:
    assert len(name.split()) in list(english().together(name.split()))
    assert words.longest(name.split()) == count


def test_a_notion_is_found_by_its_words_together_in_the_order_of_the_index(words: Lexicon) -> None:
    notion = QueryWord("school books", "school books", "en")
    [apart] = words.expand(notion, None).phrases
    assert (apart.weight, KINDS[apart.kind]) == (lexicon.APART, MatchKind.DICTIONARY)
    books, schools = ({words.word(term) for term in terms.tolist()} for terms, _ in apart.parts)
    assert {"کتاب", "کتابهای", "الکتاب"} <= books
    assert {"مدرسه", "المدرسه"} <= schools
    for one in ("school", "school the", "school xqzzt"):
        assert words.expand(QueryWord(one, one, "en"), None).phrases == ()
    without = ALL_KINDS - {MatchKind.DICTIONARY}
    assert words.expand(notion, None, without).phrases == ()


@pytest.mark.parametrize(
    ("typed", "is_capital", "sounds"),
    [("prison", False, False), ("Prison", True, True), ("the", False, False), ("Zelenskyy", False, True)],
)
def test_a_common_word_is_no_name_unless_it_is_written_as_one(
    words: Lexicon, typed: str, is_capital: bool, sounds: bool
) -> None:
    word = QueryWord(typed, typed.casefold(), "en", is_capital)
    assert words._may_be_a_name(word) is sounds


def test_a_word_is_found_itself_and_by_its_stem(words: Lexicon) -> None:
    assert read(expanded(words, "باران", "fa", kinds=OWN)) == {
        "باران": (1.0, "same"),
        "بارانها": (0.7, "stem"),
    }
    assert read(expanded(words, "بيمارستان\u200cهای", "fa", kinds=OWN)) == {
        "بیمارستان": (0.7, "stem"),
        "بیمارستانها": (0.7, "stem"),
    }
    assert read(expanded(words, "بالمدرسة", "ar", kinds=OWN)) == {"المدرسه": (0.7, "stem")}


@pytest.mark.parametrize("language", ["fa", "ar"])
def test_a_word_of_both_languages_is_found_by_its_stem_in_both(words: Lexicon, language: str) -> None:
    assert read(expanded(words, "كتاب", language, kinds=OWN)) == {
        "کتاب": (1.0, "same"),
        "کتابهای": (0.7, "stem"),
        "الکتاب": (0.7, "stem"),
    }


ACROSS = [
    ("بیمارستانک", "fa", {"مستشفی", "المستشفی", "المستشفیات"}),
    ("بیمارستانک", "prs", {"مستشفی", "المستشفی", "المستشفیات"}),
    ("مستشفيل", "ar", {"بیمارستان", "بیمارستانها"}),
]
"""Words that the dictionary does not know."""


@pytest.mark.parametrize(("typed", "language", "translations"), ACROSS)
def test_persian_and_arabic_are_translated_into_each_other_by_vectors(
    words: Lexicon, vector_of: VectorOf, typed: str, language: str, translations: set[str]
) -> None:
    assert words.is_translated(QueryWord(typed, tokens(typed)[0].text, language))
    found = read(expanded(words, typed, language, vector_of(typed)))
    by_meaning = {word: weight for word, (weight, kind) in found.items() if kind == "translation"}
    assert translations <= set(by_meaning)
    assert max(by_meaning, key=by_meaning.__getitem__) in translations


@pytest.mark.parametrize("language", ["fa", "ar"])
@pytest.mark.parametrize("word", ["rain", "باران", "مطر", "hospital"])
def test_no_word_of_arabic_script_is_translated_into_its_own_language(
    words: Lexicon, vector_of: VectorOf, word: str, language: str
) -> None:
    code = int(language == "ar")
    numbers, weights = words.word_vectors.translations(vector_of(word), code)
    of_words = dict(
        zip(words.word_vectors._words.tolist(), words.word_vectors._languages.tolist(), strict=True)
    )
    assert numbers
    assert {of_words[number] for number in numbers} == {1 - code}
    assert all(0 < weight <= 1 for weight in weights)


def test_a_word_of_another_script_is_translated_into_every_language(
    words: Lexicon, vector_of: VectorOf
) -> None:
    found = read(expanded(words, "rain", "fa", vector_of("rain")))
    assert {"باران", "المطر"} <= set(found)


@pytest.mark.parametrize(
    ("of_index", "asked"),
    [(("fa",), {"fa": False, "prs": False, "ar": True}), (("ar",), {"fa": True, "prs": True, "ar": False})],
)
def test_in_an_index_of_one_language_no_vector_is_asked_for(
    tmp_path: Path, of_index: tuple[str, ...], asked: dict[str, bool]
) -> None:
    known = ["رشتی", "سیلک"]
    lexicon.write(words_of(dict.fromkeys(known, of_index)), of_numbers, tmp_path)
    vocabulary.write(known, tmp_path, "words")
    alone = Lexicon(tmp_path, Vocabulary(tmp_path, "words"))
    assert {code: alone.is_translated(QueryWord("رشتی", "رشتی", code)) for code in asked} == asked
    assert alone.is_translated(QueryWord("rain", "rain", of_index[0]))
    assert not alone.is_translated(QueryWord("۲۰۲۵", "2025", "en"))


@pytest.mark.parametrize(
    ("left_out", "typed", "language", "lost"),
    [
        (MatchKind.SAME, "باران", "fa", {"باران": "same"}),
        (MatchKind.STEM, "باران", "fa", {"بارانها": "stem"}),
        (MatchKind.SOUND, "Zelensky", "de", {"زلنسکی": "sound", "زیلنسکی": "sound"}),
        (MatchKind.NAME, "Zelensky", "en", {"زلنسکی": "name", "زیلنسکی": "name"}),
    ],
)
def test_a_kind_that_is_left_out_finds_nothing(
    words: Lexicon, left_out: MatchKind, typed: str, language: str, lost: dict[str, str]
) -> None:
    everything = read(expanded(words, typed, language))
    rest = read(expanded(words, typed, language, kinds=ALL_KINDS - {left_out}))
    assert lost.items() <= {word: kind for word, (_, kind) in everything.items()}.items()
    assert left_out.value not in {kind for _, kind in rest.values()}
    only = read(expanded(words, typed, language, kinds=frozenset({left_out})))
    assert {word: kind for word, (_, kind) in only.items()}.items() >= lost.items()
    assert {kind for _, kind in only.values()} == {left_out.value}


@pytest.mark.parametrize("typed", ["2025", "۲۰۲۵", "٢٠٢٥"])
def test_a_number_is_only_found_itself(words: Lexicon, typed: str) -> None:
    for language in ("fa", "ar", "en"):
        assert read(expanded(words, typed, language)) == {"2025": (1.0, "same")}
    assert read(expanded(words, "2026", "en")) == {}


def test_what_is_like_nothing_stands_for_nothing(words: Lexicon, vector_of: VectorOf) -> None:
    assert read(expanded(words, "zzqx", "en", vector_of("zzqx"))) == {}


@pytest.mark.parametrize(
    ("folded", "expected"), [("kyiv", True), ("ky", False), ("2025", False), ("کییف", False), ("bbc", True)]
)
def test_only_latin_words_of_three_letters_are_compared_by_sound(
    words: Lexicon, folded: str, expected: bool
) -> None:
    assert words.is_sounded(folded) is expected


def test_an_expansion_is_remembered_as_it_was(
    words: Lexicon, vector_of: VectorOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    expanded(words, "Rain", "en", vector_of("Rain"))
    expanded(words, "2025", "en")
    room = expanded(words, "Rain", "en", vector_of("Rain")).size + 4 * 8 + OVERHEAD
    room += expanded(words, "2025", "en").size + 4 * 8 + OVERHEAD
    monkeypatch.setattr(words, "_remembered", Bounded(room))
    rain, number = QueryWord("Rain", "rain", "en"), QueryWord("2025", "2025", "en")
    assert words.remembered(rain) is None
    fresh = expanded(words, "Rain", "en", vector_of("Rain"))
    assert words.remembered(rain) is fresh
    assert words.remembered(QueryWord("rain", "rain", "en")) is None
    assert words.remembered(QueryWord("Rain", "rain", "fa")) is None
    assert words.remembered(rain, ALL_KINDS - {MatchKind.SOUND}) is None
    again = expanded(words, "Rain", "en", vector_of("Rain"))
    assert read(again) == read(fresh)
    assert read(again.sounds) == read(fresh.sounds)
    expanded(words, "2025", "en")
    expanded(words, "2026", "en")
    assert words.remembered(rain) is None
    assert words.remembered(number) is not None


FOLLOWERS = frozenset({"بارانها", "بیمارستانها", "المستشفیات", "مستشفی", "وزیر", "کتاب", "کتابهای"})
"""Words that have the stem of an earlier one."""


def test_frequent_words_of_arabic_script_have_vectors(folder: Path) -> None:
    with_vectors = [word for word in WORDS if word not in {RARE, "2025", *FOLLOWERS}]
    assert [WORDS[number] for number in np.load(folder / word_vectors.VECTOR_WORDS)] == with_vectors
    arabic = np.load(folder / word_vectors.VECTOR_LANGUAGES)
    spelled = dict(zip(with_vectors, arabic.tolist(), strict=True))
    assert (spelled["المطر"], spelled["باران"], spelled["فیضانات"], spelled["سیل"]) == (1, 0, 1, 0)


def test_a_stem_is_led_by_its_most_frequent_word(tmp_path: Path) -> None:
    of_words = {"باران": 2, "بارانها": 3, "بارانهای": 3, "سیل": 1, "کتاب": 1, "کتابهای": 1}
    known = sorted(of_words)
    bits = np.full(len(known), language_bit("fa"), np.uint8)
    words = Words(known, bits, np.array([of_words[word] for word in known], np.int64), 2)
    lexicon.write(words, of_numbers, tmp_path)
    vectors = np.load(tmp_path / word_vectors.VECTOR_WORDS).tolist()
    # once each, the forms of کتاب stand in two sentences together, سیل in one
    assert [known[number] for number in vectors] == ["بارانها", "کتاب"]


def test_cosines_do_not_depend_on_what_stands_beside() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(700, 384)).astype(np.float32)
    reference = chance.normal(size=(50, 384)).astype(np.float32)
    together = word_vectors._cosines(vectors, reference)
    np.testing.assert_allclose(together, vectors @ reference.T, rtol=1e-4, atol=1e-4)
    for number in (0, 255, 256, 699):
        np.testing.assert_array_equal(
            word_vectors._cosines(vectors[number : number + 1], reference)[0], together[number]
        )


def stored(folder: Path) -> NDArray[np.float16]:
    """The vectors of all words that have one."""
    vectors = RowBlocks(folder, word_vectors.VECTORS)
    return vectors[np.arange(len(vectors))]


def test_nearness_is_csls(words: Lexicon, folder: Path, vector_of: VectorOf) -> None:
    """The formula of the module's docstring, over all vectors at once."""
    vector = vector_of("rain")
    vectors = stored(folder).astype(np.float32)
    hubness, spread = (
        np.load(folder / word_vectors.VECTOR_HUBNESS),
        float(np.load(folder / word_vectors.SPREAD)),
    )
    cosines = vectors @ vector
    csls = (2 * cosines - np.sort(cosines)[-10:].mean() - hubness) / spread
    weights = np.exp((csls - csls.max()) / 2.0) * min(1.0, max(0.0, csls.max() / 2.0))
    found, expected = words.word_vectors.translations(vector, None), {}
    for number, weight in zip(np.load(folder / word_vectors.VECTOR_WORDS), weights, strict=True):
        if weight >= 0.05:
            expected[int(number)] = pytest.approx(float(weight), rel=1e-3)
    assert dict(zip(*found, strict=True)) == expected
    assert WORDS.index("باران") in expected


def test_hubness_is_the_nearness_to_frequent_words_of_english(folder: Path) -> None:
    assert (np.load(folder / word_vectors.VECTOR_HUBNESS) > 0.5).all()
    assert 0 < float(np.load(folder / word_vectors.SPREAD)) < 0.2


def of_numbers(texts: object) -> Vectors:
    """A unit vector, the same for every text."""
    assert isinstance(texts, list)
    return np.tile(np.array([[0.6, 0.8]], np.float32), (len(texts), 1))


def test_an_index_without_words_has_a_lexicon(tmp_path: Path) -> None:
    lexicon.write(words_of({}), of_numbers, tmp_path)
    vocabulary.write([], tmp_path, "words")
    empty = Lexicon(tmp_path, Vocabulary(tmp_path, "words"))
    expansion = empty.expand(QueryWord("rain", "rain", "en"), np.array([0.6, 0.8], np.float32))
    assert (expansion.word, expansion.terms.tolist()) == ("rain", [])


def spread(vectors: NDArray[np.float64], reference: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Hubness and the standard deviation of CSLS, as the module's docstring says, all at once."""
    cosines = vectors @ reference.T
    hubness = np.sort(cosines, axis=1)[:, -10:].mean(axis=1)
    csls = 2 * cosines - hubness[:, None]
    centred = csls - csls.mean(axis=0)
    return hubness, float(np.sqrt((centred**2).mean()))


def test_the_spread_is_that_of_brute_force(folder: Path, words: Lexicon) -> None:
    vectors = stored(folder).astype(np.float64)
    reference = words.word_vectors.reference().astype(np.float64)
    assert reference.shape == (word_vectors.REFERENCE_WORDS, 384)
    hubness, deviation = spread(vectors, reference)
    np.testing.assert_allclose(np.load(folder / word_vectors.VECTOR_HUBNESS), hubness, atol=1e-6)
    assert float(np.load(folder / word_vectors.SPREAD)) == pytest.approx(deviation, rel=1e-5)


def test_a_single_word_has_a_spread(tmp_path: Path) -> None:
    """All of CSLS is its mean: counted in units then."""
    lexicon.write(words_of({"باران": ["fa"]}), encode, tmp_path)
    assert float(np.load(tmp_path / word_vectors.SPREAD)) == 1.0


def test_vectors_are_made_of_what_the_model_reads(folder: Path, words: Lexicon) -> None:
    with_vectors = [word for word in WORDS if word not in {RARE, "2025", *FOLLOWERS}]
    codes = np.load(folder / word_vectors.VECTOR_LANGUAGES).tolist()
    texts = [
        encoder_input(word, "ar" if code else "fa") for word, code in zip(with_vectors, codes, strict=True)
    ]
    np.testing.assert_array_equal(words.word_vectors.keys, keys_of(texts))


def test_stems_are_those_of_the_languages_where_a_word_stands(words: Lexicon) -> None:
    assert words.forms.stems(WORDS.index("بارانها")) == [stem("بارانها", "fa")] == ["بار"]
    assert words.forms.stems(WORDS.index("المدرسه")) == [stem("المدرسه", "ar")]
    both = sorted({stem("انتخابات", "fa"), stem("انتخابات", "ar")})
    assert words.forms.stems(WORDS.index("انتخابات")) == both
    assert words.forms.languages[WORDS.index("انتخابات")] == language_bit("fa") | language_bit("ar")


VOCABULARY = sorted({*WORDS, "kyiv", "bbc", "۱", "ب"})
LANGUAGES_OF = st.sets(st.sampled_from(["fa", "prs", "ar", "en"]), min_size=1, max_size=4)
SOME = st.dictionaries(st.sampled_from(VOCABULARY), LANGUAGES_OF, max_size=20)
EXACT = {word_vectors.VECTOR_HUBNESS, word_vectors.VECTOR_SQUARES, word_vectors.SPREAD}
"""Sums that differ in their last bits on how many words are encoded together."""


def opened(folder: Path, words: Words) -> Lexicon:
    vocabulary.write(words.words, folder, "words")
    return Lexicon(folder, Vocabulary(folder, "words"))


@settings(max_examples=25)
@given(SOME, SOME, st.sets(st.sampled_from(VOCABULARY), max_size=5), st.sets(st.sampled_from(VOCABULARY)))
def test_a_base_changes_nothing(
    old: dict[str, set[str]], new: dict[str, set[str]], rare_before: set[str], rare: set[str]
) -> None:
    """Words come, go, stay, become frequent, and stand in other languages than before."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_vectors, "REFERENCE_WORDS", 30)
        base, straight, based = (Path(name) / part for part in ("base", "straight", "based"))
        for folder in (base, straight, based):
            folder.mkdir()
        known = words_of(old, rare_before)
        lexicon.write(known, encode, base)
        words = words_of(new, rare)
        names = lexicon.write(words, encode, straight)
        lexicon.write(words, encode, based, opened(base, known).known())
        np.testing.assert_array_equal(stored(based), stored(straight))
        for file in names:
            if file.startswith(word_vectors.VECTORS) and not file.endswith(".faiss"):
                continue  # where vectors lie depends on the base
            if file in EXACT:
                one, other = np.load(based / file), np.load(straight / file)
                np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
            else:
                assert (based / file).read_bytes() == (straight / file).read_bytes(), file
        opened(based, words)


def test_only_words_that_the_base_has_not_are_encoded(tmp_path: Path) -> None:
    asked: list[str] = []

    def counted(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return encode(texts)

    (tmp_path / "base").mkdir()
    (tmp_path / "new").mkdir()
    # one was rare, one is spelled otherwise in Arabic
    old = words_of({"باران": ["fa"], "سیل": ["fa"], "مدرسه": ["fa"], "جنگ": ["fa"]}, ["سیل"])
    lexicon.write(old, encode, tmp_path / "base")
    new = words_of({"باران": ["prs"], "سیل": ["fa"], "مدرسه": ["ar"], "آب": ["fa"]})
    lexicon.write(new, counted, tmp_path / "new", opened(tmp_path / "base", old).known())
    assert asked == [
        encoder_input(word, code) for word, code in (("آب", "fa"), ("سیل", "fa"), ("مدرسه", "ar"))
    ]


FILES = (
    *(f"{forms.STEMS}.npy", forms.STEM_STARTS, forms.STEM_WORDS, forms.WORD_STEMS),
    *(
        word_vectors.VECTOR_WORDS,
        word_vectors.VECTOR_LANGUAGES,
        word_vectors.VECTOR_HUBNESS,
        word_vectors.VECTOR_SQUARES,
    ),
    *(word_vectors.VECTOR_KEYS, forms.WORD_LANGUAGES, word_vectors.SPREAD),
)


@pytest.mark.parametrize("name", [*FILES, f"{forms.STEMS}.txt", f"{word_vectors.VECTORS}-rows.npy"])
def test_a_missing_or_truncated_file_is_damage(damaged: Path, name: str) -> None:
    known = Vocabulary(damaged, "words")
    os.truncate(damaged / name, 20)
    with pytest.raises(IndexDamaged, match=name.partition(".")[0]):
        Lexicon(damaged, known)
    (damaged / name).unlink()
    with pytest.raises(IndexDamaged, match=name.partition(".")[0]):
        Lexicon(damaged, known)


@pytest.mark.parametrize("name", sorted({*FILES} - {f"{forms.STEMS}.npy", forms.STEM_WORDS}))
def test_files_that_do_not_fit_each_other_are_damage(damaged: Path, name: str) -> None:
    values = np.load(damaged / name)
    np.save(damaged / name, values[:-1] if values.ndim else np.array([values]))
    with pytest.raises(IndexDamaged):
        Lexicon(damaged, Vocabulary(damaged, "words"))


def test_a_lexicon_of_other_words_is_damage(damaged: Path) -> None:
    vocabulary.write(WORDS[:-1], damaged, "words")
    with pytest.raises(IndexDamaged, match=r"the stems in .* do not fit the vocabulary$"):
        Lexicon(damaged, Vocabulary(damaged, "words"))


def test_vectors_of_other_words_are_damage(damaged: Path) -> None:
    shutil.rmtree(damaged / word_vectors.VECTORS)
    row_blocks.write(damaged, word_vectors.VECTORS, np.eye(4, dtype=np.float16))
    with pytest.raises(IndexDamaged, match=r"the vectors of words in .* do not fit each other"):
        Lexicon(damaged, Vocabulary(damaged, "words"))
