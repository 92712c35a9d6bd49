"""Postings: in which sentences each word stands, and how often. Made of the words of segments, then mapped.

words                      the vocabulary of the generation
postings.npy               where the postings of each word start, and at the end where the last ones end
sampled-postings.npy       how many of them are of sampled passages (see `TermPostings`): those come first
posting-passages.npy       the passage of each, ascending among the sampled ones and among the others
posting-places.npy         which of the passage's sentences it is of, from 0
posting-counts.npy         how often the word stands there
sentence-lengths.npy       tokens of each sentence
segment-words.npy          of each word of each segment, one after another, its number in the vocabulary
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Standing, sampled
from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows, inner_rows_and_owners, owners_of
from indexer.core.records import Numbers
from indexer.generation.sentence_words import MOST_COUNTED, SentenceWords
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, writing
from indexer.storage.vocabulary import Vocabulary

WORDS = "words"
POSTINGS, SAMPLED = "postings.npy", "sampled-postings.npy"
PASSAGES, PLACES, COUNTS = "posting-passages.npy", "posting-places.npy", "posting-counts.npy"
LENGTHS = "sentence-lengths.npy"
SEGMENT_WORDS = "segment-words.npy"

AT_ONCE = 32_000_000
"""Postings that are sorted at once, 8 bytes each."""

CHECKED_AT_ONCE = 8_000_000
"""Postings whose counts are added up at once."""

_READ_AT_ONCE = 1_000_000
"""Postings that are read at once."""

_COUNT_BITS = 8
"""A posting is sorted as one number, its key: from the lowest bits on its count, its sentence, whether that
is of a passage outside the sample, and its word."""

LAST_PLACE = 255
"""Sentences of a passage from this one on count as one: a passage of 250 tokens has hardly ever so many."""

GONE = np.uint32(0xFFFFFFFF)
"""Number of a word of a segment that stands in no sentence of the generation."""

Part = tuple[SentenceWords, Numbers]
"""The words of a segment, and for each of its sentences its number in the generation, or -1."""


class Postings:
    """Maps what `merge` wrote."""

    def __init__(self, folder: Path) -> None:
        """Map the files in `folder`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.words = Vocabulary(folder, WORDS)
        self.starts: Numbers = mapped(folder / POSTINGS)
        self.sampled: NDArray[np.uint32] = mapped(folder / SAMPLED)
        self.passages: NDArray[np.uint32] = mapped(folder / PASSAGES)
        self.places: NDArray[np.uint8] = mapped(folder / PLACES)
        self.counts: NDArray[np.uint8] = mapped(folder / COUNTS)
        self.lengths: NDArray[np.uint32] = mapped(folder / LENGTHS)
        fits = (
            len(self.starts) == len(self.words) + 1 == len(self.sampled) + 1
            and int(self.starts[-1]) == len(self.passages)
            and len(self.passages) == len(self.places) == len(self.counts)
        )
        if not fits:
            raise IndexDamaged(f"the postings in {folder} do not fit each other")

    def of_terms(self, terms: Numbers, *, sampled: bool = False) -> Standing:
        """The postings of some terms, one term after another; only those of sampled passages if asked so."""
        starts = self.starts[terms]
        sizes = self.sampled[terms].astype(np.int64) if sampled else self.starts[terms + 1] - starts
        some = [
            slice(start, start + size) for start, size in zip(starts.tolist(), sizes.tolist(), strict=True)
        ]
        return Standing(
            np.concatenate([self.passages[:0], *(self.passages[one] for one in some)]),
            np.concatenate([self.places[:0], *(self.places[one] for one in some)]),
            np.concatenate([self.counts[:0], *(self.counts[one] for one in some)]),
            sizes,
        )

    def sizes(self, terms: Numbers) -> Numbers:
        """How many postings each of some terms has."""
        return np.asarray(self.starts[terms + 1] - self.starts[terms])

    def sentences_with_wrong_lengths(self, first_sentences: Numbers) -> Numbers:
        """Numbers of the sentences whose postings do not add up to their lengths; reads everything.

        Args:
            first_sentences: number of the first sentence of each passage, and of all sentences at the end.
        """
        total = np.zeros(len(self.lengths), np.int64)
        for start in range(0, len(self.passages), CHECKED_AT_ONCE):
            some = slice(start, start + CHECKED_AT_ONCE)
            sentences = first_sentences[self.passages[some]] + self.places[some]
            sums = np.bincount(sentences, self.counts[some], minlength=len(total))
            total += sums.astype(np.int64)[: len(total)]
        return np.flatnonzero((total != self.lengths) & (total < MOST_COUNTED))


