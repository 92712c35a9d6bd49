"""hazm's vocabulary.

hazm imports scikit-learn, gensim and more, some 200 MB that a server would hold for good: only
`word_tables_maker` asks for it, a process of its own, once per machine.
"""

from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True, slots=True)
class HazmWords:
    """Words with their frequencies, 0 for most; those that are adjectives or adverbs; one-word verb forms.

    `present_stems` are by conjugated form, also of several words, `_` between.
    """

    frequencies: dict[str, int]
    adjectives: frozenset[str]
    verbs: frozenset[str]
    present_stems: dict[str, str]


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


def hazm_version() -> str:
    """The version of the vocabulary."""
    return version("hazm")
