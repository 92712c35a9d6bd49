"""Why a passage answers a query: which of its words answer which words of the query, and how."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.core.protocols import Expander
from indexer.core.records import KINDS, NO_EXPANSION, Expansion, MatchKind, Passage, Scores, Span
from indexer.text.orthography import (
    MOST_PARTS,
    arabic_stems,
    as_one,
    designations,
    is_arabic_script,
    is_function_word,
)
from indexer.text.orthography.common import HAMZA
from indexer.text.orthography.stems import persian
from search_api.searching.analysis import AnalysedQuery
from search_api.searching.passage_words import PassageWords, words_of_passage

LEAST_WEIGHTS = {
    MatchKind.SAME: 0.0,
    MatchKind.STEM: 0.0,
    MatchKind.NAME: 0.0,
    MatchKind.DICTIONARY: 0.0,
    MatchKind.SOUND: 0.45,
    MatchKind.TRANSLATION: 0.6,
}
"""Weaker matches count for the score, but would not convince a reader."""

_NEVER = np.inf
_LEAST = np.array([LEAST_WEIGHTS[kind] for kind in KINDS], np.float32)
_SOUND, _TRANSLATION = KINDS.index(MatchKind.SOUND), KINDS.index(MatchKind.TRANSLATION)

WORDS_BETWEEN = 2
"""Other words that may stand between those of a phrase."""

SHORTEST_SOUND = 4
"""Letters of a word from which it is worth saying that another sounds like it."""

SHORT_SOUND = 5
SURE_SOUND = 0.8
"""Of words of fewer letters than the one, only what sounds as much alike as the other."""

SHARE_OF_SOUND = 0.69
"""What a sound counts at least, against the best of the index: just less than a form of the best."""

SHORTEST_TRANSLATION = 4
"""Letters of a word in Latin letters from which its vector says what it means."""

BESIDE = 1
"""Other words that may stand between a word and its neighbour."""

FAINT = 0.59
"""Share of what the surest match in the passage counts; a translation below it only looks like one."""

_IS_NAMED = np.array([kind in (MatchKind.SOUND, MatchKind.NAME) for kind in KINDS])
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
class _Place:
    """Words of a passage that answer a word of the query: their numbers, their joined fold, and how."""

    first: int
    past: int
    fold: str
    answer: Answer

    @property
    def position(self) -> int:
        """Which word of the query."""
        return self.answer[0]

    @property
    def is_dictionary(self) -> bool:
        """Whether the dictionary has it, which cannot know in which sense a word is used."""
        return self.answer[1] is MatchKind.DICTIONARY


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
            if expansion is NO_EXPANSION:
                continue
            strong = _are_convincing(expansion)
            for term, weight, kind in zip(
                expansion.terms[strong].tolist(),
                expansion.weights[strong].tolist(),
                expansion.kinds[strong].tolist(),
                strict=True,
            ):
                word = lexicon.word(term)
                if not is_function_word(word):
                    self._answers.setdefault(word, []).append((position, KINDS[kind], weight))
            for phrase in expansion.phrases:
                parts = tuple(frozenset(map(lexicon.word, terms.tolist())) for terms, _ in phrase.parts)
                self._phrases.append(_PhraseAnswer(parts, (position, KINDS[phrase.kind], phrase.weight)))
        sought = [
            place for place, expansion in enumerate(analysed.expansions) if expansion is not NO_EXPANSION
        ]
        self._ranks = {position: rank for rank, position in enumerate(sought)}
        self._beginnings = _beginnings(self._answers)
        self._letters = _beginnings(word for word in self._answers if designations.parts(word))

    def matches(self, passage: Passage) -> tuple[WordMatch, ...]:
        """The words of `passage` that answer words of the query, in the order of the text.

        Of several words of the query that a word answers, the surest counts. Up to three neighbours
        with nothing but space between them count as one word where their folds together are one that
        was looked for. Words of a phrase count where they stand close together in their order. Of
        different translations of one word, one that stands beside the answer to the word's neighbour in
        the query tells the sense: "external power" is not the power to do something.
        """
        words = words_of_passage(passage.text)
        phrases = list(self._together(words))
        places = self._words(passage, words)
        singles = [place for place in places if not _is_inside(place, phrases)]
        matches = [self._match(passage, words, place) for place in self._in_one_sense([*singles, *phrases])]
        return tuple(sorted(matches, key=lambda match: (match.passage.start, match.passage.end)))

    def _words(self, passage: Passage, words: PassageWords) -> Iterator[_Place]:
        named = {word for letters in self._letters & words.letters.keys() for word in words.letters[letters]}
        telling = self._answers.keys() & words.different
        beginning = (self._beginnings & words.different) | named
        asked = telling | beginning
        done = 0
        for first in [place for place, word in enumerate(words.folds) if word in asked]:
            if first < done:
                continue
            word, following = words.folds[first], "".join(words.folds[first + 1 : first + 2])
            if word in beginning and (word in named or self._goes_on(word, following)):
                for past in range(min(first + MOST_PARTS, len(words.folds)), first + 1, -1):
                    joined = as_one(words.folds[first:past], _between(passage.text, words, first, past))
                    if joined in self._answers:
                        yield _Place(first, past, joined, self._surest(joined))
                        done = past
                        break
            if done <= first and word in telling:
                yield _Place(first, first + 1, word, self._surest(word))

    def _goes_on(self, word: str, following: str) -> bool:
        """Whether an answer begins with two words, joined as they are or by a hamza."""
        return any(
            both in self._beginnings or both in self._answers
            for both in (word + following, word + HAMZA + following)
        )

    def _surest(self, word: str) -> Answer:
        """Of what a word of a passage may answer, the surest; the first of equals."""
        return max(self._answers[word], key=lambda answer: (answer[2], -answer[0]))

    def _together(self, words: PassageWords) -> Iterable[_Place]:
        """Phrases; of several that begin with one word, the surest."""
        found: dict[int, _Place] = {}
        for phrase in self._phrases:
            if any(part.isdisjoint(words.different) for part in phrase.parts):
                continue
            done, beginning = 0, phrase.parts[0]
            for first in [place for place, word in enumerate(words.folds) if word in beginning]:
                past = _end_of(phrase, words.folds, first) if first >= done else 0
                if past:
                    place = _Place(first, past, "".join(words.folds[first:past]), phrase.answer)
                    found[first] = max(found.get(first, place), place, key=lambda one: one.answer[2])
                    done = past
        return found.values()

    def _in_one_sense(self, places: Sequence[_Place]) -> list[_Place]:
        """`places` without translations that are faint, or in another sense than neighbours tell."""
        by_rank: dict[int, list[_Place]] = defaultdict(list)
        for place in places:
            by_rank[self._ranks[place.position]].append(place)
        telling = [place for place in places if place.is_dictionary and self._is_told(place, by_rank)]
        surest: dict[int, float] = {}
        for place in places:
            surest[place.position] = max(surest.get(place.position, 0.0), place.answer[2])
        return [
            place
            for place in places
            if not place.is_dictionary
            or place in telling
            or (place.answer[2] >= FAINT * surest[place.position] and not _is_outdone(place, telling))
        ]

    def _is_told(self, place: _Place, by_rank: Mapping[int, Sequence[_Place]]) -> bool:
        """Whether beside a place there is one that answers a neighbour of its word in the query."""
        rank = self._ranks[place.position]
        others = itertools.chain(by_rank.get(rank - 1, ()), by_rank.get(rank + 1, ()))
        return any(_is_beside(place, other) for other in others)

    def _match(self, passage: Passage, words: PassageWords, place: _Place) -> WordMatch:
        position, kind, weight = place.answer
        start, end = words.starts[place.first], words.ends[place.past - 1]
        there = TextSpan(passage.start + start, passage.start + end, passage.text[start:end])
        return WordMatch(self._asked(position), there, kind, round(weight, 3))

    def _asked(self, position: int) -> TextSpan:
        word = self._analysed.words[position]
        return TextSpan(word.start, word.end, self._analysed.query.text[word.start : word.end])


def _beginnings(words: Iterable[str]) -> frozenset[str]:
    """Everything that longer words begin with."""
    return frozenset(word[:end] for word in words for end in range(1, len(word)))


def only_convincing(expansion: Expansion) -> Expansion:
    """An expansion without the terms whose match would not convince a reader."""
    strong = _are_convincing(expansion)
    if strong.all():
        return expansion
    return replace(
        expansion,
        terms=expansion.terms[strong],
        weights=expansion.weights[strong],
        kinds=expansion.kinds[strong],
    )


def _are_convincing(expansion: Expansion) -> NDArray[np.bool_]:
    """Of each term whether it counts as evidence, shape `(terms,)`."""
    is_named = _IS_NAMED[expansion.kinds]
    best = float(expansion.weights[is_named].max(initial=0.0))
    strong = expansion.weights >= _least(expansion.word, best)[expansion.kinds]
    if is_named.any():
        strong &= expansion.kinds != KINDS.index(MatchKind.TRANSLATION)
    return np.asarray(strong, np.bool_)


def _end_of(phrase: _PhraseAnswer, words: Sequence[str], first: int) -> int:
    """Where a phrase that begins with the word `first` ends; 0 where none does."""
    found = 0
    for past in range(first, min(first + phrase.reach, len(words))):
        if words[past] in phrase.parts[found]:
            found += 1
        if found == len(phrase.parts):
            return past + 1
        if not found:
            break
    return 0


def _is_inside(place: _Place, phrases: Sequence[_Place]) -> bool:
    """Whether a word lies in a phrase that answers the same word of the query."""
    return any(
        phrase.position == place.position and phrase.first <= place.first and place.past <= phrase.past
        for phrase in phrases
    )


def _is_beside(place: _Place, other: _Place) -> bool:
    """Whether two places lie close together, and apart."""
    return 0 <= max(place.first - other.past, other.first - place.past) <= BESIDE


def _is_outdone(place: _Place, telling: Sequence[_Place]) -> bool:
    """Whether only other translations of the same word, and no form of this one, tell its sense."""
    rivals = [other for other in telling if other.position == place.position]
    return bool(rivals) and not any(_stems(place.fold) & _stems(other.fold) for other in rivals)


def _stems(word: str) -> set[str]:
    return {persian(word), arabic_stems.stem(word)}


def _between(text: str, words: PassageWords, first: int, past: int) -> list[str]:
    """What lies between some words that follow each other."""
    return [text[words.ends[place] : words.starts[place + 1]] for place in range(first, past - 1)]


def _least(asked: str, best_sound: float) -> Scores:
    """The least weight of each kind that convinces of a word of the query, by its position in `KINDS`."""
    least = _LEAST.copy()
    sound = SURE_SOUND if len(asked) < SHORT_SOUND else LEAST_WEIGHTS[MatchKind.SOUND]
    least[_SOUND] = max(sound, SHARE_OF_SOUND * best_sound) if len(asked) >= SHORTEST_SOUND else _NEVER
    if len(asked) < SHORTEST_TRANSLATION and not is_arabic_script(asked):
        least[_TRANSLATION] = _NEVER
    return least
