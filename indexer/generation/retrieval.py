"""Candidates for a query: what is near by its vectors and what is near by its words, scored both ways.

This is where the parts of a generation that answer queries are joined: `similarity`, `lexical` and
`lexicon`. What the scores are worth against each other is decided by whoever asks.
"""

from pathlib import Path

import numpy as np

from indexer.core.records import Candidates, Numbers, Request, Scores
from indexer.generation.catalogue import Catalogue
from indexer.generation.lexical import LexicalIndex
from indexer.generation.similarity import Similarity
from indexer.lexicon.lexicon import Lexicon


class Retrieval:
    """An open folder of vectors and postings. Safe to use from several threads."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        """Map the files in `folder` of the generation that has this catalogue.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.similarity = Similarity(folder, catalogue)
        self.lexical = LexicalIndex(folder, catalogue.first_sentences)
        self._articles = catalogue.passage_articles()
        self.lexicon = Lexicon(folder, self.lexical.words)

    def candidates(self, request: Request, admitted: Numbers | None) -> Candidates:
        """The nearest passages and those with the best words, each with all its scores.

        Args:
            request: what is asked.
            admitted: numbers of the passages that the filter admits, sorted; None when it admits all.
        """
        lexical = self.lexical.scores(request.words)
        sound = self.lexical.scores(request.sounds)
        lists = [lexical.passage, lexical.sentence, sound.passage]
        found = [self.similarity.nearest(request.vector, request.depth, admitted)]
        found += [_best(scores, request.depth, admitted) for scores in lists]
        passages = np.unique(np.concatenate(found))
        similar = self.similarity.compare(request.vector, request.language, passages)
        return Candidates(
            passages=passages,
            articles=self._articles[passages],
            sentences=similar.best,
            passage_cosine=similar.passage,
            sentence_cosine=similar.sentence,
            dense=similar.standard,
            lexical=lexical.passage[passages],
            lexical_standard=_standard(lexical.passage, passages),
            sentence_standard=_standard(lexical.sentence, passages),
            sound_standard=_standard(sound.passage, passages),
            sound_share=sound.passage[passages] / max(sound.attainable, 1e-6),
        )


def _best(scores: Scores, depth: int, admitted: Numbers | None) -> Numbers:
    """The `depth` passages with the highest scores above 0."""
    rows = np.flatnonzero(scores) if admitted is None else admitted[scores[admitted] > 0]
    if len(rows) <= depth:
        return rows
    return rows[np.lexsort((rows, -scores[rows]))[:depth]]


def _standard(scores: Scores, passages: Numbers) -> Scores:
    """Scores of `passages` in standard deviations above the mean of all."""
    deviation = float(scores.std())
    if deviation == 0.0:
        return np.zeros(len(passages), np.float32)
    return np.asarray((scores[passages] - scores.mean()) / deviation, np.float32)
