"""The catalogue of a generation: its articles by id, and where each lies in the segments.

Articles are numbered in the order of their ids, passages and sentences in the order of articles. So a
generation's numbers, and with them the order of equal scores, depend on what it holds and on nothing else:
neither on the order in which articles came nor on how they are spread over segments.

    ids                    of all articles, sorted
    column-0-…             languages, publishers and further fields of articles (`keywords`)
    days.npy, by-day.npy   their days (`fields`)
    garbled.npy            of each article: whether its words are mostly no words
    first-passages.npy     of each article, and the number of passages at the end
    first-sentences.npy    of each passage, and the number of sentences at the end
    article-rows.npy       of each article: its row in all segments one after another
    passage-rows.npy       of each passage
    sentence-rows.npy      of each sentence
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.errors import ArticleNotFound, IndexDamaged
from indexer.core.ranges import inner_rows, owners_of
from indexer.core.records import Article, Filter, Numbers, Passage, Sentence
from indexer.generation import fields, keywords
from indexer.generation.fields import Fields
from indexer.generation.keywords import LANGUAGE
from indexer.generation.segment import Segment
from indexer.storage import vocabulary
from indexer.storage.arrays import mapped, mapped_starts
from indexer.storage.vocabulary import Vocabulary

VERSION = 3
"""Raised whenever the files would come out differently for the same articles."""

IDS = "ids"
GARBLED = "garbled.npy"
FIRST_PASSAGES, FIRST_SENTENCES = "first-passages.npy", "first-sentences.npy"
ARTICLE_ROWS, PASSAGE_ROWS = "article-rows.npy", "passage-rows.npy"
SENTENCE_ROWS = "sentence-rows.npy"


def write(
    parts: Sequence[tuple[Segment, Numbers]], folder: Path, meta: Sequence[str] = ()
) -> tuple[str, ...]:
    """Write the catalogue of the articles in some rows of some segments; the names of the files.

    Args:
        parts: all segments of the generation, in order, and the rows of each that it has.
        folder: where to write.
        meta: names of the further fields of articles that are kept.
    """
    numbered = _number(parts, folder)
    articles = numbered.articles
    languages = np.concatenate([segment.languages for segment, _ in parts])[articles]
    found, codes = np.unique(languages, return_inverse=True)
    of_segments = [(segment.keywords, len(segment)) for segment, _ in parts]
    of_languages = (found.astype(np.str_).tolist(), codes)
    return (*numbered.names, *keywords.write(of_segments, of_languages, articles, meta, folder))


def write_part(
    parts: Sequence[tuple[Segment, Numbers]],
    source: Path,
    articles: range,
    folder: Path,
    meta: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write the catalogue of some articles of a generation, whose values it has; the names of the files.

    Args:
        parts: segments with the rows of these articles.
        source: the folder of the generation.
        articles: their numbers there.
        folder: where to write.
        meta: names of the further fields of articles that are kept.
    """
    return (*_number(parts, folder).names, *keywords.cut(source, articles, meta, folder))


@dataclass(frozen=True, slots=True, eq=False)
class _Numbered:
    """What was numbered: the files that say so, and of each article its row in all segments."""

    names: tuple[str, ...]
    articles: Numbers


def _number(parts: Sequence[tuple[Segment, Numbers]], folder: Path) -> _Numbered:
    """Number some articles in the order of their ids, and write all but their keywords."""
    before = np.cumsum([0, *(len(segment) for segment, _ in parts)])
    entries = sorted(
        (segment.ids[row], start + row)
        for (segment, rows), start in zip(parts, before.tolist(), strict=False)
        for row in rows.tolist()
    )
    names: tuple[str, ...] = vocabulary.write((article_id for article_id, _ in entries), folder, IDS)
    articles = np.array([row for _, row in entries], np.int64)
    del entries
    first_passages = _joined([segment.first_passages for segment, _ in parts])
    first_sentences = _joined([segment.first_sentences for segment, _ in parts])
    passages = inner_rows(first_passages, articles)
    sentences = inner_rows(first_sentences, passages)
    days = np.concatenate([segment.days for segment, _ in parts])[articles]
    names += fields.write(days, folder)
    arrays: dict[str, NDArray[Any]] = {
        GARBLED: np.concatenate([segment.garbled for segment, _ in parts])[articles],
        FIRST_PASSAGES: _counted(first_passages, articles),
        FIRST_SENTENCES: _counted(first_sentences, passages),
        ARTICLE_ROWS: articles.astype(np.uint32),
        PASSAGE_ROWS: passages.astype(np.uint32),
        SENTENCE_ROWS: sentences.astype(np.uint32),
    }
    for name, array in arrays.items():
        np.save(folder / name, array)
    return _Numbered((*names, *arrays), articles)


