"""What is known of words, by fold: their usual spellings, what hazm says of them, how Persian they are.

What hazm knows, which Hudhud ships folded, and wordfreq's lists are brought together once per machine, by a
process of its own, into maps in the user's cache: making them takes seconds, opening them nothing.
"""

import functools
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import platformdirs

from indexer.core.errors import LibraryBroken, ModelNotWritable
from indexer.storage import word_map
from indexer.storage.made_once import make_once
from indexer.storage.word_map import WordMap
from indexer.text import wordlists
from indexer.text.orthography import hazm_words
from indexer.text.orthography.common import VERSION

_logger = logging.getLogger(__name__)

FORMAT = 2
"""Raised whenever the same lines are kept in other files."""

TABLES = ("persian", "arabic", "odds", "trigrams", "verbs", "joins")
"""In the order in which the maker writes them."""

BEGINNINGS = "beginnings"
"""The table of the first parts of all joins."""

MAKER = "indexer.text.orthography.word_tables_maker"
"""The module that writes the lines of all tables to stdout."""

SHIPPED = "--shipped"
"""Tells it to take the words that Hudhud ships, though hazm is installed."""

SECTION = b"\f\n"
"""Between the tables."""


class Table:
    """What is said of words, each by its fold."""

    def __init__(self, words: WordMap) -> None:
        self._words = words

    def get(self, word: str) -> str | None:
        """What is said of `word`; None if nothing is."""
        found = self._words.get(word.encode())
        return None if found is None else found.decode()

    def __contains__(self, word: str) -> bool:
        return self._words.get(word.encode()) is not None


@dataclass(frozen=True, slots=True)
class PersianWord:
    """What hazm says of the words of one fold: the most frequent spelling, with its half-spaces."""

    spelling: str
    frequency: int
    is_adjective: bool


@dataclass(frozen=True, slots=True)
class WordTables:
    """Everything by fold.

    Attributes:
        persian: `spelling frequency adjective`, tabs between; see `persian_word`.
        arabic: the most frequent spelling, where it is not the one that letters alone give.
        odds: how much likelier the word is in Persian than in Arabic: natural logarithm, in tenths.
        trigrams: the same for three letters in a row, `^` and `$` at the ends of a word.
        verbs: `#` and the present stem, by conjugated form; parts of a form are joined.
        joins: words that are written with half-spaces, spaces in their places: compounds and verb forms.
        beginnings: the first parts of `joins`.
    """

    persian: Table
    arabic: Table
    odds: Table
    trigrams: Table
    verbs: Table
    joins: Table
    beginnings: Table

    @classmethod
    def of(cls, maps: dict[str, WordMap]) -> Self:
        """The tables in some maps, by name."""
        return cls(**{name: Table(words) for name, words in maps.items()})

    def persian_word(self, fold: str) -> PersianWord | None:
        """What hazm says of `fold`; None if it does not know it."""
        found = self.persian.get(fold)
        if found is None:
            return None
        spelling, frequency, adjective = found.split("\t")
        return PersianWord(spelling, int(frequency), adjective == "1")

    def log_odds(self, fold: str) -> float | None:
        """log P(fold in Persian) − log P(fold in Arabic); None if neither list has it."""
        found = self.odds.get(fold)
        return None if found is None else int(found) / 10

    def trigram_odds(self, trigram: str) -> float:
        """log P(trigram in Persian words) − log P(trigram in Arabic ones); 0 where neither has it."""
        return int(self.trigrams.get(trigram) or 0) / 10


@functools.cache
def known_words() -> WordTables:
    """The tables, made first where this machine has not got them.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    return WordTables.of(read_or_make(cache_folder()))


def prepare(progress: Callable[[str], None]) -> None:
    """Make or open the tables now, so that no query waits for them; `progress` hears of what takes seconds.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    if not cache_folder().exists():
        progress("folding the word lists of hazm and wordfreq, once per machine …")
    known_words()


def cache_folder() -> Path:
    """Where the tables are kept: in `HUDHUD_CACHE`, else in the user's cache folder."""
    base = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    name = f"hazm-{hazm_words.HAZM}-wordfreq-{wordlists.lists_version()}-{VERSION}-{FORMAT}"
    return base / "words" / name


def packed(lines: bytes) -> dict[str, bytes]:
    """What the maker wrote, as the content of a map for each table."""
    tables = (part.split(b"\n") for part in lines.split(SECTION))
    said = {name: list(map(_said, table)) for name, table in zip(TABLES, tables, strict=True)}
    beginnings = dict.fromkeys(join.partition(b" ")[0] for join, _ in said["joins"])
    said[BEGINNINGS] = [(first, b"") for first in beginnings]
    return {name: word_map.packed(pairs) for name, pairs in said.items()}


def _said(line: bytes) -> tuple[bytes, bytes]:
    """A word, and what is said of it."""
    word, _, said = line.partition(b"\t")
    return word, said


def trigrams_of(word: str) -> list[str]:
    """Every three letters in a row, `^` before the word and `$` behind it."""
    padded = f"^{word}$"
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def read_or_make(folder: Path) -> dict[str, WordMap]:
    """The maps in `folder`, by name; made for this process alone when they cannot be written there.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """

    def write(aside: Path) -> None:
        for name, content in packed(made()).items():
            _file(aside, name).write_bytes(content)

    try:
        make_once(folder, write, what="the word lists", progress=_logger.info)
        return {name: WordMap.open(_file(folder, name)) for name in (*TABLES, BEGINNINGS)}
    except (ModelNotWritable, OSError) as error:
        _logger.warning("the word lists are made anew for this process: %s", error)
        return {name: WordMap(content) for name, content in packed(made()).items()}


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.map"


def made() -> bytes:
    """The lines of all tables; where hazm is installed and does not run, out of what Hudhud ships of it.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    if hazm_words.is_installed():
        try:
            return from_maker()
        except LibraryBroken as error:
            _logger.warning("hazm does not run, its words are taken as Hudhud ships them: %s", error)
    return from_maker(SHIPPED)


def from_maker(*arguments: str) -> bytes:
    """What the maker writes, in a process of its own.

    Raises:
        LibraryBroken: it fails.
    """
    command = [sys.executable, "-m", MAKER, *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), f"exit code {done.returncode}")
        raise LibraryBroken(f"the word lists cannot be folded ({reason.strip()}): install Hudhud again")
    return done.stdout
