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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.core.engine import Engine, group_of
from indexer.core.ranges import inner_rows, inner_rows_and_owners, owners_of
from indexer.core.records import Numbers, Scores, Vectors

HUBNESS_WEIGHT = 0.3
TOP_SHARE = 0.1
AT_ONCE = 1024
"""Passages whose vectors are in memory at a time."""

ENOUGH = 50
"""With fewer passages than this in the sample, a language's mean is drawn towards that of all."""


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


class Similarity:
    """Compares queries with the vectors of an index. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Compare with the vectors of an engine."""
        columns = engine.columns
        self.passages, self.sentences = engine.passage_vectors, engine.sentence_vectors
        self.first_sentences = columns.first_sentences
        self._hubness, self._codes, self._names = columns.hubness, columns.codes, columns.groups
        self._background = _Background(self, columns.sample)
        self._languages = columns.languages
        self._counts = np.bincount(columns.codes, minlength=len(columns.groups))
        self._least_hubness = float(np.min(columns.hubness, initial=1.0))
        self._everything: list[tuple[int, Any, Any]] = (
            [(0, None, None)]
            if len(self._names) == 1
            else [(code, *self._of(code)) for code in self._present()]
        )

    def __len__(self) -> int:
        return len(self.passages)

    def nearest(self, vector: Vectors, depth: int, among: Numbers | None, *, exact: bool = False) -> Nearest:
        """The passages that are near to `vector` themselves or by a sentence.

        Args:
            vector: of the query, shape `(dimensions,)`.
            depth: how many passages and how many sentences of each language.
            among: only these passages, sorted; all when None.
            exact: whether every vector is compared.
        """
        parts = self._everything if among is None else self._by_language(among)
        if not parts:
            return NOTHING_NEAR
        codes, passages, sentences = zip(*parts, strict=True)
        by_passage = self.passages.search_each(vector, depth, passages, exact=exact)
        by_sentence = self.sentences.search_each(vector, depth, sentences, exact=exact)
        found = [one for _, one in by_passage]
        found += [owners_of(self.first_sentences, one) for _, one in by_sentence]
        rest = [
            (code, of_passages[-1], of_sentences[-1])
            for code, (of_passages, _), (of_sentences, _) in zip(codes, by_passage, by_sentence, strict=True)
            if len(of_passages) == len(of_sentences) == depth
        ]
        of_rest = np.array(rest, np.float32).reshape(-1, 3)
        return Nearest(
            np.unique(np.concatenate(found)), of_rest[:, 0].astype(np.uint8), of_rest[:, 1], of_rest[:, 2]
        )

    def nearest_passages(self, vector: Vectors, depth: int, among: Numbers | None) -> Numbers:
        """Numbers of the `depth` passages of each language that are nearest themselves, ascending."""
        parts = self._everything if among is None else self._by_language(among)
        limits = [passages for _, passages, _ in parts]
        found = self.passages.search_each(vector, depth, limits) if limits else []
        return np.unique(np.concatenate([np.empty(0, np.int64), *(numbers for _, numbers in found)]))

    def compare(
        self, vector: Vectors, language: str, passages: Numbers, near: Nearest = NOTHING_NEAR
    ) -> Similar:
        """Score `passages` against a query in `language`, and what is not `near` to it at most."""
        cosine, best_cosine, best = self.cosines(vector, passages)
        blended = self.blend(cosine, best_cosine, passages)
        of_rest = _blend(near.passage, near.sentence, np.float32(self._least_hubness))
        scores, codes = np.append(blended, of_rest), np.append(self._codes[passages], near.codes)
        z = self._background.z_scores(vector, scores, codes, group_of(language), self._names)
        return Similar(cosine, best_cosine, best, z[: len(passages)], z[len(passages) :])

    def cosines(self, vector: Vectors, passages: Numbers) -> tuple[Scores, Scores, Numbers]:
        """Of each passage: its cosine, that of its best sentence, and the number of that sentence."""
        starts = range(0, max(len(passages), 1), AT_ONCE)
        parts = [self._cosines(vector, passages[start : start + AT_ONCE]) for start in starts]
        passage, sentence, best = (np.concatenate(of_parts) for of_parts in zip(*parts, strict=True))
        return passage, sentence, best

    def _cosines(self, vector: Vectors, passages: Numbers) -> tuple[Scores, Scores, Numbers]:
        rows, owners = inner_rows_and_owners(self.first_sentences, passages)
        cosines = _cosines(self.sentences.vectors(rows), vector)
        starts = np.searchsorted(owners, np.arange(len(passages)))
        best_cosine = np.maximum.reduceat(cosines, starts) if len(passages) else cosines
        at_best = np.flatnonzero(cosines == best_cosine[owners])
        first_best = at_best[np.searchsorted(owners[at_best], np.arange(len(passages)))]
        return _cosines(self.passages.vectors(passages), vector), best_cosine, rows[first_best]

    def blend(self, passage: Scores, sentence: Scores, numbers: Numbers) -> Scores:
        """The mean of both cosines, hubs corrected."""
        return _blend(passage, sentence, self._hubness[numbers])

    def hubness(self, passages: Numbers) -> Scores:
        """The mean cosine of each passage to the sentences that are nearest to it."""
        return np.asarray(self._hubness[passages])

    def codes(self, passages: Numbers) -> NDArray[np.uint8]:
        """The language of each passage, as a position in the sorted names of language groups."""
        return np.asarray(self._codes[passages])

    def _by_language(self, among: Numbers) -> list[tuple[int, Any, Any]]:
        """For each language those of the passages `among` that are in it, and their sentences."""
        codes = self._codes[among]
        counts = np.bincount(codes, minlength=len(self._names))
        found = []
        for code in np.flatnonzero(counts).tolist():
            if counts[code] == self._counts[code]:
                found.append((code, *self._of(code)))
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
        found: list[int] = np.flatnonzero(self._counts).tolist()
        return found