def merge(parts: Sequence[Part], first_sentences: Numbers, folder: Path) -> tuple[str, ...]:
    """Write the postings of some sentences of several segments.

    Args:
        parts: the segments; all numbers of sentences together count from 0 without a gap.
        first_sentences: number of the first sentence of each passage, and of all sentences at the end.
        folder: where to write.

    Returns:
        Names of the files, below `folder`.
    """
    standing = [words.standing(numbers >= 0) for words, numbers in parts]
    words, renumbered = _merged_words([part for part, _ in parts], standing)
    total = np.zeros(len(words) + 1, np.int64)
    for new, frequencies in zip(renumbered, standing, strict=True):
        total[1:][new[frequencies > 0]] += frequencies[frequencies > 0]
    starts = np.cumsum(total)
    arrays: dict[str, NDArray[Any]] = {
        POSTINGS: starts,
        SAMPLED: _write_postings(parts, renumbered, starts, first_sentences, folder),
        LENGTHS: _merged_lengths(parts),
        SEGMENT_WORDS: np.concatenate([np.empty(0, np.uint32), *renumbered]),
    }
    for name, array in arrays.items():
        np.save(folder / name, array)
    return (*vocabulary.write(words, folder, WORDS), *arrays, PASSAGES, PLACES, COUNTS)


def _merged_words(
    parts: Sequence[SentenceWords], standing: Sequence[Numbers]
) -> tuple[list[str], list[NDArray[np.uint32]]]:
    """All words that stand somewhere, sorted by code point; of each word of each part its number there."""
    live = [np.flatnonzero(frequencies) for frequencies in standing]
    of_parts = [
        [words[number] for number in chosen.tolist()]
        for words, chosen in ((part.words.all(), chosen) for part, chosen in zip(parts, live, strict=True))
    ]
    merged = list(dict.fromkeys(sorted(chain.from_iterable(of_parts))))
    position = {word: number for number, word in enumerate(merged)}
    renumbered = []
    for words, chosen, frequencies in zip(of_parts, live, standing, strict=True):
        numbers = np.full(len(frequencies), GONE, np.uint32)
        numbers[chosen] = np.fromiter(map(position.__getitem__, words), np.uint32, len(words))
        renumbered.append(numbers)
    return merged, renumbered


def _merged_lengths(parts: Sequence[Part]) -> NDArray[np.uint32]:
    lengths = np.zeros(sum(int(np.count_nonzero(numbers >= 0)) for _, numbers in parts), np.uint32)
    for words, numbers in parts:
        kept = numbers >= 0
        lengths[numbers[kept]] = words.lengths[kept]
    return lengths


def _write_postings(
    parts: Sequence[Part],
    renumbered: Sequence[NDArray[np.uint32]],
    starts: Numbers,
    first_sentences: Numbers,
    folder: Path,
) -> NDArray[np.uint32]:
    """Write postings by word, for as many words at a time as memory has room for.

    Returns:
        How many postings of each word are of sampled passages.
    """
    bits = int(first_sentences[-1]).bit_length()
    word_bits = _COUNT_BITS + bits + 1
    low = _low_bits(first_sentences, bits)
    owners = np.repeat(np.arange(len(first_sentences) - 1, dtype=np.uint32), np.diff(first_sentences))
    inside = np.arange(len(owners)) - first_sentences[owners]
    places_of = np.minimum(inside, LAST_PLACE).astype(np.uint8)
    total = int(starts[-1])
    counted = np.zeros(len(starts) - 1, np.uint32)
    with (
        writing(folder / PASSAGES, np.dtype(np.uint32), (total,)) as passages,
        writing(folder / PLACES, np.dtype(np.uint8), (total,)) as places,
        writing(folder / COUNTS, np.dtype(np.uint8), (total,)) as counts,
    ):
        for first, past in blocks(starts, min(AT_ONCE, 1 << (64 - word_bits))):
            keys = np.concatenate(
                [
                    some
                    for part, new in zip(parts, renumbered, strict=True)
                    for some in _keys(part, new, (first, past), low, word_bits)
                ]
            )
            keys.sort()
            sentences = (keys >> np.uint64(_COUNT_BITS)) & np.uint64((1 << bits) - 1)
            passages.write(owners[sentences].tobytes())
            places.write(places_of[sentences].tobytes())
            counts.write(keys.astype(np.uint8).tobytes())
            halves = np.arange(2 * (past - first), dtype=np.uint64) << np.uint64(word_bits - 1)
            starting = np.searchsorted(keys, halves)
            counted[first:past] = starting[1::2] - starting[::2]
    return counted


