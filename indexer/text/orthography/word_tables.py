"""What is known of words, by fold: their usual spellings, what hazm says of them, how Persian they are.

What hazm knows, which Hudhud ships folded, and wordfreq's lists are brought together once per machine, by a
process of its own, into one text file in the user's cache: making it takes seconds, reading it a fraction of
one.
"""

import bisect
import functools
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from indexer.core.errors import LibraryBroken, ModelNotWritable
from indexer.storage.made_once import make_once
from indexer.text import wordlists
from indexer.text.orthography import hazm_words
from indexer.text.orthography.common import VERSION

_logger = logging.getLogger(__name__)

FILE = "words.tsv"
MAKER = "indexer.text.orthography.word_tables_maker"
"""The module that writes the content of the file to stdout."""

SHIPPED = "--shipped"
"""Tells it to take the words that Hudhud ships, though hazm is installed."""

SECTION = b"\f\n"
"""Between the tables in the file: Persian, Arabic, odds, trigrams, verbs, joins."""


class Table:
    """Lines of a word, a tab and what is said of it, sorted as bytes: a fifth of the room of a dict."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def get(self, word: str) -> str | None:
        """What is said of `word`; None if nothing is."""
        key = word.encode() + b"\t"
        position = bisect.bisect_left(self._lines, key)
        if position < len(self._lines) and self._lines[position].startswith(key):
            return self._lines[position][len(key) :].decode()
        return None


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
    """

    persian: Table
    arabic: Table
    odds: Table
    trigrams: dict[str, float]
    verbs: Table
    joins: frozenset[str]

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


@functools.cache
def known_words() -> WordTables:
    """The tables, made first where this machine has not got them.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    return parsed(read_or_make(cache_folder()))


def prepare(progress: Callable[[str], None]) -> None:
    """Make or read the tables now, so that no query waits for them; `progress` hears of what takes seconds.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """
    if not (cache_folder() / FILE).exists():
        progress("folding the word lists of hazm and wordfreq, once per machine …")
    known_words()


def cache_folder() -> Path:
    """Where the tables are kept: in `HUDHUD_CACHE`, else in the user's cache folder."""
    base = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    name = f"hazm-{hazm_words.HAZM}-wordfreq-{wordlists.lists_version()}-{VERSION}"
    return base / "words" / name


def parsed(content: bytes) -> WordTables:
    """The tables in the content of a file; the format is written by `word_tables_maker`."""
    persian, arabic, odds, trigrams, verbs, joins = (part.split(b"\n") for part in content.split(SECTION))
    pairs = (line.decode().split("\t") for line in trigrams)
    return WordTables(
        Table(persian),
        Table(arabic),
        Table(odds),
        {trigram: int(value) / 10 for trigram, value in pairs},
        Table(verbs),
        frozenset(line.decode() for line in joins),
    )


def trigrams_of(word: str) -> list[str]:
    """Every three letters in a row, `^` before the word and `$` behind it."""
    padded = f"^{word}$"
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def read_or_make(folder: Path) -> bytes:
    """What the file in `folder` holds; made for this process alone when it cannot be written there.

    Raises:
        LibraryBroken: wordfreq does not run in this environment.
    """

    def write(aside: Path) -> None:
        (aside / FILE).write_bytes(made())

    try:
        make_once(folder, write, what="the word lists", progress=_logger.info)
        return (folder / FILE).read_bytes()
    except (ModelNotWritable, OSError) as error:
        _logger.warning("the word lists are made anew for this process: %s", error)
        return made()


def made() -> bytes:
    """The content of the file; where hazm is installed and does not run, out of what Hudhud ships of it.

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
