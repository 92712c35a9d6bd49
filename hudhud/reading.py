"""The way to search: `open`, and the index that it gives."""

import contextlib
import datetime
import logging
import os
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

from hudhud.reports import Info
from hudhud.results import Results
from indexer.core.errors import HudhudError, IndexClosed
from indexer.core.settings import Settings

if TYPE_CHECKING:
    from indexer.core.records import Article, Passage
    from search_api.search import Searcher
    from search_api.searching.filter_days import FilterDay
    from search_api.searching.filters import Omit
    from search_api.similar import SimilarResult

_logger = logging.getLogger(__name__)


class _Answering(Protocol):
    """What lends searchers until it is closed."""

    def searcher(self) -> contextlib.AbstractContextManager["Searcher"]:
        """The searcher that answers now; it stays open as long as this context."""
        ...

    def close(self) -> None:
        """Lend no more; what is lent stays open until it is given back."""
        ...


class Index:
    """An open index. Several threads may use it at once; `close` it, or use it in a `with`.

    One that is forgotten closes itself.
    """

    __slots__ = ("__weakref__", "_answering", "_close", "_folder", "_matched")

    def __init__(self, folder: Path, answering: _Answering, matched: int) -> None:
        """For `open`: the index in `folder`, of which `answering` lends searchers.

        `matched` articles of a search are counted at most.
        """
        self._folder, self._matched = folder, matched
        self._answering = answering
        self._close = weakref.finalize(self, answering.close)

    @property
    def generation(self) -> str:
        """Name of the generation that answers now."""
        with self._searcher() as searcher:
            return searcher.index.name

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        languages: str | Iterable[str] = (),
        sources: str | Iterable[str] = (),
        meta: Mapping[str, str | Iterable[str]] | None = None,
        omit: "Omit | None" = None,
        since: datetime.date | str | None = None,
        until: datetime.date | str | None = None,
        mode: Literal["hybrid", "dense", "lexical"] | None = None,
        exact: bool = False,
        without: str | Iterable[str] = (),
        group: Literal["article", "passage"] = "article",
        evidence: bool = True,
        gloss: bool = False,
        min_confidence: float | None = None,
        count: bool = False,
        facets: Iterable[str] = (),
        sort: Literal["relevance", "newest", "oldest", "added"] = "relevance",
        collapse: bool = False,
        stories: bool = False,
        cursor: str | None = None,
    ) -> Results:
        """The passages that answer `query`, best first.

        Args:
            query: a question or some words, in any language; `"two words"` asks for them as they stand,
                `-word` leaves out articles that hold it.
            limit: most hits, 1 to 100.
            languages: only articles in these, `"fa,ar"` or `["fa", "ar"]`; `fa` admits Dari, `prs` is only
                Dari, `pes` only Persian of Iran.
            sources: only articles of these publishers, however they are spelled.
            meta: only articles with one of these values of a further field, `{"author": ["Ali"]}`.
            omit: articles to leave out, `hudhud.Omit(sources=["a.org"], meta={"author": ["Ali"]})`.
            since: first day admitted, a date or `YYYY-MM-DD`, also Jalali or Hijri, as the year tells; an
                article without a date is outside.
            until: last day admitted, likewise.
            mode: what finds articles and orders them: `hybrid`, their meaning and their words; `dense`, the
                order is by meaning alone; `lexical`, only passages that have the words. Hybrid, or lexical
                where `exact` is asked for, when None.
            exact: whether only the words themselves count, however they are spelled.
            without: what does not count: `"stem,sound"` or a list of `stem`, `sound`, `name`, `dictionary`,
                `translation`, which is all three across languages.
            group: `article` gives one hit an article, with its best passage; `passage` every passage.
            evidence: whether hits say which of their words answer which of the query's.
            gloss: whether hits say what their words mean in English.
            min_confidence: from which an article matches, .05 unless given; if given, hits are what matches
                alone.
            count: whether all that matches is counted.
            facets: fields by whose values it is counted: `language`, `source`, `month`, `meta.author`.
            sort: what hits are ordered by; by date, all that matches.
            collapse: whether copies of one story are one hit, with its `twins`.
            stories: whether what tells the same story in several languages is one hit, likewise.
            cursor: `next_cursor` of the page before.

        Raises:
            InvalidQuery: one of these cannot be searched.
            CursorExpired: the page before is of another generation.
            IndexDamaged: a file of the index cannot be read.
            IndexClosed: the index was closed.
        """
        from search_api.searching.filters import NOTHING
        from search_api.searching.query import parse

        asked = parse(
            query,
            limit=limit,
            languages=_codes(languages),
            sources=[sources] if isinstance(sources, str) else sources,
            meta=meta,
            omit=omit or NOTHING,
            since=_day("since", since),
            until=_day("until", until),
            mode=mode,
            exact=exact,
            without=_codes(without),
            group=group,
            evidence=evidence,
            gloss=gloss,
            min_confidence=min_confidence,
            counts=count,
            facets=facets,
            sort=sort,
            collapse=collapse,
            stories=stories,
            cursor=cursor or "",
            matched=self._matched,
        )
        with self._searcher() as searcher:
            return Results.of(searcher.search(asked))

    def article(self, id: str) -> "Article":
        """The article of this id, whole; offsets of hits count in its `text`.

        Raises:
            ArticleNotFound: there is none.
            IndexDamaged: a file of the index cannot be read.
            IndexClosed: the index was closed.
        """
        with self._searcher() as searcher:
            return searcher.index.article_by_id(id)

    def passages(self, id: str) -> "list[Passage]":
        """The passages of the article of this id, in the order of its text, with their offsets in it.

        Raises:
            ArticleNotFound: there is none.
            IndexDamaged: a file of the index cannot be read.
            IndexClosed: the index was closed.
        """
        with self._searcher() as searcher:
            return searcher.index.passages_of(searcher.index.number_of(id))

    def similar(
        self,
        id: str,
        *,
        limit: int = 10,
        languages: str | Iterable[str] = (),
        sources: str | Iterable[str] = (),
        meta: Mapping[str, str | Iterable[str]] | None = None,
        omit: "Omit | None" = None,
    ) -> "SimilarResult":
        """The articles that are like the one of this id, the same story in other languages first.

        Args:
            id: of the article.
            limit: most articles, 1 to 100.
            languages: only articles in these, as for `search`.
            sources: only articles of these publishers.
            meta: only articles with one of these values of a further field.
            omit: articles to leave out.

        Raises:
            ArticleNotFound: there is none.
            InvalidQuery: one of the others cannot be searched.
            IndexDamaged: a file of the index cannot be read.
            IndexClosed: the index was closed.
        """
        from search_api.searching.filters import NOTHING
        from search_api.similar import similar

        with self._searcher() as searcher:
            return similar(
                searcher.index,
                id,
                limit=limit,
                languages=_codes(languages),
                sources=[sources] if isinstance(sources, str) else sources,
                meta=meta,
                omit=omit or NOTHING,
            )

    def info(self) -> Info:
        """What is live: generation, model, counts, dates, size.

        Raises:
            IndexDamaged: a file of the index cannot be read.
            IndexClosed: the index was closed.
        """
        from indexer.core.records import Filter
        from indexer.storage.layout import Layout
        from indexer.storage.manifest import MANIFEST, Manifest

        with self._searcher() as searcher:
            manifest = Manifest.read(Layout(self._folder).generations / searcher.index.name / MANIFEST)
            undated = searcher.index.undated(Filter(since=datetime.date.min))
        return Info.of(self._folder, manifest, undated)

    def close(self) -> None:
        """Release the files. Searches that run end as usual; a later one raises IndexClosed."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            state = f"generation {self.generation}"
        except HudhudError as error:
            state = "closed" if isinstance(error, IndexClosed) else f"not usable: {error}"
        return f"<Index {str(self._folder)!r}, {state}>"

    def _searcher(self) -> contextlib.AbstractContextManager["Searcher"]:
        if not self._close.alive:
            raise IndexClosed(f"the index in {self._folder} was closed: open it again with hudhud.open")
        return self._answering.searcher()


def open(
    index: str | os.PathLike[str] | None = None,
    *,
    model: str | None = None,
    reranker: str | None = None,
    follow: bool = False,
) -> Index:
    """Open the index in a folder for searching.

    Args:
        index: its folder; `HUDHUD_INDEX`, else `./index`, when None.
        model: folder or hub name of the model that made it; `HUDHUD_MODEL`, else the one that the index
            names, when None.
        reranker: folder or hub name of a cross-encoder that orders the best hits; `HUDHUD_RERANKER`, else
            none, when None.
        follow: whether a generation that is published later takes over, as in `hudhud serve`. Otherwise
            the one that is live now answers until the index is closed.

    Raises:
        IndexNotFound: there is no index.
        IndexDamaged: a file of it is missing, truncated or altered.
        IndexMismatch: it was made with another model or format.
        ModelError: the model or the reranker cannot be loaded.
        InvalidSetting: an environment variable begins with HUDHUD_ and is no setting.
    """
    from indexer.storage.layout import Layout
    from search_api.serving.fixed import Fixed
    from search_api.serving.live import Live
    from search_api.serving.opening import Opener

    chosen = Settings.from_environment(os.environ)
    layout = Layout((Path(index) if index is not None else chosen.index).absolute())
    opener = Opener(model or chosen.model, chosen.cache, _logger.info, reranker=reranker or chosen.reranker)
    answering = Live(layout, opener) if follow else Fixed(layout, opener)
    return Index(layout.folder, answering, chosen.matched)


def _codes(given: str | Iterable[str]) -> Iterable[str]:
    """Codes in a list, or in one text with commas between."""
    return given.split(",") if isinstance(given, str) and given else given


def _day(name: str, given: datetime.date | str | None) -> "FilterDay | None":
    """The day that was given for the argument `name`; of a time, its day."""
    from search_api.searching.filter_days import FilterDay, filter_day

    if not given:
        return None
    if isinstance(given, str):
        return filter_day(name, given)
    return FilterDay(given.date() if isinstance(given, datetime.datetime) else given)
