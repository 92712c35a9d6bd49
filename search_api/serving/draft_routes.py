"""The route of draft translations: of a passage of the index, and of no other text."""

from typing import Annotated

from fastapi import FastAPI, Query

from indexer.core.errors import ArticleNotFound
from search_api.serving.answering import Answering
from search_api.serving.article_routes import missing
from search_api.serving.asked import article_id_and_query
from search_api.serving.drafts import DraftRequest, DraftResponse, begins_at, draft_of
from search_api.serving.off_loop import Given


def add_drafts(app: FastAPI, answering: Answering) -> None:
    """Add the route to `app`, before that of articles: an id may hold anything."""

    @app.get("/v1/articles/{id:path}/translation", summary="A passage in English, as a machine drafts it")
    @answering.drafting.takes_two(article_id_and_query(DraftRequest))
    def translation(id: str, request: Annotated[DraftRequest, Query()], deadline: Given) -> DraftResponse:
        with answering.live.searcher() as searcher:
            index = searcher.index
            try:
                number = index.number_of(id)
            except ArticleNotFound:
                raise missing(id) from None
            [article] = index.articles([number])
            passage = begins_at(request.start, index.passages_of(number))
            draft = draft_of(passage, article.language, answering.translator, deadline)
            return DraftResponse.of(index.name, article, passage, draft)
