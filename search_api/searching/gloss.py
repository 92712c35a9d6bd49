"""What the words of a passage mean, in English, for a reader who cannot read it."""

import threading
from dataclasses import dataclass

from indexer.core.records import Passage, Span
from indexer.lexicon.gloss import meanings
from indexer.text.orthography import tokens

_READING = threading.Lock()
"""The dictionary is read when it is first asked, which takes seconds: by one, while others wait for it."""


@dataclass(frozen=True, slots=True)
class GlossedWord(Span):
    """A word of an article's text with its likeliest English meanings; offsets count in that text."""

    text: str
    meanings: tuple[str, ...]


def gloss(passage: Passage, language: str) -> tuple[GlossedWord, ...]:
    """The content words of a passage that the dictionary knows, in the order of the text."""
    with _READING:
        meanings("x", language)
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
