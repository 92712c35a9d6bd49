"""The dictionary: headwords in whatever form, their senses, and a glossary on top."""

from pathlib import Path

import pytest

from indexer.core.errors import InvalidGlossary
from indexer.lexicon import dictionary
from indexer.lexicon import gloss as reversed_dictionary
from indexer.lexicon.dictionary import Dictionary, Sense, Translation, english, with_glossary
from indexer.lexicon.gloss import meanings, prepare
from indexer.text.orthography import fold

SMALL = Dictionary(
    {
        "court": ["n\tدادگاه|محکمه/محاکم\tمحکمه\tمحكمة/محاكم", "n\tزمین\t\tملعب"],
        "prime minister": ["n\tنخست\u200cوزیر\tصدراعظم\tرئيس الوزراء"],
        "localize": ["v\tبومی کردن\t\tوطن"],
        "discreet": ["adj\tمحتاط\t\tمتكتم"],
        "center": ["n\tمرکز\t\tمركز"],
        "turkey": ["n\tبوقلمون\t\tديك رومي"],
        "china": ["n\tچینی\t\tخزف"],
    },
    {
        "turkey": ["country?\tترکیه\t\tتركيا"],
        "china": ["country\tچین\t\tالصين"],
        "bam": ["place?\tبم\t\tبم"],
        "al sabah": ["person\tصباح|الصباح\t\tالصباح"],
        "croat": ["demonym\tکروات\t\tكرواتي"],
    },
)


def test_a_sense_has_its_translations_by_language_and_their_forms() -> None:
    first, second = SMALL.senses("court")
    assert first == Sense(
        "n",
        (
            Translation(("دادگاه",), "fa"),
            Translation(("محکمه", "محاکم"), "fa"),
            Translation(("محکمه",), "prs"),
            Translation(("محكمة", "محاكم"), "ar"),
        ),
    )
    assert [one.forms for one in second.translations] == [("زمین",), ("ملعب",)]
    assert SMALL.senses("nothing") == ()


@pytest.mark.parametrize(
    ("word", "headword"),
    [
        ("court", "court"),
        ("Courts", "court"),
        ("prime ministers", "prime minister"),
        ("localised", "localize"),
        ("discreetly", "discreet"),
        ("centre", "center"),
        ("centres", "center"),
        ("courtly", "court"),
        ("Al Sabah", "al sabah"),
        ("Croats", "croat"),
        ("minister", None),
        ("", None),
    ],
)
def test_a_headword_is_found_in_another_form_or_spelling(word: str, headword: str | None) -> None:
    assert SMALL.headword(word) == headword


@pytest.mark.parametrize(
    ("words", "together"),
    [
        (["Prime", "Minister", "of"], 2),
        (["prime", "ministers"], 2),
        (["prime"], 1),
        (["court", "of"], 1),
        (["al", "sabah", "family"], 2),
        ([], 1),
    ],
)
def test_words_that_are_one_notion_count_as_one(words: list[str], together: int) -> None:
    assert next(SMALL.together(words), 1) == together


@pytest.mark.parametrize(
    ("word", "is_name", "usual"),
    [
        ("turkey", False, ["بوقلمون"]),
        ("turkey", True, ["ترکیه", "بوقلمون"]),
        ("china", False, ["چینی", "چین"]),
        ("china", True, ["چین", "چینی"]),
        ("bam", False, ["بم"]),
    ],
)
def test_a_name_that_is_a_word_too_counts_where_it_is_written_as_one(
    word: str, is_name: bool, usual: list[str]
) -> None:
    found = SMALL.senses(word, is_name=is_name)
    assert [sense.translations[0].forms[0] for sense in found] == usual
    assert {sense.pos for sense in found} <= {"n", "name"}


def test_a_name_is_no_word() -> None:
    assert [word for word in ("bam", "turkey", "Turkeys", "croats", "") if SMALL.is_word(word)] == [
        "turkey",
        "Turkeys",
    ]
    assert sorted(SMALL.names()) == ["al sabah", "bam", "croat"]


def test_the_dictionary_knows_names() -> None:
    known = english()
    for name, persian in (("sri lanka", "سری\u200cلانکا"), ("kandahar", "قندهار"), ("hassan", "حسن")):
        forms = {form for sense in known.senses(name) for one in sense.translations for form in one.forms}
        assert fold(persian) in {fold(form).replace(" ", "") for form in forms}, name
    assert len(set(known.names())) > 20_000


def test_the_dictionary_knows_what_news_are_about() -> None:
    known = english()
    headwords = set(known.headwords())
    assert len(headwords) > 15_000
    assert sum(" " in headword for headword in headwords) > 1_500
    for word in (
        "prison",
        "cease fire",
        "nuclear plant",
        "iaea",
        "ramadan",
        "inflation",
        "earthquake",
        "vaccine",
    ):
        assert known.headword(word), word
    first = known.senses("prison")[0].translations
    assert {(one.forms[0], one.language) for one in first} >= {
        ("زندان", "fa"),
        ("محبس", "prs"),
        ("سجن", "ar"),
    }