def _low_bits(first_sentences: Numbers, bits: int) -> NDArray[np.uint64]:
    """Of each sentence what stands between the count and the word in the keys of its postings."""
    unsampled = np.uint64(1 << bits)
    low = np.arange(int(first_sentences[-1]), dtype=np.uint64) | unsampled
    low[inner_rows(first_sentences, sampled(len(first_sentences) - 1))] ^= unsampled
    return low << np.uint64(_COUNT_BITS)


def _keys(
    part: Part, new: NDArray[np.uint32], numbers: tuple[int, int], low: NDArray[np.uint64], word_bits: int
) -> Iterator[NDArray[np.uint64]]:
    """Of one segment the postings of some words, as numbers that sort as postings stand.

    Args:
        part: the segment.
        new: the new numbers of its words.
        numbers: the first of those that are wanted, and that behind the last; words count from the first.
        low: of each sentence the bits between the count and the word.
        word_bits: from which bit on the word stands.
    """
    words, sentence_numbers = part
    first, past = numbers
    for start, end in blocks(words.starts, _READ_AT_ONCE):
        some = slice(int(words.starts[start]), int(words.starts[end]))
        mine, sentences = new[words.numbers[some]], sentence_numbers[start:end]
        sizes = np.diff(words.starts[start : end + 1])
        is_wanted = (mine >= first) & (mine < past) & np.repeat(sentences >= 0, sizes)
        keys = (mine[is_wanted] - np.uint32(first)).astype(np.uint64) << np.uint64(word_bits)
        keys |= np.repeat(low[sentences], sizes)[is_wanted]
        yield keys | words.counts[some][is_wanted]


def blocks(starts: Numbers, most: int) -> Iterator[tuple[int, int]]:
    """Ranges of words that together have not too many postings, unless a single one has more."""
    first = 0
    while first < len(starts) - 1:
        past = max(int(owners_of(starts, starts[first] + most)), first + 1)
        yield first, past
        first = past


class SentenceTerms:
    """The terms of sentences of a generation, out of the words of its segments."""

    def __init__(self, folder: Path, segments: Sequence[SentenceWords], rows: NDArray[np.uint32]) -> None:
        """Map the numbers of words in `folder`.

        Args:
            folder: where `merge` wrote.
            segments: those that were given to it, in that order.
            rows: of each sentence its row in all segments one after another.

        Raises:
            IndexDamaged: the numbers are unreadable, or are not those of the segments' words.
        """
        self._segments, self._rows = segments, rows
        self._numbers: NDArray[np.uint32] = mapped(folder / SEGMENT_WORDS)
        self._first_rows = np.cumsum([0, *(len(words.lengths) for words in segments)])
        self._first_words = np.cumsum([0, *(len(words.words) for words in segments)])
        if int(self._first_words[-1]) != len(self._numbers):
            raise IndexDamaged(f"the numbers of words in {folder} do not fit its segments")

    def of_sentences(self, sentences: Numbers) -> tuple[NDArray[np.uint32], NDArray[np.uint8], Numbers]:
        """The terms of some sentences, in any order: terms, counts, positions in `sentences`."""
        rows = self._rows[sentences].astype(np.int64)
        owners = owners_of(self._first_rows, rows)
        terms, counts, positions = [np.empty(0, np.uint32)], [np.empty(0, np.uint8)], [np.empty(0, np.int64)]
        for segment in np.unique(owners).tolist():
            words, at = self._segments[segment], np.flatnonzero(owners == segment)
            mine = rows[at] - self._first_rows[segment]
            standing, of_mine = inner_rows_and_owners(words.starts, mine)
            terms.append(self._numbers[self._first_words[segment] + words.numbers[standing]])
            counts.append(words.counts[standing])
            positions.append(at[of_mine])
        return np.concatenate(terms), np.concatenate(counts), np.concatenate(positions)
