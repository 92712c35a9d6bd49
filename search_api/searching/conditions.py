"""What quotation marks and minus signs ask of passages: exact words, and words that are left out.

An index says which sentences hold all words of a quotation, by their postings. Whether the words stand next
to each other there is read in the text of passages, of the likeliest ones first, as many as are needed.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Expander, Index
from indexer.core.records import Candidates, Expansion, MatchKind, QueryWord, Scores, Span
from indexer.text.orthography import MOST_PARTS, as_one, raw_words, tokens
from indexer.text.orthography.designations import letters_of
from indexer.text.query_language import identify_query
from search_api.searching.query import Query

MOST_READ = 1000
"""Passages whose text is read for one query."""

MOST_WORDS = 64
"""Words of a quotation that are looked up; all are read."""

SAME = frozenset({MatchKind.SAME})
FORMS = frozenset({MatchKind.SAME, MatchKind.STEM})
WITH_STEMS = frozenset({"ar", "fa", "prs"})


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What passages must hold and articles must not, as `RetrievalRequest` has it."""

    required: tuple[tuple[Expansion, ...], ...]
    excluded: tuple[tuple[Expansion, ...], ...]


def conditions_of(query: Query, lexicon: Expander, deadline: Deadline = NO_DEADLINE) -> Conditions:
    """The conditions that a query sets, in words of the index."""
    forms = FORMS & query.kinds
    return Conditions(
        tuple(
            _words(words, query.language, SAME, lexicon, deadline)
            for words in _folded(query, query.syntax.exact)
        ),
        tuple(
            _words(words, _language_of(" ".join(words), query.language), forms, lexicon, deadline)
            for words in _folded(query, query.syntax.excluded)
        ),
    )


class Quotations:
    """Tells which passages hold the quotations of one query word for word; reads each passage once."""

    def __init__(self, query: Query, index: Index, deadline: Deadline = NO_DEADLINE) -> None:
        """Read the passages of `index`."""
        self._query = query
        self._quotations = _folded(query, query.syntax.exact)
        self._index = index
        self._deadline = deadline
        self._known: dict[int, bool] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._quotations)

    @property
    def are_many_read(self) -> bool:
        """Whether no more passages are read."""
        return len(self._known) >= MOST_READ

    def held_by(self, candidates: Candidates, fused: Scores) -> NDArray[np.bool_]:
        """Which candidates hold all quotations; those count as not that are too many to be read.

        Args:
            candidates: that hold the words.
            fused: their scores; the best are read first.
        """
        if not self:
            return np.ones(len(fused), np.bool_)
        ranked = candidates.passages[np.argsort(-fused, kind="stable")].tolist()
        unread = [number for number in ranked if number not in self._known]
        for passage in self._deadline.each(self._index.passages(unread[: MOST_READ - len(self._known)])):
            self._known[passage.number] = all(holds(passage.text, words) for words in self._quotations)
        return np.array([self._known.get(number, False) for number in candidates.passages.tolist()], np.bool_)

    def warnings(self, found: int) -> Iterator[str]:
        """What there is to say where no more hits than these were found."""
        if not self or found >= self._query.limit:
            return
        if self.are_many_read:
            yield f"only the likeliest {MOST_READ:,} passages were read for the words in quotation marks"
        elif not found:
            quoted = ", ".join(span.of(self._query.text) for span in self._query.syntax.exact)
            yield f"nothing holds these words as they stand: {quoted}; try without quotation marks"


def holds(text: str, words: Sequence[str]) -> bool:
    """Whether folded words stand next to each other in a text, in any spelling."""
    found = raw_words(text)
    folds = [folded for _, _, folded in found]
    gaps = [text[end:start] for (_, end, _), (start, _, _) in itertools.pairwise(found)]

    def end_of(first: int, word: str) -> int:
        """Where `word` ends that begins with the raw word `first`; -1 if another one stands there."""
        if first == len(folds) or not word.startswith(
            (folds[first], letters_of(folds[first]) or folds[first])
        ):
            return -1
        for past in range(first + 1, len(folds) + 1):
            whole = as_one(folds[first:past], gaps[first : past - 1])
            if whole == word:
                return past
            if past - first >= MOST_PARTS and not (whole and word.startswith(whole)):
                return -1
        return -1

    for start in range(len(folds)):
        place = start
        for word in words:
            place = end_of(place, word) if place >= 0 else -1
        if place >= 0:
            return True
    return False


def _folded(query: Query, spans: Sequence[Span]) -> list[tuple[str, ...]]:
    """The words in some spans of a query's text."""
    words = tokens(query.text)
    return [
        tuple(word.text for word in words if span.start <= word.start and word.end <= span.end)
        for span in spans
    ]


def _words(
    words: Sequence[str],
    language: str,
    kinds: frozenset[MatchKind],
    lexicon: Expander,
    deadline: Deadline,
) -> tuple[Expansion, ...]:
    different = list(dict.fromkeys(words))[:MOST_WORDS]
    return tuple(
        lexicon.expand(QueryWord(word, word, language), None, kinds) for word in deadline.each(different)
    )


def _language_of(word: str, of_query: str) -> str:
    """The language whose stems a word that is left out has: the query's, if it has stems."""
    return of_query if of_query in WITH_STEMS else identify_query(word)
