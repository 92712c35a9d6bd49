"""The dictionary reversed: what Persian, Dari and Arabic words mean, in English, for who cannot read them.

Folding all translations takes seconds and 100 MB, so the table is made once per machine, and mapped.
"""

import functools
import logging
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from indexer.core.errors import ModelNotWritable
from indexer.lexicon import dictionary, headwords
from indexer.lexicon.dictionary import ABBREVIATION, NAME, Dictionary
from indexer.storage.made_once import make_once
from indexer.storage.word_map import WordMap, packed
from indexer.text import wordlists
from indexer.text.orthography import fold, is_function_word
from indexer.text.orthography.stems import stem

_logger = logging.getLogger(__name__)

FILE = "gloss.map"
FORMAT = 1

MEANINGS = 3
"""English words that a word is explained by, at most; one, where only names are known for it, which differ in
their spelling alone."""

_OPENING = threading.Lock()


def meanings(word: str, language: str) -> tuple[str, ...]:
    """English for a folded word, the likeliest first; empty where the dictionary has none.

    Args:
        word: folded.
        language: of the text that it stands in.
    """
    if is_function_word(word):
        return ()
    column = "ar" if language == "ar" else "fa"
    return _found(word, column) or _found(stem(word, column), column)


def prepare() -> None:
    """Open the table, made first where this machine has not got it, which takes seconds."""
    with _OPENING:
        _table()


@functools.cache
def _table() -> WordMap:
    folder = cache_folder()
    try:
        make_once(
            folder,
            lambda aside: _write(aside / FILE),
            what="the dictionary reversed",
            progress=_logger.info,
        )
        return WordMap.open(folder / FILE)
    except (ModelNotWritable, OSError) as error:
        _logger.warning("the dictionary reversed is made anew for this process: %s", error)
        return WordMap(made(dictionary.english()))


def cache_folder() -> Path:
    """Where the table is kept: beside that of headwords, which is made of the same."""
    beside = headwords.cache_folder()
    return beside.with_name(f"gloss-{FORMAT}.{MEANINGS}-{beside.name.removeprefix('headwords-')}")


def made(known: Dictionary) -> bytes:
    """By column, then by fold and by stem: headwords, those whose usual translation it is before others.

    Names are there for words that no headword explains.
    """
    words, names = _ranked(known, known.headwords(), MEANINGS), _ranked(known, known.names(), 1)
    return packed(
        (_key(word, column), "\t".join(found).encode())
        for column in words
        for word, found in (names[column] | words[column]).items()
    )


def _write(path: Path) -> None:
    path.write_bytes(made(dictionary.english()))


def _key(word: str, column: str) -> bytes:
    return f"{column}\t{word}".encode()


def _found(word: str, column: str) -> tuple[str, ...]:
    """What the table says of a fold or stem."""
    said = _table().get(_key(word, column))
    return tuple(said.decode().split("\t")) if said else ()


def _ranked(known: Dictionary, headwords: Iterable[str], most: int) -> dict[str, dict[str, tuple[str, ...]]]:
    ranked: dict[str, dict[str, dict[str, tuple[int, float]]]] = {"fa": {}, "ar": {}}
    used = wordlists.frequencies("en")
    for headword, column, form, rank in _entries(known, headwords):
        meaning = (rank, -used.get(headword.casefold(), 0.0))
        folded = fold(form)
        for key in {folded, stem(folded, column)}:
            explained = ranked[column].setdefault(key, {})
            explained[headword] = min(explained.get(headword, meaning), meaning)
    return {
        column: {
            key: tuple(sorted(found, key=lambda word: (found[word], len(word), word))[:most])
            for key, found in table.items()
        }
        for column, table in ranked.items()
    }


def _entries(known: Dictionary, headwords: Iterable[str]) -> Iterator[tuple[str, str, str, int]]:
    """Headword, column, translation of one word, and how far from the usual translation it is."""
    for headword in headwords:
        for rank, sense in enumerate(known.senses(headword)):
            places: dict[str, int] = {}
            for translation in sense.translations:
                place = places.get(translation.language, 0)
                places[translation.language] = place + 1
                column = "ar" if translation.language == "ar" else "fa"
                for form in translation.forms:
                    if " " not in form:
                        yield _written(headword, sense.pos), column, form, rank + place


def _written(headword: str, pos: str) -> str:
    """A headword as English writes it."""
    if pos == ABBREVIATION:
        return headword.upper()
    return headword.title() if pos == NAME else headword
