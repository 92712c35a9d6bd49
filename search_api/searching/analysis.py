"""A query as the index understands it: its vector, and what its words may stand for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.protocols import Expander
from indexer.core.records import (
    ALL_KINDS,
    KINDS,
    NO_EXPANSION,
    Expansion,
    MatchKind,
    QueryWord,
    Span,
    Vectors,
)
from indexer.text.orthography import Token, encoder_input, is_function_word, is_number
from indexer.text.orthography.compounds import most_in_latin
from indexer.text.orthography.letters import gaps
from search_api.searching.query import Query
from search_api.searching.query_encoder import QueryEncoder
from search_api.searching.stages import stage
from search_api.searching.syntax import words_of

FEW_WORDS = 5
MOST_TOGETHER = 5
MOST_WORDS = 64
"""Different words that are looked for: more are pasted text, and its vector says what it is about."""

ENGLISH = "en"
OF_DICTIONARY = frozenset({ENGLISH, "fa", "prs", "ar"})
"""Languages whose words the dictionary has."""

LATIN_END = "\u024f"
_BY_DICTIONARY = frozenset({MatchKind.DICTIONARY, MatchKind.NAME})
_OF_NAMES = frozenset({MatchKind.NAME, MatchKind.SOUND})
_OWN = [KINDS.index(kind) for kind in (MatchKind.SAME, MatchKind.STEM)]


@dataclass(frozen=True, slots=True)
class Name(Span):
    """A word of a query that names one thing; `is_known` is whether the dictionary has it."""

    is_known: bool


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedQuery:
    """A query with its vector, shape `(dimensions,)`, its words and the expansion of each.

    `passed_over` is how many different words are not looked for because there are too many;
    `is_of_dictionary` whether it is in a language whose words the dictionary has; `names` are those of its
    words that name one thing, where names may be answered in other letters.
    """

    query: Query
    vector: Vectors
    words: tuple[Token, ...]
    expansions: tuple[Expansion, ...]
    passed_over: int = 0
    is_of_dictionary: bool = True
    names: tuple[Name, ...] = ()

    def of_words(self, change: Callable[[Expansion], Expansion]) -> "AnalysedQuery":
        """The same with the expansions of words that are looked for changed."""
        changed = tuple(one if one is NO_EXPANSION else change(one) for one in self.expansions)
        return replace(self, expansions=changed)

    @property
    def known(self) -> float:
        """Share of the words that are looked for which the index has, themselves or in another form."""
        sought = [expansion for expansion in self.expansions if expansion is not NO_EXPANSION]
        own = sum(bool(np.isin(expansion.kinds, _OWN).any()) for expansion in sought)
        return own / len(sought) if sought else 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of how it was understood."""
        if not self.passed_over:
            return ()
        different = MOST_WORDS + self.passed_over
        return (f"of {different} different words, the first {MOST_WORDS} are looked for",)

    @property
    def sought(self) -> int:
        """How many words are looked for."""
        return sum(expansion is not NO_EXPANSION for expansion in self.expansions)


def begin(queries: Sequence[Query], of_queries: QueryEncoder, deadline: Deadline = NO_DEADLINE) -> None:
    """Begin to encode queries that are analysed next, so that one pass encodes all."""
    of_queries.begin([encoder_input(query.read_text, query.language) for query in queries], deadline)


