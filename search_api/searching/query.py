"""What was asked: the text and its language, the filters, how many hits and of what."""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from indexer.core.errors import InvalidQuery
from indexer.core.limits import MOST_MATCHED
from indexer.core.records import ALL_KINDS, Filter, MatchKind
from indexer.text.half_spaces import with_half_spaces
from search_api.searching.confidence import MATCHING
from search_api.searching.filter_days import FilterDay, filter_day
from search_api.searching.filters import NOTHING, Omit, conditions, languages_of
from search_api.searching.modes import Mode, kinds_of, mode_of
from search_api.searching.stages import stage
from search_api.searching.syntax import (
    MOST_CHARACTERS,
    NO_SYNTAX,
    Syntax,
    are_telling,
    has_operators,
    read_text,
    syntax_of,
    words_of,
)

MOST_READ = 2000
"""Characters of a query; a longer one is cut."""

MOST_FACETS = 8
"""Fields that a search is counted by."""

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
_LAST_WORD = re.compile(r"(?<=\S)\s+\S*\Z")

Day = FilterDay | datetime.date | str | None


class Sort(StrEnum):
    """What hits are ordered by."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    ADDED = "added"


class Group(StrEnum):
    """What a hit is: an article with its best passage, or a passage."""

    ARTICLE = "article"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Query:
    """A search that can be carried out.

    Attributes:
        text: as typed, half-spaces apart (see `half_spaces`); of a long one the beginning.
        language: that it is written in.
        filter: which articles are admitted.
        limit: most hits.
        group: what a hit is.
        evidence: whether hits say which of their words answer which of the query's.
        gloss: whether hits say what their words mean in English.
        titles: whether hits say too which words of their titles answer.
        syntax: what its text holds besides words.
        is_telling: whether it says what it is about; one that does not finds nothing.
        mode: what finds articles and orders them.
        kinds: how words of articles may answer.
        exhaustive: whether every vector is compared; otherwise only those that are likely to be near.
        min_confidence: that an article has at least which matches. When None that is `MATCHING`, and the
            first page shows what is less sure too.
        counts: whether all that matches is counted.
        facets: the fields by whose values it is counted.
        sort: what hits are ordered by.
        collapse: whether copies of one story are one hit.
        stories: whether what tells the same story in several languages is one hit.
        cursor: where the page begins; the first one where empty.
        matched: articles that are told apart at most.
        partial: whether an answer from some of the shards of an index will do, where others do not answer.
        warnings: what was understood otherwise than it may have been meant, for people.
    """

    text: str
    language: str
    filter: Filter
    limit: int
    group: Group
    evidence: bool = True
    gloss: bool = False
    titles: bool = False
    syntax: Syntax = NO_SYNTAX
    is_telling: bool = True
    mode: Mode = Mode.HYBRID
    kinds: frozenset[MatchKind] = ALL_KINDS
    exhaustive: bool = False
    min_confidence: float | None = None
    counts: bool = False
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    collapse: bool = False
    stories: bool = False
    cursor: str = ""
    matched: int = MOST_MATCHED
    partial: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def without(self) -> list[MatchKind]:
        """How words of articles may not answer, in the order of `MatchKind`."""
        return [kind for kind in MatchKind if kind not in self.kinds]

    @property
    def least_confidence(self) -> float:
        """That an article has at least which matches."""
        return MATCHING if self.min_confidence is None else self.min_confidence

    @property
    def is_strict(self) -> bool:
        """Whether nothing is shown but what matches."""
        asked = self.min_confidence is not None or bool(self.cursor)
        return asked or self.collapse or self.sort is not Sort.RELEVANCE

    @property
    def is_counted(self) -> bool:
        """Whether all that matches is found, and not only the best."""
        asked = self.counts or bool(self.facets) or bool(self.cursor)
        return asked or self.collapse or self.sort is not Sort.RELEVANCE

    @property
    def read_text(self) -> str:
        """What the model reads of it."""
        return read_text(self.text, self.syntax)


@stage("reading")
def parse(
    text: str,
    *,
    limit: int = DEFAULT_LIMIT,
    languages: Iterable[str] = (),
    sources: Iterable[str] = (),
    meta: Mapping[str, Iterable[str]] | None = None,
    omit: Omit = NOTHING,
    since: Day = None,
    until: Day = None,
    group: str = Group.ARTICLE,
    evidence: bool = True,
    gloss: bool = False,
    titles: bool = False,
    operators: bool = True,
    mode: str | None = None,
    exact: bool = False,
    without: Iterable[str] = (),
    exhaustive: bool = False,
    min_confidence: float | None = None,
    counts: bool = False,
    facets: Iterable[str] = (),
    sort: str = Sort.RELEVANCE,
    collapse: bool = False,
    stories: bool = False,
    cursor: str = "",
    matched: int = MOST_MATCHED,
    partial: bool = False,
) -> Query:
    """Check every part of a search and analyse its text.

    Args:
        text: a question or some words, in any language (see `syntax`); of a long one the beginning is read.
        limit: most hits, 1 to 100.
        languages: codes such as `fa`, `prs`, `ar`, or `fas`, `pes`, `ara`; `fa` admits `prs`.
        sources: publishers, however they are spelled.
        meta: by name of a further field that the index keeps, values of which an article must have one.
        omit: what articles must not have.
        since: first day admitted, `YYYY-MM-DD` in one of three calendars (see `filter_days`).
        until: last day admitted, likewise.
        group: `article` or `passage`.
        evidence: whether hits say which words answered which.
        gloss: whether hits say what their words mean in English.
        titles: whether hits say too which words of their titles answer.
        operators: whether quotation marks and minus signs in `text` mean something.
        mode: `hybrid`, `dense` or `lexical` (see `modes`); hybrid, and lexical for exact words, when None.
        exact: whether only the words themselves count, however they are spelled.
        without: what does not count besides: `stem`, `sound`, `name`, `dictionary`, `translation`.
        exhaustive: whether every vector is compared.
        min_confidence: that an article has at least which matches, 0 to 1.
        counts: whether all that matches is counted.
        facets: fields by whose values it is counted: `language`, `source`, `month`, `meta.author`.
        sort: `relevance`, `newest`, `oldest`, or `added`: what came into the archive last.
        collapse: whether copies of one story are one hit.
        stories: whether what tells the same story in several languages is one hit.
        cursor: where the page begins, as an answer gave it.
        matched: articles that are told apart at most.
        partial: whether an answer from some of the shards of an index will do, where others do not answer.

    Raises:
        InvalidQuery: names the part (as the API calls it) and its value.
    """
    read = with_half_spaces(_cut(text))
    if not any(character.isalnum() for character in read):
        raise InvalidQuery("the query holds no letter and no digit", field="q", value=text)
    if group not in set(Group):
        raise InvalidQuery(f"group must be article or passage, not {group!r}", field="group", value=group)
    chosen, kinds = mode_of(mode, exact=exact), kinds_of(without, exact=exact)
    counted = _facets(facets)
    _require_order(sort, min_confidence)
    _require_articles(group, collapse=collapse, stories=stories)
    days = _day("from", since), _day("to", until)
    first, last = (day.date if day else None for day in days)
    if first and last and first > last:
        raise InvalidQuery(f"from {first} is later than to {last}", field="from", value=str(first))
    wanted = Filter(languages_of(languages), first, last, conditions(sources, meta or {}, omit))
    is_long = len(read) > MOST_CHARACTERS
    syntax, language = syntax_of(read, operators=operators and not is_long)
    warnings = [day.warning for day in days if day and day.warning]
    if len(read) < len(text):
        warnings.append(f"only the first {len(read):,} of {len(text):,} characters are read")
    if operators and is_long and has_operators(read):
        warnings.append("in a text this long, quotation marks and minus signs are read as text")
    is_telling = are_telling(read, syntax)
    if not is_telling:
        warnings.append(_says_little(read, syntax))
    return Query(
        text=read,
        language=language,
        filter=wanted,
        limit=limit_of(limit),
        group=Group(group),
        evidence=evidence,
        gloss=gloss,
        titles=titles,
        syntax=syntax,
        is_telling=is_telling,
        mode=chosen,
        kinds=kinds,
        exhaustive=exhaustive,
        min_confidence=min_confidence,
        counts=counts,
        facets=counted,
        sort=Sort(sort),
        collapse=collapse,
        stories=stories,
        cursor=cursor,
        matched=matched,
        partial=partial,
        warnings=tuple(warnings),
    )


def _facets(fields: Iterable[str]) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(fields))
    if len(named) > MOST_FACETS:
        message = f"facets names {len(named):,} fields: {MOST_FACETS} may be"
        raise InvalidQuery(message, field="facets", value=len(named))
    return named


def _require_order(sort: str, min_confidence: float | None) -> None:
    if sort not in set(Sort):
        message = f"sort must be {', '.join(Sort)}, not {sort!r}"
        raise InvalidQuery(message, field="sort", value=sort)
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        message = f"min_confidence must be from 0 to 1, not {min_confidence}"
        raise InvalidQuery(message, field="min_confidence", value=min_confidence)


def _require_articles(group: str, **joined: bool) -> None:
    """Refuse to join hits that are passages; `joined` says of each way whether it is asked for."""
    for name, is_asked in joined.items():
        if is_asked and group != Group.ARTICLE:
            message = f"only articles are joined: leave out {name}, or group=passage"
            raise InvalidQuery(message, field=name, value=is_asked)


def _cut(text: str) -> str:
    """The beginning of a long text, up to the end of a word."""
    if len(text) <= MOST_READ:
        return text
    last_word = _LAST_WORD.search(text[: MOST_READ + 1])
    return text[: last_word.start() if last_word else MOST_READ]


def _says_little(text: str, syntax: Syntax) -> str:
    words = ", ".join(dict.fromkeys(word.text for word in words_of(text, syntax)))
    return f"only words that say little ({words}): add one that says what you look for"


def limit_of(limit: int) -> int:
    """How many are wanted at most.

    Raises:
        InvalidQuery: fewer than one, or too many.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidQuery(f"limit must be from 1 to {MAX_LIMIT}, not {limit}", field="limit", value=limit)
    return limit


def _day(field: str, given: Day) -> FilterDay | None:
    if not given:
        return None
    if isinstance(given, FilterDay):
        return given
    return filter_day(field, given) if isinstance(given, str) else FilterDay(given)
