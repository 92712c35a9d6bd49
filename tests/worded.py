"""Words of passages made by hand, written as segments and merged as a generation does it."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from indexer.core.records import Numbers
from indexer.generation.postings import Postings, SentenceTerms, merge
from indexer.generation.sentence_words import SentenceWords, SentenceWordsWriter
from indexer.retrieval.lexical import LexicalIndex

Sentences = Sequence[Sequence[str]]


def written(folder: Path, sentences: Sentences) -> SentenceWords:
    """The words of a segment in `folder`, which is made."""
    folder.mkdir(parents=True)
    writer = SentenceWordsWriter(folder)
    for sentence in sentences:
        writer.add(sentence)
    writer.save()
    return SentenceWords(folder)


def first_sentences(passages: Sequence[Sentences]) -> Numbers:
    """Number of the first sentence of each passage, and of all sentences at the end."""
    return np.cumsum([0, *map(len, passages)])


def indexed(folder: Path, passages: Sequence[Sentences], segments: int = 1) -> LexicalIndex:
    """An index of some passages, which lie in several segments in turn of stretches of equal length."""
    sentences = [sentence for passage in passages for sentence in passage]
    first = first_sentences(passages)
    cuts = [len(sentences) * part // segments for part in range(segments + 1)]
    parts = [
        (written(folder / f"segment{part}", sentences[start:end]), np.arange(start, end))
        for part, (start, end) in enumerate(pairwise(cuts))
    ]
    merge(parts, first, folder)
    rows = np.arange(len(sentences), dtype=np.uint32)
    return LexicalIndex(Postings(folder), SentenceTerms(folder, [words for words, _ in parts], rows), first)
