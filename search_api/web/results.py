"""The results of a search as a page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.core.protocols import Missing
from indexer.core.records import MatchKind
from search_api.searching.confidence import Verdict
from search_api.searching.modes import Mode, Without
from search_api.searching.outcomes import WORDS_ALONE, Result
from search_api.searching.query import Sort
from search_api.web.addresses import COUNTED, CURSOR, PARTIAL, UI, Address
from search_api.web.asking import Piece, Typed, unanswered
from search_api.web.choices import Choices, choices
from search_api.web.hits import ShownHit, listed, shown_hit
from search_api.web.months import Months, months
from search_api.web.visit import GLOSS, OFF, Visit
from search_api.web.wording import Wording

CSV, FEED = "/v1/search.csv", "/v1/search.atom"
_NOT_OF_FILES = (
    GLOSS,
    "limit",
    "group",
    "highlight",
    "count",
    "facets",
    "evidence",
    "stories",
    "fields",
    OFF,
    UI,
)
_NOT_OF_FEEDS = ("sort", "collapse", PARTIAL)


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that a link switches: its name, whether it is on, and the address of the other way."""

    name: str
    label: str
    is_on: bool
    address: str


@dataclass(frozen=True, slots=True)
class ShownResults:
    """The results of a search.

    Attributes:
        query: as it was typed.
        pieces: the same, word by word.
        verdict: whether the archive answers.
        unanswered: words of the query that nothing in any hit of this page answers, but for those beyond.
        unnamed: names of the query that the first hit lacks, which else would answer.
        total: how many articles answer, or lie nearest, of how many.
        warnings: what to know, in English.
        corrected, as_corrected: the query as it may have been meant, and its address; else empty.
        by_meaning: the address where meaning counts too; empty where it does, or words alone find something.
        missing: how much was not searched, as a share in percent; empty where all was.
        again: the address at which all is asked again.
        hits: of this page.
        beyond: how many at the end of them are only the nearest, behind those that answer.
        fields, months: what the search can be narrowed by.
        counted: the address at which that is counted; empty where it was.
        kinds, modes, sorts: what can be switched.
        exact, collapse, stories, gloss: likewise, one each.
        is_narrowed: whether filters leave something out.
        everything: the address without filters.
        first, following: addresses of other pages; empty where there is none.
        csv, feed: addresses of the same as a file and as a feed.
    """

    query: str
    pieces: tuple[Piece, ...]
    verdict: Verdict
    unanswered: tuple[str, ...]
    unnamed: str
    total: str
    warnings: tuple[str, ...]
    by_meaning: str
    corrected: str
    as_corrected: str
    missing: str
    again: str
    hits: tuple[ShownHit, ...]
    beyond: int
    fields: tuple[Choices, ...]
    months: Months | None
    counted: str
    kinds: tuple[Switch, ...]
    modes: tuple[Switch, ...]
    sorts: tuple[Switch, ...]
    exact: Switch
    collapse: Switch
    stories: Switch
    gloss: Switch
    is_narrowed: bool
    everything: str
    first: str
    following: str
    csv: str
    feed: str


def shown_results(
    result: Result, query: str, typed: Typed, visit: Visit, translated: frozenset[str]
) -> ShownResults:
    """The results of a search.

    Args:
        result: of what of the query is on.
        query: as it was typed.
        typed: the same, word by word.
        visit: what was asked for.
        translated: languages of which drafts can be had.
    """
    here, wording = visit.here, visit.preferences.wording
    whole = here.dropped(*_NOT_OF_FILES).with_only("q", typed.text)
    hits = tuple(shown_hit(hit, typed, here, visit.preferences, translated) for hit in result.hits)
    beyond = _beyond(hits) if result.verdict is not Verdict.NONE else 0
    return ShownResults(
        query=query,
        pieces=typed.pieces,
        verdict=result.verdict,
        unanswered=_unanswered(hits[: len(hits) - beyond], typed),
        unnamed=listed(result.unnamed),
        total=_total(result, wording),
        warnings=tuple(warning for warning in result.warnings if warning != WORDS_ALONE),
        corrected=result.corrected,
        as_corrected=str(here.dropped(CURSOR).with_only("q", result.corrected)),
        by_meaning=str(_in_mode(here, Mode.HYBRID)) if WORDS_ALONE in result.warnings else "",
        missing=_percent(result.missing, wording) if result.missing else "",
        again=str(here.dropped(PARTIAL)),
        hits=hits,
        beyond=beyond,
        fields=tuple(choices(result.facets, here, wording)),
        months=months(result.facets, result.query, here, wording),
        counted="" if result.query.is_counted else str(here.with_only(COUNTED, "true")),
        kinds=tuple(_kinds(result, visit)),
        modes=tuple(
            Switch(mode, wording(f"mode_{mode}"), result.query.mode is mode, str(_in_mode(here, mode)))
            for mode in Mode
        ),
        sorts=tuple(
            Switch(
                sort,
                wording(f"sort_{sort}"),
                result.query.sort is sort,
                str(here.with_only("sort", "" if sort is Sort.RELEVANCE else sort)),
            )
            for sort in Sort
        ),
        exact=_flag(visit, "exact", dropping=("mode", "without")),
        collapse=_flag(visit, "collapse"),
        stories=_flag(visit, "stories"),
        gloss=gloss_switch(visit),
        is_narrowed=not result.query.filter.is_empty,
        everything=str(Address(here.prefix, here.path, tuple(_unfiltered(here)))),
        first=str(here.dropped(CURSOR)) if here.values(CURSOR) else "",
        following=str(here.with_only(CURSOR, result.next_cursor)) if result.next_cursor else "",
        csv=str(whole.to(CSV)),
        feed=str(whole.to(FEED).dropped(*_NOT_OF_FEEDS)),
    )


