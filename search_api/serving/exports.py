"""All hits of a search as one file: CSV for spreadsheets, JSON Lines for programs.

A file is written whole before it is sent: it holds no more hits than are told apart at most, and one that
ended in the middle would look like all there is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated

from fastapi import FastAPI, Query, Response
from pydantic import BeforeValidator, Field

from indexer.core.deadline import Deadline
from search_api.export import MOST_COLUMNS, columns_of, csv_of, json_lines_of
from search_api.partial import from_what_answers
from search_api.search import Searcher
from search_api.searching import query as queries
from search_api.searching import spreadsheet
from search_api.searching.outcomes import Everything, Hit
from search_api.searching.query import Sort, parse
from search_api.serving.asked import from_query
from search_api.serving.lists import parted
from search_api.serving.live import Live
from search_api.serving.memory import WordCaches
from search_api.serving.off_loop import Given, OffLoop
from search_api.serving.whole_fields import WholeFields

JSON_LINES = "application/jsonl"
_LONGEST_COLUMN = 80
_NEED_EVIDENCE = frozenset({"words", "sentence"})
"""Columns that depend on which words answer."""

Writer = Callable[[Iterable[Hit], Sequence[str]], Iterator[str]]


class ExportRequest(WholeFields):
    """A search all hits of which are wanted."""

    sort: Annotated[Sort, Field(description="What hits are ordered by.")] = Sort.RELEVANCE
    collapse: Annotated[bool, Field(description="Copies of one story as one hit.")] = False
    partial: Annotated[
        bool, Field(description="Where shards do not answer, answer from the others, and say so in headers.")
    ] = False
    fields: Annotated[
        list[Annotated[str, Field(max_length=_LONGEST_COLUMN)]],
        BeforeValidator(parted(MOST_COLUMNS, "fields")),
        Field(
            default_factory=list,
            max_length=MOST_COLUMNS,
            description="Columns, as in `title,url,meta.author`; else all.",
        ),
    ]

    def parsed(self, matched: int) -> queries.Query:
        """The query that this asks for; `matched` articles are told apart at most.

        Raises:
            InvalidQuery: a part cannot be searched.
        """
        return parse(
            self.q,
            **self.limits(),
            evidence=not self.fields or not _NEED_EVIDENCE.isdisjoint(self.fields),
            sort=self.sort,
            collapse=self.collapse,
            matched=matched,
            partial=self.partial,
        )


def add_exports(app: FastAPI, live: Live, off_loop: OffLoop, words: WordCaches, matched: int) -> None:
    """Add the routes; `words` counts what is asked; `matched` hits are in a file at most."""

    def written(request: ExportRequest, deadline: Deadline, write: Writer, media_type: str) -> Response:
        query = request.parsed(matched)
        words.count(query.text)
        with live.searcher() as searcher:
            columns = columns_of(request.fields, searcher.index.further_fields)

            def ask(one: Searcher) -> tuple[Everything, str]:
                found = one.everything(query, deadline)
                return found, "".join(deadline.each(write(found.hits, columns)))

            found, content = from_what_answers(searcher, query, ask, deadline)
        return Response(content, headers=_headers(found), media_type=media_type)

    @app.get(
        "/v1/search.csv",
        summary="All hits of a search as CSV",
        response_class=Response,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    @off_loop.takes(from_query(ExportRequest))
    def search_csv(request: Annotated[ExportRequest, Query()], deadline: Given) -> Response:
        return written(request, deadline, csv_of, spreadsheet.MEDIA_TYPE)

    @app.get(
        "/v1/search.jsonl",
        summary="All hits of a search as JSON Lines",
        response_class=Response,
        responses={200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}},
    )
    @off_loop.takes(from_query(ExportRequest))
    def search_jsonl(request: Annotated[ExportRequest, Query()], deadline: Given) -> Response:
        return written(request, deadline, json_lines_of, JSON_LINES)


def _headers(found: Everything) -> dict[str, str]:
    """What a file does not say itself: how many hits there are, whether these are all, what was missing."""
    headers = {
        "Hudhud-Total": str(found.total),
        "Hudhud-Total-Is-Exact": "true" if found.is_total_exact else "false",
    }
    if found.missing:
        headers["Hudhud-Missing-Shards"] = ",".join(map(str, found.missing.shards))
        headers["Hudhud-Missing-Share"] = f"{found.missing.share:.4f}"
    return headers
