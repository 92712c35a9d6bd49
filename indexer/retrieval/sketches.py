"""What articles say, in brief: pairs of the rarest words of their sentences, by which copies are told.

A copy of a story shares most of its sentences, many of them edited by a word or two. The few words of a
sentence that fewest others have are seldom the ones that are edited, and two of them seldom meet in another
story. So each sentence is kept as its rarest words, two and two, in the order of rarity; its tokens are
shared out among these pairs. Words are the folded terms of the index: spellings do not matter.
"""

from collections.abc import Callable

import numpy as np

from indexer.core.engine import Part
from indexer.core.matching import Sketches
from indexer.core.ranges import expanded, inner_rows_and_owners
from indexer.core.records import Numbers

RAREST = 5
"""Words of a sentence: with more, of copies half of whose sentences are edited no more are told."""

_ALONE = np.uint64(0xFFFFFFFF)
"""In place of a second word, for a sentence of one."""


def sketches(engine: Part, articles: Numbers, sizes: Callable[[Numbers], Numbers] | None = None) -> Sketches:
    """The sketches of some articles, in that order.

    Args:
        engine: what holds them.
        articles: their numbers.
        sizes: tells how many postings each of some terms has in the whole index; `engine` does when None.
    """
    sizes = sizes or engine.postings.sizes
    columns = engine.columns
    starts = np.searchsorted(columns.articles, articles)
    passages = expanded(starts, np.searchsorted(columns.articles, articles, side="right"))
    counts = np.searchsorted(columns.articles, articles, side="right") - starts
    sentences, of_passages = inner_rows_and_owners(columns.first_sentences, passages)
    of_articles = np.repeat(np.arange(len(articles)), counts)[of_passages]
    terms, _, positions = engine.sentence_terms.of_sentences(sentences)
    rarity = sizes(terms.astype(np.int64))
    order = np.lexsort((terms, rarity, positions))
    terms, positions = terms[order].astype(np.uint64), positions[order]
    rank = np.arange(len(terms)) - np.searchsorted(positions, positions)
    rare = rank < RAREST
    terms, positions = terms[rare], positions[rare]
    is_first = np.diff(positions, prepend=-1) != 0
    is_alone = is_first & np.append(is_first[1:], [True])[: len(is_first)]
    second = np.flatnonzero(~is_first)
    alone = np.flatnonzero(is_alone)
    keys = np.append(
        terms[second - 1] << np.uint64(32) | terms[second], terms[alone] << np.uint64(32) | _ALONE
    )
    owners = np.append(positions[second], positions[alone])
    pairs = np.bincount(owners, minlength=len(sentences))
    weights = engine.postings.lengths[sentences] / np.maximum(pairs, 1)
    return Sketches(keys, weights[owners].astype(np.float32), of_articles[owners])
