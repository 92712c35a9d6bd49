"""From Persian to Arabic words and back, through the English headwords that both translate.

Folding all translations takes seconds, so the table is made once per machine: a file of sorted lines, each a
language, a folded form or stem, and headwords with the likeliest first, tabs between. It is searched where it
lies.
"""

import functools
import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import platformdirs

from indexer.lexicon import dictionary
from indexer.lexicon.dictionary import LANGUAGES, NAMES, Dictionary, Sense, Translation
from indexer.lexicon.translations import Found, Translations
from indexer.storage.made_files import made_file
from indexer.text import wordlists
from indexer.text.orthography import VERSION as ORTHOGRAPHY
from indexer.text.orthography import fold
from indexer.text.orthography.stems import nearer_forms, stem

FILE = "headwords.tsv"
FORMAT = 2
MOST = 6
"""Headwords that are kept of a word: the usual one of each of its meanings, and some beside it."""

LATER_MEANING = 0.85
"""What translations of a headword count, for each place that a word is from the usual translation of it."""

NAME = "^"
"""Before a headword that is meant as a name: one of `names.tsv`, or turkey as Turkey."""


class Headwords:
    """Finds headwords in sorted lines. Safe to use from several threads."""

    def __init__(self, lines: bytes | mmap.mmap) -> None:
        """Take lines as `made` gives them."""
        self._lines = lines

    def of(self, word: str, language: str) -> tuple[str, ...]:
        """The headwords of a folded word, names behind `NAME`.

        Of the nearest form of it that means more than a name, then the names on the way there: العالم is the
        world, and a surname. Of its stem where none does, unless it is a name as it stands.
        """
        column = column_of(language)
        names: list[str] = []
        for form in nearer_forms(word, column):
            found = self._at(_key(form, column))
            if any(not headword.startswith(NAME) for headword in found):
                return tuple(dict.fromkeys((*found, *names)))
            names += found
        return self._at(_key(word, column)) or self._at(_key(stem(word, column), column)) or tuple(names)

    def _at(self, key: bytes) -> tuple[str, ...]:
        low, high = 0, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._lines.find(b"\n", start)
            line = self._lines[start:end]
            if line.startswith(key):
                return tuple(line[len(key) :].decode().split("\t"))
            low, high = (end + 1, high) if line < key else (low, start)
        return ()


class Between:
    """Words of Persian and Arabic to one another, through the English headwords that they share.

    Safe to use from several threads.
    """

    def __init__(self, folder: Path, known: Dictionary, translations: Translations) -> None:
        """Take the dictionary of the index in `folder`, and what finds its translations there."""
        self._known = known
        self._translations = translations
        glossary = dictionary.glossary_in(folder)
        self._own = Headwords(made(glossary)) if glossary else None

    def of(self, word: str, language: str) -> Found:
        """The terms and phrases that mean what a folded word of `language` means, in other languages."""
        headwords = dict.fromkeys(
            headword for table in (self._own, english()) if table for headword in table.of(word, language)
        )
        senses = [
            found for headword in headwords for found in senses_between(self._known, headword, word, language)
        ]
        return self._translations.of(
            [sense for sense, _ in senses], [LATER_MEANING**distance for _, distance in senses]
        )


def senses_between(known: Dictionary, headword: str, word: str, language: str) -> list[tuple[Sense, int]]:
    """What translates a headword into other languages in those senses in which a word translates it.

    Args:
        known: the dictionary.
        headword: of the word, as `Headwords.of` gives it.
        word: folded.
        language: of the word.

    Returns:
        Senses, each with how far the word is from the usual translation of the headword.
    """
    column = column_of(language)
    wanted = {*nearer_forms(word, column), stem(word, column)}
    is_name = headword.startswith(NAME)
    found = []
    for rank, sense in enumerate(known.senses(headword.removeprefix(NAME), is_name=is_name)):
        places = [place for place, form in _forms(sense, column) if wanted & _keys(form, column)]
        others = tuple(one for one in sense.translations if column_of(one.language) != column)
        if places and others and not (is_name and sense.pos not in NAMES):
            found.append((Sense(sense.pos, others), rank + min(places)))
    return found


def column_of(language: str) -> str:
    """The language whose spelling and stems a word has: Persian for Dari."""
    return "ar" if language == "ar" else "fa"


@functools.cache
def english() -> Headwords:
    """Those of the dictionary that comes with Hudhud, made first where this machine has not got them."""
    content = made_file(
        cache_folder() / FILE, lambda: made(dictionary.english()), what="the dictionary by its translations"
    )
    return Headwords(content)


def cache_folder() -> Path:
    """Where the table is kept: in `HUDHUD_CACHE`, else in the user's cache folder."""
    base = Path(os.environ.get("HUDHUD_CACHE") or platformdirs.user_cache_path("hudhud"))
    digest = hashlib.sha256(f"{FORMAT} {MOST} {ORTHOGRAPHY} {wordlists.lists_version()}".encode())
    for name in dictionary.FILES:
        digest.update(files("indexer.lexicon").joinpath("data", name).read_bytes())
    return base / "words" / f"headwords-{digest.hexdigest()[:16]}"


def made(known: Dictionary) -> bytes:
    """The sorted lines of a dictionary."""
    ranked: dict[bytes, dict[str, tuple[int, float]]] = {}
    used = wordlists.frequencies("en")
    for headword, key, rank in _entries(known):
        asked = headword.removeprefix(NAME)
        meaning = (rank, -used.get(asked.casefold(), 0.0))
        explained = ranked.setdefault(key, {})
        explained[headword] = min(explained.get(headword, meaning), meaning)
    lines = (
        key + "\t".join(sorted(found, key=lambda one: (found[one], one))[:MOST]).encode() + b"\n"
        for key, found in ranked.items()
    )
    return b"".join(sorted(lines))


def _entries(known: Dictionary) -> Iterator[tuple[str, bytes, int]]:
    """Headwords, the keys of their translations, and how far each is from the usual translation."""
    for names, headwords in ((False, known.headwords()), (True, known.names())):
        for headword in headwords:
            for rank, sense in enumerate(known.senses(headword, is_name=names)):
                for column in ("fa", "ar"):
                    for place, form in _forms(sense, column):
                        for key in _keys(form, column):
                            yield f"{NAME * names}{headword}", _key(key, column), rank + place


def _forms(sense: Sense, column: str) -> Iterator[tuple[int, str]]:
    """The forms of a sense's translations of one word, with the place of the translation in its language."""
    for language in LANGUAGES:
        of_language: Iterable[Translation] = (one for one in sense.translations if one.language == language)
        for place, translation in enumerate(of_language):
            if column_of(language) == column:
                yield from ((place, form) for form in translation.forms if " " not in form)


def _keys(form: str, column: str) -> set[str]:
    folded = fold(form)
    return {folded, stem(folded, column)}


def _key(word: str, column: str) -> bytes:
    return f"{column}\t{word}\t".encode()
