"""Columns of keywords ("doc values"): which values a field has in each article, and where each value stands.

A segment keeps what its articles say, value by value as it is spelled. A generation joins that into columns
in which spellings that differ in case, or in letters that Persian and Arabic type differently, are one value,
shown as most articles spell it. Filters read the articles of a value, counts the values of articles; both
are mapped into memory.

    NAME-values      values, sorted
    NAME-starts.npy  of each article where its values start, and where the last ends
    NAME-codes.npy   those values, as numbers of values

and of a generation besides:

    NAME-keys, NAME-key-codes.npy                 the form that spellings share, sorted, and its value
    NAME-articles.npy, NAME-article-starts.npy    the articles of each value, ascending
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows
from indexer.core.records import Article, Numbers
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, mapped_starts
from indexer.storage.sharing import share
from indexer.storage.vocabulary import Vocabulary
from indexer.text.orthography import fold

LANGUAGE, SOURCE = "language", "source"
META = "meta."
"""What the columns of further fields begin with."""

Codes = NDArray[np.uint32]


def keywords_of(article: Article) -> dict[str, tuple[str, ...]]:
    """What an article has in each column but its language: the one place that a new column touches."""
    metadata = {META + name: values for name, values in article.metadata}
    return {SOURCE: (article.publisher,) if article.publisher else (), **metadata}


def columns_of(meta: Iterable[str]) -> tuple[str, ...]:
    """The columns of a generation that keeps some further fields."""
    return (LANGUAGE, SOURCE, *(META + name for name in meta))


def key_of(value: str) -> str:
    """The form that the spellings of a value share."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(fold(word) or word for word in plain.split())


class KeywordsWriter:
    """Collects the keywords of the articles of a segment."""

    def __init__(self) -> None:
        self._columns: dict[str, list[tuple[str, ...]]] = {}
        self._articles = 0

    def add(self, article: Article) -> None:
        """Append an article."""
        for name, values in keywords_of(article).items():
            self._columns.setdefault(name, [()] * self._articles).append(values)
        self._articles += 1
        for column in self._columns.values():
            column.extend([()] * (self._articles - len(column)))

    def save(self, folder: Path) -> tuple[str, ...]:
        """Write everything; the names of the files."""
        names = sorted(self._columns)
        written = list(vocabulary.write(names, folder, "columns"))
        for place, name in enumerate(names):
            column = self._columns[name]
            values = sorted({value for several in column for value in several})
            numbers = {value: number for number, value in enumerate(values)}
            codes = [numbers[value] for several in column for value in several]
            starts = np.cumsum([0, *map(len, column)])
            written += _write_values(folder, f"column-{place}", values, starts, np.array(codes, np.uint32))
        return tuple(written)


class SegmentKeywords:
    """Reads what `KeywordsWriter` wrote."""

    def __init__(self, folder: Path, articles: int) -> None:
        """Map the files.

        Raises:
            IndexDamaged: they are unreadable or do not fit each other.
        """
        names = Vocabulary(folder, "columns").all()
        self.columns = {name: Values(folder, f"column-{place}", articles) for place, name in enumerate(names)}


class Values:
    """Which values each of some articles has."""

    def __init__(self, folder: Path, name: str, articles: int) -> None:
        """Map the files.

        Raises:
            IndexDamaged: they are unreadable or do not fit each other.
        """
        self.values = Vocabulary(folder, f"{name}-values")
        self.starts: Numbers = mapped_starts(folder / f"{name}-starts.npy")
        self.codes: Codes = mapped(folder / f"{name}-codes.npy")
        fits = len(self.starts) == articles + 1 and int(self.starts[-1]) == len(self.codes)
        if not fits or (len(self.codes) and int(self.codes.max()) >= len(self.values)):
            raise IndexDamaged(f"the columns in {folder} do not fit its articles")


