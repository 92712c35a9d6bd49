"""Translations to terms of an index: the dictionary's words and phrases as its articles have them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.records import Numbers, Phrase, Scores
from indexer.lexicon.dictionary import NAMES, Sense, Translation
from indexer.lexicon.forms import Forms
from indexer.storage.vocabulary import Vocabulary
from indexer.text import wordlists
from indexer.text.orthography import is_function_word, tokens
from indexer.text.orthography.stems import stem
from indexer.text.orthography.word_tables import known_words

FORM_WEIGHT = 0.8
"""What another form of a translation counts, against 1 for the form that the dictionary has."""

LATER_SENSE = 0.6
"""What a sense counts against the one before it: the first is the most usual in news."""

VERB = "v"
ARTICLE = "ال"
"""What an Arabic name may begin with, and its other forms be without."""

USUAL = 1e-5
"""Share of all words from which one is a usual word."""

LATER_ALTERNATIVE = 0.9
LEAST_WEIGHT = 0.2

LIGHT_VERBS = frozenset(
    [
        "کردن",
        "شدن",
        "دادن",
        "زدن",
        "گرفتن",
        "داشتن",
        "یافتن",
        "بردن",
        "اوردن",
        "ساختن",
        "رساندن",
        "نمودن",
        "گذاشتن",
        "کشیدن",
        "خوردن",
        "امدن",
        "رفتن",
        "بودن",
        "گشتن",
        "گردیدن",
        "رسیدن",
        "ماندن",
        "گفتن",
        "انداختن",
        "بستن",
        "افتادن",
        "خواستن",
        "قرار",
        "مورد",
        "تحت",
        "قام",
        "اجری",
        "تم",
        "حصل",
    ]
)
"""Folded words that only carry what stands beside them: `حمله کردن` is found by حمله."""


@dataclass(frozen=True, slots=True)
class Found:
    """What may stand for a word: terms with their weights, and phrases."""

    terms: dict[int, float]
    phrases: tuple[Phrase, ...]


class Translations:
    """Finds translations among the terms of an index. Safe to use from several threads."""

    def __init__(self, terms: Vocabulary, forms: Forms) -> None:
        self._terms = terms
        self._forms = forms

    def of(self, senses: Sequence[Sense], weights: Sequence[float] | None = None) -> Found:
        """The terms and phrases of some senses.

        Args:
            senses: of one word.
            weights: what each counts; when None, those of the first count most.
        """
        if weights is None:
            weights = [LATER_SENSE**rank for rank in range(len(senses))]
        terms: dict[int, float] = {}
        phrases: dict[tuple[tuple[int, ...], ...], Phrase] = {}
        for translation, weight, pos in _weighted(senses, weights):
            for form in translation.forms:
                words = list(_content(form))
                parts = [self._part(word, translation.language, pos) for word in words]
                if not parts or not all(parts):
                    continue
                if len(parts) == 1:
                    for term, share in parts[0].items():
                        terms[term] = max(terms.get(term, 0.0), weight * share)
                else:
                    phrase = Phrase(tuple(map(arrays, parts)), weight)
                    of_terms = tuple(tuple(sorted(part)) for part in parts)
                    phrases[of_terms] = max(phrases.get(of_terms, phrase), phrase, key=_weight)
        return Found(terms, tuple(phrases.values()))

    def _part(self, word: str, language: str, pos: str) -> dict[int, float]:
        """The terms that a word of a translation may be, with their weights.

        Of a name, a usual word is another form only if it holds the name: the stem of Rosa, روزا, is a day.
        """
        found: dict[int, float] = {}
        number = self._terms.number(word)
        if number is not None:
            found[number] = 1.0
        stems = {stem(word, language)}
        if pos == VERB and language != "ar":
            for form in _past_forms(word):
                number = self._terms.number(form)
                if number is not None:
                    found[number] = 1.0
            stems |= present_stem(word)
        for one in stems:
            for term in self._forms.of_stem(one)[0]:
                if pos not in NAMES or _may_be_a_name(self._terms[term], word, language):
                    found.setdefault(term, FORM_WEIGHT)
        return found


def _weighted(senses: Sequence[Sense], weights: Sequence[float]) -> Iterator[tuple[Translation, float, str]]:
    """Every translation with its weight and the part of speech."""
    for sense, of_sense in zip(senses, weights, strict=True):
        seen: dict[str, int] = {}
        for translation in sense.translations:
            place = seen.get(translation.language, 0)
            seen[translation.language] = place + 1
            weight = of_sense * LATER_ALTERNATIVE**place
            yield translation, max(weight, LEAST_WEIGHT), sense.pos


def _content(form: str) -> Iterable[str]:
    """The folded words of a translation that carry its meaning; all where none does."""
    words = [token.text for token in tokens(form)]
    return [word for word in words if word not in LIGHT_VERBS and not is_function_word(word)] or words


def _may_be_a_name(form: str, name: str, language: str) -> bool:
    """Whether a word of the index with the stem of a name, both folded, is a form of the name."""
    usual = wordlists.frequencies("ar" if language == "ar" else "fa")
    return name.removeprefix(ARTICLE) in form or usual.get(form, 0.0) < USUAL


def _weight(phrase: Phrase) -> float:
    return phrase.weight


def _past_forms(infinitive: str) -> tuple[str, ...]:
    """The past stem and the participle of a Persian infinitive: کشت, کشته of کشتن."""
    if not infinitive.endswith(("تن", "دن")):
        return ()
    past = infinitive[:-1]
    return (past, f"{past}ه")


def present_stem(infinitive: str) -> set[str]:
    """The stem that conjugated forms of a folded Persian infinitive have, where hazm knows it."""
    return {verb for past in _past_forms(infinitive)[:1] if (verb := known_words().verbs.get(f"می{past}"))}


def arrays(part: dict[int, float]) -> tuple[Numbers, Scores]:
    """Terms with their weights as a part of a phrase, ascending."""
    terms = sorted(part)
    return np.array(terms, np.int64), np.array([part[term] for term in terms], np.float32)
