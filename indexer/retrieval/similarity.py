"""How near passages are to a query: by the vector of the whole passage and by that of its best sentence.

A passage's vector hides a single fact, a sentence's vector misses what stands around it; their mean
finds both. Two corrections, measured on several sets together, keep an index with many languages and
lengths fair:

- *hubs*: a text that is near to everything, mostly a short one, loses a share of its mean similarity to
  the sentences of the index that are nearest to it (after Radovanović et al., "Hubs in space", JMLR 2010,
  and the neighbourhood means of Conneau et al., "Word translation without parallel data", ICLR 2018);
- *languages*: a query in one language is nearer to one foreign language than to another, whatever is
  said in them. So each language's scores are counted from the mean of its nearest tenth, unless the
  query is in that language itself.

Both take their means from a sample of the index, chosen by the keys of their texts: the same articles give
the same sample in whatever order they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.aside import aside, is_long
from indexer.core.engine import Part, group_of
from indexer.core.ranges import inner_rows, inner_rows_and_owners, owners_of
from indexer.core.records import Numbers, Scores, Vectors
from indexer.retrieval.background import Background, Spread, blend, cosines

AT_ONCE = 1024
"""Passages whose vectors are in memory at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """Passages compared with a query, arrays of one length in the order asked for.

    Attributes:
        passage: cosine of the passage's vector.
        sentence: cosine of its best sentence's vector.
        best: number of that sentence; the first of equals.
        z: both, corrected, in standard deviations above the mean of the index.
        rest: what the same is at most of other passages, of each language that has some.
    """

    passage: Scores
    sentence: Scores
    best: Numbers
    z: Scores
    rest: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Passages that are near to a query, and how near others are at most.

    Attributes:
        passages: their numbers, ascending.
        codes: languages with other passages.
        passage, sentence: of each of these, what the cosine of another passage is at most, and of its
            sentences.
    """

    passages: Numbers
    codes: NDArray[np.uint8]
    passage: Scores
    sentence: Scores


_NOTHING = np.empty(0, np.float32)
NOTHING_NEAR = Nearest(np.empty(0, np.int64), np.empty(0, np.uint8), _NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class NearInLanguage:
    """What is near to a query in one language: of passages and of sentences, each best first.

    Attributes:
        code: the language, as a position in the sorted names of language groups.
        passage_scores, passages: cosines and numbers.
        sentence_scores, owners: cosines of sentences, and the numbers of their passages.
        sentences: their own numbers.
    """

    code: int
    passage_scores: Scores
    passages: Numbers
    sentence_scores: Scores
    sentences: Numbers
    owners: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Passages compared with a query, arrays of one length, before anything is known of what is usual.

    Attributes:
        passage, sentence, best: as in `Similar`.
        blended: the mean of both cosines, hubs corrected.
        codes: the language of each.
    """

    passage: Scores
    sentence: Scores
    best: Numbers
    blended: Scores
    codes: NDArray[np.uint8]


