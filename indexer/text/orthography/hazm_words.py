"""hazm's vocabulary, out of hazm itself where it is installed.

hazm imports scikit-learn, gensim and more, some 200 MB that a server would hold for good: only
`word_tables_maker` asks for it, a process of its own, once per machine. What it would give there is shipped
too (`folded_words`), so hazm is not needed to run Hudhud.
"""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

HAZM = "0.10.0"
"""The version whose words Hudhud ships. Those of another are not read: answers would change with it."""


@dataclass(frozen=True, slots=True)
class HazmWords:
    """Words with their frequencies, 0 for most; those that are adjectives or adverbs; one-word verb forms.

    `present_stems` are by conjugated form, also of several words, `_` between.
    """

    frequencies: dict[str, int]
    adjectives: frozenset[str]
    verbs: frozenset[str]
    present_stems: dict[str, str]


def is_installed() -> bool:
    """Whether hazm is installed in the version whose words Hudhud ships."""
    try:
        return version("hazm") == HAZM
    except PackageNotFoundError:
        return False


def read() -> HazmWords:
    """What hazm knows; takes seconds."""
    from hazm import Lemmatizer

    lemmatizer = Lemmatizer()
    words: dict[str, tuple[int, tuple[str, ...]]] = lemmatizer.words
    lemmas: dict[str, str] = lemmatizer.verbs
    return HazmWords(
        frequencies={word: frequency for word, (frequency, _) in words.items()},
        adjectives=frozenset(word for word, (_, tags) in words.items() if {"AJ", "ADV"} & set(tags)),
        verbs=frozenset(verb for verb in lemmas if "_" not in verb and " " not in verb),
        present_stems={verb: lemma.split("#")[-1] or lemma for verb, lemma in lemmas.items()},
    )