class Catalogue:
    """Reads what `write` wrote. Safe to use from several threads."""

    def __init__(self, folder: Path, segments: Sequence[Segment], meta: Sequence[str] = ()) -> None:
        """Map the files in `folder`.

        Args:
            folder: where they are.
            segments: those that were given to `write`, in that order.
            meta: names of the further fields that were given to it.

        Raises:
            IndexDamaged: files are unreadable or do not fit each other or the segments.
        """
        self.segments = segments
        self.ids = Vocabulary(folder, IDS)
        self.fields = Fields(folder, len(self.ids), meta)
        self.language_names: list[str] = self.fields.columns[LANGUAGE].values.all()
        self.languages: NDArray[np.uint32] = self.fields.columns[LANGUAGE].codes
        self.days: NDArray[np.int32] = self.fields.days
        self.garbled: NDArray[np.bool_] = mapped(folder / GARBLED)
        self.first_passages: Numbers = mapped_starts(folder / FIRST_PASSAGES)
        self.first_sentences: Numbers = mapped_starts(folder / FIRST_SENTENCES)
        self.article_rows: NDArray[np.uint32] = mapped(folder / ARTICLE_ROWS)
        self.passage_rows: NDArray[np.uint32] = mapped(folder / PASSAGE_ROWS)
        self.sentence_rows: NDArray[np.uint32] = mapped(folder / SENTENCE_ROWS)
        self._starts = np.cumsum([0, *map(len, segments)])
        of_articles = (self.ids, self.languages, self.days, self.garbled, self.article_rows)
        articles = {len(one) for one in of_articles}
        rows = zip(
            (self.article_rows, self.passage_rows, self.sentence_rows),
            (
                int(self._starts[-1]),
                sum(len(segment.passages) for segment in segments),
                sum(len(segment.sentences) for segment in segments),
            ),
            strict=True,
        )
        fits = (
            articles == {len(self.first_passages) - 1}
            and int(self.first_passages[-1]) == len(self.passage_rows) == len(self.first_sentences) - 1
            and int(self.first_sentences[-1]) == len(self.sentence_rows)
            and all(not len(numbers) or int(numbers.max()) < total for numbers, total in rows)
        )
        if not fits:
            raise IndexDamaged(f"the catalogue in {folder} does not fit its segments")

    def __len__(self) -> int:
        """Articles."""
        return len(self.article_rows)

    def locate(self, article: int) -> tuple[Segment, int]:
        """The segment that an article lies in, and its row there."""
        row = int(self.article_rows[article])
        segment = int(owners_of(self._starts, row))
        return self.segments[segment], row - int(self._starts[segment])

    def live_rows(self) -> list[Numbers]:
        """Of each segment the rows that belong to the generation, ascending."""
        rows = np.sort(self.article_rows).astype(np.int64)
        cuts = np.searchsorted(rows, self._starts)
        return [
            rows[cuts[position] : cuts[position + 1]] - self._starts[position]
            for position in range(len(self.segments))
        ]

    def articles(self, numbers: Sequence[int]) -> list[Article]:
        """The articles of these numbers, in the order asked for.

        Raises:
            IndexDamaged: there is no article of one of these numbers.
        """
        for number in numbers:
            self._require(number, len(self), "article")
        rows: dict[Segment, dict[int, int]] = {}
        for number in numbers:
            segment, row = self.locate(number)
            rows.setdefault(segment, {})[number] = row
        found: dict[int, Article] = {}
        for segment, of_numbers in rows.items():
            distinct = list(dict.fromkeys(of_numbers.values()))
            by_row = dict(zip(distinct, segment.store.articles(distinct), strict=True))
            found |= {number: by_row[row] for number, row in of_numbers.items()}
        return [found[number] for number in numbers]

    def article_by_id(self, article_id: str) -> Article:
        """The article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.articles([self.number_of(article_id)])[0]

    def number_of(self, article_id: str) -> int:
        """The number of the article of this id.

        Raises:
            ArticleNotFound: there is none.
        """
        number = self.ids.number(article_id)
        if number is None:
            raise ArticleNotFound(f"no article has the id {article_id!r} in this index")
        return number

    def held(self, ids: Iterable[str]) -> list[str]:
        """Which of some ids are those of its articles, sorted."""
        return sorted(article_id for article_id in ids if self.ids.number(article_id) is not None)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in the order asked for.

        Raises:
            IndexDamaged: there is no passage of one of these numbers.
        """
        for number in numbers:
            self._require(number, len(self.passage_rows), "passage")
        owners = owners_of(self.first_passages, np.array(numbers)).tolist()
        found = []
        for number, owner, article in zip(numbers, owners, self.articles(owners), strict=True):
            segment, row = self.locate(owner)
            inside = number - int(self.first_passages[owner]) + int(segment.first_passages[row])
            start, end = segment.passage_spans[inside].tolist()
            found.append(Passage(number, owner, start, end, article.text[start:end]))
        return found

    def sentences(self, numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these numbers, in the order asked for.

        Raises:
            IndexDamaged: there is no sentence of one of these numbers.
        """
        found = []
        for number in numbers:
            self._require(number, len(self.sentence_rows), "sentence")
            passage = int(owners_of(self.first_sentences, number))
            article = int(owners_of(self.first_passages, passage))
            segment, row = self.locate(article)
            first = int(self.first_sentences[self.first_passages[article]])
            inside = number - first + int(segment.first_sentences[segment.first_passages[row]])
            start, end = segment.sentence_spans[inside].tolist()
            found.append(Sentence(start, end, number, passage))
        return found

    def passage_articles(self) -> Numbers:
        """The article of each passage."""
        return np.repeat(np.arange(len(self)), np.diff(self.first_passages))

    def sentence_numbers(self) -> list[Numbers]:
        """Of each segment the numbers of its sentences, -1 for one that the generation has not."""
        ends = np.cumsum([0, *(len(segment.sentences) for segment in self.segments)])
        numbers = np.full(int(ends[-1]), -1, np.int64)
        numbers[self.sentence_rows] = np.arange(len(self.sentence_rows))
        return [numbers[start:end] for start, end in pairwise(ends.tolist())]

    def admitted(self, wanted: Filter) -> Numbers | None:
        """Numbers of the passages that `wanted` admits, sorted; None when it admits all.

        An article without a date is outside any date filter.
        """
        if wanted.is_empty:
            return None
        return inner_rows(self.first_passages, self.fields.admitted(wanted))

    def language_counts(self) -> dict[str, int]:
        """How many articles there are of each language, most first."""
        return dict(self.fields.columns[LANGUAGE].counts())

    def garbled_ids(self) -> list[str]:
        """The ids of articles whose words are mostly no words."""
        return [self.ids[number] for number in np.flatnonzero(self.garbled).tolist()]

    @staticmethod
    def _require(number: int, total: int, what: str) -> None:
        if not 0 <= number < total:
            raise IndexDamaged(f"there is no {what} {number} among {total}")


def _joined(starts: Sequence[Numbers]) -> Numbers:
    """Starts of all segments one after another."""
    ends = np.cumsum([0, *(int(one[-1]) for one in starts)])
    parts = [one[:-1] + end for one, end in zip(starts, ends.tolist(), strict=False)]
    return np.concatenate([*parts, ends[-1:]]).astype(np.int64)


def _counted(starts: Numbers, rows: Numbers) -> Numbers:
    """Starts of what belongs to `rows` when it is numbered in their order."""
    return np.concatenate([[0], np.cumsum(starts[rows + 1] - starts[rows])]).astype(np.int64)
