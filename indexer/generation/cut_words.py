"""The words of a part of a generation: its postings and the terms of its sentences, under the same numbers.

postings.npy … as in `postings`, of the part's sentences alone
word-sizes.npy how many postings each word has in the whole generation
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.records import Numbers
from indexer.generation.postings import (
    COUNTS,
    GONE,
    LENGTHS,
    PASSAGES,
    PLACES,
    POSTINGS,
    SAMPLED,
    SEGMENT_WORDS,
    WORDS,
    Postings,
    blocks,
)
from indexer.generation.sentence_words import SentenceWords
from indexer.storage import vocabulary
from indexer.storage.arrays import writing
from indexer.storage.sharing import share

SIZES = "word-sizes.npy"

_AT_ONCE = 8_000_000
"""Postings that are looked through at once."""


def cut(
    source: Path, segments: Sequence[SentenceWords], passages: range, sentences: range, folder: Path
) -> tuple[str, ...]:
    """Write the words of some passages of a generation; the names of the files.

    The sampled passages are those of the whole generation that lie in the part.

    Args:
        source: the folder of the generation.
        segments: those that the part lies in.
        passages: its passages, by their numbers in the generation.
        sentences: those of its sentences.
        folder: where to write.
    """
    whole = Postings(source)
    for name in vocabulary.names(WORDS):
        share(source / name, folder / name)
    sizes, sampled = _sizes(whole, passages)
    total = int(sizes.sum())
    with (
        writing(folder / PASSAGES, np.dtype(np.uint32), (total,)) as of_passages,
        writing(folder / PLACES, np.dtype(np.uint8), (total,)) as places,
        writing(folder / COUNTS, np.dtype(np.uint8), (total,)) as counts,
    ):
        for some in _slices(whole):
            kept = _is_in(whole.passages[some], passages)
            of_passages.write((whole.passages[some][kept] - np.uint32(passages.start)).tobytes())
            places.write(whole.places[some][kept].tobytes())
            counts.write(whole.counts[some][kept].tobytes())
    np.save(folder / POSTINGS, np.cumsum([0, *sizes.tolist()], dtype=np.int64))
    np.save(folder / SAMPLED, sampled)
    np.save(folder / LENGTHS, whole.lengths[sentences.start : sentences.stop])
    np.save(folder / SIZES, np.diff(whole.starts))
    np.save(folder / SEGMENT_WORDS, _numbers(whole, segments))
    files = (PASSAGES, PLACES, COUNTS, POSTINGS, SAMPLED, LENGTHS, SIZES, SEGMENT_WORDS)
    return (*vocabulary.names(WORDS), *files)


def _sizes(whole: Postings, passages: range) -> tuple[Numbers, NDArray[np.uint32]]:
    """How many postings of each word are of some passages, and how many of these are of sampled ones."""
    sizes = np.zeros(len(whole.words), np.int64)
    sampled = np.zeros(len(whole.words), np.uint32)
    for first, past in blocks(whole.starts, _AT_ONCE):
        starts = np.asarray(whole.starts[first : past + 1])
        kept = _is_in(whole.passages[int(starts[0]) : int(starts[-1])], passages)
        before = np.append(0, np.cumsum(kept))
        starts = starts - starts[0]
        sizes[first:past] = before[starts[1:]] - before[starts[:-1]]
        sampled[first:past] = before[starts[:-1] + whole.sampled[first:past]] - before[starts[:-1]]
    return sizes, sampled


def _slices(whole: Postings) -> list[slice]:
    """All postings, some at a time."""
    return [
        slice(start, min(start + _AT_ONCE, len(whole.passages)))
        for start in range(0, len(whole.passages), _AT_ONCE)
    ]


def _is_in(numbers: NDArray[np.uint32], some: range) -> NDArray[np.bool_]:
    return np.asarray((numbers >= some.start) & (numbers < some.stop))


def _numbers(whole: Postings, segments: Sequence[SentenceWords]) -> NDArray[np.uint32]:
    """Of each word of each segment, one after another, its number in the vocabulary of the generation."""
    known = {word: number for number, word in enumerate(whole.words.all())}
    of_segments = [
        np.array([known.get(word, GONE) for word in segment.words.all()], np.uint32) for segment in segments
    ]
    return np.concatenate([np.empty(0, np.uint32), *of_segments])
