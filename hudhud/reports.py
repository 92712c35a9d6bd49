"""What is told of an index: what is live, and what indexing did. Needs no library."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from indexer.build import Summary as Built
    from indexer.storage.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Info:
    """What is live in an index.

    Attributes:
        index: its folder.
        generation: name of the generation that answers.
        created: when that was made, in UTC.
        model: that made its vectors.
        articles, passages, sentences: how many it has.
        languages: how many articles are in each.
        first_date, last_date: of its articles; None where none has a date.
        undated: how many articles have none, which no filter by date finds.
        garbled: how many articles have words that are mostly in no word list, as converters make them.
        bytes: that it takes on disk, without the cache of vectors.
    """

    index: Path
    generation: str
    created: datetime.datetime
    model: str
    articles: int
    passages: int
    sentences: int
    languages: dict[str, int]
    first_date: datetime.date | None
    last_date: datetime.date | None
    undated: int
    garbled: int
    bytes: int

    @classmethod
    def of(cls, index: Path, manifest: "Manifest", undated: int) -> Self:
        """What the manifest of a generation says of the index in a folder; and how many have no date."""
        return cls(
            index=index,
            generation=manifest.name,
            created=datetime.datetime.fromisoformat(manifest.created),
            model=manifest.model,
            articles=manifest.articles,
            passages=manifest.passages,
            sentences=manifest.sentences,
            languages=manifest.languages,
            first_date=_date(manifest.first_date),
            last_date=_date(manifest.last_date),
            undated=undated,
            garbled=manifest.garbled,
            bytes=manifest.bytes,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What indexing did.

    `read` is the sum of `new`, `changed`, `unchanged` and all of `skipped`; there are as many `articles` as
    before, and `new`, less `removed`.

    Attributes:
        generation: name of the one that is live now.
        published: whether that is a new one; it is not where there was nothing to do.
        articles, passages, sentences: how many it has.
        languages: how many articles are in each.
        read: everything that was found in what was given.
        new, changed, unchanged: articles, against those that the index had.
        removed: articles of the index that are no longer where they were read from.
        kept: articles that were not found, and stay all the same.
        skipped: how many were left out, by reason.
        unread: characters that could not be read, and stand as U+FFFD in articles that are new or changed.
        title_alone: articles, new or changed, that are a title without a text.
        undated: articles, new or changed, without a date, though something in them looks like one.
        metadata_cut: articles, new or changed, some of whose metadata was left out: too long, or too much.
        rebuilt: why everything was embedded anew, for people; empty where it was not.
        embedded, reused: texts that the model had to encode, and those whose vectors were there already.
        bytes_written: to disk, the cache of vectors included.
        seconds: all of it.
    """

    generation: str
    published: bool
    articles: int
    passages: int
    sentences: int
    languages: dict[str, int]
    read: int
    new: int
    changed: int
    unchanged: int
    removed: int
    kept: int
    skipped: dict[str, int]
    unread: int
    title_alone: int
    undated: int
    metadata_cut: int
    rebuilt: tuple[str, ...]
    embedded: int
    reused: int
    bytes_written: int
    seconds: float

    @classmethod
    def of(cls, built: "Built") -> Self:
        """The summary of a build."""
        manifest, changes, work = built.manifest, built.changes, built.work
        return cls(
            generation=manifest.name,
            published=built.published,
            articles=manifest.articles,
            passages=manifest.passages,
            sentences=manifest.sentences,
            languages=manifest.languages,
            read=changes.read,
            new=changes.new,
            changed=changes.changed,
            unchanged=changes.unchanged,
            removed=changes.removed,
            kept=changes.kept,
            skipped=changes.skips.counts,
            unread=changes.skips.unread.characters,
            title_alone=changes.skips.title_alone,
            undated=changes.skips.undated,
            metadata_cut=changes.skips.metadata_cut,
            rebuilt=changes.rebuilt,
            embedded=work.embedded,
            reused=work.reused,
            bytes_written=work.bytes_written,
            seconds=built.seconds,
        )


def _date(written: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(written) if written else None
