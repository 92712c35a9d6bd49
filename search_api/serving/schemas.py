"""What the API takes and gives. `hudhud search --json` prints the same response."""

import datetime
from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from indexer.core.errors import InvalidQuery
from indexer.core.limits import MOST_MATCHED
from indexer.core.records import Article, MatchKind
from search_api.searching.confidence import Verdict
from search_api.searching.modes import Mode
from search_api.searching.outcomes import Hit, HitScores, Result
from search_api.searching.query import DEFAULT_LIMIT, MAX_LIMIT, Group, Query, parse
from search_api.serving.evidence import EvidenceResponse
from search_api.serving.filter_fields import FilterFields
from search_api.serving.highlights import Highlight, HighlightResponse
from search_api.serving.lists import parted
from search_api.serving.matches import FacetResponse, MatchFields, MissingResponse
from search_api.serving.mode_fields import ModeFields

MOST_OF_A_QUERY = 20_000
"""Characters of `q` that are taken; fewer are read."""

Question = Annotated[
    str,
    Field(
        max_length=MOST_OF_A_QUERY,
        description="A question, in any language; it holds a letter or a digit.",
        json_schema_extra={"minLength": 1},
    ),
]

LONGEST_DATE = 32
MOST_PARTS = 32
_LONGEST_PART = 80
_NEED_EVIDENCE = frozenset({"evidence", "highlight", "sentence", "words"})
"""Parts of a hit that depend on which words answer."""


class SearchRequest(FilterFields, ModeFields, MatchFields):
    """A search, as query parameters or as JSON."""

    q: Question
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most hits.")] = DEFAULT_LIMIT
    since: Annotated[
        str | None,
        Field(
            alias="from",
            max_length=LONGEST_DATE,
            description="First day, YYYY-MM-DD; Jalali and Hijri are told by the year.",
        ),
    ] = None
    until: Annotated[
        str | None, Field(alias="to", max_length=LONGEST_DATE, description="Last day, likewise.")
    ] = None
    group: Annotated[Group, Field(description="A hit is an article with its best passage, or a passage.")] = (
        Group.ARTICLE
    )
    evidence: Annotated[bool, Field(description="Say which words answered which.")] = True
    gloss: Annotated[bool, Field(description="Say what the words of hits mean in English.")] = False
    highlight: Annotated[
        list[Highlight],
        BeforeValidator(parted(len(Highlight), "forms")),
        Field(max_length=len(Highlight), description="Mark the words that answer: as HTML, as offsets."),
    ] = Field(default_factory=list)
    fields: Annotated[
        list[Annotated[str, Field(max_length=_LONGEST_PART)]],
        BeforeValidator(parted(MOST_PARTS, "fields")),
        Field(
            max_length=MOST_PARTS,
            description="Parts of hits that are given, as in `title,url,meta.author`; else all.",
        ),
    ] = Field(default_factory=list)

    def parsed(self, matched: int = MOST_MATCHED) -> Query:
        """The query that this asks for; `matched` articles are told apart at most.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        if self.highlight and not self.evidence:
            message = "highlight needs evidence: leave evidence=false out"
            raise InvalidQuery(message, field="evidence", value=False)
        return parse(
            self.q,
            limit=self.limit,
            **self.filters(),
            since=self.since,
            until=self.until,
            **self.modes(),
            group=self.group,
            evidence=self.evidence and self._gives(_NEED_EVIDENCE),
            gloss=self.gloss and self._gives({"evidence", "gloss"}),
            titles=bool(self.highlight) and self._gives({"highlight"}),
            min_confidence=self.min_confidence,
            counts=self.count,
            facets=self.facets,
            sort=self.sort,
            collapse=self.collapse,
            stories=self.stories,
            cursor=self.cursor,
            matched=matched,
            partial=self.partial,
        )

    def _gives(self, parts: Collection[str]) -> bool:
        """Whether one of these parts of hits is given."""
        return not self.fields or any(part in parts for part in self.fields)


class DateResponse(BaseModel):
    """A date that the query mentions; `from` and `to` are null where it is a day of any year."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    text: str
    since: Annotated[datetime.date | None, Field(alias="from", description="Its first day.")]
    until: Annotated[datetime.date | None, Field(alias="to", description="Its last day.")]


