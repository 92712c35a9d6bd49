"""The words of a generation: its postings and its lexicon, out of the words of its segments."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.generation import postings as posting_files
from indexer.generation.catalogue import Catalogue
from indexer.generation.postings import Postings, blocks
from indexer.lexicon import lexicon
from indexer.lexicon.forms import Words, language_bit
from indexer.lexicon.lexicon import Known
from indexer.lexicon.word_vectors import Encode

VERSION = 3
"""Raised whenever other words of the same sentences get vectors, or the files of postings differ."""

FREQUENT = ((2_000, 1), (1_000_000, 2))
"""Up to so many sentences, stems get a vector whose words stand in so many; in larger indexes three."""

_POSTINGS_AT_ONCE = 4_000_000


def write(
    catalogue: Catalogue,
    encode: Encode,
    folder: Path,
    base: Known | None,
    *,
    encode_reference: Encode | None = None,
    sharing: bool = True,
) -> tuple[str, ...]:
    """Write the words of the articles in `catalogue`.

    Args:
        catalogue: that of the generation.
        encode: vectors of words.
        folder: where to write.
        base: what an older lexicon knows of a word is taken from there.
        encode_reference: vectors of the words that every index is compared with; `encode` when None.
        sharing: whether files of vectors may be shared with `base`, with those of words that are gone.

    Returns:
        Names of the files, below `folder`.
    """
    numbers = catalogue.sentence_numbers()
    parts = [(segment.words, numbers[position]) for position, segment in enumerate(catalogue.segments)]
    files = posting_files.merge(parts, catalogue.first_sentences, folder)
    postings = Postings(folder)
    sentences = len(catalogue.sentence_rows)
    least = next((least for most, least in FREQUENT if sentences <= most), 3)
    words = Words(
        postings.words.all(),
        _languages(postings, catalogue),
        np.diff(postings.starts),
        least,
    )
    made = lexicon.write(words, encode, folder, base, encode_reference=encode_reference, sharing=sharing)
    return (*files, *made)


def _languages(postings: Postings, catalogue: Catalogue) -> NDArray[np.uint8]:
    """Of each word the languages of the articles that it stands in, a bit each."""
    of_names = np.array([language_bit(name) for name in catalogue.language_names], np.uint8)
    of_passages = of_names[catalogue.languages[catalogue.passage_articles()]]
    languages = np.zeros(len(postings.words), np.uint8)
    for first, past in blocks(postings.starts, _POSTINGS_AT_ONCE):
        start, end = int(postings.starts[first]), int(postings.starts[past])
        bits = of_passages[postings.passages[start:end]]
        languages[first:past] = np.bitwise_or.reduceat(bits, postings.starts[first:past] - start)
    return languages
