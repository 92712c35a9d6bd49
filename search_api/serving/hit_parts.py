"""Which parts of its hits an answer gives: by names that columns of files have too."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from indexer.core.deadline import Deadline
from indexer.core.errors import InvalidQuery
from search_api.export import META
from search_api.partial import from_what_answers
from search_api.search import Searcher
from search_api.searching.query import Query
from search_api.serving.schemas import Answered, HitResponse, SearchRequest, SearchResponse

_WHOLE = ("rank", "confidence", "score", "scores", "article", "twins", "passage", "evidence", "highlight")
_OF_ARTICLES = ("id", "title", "date", "language", "source", "url", "publisher", "metadata")
_OF_EVIDENCE = ("sentence", "words", "gloss")

PLACES: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in _WHOLE},
    **{name: ("article", name) for name in _OF_ARTICLES},
    **{name: ("evidence", name) for name in _OF_EVIDENCE},
}
"""By name of a part, where it stands in a hit."""

Tree = dict[str, Any]
"""By name what is given of an object: True for all of it, or a tree of its own."""


class SelectedResponse(Answered):
    """The answers to a search with `fields`, best first."""

    hits: Annotated[
        list[dict[str, Any]],
        Field(description="Of each hit what `fields` names, where it stands in a hit of `SearchResponse`."),
    ]


def answered(
    searcher: Searcher, request: SearchRequest, query: Query, deadline: Deadline
) -> SearchResponse | SelectedResponse:
    """The answer to a request, with those parts of hits that it names.

    Args:
        searcher: that answers.
        request: as it came.
        query: what it asks for.
        deadline: until when.

    Raises:
        InvalidQuery: a hit has no such part, or the query cannot be answered.
        CursorExpired: the cursor is of another generation.
        ShardMissing: a shard does not answer, and no partial answer is asked for or can be given.
        TooSlow, Cancelled: as `deadline` says.
    """
    chosen = _tree(request.fields, searcher.index.further_fields) if request.fields else None
    found = from_what_answers(searcher, query, lambda one: one.search(query, deadline), deadline)
    if chosen is None:
        return SearchResponse.of(found, request.highlight)
    hits = [
        HitResponse.of(hit, request.highlight).model_dump(mode="json", include=chosen)
        for hit in deadline.each(found.hits)
    ]
    return SelectedResponse(**Answered.told(found), hits=hits)


def _tree(names: Iterable[str], kept: Sequence[str]) -> Tree:
    """What is given of a hit; `kept` are the further fields of the index, as `meta.author`.

    Raises:
        InvalidQuery: a hit has no part of such a name.
    """
    tree: Tree = {}
    for name in names:
        if name not in PLACES and name not in kept:
            listed = ", ".join((*PLACES, *kept))
            message = f"no part of a hit is called {name!r}: there are {listed}"
            raise InvalidQuery(message, field="fields", value=name)
        *above, last = PLACES.get(name) or ("article", "metadata", name.removeprefix(META))
        inner = tree
        for part in above:
            inner = inner.setdefault(part, {}) if inner.get(part) is not True else {}
        inner[last] = True
    return tree
