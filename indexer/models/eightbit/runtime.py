"""The encoder over a folder that `convert` wrote. Needs numpy, tokenizers and OpenVINO, nothing heavier."""

import functools
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.core.errors import ModelDamaged
from indexer.core.records import Vectors
from indexer.models.batching import batches, each_once
from indexer.models.eightbit.architecture import Floats
from indexer.models.eightbit.convert import (
    EIGHT_BIT,
    EMBEDDING_STEPS,
    EMBEDDINGS,
    FLOAT,
    Facts,
)
from indexer.models.eightbit.engine import openvino
from indexer.models.eightbit.tokens import Tokens, damaged

_logger = logging.getLogger(__name__)

BATCH_TOKENS = 1024
"""Most tokens of one forward pass, padding included: what the caches of two cores hold."""

PROBE_COSINE = 0.99
"""Below this, a machine's 8-bit kernels are not trusted."""

_QUERY_WIDTHS = (16, 32)
"""Tokens that a query alone is padded to. Each has a graph of its own, which holds 60 MB: a change of shape
costs 2.8 ms, more than half of what a short query costs."""

_WIDTH_STEP = 8
_QUERY_GROUP, _PASSAGE_GROUP = 32, 128
"""Inputs of a matrix that share a step: the fewer, the nearer to single precision and the slower."""

_COMPILED = ".compiled"


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
        self._float = _Graph(folder / FLOAT, _PASSAGE_GROUP)
        self._for_passages = _Graph(folder / EIGHT_BIT, _PASSAGE_GROUP)
        self._for_queries = _Graph(folder / EIGHT_BIT, _QUERY_GROUP, _QUERY_WIDTHS)
        self._chosen: dict[_Graph, _Graph] = {}

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
        return each_once(texts, lambda distinct: self._encode(distinct, self._choice(self._for_queries)))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Model tokens of each text, without the special tokens at both ends and without cutting."""
        return self._tokens.count(texts)

    def _encode(self, texts: Sequence[str], graph: "_Graph") -> Vectors:
        sequences = [self._cut(ids) for ids in self._tokens.ids(texts)]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for batch in batches([len(ids) for ids in sequences], BATCH_TOKENS):
            vectors[batch] = self._run([sequences[index] for index in batch], graph)
        return vectors

    def _cut(self, ids: list[int]) -> list[int]:
        window = self._facts.max_tokens
        return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]

    def _run(self, sequences: Sequence[Sequence[int]], graph: "_Graph") -> Vectors:
        longest = max(map(len, sequences))
        width = graph.width(longest, len(sequences), self._facts.max_tokens)
        ids = np.full((len(sequences), width), self._facts.pad, np.int64)
        mask = np.zeros((len(sequences), width), np.float32)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        return graph.run(self._rows[ids] * self._steps[ids], mask)

    def _choice(self, graph: "_Graph") -> "_Graph":
        """`graph`, or the float one on a machine that computes `graph` slowly or wrong."""
        if graph not in self._chosen:
            sound = _is_fast_in_8_bits() and self._agreement(graph) >= PROBE_COSINE
            self._chosen[graph] = graph if sound else self._float
        return self._chosen[graph]

    def _agreement(self, graph: "_Graph") -> float:
        """The lowest cosine between what this machine computes for the probes and what it should."""
        known = list(zip(self._facts.probes, self._facts.probe_vectors, strict=True))
        tried = [pair for pair in known if graph.runs_first(len(pair[0]))] or known
        found = np.array([self._run([probe], graph)[0] for probe, _ in tried])
        cosine = float((found * np.array([vector for _, vector in tried])).sum(axis=1).min(initial=1.0))
        if cosine < PROBE_COSINE:
            _logger.warning("8-bit kernels agree with float only to %.4f here: using float", cosine)
        return cosine


def _is_fast_in_8_bits() -> bool:
    """Whether the CPU multiplies 8-bit integers faster than floats.

    Measured with OpenVINO: with AVX-512 (and VNNI) several times, with AVX2 alone slower.
    """
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not flags.isdisjoint({"avx512f", "avx_vnni", "amx_int8"})


@functools.cache
def _core() -> openvino.Core:
    """One for all graphs: each has a plugin of its own, which takes a tenth of a second to load."""
    return openvino.Core()


class _Graph:
    """A graph on the CPU; runs one at a time, each on all cores.

    It is compiled when first needed: once for any shape, and once for each of `widths`, for a short text
    alone.
    """

    def __init__(self, path: Path, group: int, widths: Sequence[int] = ()) -> None:
        self._path = path
        self._group = group
        self._widths = widths
        self._running, self._compiling = threading.Lock(), threading.Lock()
        self._requests: dict[int, openvino.InferRequest] = {}

    def runs_first(self, tokens: int) -> bool:
        """Whether the graph that is compiled first runs a text of so many tokens."""
        return not self._widths or tokens <= self._widths[0]

    def width(self, longest: int, texts: int, window: int) -> int:
        """Tokens that a batch is padded to: few different ones, and fixed ones for a short text alone."""
        fixed = (width for width in self._widths if texts == 1 and longest <= width)
        return next(fixed, min(-(-longest // _WIDTH_STEP) * _WIDTH_STEP, window))

    def run(self, embeddings: Floats, mask: Floats) -> Vectors:
        """Vectors of unit length, shape `(n, dimensions)`, of embeddings `(n, tokens, dimensions)`."""
        request = self._request(mask.shape[1] if len(mask) == 1 and mask.shape[1] in self._widths else 0)
        with self._running:
            request.infer([embeddings, mask])
            return np.array(request.get_output_tensor(0).data)

    def _request(self, fixed: int) -> openvino.InferRequest:
        """What runs texts of a fixed width, 0 for all; while one is compiled, others run."""
        found = self._requests.get(fixed)
        if found is None:
            with self._compiling:
                found = self._requests.get(fixed) or self._compiled(fixed)
                self._requests[fixed] = found
        return found

    def _compiled(self, fixed: int) -> openvino.InferRequest:
        core = _core()
        capable = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if capable else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": self._group,
        }
        folder = self._path.parent
        if os.access(folder.parent, os.W_OK):
            options["CACHE_DIR"] = str(folder.with_name(f"{folder.name}{_COMPILED}"))
        try:
            model = core.read_model(self._path)
            if fixed:
                embeddings, mask = model.inputs
                model.reshape({embeddings: [1, fixed, embeddings.partial_shape[2]], mask: [1, fixed]})
            return core.compile_model(model, "CPU", options).create_infer_request()
        except RuntimeError as error:
            raise ModelDamaged(f"OpenVINO cannot read {self._path}: delete its folder") from error
