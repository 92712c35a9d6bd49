"""What a corpus changes in an index, and what may be taken for removed.

A record is *new* when the index has no article of its id, *changed* when it has one that was read from
other bytes or another file, and *unchanged* otherwise. An article is *missing* when its file belongs to
what was listed, and the listing does not hold it. It is not missing while anything that could be it was
there and could not be read.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import TooManyRemovals
from indexer.core.records import UNREAD, Article, Numbers, Record, Skipped, SkipReason
from indexer.drafting.skips import SkipLog, Skips
from indexer.generation.generation import Generation

_TICK = 200

WHOLE = 0.9
"""Share of the length of the version before that one with bytes that cannot be read must have."""

REMOVABLE = 0.1
"""Share of a source's articles that may be removed without being told to."""


class Corpus(Protocol):
    """What is compared with an index: records in a fixed order, as often as they are asked for."""

    def __iter__(self) -> Iterator[Record | Skipped]:
        """All records, and what could not be read."""
        ...

    def source_of(self, path: str) -> str | None:
        """Which of the sources that are listed holds a file; None if none does."""
        ...

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders that ids are paths below."""
        ...

    @property
    def origin(self) -> str:
        """Where the records come from, for messages."""
        ...


class Verdict(Enum):
    """What a record is to an index."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a corpus changes in an index.

    Attributes:
        new, changed, unchanged: how many records are so.
        skips: what was left out.
        missing: numbers of the articles of the index that the corpus no longer holds.
        kept: how many articles are missing, but for something that could not be read.
        sources: by source, how many articles the index has of it, and how many of them are missing.
    """

    new: int
    changed: int
    unchanged: int
    skips: Skips
    missing: Numbers
    kept: int
    sources: dict[str, tuple[int, int]]

    @property
    def read(self) -> int:
        """Everything that the corpus listed."""
        return self.new + self.changed + self.unchanged + self.skips.total

    def require_few_removals(self) -> None:
        """Check that of no source too much is missing.

        Raises:
            TooManyRemovals: it is.
        """
        for source, (articles, missing) in self.sources.items():
            if missing > REMOVABLE * articles:
                raise TooManyRemovals(
                    f"{missing:,} of the {articles:,} articles from {source} are no longer there, more than"
                    f" {REMOVABLE:.0%}: nothing was changed. If they shall go, say --allow-removals; if they"
                    " shall stay, --keep-missing; if the folder is not mounted, mount it"
                )


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reindex does to the articles of an index, counted.

    `read = new + changed + unchanged + skips.total`, and there are as many articles as before, and `new`,
    less `removed`.

    Attributes:
        read: everything that the corpus listed.
        new, changed, unchanged: articles, against those that the index had.
        skips: what could not be read, and whatever else is no article.
        removed: articles of the index that the corpus no longer holds.
        kept: articles that were not found, and stay all the same.
        rebuilt: what made it necessary to embed everything anew, for people.
    """

    read: int
    new: int
    changed: int
    unchanged: int
    skips: Skips
    removed: int
    kept: int
    rebuilt: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        survey: Survey,
        skips: Skips,
        added: Mapping[Verdict, int],
        removed: int,
        rebuilt: Sequence[str] = (),
    ) -> Self:
        """What a survey found, once what is new or changed was loaded.

        Args:
            survey: of the corpus.
            skips: what was left out, the records that turned out to be unreadable among them.
            added: how many articles were loaded, by verdict.
            removed: how many articles leave the index.
            rebuilt: what made it necessary to embed everything anew.
        """
        new, changed = added.get(Verdict.NEW, 0), added.get(Verdict.CHANGED, 0)
        return cls(
            read=new + changed + survey.unchanged + skips.total,
            new=new,
            changed=changed,
            unchanged=survey.unchanged,
            skips=skips,
            removed=removed,
            kept=survey.kept + max(len(survey.missing) - removed, 0),
            rebuilt=tuple(rebuilt),
        )


