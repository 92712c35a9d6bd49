"""Names found across scripts, with hand-made distances, and the files that they are found in."""

import shutil
from itertools import accumulate, combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.lexicon import sound, sound_distance
from indexer.lexicon.arabic_sounds import ARABIC_LETTERS, arabic_forms
from indexer.lexicon.phonemes import SYMBOLS, VOWELS, Form
from indexer.lexicon.sound import SoundIndex, write
from indexer.lexicon.sound_distance import codes, distances
from indexer.text.orthography import fold

HAMZA = "\u0621"
WORDS = (
    *("کییف", "کیف", "کافی", "کیو", "کف", "زلنسکی", "زیلنسکی", "ولادیمیر", "فلادیمیر", "القدس", "اورشلیم"),
    *("چاد", "تشاد", "شاد", "قدیروف", "خودرو", "واشنگتن", "واشنطن", "غزه", "گاز", "غضب", "نتانیاهو"),
    *("نتنیاهو", "حماس", "خمس", "رییس", "الرییس", "جمهوریه", "الجمهوریه", "حمله", "حامل", "پهپادی", "بهبودی"),
    *("علی", "بعلی", "بچاد", "هو", "ل", "Kyiv", "1403", "30نفر", "عدی", "عیسی", "لافروف", "لاوروف"),
)
FILES = (sound.KEYS, sound.STARTS, sound.WORDS, sound.PENALTIES, sound.OFFSETS, sound.PHONEMES)
FOLDED = st.text(sorted(ARABIC_LETTERS), min_size=1, max_size=10).map(fold).filter(lambda word: len(word) > 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    assert write(WORDS, folder) == FILES
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> SoundIndex:
    return SoundIndex(folder)


def found(index: SoundIndex, word: str, floor: float = 0.6) -> list[str]:
    return [WORDS[number] for number, _ in index.matches(word, floor=floor)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Kyiv", ["کییف", "کیف", "کیو"]),
        ("Kiev", ["کییف", "کیف", "کیو", "کف"]),
        ("Zelensky", ["زلنسکی", "زیلنسکی"]),
        ("Zelenskyy", ["زلنسکی", "زیلنسکی"]),
        ("Zelenskiy", ["زلنسکی", "زیلنسکی"]),
        ("Vladimir", ["ولادیمیر", "فلادیمیر"]),
        ("Jerusalem", []),
        ("Chad", ["چاد", "تشاد", "شاد", "بچاد"]),
        ("Kadyrov", ["قدیروف"]),
        ("Washington", ["واشنگتن", "واشنطن"]),
        ("Gaza", ["گاز", "غزه"]),
        ("Netanyahu", ["نتانیاهو", "نتنیاهو"]),
        ("7amas", ["حماس"]),
        ("rais", ["رییس", "الرییس"]),
        ("aljumhuria", ["الجمهوریه", "جمهوریه"]),
        ("hamle", ["حامل", "حمله"]),
        ("pahpadi", ["پهپادی", "بهبودی"]),
        ("Ali", ["علی"]),
    ],
)
def test_a_name_in_latin_letters_finds_its_spellings_first(
    index: SoundIndex, query: str, expected: list[str]
) -> None:
    words = found(index, query)
    assert words[: len(expected)] == expected
    assert words == found(index, query.casefold())


def test_jerusalem_is_no_sound_of_al_quds(index: SoundIndex) -> None:
    assert found(index, "Jerusalem") == []
    assert found(index, "al-Quds") == found(index, "alquds") == ["القدس"]


