"""Rows that belong to others: row n of the outer has the inner rows from starts[n] up to starts[n + 1]."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers


def expanded(starts: NDArray[np.integer[Any]], ends: NDArray[np.integer[Any]]) -> Numbers:
    """All numbers from each start up to its end, one range after another."""
    lengths = (ends - starts).astype(np.int64)
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def inner_rows(starts: NDArray[np.integer[Any]], outer: Numbers) -> Numbers:
    """The inner rows of some `outer` rows, in their order."""
    return expanded(starts[outer], starts[outer + 1])


def inner_rows_and_owners(starts: NDArray[np.integer[Any]], outer: Numbers) -> tuple[Numbers, Numbers]:
    """The inner rows of some `outer` rows, and for each the position of its owner in `outer`."""
    lengths = starts[outer + 1] - starts[outer]
    return inner_rows(starts, outer), np.repeat(np.arange(len(outer)), lengths)


def owners_of(starts: NDArray[np.integer[Any]], inner: Any) -> NDArray[np.int64]:  # noqa: ANN401
    """The outer row that each of some inner rows belongs to; the last of several that start there.

    Args:
        starts: ascending; the end of the last row behind them.
        inner: a number, or an array of numbers.
    """
    return np.asarray(np.searchsorted(starts, inner, side="right") - 1, np.int64)
