"""Why a passage answers a query: which of its words answer which words of the query, and how."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.protocols import Expander
from indexer.core.records import KINDS, MatchKind, Passage, Span
from indexer.text.orthography import MOST_PARTS, RAW_WORD, fold, is_function_word, is_joint
from search_api.searching.analysis import AnalysedQuery

LEAST_WEIGHTS = {
    MatchKind.SAME: 0.0,
    MatchKind.STEM: 0.0,
    MatchKind.NAME: 0.0,
    MatchKind.DICTIONARY: 0.0,
    MatchKind.SOUND: 0.4,
    MatchKind.TRANSLATION: 0.6,
}
"""Weaker matches count for the score, but would not convince a reader."""

WORDS_BETWEEN = 2
"""Other words that may stand between those of a phrase."""

SHORTEST_SOUND = 4
"""Letters of a word from which it is worth saying that another sounds like it."""


_NAMED = [KINDS.index(kind) for kind in (MatchKind.SOUND, MatchKind.NAME)]
"""Of a word that sounds like words of the index, or is a name, words near by their vectors are guesses."""

Answer = tuple[int, MatchKind, float]


@dataclass(frozen=True, slots=True)
class TextSpan(Span):
    """A span with the characters that it covers."""

    text: str


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A word of the query and the word of the article that answers it.

    Attributes:
        query: offsets in the query as typed.
        passage: offsets in the article's text.
        kind: how they are related.
        weight: how surely, in (0, 1].
    """

    query: TextSpan
    passage: TextSpan
    kind: MatchKind
    weight: float


@dataclass(frozen=True, slots=True)
class _PhraseAnswer:
    """A phrase that answers a word of the query: of each of its words, the folds that it may be."""

    parts: tuple[frozenset[str], ...]
    answer: Answer

    @property
    def reach(self) -> int:
        """How many words its own may lie among."""
        return len(self.parts) + WORDS_BETWEEN


class Evidence:
    """Finds the matches of one query in passages."""

    def __init__(self, analysed: AnalysedQuery, lexicon: Expander) -> None:
        """Look up the words that may answer each word of `analysed`."""
        self._analysed = analysed
        self._answers: dict[str, list[Answer]] = {}
        self._phrases: list[_PhraseAnswer] = []
        for position, expansion in enumerate(analysed.expansions):
            least = np.array([LEAST_WEIGHTS[kind] for kind in KINDS])[expansion.kinds]
            strong = expansion.weights >= least
            sounds = bool(np.isin(expansion.kinds, _NAMED).any())
            for term, weight, kind in zip(
                expansion.terms[strong].tolist(),
                expansion.weights[strong].tolist(),
                expansion.kinds[strong].tolist(),
                strict=True,
            ):
                word = lexicon.word(term)
                is_guess = KINDS[kind] is MatchKind.TRANSLATION and sounds
                if not is_guess and not _explains_nothing(expansion.word, KINDS[kind], word):
                    self._answers.setdefault(word, []).append((position, KINDS[kind], weight))
            for phrase in expansion.phrases:
                parts = tuple(frozenset(map(lexicon.word, terms.tolist())) for terms, _ in phrase.parts)
                self._phrases.append(_PhraseAnswer(parts, (position, KINDS[phrase.kind], phrase.weight)))
        self._initials = frozenset(word[:1] for word in self._answers)

    def matches(self, passage: Passage) -> tuple[WordMatch, ...]:
        """The words of `passage` that answer words of the query, in the order of the text.

        Of several words of the query that a word answers, the surest counts. Up to three neighbours
        with nothing but space between them count as one word where their folds together are one that
        was looked for. Words of a phrase count where they stand close together.
        """
        spans = [match.span() for match in RAW_WORD.finditer(passage.text)]
        folds = [fold(passage.text[start:end]) for start, end in spans]
        found = [*self._words(passage, spans, folds), *self._together(passage, spans, folds)]
        return tuple(sorted(found, key=lambda match: (match.passage.start, match.passage.end)))

    def _words(
        self, passage: Passage, spans: Sequence[tuple[int, int]], folds: Sequence[str]
    ) -> Iterator[WordMatch]:
        done = 0
        for first in range(len(spans)):
            if first < done or folds[first][:1] not in self._initials:
                continue
            for past in range(min(first + MOST_PARTS, len(spans)), first, -1):
                answers = self._answers.get("".join(folds[first:past]))
                if answers and _may_be_one(passage.text, spans[first:past]):
                    best = max(answers, key=lambda answer: (answer[2], -answer[0]))
                    yield self._match(passage, spans[first][0], spans[past - 1][1], best)
                    done = past
                    break

    def _together(
        self, passage: Passage, spans: Sequence[tuple[int, int]], folds: Sequence[str]
    ) -> Iterator[WordMatch]:
        for phrase in self._phrases:
            first = 0
            while first < len(folds):
                past = _end_of(phrase, folds, first)
                if past:
                    yield self._match(passage, spans[first][0], spans[past - 1][1], phrase.answer)
                first = past or first + 1

    def _match(self, passage: Passage, start: int, end: int, answer: Answer) -> WordMatch:
        position, kind, weight = answer
        there = TextSpan(passage.start + start, passage.start + end, passage.text[start:end])
        return WordMatch(self._asked(position), there, kind, round(weight, 3))

    def _asked(self, position: int) -> TextSpan:
        word = self._analysed.words[position]
        return TextSpan(word.start, word.end, self._analysed.query.text[word.start : word.end])


def _end_of(phrase: _PhraseAnswer, folds: Sequence[str], first: int) -> int:
    """Where a phrase that begins with the word `first` ends; 0 where none does."""
    wanted = [part for part in phrase.parts if folds[first] not in part]
    if len(wanted) == len(phrase.parts):
        return 0
    for past in range(first + 1, min(first + phrase.reach, len(folds))):
        wanted = [part for part in wanted if folds[past] not in part]
        if not wanted:
            return past + 1
    return 0 if wanted else first + 1


def _may_be_one(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether nothing but space lies between the words at `spans`."""
    return all(is_joint(text[left[1] : right[0]]) for left, right in itertools.pairwise(spans))


def _explains_nothing(asked: str, kind: MatchKind, word: str) -> bool:
    return is_function_word(word) or (kind is MatchKind.SOUND and len(asked) < SHORTEST_SOUND)