class _Background:
    """The sample: what scores of a query are usual, overall and in each language.

    It holds no `Similarity`, which holds it: a circle would keep the files mapped after their last use.
    """

    def __init__(self, similarity: Similarity, sample: Numbers) -> None:
        self._hubness = similarity.hubness(sample)
        self._codes = similarity.codes(sample)
        rows, owners = inner_rows_and_owners(similarity.first_sentences, sample)
        self._passages = similarity.passages.vectors(sample)
        self._sentences = similarity.sentences.vectors(rows)
        self._starts = np.searchsorted(owners, np.arange(len(sample)))
        counts = np.bincount(np.asarray(similarity.codes(np.arange(len(similarity)))))
        in_sample = np.bincount(self._codes, minlength=len(counts))
        self._weights = (counts / np.maximum(in_sample, 1))[self._codes]

    def z_scores(
        self, vector: Vectors, scores: Scores, codes: NDArray[np.uint8], own: str, names: Sequence[str]
    ) -> Scores:
        """`scores` in standard deviations of the sample, each language counted from its own mean."""
        best = np.maximum.reduceat(_cosines(self._sentences, vector), self._starts)
        usual = _blend(_cosines(self._passages, vector), best, self._hubness)
        offsets = self._offsets(usual, own, names)
        usual = usual - offsets[self._codes]
        mean = np.average(usual, weights=self._weights)
        deviation = np.sqrt(np.average((usual - mean) ** 2, weights=self._weights))
        return np.asarray((scores - offsets[codes] - mean) / max(deviation, 1e-6), np.float32)

    def _offsets(self, usual: Scores, own: str, names: Sequence[str]) -> Scores:
        """For each language the mean of its nearest tenth; for the query's own that of the others."""
        everywhere = _top_mean(usual)
        offsets = np.full(len(names), everywhere, np.float32)
        for code in range(len(names)):
            its = usual[self._codes == code]
            share = len(its) / (len(its) + ENOUGH)
            offsets[code] = share * _top_mean(its) + (1 - share) * everywhere if len(its) else everywhere
        if own in names:
            others = np.arange(len(names)) != names.index(own)
            offsets[~others] = offsets[others].mean() if others.any() else everywhere
        return offsets


def _blend(passage: Scores, sentence: Scores, hubness: Scores | np.float32) -> Scores:
    return np.asarray((passage - HUBNESS_WEIGHT * hubness + sentence) / 2, np.float32)


def _cosines(vectors: Vectors, vector: Vectors) -> Scores:
    """Inner products, each the same to the last bit whatever other rows stand beside it."""
    return np.asarray(np.einsum("ij,j->i", vectors, vector), np.float32)


def _top_mean(scores: Scores) -> float:
    nearest = max(1, int(len(scores) * TOP_SHARE))
    return float(np.partition(scores, -nearest)[-nearest:].mean())
