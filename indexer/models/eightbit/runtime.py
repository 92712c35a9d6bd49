"""The encoder over a folder that `convert` wrote. Needs numpy, tokenizers and OpenVINO, nothing heavier."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.core.errors import ModelDamaged
from indexer.core.records import Vectors
from indexer.models.batching import batches, each_once
from indexer.models.eightbit.convert import (
    EIGHT_BIT,
    EMBEDDING_STEPS,
    EMBEDDINGS,
    FLOAT,
    PACKED,
    Facts,
)
from indexer.models.eightbit.engine import openvino
from indexer.models.eightbit.running import Graph, PackedGraph
from indexer.models.eightbit.tokens import Tokens, damaged

_logger = logging.getLogger(__name__)

BATCH_TOKENS = 1024
"""Most tokens of one forward pass, padding included: what the caches of two cores hold."""

_PACKED_TOKENS = 256
"""Most tokens of one packed row: every token is compared with every other, whichever text it is of."""

PROBE_COSINE = 0.99
"""Below this, a machine's 8-bit kernels are not trusted."""

_QUERY_WIDTHS = (16, 32)
"""Tokens that a query alone is padded to. Each has a graph of its own, which holds 60 MB: a change of shape
costs 2.8 ms, more than half of what a short query costs."""

_QUERY_GROUP, _PACKED_GROUP, _PASSAGE_GROUP = 32, 64, 128
"""Inputs of a matrix that share a step: the fewer, the nearer to single precision and the slower. For
the three, the cosine of 200 questions to single precision is .9998, .9997 and .9996 in the mean."""


