"""The routes of pages for people: search, articles, lists of queries, saved searches; and what pages load."""

import re
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse

from indexer.core.deadline import Deadline
from indexer.core.errors import ArticleNotFound
from indexer.core.records import Article, Passage
from search_api.partial import from_what_answers
from search_api.searching.facets import LANGUAGE, MONTH, SOURCE
from search_api.searching.gloss import ready
from search_api.searching.query import MOST_FACETS
from search_api.serving.answering import Answering
from search_api.serving.asked import Asked, article_id, parameters
from search_api.serving.batch import MOST_SEARCHES
from search_api.serving.facts import Facts
from search_api.serving.problems import brief
from search_api.similar import similar
from search_api.web.addresses import COUNTED, UI, Address, own_page
from search_api.web.answers import page
from search_api.web.article import alike, named_span, shown_text
from search_api.web.asking import typed
from search_api.web.assets import FOREVER, STATIC, assets
from search_api.web.drafts import AT, DRAFT, Drafting, drafting, shown_draft
from search_api.web.hits import ARTICLE, shown_article
from search_api.web.many import LIST, lines_of, searched
from search_api.web.many import PATH as QUERIES
from search_api.web.opensearch import MEDIA_TYPE, PATH, description
from search_api.web.preferences import Preferences
from search_api.web.results import gloss_switch, shown_results
from search_api.web.start import shown_archive
from search_api.web.visit import Visit, visit

MOST_ALIKE = 6

COUNTED_AT_ONCE = 20_000
"""Passages of the largest index in which a page is shown only when all that matches was counted."""

_ASKS_FOR_DRAFT = f"{DRAFT}=".encode()
_SHARED = re.compile(rf"(?<=[?&]){UI}=[^&#]*&?")
"""The language that an address names, which a choice goes before."""


def add_pages(app: FastAPI) -> None:
    """Let `app`, which `create_app` made, show pages."""
    answering: Answering = app.state.answering
    _add_search(app, answering)
    _add_article(app, answering)
    _add_many(app, answering)
    _add_saved(app, answering)
    _add_settings(app, answering)
    _add_static(app)


def _add_search(app: FastAPI, answering: Answering) -> None:
    facts = Facts(answering.live)

    def answer(asked: Visit, deadline: Deadline) -> Response:
        if asked.request is None:
            with answering.live.searcher() as searcher:
                archive = shown_archive(facts.manifest(searcher.index.name), asked.preferences)
            template = "start_part.html" if asked.is_fragment else "start.html"
            return page(template, asked.here, asked.preferences, archive=archive, query="")
        return _results(answering, facts, asked, deadline)

    handle = answering.searching.handler(lambda asked: visit(asked, "/", frozenset({COUNTED})), answer)

    @app.get("/", include_in_schema=False)
    async def search_page(request: Request) -> Response:
        return await handle(request)


def _results(answering: Answering, facts: Facts, asked: Visit, deadline: Deadline) -> Response:
    """Results; of a large index what they can be narrowed by is counted only where that is asked for."""
    assert asked.request is not None
    wanted, typed_query = asked.request, asked.request.q
    if asked.own:
        asked = replace(asked, here=asked.here.dropped(COUNTED))
    with answering.live.searcher() as searcher:
        query = answering.query(wanted)
        is_small = facts.manifest(searcher.index.name).passages <= COUNTED_AT_ONCE
        if is_small or query.is_counted or COUNTED in asked.own:
            fields = [LANGUAGE, SOURCE, MONTH, *searcher.index.further_fields][:MOST_FACETS]
            wanted = wanted.model_copy(update={"facets": fields})
            query = answering.query(wanted)
        words = typed(query, asked.off, asked.here)
        if words.text != query.text:
            query = answering.query(wanted.model_copy(update={"q": words.text}))
        result = from_what_answers(searcher, query, lambda one: one.search(query, deadline), deadline)
        results = shown_results(result, typed_query, words, asked, answering.translated)
    template = "results_part.html" if asked.is_fragment else "results.html"
    return page(template, asked.here, asked.preferences, results=results, query=typed_query)


def _add_article(app: FastAPI, answering: Answering) -> None:
    def read(asked: Asked) -> tuple[str, Visit]:
        found = article_id(asked)
        return found, visit(asked, f"{ARTICLE}{found}", frozenset({AT, DRAFT}))

    def answer(both: tuple[str, Visit], deadline: Deadline) -> Response:
        return _article(answering, *both, deadline)

    handle = answering.searching.handler(read, answer)
    handle_drafting = answering.drafting.handler(read, answer)

    @app.get("/article/{id:path}", include_in_schema=False)
    async def article_page(request: Request) -> Response:
        is_drafted = answering.translated and _ASKS_FOR_DRAFT in request.scope["query_string"]
        return await (handle_drafting if is_drafted else handle)(request)


