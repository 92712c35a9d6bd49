"""Words of an index that begin as somebody types, or sound so, those first that the most articles have.

What is held in memory does not grow with the archive: the vocabulary is sorted and mapped, and the articles
of a few words alone are counted.
"""

import numpy as np

from indexer.core.alike import Completion
from indexer.core.engine import Engine
from indexer.core.records import Numbers

SHORTLISTED = 3
"""Words whose articles are counted, for each that is wanted: those that stand in the most sentences."""

COUNTED = 20_000
"""Sentences up to which the articles of a word are counted; of a more frequent one they are estimated."""


def completions(engine: Engine, folded: str, typed: str, limit: int) -> list[Completion]:
    """The words that begin so, by how many articles have them, equal ones by code points.

    Args:
        engine: the index.
        folded: the beginning of a word.
        typed: the same as it was typed, for its sound.
        limit: how many at most.
    """
    starting = engine.words.starting(folded)
    frequent = _most_frequent(engine, np.arange(starting.start, starting.stop), SHORTLISTED * limit)
    heard = engine.words.sounding(typed, SHORTLISTED * limit)
    by_sound = [word for word in heard if word not in starting]
    found = [_completion(engine, word, by_sound=False) for word in frequent.tolist()]
    found += [_completion(engine, word, by_sound=True) for word in by_sound]
    return sorted(found, key=lambda one: (-one.articles, one.word))[:limit]


def _most_frequent(engine: Engine, terms: Numbers, most: int) -> Numbers:
    """Those of some words that stand in the most sentences."""
    sizes = engine.postings.sizes(terms)
    if len(terms) > most:
        chosen = np.argpartition(-sizes, most)[:most]
        terms = terms[np.sort(chosen)]
    return terms


def _completion(engine: Engine, term: int, *, by_sound: bool) -> Completion:
    terms = np.array([term], np.int64)
    [total] = engine.postings.sizes(terms).tolist()
    is_counted = total <= COUNTED
    standing = engine.postings.of_terms(terms, sampled=not is_counted)
    articles = len(np.unique(engine.columns.articles[standing.passages]))
    if not is_counted:
        articles = articles * total // max(len(standing.passages), 1)
    return Completion(engine.words.word(term), articles, int(standing.passages[0]), by_sound)
