"""What somebody may go on to type: words and names of the archive, as its articles spell them."""

from dataclasses import dataclass

from indexer.core.alike import Completion
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import InvalidQuery
from indexer.core.protocols import Index
from indexer.text.orthography import is_function_word, raw_words, tokens

DEFAULT_SUGGESTIONS = 8
MOST_SUGGESTIONS = 20

MOST_TYPED = 300
"""Characters of what is typed; of its last word, which is completed, there are fewer."""

SPARE = 8
"""Words that are asked for besides: function words, which say little, are left out."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that what is typed may become.

    Attributes:
        text: the word, as an article spells it.
        query: what was typed, its last word completed.
        articles: how many have it; estimated where it stands in very many sentences.
        by_sound: whether it only sounds like what is typed, in other letters.
    """

    text: str
    query: str
    articles: int
    by_sound: bool


def suggest(
    index: Index, typed: str, *, limit: int = DEFAULT_SUGGESTIONS, deadline: Deadline = NO_DEADLINE
) -> tuple[Suggestion, ...]:
    """Words that the last word of what is typed may become, those first that the most articles have.

    Args:
        index: whose words.
        typed: what stands in the box; behind its last word nothing, or there is nothing to complete.
        limit: how many at most, 1 to 20.
        deadline: until when somebody waits.

    Raises:
        InvalidQuery: it is too long, or `limit` is out of range.
        TooSlow, Cancelled: as `deadline` says.
    """
    if not 1 <= limit <= MOST_SUGGESTIONS:
        message = f"limit must be from 1 to {MOST_SUGGESTIONS}, not {limit}"
        raise InvalidQuery(message, field="limit", value=limit)
    if len(typed) > MOST_TYPED:
        message = f"{len(typed):,} characters are too many to complete: send {MOST_TYPED} at most"
        raise InvalidQuery(message, field="q", value=typed)
    words = raw_words(typed)
    if not words or words[-1][1] < len(typed) or not words[-1][2]:
        return ()
    start, end, folded = words[-1]
    found = [
        one
        for one in index.completions(folded, typed[start:end], limit + SPARE)
        if not is_function_word(one.word)
    ][:limit]
    deadline.check()
    spelled = [_spelled(index, one) for one in deadline.each(found)]
    return tuple(
        Suggestion(word, typed[:start] + word, one.articles, one.by_sound)
        for word, one in zip(spelled, found, strict=True)
    )


def _spelled(index: Index, completion: Completion) -> str:
    """A word as it stands in a passage that has it."""
    [passage] = index.passages([completion.passage])
    for start, end, folded in raw_words(passage.text):
        if folded == completion.word:
            return passage.text[start:end]
    for token in tokens(passage.text):
        if token.text == completion.word:
            return passage.text[token.start : token.end]
    return completion.word