class Column(Values):
    """A column of a generation. Safe to use from several threads."""

    def __init__(self, folder: Path, name: str, articles: int) -> None:
        """Map the files.

        Raises:
            IndexDamaged: they are unreadable or do not fit each other.
        """
        super().__init__(folder, name, articles)
        self._keys = Vocabulary(folder, f"{name}-keys")
        self._key_codes: Codes = mapped(folder / f"{name}-key-codes.npy")
        self._articles: Codes = mapped(folder / f"{name}-articles.npy")
        self._first: Numbers = mapped_starts(folder / f"{name}-article-starts.npy")
        if not (
            len(self._keys) == len(self._key_codes) == len(self.values) == len(self._first) - 1
            and int(self._first[-1]) == len(self._articles) == len(self.codes)
        ):
            raise IndexDamaged(f"the columns in {folder} do not fit each other")

    def codes_of(self, values: Iterable[str]) -> Numbers:
        """The numbers of some values, however they are spelled; what no article has is left out."""
        numbers = {self._keys.number(key_of(value)) for value in values}
        return np.array(sorted({int(self._key_codes[one]) for one in numbers if one is not None}), np.int64)

    def articles_of(self, codes: Numbers) -> list[Codes]:
        """The articles that have each of some values, ascending, by their numbers."""
        return [self._articles[self._first[code] : self._first[code + 1]] for code in codes.tolist()]

    def counts(self, articles: Numbers | None = None) -> list[tuple[str, int]]:
        """How many of some articles, or of all, have each value that any has: most first, then by value."""
        if articles is None:
            counted = np.diff(self._first)
        else:
            counted = np.bincount(self.codes[inner_rows(self.starts, articles)], minlength=len(self.values))
        found = np.flatnonzero(counted)
        ordered = found[np.argsort(-counted[found], kind="stable")]
        return [(self.values[code], int(counted[code])) for code in ordered.tolist()]


def write(
    parts: Sequence[tuple[Mapping[str, Values], int]],
    languages: tuple[Sequence[str], NDArray[np.integer[Any]]],
    articles: Numbers,
    meta: Sequence[str],
    folder: Path,
) -> tuple[str, ...]:
    """Write the columns of a generation; the names of the files.

    Args:
        parts: of all segments, in order: their columns, and how many articles they have.
        languages: the names of languages, sorted, and that of each article as a position among them.
        articles: of the generation, in their order: their rows in all segments one after another.
        meta: names of the further fields that are kept.
        folder: where to write.
    """
    names, codes = languages
    written: list[str] = []
    for place, column in enumerate(columns_of(meta)):
        name = f"column-{place}"
        if column == LANGUAGE:
            one_each = np.arange(len(articles) + 1)
            written += _write_column(folder, name, list(names), one_each, codes.astype(np.uint32))
        else:
            written += _write_column(folder, name, *_joined(parts, column, articles))
    return tuple(written)


