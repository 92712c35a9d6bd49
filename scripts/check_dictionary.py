"""Check the English → Persian, Dari, Arabic dictionary; `FILE` is another than the one in the package.

A sense is a line of five fields with tabs between: headword, part of speech, Persian, Dari, Arabic. `|`
stands between alternatives, `/` between forms of one alternative; Dari is empty where it is as Persian.

A word passes if the lists of wordfreq or hazm have it, or if it stands in `reviewed.txt`: words that somebody
read and found right. Words of a `name` need no list: of a transliteration only the letters are checked.

Exits with 1 where there are faults, a line each.
"""

import functools
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from indexer.text.orthography import fold
from indexer.text.orthography.common import ALEF_MAKSURA, TEH_MARBUTA, ZWNJ
from indexer.text.orthography.word_tables import WordTables, known_words
from indexer.text.wordlists import frequencies

DATA = Path(__file__).parent.parent / "indexer" / "lexicon" / "data"
DICTIONARY, REVIEWED = DATA / "english.tsv", DATA / "reviewed.txt"

PARTS_OF_SPEECH = frozenset({"n", "v", "adj", "adv", "name", "abbr", "num", "other"})
MOST_ALTERNATIVES, MOST_WORDS = 5, 4
MOST_FOREIGN = 5.0
"""Natural logarithm: a word so much likelier in the other language (150 times) must have been reviewed."""

_HEADWORD = re.compile(r"[a-z0-9]+(?:(?:'? |[-'])[a-z0-9]+)*")
_BOTH = "ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهو0-9"
_PERSIAN, _DARI, _ARABIC = f"{_BOTH}پچژگکی", f"{_BOTH}پچژگکیځ", f"{_BOTH}إكيىة"
_WORDS = {
    name: re.compile(f"[{letters}]+(?:[{joints}][{letters}]+)*")
    for name, letters, joints in (
        ("Persian", _PERSIAN, f"{ZWNJ}-"),
        ("Dari", _DARI, f"{ZWNJ}-"),
        ("Arabic", _ARABIC, "-"),
    )
}
_INSIDE = re.compile(f"[{ALEF_MAKSURA}{TEH_MARBUTA}](?=\\w)")
"""Letters that stand at the end of a word alone."""

_TANWEEN = re.compile("(?<=ا)\u064b(?![\\w\u200c])")
"""Persian writes it or leaves it out (قبلاً, قبلا)."""

