"""What the API takes and gives. `hudhud search --json` prints the same response."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from indexer.records import Article
from search_api.query import DEFAULT_LIMIT, MAX_CHARACTERS, MAX_LIMIT, Group, Query, parse
from search_api.search import Hit, Result


def _split(value: object) -> object:
    """`fa,ar` and `["fa,ar"]` mean the same as `["fa", "ar"]`."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        return value
    return [code for item in given for code in item.split(",")]


class SearchRequest(BaseModel):
    """A search, as query parameters or as JSON."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: Annotated[str, Field(max_length=MAX_CHARACTERS, description="A question, in any language.")]
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Most hits.")] = DEFAULT_LIMIT
    languages: Annotated[
        list[str],
        BeforeValidator(_split),
        Field(description="Only articles in these languages, e.g. `fa,ar`; `fa` admits Dari too."),
    ] = []
    since: Annotated[
        str | None,
        Field(alias="from", description="First day, YYYY-MM-DD."),
    ] = None
    until: Annotated[str | None, Field(alias="to", description="Last day, YYYY-MM-DD.")] = None
    group: Annotated[Group, Field(description="A hit is an article with its best passage, or a passage.")] = (
        Group.ARTICLE
    )

    def parsed(self) -> Query:
        """The query that this asks for.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        return parse(
            self.q,
            limit=self.limit,
            languages=self.languages,
            since=self.since,
            until=self.until,
            group=self.group,
        )


class QueryEcho(BaseModel):
    """The query as it was understood."""

    text: str
    language: str


class Scores(BaseModel):
    """The parts of a score. `dense` is the cosine between the query's and the passage's vectors."""

    dense: float


class ArticleReference(BaseModel):
    """The article of a hit, without its text."""

    id: str
    title: str
    date: str | None
    language: str
    source: str


class ArticleResponse(ArticleReference):
    """An article, whole. Offsets of passages count code points in `text`."""

    text: str

    @classmethod
    def of(cls, article: Article) -> "ArticleResponse":
        """The response for `article`."""
        return cls(**_reference(article), text=article.text)


class PassageResponse(BaseModel):
    """A passage: `text` is the article's text from code point `start` to before `end`."""

    id: int
    text: str
    start: int
    end: int


class HitResponse(BaseModel):
    """One answer."""

    rank: int
    score: float
    scores: Scores
    article: ArticleReference
    passage: PassageResponse

    @classmethod
    def of(cls, hit: Hit) -> "HitResponse":
        """The response for `hit`."""
        passage = hit.passage
        return cls(
            rank=hit.rank,
            score=round(hit.score, 6),
            scores=Scores(dense=round(hit.dense, 6)),
            article=ArticleReference(**_reference(hit.article)),
            passage=PassageResponse(
                id=passage.number, text=passage.text, start=passage.start, end=passage.end
            ),
        )


class SearchResponse(BaseModel):
    """The answers to a query, best first."""

    query: QueryEcho
    generation: str
    took_ms: float
    hits: list[HitResponse]

    @classmethod
    def of(cls, result: Result) -> "SearchResponse":
        """The response for `result`."""
        return cls(
            query=QueryEcho(text=result.query.text, language=result.query.language),
            generation=result.generation,
            took_ms=round(result.took_ms, 1),
            hits=[HitResponse.of(hit) for hit in result.hits],
        )


class Health(BaseModel):
    """The process answers."""

    status: str


class Readiness(BaseModel):
    """An index is open: the name of its generation."""

    status: str
    generation: str


class Fault(BaseModel):
    """One part of a request that cannot be used."""

    field: str
    value: Any
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []


def _reference(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "language": article.language,
        "source": article.source,
    }
