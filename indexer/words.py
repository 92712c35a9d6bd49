"""The words of a generation while it is built: postings and lexicon out of the sentences of articles."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from indexer import lexicon
from indexer.lexical import LexicalWriter
from indexer.orthography import tokens
from indexer.records import Article, Chunk

FREQUENT = ((100_000, 1), (1_000_000, 2))
"""Up to so many sentences, words get vectors that stand in so many; in larger indexes three."""


class WordsWriter:
    """Collects the folded words of every sentence."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lexical = LexicalWriter(folder)
        self._languages: dict[str, set[str]] = {}
        self._frequencies: Counter[str] = Counter()
        self._sentences = 0

    def add(self, article: Article, chunks: Sequence[Chunk]) -> None:
        """Append the sentences of an article's passages."""
        for sentence in (sentence for chunk in chunks for sentence in chunk.sentences):
            words = [token.text for token in tokens(sentence.of(article.text))]
            self._lexical.add(words)
            self._frequencies.update(set(words))
            for word in words:
                self._languages.setdefault(word, set()).add(article.language)
            self._sentences += 1

    def save(self, encode: lexicon.Encode) -> tuple[str, ...]:
        """Write postings and lexicon; the names of the files. `encode` gives the vectors of texts."""
        least = next((least for most, least in FREQUENT if self._sentences <= most), 3)
        words = self._lexical.words
        return (
            *self._lexical.save(),
            *lexicon.write(
                words,
                self._languages,
                lambda word: self._frequencies[word] >= least,
                encode,
                self._folder,
            ),
        )