class QueryEcho(BaseModel):
    """The query as it was understood."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    text: Annotated[str, Field(description="As typed; of a long one the beginning, which was read.")]
    language: str
    since: Annotated[datetime.date | None, Field(alias="from", description="The first day admitted.")]
    until: Annotated[datetime.date | None, Field(alias="to", description="The last day admitted.")]
    dates: Annotated[list[DateResponse], Field(description="Whose articles come first.")]
    exact: Annotated[list[str], Field(description="What stands between quotation marks.")]
    excluded: Annotated[list[str], Field(description="What stands behind a minus.")]
    mode: Annotated[Mode, Field(description="What found articles and ordered them.")]
    without: Annotated[list[MatchKind], Field(description="Kinds of evidence that did not count.")]
    warnings: Annotated[list[str], Field(description="What to know of the answer, for a person.")]
    corrected: Annotated[
        str | None, Field(description="As it may have been meant, where a word seems mistyped.")
    ] = None

    @classmethod
    def of(cls, result: Result) -> "QueryEcho":
        """The response for the query of `result`."""
        query, text = result.query, result.query.text
        return cls(
            text=text,
            language=query.language,
            since=query.filter.since,
            until=query.filter.until,
            dates=[
                DateResponse(text=date.of(text), since=date.first, until=date.last)
                for date in query.syntax.dates
            ],
            exact=[span.of(text) for span in query.syntax.exact],
            excluded=[span.of(text) for span in query.syntax.excluded],
            mode=query.mode,
            without=query.without,
            warnings=list(result.warnings),
            corrected=result.corrected or None,
        )


class ScoreDetails(BaseModel):
    """The parts of a score: cosines of passage and best sentence, BM25, and all of them together."""

    passage: float
    sentence: float
    lexical: float
    fused: float
    reranked: Annotated[float | None, Field(description="The reranker's score; null without one.")] = None

    @classmethod
    def of(cls, scores: HitScores) -> "ScoreDetails":
        """The response for `scores`."""
        return cls(
            passage=round(scores.passage, 6),
            sentence=round(scores.sentence, 6),
            lexical=round(scores.lexical, 6),
            fused=round(scores.fused, 6),
            reranked=None if scores.reranked is None else round(scores.reranked, 6),
        )


class ArticleReference(BaseModel):
    """The article of a hit, without its text."""

    id: str
    title: str
    date: str | None
    language: str
    source: Annotated[
        str, Field(description="The file that it was read from, below what was indexed, and where in it.")
    ]
    url: Annotated[str | None, Field(description="Where it was published, if it says so.")]
    publisher: Annotated[
        str, Field(description="Who published it: as it says, else the host of its url, else its top folder.")
    ]
    metadata: Annotated[
        dict[str, list[str]], Field(description="Its further fields, those that the index keeps.")
    ]


class PassageResponse(BaseModel):
    """A passage: `text` is the article's text from code point `start` to before `end`."""

    id: int
    text: str
    start: int
    end: int


class HitResponse(BaseModel):
    """One answer."""

    rank: int
    confidence: Annotated[float, Field(description="How surely it answers the query, 0 to 1.")]
    score: Annotated[float, Field(description="What hits are ordered by: `reranked`, else `fused`.")]
    scores: ScoreDetails
    article: ArticleReference
    twins: Annotated[
        list[ArticleReference],
        Field(
            description="Its copies with `collapse`; what tells its story in other languages with `stories`."
        ),
    ]
    passage: PassageResponse
    evidence: EvidenceResponse
    highlight: Annotated[
        HighlightResponse | None, Field(description="The words that answer, marked; null if not asked for.")
    ] = None

    @classmethod
    def of(cls, hit: Hit, highlight: Collection[Highlight] = ()) -> "HitResponse":
        """The response for `hit`, with what is asked for marked."""
        passage = hit.passage
        return cls(
            rank=hit.rank,
            confidence=round(hit.confidence, 3),
            score=round(hit.score, 6),
            scores=ScoreDetails.of(hit.scores),
            article=ArticleReference(**reference_of(hit.article)),
            twins=[ArticleReference(**reference_of(twin)) for twin in hit.twins],
            passage=PassageResponse(
                id=passage.number, text=passage.text, start=passage.start, end=passage.end
            ),
            evidence=EvidenceResponse.of(hit),
            highlight=HighlightResponse.of(hit, highlight),
        )


class Answered(BaseModel):
    """What is told of the answers to a query."""

    query: QueryEcho
    verdict: Annotated[Verdict, Field(description="Whether the archive answers it, by the first hit.")]
    verdict_text: Annotated[str, Field(description="What the verdict means, for a person.")]
    generation: str
    took_ms: float
    reranking_ms: Annotated[
        float | None, Field(description="What of the time the reranker took; null without one.")
    ]
    total: Annotated[
        int, Field(description="How many articles match; passages, or stories, where these are the hits.")
    ]
    total_is_exact: Annotated[
        bool,
        Field(description="False: at least so many. `count=true` counts on, up to the most that is counted."),
    ]
    answering: Annotated[
        int, Field(description="How many of them answer, perhaps at least, as far as they were looked at.")
    ]
    facets: Annotated[dict[str, FacetResponse], Field(description="By field, if asked for.")]
    next_cursor: Annotated[
        str | None, Field(description="The `cursor` of the next page; null where nothing follows.")
    ]
    missing: Annotated[
        MissingResponse | None,
        Field(description="What was not searched, with `partial`; null where all of the index was."),
    ]

    @staticmethod
    def told(result: Result) -> dict[str, Any]:
        """These fields, of `result`."""
        return {
            "query": QueryEcho.of(result),
            "verdict": result.verdict,
            "verdict_text": result.verdict_text,
            "generation": result.generation,
            "took_ms": round(result.took_ms, 1),
            "reranking_ms": result.reranking_ms and round(result.reranking_ms, 1),
            "total": result.total,
            "total_is_exact": result.is_total_exact,
            "answering": result.answering,
            "facets": {facet.field: FacetResponse.of(facet) for facet in result.facets},
            "next_cursor": result.next_cursor,
            "missing": MissingResponse.of_missing(result.missing),
        }


class SearchResponse(Answered):
    """The answers to a query, best first."""

    hits: list[HitResponse]

    @classmethod
    def of(cls, result: Result, highlight: Collection[Highlight] = ()) -> "SearchResponse":
        """The response for `result`, with what is asked for marked in its hits."""
        return cls(**cls.told(result), hits=[HitResponse.of(hit, highlight) for hit in result.hits])


def reference_of(article: Article) -> dict[str, Any]:
    """The fields of `ArticleReference`."""
    return {
        "id": article.id,
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "publisher": article.publisher,
        "metadata": {name: list(values) for name, values in article.metadata},
    }
