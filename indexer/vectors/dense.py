"""Nearest vectors in several files. Unit vectors and inner product: a score is a cosine, higher is better."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.core.aside import is_long, together
from indexer.core.errors import IndexDamaged
from indexer.core.ranges import owners_of
from indexer.core.records import Numbers, Scores, Vectors
from indexer.vectors.library import faiss
from indexer.vectors.lists import InvertedLists, Probe
from indexer.vectors.probing import Sought, candidates
from indexer.vectors.vector_files import VectorFile, stored

FEW_ROWS = 4096
FEW_SHARE = 64
"""So many admitted rows, or one in so many, are compared one by one: it costs less than looking for them."""

_BLOCK = 1024

_NO_NUMBER = np.uint32(0xFFFFFFFF)
Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class VectorPart:
    """A file of vectors, and what is known of its rows.

    Attributes:
        file: the vectors.
        languages: gives that of each row.
        lists: what a search looks through first; where there are none, all rows are compared.
    """

    file: VectorFile
    languages: Callable[[], NDArray[np.bytes_]]
    lists: InvertedLists | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RowFilter:
    """Some rows of an index.

    Attributes:
        languages: of all rows among them; any when None.
        numbers: those rows; all of the languages when None.
        bits: one for each row of each file that is compared as a whole; None for a file without any.
    """

    languages: frozenset[bytes] | None
    numbers: Numbers | None
    bits: Sequence[Bits | None]


class DenseIndex:
    """An index over unit vectors that lie in several files, some rows of which may be dead.

    Searching reads float16; whoever compares scores takes `vectors`, which are of unit length.
    """

    def __init__(self, parts: Sequence[VectorPart], rows: NDArray[np.uint32]) -> None:
        """Join some files.

        Args:
            parts: where the vectors are.
            rows: for each vector of the index, by its number, the row in all files one after another.

        Raises:
            IndexDamaged: `rows` names a row that is not there, or one twice.
        """
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part.file) for part in parts)], dtype=np.int64)
        self._rows = rows
        total = int(self._starts[-1])
        if len(rows) and int(rows.max()) >= total:
            raise IndexDamaged(f"there are {total} vectors, and row {rows.max()} is asked for")
        self._numbers = np.full(total, _NO_NUMBER, np.uint32)
        self._numbers[rows] = np.arange(len(rows), dtype=np.uint32)
        if np.count_nonzero(self._numbers != _NO_NUMBER) != len(rows):
            raise IndexDamaged("two numbers have one vector")
        self._few = max(FEW_ROWS, len(rows) // FEW_SHARE)
        self._all = self._filter(None, None)

    def __len__(self) -> int:
        return len(self._rows)

    def of_languages(self, languages: frozenset[str]) -> RowFilter:
        """What limits a search to the rows in some languages."""
        return self._filter(frozenset(name.encode() for name in languages), None)

    def rows(self, numbers: Numbers, languages: frozenset[str] | None = None) -> RowFilter:
        """What limits a search to `numbers`, all of which are in some languages, where that is known."""
        names = None if languages is None else frozenset(name.encode() for name in languages)
        if len(numbers) <= self._few:
            return RowFilter(names, numbers, ())
        return self._filter(names, numbers)

    def search(
        self, vector: Vectors, limit: int, among: RowFilter | None = None, *, exact: bool = False
    ) -> tuple[Scores, Numbers]:
        """The `limit` numbers nearest to `vector`, best first, equal scores by number.

        Args:
            vector: shape `(dimensions,)`, unit length.
            limit: how many at most.
            among: only these; all when None.
            exact: compare all of them; otherwise hardly any that is nearest is missed (see `reach`).

        Returns:
            Cosine similarities, to float16's precision, and numbers, both of shape `(found,)` with
            `found <= limit`.
        """
        return self.search_each(vector, limit, [among], exact=exact)[0]

    def search_each(
        self, vector: Vectors, limit: int, among: Sequence[RowFilter | None], *, exact: bool = False
    ) -> list[tuple[Scores, Numbers]]:
        """The `limit` nearest numbers among each of some rows, as `search` gives them."""
        wanted = [one or self._all for one in among]
        probes: list[Probe | None] = [None] * len(self._parts)
        if not exact and any(self._few_of(one) is None for one in wanted):
            probes = [part.lists.probe(vector) if part.lists else None for part in self._parts]
        searches = [partial(self._search, vector, limit, one, probes) for one in wanted]
        return together(searches, worthwhile=is_long(len(self)))

    def vectors(self, numbers: Numbers) -> Vectors:
        """The vectors of `numbers`, in that order, of unit length."""
        found = self._stored(numbers)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    def lengths(self, numbers: Numbers) -> Scores:
        """Euclidean length of the vectors of `numbers` as they are in the files."""
        return np.asarray(np.linalg.norm(self._stored(numbers), axis=1), np.float32)

    def _few_of(self, among: RowFilter) -> Numbers | None:
        """Those rows that are compared one by one, alone; None where they are too many."""
        return among.numbers if among.numbers is not None and len(among.numbers) <= self._few else None

    def _best_of(self, numbers: Numbers, vector: Vectors, limit: int) -> tuple[Scores, Numbers]:
        """The nearest of some numbers, all of them compared."""
        scores = np.empty(len(numbers), np.float32)
        for start in range(0, len(numbers), _BLOCK):
            scores[start : start + _BLOCK] = _inner(self._stored(numbers[start : start + _BLOCK]), vector)
        return _best(scores, numbers, limit)

    def _stored(self, numbers: Numbers) -> Vectors:
        dimensions = self._parts[0].file.index.d if self._parts else 0
        found = np.empty((len(numbers), dimensions), np.float32)
        for positions, file, rows in self._by_file(numbers):
            found[positions] = file.stored(rows)
        return found

    def _by_file(self, numbers: Numbers) -> Iterator[tuple[Numbers, VectorFile, Numbers]]:
        rows = self._rows[numbers].astype(np.int64)
        owners = owners_of(self._starts, rows)
        for owner in np.unique(owners).tolist():
            positions = np.flatnonzero(owners == owner)
            yield positions, self._parts[owner].file, rows[positions] - self._starts[owner]

    def _filter(self, languages: frozenset[bytes] | None, numbers: Numbers | None) -> RowFilter:
        """What limits a search to the rows that are alive, in some languages, and among some numbers."""
        if numbers is None:
            chosen = self._numbers != _NO_NUMBER
        else:
            chosen = np.zeros(len(self._numbers), np.bool_)
            chosen[self._rows[numbers]] = True
        parts = zip(self._parts, pairwise(self._starts.tolist()), strict=True)
        bits = [_bits(part, chosen[start:end], languages) for part, (start, end) in parts]
        return RowFilter(languages, numbers, bits)

    def _search(
        self, vector: Vectors, limit: int, among: RowFilter, probes: Sequence[Probe | None]
    ) -> tuple[Scores, Numbers]:
        few = self._few_of(among)
        if few is not None:
            return self._best_of(few, vector, limit)
        scores, numbers = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
        for position, rows_scores, rows in self._nearest(vector, limit, among, probes):
            scores.append(rows_scores)
            numbers.append(self._numbers[rows + self._starts[position]].astype(np.int64))
        return _best(np.concatenate(scores), np.concatenate(numbers), limit)

    def _nearest(
        self, vector: Vectors, limit: int, among: RowFilter, probes: Sequence[Probe | None]
    ) -> Iterator[tuple[int, Scores, Numbers]]:
        """Of each file the rows that may be among the nearest, with their scores."""
        sought: dict[int, Sought] = {}
        for position, (part, probe) in enumerate(zip(self._parts, probes, strict=True)):
            bits = among.bits[position]
            if bits is None:
                continue
            if part.lists is None or probe is None:
                yield position, *_compared(part, vector, limit, bits, among.languages)
            else:
                own = part.lists.of_languages(among.languages)
                sought[position] = Sought(part.lists, probe, own, bits if len(bits) else None)
        if not sought:
            return
        files = [self._parts[position].file for position in sought]

        def compare(rows: Sequence[Numbers]) -> Scores:
            return _inner(stored(files, rows), vector)

        found = candidates(list(sought.values()), limit, compare)
        ends = np.cumsum([len(rows) for rows in found])
        yield from zip(sought, np.split(compare(found), ends[:-1]), found, strict=True)


_EVERY_ROW = np.empty(0, np.uint8)
"""Bits of a file all of whose rows are admitted."""


def _bits(part: VectorPart, chosen: NDArray[np.bool_], languages: frozenset[bytes] | None) -> Bits | None:
    """Those of `chosen` rows; lists tell languages apart by themselves."""
    if languages is not None and part.lists is None:
        chosen = chosen & np.isin(part.languages(), list(languages))
    if not chosen.any():
        return None
    return _EVERY_ROW if chosen.all() else np.packbits(chosen, bitorder="little")


def _compared(
    part: VectorPart, vector: Vectors, limit: int, bits: Bits, languages: frozenset[bytes] | None
) -> tuple[Scores, Numbers]:
    """The nearest of all rows of a file that are admitted."""
    if languages is not None and part.lists is not None:
        of_languages = np.packbits(np.isin(part.languages(), list(languages)), bitorder="little")
        bits = bits & of_languages if len(bits) else of_languages
    return _nearest(part.file.index, vector, limit, bits if len(bits) else None)


def _inner(vectors: Vectors, vector: Vectors) -> Scores:
    """Inner products, each the same to the last bit whatever other rows stand beside it."""
    return np.asarray(np.einsum("ij,j->i", vectors, vector), np.float32)


def _best(scores: Scores, numbers: Numbers, limit: int) -> tuple[Scores, Numbers]:
    order = np.lexsort((numbers, -scores))[:limit]
    return scores[order], numbers[order]


def _nearest(
    index: faiss.Index, vector: Vectors, limit: int, bits: NDArray[np.uint8] | None
) -> tuple[Scores, Numbers]:
    """The `limit` nearest rows, and all others whose score is that of the last of them."""
    parameters = faiss.SearchParameters()
    if bits is not None:
        parameters.sel = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
    total = max(index.ntotal, 1)
    wanted = min(limit + 1, total)
    while True:
        scores, rows = index.search(vector.reshape(1, -1), wanted, params=parameters)
        found = rows[0] >= 0
        if wanted == total or not found.all() or scores[0][-1] < scores[0][limit - 1]:
            return scores[0][found], rows[0][found]
        wanted = min(2 * wanted, total)
