"""What words are worth in an index over shards: the shards are asked once, and it is remembered."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from indexer.core.bounded import Bounded
from indexer.core.engine import Whole
from indexer.core.records import Expansion
from indexer.retrieval.lexical import idf_in_sample, idf_of
from indexer.retrieval.words import Idf, Stood, digest
from indexer.sharding.messages import Question, question
from indexer.sharding.shard import Shard

REMEMBERED = 8_000_000
"""Bytes of what is remembered of words."""

_OF_A_WORD = 200

Weighed = tuple[list[Expansion], list[Idf]]
"""Words with their idf in the whole index."""

Idfs = Bounded[bytes, Idf]
"""What words are worth, by their digests."""

Summed = Callable[[Question[list[Stood]]], list[Stood]]
"""What shards answer, added up item by item."""


def nothing_remembered() -> Idfs:
    """Where an index keeps what words are worth."""
    return Bounded(REMEMBERED, "word scores")


class Weighing:
    """Weighs words. Safe to use from several threads."""

    def __init__(self, whole: Whole, idfs: Idfs, *, remembers: bool = True) -> None:
        """Weigh by how often words stand in the shards that are asked.

        Args:
            whole: what these hold.
            idfs: what is remembered of the whole index.
            remembers: whether what is asked for is: not where some of the shards are left out.
        """
        self._whole, self._idfs, self._remembers = whole, idfs, remembers

    def weighed(self, ask: Summed, *lists: Sequence[Expansion]) -> list[Weighed]:
        """Words of some lists with their idf; what is not remembered is asked for, of all lists at once."""
        digests = [[digest(word) for word in words] for words in lists]
        words_of = dict(zip(chain(*digests), chain(*lists), strict=True))
        known = {key: idf for key in words_of if (idf := self._idfs.get(key))}
        unknown = [key for key in words_of if key not in known]
        if unknown:
            known |= dict(zip(unknown, self._asked(ask, [words_of[key] for key in unknown]), strict=True))
            for key in unknown if self._remembers else ():
                self._idfs.put(key, known[key], _OF_A_WORD)
        return [([*words], [known[key] for key in keys]) for words, keys in zip(lists, digests, strict=True)]

    def _asked(self, ask: Summed, words: list[Expansion]) -> Iterator[Idf]:
        sampled = ask(question(Shard.stood_in_sample, words))
        idfs = [idf_in_sample(one, self._whole) for one in sampled]
        rare = [word for word, idf in zip(words, idfs, strict=True) if idf is None]
        counted = iter(ask(question(Shard.stood, rare)) if rare else ())
        return (idf or idf_of(next(counted), self._whole) for idf in idfs)
