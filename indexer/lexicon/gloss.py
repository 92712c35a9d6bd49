"""The dictionary reversed: what Persian, Dari and Arabic words mean, in English, for who cannot read them.

Folding all translations takes seconds and 100 MB, so the table is made once per machine, and mapped.
"""

import functools
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from indexer.lexicon import dictionary, headwords
from indexer.lexicon.dictionary import ABBREVIATION, NAME, NAMES, Dictionary
from indexer.lexicon.headwords import column_of
from indexer.lexicon.translations import present_stem
from indexer.storage.made_files import made_file
from indexer.storage.word_map import WordMap, packed
from indexer.text import wordlists
from indexer.text.orthography import fold, is_function_word
from indexer.text.orthography.stems import stem
from indexer.text.orthography.word_tables import known_words

FILE = "gloss.map"
FORMAT = 3

MEANINGS = 3
"""English words that a word is explained by, at most; one, where only names are known for it, which differ in
their spelling alone."""

_PREFIXES = frozenset("وفبلک")
"""Arabic words of one letter, folded, which are written with the word behind them: and, so, in, for, as."""

_NEGATIONS = {
    "fa": {"نه": "not", "نیست": "not", "نیستند": "not", "نبود": "not", "هیچ": "no", "هرگز": "never"},
    "ar": {
        **dict.fromkeys(("لا", "لم", "لن", "لیس", "لیست", "غیر"), "not"),
        "دون": "without",
    },
}
"""Folded words that say no: without them a sentence seems to say the contrary."""

_STEMS, _NAMES, _RARE_NAMES = "~", "^", "^^"
"""Behind the column of what stems mean, and words as names: those of `english.tsv`, and all others."""

_OF_VERBS = "#"
"""Stems of verbs begin so."""

_RARER = 10.0
"""How many times as usual an English word must be to go before one whose translation is one place before."""

AS_USUAL = 2
"""How many times as usual a word must be to go before a name: names are what news are about."""

HARDLY = 40
"""How many times as usual as another a meaning must be for that one not to be told."""

RARE = 5e-7
"""Share of English texts below which nobody uses a word."""

_UNKNOWN = 1e-8
"""Share of English texts that a word has which no list has."""

_OPENING = threading.Lock()


def meanings(word: str, language: str) -> tuple[str, ...]:
    """English for a folded word, the likeliest first; empty where the dictionary has none.

    Args:
        word: folded.
        language: of the text that it stands in.
    """
    column = column_of(language)
    if said := _NEGATIONS[column].get(word):
        return (said,)
    if is_function_word(word):
        return ()
    found = _meanings(word, column)
    is_negated = column == "fa" and _is_negated(word) and not _found(word, column)
    return tuple(f"not {verb}" for verb in found[:1]) if is_negated else found


def _is_negated(word: str) -> bool:
    """Whether a folded Persian word is a form of a verb with ن before it: نکرد, did not."""
    verbs = known_words().verbs
    return word.startswith("ن") and verbs.get(word[1:]) is not None and verbs.get(word[1:]) == verbs.get(word)


def _meanings(word: str, column: str) -> tuple[str, ...]:
    """What the table says of a folded word that is no function word."""
    names = _found(word, column + _NAMES)
    if own := _found(word, column):
        return _likeliest(own, names) if names else _in_use(own, word, column)
    root = _verb(word) if column == "fa" and names else stem(word, column)
    by_stem = _found(root, column + _STEMS)
    found = (by_stem or names) if root.startswith(_OF_VERBS) else (names or by_stem)
    found = found or _found(word, column + _RARE_NAMES)
    if not found and column == "ar" and word[0] in _PREFIXES:
        return _found(word[1:], column + _NAMES)
    return found


