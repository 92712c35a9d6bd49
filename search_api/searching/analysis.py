"""A query as the index understands it: its vector, and what its words may stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.core.protocols import Expander
from indexer.core.records import (
    ALL_KINDS,
    KINDS,
    NO_EXPANSION,
    Expansion,
    MatchKind,
    QueryWord,
    Vectors,
)
from indexer.text.orthography import Token, encoder_input, is_function_word, tokens
from search_api.searching.query import Query
from search_api.searching.query_encoder import QueryEncoder

_OWN = [KINDS.index(kind) for kind in (MatchKind.SAME, MatchKind.STEM)]


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedQuery:
    """A query with its vector, shape `(dimensions,)`, its words and the expansion of each."""

    query: Query
    vector: Vectors
    words: tuple[Token, ...]
    expansions: tuple[Expansion, ...]

    @property
    def known(self) -> float:
        """Share of the words that are looked for which the index has, themselves or in another form."""
        sought = [expansion for expansion in self.expansions if expansion is not NO_EXPANSION]
        own = sum(bool(np.isin(expansion.kinds, _OWN).any()) for expansion in sought)
        return own / len(sought) if sought else 0.0


def analyse(
    query: Query,
    of_queries: QueryEncoder,
    of_words: QueryEncoder,
    lexicon: Expander,
    kinds: frozenset[MatchKind] = ALL_KINDS,
) -> AnalysedQuery:
    """Encode a query, and expand its words; only words that were not asked before need a vector."""
    [vector] = of_queries.vectors([encoder_input(query.text, query.language)])
    positions = tuple(tokens(query.text))
    words = [QueryWord(query.text[at.start : at.end], at.text, query.language) for at in positions]
    sought = _sought(words)
    known = {word: lexicon.remembered(word, kinds) for word in sought}
    new = [word for word, expansion in known.items() if expansion is None and lexicon.is_translated(word)]
    inputs = [encoder_input(word.typed, query.language) for word in new]
    vectors = dict(zip(new, of_words.vectors(inputs), strict=True))
    expansions = {
        word: expansion or lexicon.expand(word, vectors.get(word), kinds) for word, expansion in known.items()
    }
    return AnalysedQuery(
        query, vector, positions, tuple(expansions.get(word, NO_EXPANSION) for word in words)
    )


def _sought(words: Sequence[QueryWord]) -> list[QueryWord]:
    """The words that are looked for, each once: not function words, unless there are no others."""
    telling = [word for word in words if not is_function_word(word.folded)]
    return list(dict.fromkeys(telling or words))
