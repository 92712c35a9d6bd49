"""Why a passage answers a query: which of its words answer which words of the query, and how."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.protocols import Expander
from indexer.core.records import KINDS, MatchKind, Passage, Span
from indexer.text.orthography import MOST_PARTS, RAW_WORD, fold, is_function_word, is_joint
from search_api.searching.analysis import AnalysedQuery

LEAST_WEIGHTS = {MatchKind.SAME: 0.0, MatchKind.STEM: 0.0, MatchKind.SOUND: 0.4, MatchKind.TRANSLATION: 0.3}
"""Weaker matches count for the score, but would not convince a reader."""

SHORTEST_SOUND = 4
"""Letters of a word from which it is worth saying that another sounds like it."""


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


class Evidence:
    """Finds the matches of one query in passages."""

    def __init__(self, analysed: AnalysedQuery, lexicon: Expander) -> None:
        """Look up the words that may answer each word of `analysed`."""
        self._analysed = analysed
        self._answers: dict[str, list[Answer]] = {}
        for position, expansion in enumerate(analysed.expansions):
            least = np.array([LEAST_WEIGHTS[kind] for kind in KINDS])[expansion.kinds]
            strong = expansion.weights >= least
            for term, weight, kind in zip(
                expansion.terms[strong].tolist(),
                expansion.weights[strong].tolist(),
                expansion.kinds[strong].tolist(),
                strict=True,
            ):
                word = lexicon.word(term)
                if not _explains_nothing(expansion.word, KINDS[kind], word):
                    self._answers.setdefault(word, []).append((position, KINDS[kind], weight))
        self._initials = frozenset(word[:1] for word in self._answers)

    def matches(self, passage: Passage) -> tuple[WordMatch, ...]:
        """The words of `passage` that answer words of the query, in the order of the text.

        Of several words of the query that a word answers, the surest counts. Up to three neighbours
        with nothing but space between them count as one word where their folds together are one that
        was looked for.
        """
        spans = [match.span() for match in RAW_WORD.finditer(passage.text)]
        folds = [fold(passage.text[start:end]) for start, end in spans]
        found = []
        done = 0
        for first in range(len(spans)):
            if first < done:
                continue
            if folds[first][:1] not in self._initials:
                continue
            for past in range(min(first + MOST_PARTS, len(spans)), first, -1):
                answers = self._answers.get("".join(folds[first:past]))
                if answers and _may_be_one(passage.text, spans[first:past]):
                    found.append(self._match(passage, spans[first][0], spans[past - 1][1], answers))
                    done = past
                    break
        return tuple(found)

    def _match(self, passage: Passage, start: int, end: int, answers: Sequence[Answer]) -> WordMatch:
        position, kind, weight = max(answers, key=lambda answer: (answer[2], -answer[0]))
        there = TextSpan(passage.start + start, passage.start + end, passage.text[start:end])
        return WordMatch(self._asked(position), there, kind, round(weight, 3))

    def _asked(self, position: int) -> TextSpan:
        word = self._analysed.words[position]
        return TextSpan(word.start, word.end, self._analysed.query.text[word.start : word.end])


def _may_be_one(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether nothing but space lies between the words at `spans`."""
    return all(is_joint(text[left[1] : right[0]]) for left, right in itertools.pairwise(spans))


def _explains_nothing(asked: str, kind: MatchKind, word: str) -> bool:
    return is_function_word(word) or (kind is MatchKind.SOUND and len(asked) < SHORTEST_SOUND)
