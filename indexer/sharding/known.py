"""What shards say of themselves, joined: of all of an index, or of those that answer."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.core.engine import Whole
from indexer.core.errors import ArticleNotFound, IndexMismatch
from indexer.core.protocols import Missing
from indexer.core.records import Numbers
from indexer.retrieval.background import Spread
from indexer.sharding.messages import Facts


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """The first number of each shard: of articles, passages and sentences."""

    articles: Numbers
    passages: Numbers
    sentences: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of shards before they are asked anything.

    Attributes:
        facts: of all shards, in order.
        places: those that are asked, ascending.
        starts: of all shards.
        whole: how much is asked: frequencies of words count in it.
        spread: the languages of what is asked.
        least_hubness: of what is asked.
    """

    facts: tuple[Facts, ...]
    places: tuple[int, ...]
    starts: Starts
    whole: Whole
    spread: Spread
    least_hubness: float

    @classmethod
    def of(cls, generation: str, facts: Sequence[Facts]) -> "Known":
        """What all shards of a generation say of themselves.

        Raises:
            IndexMismatch: they are not all, or not in order.
        """
        _require_whole(generation, facts)
        abouts = [one.about for one in facts]
        starts = Starts(
            np.array([one.first_article for one in abouts]),
            np.array([one.first_passage for one in abouts]),
            np.array([one.first_sentence for one in abouts]),
        )
        return cls(
            *(tuple(facts), tuple(range(len(facts))), starts, replace(abouts[0].whole, first=0)),
            *(_spread(facts), min(one.least_hubness for one in facts)),
        )

    def without(self, places: Collection[int]) -> "Known":
        """The same where the shards at some places are not asked; one at least is left."""
        left = tuple(place for place in self.places if place not in places)
        facts = [self.facts[place] for place in left]
        abouts = [one.about for one in facts]
        whole = replace(
            self.whole,
            passages=sum(one.passages for one in abouts),
            sentences=sum(one.sentences for one in abouts),
            in_sample=sum(len(one.whole.sampled(one.passages)) for one in abouts),
        )
        least = min(one.least_hubness for one in facts)
        return replace(self, places=left, whole=whole, spread=_spread(facts), least_hubness=least)

    @property
    def missing(self) -> Missing:
        """What is not asked."""
        gone = tuple(place for place in range(len(self.facts)) if place not in self.places)
        abouts = [self.facts[place].about for place in gone]
        return Missing(
            *(gone, len(self.facts)),
            *(sum(one.articles for one in abouts), sum(one.passages for one in abouts)),
            self.facts[0].about.all_passages,
        )

    def owner(self, article: int) -> int:
        """The place of the shard that has an article."""
        return int(np.searchsorted(self.starts.articles, article, side="right")) - 1

    def owner_of_id(self, article_id: str) -> int:
        """The place of the shard that has the article of this id, if one has.

        Raises:
            ArticleNotFound: none can.
        """
        place = bisect_right([one.first_id for one in self.facts], article_id) - 1
        if place < 0:
            raise ArticleNotFound(f"no article has the id {article_id!r} in this index")
        return place


def _spread(facts: Sequence[Facts]) -> Spread:
    counts = np.sum([one.counts for one in facts], axis=0)
    return Spread.of(np.concatenate([one.codes for one in facts]), counts, facts[0].groups)


def _require_whole(name: str, facts: Sequence[Facts]) -> None:
    """Check that shards are all those of a generation, in order."""
    for place, one in enumerate(facts):
        about = one.about
        if (about.generation, about.place, about.shards) != (name, place, len(facts)):
            raise IndexMismatch(
                f"shard {place} of {len(facts)} of {name} is asked for, and there is shard {about.place} of"
                f" {about.shards} of {about.generation}"
            )