class Comparison:
    """Compares records with the articles of an index."""

    def __init__(self, base: Generation | None, corpus: Corpus, deleted: Collection[str] = ()) -> None:
        """Compare with `base`; nothing is there when it is None.

        Args:
            base: the generation that is built upon.
            corpus: what is there now.
            deleted: ids that were deleted by hand.
        """
        self._corpus = corpus
        self._catalogue = base.catalogue if base else None
        self._deleted = frozenset(deleted)

    def judge(self, record: Record) -> Verdict | Skipped:
        """What a record is to the index; Skipped where it may not become an article."""
        if record.id in self._deleted:
            return Skipped(
                record.source,
                SkipReason.DELETED,
                f"`hudhud undelete {record.id}` lets it be indexed again",
                record.path,
                record.id,
            )
        number = self.number(record.id)
        if number is None or self._catalogue is None:
            return Verdict.NEW
        segment, row = self._catalogue.locate(number)
        origin = segment.origin(row)
        if origin.path == record.path:
            return Verdict.UNCHANGED if origin.digest == record.digest else Verdict.CHANGED
        if self._is_elsewhere(origin.path):
            detail = f"{origin.path} holds the article of this id: rename one of them"
            return Skipped(record.source, SkipReason.DUPLICATE, detail, record.path, record.id)
        return Verdict.CHANGED

    def load(self, record: Record) -> Article | Skipped:
        """The article of a record; none if its version before is more whole, which then stays."""
        article = record.load()
        if isinstance(article, Skipped) or UNREAD not in article.text:
            return article
        number = self.number(record.id)
        if number is None or self._catalogue is None:
            return article
        [earlier] = self._catalogue.articles([number])
        if len(article.text) >= WHOLE * len(earlier.text):
            return article
        detail = "some of its bytes cannot be read, and it is shorter than the version before, which stays"
        return Skipped(record.source, SkipReason.ENCODING, detail, record.path, record.id)

    def number(self, article_id: str) -> int | None:
        """The number of an article in the index."""
        return self._catalogue.ids.number(article_id) if self._catalogue else None

    def deleted(self) -> Numbers:
        """Numbers of the articles of the index that were deleted by hand since it was made."""
        found = [number for article_id in self._deleted if (number := self.number(article_id)) is not None]
        return np.array(sorted(found), np.int64)

    def _is_elsewhere(self, path: str) -> bool:
        """Whether a file belongs to a source that is not listed now, and is still there."""
        return bool(path) and self._corpus.source_of(path) is None and os.path.lexists(path)

    def survey(self, log: SkipLog, tick: Callable[[int, int], None] = lambda done, of: None) -> Survey:
        """Read the whole corpus, without loading its records, and count what it changes.

        `tick` is called from time to time with the records so far and how many are expected.
        """
        expected = len(self._catalogue) if self._catalogue else 0
        counts = dict.fromkeys(Verdict, 0)
        seen = Seen(expected)
        for done, item in enumerate(self._corpus, start=1):
            verdict = item if isinstance(item, Skipped) else self.judge(item)
            number = self.number(item.id) if item.id is not None else None
            if isinstance(verdict, Skipped):
                log.add(verdict)
                seen.protect(verdict, number)
            else:
                counts[verdict] += 1
                seen.add(number)
            if done % _TICK == 0:
                tick(done, max(expected, done))
        missing, kept, sources = self._missing(seen)
        return Survey(
            counts[Verdict.NEW],
            counts[Verdict.CHANGED],
            counts[Verdict.UNCHANGED],
            log.summary(),
            missing,
            kept,
            sources,
        )

    def changed(
        self, log: SkipLog, found: Callable[[int], None] = lambda number: None
    ) -> Iterator[tuple[Record, Verdict]]:
        """The records that are new or changed; whatever cannot be read is noted.

        `found` is called with the number of each article of the index whose record is there: one may have
        come back since the survey.
        """
        for item in self._corpus:
            verdict = item if isinstance(item, Skipped) else self.judge(item)
            number = self.number(item.id) if item.id is not None else None
            if number is not None:
                found(number)
            if isinstance(verdict, Skipped):
                log.add(verdict)
            elif verdict is not Verdict.UNCHANGED and isinstance(item, Record):
                yield item, verdict

    def _missing(self, seen: "Seen") -> tuple[Numbers, int, dict[str, tuple[int, int]]]:
        if self._catalogue is None:
            return np.empty(0, np.int64), 0, {}
        missing, kept = [], 0
        sources: dict[str, list[int]] = {}
        for number in range(len(self._catalogue)):
            segment, row = self._catalogue.locate(number)
            path = segment.paths[row]
            source = self._corpus.source_of(path) if path else None
            if source is None:
                continue
            counted = sources.setdefault(source, [0, 0])
            counted[0] += 1
            if not seen.articles[number]:
                if seen.is_protected(path):
                    kept += 1
                else:
                    missing.append(number)
                    counted[1] += 1
        return (
            np.array(missing, np.int64),
            kept,
            {source: (articles, gone) for source, (articles, gone) in sources.items()},
        )


class Seen:
    """Which articles of an index a corpus holds, and which files of it could not be read."""

    def __init__(self, articles: int) -> None:
        self.articles: NDArray[np.bool_] = np.zeros(articles, np.bool_)
        self._protected: set[str] = set()

    def add(self, number: int | None) -> None:
        """Take note of an article that is there."""
        if number is not None:
            self.articles[number] = True

    def protect(self, skipped: Skipped, number: int | None) -> None:
        """Take note of something that is there and could not be read."""
        if number is not None:
            self.articles[number] = True
        elif skipped.id is None and skipped.path:
            self._protected.add(skipped.path)

    def is_protected(self, path: str) -> bool:
        """Whether a file, or a folder above it, could not be read."""
        if not self._protected:
            return False
        return path in self._protected or any(str(above) in self._protected for above in Path(path).parents)
