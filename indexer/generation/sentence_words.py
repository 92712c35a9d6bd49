"""The words of each sentence of a segment, and how often: by sentence what postings are by word.

words                      the vocabulary of the segment
first-words.npy            of each sentence where its words start, and at the end where the last ones end
sentence-words.npy         numbers of its words in the vocabulary, each once, in the order of the text
sentence-word-counts.npy   how often each stands in it
sentence-lengths.npy       tokens of each sentence
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import inner_rows
from indexer.core.records import Numbers
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, mapped_starts
from indexer.storage.vocabulary import Vocabulary

WORDS = "words"
FIRST_WORDS = "first-words.npy"
SENTENCE_WORDS, COUNTS = "sentence-words.npy", "sentence-word-counts.npy"
LENGTHS = "sentence-lengths.npy"

MOST_COUNTED = 255
"""A word counts at most so often in a sentence; only shorter sentences are sure to add up."""


class SentenceWordsWriter:
    """Collects the words of sentences, of as many as fit into a segment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._words, self._counts = array("I"), array("B")
        self._different, self._lengths = array("I"), array("I")

    def add(self, sentence: Sequence[str]) -> None:
        """Append a sentence, its folded words."""
        counted = Counter(sentence)
        for word, count in counted.items():
            self._words.append(self._numbers.setdefault(word, len(self._numbers)))
            self._counts.append(min(count, MOST_COUNTED))
        self._different.append(len(counted))
        self._lengths.append(len(sentence))

    def copy(self, words: "SentenceWords", sentences: Numbers) -> None:
        """Append some sentences, ascending, of a file."""
        rows = inner_rows(words.starts, sentences)
        numbers, positions = np.unique(words.numbers[rows], return_inverse=True)
        mine = [
            self._numbers.setdefault(words.words[number], len(self._numbers)) for number in numbers.tolist()
        ]
        self._words.frombytes(np.array(mine, np.uint32)[positions].tobytes())
        self._counts.frombytes(words.counts[rows].tobytes())
        different = words.starts[sentences + 1] - words.starts[sentences]
        self._different.frombytes(different.astype(np.uint32).tobytes())
        self._lengths.frombytes(words.lengths[sentences].tobytes())

    def save(self) -> tuple[str, ...]:
        """Write everything; the names of the files below the folder."""
        words = sorted(self._numbers)
        renumbered = np.empty(len(words), np.uint32)
        renumbered[[self._numbers[word] for word in words]] = np.arange(len(words), dtype=np.uint32)
        arrays = {
            FIRST_WORDS: np.concatenate([[0], np.cumsum(np.asarray(self._different, np.int64))]),
            SENTENCE_WORDS: renumbered[np.asarray(self._words, np.uint32)],
            COUNTS: np.asarray(self._counts, np.uint8),
            LENGTHS: np.asarray(self._lengths, np.uint32),
        }
        for name, values in arrays.items():
            np.save(self._folder / name, values)
        return (*vocabulary.write(words, self._folder, WORDS), *arrays)


class SentenceWords:
    """Maps what `SentenceWordsWriter` wrote.

    Attributes:
        words: the vocabulary.
        starts: where the words of each sentence start, and at the end where the last ones end.
        numbers, counts: the words of all sentences, and how often each stands there.
        lengths: tokens of each sentence.
    """

    def __init__(self, folder: Path) -> None:
        """Map the files in `folder`.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other.
        """
        self.words = Vocabulary(folder, WORDS)
        self.starts: Numbers = mapped_starts(folder / FIRST_WORDS)
        self.numbers: NDArray[np.uint32] = mapped(folder / SENTENCE_WORDS)
        self.counts: NDArray[np.uint8] = mapped(folder / COUNTS)
        self.lengths: NDArray[np.uint32] = mapped(folder / LENGTHS)
        if len(self.starts) != len(self.lengths) + 1 or not int(self.starts[-1]) == len(self.numbers) == len(
            self.counts
        ):
            raise IndexDamaged(f"the words of sentences in {folder} do not fit each other")

    def standing(self, kept: NDArray[np.bool_]) -> Numbers:
        """Of each word in how many of the sentences that are `kept` it stands."""
        of_kept = self.numbers if kept.all() else self.numbers[np.repeat(kept, np.diff(self.starts))]
        return np.bincount(of_kept, minlength=len(self.words))
