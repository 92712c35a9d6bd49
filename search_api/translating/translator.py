"""What a translator answers: the one thing that is asked of whatever makes drafts."""

from collections.abc import Sequence
from typing import Protocol

from indexer.core.deadline import Deadline

TARGET = "en"
"""The language of every draft."""


class Translator(Protocol):
    """Makes drafts in English. Safe to use from several threads."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it translates, as articles have them."""
        ...

    def model(self, language: str) -> str:
        """What translates a language, by name.

        Raises:
            NotTranslated: nothing does.
        """
        ...

    def translate(self, texts: Sequence[str], language: str, deadline: Deadline) -> list[str]:
        """The drafts of `texts`, in their order.

        Raises:
            NotTranslated: nothing translates the language, or the texts are too long.
            TranslationFailed: no draft could be made of them.
            TooSlow: it took longer than it may.
            Cancelled: nobody waits any more.
        """
        ...
