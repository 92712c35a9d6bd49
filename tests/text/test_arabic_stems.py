"""Arabic words lose what is written with them, and keep letters that only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexicon import dictionary
from indexer.text.orthography import arabic_stems, fold
from indexer.text.orthography.arabic_stems import forms, stem
from scripts import ship_plurals


def stems_of(words: str) -> set[str]:
    return {stem(fold(word)) for word in words.split()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("فيروس فيروسات الفيروسات لفيروس للفيروسات وفيروس بالفيروس", "فیروس"),
        ("ولاية الولاية الولايات ولايات للولايات وولاية", "ولای"),
        ("باستخدام استخدام الاستخدام لاستخدام", "استخدام"),
        ("دم الدم بدم للدم", "دم"),
        ("لجنة اللجنة للجنة واللجنة", "لجن"),
        ("لغة اللغة للغة اللغات", "لغه"),
        ("وزارة ووزارة لوزارة", "وزار"),
        ("متحدة المتحدة", "متحد"),
    ],
)
def test_proclitics_are_taken_off(words: str, expected: str) -> None:
    assert stems_of(words) == {expected}


WHOLE = """
    ولد وفد فريق فرنسا كتاب كامل لبنان لقاح بلد بيان برلمان سكر التزام التهاب الله لندن قانون وقت بيت
    مليون تعاون تقرير تاريخ يوم يوليو تونس نشر رمضان كويت
"""


@pytest.mark.parametrize("word", WHOLE.split())
def test_letters_of_the_word_itself_stay(word: str) -> None:
    assert stem(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("قال قالت قالوا يقول تقول يقولون وقال سيقول", "قال"),
        ("بلغ بلغت يبلغ تبلغ سيبلغ", "بلغ"),
        ("استخدم يستخدم تستخدم يستخدمون استخدمت", "استخدم"),
        ("عانى يعاني يعانون", "عانی"),
        ("دعا يدعو تدعو", "دعا"),
        ("وصل يصل تصل وصلت", "وصل"),
        ("أكد يؤكد أكدت", "اکد"),
        ("ساعد يساعد يساعدهم", "ساعد"),
        ("تضمن يتضمن تتضمن", "تضمن"),
    ],
)
def test_a_verb_is_its_past(words: str, expected: str) -> None:
    assert stems_of(words) == {expected}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("حكومة حكومات حكومته حكومتهم الحكومة الحكومي", "حکوم"),
        ("قراره قرارات قرار قرارهم", "قرار"),
        ("سنة سنوات لسنوات", "سنه"),
        ("قناة قنوات", "قنا"),
        ("لاجئ لاجئين اللاجئون", "لاجی"),
        ("دولة دولتين الدول", "دول"),
        ("كبير كبيرة كبيرا الكبيرة", "کبیر"),
        ("فرنسا فرنسي الفرنسية فرنسيون", "فرنسا"),
        ("مستشفى المستشفى المستشفيات مستشفيات", "مستشفی"),
    ],
)
def test_endings_are_taken_off(words: str, expected: str) -> None:
    assert stems_of(words) == {expected}


def test_broken_plurals_are_their_singulars() -> None:
    assert stems_of("مرض أمراض وأمراض للأمراض") == {"مرض"}
    assert stems_of("تقرير التقارير") == {"تقریر"}
    assert stems_of("كتاب كتب الكتب") == {"کتاب"}
    assert stems_of("مواطن المواطنين") == {"مواطن"}, "a citizen, and hardly ever the plural of موطن"


def test_what_no_list_knows_goes_through_snowball() -> None:
    assert stems_of("زغبلوشات والزغبلوشات زغبلوش") == {"زغبلوش"}


def test_forms_go_from_the_word_to_its_stem() -> None:
    assert list(forms(fold("وللفيروسات"))) == ["وللفیروسات", "فیروسات", "فیروس"]
    assert list(forms(fold("سيعلنون"))) == ["سیعلنون", "یعلنون", "اعلن"]


@given(st.text("ابتةدرسعفقكلمنهويى", min_size=1, max_size=10))
def test_every_word_has_a_stem(word: str) -> None:
    assert stem(fold(word)) != ""


def test_the_shipped_plurals_are_those_of_the_dictionary() -> None:
    assert ship_plurals.FILE.read_text(encoding="utf-8") == ship_plurals.plurals(dictionary.english())
    assert arabic_stems.plurals()["امراض"] == "مرض"