def test_a_glossary_goes_on_top(tmp_path: Path) -> None:
    path = tmp_path / "glossary.tsv"
    path.write_text(
        "# ours\nHassan\tname\tحسن\u200cخان\t\t\nPrison \tn\tبازداشتگاه\t\tمعتقل\nkey  "
        "word\tn\tکلیدواژه\t\t\n",
        encoding="utf-8",
    )
    known = with_glossary(path)
    assert [one.forms for one in known.senses("prison")[0].translations] == [("بازداشتگاه",), ("معتقل",)]
    assert list(known.together(["key", "words"])) == [2]
    assert [one.forms for sense in known.senses("hassan") for one in sense.translations] == [
        ("حسن\u200cخان",)
    ]
    assert known.senses("court") == english().senses("court")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("prison\tn\tزندان", "line 1 has 3 fields between tabs instead of 5"),
        ("prison\tnoun\tزندان\t\tسجن", "line 1: 'noun' is no part of speech"),
        ("\tn\tزندان\t\tسجن", "line 1 has no headword or no translation"),
        ("prison\tn\t\t\t", "line 1 has no headword or no translation"),
    ],
)
def test_a_line_of_a_glossary_that_cannot_be_used_is_told(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "glossary.tsv"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(InvalidGlossary, match=fault):
        with_glossary(path)
    with pytest.raises(InvalidGlossary, match="cannot be read"):
        with_glossary(tmp_path / "missing.tsv")


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("زندان", "fa", "prison"),
        ("السجن", "ar", "prison"),
        ("انتخابات", "fa", "election"),
        ("محبس", "prs", "prison"),
        ("زلنسکی", "fa", "Zelensky"),
        ("ناتو", "fa", "NATO"),
        ("قندهار", "prs", "Kandahar"),
    ],
)
def test_the_reversed_dictionary_explains_words(word: str, language: str, expected: str) -> None:
    assert expected in meanings(fold(word), language)


@pytest.mark.parametrize(
    ("word", "language", "first", "names"),
    [
        ("کردند", "fa", "do", {"Kennedy", "Kenny", "kurds"}),
        ("شدند", "fa", "become", {"dill"}),
        ("رفتند", "fa", "go", set()),
        ("داد", "fa", "give", {"Dodd"}),
        ("نیویورک", "fa", "New York", {"York", "Nyc"}),
        ("الجوي", "ar", "aerial", {"Joe", "Joey"}),
        ("نظيره", "ar", "peer", {"Nazira"}),
        ("وكينيدي", "ar", "Kennedy", set()),
        ("کندی", "fa", "Kennedy", set()),
    ],
)
def test_forms_of_words_are_not_taken_for_names(
    word: str, language: str, first: str, names: set[str]
) -> None:
    found = meanings(fold(word), language)
    assert found[0] == first
    assert names.isdisjoint(found)


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("نیست", "fa", ("not",)),
        ("لم", "ar", ("not",)),
        ("ليس", "ar", ("not",)),
        ("هرگز", "prs", ("never",)),
        ("نداد", "fa", ("not give",)),
        ("نمیرود", "fa", ("not go",)),
        ("نشست", "fa", ("meeting",)),
    ],
)
def test_what_says_no_is_explained(word: str, language: str, expected: tuple[str, ...]) -> None:
    assert meanings(fold(word), language)[: len(expected)] == expected


def test_a_word_that_is_a_name_too_has_both_meanings() -> None:
    assert meanings(fold("کندی"), "fa") == ("Kennedy", "slowdown")
    assert meanings(fold("پوتین"), "fa") == ("Putin", "boot")
    assert meanings(fold("الصين"), "ar") == ("China",)
    assert meanings(fold("هند"), "fa") == ("India",)
    assert "termite" not in meanings(fold("أرضه"), "ar")


def test_the_reversed_dictionary_is_made_once_and_then_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    reversed_dictionary._table.cache_clear()
    try:
        prepare()
        assert meanings(fold("باران"), "fa") == ("rain",)
        monkeypatch.setattr(reversed_dictionary, "made", None)
        reversed_dictionary._table.cache_clear()
        prepare()
        assert meanings(fold("باران"), "fa") == ("rain",)
        content = (reversed_dictionary.cache_folder() / reversed_dictionary.FILE).read_bytes()
    finally:
        reversed_dictionary._table.cache_clear()
    monkeypatch.undo()
    assert content == reversed_dictionary.made(english())


def test_the_reversed_dictionary_is_made_for_the_process_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "words").write_text("a file, where a folder should be")
    monkeypatch.setenv("HUDHUD_CACHE", str(tmp_path))
    reversed_dictionary._table.cache_clear()
    try:
        assert meanings(fold("باران"), "fa") == ("rain",)
    finally:
        reversed_dictionary._table.cache_clear()
    assert "the dictionary reversed is made anew for this process" in caplog.text


def test_function_words_and_unknown_words_are_not_explained() -> None:
    assert meanings(fold("از"), "fa") == meanings("قزبلت", "fa") == ()
    assert dictionary.LANGUAGES == ("fa", "prs", "ar")