@pytest.mark.parametrize(
    ("query", "word", "similarity"),
    [
        # y and i are written ی, v ف.
        ("Kyiv", "کییف", 1 - (0.01 + 0.10) / (1 + 0.60 + 0.35 + 1)),
        # i is not written.
        ("Kyiv", "کیف", 1 - (0.08 + 0.10) / (1 + 0.60 + 0.35 + 1)),
        # e is written ی too.
        ("Kiev", "کییف", 1 - (0.01 + 0.08 + 0.10) / (1 + 0.35 + 0.35 + 1)),
        # تش is ch, ا is a.
        ("Chad", "تشاد", 1 - 0.02 / (1 + 0.35 + 1)),
        # g is written غ, the first a not; the last is that of a silent heh.
        ("Gaza", "غزه", 1 - (0.08 + 0.08 + 0.02 + 0.04) / (1 + 0.35 + 1 + 0.35)),
        # One e is written ی, the other not.
        ("Zelensky", "زیلنسکی", 1 - (0.08 + 0.08) / (5 * 1 + 2 * 0.35 + 0.60)),
        # The open beginning is written ع, a not.
        ("Ali", "علی", 1 - (0.02 + 0.08) / (0.40 + 0.35 + 1 + 0.35)),
        # So it is with any vowel.
        ("Uday", "عدی", 1 - (0.02 + 0.08 + 0.08) / (0.40 + 0.35 + 1 + 0.35 + 0.60)),
        # The last ی is a.
        ("Issa", "عیسی", 1 - (0.02 + 0.01 + 0.05) / (0.40 + 0.35 + 1 + 0.35)),
        # ب is read as a preposition.
        ("Chad", "بچاد", 1 - 0.02 / (1 + 0.35 + 1) - 0.06),
        # al is read as the article; the first u is not written.
        (
            *("aljumhuria", "جمهوریه"),
            1 - (0.08 + 0.01 + 0.01 + 0.02 + 0.04) / (3 * 1 + 0.60 + 4 * 0.35) - 0.03,
        ),
        # ng is read as n; i and o are not written.
        ("Washington", "واشنطن", 1 - (0.02 + 0.08 + 0.08) / (4 * 1 + 0.60 + 3 * 0.35) - 0.04),
        # The same sounds in a third script.
        ("Лавров", "لافروف", 1 - (0.02 + 0.10 + 0.03 + 0.10) / (4 * 1 + 2 * 0.35)),
        # Both in Arabic script: one has a ی more.
        ("زيلنسكي", "زلنسکی", 1 - 0.30 / (5 * 1 + 2 * 0.35)),
        # وال is taken off the one, ال off the other.
        ("والقدس", "القدس", 1 - 0.01 - 0.01),
    ],
)
def test_similarity_is_the_arithmetic_of_the_costs(
    index: SoundIndex, query: str, word: str, similarity: float
) -> None:
    assert dict(index.matches(query))[WORDS.index(word)] == pytest.approx(similarity, abs=1e-12)


def cost(table: dict[str, int], symbol: str) -> int:
    return table.get(symbol, sound_distance.DEAREST)


def substitution(one: str, other: str) -> int:
    near = {frozenset(pair): cost for cost, pair in sound_distance.NEAR}
    both_vowels = one in VOWELS and other in VOWELS
    usual = sound_distance.OTHER_VOWELS if both_vowels else sound_distance.DEAREST
    return 0 if one == other else near.get(frozenset((one, other)), usual)


def edit_distance(query: str, word: str, query_gaps: dict[str, int]) -> int:
    """Wagner and Fischer's table, cell by cell."""
    gaps = sound_distance.ARABIC_GAPS
    above = [0, *accumulate(cost(gaps, sound) for sound in word)]
    for one in query:
        row = [above[0] + cost(query_gaps, one)]
        for place, other in enumerate(word):
            row.append(
                min(
                    above[place] + substitution(one, other),
                    above[place + 1] + cost(query_gaps, one),
                    row[place] + cost(gaps, other),
                )
            )
        above = row
    return above[-1]


PHONEMES_OF_A_WORD = st.text(SYMBOLS, min_size=1, max_size=8)


@given(PHONEMES_OF_A_WORD, st.lists(PHONEMES_OF_A_WORD, min_size=1, max_size=4), st.booleans())
def test_distances_are_those_of_the_table_filled_cell_by_cell(
    query: str, words: list[str], arabic: bool
) -> None:
    gaps = sound_distance.ARABIC_GAPS if arabic else sound_distance.LATIN_GAPS
    columns = np.zeros((max(map(len, words)), len(words)), np.intp)
    for number, word in enumerate(words):
        columns[: len(word), number] = list(codes(word))
    found = distances(np.array(list(codes(query))), columns, arabic=arabic)
    assert found.tolist() == [edit_distance(query, word, gaps) for word in words]


