"""Words of an index by their sound: a query's name in Latin letters finds its spellings in Arabic script.

Two stages: a word's coarse keys (`indexer.lexicon.phonemes`) select candidates, a distance over phonemes
(`indexer.lexicon.sound_distance`) ranks them. The penalties of both readings are taken off the similarity.

A word has one *entry* for each of its readings and each key of that. Entries lie sorted by key, then by
length, as `write` left them on disk; a search reads only those of its keys:

    sound-keys.npy       uint64, ascending: all keys
    sound-starts.npy     uint32: the first entry of each key, and the number of entries
    sound-words.npy      uint32: each entry's word
    sound-penalties.npy  uint8: each entry's penalty, in hundredths
    sound-offsets.npy    uint32: where each entry's phonemes begin, and their number
    sound-phonemes.npy   uint8: positions in `SYMBOLS`, counted from 1, of all entries
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import IndexDamaged
from indexer.core.ranges import expanded
from indexer.lexicon.arabic_sounds import arabic_forms
from indexer.lexicon.cyrillic_sounds import cyrillic_forms
from indexer.lexicon.latin_sounds import latin_forms
from indexer.lexicon.phonemes import SHORT_VOWELS, SYMBOLS, Form, classes, keys
from indexer.lexicon.sound_distance import codes, similarities
from indexer.storage.arrays import mapped
from indexer.text.orthography import fold

KEYS, STARTS = "sound-keys.npy", "sound-starts.npy"
WORDS, PENALTIES = "sound-words.npy", "sound-penalties.npy"
OFFSETS, PHONEMES = "sound-offsets.npy", "sound-phonemes.npy"

VERSION = 2
"""Raised whenever the files come out differently for the same readings and keys of words."""

MOST_CANDIDATES = 8192
"""Entries that are compared with one reading of a query word: those nearest in length."""
ENTRIES_PER_MATCH = 8
"""Entries that are sorted for each word that is asked for; all are where a word has more of the best."""
FEWEST_PHONEMES, FEWEST_CLASSES = 3, 2
NEARLY_IDENTICAL = 0.9
"""The least similarity of pairs of which one has fewer phonemes or classes than that."""

MOST_BEGINNINGS = 2048
"""Entries whose beginnings are compared with one reading of what is typed."""
MOST_CLASSES_MORE = 4
"""Classes that a word may have beyond what is typed."""
LEAST_KEY = 12
"""Keys from here on have two classes."""

_IS_CLASSED = np.array([False, *(classes(symbol) > 0 for symbol in SYMBOLS)])
"""By code, whether a sound is in a class whatever it is taken for."""

_BLOCK = 1 << 16
_LARGEST = 2**64 - 1
_Number = TypeVar("_Number", bound=np.unsignedinteger[Any])


def write(
    words: Sequence[str],
    folder: Path,
    base: "SoundIndex | None" = None,
    numbers: NDArray[np.int64] | None = None,
) -> tuple[str, ...]:
    """Write the files of a `SoundIndex` into `folder`, which exists.

    Args:
        words: folded words; their numbers are their positions here. Single letters, and words that are not
            in Arabic script alone, are never found.
        folder: where to write.
        base: an index that has some of the words already.
        numbers: for each word its number in `base`, or -1.

    Returns:
        Names of the files, below `folder`.
    """
    old = _Entries.none() if base is None or numbers is None else base.entries(numbers)
    known = np.zeros(len(words), np.bool_) if numbers is None else numbers >= 0
    new = _read((number, word) for number, word in enumerate(words) if not known[number])
    return _save(old.joined(new), folder)


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Columns of entries, and their phonemes one after another."""

    keys: NDArray[np.uint64]
    words: NDArray[np.uint32]
    penalties: NDArray[np.uint8]
    lengths: NDArray[np.uint8]
    phonemes: NDArray[np.uint8]

    @classmethod
    def none(cls) -> "_Entries":
        byte = np.empty(0, np.uint8)
        return cls(np.empty(0, np.uint64), np.empty(0, np.uint32), byte, byte, byte)

    def joined(self, other: "_Entries") -> "_Entries":
        return _Entries(
            np.concatenate([self.keys, other.keys]),
            np.concatenate([self.words, other.words]),
            np.concatenate([self.penalties, other.penalties]),
            np.concatenate([self.lengths, other.lengths]),
            np.concatenate([self.phonemes, other.phonemes]),
        )


def _read(words: Iterable[tuple[int, str]]) -> _Entries:
    """The entries of numbered words."""
    all_keys, numbers = array("Q"), array("I")
    penalties, lengths, sounds = bytearray(), bytearray(), bytearray()
    for number, word in words:
        for form in arabic_forms(word):
            coded = codes(form.phonemes)
            for key in keys(form.phonemes):
                all_keys.append(key)
                numbers.append(number)
                penalties.append(form.penalty)
                lengths.append(len(coded))
                sounds += coded
    return _Entries(
        np.array(all_keys, np.uint64),
        np.array(numbers, np.uint32),
        np.frombuffer(penalties, np.uint8),
        np.frombuffer(lengths, np.uint8),
        np.frombuffer(sounds, np.uint8),
    )


