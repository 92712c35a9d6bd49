"""The dictionary reversed: what Persian, Dari and Arabic words mean, in English, for who cannot read them."""

import functools
from collections.abc import Iterable, Iterator

from indexer.lexicon import dictionary
from indexer.lexicon.dictionary import ABBREVIATION, NAME, Dictionary
from indexer.text import wordlists
from indexer.text.orthography import fold, is_function_word
from indexer.text.orthography.stems import stem

MEANINGS = 3
"""English words that a word is explained by, at most; one, where only names are known for it, which differ in
their spelling alone."""


def meanings(word: str, language: str) -> tuple[str, ...]:
    """English for a folded word, the likeliest first; empty where the dictionary has none.

    Args:
        word: folded.
        language: of the text that it stands in.
    """
    if is_function_word(word):
        return ()
    column = "ar" if language == "ar" else "fa"
    table = _reversed()[column]
    return table.get(word) or table.get(stem(word, column)) or ()


@functools.cache
def _reversed() -> dict[str, dict[str, tuple[str, ...]]]:
    """By column, then by fold and by stem: headwords, those whose usual translation it is before others.

    Names are there for words that no headword explains.
    """
    known = dictionary.english()
    words, names = _ranked(known, known.headwords(), MEANINGS), _ranked(known, known.names(), 1)
    return {column: names[column] | words[column] for column in words}


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
