"""Names out of CLDR (through babel): countries, cities, languages, currencies, months, weekdays."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scripts.names.rows import Row, keys_of
from scripts.names.spelling import cleaned

if TYPE_CHECKING:
    from babel import Locale

ENGLISH, PERSIAN, DARI, ARABIC = "en", "fa", "fa_AF", "ar"
ARABIC_OF_MONTHS = ("ar", "ar_SY", "ar_DZ", "ar_MA")
"""Egypt and the Gulf; the Levant and Iraq; Algeria and Tunisia; Morocco: يوليو, تموز, جويلية, يوليوز."""
NO_COUNTRIES = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))
NO_LANGUAGES = frozenset(("mul", "root", "und", "zxx"))
NO_CURRENCY = re.compile("^X|^(BOV|CHE|CHW|CLF|COU|MXV|USN|USS|UYI|UYW)$")
PARENTHESIS = re.compile(r"\s*\(([^()]+)\)$")


def rows() -> Iterator[Row]:
    """All rows, as `scripts.names.rows.merged` takes them."""
    yield from _territories()
    yield from _cities()
    yield from _languages()
    yield from _currencies()
    yield from _months()
    yield from _weekdays()


def _locale(code: str) -> "Locale":
    from babel import Locale

    return Locale.parse(code)


def _named(kind: str, english: Mapping[str, str], table: str) -> Iterator[Row]:
    """Rows for the entries of a table that Persian and Arabic have too."""
    persian, dari, arabic = (getattr(_locale(code), table) for code in (PERSIAN, DARI, ARABIC))
    for code in sorted(english):
        if code in persian and code in arabic:
            yield from _rows(kind, english[code], persian[code], dari[code], arabic[code])


def _rows(kind: str, english: str, persian: str, dari: str, arabic: str) -> Iterator[Row]:
    for name in _alternatives(english):
        for key in keys_of(name):
            yield Row(key, kind, _alternatives(persian), _alternatives(dari), _alternatives(arabic))


def _alternatives(name: str) -> tuple[str, ...]:
    """Myanmar (Burma) is Myanmar and Burma; no years, no explanation behind a comma."""
    first = re.split("[,،]", PARENTHESIS.sub("", name))[0]
    second = PARENTHESIS.search(name)
    names = [first, second.group(1)] if second and not re.search(r"\d", second.group(1)) else [first]
    return tuple(text for text in map(cleaned, names) if text)


def _territories() -> Iterator[Row]:
    names = {code: name for code, name in _locale(ENGLISH).territories.items() if code not in NO_COUNTRIES}
    countries = {code: name for code, name in names.items() if code.isalpha()}
    regions = {code: name for code, name in names.items() if code.isdecimal()}
    yield from _named("country", countries, "territories")
    yield from _named("place", regions, "territories")


def _cities() -> Iterator[Row]:
    english, persian, dari, arabic = (_locale(code).time_zones for code in (ENGLISH, PERSIAN, DARI, ARABIC))
    for zone in sorted(persian):
        own = english.get(zone, {}).get("city") or zone.split("/")[-1].replace("_", " ")
        if zone.startswith("Etc/") or "city" not in persian[zone] or "city" not in arabic.get(zone, {}):
            continue
        yield from _rows(
            "place", own.split(",")[0], persian[zone]["city"], dari[zone]["city"], arabic[zone]["city"]
        )


def _languages() -> Iterator[Row]:
    names = {
        code: name
        for code, name in _locale(ENGLISH).languages.items()
        if code not in NO_LANGUAGES and "_Latn" not in code
    }
    yield from _named("language", names, "languages")


def _currencies() -> Iterator[Row]:
    names = {
        code: name
        for code, name in _locale(ENGLISH).currencies.items()
        if "(" not in name and not NO_CURRENCY.match(code)
    }
    yield from _named("currency", names, "currencies")


def _months() -> Iterator[Row]:
    english, persian, dari = (_locale(code).months["format"] for code in (ENGLISH, PERSIAN, DARI))
    arabic = [_locale(code).months["format"]["wide"] for code in ARABIC_OF_MONTHS]
    for number in range(1, 13):
        for width in ("wide", "abbreviated"):
            for key in keys_of(english[width][number]):
                yield Row(
                    key,
                    "month",
                    (persian["wide"][number],),
                    (dari["wide"][number],),
                    tuple(names[number] for names in arabic),
                )


def _weekdays() -> Iterator[Row]:
    english, persian, dari, arabic = (
        _locale(code).days["format"] for code in (ENGLISH, PERSIAN, DARI, ARABIC)
    )
    for number in range(7):
        for width in ("wide", "abbreviated"):
            for key in keys_of(english[width][number]):
                yield Row(
                    key,
                    "weekday",
                    (persian["wide"][number],),
                    (dari["wide"][number],),
                    (arabic["wide"][number],),
                )