def _total(result: Result, wording: Wording) -> str:
    """How many articles answer, of how many that lie near; these alone where none answers."""
    near = max(result.total, result.answering)
    if not near:
        return wording("total_nothing")
    number = wording.number(near)
    nearest = number if result.is_total_exact else wording("at_least_count", count=number)
    if result.verdict is Verdict.NONE or not result.answering:
        return wording("total_near", count=nearest)
    return wording("total_answering", count=wording.number(result.answering), near=nearest)


def _percent(missing: Missing, wording: Wording) -> str:
    """How much was not searched: a whole number of hundredths, and never none or all of them."""
    return wording.number(min(99, max(1, round(100 * missing.share))))


def _unanswered(hits: Sequence[ShownHit], typed: Typed) -> tuple[str, ...]:
    """Words that no hit answers; none where no word is answered: then hits were found by their meaning."""
    found = [answer.numbers for hit in hits for answer in hit.answers]
    return unanswered(typed, found) if found else ()


def _beyond(hits: Sequence[ShownHit]) -> int:
    """How many hits at the end do not answer; none where others follow that do, as where days order them."""
    doubtful = [hit.verdict is Verdict.NONE for hit in hits]
    count = sum(doubtful)
    return count if count and all(doubtful[-count:]) else 0


def _kinds(result: Result, visit: Visit) -> Iterator[Switch]:
    """Ways of answering that can be switched off; none where only the words themselves count."""
    if visit.here.values("exact"):
        return
    here, wording = visit.here, visit.preferences.wording
    named = set(here.values("without"))
    for kind in Without:
        is_on = not kind.kinds <= set(result.query.without)
        if kind in named:
            address = here.without("without", [kind])
        elif not is_on:  # with all translations, names and dictionary are off: on again with them
            address = here.without("without", [Without.TRANSLATION])
        else:
            address = here.with_("without", kind)
        name = "across" if kind is Without.TRANSLATION else MatchKind(kind.value).value
        yield Switch(kind, wording(f"way_{name}"), is_on, str(address))


def _in_mode(here: Address, mode: Mode) -> Address:
    plain = here.dropped("mode", "exact")
    return plain if mode is Mode.HYBRID else plain.with_("mode", mode)


def gloss_switch(visit: Visit) -> Switch:
    """Whether a page says what single words mean, and the address where that is otherwise."""
    is_on = visit.is_glossed
    other = "" if visit.preferences.is_glossed != is_on else "false" if is_on else "true"
    address = visit.here.with_only(GLOSS, other)
    return Switch(GLOSS, visit.preferences.wording("flag_gloss"), is_on, str(address))


def _flag(visit: Visit, name: str, dropping: tuple[str, ...] = ()) -> Switch:
    here, wording = visit.here, visit.preferences.wording
    is_on = bool(here.values(name))
    other = here.dropped(name) if is_on else here.dropped(*dropping).with_only(name, "true")
    return Switch(name, wording(f"flag_{name}"), is_on, str(other))


def _unfiltered(here: Address) -> Iterator[tuple[str, str]]:
    filters = ("languages", "sources", "from", "to", CURSOR)
    for name, value in here.pairs:
        if name not in filters and not name.startswith(("not.", "meta.")):
            yield name, value