def _article(answering: Answering, wanted: str, asked: Visit, deadline: Deadline) -> Response:
    if asked.is_glossed:
        ready(deadline)
    with answering.live.searcher() as searcher:
        index = searcher.index
        try:
            number = index.number_of(wanted)
        except ArticleNotFound:
            raise ArticleNotFound(f"no article has the id {brief(wanted)!r} in this index") from None
        [article] = index.articles([number])
        passages = index.passages_of(number)
        query = answering.query(asked.request) if asked.request else None
        words = typed(query, asked.off, asked.here) if query else None
        found = [()] * len(passages) if not query else searcher.matches(query, passages, deadline)
        others = similar(index, wanted, limit=MOST_ALIKE, deadline=deadline).similar
        named = named_span(asked.own.get(AT, ""), article.text)
    here = asked.here.dropped(DRAFT)
    drafts = _drafts(answering, article, passages, replace(asked, here=here), deadline)
    return page(
        "article.html",
        asked.here,
        asked.preferences,
        query=asked.request.q if asked.request else "",
        article=shown_article(article, asked.here, asked.preferences, named),
        text=shown_text(
            article,
            passages,
            found,
            words,
            named,
            here,
            asked.preferences,
            drafts,
            is_glossed=asked.is_glossed,
        ),
        gloss=gloss_switch(asked),
        others=alike(others, asked.here, asked.preferences),
        back=str(here.dropped(AT).to("/")),
    )


def _drafts(
    answering: Answering, article: Article, passages: Sequence[Passage], asked: Visit, deadline: Deadline
) -> list[Drafting]:
    """Of each passage the way to a draft, and the draft that is asked for; nothing where none can be had."""
    if article.language not in answering.translated:
        return []
    wanted = asked.own.get(DRAFT)
    return [
        drafting(
            article,
            passage,
            asked.here,
            shown_draft(answering, passage, article.language, deadline)
            if str(passage.start) == wanted
            else None,
        )
        for passage in passages
    ]


def _add_many(app: FastAPI, answering: Answering) -> None:
    def answer(asked: Visit, deadline: Deadline) -> Response:
        text = asked.own.get(LIST, "")
        lines = lines_of(text)
        found = searched(answering, lines, asked.here, asked.preferences, deadline) if lines else ()
        return page(
            "queries.html",
            asked.here,
            asked.preferences,
            query="",
            text=text,
            searches=found,
            most=MOST_SEARCHES,
        )

    handle = answering.searching.handler(lambda asked: visit(asked, QUERIES, frozenset({LIST})), answer)

    @app.get(QUERIES, include_in_schema=False)
    async def queries_page(request: Request) -> Response:
        return await handle(request)


def _add_saved(app: FastAPI, answering: Answering) -> None:
    def answer(asked: Visit, deadline: Deadline) -> Response:
        del deadline  # nothing is looked up
        return page("saved.html", asked.here, asked.preferences, query="")

    handle = answering.looking_up.handler(lambda asked: visit(asked, "/saved"), answer)

    @app.get("/saved", include_in_schema=False)
    async def saved_page(request: Request) -> Response:
        return await handle(request)


def _add_settings(app: FastAPI, answering: Answering) -> None:
    def answer(asked: Asked, deadline: Deadline) -> Response:
        del deadline
        given = dict(parameters(asked.body))
        before = Preferences.of(asked.headers)
        chosen = Preferences.chosen(
            given.get("language", ""), given.get("calendar", ""), given.get("colours", ""), before.language
        )
        headers = {"Set-Cookie": chosen.cookie(asked.prefix)}
        back = _SHARED.sub("", own_page(given.get("back", ""), asked.prefix))
        return RedirectResponse(back, HTTPStatus.SEE_OTHER, headers)

    handle = answering.looking_up.handler(lambda asked: asked, answer)

    @app.post("/settings", include_in_schema=False)
    async def settings(request: Request) -> Response:
        return await handle(request)

    def tell(asked: Visit, deadline: Deadline) -> Response:
        del deadline  # nothing is looked up
        return page(
            "problem.html",
            asked.here.at("/"),
            asked.preferences,
            query="",
            kind="settings",
            detail="",
            again=str(asked.here.at("/")),
            leave_out=(),
        )

    handle_telling = answering.looking_up.handler(lambda asked: visit(asked, "/settings"), tell)

    @app.get("/settings", include_in_schema=False)
    async def settings_page(request: Request) -> Response:
        return await handle_telling(request)


def _add_static(app: FastAPI) -> None:
    found = assets()

    @app.get(f"{STATIC}/{{digest}}/{{name}}", include_in_schema=False)
    async def static(digest: str, name: str, request: Request) -> Response:
        asset = found.by_name.get(name) if digest == found.digest else None
        if asset is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": FOREVER}
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(asset.packed, headers=packed, media_type=asset.media_type)
        return Response(asset.content, headers=headers, media_type=asset.media_type)

    @app.get(PATH, include_in_schema=False)
    async def opensearch(request: Request) -> Response:
        preferences = Preferences.of(dict(request.headers))
        prefix = request.scope.get("root_path", "")
        return Response(
            description(request.url.scheme, request.url.netloc, Address(prefix, "/"), preferences),
            media_type=MEDIA_TYPE,
        )
