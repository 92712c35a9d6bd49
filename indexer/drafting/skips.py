"""What a reindex leaves out: counted by reason, with examples, and handed on to be written down."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from indexer.core.errors import InvalidSetting, TooManySkipped, UnreadableInput
from indexer.core.records import UNREAD, Article, Record, Remark, Skipped, SkipReason

_NOT_RECORDS = frozenset(
    {
        SkipReason.HIDDEN,
        SkipReason.UNSUPPORTED,
        SkipReason.LINK_LOOP,
        SkipReason.LINK,
        SkipReason.DELETED,
    }
)
"""What is no record that cannot be read, but none at all."""


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read within articles that were.

    Attributes:
        characters: how many U+FFFD stand for it.
        files: in how many files.
        example: where the first was met; empty if there is none.
    """

    characters: int = 0
    files: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Skips:
    """What was left out: how much by reason, and examples; and what articles lack.

    Attributes:
        counts: of what was left out, by reason.
        samples: some of each reason.
        unread: what could not be read within articles.
        title_alone: articles that are.
        undated: articles without a date, though something looks like one.
        metadata_cut: articles some of whose metadata is left out: too long, or too many values.
    """

    counts: dict[str, int]
    samples: tuple[Skipped, ...]
    unread: Unread = Unread()
    title_alone: int = 0
    undated: int = 0
    metadata_cut: int = 0

    @property
    def total(self) -> int:
        """Of all reasons."""
        return sum(self.counts.values())

    @property
    def unreadable(self) -> int:
        """Records that cannot be read; what is no record counts not."""
        return sum(count for reason, count in self.counts.items() if reason not in _NOT_RECORDS)


@dataclass(frozen=True, slots=True)
class SkipLimit:
    """How many records may be unreadable: so many, or such a share of all; `text` is how it was said."""

    text: str
    most: float
    is_share: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """The limit that is written as `20` or as `5%`.

        Raises:
            InvalidSetting: it is written otherwise.
        """
        written = text.strip()
        number = written.removesuffix("%").strip()
        is_share = written.endswith("%")
        try:
            most = float(number) if is_share else int(number)
        except ValueError:
            most = -1
        if not most >= 0 or (is_share and not most <= 100):
            raise InvalidSetting(f"--max-skipped takes a number or a share, as in 20 or 5%, not {text!r}")
        return cls(written, most, is_share)

    def require(self, skips: Skips, articles: int) -> None:
        """Check that no more is unreadable.

        Args:
            skips: what was left out.
            articles: how many records can be read.

        Raises:
            TooManySkipped: more is.
        """
        unreadable = skips.unreadable
        records = unreadable + articles
        if unreadable <= (self.most * records / 100 if self.is_share else self.most):
            return
        counts = {reason: n for reason, n in skips.counts.items() if reason not in _NOT_RECORDS}
        listed = ", ".join(f"{count:,} × {reason}" for reason, count in counts.items())
        first = next(one for one in skips.samples if one.reason.value in counts)
        raise TooManySkipped(
            f"{unreadable:,} of the {records:,} records cannot be read, more than --max-skipped {self.text}:"
            f" nothing was published ({listed}, e.g. {first.source}: {first.detail})"
        )


class SkipLog:
    """Counts what is left out, keeps some examples, and hands everything on to be written down."""

    SAMPLES = 3

    def __init__(
        self, sink: Callable[[Skipped], None] = lambda skipped: None, *, strict: bool = False
    ) -> None:
        """Hand everything to `sink`; `strict` makes the first record that cannot be read an error."""
        self._sink = sink
        self._strict = strict
        self._noted: set[bytes] = set()
        self._counts: Counter[str] = Counter()
        self._samples: list[Skipped] = []
        self._unread: Counter[str] = Counter()
        self._example = ""
        self._remarks: Counter[Remark] = Counter()

    def add(self, skipped: Skipped) -> None:
        """Take note; what was noted before is not counted again.

        Raises:
            UnreadableInput: it is a record that cannot be read, and that was to be an error.
        """
        parts = (skipped.source, skipped.reason, skipped.detail, skipped.id or "")
        said = "\0".join(parts).encode(errors="surrogatepass")
        noted = hashlib.blake2b(said, digest_size=16).digest()
        if noted in self._noted:
            return
        self._noted.add(noted)
        self._counts[skipped.reason.value] += 1
        if self._counts[skipped.reason.value] <= self.SAMPLES:
            self._samples.append(skipped)
        self._sink(skipped)
        if self._strict and skipped.reason not in _NOT_RECORDS:
            raise UnreadableInput(
                f"{skipped.source} cannot be read ({skipped.reason.value}: {skipped.detail}):"
                " mend it, or leave out --strict"
            )

    def look_over(self, article: Article, record: Record) -> None:
        """Take note of what the article of a record lacks."""
        self._remarks.update(article.remarks)
        if count := article.text.count(UNREAD):
            self._unread[record.path] += count
            self._example = self._example or record.source

    def summary(self) -> Skips:
        """What was noted so far."""
        return Skips(
            dict(self._counts),
            tuple(self._samples),
            Unread(self._unread.total(), len(self._unread), self._example),
            title_alone=self._remarks[Remark.TITLE_ALONE],
            undated=self._remarks[Remark.UNDATED],
            metadata_cut=self._remarks[Remark.METADATA],
        )
