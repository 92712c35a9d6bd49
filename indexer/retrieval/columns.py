"""The words of a query as columns: terms of sentences are counted for all of them at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.core.ranges import inner_rows_and_owners
from indexer.core.records import Expansion, Numbers


class Columns:
    """The words of a query as columns, so that terms of sentences are counted for all of them at once."""

    def __init__(self, words: Sequence[Expansion]) -> None:
        """A column for each of some words."""
        parts = [(word.terms, word.weights) for word in words]
        self._phrases: list[tuple[int, float, slice]] = []
        for column, word in enumerate(words):
            for phrase in word.phrases:
                self._phrases.append(
                    (column, phrase.weight, slice(len(parts), len(parts) + len(phrase.parts)))
                )
                parts += phrase.parts
        self._words, self._all = len(words), len(parts)
        terms = np.concatenate([np.empty(0, np.int64), *(terms for terms, _ in parts)])
        order = np.argsort(terms, kind="stable")
        different, self._starts = np.unique(terms[order], return_index=True)
        self._starts = np.append(self._starts, len(terms))
        self._columns = np.repeat(np.arange(len(parts)), [len(terms) for terms, _ in parts])[order]
        self._weights = np.concatenate([np.empty(0, np.float32), *(weights for _, weights in parts)])[order]
        self._beyond = int(different[-1]) + 1 if len(different) else 0
        self._place = np.zeros(self._beyond + 1, np.uint32)
        self._place[different] = np.arange(1, len(different) + 1)

    def __len__(self) -> int:
        """Words."""
        return self._words

    def frequencies(
        self, terms: NDArray[np.uint32], counts: NDArray[np.uint8], owners: Numbers, rows: int
    ) -> NDArray[np.float64]:
        """How often each word stands in each row, weighted; shape `(rows, words)`.

        Args:
            terms: what stands in the rows.
            counts: how often.
            owners: in which.
            rows: how many there are.
        """
        places = self._place[np.minimum(terms, self._beyond)]
        found = np.flatnonzero(places)
        meant, asked = inner_rows_and_owners(self._starts, places[found].astype(np.int64) - 1)
        cells = owners[found][asked] * self._all + self._columns[meant]
        values = counts[found][asked] * self._weights[meant]
        sums = np.bincount(cells, values, minlength=rows * self._all)
        table = np.asarray(sums, np.float64).reshape(rows, self._all)
        for column, weight, parts in self._phrases:
            table[:, column] += weight * table[:, parts].min(axis=1)
        return table[:, : self._words]
