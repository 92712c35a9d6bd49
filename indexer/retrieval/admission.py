"""Which passages may answer: those that filters admit, that hold what is quoted, and those of some days."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.core.engine import Part
from indexer.core.records import Filter, Numbers, RetrievalRequest
from indexer.retrieval.lexical import LexicalIndex


def admitted_by(request: RetrievalRequest, engine: Part, lexical: LexicalIndex) -> Numbers | None:
    """Numbers of the passages that a request admits, sorted; None when it admits all."""
    admitted = engine.admitted(request.filter)
    for words in request.required:
        admitted = _both(lexical.passages_with(words), admitted)
    if request.excluded:
        articles = engine.columns.articles
        is_out = np.zeros(int(articles.max(initial=-1)) + 1, np.bool_)
        for words in request.excluded:
            is_out[articles[lexical.passages_with(words)]] = True
        admitted = _both(np.flatnonzero(~is_out[articles]), admitted)
    return admitted


def of_days(days: Sequence[int], engine: Part, admitted: Numbers | None) -> Numbers:
    """Numbers of the passages that are admitted and whose articles are of some days, sorted."""
    return _both(np.flatnonzero(np.isin(engine.columns.days, days)), admitted)


class Undated:
    """The articles without a date, which no filter by date finds."""

    def __init__(self, engine: Part) -> None:
        """Look through the columns of an engine."""
        columns = engine.columns
        is_first = np.diff(columns.articles, prepend=-1) != 0
        self._engine, self._passages = engine, np.flatnonzero(is_first & (columns.days == 0))

    def left_out(self, wanted: Filter) -> int:
        """How many articles `wanted` leaves out for having no date; else they fit."""
        if not wanted.is_dated:
            return 0
        fitting = self._engine.admitted(replace(wanted, since=None, until=None))
        return len(_both(self._passages, fitting))


def _both(passages: Numbers, admitted: Numbers | None) -> Numbers:
    """Those of some passages that are admitted; all are when None."""
    return passages if admitted is None else np.intersect1d(passages, admitted, assume_unique=True)
