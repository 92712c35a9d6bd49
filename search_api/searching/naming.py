"""Names of a query that an article does not have: it may tell the same of another country or person.

"HIV cases rise in India" is near to an article on cases in China, by its vectors and by all words but one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from indexer.core.protocols import Expander
from indexer.core.records import NO_EXPANSION, Article, MatchKind, Passage
from indexer.lexicon.misspelled import nearest_sound
from indexer.text.orthography import raw_words
from search_api.searching.analysis import AnalysedQuery, Name
from search_api.searching.evidence import Evidence, TextSpan, WordMatch

SURE_SOUND = 0.8
"""Weight from which what sounds like a name is taken for it: of what is another, little has more."""

LONG, LIKELY = 10, 0.78
"""Letters of a name from which nothing else sounds so much like it: papers misspell such names. Of the words
of forty articles, none came nearer than 0.71 to Afghanistan, Bangladesh, Philippines; زابوريزفيا to
Zaporizhzhia 0.79.
"""

LEAST = 0.2
"""Confidence from which most of the words make what is perhaps an answer: below it they meet by chance."""

MOST_READ = 50_000
"""Characters of an article that are looked through for a name."""


def is_sure(match: WordMatch) -> bool:
    """Whether a word is no mere likeness of a name."""
    return match.kind is not MatchKind.SOUND or match.weight >= SURE_SOUND


class Naming:
    """Finds the names of one query in articles."""

    def __init__(self, analysed: AnalysedQuery, lexicon: Expander) -> None:
        """Look for the names of `analysed`, by the words that answer them in `lexicon`."""
        self.analysed, self._lexicon = analysed, lexicon

    def unnamed(
        self, words: Sequence[WordMatch], article: Article, confidence: float
    ) -> tuple[TextSpan, ...]:
        """The names of the query that neither a passage, nor the title, nor the rest of its article has.

        Args:
            words: of the passage, those that answer words of the query.
            article: with its text.
            confidence: of the passage, by its scores. One that holds some of the words and is doubtful
                at most, whatever it names, is not looked through.
        """
        if not self.analysed.names or (words and confidence < LEAST) or not (left := self._left(words)):
            return ()
        text = f"{article.title}\n{article.text[:MOST_READ]}"
        left = self._left(self._of_names.matches(Passage(0, 0, 0, len(text), text)))
        return tuple(name for name in left if not _is_misspelled(name.text, text))

    @cached_property
    def _of_names(self) -> Evidence:
        """Finds the names alone: of a whole article, the other words would take most of the time."""
        starts = {name.start for name in self.analysed.names}
        pairs = zip(self.analysed.words, self.analysed.expansions, strict=True)
        named = tuple(one if word.start in starts else NO_EXPANSION for word, one in pairs)
        return Evidence(replace(self.analysed, expansions=named), self._lexicon)

    def _left(self, words: Iterable[WordMatch]) -> tuple[TextSpan, ...]:
        """The names that no word answers, in their order."""
        found, text = list(words), self.analysed.query.text
        return tuple(
            TextSpan(name.start, name.end, text[name.start : name.end])
            for name in self.analysed.names
            if not any(_is_named(name, match) for match in found)
        )


def _is_named(name: Name, match: WordMatch) -> bool:
    """Whether a word answers a name. Of one that the dictionary lacks, its sound is all that is known."""
    return match.query.start == name.start and (is_sure(match) or not name.is_known)


def _is_misspelled(name: str, text: str) -> bool:
    """Whether a text spells a long name in a way of its own."""
    if len(name) < LONG or " " in name:
        return False
    return nearest_sound(name, {folded for _, _, folded in raw_words(text)}) >= LIKELY