@stage("analysis")
def analyse(
    query: Query,
    of_queries: QueryEncoder,
    of_words: QueryEncoder,
    lexicon: Expander,
    kinds: frozenset[MatchKind] = ALL_KINDS,
    deadline: Deadline = NO_DEADLINE,
) -> AnalysedQuery:
    """Encode a query, and expand its words; only words that were not asked before need a vector.

    Words are looked up while the query is encoded, and those that need no vector while others get theirs.

    Raises:
        TooSlow, Cancelled: as `deadline` says.
    """
    deadline.check()
    encoded = of_queries.begin([encoder_input(query.read_text, query.language)], deadline)
    words = query_words(query, lexicon, kinds)
    sought = _sought([word for _, word in words])
    known = {word: lexicon.remembered(word, kinds) for word in sought[:MOST_WORDS]}
    new = []
    if MatchKind.TRANSLATION in kinds:
        new = [word for word, found in known.items() if found is None and lexicon.is_translated(word)]
    inputs = [encoder_input(word.typed, query.language) for word in new]
    of_new = of_words.begin(inputs, deadline)
    expansions = {}
    for word in deadline.each([word for word in known if word not in new]):
        expansions[word] = known[word] or lexicon.expand(word, None, kinds)
    for word, vector in deadline.each(zip(new, of_new(), strict=True)):
        expansions[word] = lexicon.expand(word, vector, kinds)
    [vector] = encoded()
    return AnalysedQuery(
        query,
        vector,
        tuple(token for token, _ in words),
        tuple(expansions.get(word, NO_EXPANSION) for _, word in words),
        max(0, len(sought) - MOST_WORDS),
        query.language in OF_DICTIONARY or all(map(lexicon.knows, _in_latin(words))),
        _names(words, lexicon) if kinds >= _OF_NAMES else (),
    )


def _names(words: Sequence[tuple[Token, QueryWord]], lexicon: Expander) -> tuple[Name, ...]:
    """The words that name one thing. Where all have capitals, as in a headline, these tell nothing."""
    telling = [(token, word) for token, word in words if not is_function_word(word.folded)]
    if all(word.is_capital for _, word in telling):
        telling = [(token, replace(word, is_capital=False)) for token, word in telling]
    return tuple(
        Name(token.start, token.end, lexicon.is_name(word, is_known=True))
        for token, word in telling
        if lexicon.is_name(word)
    )


def _in_latin(words: Sequence[tuple[Token, QueryWord]]) -> list[str]:
    """The folded words in Latin letters that say something."""
    folds = [word.folded for _, word in words]
    return [
        fold for fold in folds if fold[0] <= LATIN_END and not is_number(fold) and not is_function_word(fold)
    ]


def query_words(
    query: Query, lexicon: Expander, kinds: frozenset[MatchKind] = ALL_KINDS
) -> list[tuple[Token, QueryWord]]:
    """The words of a query; those that are one notion in the dictionary, or one name, count as one.

    The dictionary is asked only where `kinds` lets it answer.

    Which language a few words in Latin letters are in can hardly be told; if the dictionary knows all that
    are not written as names, they are taken for English.
    """
    text, language = query.text, query.language
    found = words_of(text, query.syntax)
    typed = [text[token.start : token.end] for token in found]
    latin = [word for word in typed if word[0] <= LATIN_END and not is_number(word)]
    if 0 < len(latin) <= FEW_WORDS and all(_may_be_english(word, lexicon) for word in latin):
        language = ENGLISH
    capital = _capitals(typed)
    names = {token.text for token, is_capital in zip(found, capital, strict=True) if is_capital}
    has_notions = language == ENGLISH and bool(kinds & _BY_DICTIONARY)
    folds, between = [token.text for token in found], gaps(text, found)
    words = []
    first = 0
    while first < len(found):
        past = first + (lexicon.longest(folds[first : first + MOST_TOGETHER]) if has_notions else 1)
        whole = " ".join(folds[first:past])
        if past == first + 1:
            past = first + most_in_latin(folds[first:], between[first:])
            whole = "".join(folds[first:past])
        span = Token(whole, found[first].start, found[past - 1].end)
        asked = " ".join(typed[first:past])
        words.append((span, QueryWord(asked, whole, language, found[first].text in names)))
        first = past
    return words


def _may_be_english(word: str, lexicon: Expander) -> bool:
    return word[0].isupper() or is_function_word(word) or lexicon.knows(word)


def _capitals(typed: Sequence[str]) -> list[bool]:
    """Whether each word is written as a name; the first of several only where all the others are."""
    upper = [word[:1].isupper() for word in typed]
    telling = [word for word, text in zip(upper, typed, strict=True) if not is_function_word(text.casefold())]
    return [
        is_upper and (place > 0 or (len(telling) > 1 and all(telling)))
        for place, is_upper in enumerate(upper)
    ]


def _sought(words: Sequence[QueryWord]) -> list[QueryWord]:
    """The words that are looked for, each once: not function words, unless there are no others."""
    telling = [word for word in words if not is_function_word(word.folded)]
    return list(dict.fromkeys(telling or words))
