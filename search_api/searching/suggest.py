"""What somebody may go on to type: words and names of the archive, as its articles spell them."""

from dataclasses import dataclass

from indexer.core.alike import Completion
from indexer.core.deadline import NO_DEADLINE, Deadline
from indexer.core.errors import InvalidQuery
from indexer.core.protocols import Index
from indexer.text.orthography import is_function_word, raw_words, tokens
from indexer.text.orthography.word_tables import known_words
from search_api.searching.meant import meant

DEFAULT_SUGGESTIONS = 8
MOST_SUGGESTIONS = 20

MOST_TYPED = 300
"""Characters of what is typed; of its last word, which is completed, there are fewer."""

SPARE = 8
"""Words that are asked for besides: function words, which say little, are left out."""


BESIDE = 4
"""Of so many suggestions one is no translation, if there is one."""

JOINED = "\u0648\u0641\u0628\u0644\u0643\u06a9"
"""And, so, by, for and like, which Arabic joins to the next word."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that what is typed may become.

    Attributes:
        text: the word, as an article spells it.
        query: what was typed, its last word completed.
        articles: how many have it; estimated where it stands in very many sentences.
        by_sound: whether it only sounds like what is typed, in other letters.
        english: the English word that begins so and that it translates; empty for others.
    """

    text: str
    query: str
    articles: int
    by_sound: bool
    english: str = ""


def suggest(
    index: Index, typed: str, *, limit: int = DEFAULT_SUGGESTIONS, deadline: Deadline = NO_DEADLINE
) -> tuple[Suggestion, ...]:
    """Words that the last word of what is typed may become.

    Translations of English words that begin so come first, then words that do, both by how many articles have
    them, and words that sound so last, the most alike first.

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
    english = meant(typed[start:end])
    found = index.having(list(english), limit - limit // BESIDE) if english else []
    deadline.check()
    known = {one.word for one in found}
    found += [
        one
        for one in index.completions(folded, typed[start:end], limit + SPARE)
        if one.word not in known and not (is_function_word(one.word) or _says_little(one))
    ]
    del found[limit:]
    deadline.check()
    spelled = [_spelled(index, one) for one in deadline.each(found)]
    return tuple(
        Suggestion(word, typed[:start] + word, one.articles, one.by_sound, english.get(one.word, ""))
        for word, one in zip(spelled, found, strict=True)
    )


def _says_little(one: Completion) -> bool:
    """Whether a word that only sounds so is a form of a verb, or a function word behind a joined one."""
    if not one.by_sound:
        return False
    is_joined = one.word[0] in JOINED and is_function_word(one.word[1:])
    return is_joined or known_words().verbs.get(one.word) is not None


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
