"""Collect the broken plurals of the dictionary into the file that stems use; `--write` puts it there.

To be run when forms of Arabic translations change: أسد/أسود says that أسود is the plural of أسد.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from indexer.lexicon import dictionary
from indexer.lexicon.dictionary import Dictionary
from indexer.lexicon.translations import VERB
from indexer.text.orthography import arabic_stems, fold
from indexer.text.orthography.arabic_use import use

FILE = Path(arabic_stems.__file__).with_name(arabic_stems.PLURALS_FILE)


def plurals(known: Dictionary) -> str:
    """Lines of a plural and its singular, folded: of several the one that most translations have.

    Without those that have plurals themselves, as كتاب, a book, which may be writers, and those that are
    twice as often a translation on their own, other than of a verb.
    """
    singulars: defaultdict[str, Counter[str]] = defaultdict(Counter)
    as_singular: Counter[str] = Counter()
    with_plurals = set()
    for pos, (singular, *others) in _arabic(known):
        as_singular[singular] += pos != VERB
        if others:
            with_plurals.add(singular)
        for plural in others:
            singulars[plural][singular] += plural != singular
    return "".join(
        f"{plural}\t{max(found, key=lambda one: (found[one], use(one), one))}\n"
        for plural, found in sorted(singulars.items())
        if plural not in with_plurals and 2 * found.total() >= max(as_singular[plural], 1)
    )


def _arabic(known: Dictionary) -> Iterator[tuple[str, list[str]]]:
    """The part of speech and the folded forms of each Arabic translation of one word."""
    for headword in known.headwords():
        for sense in known.senses(headword):
            for translation in sense.translations:
                if translation.language == "ar" and not any(" " in form for form in translation.forms):
                    yield sense.pos, [fold(form) for form in translation.forms]


def main() -> None:
    """Write the file, or exit with a sentence where it does not hold what the dictionary gives."""
    found = plurals(dictionary.english())
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(found, encoding="utf-8")
    elif found != FILE.read_text(encoding="utf-8"):
        sys.exit(f"{FILE} does not hold what the dictionary gives: run with --write")


if __name__ == "__main__":
    main()
