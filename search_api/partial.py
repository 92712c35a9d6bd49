"""An answer from those parts of an index that answer, for whoever would rather have that than none."""

from collections.abc import Callable
from typing import TypeVar

from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import CursorExpired, ShardMissing
from search_api.search import Searcher
from search_api.searching.cursor import left_out
from search_api.searching.query import Query

T = TypeVar("T")


def from_what_answers(
    searcher: Searcher, query: Query, ask: Callable[[Searcher], T], deadline: Deadline = NO_DEADLINE
) -> T:
    """What `ask` finds; where `query` is `partial`, without the shards for which no process answers.

    All of an answer comes from the same shards: where one is lost meanwhile, `ask` begins again without it.
    A page comes from those that the page before came from, also where others are back.

    Args:
        searcher: over the whole index.
        query: what is asked.
        ask: finds something with a searcher, and whatever it shows of that.
        deadline: until when.

    Raises:
        ShardMissing: no shard answers, or one that the page before came from does not.
        CursorExpired: the page before came from an index of other shards.
        TooSlow, Cancelled: as `deadline` says.
    """
    if not query.partial:
        return ask(searcher)
    gone, of = left_out(query.cursor), searcher.index.missing.of
    if len(gone) >= of or any(place >= of for place in gone):
        raise CursorExpired("the cursor is of an index of other shards: begin again without it")
    for _ in range(of):
        index = searcher.index.without_missing(gone)
        if query.cursor and index.missing.shards != gone:
            raise ShardMissing(
                "a shard that the page before came from does not answer: try again soon, or begin again"
                " without the cursor"
            )
        try:
            return ask(searcher if index is searcher.index else searcher.over(index))
        except ShardMissing:
            deadline.check()
    raise ShardMissing("shards come and go: try again soon")
