"""The dictionary: English headwords with their Persian, Dari and Arabic translations, as news write them.

`data/english.tsv` has a sense a line: headword, part of speech, Persian, Dari where it differs, Arabic;
`|` between alternatives, the most usual first, `/` between irregular forms of one. `data/names.tsv` has
names in the same form, with their kind for a part of speech. A user's glossary has the form of the first
and goes on top: its senses of a headword replace those of both.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from indexer.core.errors import InvalidGlossary
from indexer.text import lemmas

FIELDS = ("headword", "part of speech", "Persian", "Dari", "Arabic")
NAME, ABBREVIATION = "name", "abbr"
POS = frozenset({"n", "v", "adj", "adv", NAME, ABBREVIATION, "num", "other"})
NAMES = frozenset({NAME, ABBREVIATION})
"""Parts of speech that name one thing: what sounds alike may stand for it too."""
WORD_TOO = "?"
"""Behind the kind of a name that is a word as well: turkey, march."""

LANGUAGES = ("fa", "prs", "ar")
FILES = ("english.tsv", "names.tsv")
"""Of words, and of names."""

GLOSSARY = "glossary.tsv"
"""The user's glossary in an index."""

MOST_WORDS = 5
"""Words of the longest headword that is looked for."""


Lines = Mapping[str, Sequence[str]]


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

    def __init__(self, lines: Lines, names: Lines = MappingProxyType({})) -> None:
        """Take the lines of each headword and of each name, without it."""
        self._lines = lines
        self._names = names
        self._beginnings = _beginnings(lines) | _beginnings(names)

    def headword(self, words: str) -> str | None:
        """The headword or name that some words are, themselves or in another form; None for others."""
        asked = words.casefold()
        if asked in self._lines or asked in self._names or not asked:
            return asked or None
        first, _, last = asked.rpartition(" ")
        forms = [f"{first} {form}".strip() for form in lemmas.english_forms(last)]
        found = next((form for form in forms if form in self._lines), None)
        singular = asked.removesuffix("s")
        return found or (singular if singular in self._names else None)

    def is_word(self, word: str) -> bool:
        """Whether a word is a headword in some form, and not a name alone."""
        return self.headword(word) in self._lines

    def is_proper(self, words: Sequence[str]) -> bool:
        """Whether folded words are a name as a whole, and not one before words that say what it is of.

        Neither Buenos nor Aires says anything on its own; of the Zaporizhzhia plant both words do.
        """
        whole = self.headword(" ".join(words))
        if whole not in self._names or whole in self._lines:
            return False
        return not any(
            self.headword(" ".join(words[:count])) in self._names and all(map(self.is_word, words[count:]))
            for count in range(1, len(words))
        )

    def together(self, words: Sequence[str]) -> Iterator[int]:
        """How many of folded `words`, from the first on, are one headword of several: the most first."""
        if words and words[0].casefold() in self._beginnings:
            most = min(len(words), MOST_WORDS)
            yield from (n for n in range(most, 1, -1) if self.headword(" ".join(words[:n])))

    def senses(self, headword: str, *, is_name: bool = False) -> tuple[Sense, ...]:
        """The senses of a headword, the most usual in news first.

        Args:
            headword: as `headword` gives it.
            is_name: whether it is written as one. Those that name one thing come first then, and what is a
                word as well may be the name of `names.tsv`.
        """
        lines = self._lines.get(headword, ())
        names = [
            _as_name(line)
            for line in self._names.get(headword, ())
            if is_name or not lines or not _is_word_too(line)
        ]
        found = [*map(_sense, lines), *map(_sense, names)]
        if is_name:
            found.sort(key=lambda sense: sense.pos not in NAMES)
        return tuple(found)

    def headwords(self) -> Iterable[str]:
        """All headwords, without names."""
        return self._lines.keys()

    def names(self) -> Iterable[str]:
        """All names that are no headwords."""
        return self._names.keys() - self._lines.keys()

    def with_senses(self, lines: Lines) -> "Dictionary":
        """The dictionary with other senses of some headwords, in the places of its own."""
        names = {name: senses for name, senses in self._names.items() if name not in lines}
        return Dictionary({**self._lines, **lines}, names)


def of_index(folder: Path) -> Dictionary:
    """The dictionary of the index whose files lie in `folder`: with its glossary, if it has one."""
    path = folder / GLOSSARY
    return with_glossary(path) if path.exists() else english()


def glossary_in(folder: Path) -> Dictionary | None:
    """The glossary alone of the index whose files lie in `folder`; None where it has none."""
    path = folder / GLOSSARY
    return Dictionary(_grouped(_checked(path))) if path.exists() else None


def glossary_text(path: Path) -> str:
    """A user's glossary, checked, as an index keeps it.

    Raises:
        InvalidGlossary: it cannot be read, or a line is not what it should be; names the line.
    """
    return "".join(f"{line}\n" for line in _checked(path))


@functools.cache
def english() -> Dictionary:
    """The dictionary that comes with Hudhud."""
    words, names = (_grouped(_lines_of(name)) for name in FILES)
    return Dictionary(words, names)


def with_glossary(path: Path) -> Dictionary:
    """The dictionary with a user's glossary on top.

    Raises:
        InvalidGlossary: it cannot be read, or a line is not what it should be; names the line.
    """
    return english().with_senses(_grouped(_checked(path)))


def _lines_of(name: str) -> Iterator[str]:
    """The lines of a file of the package without its comments."""
    text = files("indexer.lexicon").joinpath("data", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if not line.startswith("#"))


def _grouped(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        headword, _, sense = line.partition("\t")
        found.setdefault(headword, []).append(sense)
    return found


def _beginnings(headwords: Iterable[str]) -> frozenset[str]:
    """First words of the headwords of several."""
    return frozenset(headword.partition(" ")[0] for headword in headwords if " " in headword)


def _is_word_too(line: str) -> bool:
    """Whether the name of a line of `names.tsv` is a word as well."""
    return line.partition("\t")[0].endswith(WORD_TOO)


def _as_name(line: str) -> str:
    """The line of a sense, of a line of `names.tsv`."""
    _, _, translations = line.partition("\t")
    return f"{NAME}\t{translations}"


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
