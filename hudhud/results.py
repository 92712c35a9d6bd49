"""What searching gives: results and their hits. Needs no library."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, overload

from indexer.core.shown import shown

if TYPE_CHECKING:
    from indexer.core.records import Article, Metadata
    from search_api.searching.evidence import WordMatch
    from search_api.searching.facets import Facet
    from search_api.searching.gloss import GlossedWord
    from search_api.searching.highlight import Mark
    from search_api.searching.outcomes import Hit as Found
    from search_api.searching.outcomes import HitScores, Result

FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"

_SHOWN = 10
"""Hits that the `repr` of results lists."""

_WIDTH = 60
"""Characters of a sentence that it shows."""

_DIGITS = 6
"""Decimals of scores in `to_dict`, as in the API."""


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """An answer: a passage of an article, and why it answers.

    Attributes:
        rank: from 1, the best.
        confidence: how surely it answers the query, 0 to 1.
        score: what hits are ordered by, higher is better; those of two queries do not compare.
        title: of the article.
        text: the passage: some whole sentences of the article.
        sentence: the sentence of the passage that is nearest to the query.
        date: of the article; None where it states none.
        language: of the article: `fa`, `prs`, `ar` or another ISO 639 code.
        id: of the article, as `Index.article` takes it.
        url: where the article was published, if it says so.
        source: the file that the article was read from, by its path below what was indexed, and where in it.
        start, end: where the passage stands in the article's text, in code points.
        sentence_start: where the sentence begins there.
        evidence: the words of the passage that answer words of the query, in the order of the text.
        gloss: the words of the passage with their meanings in English, if they were asked for.
        scores: what `score` is made of.
        passage: number of the passage in its generation.
        publisher: of the article: as it says, else the host of its `url`, else its top folder.
        metadata: of the article: further fields that the index keeps, pairs of a name and its values.
        twins: copies of the article and others that tell its story, where they are one hit.
    """

    rank: int
    confidence: float
    score: float
    title: str
    text: str
    sentence: str
    date: datetime.date | None
    language: str
    id: str
    url: str | None
    source: str
    start: int
    end: int
    sentence_start: int
    evidence: "tuple[WordMatch, ...]"
    gloss: "tuple[GlossedWord, ...]"
    scores: "HitScores"
    passage: int
    publisher: str = ""
    metadata: "Metadata" = ()
    twins: "tuple[Article, ...]" = ()

    @classmethod
    def of(cls, found: "Found") -> "Hit":
        """The hit that a search found."""
        article, passage, sentence = found.article, found.passage, found.sentence
        return cls(
            rank=found.rank,
            confidence=found.confidence,
            score=found.score,
            title=article.title,
            text=passage.text,
            sentence=sentence.of(article.text),
            date=article.date,
            language=article.language,
            id=article.id,
            url=article.url,
            source=article.source,
            start=passage.start,
            end=passage.end,
            sentence_start=sentence.start,
            evidence=found.words,
            gloss=found.gloss,
            scores=found.scores,
            passage=passage.number,
            publisher=article.publisher,
            metadata=article.metadata,
            twins=found.twins,
        )

    @property
    def marks(self) -> "tuple[Mark, ...]":
        """The words of the passage that answer, as a page marks them: whole words, none touching another."""
        from search_api.searching.highlight import marks_of

        return marks_of(self.evidence, self.text, self.start)

    @property
    def html(self) -> str:
        """The passage as HTML that can stand in any element of a page, what answers in `mark` elements."""
        return self._as_element(self.text, self.start)

    @property
    def sentence_html(self) -> str:
        """The sentence, likewise."""
        return self._as_element(self.sentence, self.sentence_start)

    def _as_element(self, text: str, start: int) -> str:
        from search_api.searching.highlight import element, marked

        return element(marked(text, start, self.marks), self.language)

    def to_dict(self) -> dict[str, Any]:
        """The hit as the HTTP API gives it; `json.dumps` takes it as it is."""
        sentence = {
            "start": self.sentence_start,
            "end": self.sentence_start + len(self.sentence),
            "score": round(self.scores.sentence, _DIGITS),
        }
        return {
            "rank": self.rank,
            "confidence": round(self.confidence, 3),
            "score": round(self.score, _DIGITS),
            "scores": {name: value and round(value, _DIGITS) for name, value in asdict(self.scores).items()},
            "article": {
                "id": self.id,
                "title": self.title,
                "date": self.date.isoformat() if self.date else None,
                "language": self.language,
                "source": self.source,
                "url": self.url,
                "publisher": self.publisher,
                "metadata": {name: [*values] for name, values in self.metadata},
            },
            "twins": [_reference(twin) for twin in self.twins],
            "passage": {"id": self.passage, "text": self.text, "start": self.start, "end": self.end},
            "evidence": {
                "sentence": sentence,
                "words": [asdict(match) | {"kind": match.kind.value} for match in self.evidence],
                "gloss": [asdict(word) | {"meanings": [*word.meanings]} for word in self.gloss],
            },
            "highlight": None,
        }

    def __repr__(self) -> str:
        return f"<Hit {self._line()}>"

    def _facts(self) -> str:
        date = self.date.isoformat() if self.date else "no date"
        return f"{self.confidence:.2f}, {self.language}, {date}, {self.id}"

    def _line(self) -> str:
        """The hit in a line; what is written from right to left stands last, in its own direction."""
        sentence = " ".join(self.sentence.split())
        if len(sentence) > _WIDTH:
            sentence = f"{sentence[:_WIDTH].rstrip()}…"
        isolated = f"{FIRST_STRONG_ISOLATE}{shown(sentence)}{POP_DIRECTIONAL_ISOLATE}"
        date = self.date.isoformat() if self.date else "no date"
        head = f"{self.rank:>2}. {self.confidence:.2f}  {self.language:<3}  {date:<10}"
        return f"{head}  {shown(self.id)}  {isolated}"


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """A date that a query mentions; `since` and `until` are its days, None where it is one of any year."""

    text: str
    since: datetime.date | None
    until: datetime.date | None


@dataclass(frozen=True, slots=True, repr=False)
class Results(Sequence[Hit]):
    """The answers to a query, best first: a sequence of hits, all from one generation.

    Attributes:
        query: as it was asked; of a long one the beginning, which was read.
        language: that the query is written in, as far as can be told.
        verdict, verdict_text: whether the archive answers it: `strong`, `weak` or `none`; and for a person.
        generation, took_ms: name of the one that answered, and how long it took, in milliseconds.
        hits, reranking_ms: as a tuple; what of the time a reranker took, None without one.
        since, until: first and last day admitted, in the Gregorian calendar; None where it is open.
        dates: that the query mentions; articles of these days come first.
        exact, excluded: what stands between quotation marks, and behind a minus.
        mode: what found articles and ordered them: `hybrid`, `dense` or `lexical`.
        without: kinds of evidence that did not count.
        warnings, corrected: what to know, for a person; the query as it may have been meant, if mistyped.
        total: how many articles match; passages, or stories, where these are the hits.
        is_total_exact, answering: whether no more do, and how many answer; `count=True` counts on.
        facets: the fields that were asked for, each with its `field` and `counts`: pairs of a value and how
            many of the articles that match have it.
        next_cursor: names the next page; None where nothing follows.
    """

    query: str
    language: str
    verdict: str
    verdict_text: str
    generation: str
    took_ms: float
    hits: tuple[Hit, ...]
    reranking_ms: float | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    dates: tuple[MentionedDate, ...] = ()
    exact: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    mode: str = "hybrid"
    without: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    total: int = 0
    is_total_exact: bool = True
    answering: int = 0
    facets: "tuple[Facet, ...]" = ()
    next_cursor: str | None = None
    corrected: str | None = None

    @classmethod
    def of(cls, result: "Result") -> "Results":
        """The results of a search."""
        query, text = result.query, result.query.text
        return cls(
            query=text,
            language=query.language,
            verdict=result.verdict.value,
            verdict_text=result.verdict_text,
            generation=result.generation,
            took_ms=result.took_ms,
            hits=tuple(map(Hit.of, result.hits)),
            reranking_ms=result.reranking_ms,
            since=query.filter.since,
            until=query.filter.until,
            dates=tuple(MentionedDate(date.of(text), date.first, date.last) for date in query.syntax.dates),
            exact=tuple(span.of(text) for span in query.syntax.exact),
            excluded=tuple(span.of(text) for span in query.syntax.excluded),
            mode=query.mode.value,
            without=tuple(kind.value for kind in query.without),
            warnings=result.warnings,
            total=result.total,
            is_total_exact=result.is_total_exact,
            answering=result.answering,
            facets=result.facets,
            next_cursor=result.next_cursor,
            corrected=result.corrected or None,
        )

    def to_dict(self) -> dict[str, Any]:
        """The results as the HTTP API gives them; `json.dumps` takes them as they are."""
        return {
            "query": {
                "text": self.query,
                "language": self.language,
                **_days(self.since, self.until),
                "dates": [{"text": date.text, **_days(date.since, date.until)} for date in self.dates],
                "exact": [*self.exact],
                "excluded": [*self.excluded],
                "mode": self.mode,
                "without": [*self.without],
                "warnings": [*self.warnings],
                "corrected": self.corrected,
            },
            "verdict": self.verdict,
            "verdict_text": self.verdict_text,
            "generation": self.generation,
            "took_ms": round(self.took_ms, 1),
            "total": self.total,
            "total_is_exact": self.is_total_exact,
            "answering": self.answering,
            "facets": {
                facet.field: {
                    "counts": [{"value": value, "count": count} for value, count in facet.counts],
                    "is_exact": facet.is_exact,
                }
                for facet in self.facets
            },
            "next_cursor": self.next_cursor,
            "missing": None,
            "reranking_ms": self.reranking_ms and round(self.reranking_ms, 1),
            "hits": [hit.to_dict() for hit in self.hits],
        }

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, position: int) -> Hit: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, position: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[position]

    def __repr__(self) -> str:
        lines = [self._head(), *self.warnings, *(hit._line() for hit in self.hits[:_SHOWN])]
        if len(self) > _SHOWN:
            lines.append(f"… and {len(self) - _SHOWN} more")
        return "\n".join(lines)

    def _head(self) -> str:
        hits = "1 hit" if len(self) == 1 else f"{len(self)} hits"
        return f"<Results: {hits} for {self.query!r} in {self.took_ms:.0f} ms: {self.verdict}>"

    def _repr_html_(self) -> str:
        """The hits as a notebook shows them, the words that answer the query marked."""
        from hudhud.notebook import item, listed

        return listed(
            self._head().strip("<>"),
            self.warnings,
            [item(hit.title, hit._facts(), hit.text, hit.start, hit.marks) for hit in self.hits],
        )


def _reference(article: "Article") -> dict[str, Any]:
    """An article without its text, as the API gives it."""
    return {
        "id": article.id,
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "publisher": article.publisher,
        "metadata": {name: [*values] for name, values in article.metadata},
    }


def _days(since: datetime.date | None, until: datetime.date | None) -> dict[str, str | None]:
    """First and last day as the API names and writes them."""
    return {"from": since.isoformat() if since else None, "to": until.isoformat() if until else None}
