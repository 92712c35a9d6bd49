"""The routes of articles: one, some by their ids, and those that are like one."""

from typing import Annotated

from fastapi import FastAPI, Query

from indexer.core.deadline import Deadline
from indexer.core.errors import ArticleNotFound
from indexer.core.protocols import Index
from search_api.serving.articles import (
    MOST_CHARACTERS,
    ArticleResponse,
    ArticlesRequest,
    ArticlesResponse,
    SimilarRequest,
    SimilarResponse,
)
from search_api.serving.asked import article_id, article_id_and_query, from_json
from search_api.serving.live import Live
from search_api.serving.off_loop import Given, OffLoop
from search_api.serving.problems import brief
from search_api.similar import similar as find_similar


def add_articles(app: FastAPI, live: Live, looking_up: OffLoop, searching: OffLoop) -> None:
    """Add the routes to `app`; what only looks up waits behind no search."""

    @app.get("/v1/articles/{id:path}/similar", summary="Articles that tell the same, or are like one")
    @searching.takes_two(article_id_and_query(SimilarRequest))
    def similar(id: str, request: Annotated[SimilarRequest, Query()], deadline: Given) -> SimilarResponse:
        with live.searcher() as searcher:
            try:
                found = find_similar(
                    searcher.index, id, limit=request.limit, **request.filters(), deadline=deadline
                )
            except ArticleNotFound:
                raise missing(id) from None
            return SimilarResponse.of(found)

    @app.get("/v1/articles/{id:path}", summary="An article, whole, and where its passages are")
    @looking_up.takes(article_id)
    def article(id: str, deadline: Given) -> ArticleResponse:
        del deadline  # one look is over sooner
        with live.searcher() as searcher:
            try:
                return _article(searcher.index, id)
            except ArticleNotFound:
                raise missing(id) from None

    @app.post("/v1/articles", summary="Articles by their ids")
    @looking_up.takes(from_json(ArticlesRequest))
    def articles(request: ArticlesRequest, deadline: Given) -> ArticlesResponse:
        with live.searcher() as searcher:
            return _articles(searcher.index, request, deadline)


def _article(index: Index, article_id: str) -> ArticleResponse:
    number = index.number_of(article_id)
    [article] = index.articles([number])
    return ArticleResponse.of(article, index.passages_of(number))


def _articles(index: Index, request: ArticlesRequest, deadline: Deadline) -> ArticlesResponse:
    """Those that there are, as far as their texts are not too long together."""
    found = ArticlesResponse(generation=index.name, articles=[], missing=[], left=[])
    characters = 0
    for wanted in deadline.each(dict.fromkeys(request.ids)):
        if characters >= MOST_CHARACTERS:
            found.left.append(wanted)
            continue
        try:
            article = _article(index, wanted)
        except ArticleNotFound:
            found.missing.append(wanted)
            continue
        characters += len(article.text)
        if characters > MOST_CHARACTERS and found.articles:
            found.left.append(wanted)
        else:
            found.articles.append(article)
    return found


def missing(article_id: str) -> ArticleNotFound:
    """The error where no article has an id, which may be as long as somebody likes."""
    return ArticleNotFound(f"no article has the id {brief(article_id)!r} in this index")