class Similarity:
    """Compares queries with the vectors of an index. Safe to use from several threads."""

    def __init__(self, engine: Part) -> None:
        """Compare with the vectors of an engine."""
        columns = engine.columns
        self.passages, self.sentences = engine.passage_vectors, engine.sentence_vectors
        self.first_sentences = columns.first_sentences
        self._hubness, self._codes, self.names = columns.hubness, columns.codes, columns.groups
        self.counts = np.bincount(columns.codes, minlength=len(columns.groups))
        self.background = Background(engine)
        self.spread = self.background.spread
        self._languages = columns.languages
        self.least_hubness = float(np.min(columns.hubness, initial=1.0))
        self._everything: list[tuple[int, Any, Any]] = (
            [(0, None, None)]
            if len(self.names) == 1
            else [(code, *self._of(code)) for code in self._present()]
        )

    def __len__(self) -> int:
        return len(self.passages)

    @property
    def is_large(self) -> bool:
        """Whether looking for the nearest takes so long that other work is better done aside."""
        return is_long(len(self.sentences))

    def nearest(self, vector: Vectors, depth: int, among: Numbers | None, *, exact: bool = False) -> Nearest:
        """The passages that are near to `vector` themselves or by a sentence.

        Args:
            vector: of the query, shape `(dimensions,)`.
            depth: how many passages and how many sentences of each language.
            among: only these passages, sorted; all when None.
            exact: whether every vector is compared.
        """
        return nearest_of(self.near(vector, depth, among, exact=exact), depth)

    def near(
        self, vector: Vectors, depth: int, among: Numbers | None, *, exact: bool = False
    ) -> list[NearInLanguage]:
        """What is near to `vector`, language by language; the arguments are those of `nearest`."""
        parts = self._everything if among is None else self._by_language(among)
        if not parts:
            return []
        codes, passages, sentences = zip(*parts, strict=True)
        whole = partial(self.passages.search_each, vector, depth, passages, exact=exact)
        with aside(whole, worthwhile=self.is_large) as of_whole:
            by_sentence = self.sentences.search_each(vector, depth, sentences, exact=exact)
            by_passage = of_whole()
        return [
            NearInLanguage(
                code, *of_passages, *of_sentences, owners_of(self.first_sentences, of_sentences[1])
            )
            for code, of_passages, of_sentences in zip(codes, by_passage, by_sentence, strict=True)
        ]

    def near_passages(
        self, vector: Vectors, depth: int, among: Numbers | None
    ) -> list[tuple[int, Scores, Numbers]]:
        """The `depth` passages of each language that are nearest themselves: language, cosines, numbers."""
        parts = self._everything if among is None else self._by_language(among)
        limits = [passages for _, passages, _ in parts]
        found = self.passages.search_each(vector, depth, limits) if limits else []
        return [(code, *of_language) for (code, _, _), of_language in zip(parts, found, strict=True)]

    def compare(
        self, vector: Vectors, language: str, passages: Numbers, near: Nearest = NOTHING_NEAR
    ) -> Similar:
        """Score `passages` against a query in `language`, and what is not `near` to it at most."""
        compared = self.compared(vector, passages)
        usual = self.background.usual(vector)
        return similar(compared, near, self.spread, usual, group_of(language), self.least_hubness)

    def compared(self, vector: Vectors, passages: Numbers) -> Compared:
        """The cosines of `passages` to a vector, and what is known of them."""
        cosine, best_cosine, best = self.cosines(vector, passages)
        blended = self.blend(cosine, best_cosine, passages)
        return Compared(cosine, best_cosine, best, blended, self.codes(passages))

    def cosines(self, vector: Vectors, passages: Numbers) -> tuple[Scores, Scores, Numbers]:
        """Of each passage: its cosine, that of its best sentence, and the number of that sentence."""
        starts = range(0, max(len(passages), 1), AT_ONCE)
        parts = [self._cosines(vector, passages[start : start + AT_ONCE]) for start in starts]
        passage, sentence, best = (np.concatenate(of_parts) for of_parts in zip(*parts, strict=True))
        return passage, sentence, best

    def _cosines(self, vector: Vectors, passages: Numbers) -> tuple[Scores, Scores, Numbers]:
        rows, owners = inner_rows_and_owners(self.first_sentences, passages)
        of_each = cosines(self.sentences.vectors(rows), vector)
        starts = np.searchsorted(owners, np.arange(len(passages)))
        best_cosine = np.maximum.reduceat(of_each, starts) if len(passages) else of_each
        at_best = np.flatnonzero(of_each == best_cosine[owners])
        first_best = at_best[np.searchsorted(owners[at_best], np.arange(len(passages)))]
        return cosines(self.passages.vectors(passages), vector), best_cosine, rows[first_best]

    def blend(self, passage: Scores, sentence: Scores, numbers: Numbers) -> Scores:
        """The mean of both cosines, hubs corrected."""
        return blend(passage, sentence, self._hubness[numbers])

    def hubness(self, passages: Numbers) -> Scores:
        """The mean cosine of each passage to the sentences that are nearest to it."""
        return np.asarray(self._hubness[passages])

    def codes(self, passages: Numbers) -> NDArray[np.uint8]:
        """The language of each passage, as a position in the sorted names of language groups."""
        return np.asarray(self._codes[passages])

    def _by_language(self, among: Numbers) -> list[tuple[int, Any, Any]]:
        """For each language those of the passages `among` that are in it, and their sentences."""
        codes = self._codes[among]
        counts = np.bincount(codes, minlength=len(self.names))
        found: list[tuple[int, Any, Any]] = []
        for code in np.flatnonzero(counts).tolist():
            if counts[code] == self.counts[code]:
                found += (one for one in self._everything if one[0] == code)
                continue
            passages = among[codes == code]
            sentences = inner_rows(self.first_sentences, passages)
            names = self._languages[code]
            rows = self.passages.rows(passages, names), self.sentences.rows(sentences, names)
            found.append((code, *rows))
        return found

    def _of(self, code: int) -> tuple[Any, Any]:
        """What limits a search to the passages of a language, and to their sentences."""
        names = self._languages[code]
        return self.passages.of_languages(names), self.sentences.of_languages(names)

    def _present(self) -> list[int]:
        """The languages that there are passages of."""
        found: list[int] = np.flatnonzero(self.counts).tolist()
        return found


def similar(
    compared: Compared, near: Nearest, spread: Spread, usual: Scores, own: str, least_hubness: float
) -> Similar:
    """What some passages are worth against what is usual, and what is not `near` is worth at most.

    Args:
        compared: the passages.
        near: what others have at most.
        spread: the sample.
        usual: its scores.
        own: the language group of the query.
        least_hubness: of all passages of the index.
    """
    of_rest = blend(near.passage, near.sentence, np.float32(least_hubness))
    scores, codes = np.append(compared.blended, of_rest), np.append(compared.codes, near.codes)
    z = spread.z_scores(usual, scores, codes, own)
    known = len(compared.passage)
    return Similar(compared.passage, compared.sentence, compared.best, z[:known], z[known:])


def nearest_of(found: Sequence[NearInLanguage], depth: int) -> Nearest:
    """All that is near in some languages together, and how near others are at most.

    Args:
        found: of each language up to `depth` passages and sentences.
        depth: how many were asked for: a language that has fewer has no others.
    """
    if not found:
        return NOTHING_NEAR
    rest = [
        (one.code, one.passage_scores[-1], one.sentence_scores[-1])
        for one in found
        if len(one.passages) == len(one.sentences) == depth
    ]
    of_rest = np.array(rest, np.float32).reshape(-1, 3)
    numbers = [numbers for one in found for numbers in (one.passages, one.owners)]
    return Nearest(
        np.unique(np.concatenate(numbers)), of_rest[:, 0].astype(np.uint8), of_rest[:, 1], of_rest[:, 2]
    )