class OpenVinoEncoder:
    """The 8-bit graph, its inputs quantised finely for queries and in larger groups for passages.

    Safe to call from several threads. A query is compared with every passage, and is short: there,
    exactness costs little. A graph is compiled when it is first needed; what OpenVINO compiles is kept
    beside the folder, for the next start.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder; embeddings stay on disk but for the rows that texts touch.

        Raises:
            ModelDamaged: a file is missing or cannot be read.
        """
        try:
            self._facts = Facts.read(folder)
            self._rows = np.load(folder / EMBEDDINGS, mmap_mode="r")
            self._steps = np.load(folder / EMBEDDING_STEPS, mmap_mode="r")
            self._tokens = Tokens(folder)
        except ModelDamaged:
            raise
        except Exception as error:  # a file that is not what it should be may fail anywhere
            raise damaged(folder, error) from error
        self._float = Graph(folder / FLOAT, _PASSAGE_GROUP)
        self._for_passages = Graph(folder / EIGHT_BIT, _PASSAGE_GROUP)
        self._for_queries = Graph(folder / EIGHT_BIT, _QUERY_GROUP, _QUERY_WIDTHS)
        self._queries = PackedGraph(folder / PACKED, _PACKED_GROUP, self._facts.pooling)
        self._words = PackedGraph(folder / PACKED, _PASSAGE_GROUP, self._facts.pooling)
        self._chosen: dict[Graph, Graph] = {}
        self._is_packing: dict[PackedGraph, bool] = {}

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._facts.dimensions

    @property
    def engine(self) -> str:
        """What computes the vectors of passages."""
        version = openvino.__version__.split("-")[0]
        return (
            f"OpenVINO {version}, {'float' if self._choice(self._for_passages) is self._float else '8 bit'}"
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of unit length, shape `(len(texts), dimensions)`, float32, for texts with their prompt.

        Tokens past the model's window are cut off.
        """
        return each_once(texts, lambda distinct: self._encode(distinct, self._choice(self._for_passages)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries: nearer to the model in single precision."""
        return each_once(texts, self._encode_queries)

    def encode_words(self, texts: Sequence[str]) -> Vectors:
        """The same for words of queries: rounded as `encode` rounds, which encoded those of the index."""
        return each_once(texts, self._encode_words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends and without cutting."""
        return self._tokens.count(texts)

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """Positions in `texts` of those that `encode` takes at a time."""
        return [*batches([len(ids) for ids in self._sequences(texts)], BATCH_TOKENS)]

    def _encode(self, texts: Sequence[str], graph: Graph) -> Vectors:
        return self._batched(self._sequences(texts), graph)

    def _encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One short text by a graph of its width, a long one and several in packed rows."""
        sequences = self._sequences(texts)
        if len(sequences) == 1 and len(sequences[0]) <= _QUERY_WIDTHS[-1]:
            return self._batched(sequences, self._choice(self._for_queries))
        return self._packed(sequences, self._queries, self._for_queries)

    def _encode_words(self, texts: Sequence[str]) -> Vectors:
        return self._packed(self._sequences(texts), self._words, self._for_passages)

    def _packed(self, sequences: Sequence[Sequence[int]], graph: PackedGraph, otherwise: Graph) -> Vectors:
        """Vectors by a graph of packed rows; by another where a machine computes these slowly or wrong."""
        if not (_is_fast_in_8_bits() and self._packs(graph)):
            return self._batched(sequences, self._choice(otherwise))
        return self._in_rows(sequences, graph)

    def _in_rows(self, sequences: Sequence[Sequence[int]], graph: PackedGraph) -> Vectors:
        vectors = np.empty((len(sequences), self.dimensions), np.float32)
        for row in _rows(list(map(len, sequences))):
            vectors[row] = self._run_packed([sequences[index] for index in row], graph)
        return vectors

    def _sequences(self, texts: Sequence[str]) -> list[list[int]]:
        return [self._cut(ids) for ids in self._tokens.ids(texts)]

    def _batched(self, sequences: Sequence[Sequence[int]], graph: Graph) -> Vectors:
        vectors = np.empty((len(sequences), self.dimensions), np.float32)
        for batch in batches([len(ids) for ids in sequences], BATCH_TOKENS):
            vectors[batch] = self._run([sequences[index] for index in batch], graph)
        return vectors

    def _cut(self, ids: list[int]) -> list[int]:
        window = self._facts.max_tokens
        return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]

    def _run(self, sequences: Sequence[Sequence[int]], graph: Graph) -> Vectors:
        longest = max(map(len, sequences))
        width = graph.width(longest, len(sequences), self._facts.max_tokens)
        ids = np.full((len(sequences), width), self._facts.pad, np.int64)
        mask = np.zeros((len(sequences), width), np.float32)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return graph.run(self._rows[ids] * self._steps[ids], mask)

    def _run_packed(self, sequences: Sequence[Sequence[int]], graph: PackedGraph) -> Vectors:
        ids = np.concatenate(sequences)
        return graph.run(self._rows[ids] * self._steps[ids], list(map(len, sequences)))

    def _packs(self, graph: PackedGraph) -> bool:
        """Whether this machine computes packed rows right."""
        if graph not in self._is_packing:
            cosine = _least_cosine(self._in_rows(self._facts.probes, graph), self._facts.probe_vectors)
            self._is_packing[graph] = cosine >= PROBE_COSINE
            if not self._is_packing[graph]:
                _logger.warning(
                    "packed texts agree with float only to %.4f here: encoding in batches", cosine
                )
        return self._is_packing[graph]

    def _choice(self, graph: Graph) -> Graph:
        """`graph`, or the float one on a machine that computes `graph` slowly or wrong."""
        if graph not in self._chosen:
            sound = _is_fast_in_8_bits() and self._agreement(graph) >= PROBE_COSINE
            self._chosen[graph] = graph if sound else self._float
        return self._chosen[graph]

    def _agreement(self, graph: Graph) -> float:
        """The lowest cosine between what this machine computes for the probes and what it should."""
        known = list(zip(self._facts.probes, self._facts.probe_vectors, strict=True))
        tried = [pair for pair in known if graph.runs_first(len(pair[0]))] or known
        found = np.array([self._run([probe], graph)[0] for probe, _ in tried])
        cosine = _least_cosine(found, [vector for _, vector in tried])
        if cosine < PROBE_COSINE:
            _logger.warning("8-bit kernels agree with float only to %.4f here: using float", cosine)
        return cosine


def _rows(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group positions of `lengths`, in order, so that each group has at most so many tokens, or one text."""
    row: list[int] = []
    for index, length in enumerate(lengths):
        if row and sum(lengths[other] for other in row) + length > _PACKED_TOKENS:
            yield row
            row = []
        row.append(index)
    if row:
        yield row


def _least_cosine(found: Vectors, expected: Sequence[Sequence[float]]) -> float:
    return float((found * np.array(expected)).sum(axis=1).min(initial=1.0))


def _is_fast_in_8_bits() -> bool:
    """Whether the CPU multiplies 8-bit integers faster than floats.

    Measured with OpenVINO: with AVX-512 (and VNNI) several times, with AVX2 alone slower.
    """
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not flags.isdisjoint({"avx512f", "avx_vnni", "amx_int8"})