def cut(source: Path, articles: range, meta: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Write the columns that `write` wrote in `source`, as far as they are of some articles.

    Values keep their numbers and their spelling, also those that none of these articles has.

    Args:
        source: the folder of a generation.
        articles: which.
        meta: names of the further fields that it keeps.
        folder: where to write.
    """
    written: list[str] = []
    for place in range(len(columns_of(meta))):
        name = f"column-{place}"
        first = mapped_starts(source / f"{name}-starts.npy")[articles.start : articles.stop + 1]
        codes = mapped(source / f"{name}-codes.npy")[int(first[0]) : int(first[-1])]
        starts = (first - first[0]).astype(np.int64)
        values = Vocabulary(source, f"{name}-values")
        kept = (*vocabulary.names(f"{name}-keys"), f"{name}-key-codes.npy")
        for file in kept:
            share(source / file, folder / file)
        owners = np.repeat(np.arange(len(articles), dtype=np.uint32), np.diff(starts))
        of_values = np.cumsum([0, *np.bincount(codes, minlength=len(values))])
        np.save(folder / f"{name}-articles.npy", owners[np.argsort(codes, kind="stable")])
        np.save(folder / f"{name}-article-starts.npy", of_values.astype(np.int64))
        written += _write_values(folder, name, values.all(), starts, codes)
        written += [*kept, f"{name}-articles.npy", f"{name}-article-starts.npy"]
    return tuple(written)


def _joined(
    parts: Sequence[tuple[Mapping[str, Values], int]], column: str, articles: Numbers
) -> tuple[list[str], Numbers, Codes]:
    """A column of some rows of some segments: its values as they are spelled, the starts and the codes."""
    own = [columns.get(column) for columns, _ in parts]
    values = sorted({value for one in own if one for value in one.values.all()})
    numbers = {value: number for number, value in enumerate(values)}
    codes, counts = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    for one, (_, size) in zip(own, parts, strict=True):
        if one is None:
            counts.append(np.zeros(size, np.int64))
            continue
        renumbered = np.array([numbers[value] for value in one.values.all()], np.uint32)
        codes.append(renumbered[one.codes])
        counts.append(np.diff(one.starts))
    all_starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    chosen = inner_rows(all_starts, articles)
    starts = np.concatenate([[0], np.cumsum(all_starts[articles + 1] - all_starts[articles])])
    return values, starts.astype(np.int64), np.concatenate(codes)[chosen]


def _write_column(folder: Path, name: str, values: list[str], starts: Numbers, codes: Codes) -> list[str]:
    """Write a column in which the spellings of a value are one."""
    shown, renumbered, keys = _merged(values, np.bincount(codes, minlength=len(values)))
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    pairs = np.unique(np.stack([owners, renumbered[codes]], axis=1), axis=0).astype(np.int64)
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    counts = np.bincount(pairs[:, 0], minlength=len(starts) - 1)
    of_values = np.bincount(pairs[:, 1], minlength=len(shown))
    arrays: dict[str, NDArray[Any]] = {
        f"{name}-key-codes.npy": np.array([keys[key] for key in sorted(keys)], np.uint32),
        f"{name}-articles.npy": pairs[order, 0].astype(np.uint32),
        f"{name}-article-starts.npy": np.concatenate([[0], np.cumsum(of_values)]).astype(np.int64),
    }
    for file, array in arrays.items():
        np.save(folder / file, array)
    article_starts = np.concatenate([[0], np.cumsum(counts)])
    return [
        *_write_values(folder, name, shown, article_starts, pairs[:, 1].astype(np.uint32)),
        *vocabulary.write(sorted(keys), folder, f"{name}-keys"),
        *arrays,
    ]


def _merged(values: Sequence[str], counts: Numbers) -> tuple[list[str], Numbers, dict[str, int]]:
    """Values whose spellings are one.

    Returns:
        The values that articles have, as most of these spell them, sorted; of each of the spellings, the
        number of its value; and that number by key.
    """
    spellings: dict[str, list[int]] = {}
    for number in np.flatnonzero(counts).tolist():
        spellings.setdefault(key_of(values[number]), []).append(number)
    shown = {
        key: values[max(several, key=lambda one: (counts[one], -one))] for key, several in spellings.items()
    }
    ordered = sorted(shown, key=lambda key: (shown[key], key))
    keys = {key: place for place, key in enumerate(ordered)}
    renumbered = np.zeros(len(values), np.int64)
    for key, several in spellings.items():
        renumbered[several] = keys[key]
    return [shown[key] for key in ordered], renumbered, keys


def _write_values(folder: Path, name: str, values: Sequence[str], starts: Numbers, codes: Codes) -> list[str]:
    np.save(folder / f"{name}-starts.npy", starts.astype(np.int64))
    np.save(folder / f"{name}-codes.npy", codes)
    written = vocabulary.write(values, folder, f"{name}-values")
    return [*written, f"{name}-starts.npy", f"{name}-codes.npy"]


def union(lists: Sequence[Codes]) -> Codes:
    """Numbers that are in any of some ascending lists, ascending; one list alone is not copied."""
    if len(lists) == 1:
        return lists[0]
    joined = np.sort(np.concatenate([np.empty(0, np.uint32), *lists]), kind="stable")  # joins ascending runs
    is_new = np.ones(len(joined), np.bool_)
    is_new[1:] = joined[1:] != joined[:-1]
    return joined[is_new]


def among(numbers: NDArray[np.integer[Any]], others: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which of some numbers are among others, which are ascending; costs with the former."""
    if not len(others):
        return np.zeros(len(numbers), np.bool_)
    places = np.minimum(np.searchsorted(others, numbers), len(others) - 1)
    return np.asarray(others[places] == numbers)
