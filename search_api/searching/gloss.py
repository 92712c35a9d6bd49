"""What the words of a passage mean, in English, for a reader who cannot read it."""

import functools
import threading
from dataclasses import dataclass

from indexer.core.deadline import Deadline
from indexer.core.records import Passage, Span
from indexer.lexicon.gloss import meanings, prepare
from indexer.text.orthography import tokens

_LOOK = 0.02
"""Seconds between two looks at whether somebody still waits."""


@dataclass(frozen=True, slots=True)
class GlossedWord(Span):
    """A word of an article's text with its likeliest English meanings; offsets count in that text."""

    text: str
    meanings: tuple[str, ...]


def ready(deadline: Deadline) -> None:
    """Wait for the dictionary, which takes seconds where this machine has not made it; nobody waits too long.

    Raises:
        TooSlow, Cancelled: as `deadline` says.
    """
    making = begin()
    while making.is_alive():
        deadline.check()
        making.join(_LOOK)


@functools.cache
def begin() -> threading.Thread:
    """Make the dictionary ready on a thread of its own; that thread."""
    thread = threading.Thread(target=prepare, name="read-dictionary", daemon=True)
    thread.start()
    return thread


def gloss(passage: Passage, language: str) -> tuple[GlossedWord, ...]:
    """The content words of a passage that the dictionary knows, in the order of the text."""
    return tuple(
        GlossedWord(
            passage.start + token.start,
            passage.start + token.end,
            passage.text[token.start : token.end],
            found,
        )
        for token in tokens(passage.text)
        if (found := meanings(token.text, language))
    )
