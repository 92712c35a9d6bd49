"""Hits as rows of a table, for spreadsheets."""

from search_api.searching.addresses import web_address
from search_api.searching.outcomes import Hit
from search_api.searching.spreadsheet import Cell

COLUMNS = (
    *("rank", "confidence", "date", "language", "title", "sentence", "passage", "url", "id"),
    *("start", "end", "source"),
)
"""Their names; `start` and `end` say where the passage stands in the article's text, in code points."""

NO_HIT: tuple[Cell, ...] = (None,) * len(COLUMNS)
"""The row of a query that finds nothing."""


def row_of(hit: Hit) -> tuple[Cell, ...]:
    """The row of a hit."""
    article, passage = hit.article, hit.passage
    return (
        hit.rank,
        round(hit.confidence, 3),
        article.date,
        article.language,
        article.title,
        hit.sentence.of(article.text),
        passage.text,
        web_address(article.url),
        article.id,
        passage.start,
        passage.end,
        article.source,
    )