@settings(max_examples=40)
@given(words=st.lists(FOLDED, min_size=1, max_size=12, unique=True), query=st.text(max_size=12) | FOLDED)
def test_matches_are_sorted_and_words_of_the_index(tmp_path: Path, words: list[str], query: str) -> None:
    write(words, tmp_path)
    index = SoundIndex(tmp_path)
    for asked in (query, *words):
        matches = index.matches(asked, floor=0.0, limit=1000)
        assert matches == sorted(matches, key=lambda match: (-match[1], match[0]))
        assert all(0 <= number < len(words) and 0 < alike <= 1 for number, alike in matches)
        assert len({number for number, _ in matches}) == len(matches)
    assert all(dict(index.matches(word, limit=1000))[number] == 1 for number, word in enumerate(words))


@settings(max_examples=40)
@given(st.lists(FOLDED, min_size=2, max_size=6, unique=True))
@example([f"{HAMZA}{HAMZA}ب", f"{HAMZA}بب"])
def test_in_arabic_script_query_and_word_can_change_places(tmp_path: Path, words: list[str]) -> None:
    write(words, tmp_path)
    index = SoundIndex(tmp_path)
    alike = [dict(index.matches(word, floor=0.0)) for word in words]
    for one, other in combinations(range(len(words)), 2):
        assert alike[one].get(other) == pytest.approx(alike[other].get(one), abs=1e-12)


def test_floor_and_limit_cut_the_same_list(index: SoundIndex) -> None:
    everything = index.matches("Kiev", floor=0.0)
    assert index.matches("Kiev", floor=0.0, limit=3) == everything[:3]
    assert index.matches("Kiev", floor=0.0, limit=0) == []
    kief = everything[1][1]
    assert index.matches("Kiev", floor=kief) == [match for match in everything if match[1] >= kief]


def test_a_similarity_is_above_0(tmp_path: Path) -> None:
    one, other = "نم" + 20 * "وو", "نم" + 20 * "ی"
    assert 1 - (19 * 0.50 + 0.30) / (2 + 20 * 0.35) < 0
    write((one, other), tmp_path)
    assert SoundIndex(tmp_path).matches(one, floor=-1.0) == [(0, 1.0)]


def test_words_that_sound_the_same_come_by_number(tmp_path: Path) -> None:
    write(("سال", "صال", "ثال", "سال"), tmp_path)
    assert [number for number, _ in SoundIndex(tmp_path).matches("Sal")] == [0, 1, 3, 2]


@pytest.mark.parametrize(
    ("query", "word", "similarity"),
    [
        # Two phonemes: y is left out, i is not written, v is ف.
        ("Kyiv", "کف", 1 - (0.35 + 0.08 + 0.10) / (1 + 0.60 + 0.35 + 1)),
        # One class: h is left out, a is written ع, o ی.
        ("Hallo", "علی", 1 - (0.30 + 0.10 + 0.30) / (0.60 + 0.35 + 1 + 0.35)),
    ],
)
def test_short_words_match_only_what_is_nearly_identical(
    index: SoundIndex, monkeypatch: pytest.MonkeyPatch, query: str, word: str, similarity: float
) -> None:
    assert word not in found(index, query, floor=0.0)
    monkeypatch.setattr(sound, "NEARLY_IDENTICAL", 0.6)
    assert dict(index.matches(query))[WORDS.index(word)] == pytest.approx(similarity, abs=1e-12)


@pytest.mark.parametrize(
    "query", ["", "in", "ل", "1403", "30نفر", "из", "F-35", "mq9", "θάλασσα", "-", "\u200c"]
)
def test_what_has_no_sound_matches_nothing(index: SoundIndex, query: str) -> None:
    assert index.matches(query, floor=0.0) == []


def test_of_too_many_candidates_those_of_the_nearest_length_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(("کاف", "کاااااف", "کاااف", "کااف"), tmp_path)
    index = SoundIndex(tmp_path)
    assert [number for number, _ in index.matches("کاااف")] == [2, 3, 1, 0]
    monkeypatch.setattr(sound, "MOST_CANDIDATES", 2)
    assert [number for number, _ in index.matches("کاااف")] == [2, 3]


