"""The dictionary in the package passes its checks, and the checks see each kind of fault."""

import pytest

from scripts.check_dictionary import DICTIONARY, REVIEWED, check

GOOD = "court\tn\tدادگاه|محکمه/محاکم\tمحکمه\tمحكمة/محاكم|قضاء"


def test_the_dictionary_passes() -> None:
    reviewed = REVIEWED.read_text(encoding="utf-8").split()
    assert check(DICTIONARY.read_text(encoding="utf-8"), reviewed) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (GOOD, []),
        ("court\tn\tدادگاه\tمحکمه", ["4 fields, not 5"]),
        (
            "Court\tn\tدادگاه\t\tمحكمة",
            ["the headword is 'Court': lower-case letters, digits and single spaces alone"],
        ),
        (
            "court\tnoun\tدادگاه\t\tمحكمة",
            ["the part of speech is 'noun': one of abbr, adj, adv, n, name, num, other, v"],
        ),
        ("court\tn\t\t\tمحكمة", ["no Persian"]),
        ("court\tn\tدادگاه|\t\tمحكمة", ["Persian has an empty form or a space too many in 'دادگاه|'"]),
        (
            "court\tn\tدادگاه  عالی\t\tمحكمة",
            ["Persian has an empty form or a space too many in 'دادگاه  عالی'"],
        ),
        ("court\tn\tرئیس|رییس\t\tمحكمة", ["Persian has 'رئیس' and 'رییس', which are one once folded"]),
        ("a\tn\tدادگاه\t\tحكومة|الحكومة", ["Arabic has 'حكومة' and 'الحكومة', which are one once folded"]),
        ("a\tn\tالماس\t\tألماس|ماس", []),
        ("a\tn\tآب\tاب\tماء", ["Dari says what Persian says: leave it empty"]),
        ("a\tn\tآب|آب|آب|آب|آب|آب\t\tماء", ["Persian has 6 alternatives, at most 5 belong there"]),
        (
            "a\tn\tبه نام خدا و مردم\t\tماء",
            ["Persian 'به نام خدا و مردم' is of 5 words, at most 4 belong together"],
        ),
        ("a\tn\tآب (سرد)\t\tماء", ["Persian '(سرد)' has characters that do not belong there: U+0028 U+0029"]),
        ("a\tn\tدادگاة\t\tماء", ["Persian 'دادگاة' has characters that do not belong there: U+0629"]),
        ("a\tn\tآب\t\tمحکمة", ["Arabic 'محکمة' has characters that do not belong there: U+06A9"]),
        ("a\tn\tپوهنځی\t\tكلية", ["Persian 'پوهنځی' has characters that do not belong there: U+0681"]),
        ("a\tn\tآب\t\tمحكمةما", ["Arabic 'محكمةما' has a letter inside that only ends words"]),
        ("a\tn\tقبلاً\t\tقبلاً", ["Arabic 'قبلاً' has characters that do not belong there: U+064B"]),
        (
            "a\tn\tدادگاهش\u200cکز\t\tماء",
            ["Persian 'دادگاهش\u200cکز' is in no list: mend it, or add it to reviewed.txt"],
        ),
        ("a\tn\tآب\t\tمسئلت", ["Arabic 'مسئلت' is in no list: mend it, or add it to reviewed.txt"]),
        ("a\tn\tآب\t\tاستفادة", ["Arabic 'استفادة' is likelier Persian: mend it, or add it to reviewed.txt"]),
        ("a\tn\tیوم\t\tيوم", ["Persian 'یوم' is likelier Arabic: mend it, or add it to reviewed.txt"]),
        ("a\tname\tزلنسکژی\t\tزيلينسكثي", []),
    ],
)
def test_each_kind_of_fault_in_a_line_is_seen(line: str, expected: list[str]) -> None:
    assert [fault.what for fault in check(f"{line}\n", [])][: len(expected) or None] == expected


def test_faults_between_lines_are_seen() -> None:
    lines = ["b\tn\tآب\t\tماء", "a\tn\tآب\t\tماء", "a\tn\tآب|باران\t\tماء", "a\tadj\tآب\t\tماء"]
    assert [str(fault) for fault in check("\n".join(lines) + "\n", [])] == [
        "2: a: stands behind 'b': sort by headword",
        "3: a: says what line 2 says",
    ]


def test_reviewed_words_pass_and_those_that_nobody_needs_are_told() -> None:
    line = "a\tn\tدادگاهشکز\t\tماء\n"
    assert check(line, ["دادگاهشکز"]) == []
    assert [str(fault) for fault in check(line, ["دادگاهشکز", "آب"])] == [
        "0: reviewed.txt: 'آب' stands behind 'دادگاهشکز': sort, each once",
        "0: reviewed.txt: 'آب' is not needed: take it out",
    ]


def test_dari_has_a_letter_of_its_own() -> None:
    line = "college\tn\tکالج|دانشکده|دانشگاه\tپوهنځی|فاکولته|کالج\tكلية|جامعة|معهد/معاهد"
    assert line in DICTIONARY.read_text(encoding="utf-8").split("\n")
    assert check(f"{line}\n", ["پوهنځی"]) == []
