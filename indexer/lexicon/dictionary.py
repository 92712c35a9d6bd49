"""The dictionary: English headwords with their Persian, Dari and Arabic translations, as news write them.

`data/english.tsv` has a sense a line: headword, part of speech, Persian, Dari where it differs, Arabic;
`|` between alternatives, the most usual first, `/` between irregular forms of one. A user's glossary has
the same form and goes on top: its senses of a headword replace those of the dictionary.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from indexer.core.errors import InvalidGlossary
from indexer.text import lemmas

FIELDS = ("headword", "part of speech", "Persian", "Dari", "Arabic")
POS = frozenset({"n", "v", "adj", "adv", "name", "abbr", "num", "other"})
NAMES = frozenset({"name", "abbr"})
"""Parts of speech that name one thing: what sounds alike may stand for it too."""

LANGUAGES = ("fa", "prs", "ar")
GLOSSARY = "glossary.tsv"
"""The user's glossary in an index."""

MOST_WORDS = 5
"""Words of the longest headword that is looked for."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation: its forms, the usual one first, and the language that it is in."""

    forms: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Sense:
    """A part of speech and its translations, most usual first within each language."""

    pos: str
    translations: tuple[Translation, ...]


class Dictionary:
    """Finds the senses of English words. Safe to use from several threads."""

    def __init__(self, lines: Mapping[str, Sequence[str]]) -> None:
        """Take the lines of each headword, without the headword."""
        self._lines = lines
        self._beginnings = _beginnings(lines)

    def headword(self, words: str) -> str | None:
        """The headword that some words are, themselves or in another form; None where there is none."""
        asked = words.casefold()
        if asked in self._lines or not asked:
            return asked or None
        first, _, last = asked.rpartition(" ")
        forms = (f"{first} {form}".strip() for form in lemmas.english_forms(last))
        return next((form for form in forms if form in self._lines), None)

    def longest(self, words: Sequence[str]) -> int:
        """How many of `words`, from the first on, are one headword of several; 1 where none is."""
        if not words or words[0].casefold() not in self._beginnings:
            return 1
        most = min(len(words), MOST_WORDS)
        return next((n for n in range(most, 1, -1) if self.headword(" ".join(words[:n]))), 1)

    def senses(self, headword: str) -> tuple[Sense, ...]:
        """The senses of a headword, the most usual in news first."""
        return tuple(map(_sense, self._lines.get(headword, ())))

    def headwords(self) -> Iterable[str]:
        """All headwords."""
        return self._lines.keys()


def of_index(folder: Path) -> Dictionary:
    """The dictionary of the index whose files lie in `folder`: with its glossary, if it has one."""
    path = folder / GLOSSARY
    return with_glossary(path) if path.exists() else english()


def glossary_text(path: Path) -> str:
    """A user's glossary, checked, as an index keeps it.

    Raises:
        InvalidGlossary: it cannot be read, or a line is not what it should be; names the line.
    """
    return "".join(f"{line}\n" for line in _checked(path))


@functools.cache
def english() -> Dictionary:
    """The dictionary that comes with Hudhud."""
    return Dictionary(_grouped(_data().read_text(encoding="utf-8").splitlines()))


def with_glossary(path: Path) -> Dictionary:
    """The dictionary with a user's glossary on top.

    Raises:
        InvalidGlossary: it cannot be read, or a line is not what it should be; names the line.
    """
    return Dictionary({**english()._lines, **_grouped(_checked(path))})


def _data() -> Path:
    return Path(str(files("indexer.lexicon"))) / "data" / "english.tsv"


def _grouped(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        headword, _, sense = line.partition("\t")
        found.setdefault(headword, []).append(sense)
    return found


def _beginnings(headwords: Iterable[str]) -> frozenset[str]:
    """First words of the headwords of several."""
    return frozenset(headword.partition(" ")[0] for headword in headwords if " " in headword)


def _sense(line: str) -> Sense:
    pos, *columns = line.split("\t")
    return Sense(
        pos,
        tuple(
            Translation(tuple(alternative.split("/")), language)
            for language, column in zip(LANGUAGES, columns, strict=True)
            for alternative in column.split("|")
            if alternative
        ),
    )


def _checked(path: Path) -> Iterable[str]:
    """The lines of a glossary, each with all its fields."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidGlossary(f"the glossary {path} cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != len(FIELDS):
            raise InvalidGlossary(
                f"{path}, line {number} has {len(fields)} fields between tabs instead of {len(FIELDS)}:"
                f" {', '.join(FIELDS)}"
            )
        if fields[1] not in POS:
            raise InvalidGlossary(
                f"{path}, line {number}: {fields[1]!r} is no part of speech; use {', '.join(sorted(POS))}"
            )
        if not fields[0] or not any(fields[2:]):
            raise InvalidGlossary(f"{path}, line {number} has no headword or no translation")
        yield "\t".join([" ".join(fields[0].casefold().split()), *fields[1:]])
