"""What comes of a search: hits with why they answer, and what is told of all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.core.protocols import NOTHING_MISSING, Missing
from indexer.core.records import Article, Passage, Sentence
from search_api.searching.confidence import Verdict
from search_api.searching.evidence import WordMatch
from search_api.searching.facets import Facet
from search_api.searching.gloss import GlossedWord
from search_api.searching.query import Query

WORDS_ALONE = "nothing holds these words; mode=hybrid also finds what says the same in others"
"""The warning where nothing has the words, and nothing else was looked for."""


@dataclass(frozen=True, slots=True)
class HitScores:
    """What a fused score is made of.

    `passage` and `sentence` are cosines between the query and the passage, and its nearest sentence;
    `lexical` is BM25; `fused` joins them, in standard deviations (see `fusion`). `reranked` is the
    reranker's score where there is one, of its own range.
    """

    passage: float
    sentence: float
    lexical: float
    fused: float
    reranked: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer: a passage with its article, and why. `rank` counts from 1.

    `confidence` is how surely it answers the query, 0 to 1; `score` orders the hits of one result and
    cannot be compared with that of another. `twins` are copies of its article and others that tell its story,
    where they are one hit. `title_words` are the words of the title that answer, if the query asks for them;
    their offsets count in it. `corrected` is the confidence with what a reader sees of the words
    (see `convincing`), where that is known; `unnamed` are the names of the query that its article does
    not have, where they make it less sure.
    """

    rank: int
    confidence: float
    scores: HitScores
    article: Article
    passage: Passage
    sentence: Sentence
    words: tuple[WordMatch, ...]
    gloss: tuple[GlossedWord, ...] = ()
    twins: tuple[Article, ...] = ()
    title_words: tuple[WordMatch, ...] = ()
    corrected: float | None = None
    unnamed: tuple[str, ...] = ()

    @property
    def surely(self) -> float:
        """How surely it answers, as a verdict has it: what is told to people."""
        return self.confidence if self.corrected is None else self.corrected

    @property
    def score(self) -> float:
        """What the hits of a result are ordered by: all by the reranker's score, or all by the fused one."""
        return self.scores.fused if self.scores.reranked is None else self.scores.reranked


@dataclass(frozen=True, slots=True)
class Best:
    """How surely a hit answers that is not on the page, and the names of the query that its article lacks."""

    surely: float
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The answers to a query, best first, from one generation.

    `took_ms` is the time of the whole search, `reranking_ms` what of it went to a reranker; None without.
    `warnings` are for people: what of the query was understood otherwise than it may have been meant, and
    why it may have found nothing. `total` is how many articles (passages, stories) match, `is_total_exact`
    whether no more do; `answering` is how many of them answer, perhaps at least, as far as they
    were found. `next_cursor` names the next page, if there may be one. `missing` is not searched.
    """

    query: Query
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]
    reranking_ms: float | None = None
    warnings: tuple[str, ...] = ()
    total: int = 0
    is_total_exact: bool = True
    answering: int = 0
    facets: tuple[Facet, ...] = ()
    next_cursor: str | None = None
    best: Best | None = None
    """The hit that is first by relevance, where that is not the first of this page."""
    missing: Missing = NOTHING_MISSING
    corrected: str = ""
    """The query as it may have been meant, where a word seems mistyped; else empty."""

    @property
    def verdict(self) -> Verdict:
        """Whether the archive answers the query, by the first hit."""
        return Verdict.of(self._best.surely if self._best else None)

    @property
    def unnamed(self) -> tuple[str, ...]:
        """The names of the query that the first hit lacks, where it is perhaps an answer without them."""
        return self._best.unnamed if self._best and self.verdict is not Verdict.NONE else ()

    @property
    def verdict_text(self) -> str:
        """The verdict for a person, with the names that the first hit lacks."""
        if not self.unnamed:
            return self.verdict.sentence
        names, are = " and ".join(self.unnamed), "is" if len(self.unnamed) == 1 else "are"
        return f"Perhaps: something here is near to this, but {names} {are} not named in it."

    @property
    def _best(self) -> Best | Hit | None:
        return self.best or (self.hits[0] if self.hits else None)


@dataclass(frozen=True, slots=True, eq=False)
class Everything:
    """All hits of a search, in their order.

    Attributes:
        total: how many there are.
        is_total_exact: whether no more match.
        hits: one by one.
        missing: what of the index was not searched.
    """

    total: int
    is_total_exact: bool
    hits: Iterator[Hit]
    missing: Missing = NOTHING_MISSING