def _save(entries: _Entries, folder: Path) -> tuple[str, ...]:
    """Sort the entries and write them."""
    all_keys, numbers, penalties = entries.keys, entries.words, entries.penalties
    lengths, sounds = entries.lengths, entries.phonemes
    order = np.lexsort((penalties, numbers, lengths, all_keys))
    found, starts = np.unique(all_keys[order], return_index=True)
    old = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    new = np.concatenate([[0], np.cumsum(lengths[order], dtype=np.int64)])
    sorted_sounds = np.empty_like(sounds)
    for start in range(0, len(order), _BLOCK):
        rows = order[start : start + _BLOCK]
        positions = expanded(old[rows], old[rows + 1])
        sorted_sounds[new[start] : new[start + len(rows)]] = sounds[positions]
    files: dict[str, NDArray[np.unsignedinteger[Any]]] = {
        KEYS: found,
        STARTS: np.append(starts, len(order)).astype(np.uint32),
        WORDS: numbers[order],
        PENALTIES: penalties[order],
        OFFSETS: new.astype(np.uint32),
        PHONEMES: sorted_sounds,
    }
    for name, values in files.items():
        np.save(folder / name, values)
    return tuple(files)


class SoundIndex:
    """The words of an index by their sound, read from disk as they are needed.

    Raises:
        IndexDamaged: a file is missing, cannot be read, or does not fit the others.
    """

    def __init__(self, folder: Path) -> None:
        self._keys = _load(folder / KEYS, np.uint64)
        self._starts = _load(folder / STARTS, np.uint32)
        self._words = _load(folder / WORDS, np.uint32)
        self._penalties = _load(folder / PENALTIES, np.uint8)
        self._offsets = _load(folder / OFFSETS, np.uint32)
        self._sounds = _load(folder / PHONEMES, np.uint8)
        entries = len(self._words)
        if (
            len(self._starts) != len(self._keys) + 1
            or len(self._penalties) != entries
            or len(self._offsets) != entries + 1
            or self._starts[-1] != entries
            or self._offsets[-1] != len(self._sounds)
        ):
            raise IndexDamaged(f"the files {folder / 'sound-*.npy'} do not fit each other")

    def entries(self, numbers: NDArray[np.int64]) -> _Entries:
        """The entries of some words, which get new numbers.

        Args:
            numbers: by new number, the word's number here, or -1 for a word that is not here.
        """
        new = np.full(max(int(self._words.max(initial=0)), int(numbers.max(initial=0))) + 1, -1, np.int64)
        new[numbers[numbers >= 0]] = np.flatnonzero(numbers >= 0)
        words = new[self._words]
        kept = np.flatnonzero(words >= 0)
        offsets = self._offsets.astype(np.int64)
        positions = expanded(offsets[kept], offsets[kept + 1])
        return _Entries(
            np.repeat(self._keys, np.asarray(np.diff(self._starts), np.int64))[kept],
            words[kept].astype(np.uint32),
            self._penalties[kept],
            (offsets[kept + 1] - offsets[kept]).astype(np.uint8),
            self._sounds[positions],
        )

    def matches(self, word: str, *, floor: float = 0.6, limit: int = 50) -> list[tuple[int, float]]:
        """Words that sound like `word`, with their similarity in (0, 1]: best first, equal ones by number.

        Args:
            word: one word: in Latin letters as typed or casefolded, or in Arabic script. Nothing is found
                for numbers, for words in other scripts, and for those of fewer letters than
                `indexer.lexicon.phonemes` reads.
            floor: the least similarity; short words must be `NEARLY_IDENTICAL` whatever it is.
            limit: how many at most.
        """
        in_arabic = arabic_forms(fold(word))
        forms = in_arabic or latin_forms(word) or cyrillic_forms(word)
        if not forms:
            return []
        entries, alike = self._compared(forms, floor, arabic=bool(in_arabic))
        few = ENTRIES_PER_MATCH * limit
        if 0 < few < len(alike):
            likeliest = alike >= np.partition(alike, -few)[-few]
            best = _best(self._words[entries[likeliest]], alike[likeliest], limit)
            if len(best) == limit:
                return best
        return _best(self._words[entries], alike, limit)

    def beginning(self, typed: str, *, floor: float, limit: int) -> list[tuple[int, float]]:
        """Words that begin as what is typed sounds, with the similarity of their beginning: best first.

        Args:
            typed: the beginning of a word in Latin or Cyrillic letters; one whose key tells too little finds
                nothing.
            floor: the least similarity.
            limit: how many at most.
        """
        found, alike = [np.empty(0, np.int64)], [np.empty(0)]
        for form in latin_forms(typed) or cyrillic_forms(typed):
            entries = self._beginning_so(form)
            if len(entries):
                found.append(entries)
                alike.append(self._of_beginnings(form, entries))
        entries, likeness = np.concatenate(found), np.concatenate(alike)
        kept = likeness >= floor
        return _best(self._words[entries[kept]], likeness[kept], limit)

    def _beginning_so(self, form: Form) -> NDArray[np.int64]:
        """Entries whose keys begin with one of a reading, those of the shortest keys first."""
        parts = [np.empty(0, np.int64)]
        for more in range(MOST_CLASSES_MORE + 1):
            for key in keys(form.phonemes):
                if key < LEAST_KEY:
                    continue
                ends = [min((key + side) * 12**more, _LARGEST) for side in (0, 1)]
                first, past = np.searchsorted(self._keys, np.array(ends, np.uint64)).tolist()
                parts.append(np.arange(self._starts[first], self._starts[past], dtype=np.int64))
        return np.concatenate(parts)[:MOST_BEGINNINGS]

    def _of_beginnings(self, form: Form, entries: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much a reading sounds like the beginning of each entry, whichever beginning is most alike."""
        query = codes(form.phonemes)
        starts = self._offsets[entries].astype(np.int64)
        lengths = self._offsets[entries + 1] - starts
        longest = len(query) + 1
        columns = np.arange(longest)[:, None]
        words = self._sounds.take(starts + columns, mode="clip").astype(np.intp)
        words[columns >= lengths] = 0
        alike = np.zeros(len(entries))
        for length in range(max(2, len(query) // 2), longest + 1):
            alike = np.maximum(alike, similarities(query, words[:length], arabic=False))
        return np.asarray(alike - form.penalty / 100 - self._penalties[entries] / 100)

    def _compared(
        self, forms: Sequence[Form], floor: float, *, arabic: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Entries of the keys of several readings and their similarities, those below `floor` left out."""
        candidates = [(form, *self._candidates(form)) for form in forms]
        candidates = [found for found in candidates if len(found[1])]
        if not candidates:
            return np.empty(0, np.int64), np.empty(0)
        entries = np.concatenate([found for _, found, _ in candidates])
        alone = np.concatenate([of_one for _, _, of_one in candidates])
        short = np.zeros(len(entries), np.bool_)
        starts = self._offsets[entries].astype(np.int64)
        lengths = self._offsets[entries + 1] - starts
        columns = np.arange(lengths.max())[:, None]
        words = self._sounds.take(starts + columns, mode="clip").astype(np.intp)
        words[columns >= lengths] = 0
        alike = np.empty(len(entries))
        done = 0
        for form, found, _ in candidates:
            of_form = slice(done, done + len(found))
            longest = int(lengths[of_form].max())
            query = codes(form.phonemes)
            alike[of_form] = similarities(query, words[:longest, of_form], arabic=arabic) - form.penalty / 100
            if len(query) < FEWEST_PHONEMES:
                short[of_form] = True
            elif classes(form.phonemes) < FEWEST_CLASSES:
                short[of_form] |= alone[of_form]
            done += len(found)
        alike -= self._penalties[entries] / 100
        short |= lengths < FEWEST_PHONEMES
        few = np.flatnonzero(alone)
        short[few] |= _IS_CLASSED[words[:, few]].sum(axis=0) < FEWEST_CLASSES
        kept = (alike >= np.where(short, max(floor, NEARLY_IDENTICAL), floor)) & (alike > 0)
        return entries[kept], alike[kept]

    def _candidates(self, form: Form) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Entries of a reading's keys, and whether the key has too few digits to tell words apart."""
        wanted = keys(form.phonemes)
        positions = np.searchsorted(self._keys, np.array(wanted, np.uint64)).tolist()
        parts = [(np.empty(0, np.int64), np.empty(0, np.bool_))]
        for key, position in zip(wanted, positions, strict=True):
            if position < len(self._keys) and int(self._keys[position]) == key:
                start, end = self._starts[position : position + 2].tolist()
                is_alone = key < 12 ** (FEWEST_CLASSES - 1)
                parts.append((np.arange(start, end), np.full(end - start, is_alone)))
        if len(parts) <= 2:
            entries, alone = parts[-1]
        else:
            entries, alone = (np.concatenate(column) for column in zip(*parts, strict=True))
        if len(entries) <= MOST_CANDIDATES:
            return entries, alone
        lengths = self._offsets[entries + 1].astype(np.int64) - self._offsets[entries].astype(np.int64)
        vowels = sum(sound in SHORT_VOWELS for sound in form.phonemes)
        nearest = np.argsort(np.abs(2 * (lengths - len(form.phonemes)) + vowels), kind="stable")
        chosen = np.sort(nearest[:MOST_CANDIDATES])
        return entries[chosen], alone[chosen]


def _best(words: NDArray[np.uint32], alike: NDArray[np.float64], limit: int) -> list[tuple[int, float]]:
    """The words most alike, each once, with how much; equal ones by number."""
    best: dict[int, float] = {}
    for position in np.lexsort((words, -alike)):
        if len(best) >= limit:
            break
        best.setdefault(int(words[position]), float(alike[position]))
    return list(best.items())


def _load(path: Path, kind: type[_Number]) -> NDArray[_Number]:
    """One file, mapped into memory."""
    values: NDArray[_Number] = mapped(path)
    if values.dtype != kind:
        raise IndexDamaged(f"{path} holds {values.dtype}, not {kind.__name__}")
    return values