_ARTICLE = "ال"
_PROCLITICS = (_ARTICLE, "و", "ف", "ب", "ل", "ك", "لل", "بال", "وال", "كال")
"""What Arabic writes together with the word behind it."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One line of the dictionary; the translations as they stand there."""

    line: int
    headword: str
    part_of_speech: str
    persian: str
    dari: str
    arabic: str

    @property
    def columns(self) -> dict[str, str]:
        """The translations that there are, by the name of their column."""
        cells = {"Persian": self.persian, "Dari": self.dari, "Arabic": self.arabic}
        return {name: cell for name, cell in cells.items() if cell}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line."""

    line: int
    headword: str
    what: str

    def __str__(self) -> str:
        return f"{self.line}: {self.headword}: {self.what}"


@dataclass(frozen=True, slots=True)
class Lists:
    """What the lists know.

    Attributes:
        persian: folds of wordfreq's Persian words.
        arabic: wordfreq's Arabic words, as they are spelled there.
        tables: hazm's words, and how much likelier a word is in Persian than in Arabic.
        reviewed: words that pass although the lists do not have them.
        excused: words of `reviewed` that would have been faults.
    """

    persian: frozenset[str]
    arabic: frozenset[str]
    tables: WordTables
    reviewed: frozenset[str]
    excused: set[str] = field(default_factory=set)

    def excuses(self, word: str) -> bool:
        """Whether a word that did not pass was reviewed; remembers that it was needed."""
        if word not in self.reviewed:
            return False
        self.excused.add(word)
        return True


def load(reviewed: Iterable[str]) -> Lists:
    """The lists of wordfreq and hazm, with the words that were reviewed besides."""
    return Lists(*_listed(), known_words(), frozenset(reviewed))


@functools.cache
def _listed() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(fold, frequencies("fa"))), frozenset(frequencies("ar", "large"))


def check(text: str, reviewed: list[str]) -> list[Fault]:
    """Every fault of a dictionary, given with its reviewed words, in the order of the lines.

    Faults of the reviewed words themselves have the line 0.
    """
    senses, faults = _read(text)
    lists = load(reviewed)
    faults += [fault for sense in senses for fault in _faults_of(sense, lists)]
    faults += _faults_of_order(senses)
    faults += _faults_of_reviewed(reviewed, lists)
    return sorted(faults, key=lambda fault: fault.line)


def _read(text: str) -> tuple[list[Sense], list[Fault]]:
    senses, faults = [], []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        fields = line.split("\t")
        if len(fields) == 5:
            senses.append(Sense(number, *fields))
        else:
            faults.append(Fault(number, fields[0], f"{len(fields)} fields, not 5"))
    return senses, faults


def _faults_of(sense: Sense, lists: Lists) -> Iterator[Fault]:
    for what in _wrong_in(sense, lists):
        yield Fault(sense.line, sense.headword, what)


def _wrong_in(sense: Sense, lists: Lists) -> Iterator[str]:
    if not _HEADWORD.fullmatch(sense.headword):
        yield f"the headword is '{sense.headword}': lower-case letters, digits and single spaces alone"
    if sense.part_of_speech not in PARTS_OF_SPEECH:
        yield f"the part of speech is '{sense.part_of_speech}': one of {', '.join(sorted(PARTS_OF_SPEECH))}"
    for name in ("Persian", "Arabic"):
        if name not in sense.columns:
            yield f"no {name}"
    if list(map(fold, sense.dari.split(" "))) == list(map(fold, sense.persian.split(" "))):
        yield "Dari says what Persian says: leave it empty"
    for name, cell in sense.columns.items():
        yield from _wrong_in_alternatives(name, cell)
        for word in re.split("[|/ ]", cell):
            yield from _wrong_in_word(name, word, lists, is_name=sense.part_of_speech == "name")


def _wrong_in_alternatives(name: str, cell: str) -> Iterator[str]:
    if cell.count("|") >= MOST_ALTERNATIVES:
        yield f"{name} has {cell.count('|') + 1} alternatives, at most {MOST_ALTERNATIVES} belong there"
    met: dict[tuple[str, ...], str] = {}
    for form in re.split("[|/]", cell):
        words = form.split(" ")
        if not all(words):
            yield f"{name} has an empty form or a space too many in '{cell}'"
        if len(words) > MOST_WORDS:
            yield f"{name} '{form}' is of {len(words)} words, at most {MOST_WORDS} belong together"
        folded = tuple(fold(_without_article(word) if name == "Arabic" else word) for word in words)
        if folded in met:
            yield f"{name} has '{met[folded]}' and '{form}', which are one once folded"
        met[folded] = form


def _without_article(word: str) -> str:
    return word[2:] if word.startswith(_ARTICLE) and len(word) > 4 else word


def _wrong_in_word(name: str, word: str, lists: Lists, *, is_name: bool) -> Iterator[str]:
    pattern = _WORDS[name]
    plain = word if name == "Arabic" else _TANWEEN.sub("", word)
    if not word:
        return
    if not pattern.fullmatch(plain):
        yield f"{name} '{word}' has characters that do not belong there: {_strange(pattern, plain)}"
    elif _INSIDE.search(word):
        yield f"{name} '{word}' has a letter inside that only ends words"
    elif not is_name:
        for part in plain.split("-"):
            if what := _unknown(name, part, lists):
                yield f"{name} '{part}' {what}: mend it, or add it to {REVIEWED.name}"


def _strange(pattern: re.Pattern[str], word: str) -> str:
    """The characters that `pattern` has for no word, else all of them."""
    return " ".join(f"U+{ord(c):04X}" for c in word if not pattern.fullmatch(c)) or "their order"


def _unknown(name: str, word: str, lists: Lists) -> str | None:
    """Why a word cannot pass; None if it does."""
    if word.isdigit():
        return None
    is_known = _is_arabic if name == "Arabic" else _is_persian
    odds = lists.tables.log_odds(fold(word)) or 0.0
    foreign = odds if name == "Arabic" else -odds
    if not is_known(word, lists):
        what = "is in no list"
    elif foreign > MOST_FOREIGN:
        what = f"is likelier {'Persian' if name == 'Arabic' else 'Arabic'}"
    else:
        return None
    return None if lists.excuses(word) else what


def _is_persian(word: str, lists: Lists) -> bool:
    """Whether a list has a word, or each of its parts between half-spaces, in whatever spelling."""

    def has(part: str) -> bool:
        folded = fold(part)
        if part.isdigit() or folded in lists.persian:
            return True
        return bool(lists.tables.persian_word(folded) or lists.tables.verbs.get(folded))

    return has(word) or (ZWNJ in word and all(has(part) for part in word.split(ZWNJ)))


def _is_arabic(word: str, lists: Lists) -> bool:
    """Whether the list has a word in this spelling, with the article or behind what is written with it."""
    if word in lists.arabic or _ARTICLE + word in lists.arabic:
        return True
    rests = (word.removeprefix(proclitic) for proclitic in _PROCLITICS if word.startswith(proclitic))
    return any(len(rest) > 1 and rest in lists.arabic for rest in rests)


def _faults_of_order(senses: list[Sense]) -> Iterator[Fault]:
    """Headwords out of order, and senses that say nothing new under their headword."""
    for before, sense in pairwise(senses):
        if sense.headword < before.headword:
            yield Fault(sense.line, sense.headword, f"stands behind '{before.headword}': sort by headword")
    by_headword: dict[str, list[Sense]] = defaultdict(list)
    for sense in senses:
        others = by_headword[sense.headword]
        for other in others:
            if _says_nothing_new(sense, other):
                yield Fault(sense.line, sense.headword, f"says what line {other.line} says")
        others.append(sense)


def _says_nothing_new(sense: Sense, other: Sense) -> bool:
    """Whether two senses are one: the same part of speech, and all translations of one among the other's."""
    if sense.part_of_speech != other.part_of_speech:
        return False
    one, two = (
        {(name, form) for name, cell in each.columns.items() for form in cell.split("|")}
        for each in (sense, other)
    )
    return one <= two or two <= one


def _faults_of_reviewed(reviewed: list[str], lists: Lists) -> Iterator[Fault]:
    for before, word in pairwise(reviewed):
        if word <= before:
            yield Fault(0, REVIEWED.name, f"'{word}' stands behind '{before}': sort, each once")
    for word in sorted(lists.reviewed - lists.excused):
        yield Fault(0, REVIEWED.name, f"'{word}' is not needed: take it out")


def main() -> int:
    """Check the file given, or the one in the package; 1 if there are faults."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DICTIONARY
    reviewed = REVIEWED.read_text(encoding="utf-8").split()
    faults = check(path.read_text(encoding="utf-8"), reviewed)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write(f"{len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