def test_entries_lie_by_key_and_length_with_their_phonemes(tmp_path: Path) -> None:
    write(("کاف", "کف", "مم", "کلیف", "Latin"), tmp_path)
    loaded = {name: np.load(tmp_path / name) for name in FILES}
    # کاف, کف: K is 6 and F is 7. ک is a preposition as well: لیف of کلیف is LF, and L is 9. مم is M, 10.
    assert loaded[sound.KEYS].tolist() == [10, 6 * 12 + 7, 9 * 12 + 7, (6 * 12 + 9) * 12 + 7]
    assert loaded[sound.STARTS].tolist() == [0, 1, 3, 4, 5]
    assert loaded[sound.WORDS].tolist() == [2, 1, 0, 3, 3]
    assert loaded[sound.PENALTIES].tolist() == [0, 0, 0, 6, 0]
    assert loaded[sound.OFFSETS].tolist() == [0, 2, 4, 7, 10, 14]
    assert loaded[sound.PHONEMES].tobytes() == b"".join(map(codes, ("mm", "kf", "kAf", "lIf", "klIf")))


def test_writing_twice_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    write(WORDS, tmp_path)
    assert all((tmp_path / name).read_bytes() == (folder / name).read_bytes() for name in FILES)


def numbers_in(base: tuple[str, ...] | list[str], words: tuple[str, ...] | list[str]) -> NDArray[np.int64]:
    """For each of `words` its number in `base`, or -1."""
    return np.array([base.index(word) if word in base else -1 for word in words], np.int64)


@settings(max_examples=40)
@given(
    base=st.lists(FOLDED, max_size=8, unique=True),
    others=st.lists(FOLDED | st.just("Kyiv"), max_size=8, unique=True),
    kept=st.sets(st.integers(0, 7)),
)
def test_a_base_changes_no_byte(tmp_path: Path, base: list[str], others: list[str], kept: set[int]) -> None:
    words = sorted({*others, *(word for place, word in enumerate(base) if place in kept)})
    for name in ("base", "straight", "based"):
        (tmp_path / name).mkdir(exist_ok=True)
    write(base, tmp_path / "base")
    write(words, tmp_path / "straight")
    write(words, tmp_path / "based", SoundIndex(tmp_path / "base"), numbers_in(base, words))
    for name in FILES:
        assert (tmp_path / "based" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()


def test_what_a_base_has_is_not_read_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(word: str) -> list[Form]:
        read.append(word)
        return arabic_forms(word)

    monkeypatch.setattr(sound, "arabic_forms", counted)
    words = ("باران", *WORDS[3:], "سیل")
    write(words, tmp_path, SoundIndex(folder), numbers_in(WORDS, words))
    assert read == ["باران", "سیل"]


@pytest.mark.parametrize("words", [(), ("Kyiv", "1403")])
def test_an_index_without_arabic_script_matches_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    write(words, tmp_path)
    index = SoundIndex(tmp_path)
    assert (index.matches("Kyiv"), index.matches("کییف")) == ([], [])


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_damage(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    whole = (tmp_path / name).read_bytes()
    for size in (0, 50, len(whole) - 1):
        (tmp_path / name).write_bytes(whole[:size])
        with pytest.raises(IndexDamaged, match=f"{name} cannot be read$"):
            SoundIndex(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_damage(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).unlink()
    with pytest.raises(IndexDamaged, match=f"{name} cannot be read$"):
        SoundIndex(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_files_that_do_not_fit_together_are_damage(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    np.save(tmp_path / name, np.load(tmp_path / name)[:-1])
    with pytest.raises(IndexDamaged, match=r"do not fit each other$"):
        SoundIndex(tmp_path)


@pytest.mark.parametrize("name", [sound.STARTS, sound.OFFSETS])
def test_places_beyond_the_end_are_damage(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    places = np.load(tmp_path / name)
    places[-1] += 1
    np.save(tmp_path / name, places)
    with pytest.raises(IndexDamaged, match=r"do not fit each other$"):
        SoundIndex(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_numbers_of_another_kind_are_damage(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    np.save(tmp_path / name, np.load(tmp_path / name).astype(np.float32))
    with pytest.raises(IndexDamaged, match=rf"{name} holds float32, not uint"):
        SoundIndex(tmp_path)
