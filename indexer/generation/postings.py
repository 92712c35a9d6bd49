"""Postings: in which sentences each word stands, and how often. Written once, merged, mapped into memory."""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows_and_owners, owners_of
from indexer.core.records import Numbers
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, writing
from indexer.storage.vocabulary import Vocabulary

WORDS = "words"
POSTINGS = "postings.npy"
SENTENCES = "posting-sentences.npy"
COUNTS = "posting-counts.npy"
LENGTHS = "sentence-lengths.npy"
_SPILLED = "postings.unsorted"

SPILL = 4_000_000
"""Postings that are sorted at once."""

MOST_COUNTED = 255
"""A word counts at most so often in a sentence; only shorter sentences are sure to add up."""

_POSTING = np.dtype([("word", "<u4"), ("sentence", "<u4"), ("count", "u1")])


class PostingsWriter:
    """Collects the words of sentences and writes their postings, in memory that does not grow with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._spilled = folder / _SPILLED
        self._words, self._sentences, self._counts = array("I"), array("I"), array("B")
        self._lengths = array("I")

    def add(self, sentence: Sequence[str]) -> None:
        """Append a sentence, its folded words."""
        for word, count in Counter(sentence).items():
            self._words.append(self._numbers.setdefault(word, len(self._numbers)))
            self._sentences.append(len(self._lengths))
            self._counts.append(min(count, MOST_COUNTED))
        self._lengths.append(len(sentence))
        if len(self._words) >= SPILL:
            self._spill()

    def copy(self, postings: "Postings", sentences: Numbers) -> None:
        """Append some sentences, ascending, of a file."""
        renumbered = np.full(len(postings.lengths), -1, np.int64)
        renumbered[sentences] = np.arange(len(self._lengths), len(self._lengths) + len(sentences))
        kept = np.flatnonzero(renumbered[postings.sentences] >= 0)
        owners = owners_of(postings.starts, kept)
        words, positions = np.unique(owners, return_inverse=True)
        numbers = np.array(
            [self._numbers.setdefault(postings.words[word], len(self._numbers)) for word in words.tolist()],
            np.uint32,
        )
        for start in range(0, len(kept), SPILL):
            some = slice(start, start + SPILL)
            self._words.frombytes(numbers[positions[some]].tobytes())
            self._sentences.frombytes(renumbered[postings.sentences[kept[some]]].astype(np.uint32).tobytes())
            self._counts.frombytes(postings.counts[kept[some]].tobytes())
            if len(self._words) >= SPILL:
                self._spill()
        self._lengths.frombytes(postings.lengths[sentences].astype(np.uint32).tobytes())

    def save(self) -> tuple[str, ...]:
        """Write everything; the names of the files below the folder."""
        self._spill()
        words = sorted(self._numbers)
        renumbered = np.empty(len(words), np.int64)
        renumbered[[self._numbers[word] for word in words]] = np.arange(len(words))
        starts = self._write_postings(renumbered)
        np.save(self._folder / POSTINGS, starts)
        np.save(self._folder / LENGTHS, np.asarray(self._lengths, np.uint32))
        self._spilled.unlink()
        return (
            *vocabulary.write(words, self._folder, WORDS),
            *(POSTINGS, SENTENCES, COUNTS, LENGTHS),
        )

    def _spill(self) -> None:
        block = np.empty(len(self._words), _POSTING)
        block["word"], block["sentence"], block["count"] = self._words, self._sentences, self._counts
        with self._spilled.open("ab") as file:
            file.write(block.tobytes())
        self._words, self._sentences, self._counts = array("I"), array("I"), array("B")

    def _write_postings(self, renumbered: Numbers) -> Numbers:
        """A counting sort by word, block by block; where the postings of each word start."""
        total = np.zeros(len(renumbered) + 1, np.int64)
        for block in self._blocks():
            total[1:] += np.bincount(renumbered[block["word"]], minlength=len(renumbered))
        starts = np.cumsum(total)
        sentences = np.empty(int(starts[-1]), np.uint32)
        counts = np.empty(int(starts[-1]), np.uint8)
        positions = starts[:-1].copy()
        for block in self._blocks():
            words = renumbered[block["word"]]
            order = np.argsort(words, kind="stable")
            words = words[order]
            first = np.searchsorted(words, words)
            at = positions[words] + np.arange(len(words)) - first
            sentences[at], counts[at] = block["sentence"][order], block["count"][order]
            positions += np.bincount(words, minlength=len(positions))
        np.save(self._folder / SENTENCES, sentences)
        np.save(self._folder / COUNTS, counts)
        return starts

    def _blocks(self) -> Iterator[NDArray[np.void]]:
        with self._spilled.open("rb") as file:
            while content := file.read(SPILL * _POSTING.itemsize):
                yield np.frombuffer(content, _POSTING)


class Postings:
    """Maps what `PostingsWriter` or `merge` wrote."""

    def __init__(self, folder: Path) -> None:
        """Map the files in `folder`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.words = Vocabulary(folder, WORDS)
        self.starts: Numbers = mapped(folder / POSTINGS)
        self.sentences: NDArray[np.uint32] = mapped(folder / SENTENCES)
        self.counts: NDArray[np.uint8] = mapped(folder / COUNTS)
        self.lengths: NDArray[np.uint32] = mapped(folder / LENGTHS)
        if len(self.starts) != len(self.words) + 1 or not int(self.starts[-1]) == len(self.sentences) == len(
            self.counts
        ):
            raise IndexDamaged(f"the postings in {folder} do not fit each other")

    def of_terms(self, terms: Numbers) -> tuple[NDArray[np.uint32], NDArray[np.uint8], Numbers]:
        """The postings of some terms, one term after another: sentences, counts, positions in `terms`."""
        rows, owners = inner_rows_and_owners(self.starts, terms)
        return self.sentences[rows], self.counts[rows], owners

    def sentences_with_wrong_lengths(self) -> Numbers:
        """Numbers of the sentences whose postings do not add up to their lengths; reads everything."""
        total = np.zeros(len(self.lengths), np.int64)
        for start in range(0, len(self.sentences), SPILL):
            some = slice(start, start + SPILL)
            sums = np.bincount(self.sentences[some], self.counts[some], minlength=len(total))
            total += sums.astype(np.int64)
        return np.flatnonzero((total != self.lengths) & (total < MOST_COUNTED))