def _likeliest(own: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Of what a word means and whom it names, what English says more first; what it hardly says, not.

    چین is China and hardly ever a crease; پوتین is Putin or a boot.
    """
    name, word = _use(names[0]), max(map(_use, own))
    first, second = (names, own) if name * AS_USUAL >= word else (own, names)
    least = max(map(_use, first)) / HARDLY
    return tuple(dict.fromkeys((*first, *(one for one in second if _use(one) >= least))))[:MEANINGS]


def _in_use(own: tuple[str, ...], word: str, column: str) -> tuple[str, ...]:
    """What a word means; of one that nobody says in English what its stem means: ارضه is land, no termite."""
    if max(map(_use, own)) >= RARE:
        return own
    by_stem = _found(stem(word, column), column + _STEMS)
    usual = tuple(one for one in by_stem if _use(one) >= RARE * _RARER and one not in own)
    return usual or own


def _use(meaning: str) -> float:
    """Share of English texts, of a word or of the rarest of several."""
    used = wordlists.frequencies("en")
    return min(used.get(word, _UNKNOWN) for word in meaning.casefold().split())


def _verb(word: str) -> str:
    """The stem of a Persian word that may be a name: a verb's if it is its form. داد is gave, not Dodd."""
    return known_words().verbs.get(word) or stem(word, "fa")


def prepare() -> None:
    """Open the table, made first where this machine has not got it, which takes seconds."""
    with _OPENING:
        _table()


@functools.cache
def _table() -> WordMap:
    content = made_file(
        cache_folder() / FILE, lambda: made(dictionary.english()), what="the dictionary reversed"
    )
    return WordMap(content)


def cache_folder() -> Path:
    """Where the table is kept: beside that of headwords, which is made of the same."""
    beside = headwords.cache_folder()
    return beside.with_name(f"gloss-{FORMAT}.{MEANINGS}-{beside.name.removeprefix('headwords-')}")


def made(known: Dictionary) -> bytes:
    """By column, by fold and by stem: headwords, those whose usual translation it is before others.

    Names stand apart, by fold alone: forms of common words would be taken for them.
    """
    words, names = _ranked(known, known.headwords(), MEANINGS), _ranked(known, known.names(), 1)
    tables = words | {f"{column}{_NAMES}": found for column, found in names.items()}
    return packed(
        (_key(word, column), "\t".join(found).encode())
        for column, table in tables.items()
        for word, found in table.items()
    )


def _key(word: str, column: str) -> bytes:
    return f"{column}\t{word}".encode()


def _found(word: str, column: str) -> tuple[str, ...]:
    """What the table says of a fold or stem."""
    said = _table().get(_key(word, column))
    return tuple(said.decode().split("\t")) if said else ()


def _ranked(known: Dictionary, headwords: Iterable[str], most: int) -> dict[str, dict[str, tuple[str, ...]]]:
    ranked: dict[str, dict[str, dict[str, float]]] = {}
    used = wordlists.frequencies("en")
    for headword, column, form, rank, pos in _entries(known, headwords):
        usual = min(used.get(word, 0.0) for word in headword.casefold().split())
        meaning = rank - math.log(max(usual, _UNKNOWN), _RARER)
        for key in _keys(fold(form), column, pos):
            explained = ranked.setdefault(key[0], {}).setdefault(key[1], {})
            explained[headword] = min(explained.get(headword, meaning), meaning)
    return {
        column: {
            key: _different(sorted(found, key=lambda word: (found[word], len(word), word)))[:most]
            for key, found in table.items()
        }
        for column, table in ranked.items()
    }


def _different(found: Sequence[str]) -> tuple[str, ...]:
    """Meanings without those that differ from one before in capitals alone, or are a part of another."""
    first = {word.casefold(): word for word in reversed(found)}
    kept = [word for word in found if first[word.casefold()] is word]
    parts = {part for word in kept if " " in word for part in word.split()}
    return tuple(word for word in kept if word not in parts)


def _keys(folded: str, column: str, pos: str) -> Iterator[tuple[str, str]]:
    """Where a translation is looked for: the column, and the word or the stem."""
    if pos in NAMES:
        yield column + _NAMES, folded
        return
    yield column, folded
    if pos == "v" and column == "fa":
        stems = present_stem(folded)
    else:
        stems = {one for one in (folded, stem(folded, column)) if not one.startswith(_OF_VERBS)}
    for one in stems:
        yield column + _STEMS, one


def _entries(known: Dictionary, headwords: Iterable[str]) -> Iterator[tuple[str, str, str, int, str]]:
    """Headword, column, translation of one word, how far from the usual one that is, and of what kind."""
    for headword in headwords:
        for rank, sense in enumerate(known.senses(headword)):
            places: dict[str, int] = {}
            for translation in sense.translations:
                place = places.get(translation.language, 0)
                places[translation.language] = place + 1
                column = column_of(translation.language)
                for form in translation.forms:
                    if " " not in form:
                        yield _written(headword, sense.pos), column, form, rank + place, sense.pos


def _written(headword: str, pos: str) -> str:
    """A headword as English writes it."""
    if pos == ABBREVIATION:
        return headword.upper()
    return headword.title() if pos == NAME else headword