def merge(parts: Sequence[tuple[Postings, Numbers]], folder: Path) -> tuple[str, ...]:
    """Write the postings of some sentences out of several files, as if they had been added one by one.

    Args:
        parts: postings, and for each of their sentences its new number, or -1 where it is left out; all
            new numbers together count from 0 without a gap.
        folder: where to write.

    Returns:
        Names of the files, below `folder`.
    """
    live = [_live_words(postings, numbers) for postings, numbers in parts]
    words = _merged_words(parts, live)
    position = {word: number for number, word in enumerate(words)}
    renumbered = [
        np.fromiter((position[postings.words[word]] for word in chosen.tolist()), np.int64, len(chosen))
        for (postings, _), (chosen, _) in zip(parts, live, strict=True)
    ]
    total = np.zeros(len(words) + 1, np.int64)
    for new, (_, frequencies) in zip(renumbered, live, strict=True):
        total[1:][new] += frequencies
    starts = np.cumsum(total)
    np.save(folder / POSTINGS, starts)
    np.save(folder / LENGTHS, _merged_lengths(parts))
    _merge_postings(parts, [chosen for chosen, _ in live], renumbered, starts, folder)
    return (*vocabulary.write(words, folder, WORDS), POSTINGS, SENTENCES, COUNTS, LENGTHS)


def _live_words(postings: Postings, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """The words that stand in a sentence that is kept, and in how many."""
    if not len(postings.words):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    kept = (numbers >= 0)[postings.sentences]
    frequencies = np.add.reduceat(kept, postings.starts[:-1], dtype=np.int64)
    words = np.flatnonzero(frequencies)
    return words, frequencies[words]


def _merged_words(
    parts: Sequence[tuple[Postings, Numbers]], live: Sequence[tuple[Numbers, Numbers]]
) -> list[str]:
    """All words that are kept, sorted by code point, once."""
    lists = (
        map(postings.words.__getitem__, chosen.tolist())
        for (postings, _), (chosen, _) in zip(parts, live, strict=True)
    )
    return [word for word, _ in groupby(heapq.merge(*lists))]


def _merged_lengths(parts: Sequence[tuple[Postings, Numbers]]) -> NDArray[np.uint32]:
    lengths = np.zeros(sum(int(np.count_nonzero(numbers >= 0)) for _, numbers in parts), np.uint32)
    for postings, numbers in parts:
        kept = numbers >= 0
        lengths[numbers[kept]] = postings.lengths[kept]
    return lengths


def _merge_postings(
    parts: Sequence[tuple[Postings, Numbers]],
    live: Sequence[Numbers],
    renumbered: Sequence[Numbers],
    starts: Numbers,
    folder: Path,
) -> None:
    """Write postings sorted by word, then by sentence, for as many words at a time as memory has room for."""
    total = int(starts[-1])
    with (
        writing(folder / SENTENCES, np.dtype(np.uint32), (total,)) as sentences,
        writing(folder / COUNTS, np.dtype(np.uint8), (total,)) as counts,
    ):
        first = 0
        while first < len(starts) - 1:
            past = int(owners_of(starts, starts[first] + SPILL))
            past = max(past, first + 1)
            blocks = [
                _postings_of(postings, numbers, chosen, new, first, past)
                for (postings, numbers), chosen, new in zip(parts, live, renumbered, strict=True)
            ]
            keys, values = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
            order = np.argsort(keys, kind="stable")
            sentences.write((keys[order] & 0xFFFFFFFF).astype(np.uint32).tobytes())
            counts.write(values[order].tobytes())
            first = past


def _postings_of(
    postings: Postings, numbers: Numbers, chosen: Numbers, new: Numbers, first: int, past: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Of one file the postings of the words whose new numbers are from `first` up to `past`."""
    low, high = np.searchsorted(new, [first, past])
    words = chosen[low:high]
    rows, owners = inner_rows_and_owners(postings.starts, words)
    sentences = numbers[postings.sentences[rows]]
    kept = sentences >= 0
    keys = (new[low:high][owners[kept]].astype(np.uint64) << np.uint64(32)) | sentences[kept].astype(
        np.uint64
    )
    return keys, postings.counts[rows[kept]]
